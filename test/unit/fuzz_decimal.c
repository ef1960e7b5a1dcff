/*
 * fuzz_decimal.c [iterations [seed]]
 *	  Holds decimal.c against slow and obvious arithmetic on strings of digits.
 *
 * Build with the sanitizers:
 *	cc -g -O1 -fsanitize=address,undefined -Isrc test/unit/fuzz_decimal.c src/decimal.c
 */
#include "decimal.h"
#include "fuzz_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(what) \
	do { if (!(what)) { fprintf(stderr, "%s:%d: round %ld: %s\n", __FILE__, __LINE__, rounds, #what); exit(1); } } while (0)

#define BIG 140

static long rounds;

/* Non-negative numbers, least significant digit first. */
typedef struct big
{
	int			n;
	char		d[BIG];
} big;

static int
below(int n)
{
	return (int) (any() % (uint64_t) n);
}

static void
trim(big *b)
{
	while (b->n > 0 && b->d[b->n - 1] == 0)
		b->n--;
}

static big
big_of(gov_int128 v)
{
	big			b = {0};
	gov_uint128 rest = v < 0 ? -(gov_uint128) v : (gov_uint128) v;

	for (; rest > 0; rest /= 10)
		b.d[b.n++] = (char) (rest % 10);
	return b;
}

static int
big_compare(const big *a, const big *b)
{
	if (a->n != b->n)
		return a->n - b->n;
	for (int i = a->n; i-- > 0;)
		if (a->d[i] != b->d[i])
			return a->d[i] - b->d[i];
	return 0;
}

static big
big_shift(const big *a, int digits)
{
	big			b = {0};

	if (a->n == 0)
		return b;
	memcpy(b.d + digits, a->d, a->n);
	b.n = a->n + digits;
	return b;
}

static big
big_add(const big *a, const big *b)
{
	big			c = {0};
	int			carry = 0;

	for (c.n = 0; c.n < a->n || c.n < b->n || carry; c.n++)
	{
		int			sum = carry + (c.n < a->n ? a->d[c.n] : 0) + (c.n < b->n ? b->d[c.n] : 0);

		c.d[c.n] = (char) (sum % 10);
		carry = sum / 10;
	}
	return c;
}

/* a >= b */
static big
big_subtract(const big *a, const big *b)
{
	big			c = {0};
	int			borrow = 0;

	for (c.n = 0; c.n < a->n; c.n++)
	{
		int			diff = a->d[c.n] - borrow - (c.n < b->n ? b->d[c.n] : 0);

		borrow = diff < 0;
		c.d[c.n] = (char) (diff + 10 * borrow);
	}
	trim(&c);
	return c;
}

static big
big_multiply(const big *a, const big *b)
{
	big			c = {0};
	big			part;

	for (int i = 0; i < b->n; i++)
		for (int k = 0; k < b->d[i]; k++)
		{
			part = big_shift(a, i);
			c = big_add(&c, &part);
		}
	return c;
}

static bool
big_fits(const big *a)
{
	big			limit = big_of(GOV_DECIMAL_LIMIT);

	return big_compare(a, &limit) < 0;
}

/* Of all sizes, and often at an edge. */
static gov_int128
any_decimal(void)
{
	gov_uint128 v = ((gov_uint128) any() << 64 | any()) >> (1 + 1 + below(126));

	switch (below(8))
	{
		case 0:
			v = below(3);
			break;
		case 1:
			v = GOV_DECIMAL_LIMIT - 1 - below(20);
			break;
		case 2:
			v = (gov_uint128) INT64_MAX + below(5) - 2;
			break;
		case 3:
			v = 1;
			for (int i = below(38); i > 0; i--)
				v *= 10;
			v += below(3);
			v -= 1;
			break;
		default:
			break;
	}
	return below(2) ? -(gov_int128) v : (gov_int128) v;
}

static int
any_scale(void)
{
	return below(4) ? below(45) : below(GOV_MAX_SCALE + 1);
}

static void
check_arithmetic(void)
{
	gov_int128	a = any_decimal();
	gov_int128	b = any_decimal();
	big			big_a = big_of(a);
	big			big_b = big_of(b);
	int			digits = below(60);
	big			wanted = big_shift(&big_a, digits);
	gov_int128	result = a;
	big			got;
	bool		fits;

	fits = gov_decimal_rescale(&result, digits);
	CHECK(fits == big_fits(&wanted));
	if (fits)
	{
		got = big_of(result);
		CHECK(big_compare(&got, &wanted) == 0 && (result < 0) == (a < 0));
	}
	else
		CHECK(result == a);

	if ((a < 0) == (b < 0))
		wanted = big_add(&big_a, &big_b);
	else if (big_compare(&big_a, &big_b) >= 0)
		wanted = big_subtract(&big_a, &big_b);
	else
		wanted = big_subtract(&big_b, &big_a);
	result = a;
	fits = gov_decimal_add(&result, b);
	CHECK(fits == big_fits(&wanted));
	got = big_of(result);
	CHECK(!fits || big_compare(&got, &wanted) == 0);
	CHECK(fits || result == a);

	if (gov_decimal_multiply(a, b, &result))
	{
		wanted = big_multiply(&big_a, &big_b);
		got = big_of(result);
		CHECK(big_compare(&got, &wanted) == 0);
		CHECK(result == 0 || (result < 0) == ((a < 0) != (b < 0)));
	}
	else
		CHECK(!gov_decimal_fits64(a) || !gov_decimal_fits64(b) ||
			  a * b >= GOV_DECIMAL_LIMIT || a * b <= -GOV_DECIMAL_LIMIT);
}

/* |q| * divisor is within half a divisor of the dividend, the half going away from zero. */
static void
check_division(void)
{
	gov_int128	a = any_decimal();
	int			digits = below(40);
	int64_t		divisor = (int64_t) (any() >> (1 + below(63)));
	gov_int128	scaled = a;
	gov_int128	q;
	bool		fits = gov_decimal_rescale(&scaled, digits);
	big			dividend;
	big			twice;
	big			d;
	big			product;
	big			rest;

	if (divisor == 0)
		divisor = 1;
	CHECK(gov_decimal_divide(a, digits, divisor, &q) == fits);
	if (!fits)
		return;
	d = big_of(divisor);
	dividend = big_of(scaled);
	product = big_of(q);
	product = big_multiply(&d, &product);
	CHECK(q == 0 || (q < 0) == (a < 0));
	if (big_compare(&product, &dividend) > 0)
	{
		rest = big_subtract(&product, &dividend);
		twice = big_add(&rest, &rest);
		CHECK(big_compare(&twice, &d) <= 0);
	}
	else
	{
		rest = big_subtract(&dividend, &product);
		twice = big_add(&rest, &rest);
		CHECK(big_compare(&twice, &d) < 0);
	}
}

/* Digits, and the text that they make. */
static void
check_digits(void)
{
	gov_int128	v = any_decimal();
	int			scale = any_scale();
	int16_t		digits[GOV_DECIMAL_GROUPS];
	int			weight;
	int			ndigits = gov_decimal_to_digits(v, scale, digits, &weight);
	gov_int128	back;
	int			back_scale;

	CHECK(ndigits <= GOV_DECIMAL_GROUPS);
	CHECK(gov_digits_valid(digits, ndigits, weight, scale));
	CHECK((ndigits == 0) == (v == 0));
	CHECK(gov_decimal_from_digits(digits, ndigits, weight, scale, v < 0, &back, &back_scale));
	CHECK(back == v && back_scale == scale);

	if (ndigits > 0)
	{
		/* A digit behind the scale is not lost. */
		digits[ndigits - 1] = digits[ndigits - 1] / 10 * 10 + 1;
		if (gov_decimal_from_digits(digits, ndigits, weight, 0, v < 0, &back, &back_scale))
			CHECK(back_scale == (ndigits - 1 - weight > 0 ? 4 * (ndigits - 1 - weight) : 0));
		CHECK(!gov_digits_valid(digits, ndigits, weight, 0) || weight >= ndigits - 1);
	}
}

/* Any digits: what is read is what stands there. */
static void
check_reading(void)
{
	int16_t		digits[GOV_DECIMAL_GROUPS + 2];
	int			ndigits = 1 + below(GOV_DECIMAL_GROUPS + 2);
	int			weight = below(24) - 12;
	int			scale;
	int			last;
	gov_int128	v;
	int			got_scale;
	big			wanted = {0};
	big			got;

	for (int i = 0; i < ndigits; i++)
		digits[i] = (int16_t) below(10000);
	if (digits[0] == 0)
		digits[0] = 9999;
	if (digits[ndigits - 1] == 0)
		digits[ndigits - 1] = 1;
	last = 4 * (ndigits - 1 - weight);
	scale = (last > 0 ? last : 0) + below(8);

	for (int i = 0; i < ndigits; i++)
		for (int k = 0, part = digits[ndigits - 1 - i]; k < 4; k++, part /= 10)
			wanted.d[wanted.n++] = (char) (part % 10);
	trim(&wanted);
	wanted = big_shift(&wanted, scale - last);
	CHECK(gov_decimal_from_digits(digits, ndigits, weight, scale, false, &v, &got_scale) ==
		  (ndigits <= GOV_DECIMAL_GROUPS && big_fits(&wanted)));
	if (gov_decimal_from_digits(digits, ndigits, weight, scale, false, &v, &got_scale))
	{
		got = big_of(v);
		CHECK(got_scale == scale && big_compare(&got, &wanted) == 0);
	}
}

static void
check_text(void)
{
	gov_int128	v = any_decimal();
	int			scale = any_scale();
	size_t		size = gov_decimal_print_size(scale);
	char	   *text = malloc(size);
	char	   *copy;
	size_t		len = gov_decimal_print(v, scale, text);
	gov_int128	back;
	int			back_scale;
	gov_parse	parsed;
	big			wanted = big_of(v);
	int			seen = 0;

	CHECK(len <= size);
	parsed = gov_decimal_parse(text, len, &back, &back_scale);
	CHECK(parsed != GOV_PARSE_MALFORMED && back_scale == scale);
	CHECK(parsed == GOV_PARSE_SMALL ? back == v : wanted.n >= 38);
	for (size_t i = len; i-- > 0;)
		if (text[i] >= '0' && text[i] <= '9')
		{
			CHECK(text[i] - '0' == (seen < wanted.n ? wanted.d[seen] : 0));
			seen++;
		}
	CHECK(seen == (wanted.n > scale ? wanted.n : scale + 1));

	/* Broken text never reads outside its bytes. */
	copy = malloc(len);
	memcpy(copy, text, len);
	copy[below((int) len)] = (char) below(256);
	(void) gov_decimal_parse(copy, (size_t) below((int) len + 1), &back, &back_scale);
	free(copy);
	free(text);
}

static void
check_bytes(void)
{
	unsigned char bytes[GOV_DECIMAL_SIZE + 1];
	unsigned char again[GOV_DECIMAL_SIZE + 1];
	gov_int128	v = any_decimal();
	gov_int128	back;
	size_t		len = gov_decimal_put(bytes, v);
	const unsigned char *p = bytes;
	uint64_t	n = any() >> below(64);
	uint64_t	n_back;

	CHECK(len <= GOV_DECIMAL_SIZE);
	CHECK(gov_decimal_get(&p, bytes + len, &back) && p == bytes + len && back == v);
	p = bytes;
	CHECK(!gov_decimal_get(&p, bytes + len - 1, &back) && p == bytes);

	len = gov_varint_put(bytes, n);
	CHECK(len <= GOV_VARINT_SIZE);
	p = bytes;
	CHECK(gov_varint_get(&p, bytes + len, &n_back) && p == bytes + len && n_back == n);
	p = bytes;
	CHECK(!gov_varint_get(&p, bytes + len - 1, &n_back) && p == bytes);

	/* Whatever bytes are accepted are the ones that would be written. */
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char) (below(3) ? any() | 0x80 : any());
	len = (size_t) below((int) sizeof(bytes) + 1);
	p = bytes;
	if (gov_decimal_get(&p, bytes + len, &back))
	{
		CHECK(gov_decimal_fits(back));
		CHECK(gov_decimal_put(again, back) == (size_t) (p - bytes));
		CHECK(memcmp(bytes, again, (size_t) (p - bytes)) == 0);
	}
	p = bytes;
	if (gov_varint_get(&p, bytes + len, &n_back))
	{
		CHECK(gov_varint_put(again, n_back) == (size_t) (p - bytes));
		CHECK(memcmp(bytes, again, (size_t) (p - bytes)) == 0);
	}
}

int
main(int argc, char **argv)
{
	long		iterations = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;

	seed_random(argc, argv);
	for (rounds = 0; rounds < iterations; rounds++)
	{
		check_arithmetic();
		check_division();
		check_digits();
		check_reading();
		check_text();
		check_bytes();
	}
	printf("%ld rounds\n", rounds);
	return 0;
}

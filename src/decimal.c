/*
 * decimal.c
 *	  Exact decimals as scaled 128-bit integers: arithmetic, base-10000 digits as
 *	  numeric has them, text, and a canonical encoding in bytes.
 *
 * Nothing here needs the backend, so that it can be fuzzed alone.  Functions that
 * return bool say false when the result does not fit, and leave their output alone.
 */
#include "decimal.h"

#include <string.h>

#define E18 INT64_C(1000000000000000000)

static const int64_t pow10_64[19] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
	INT64_C(10000000000), INT64_C(100000000000), INT64_C(1000000000000),
	INT64_C(10000000000000), INT64_C(100000000000000), INT64_C(1000000000000000),
	INT64_C(10000000000000000), INT64_C(100000000000000000), E18
};

/* The largest power of ten that is small: 10^38 > 2^126 > 10^37. */
#define MAX_POWER 37

static gov_int128
power_of_ten(int digits)
{
	if (digits <= 18)
		return pow10_64[digits];
	if (digits <= 36)
		return (gov_int128) E18 * pow10_64[digits - 18];
	return (gov_int128) E18 * E18 * pow10_64[digits - 36];
}

static gov_uint128
magnitude(gov_int128 v)
{
	return v < 0 ? -(gov_uint128) v : (gov_uint128) v;
}

/*
 * Multiply by 10^digits, digits >= 0.
 *
 * An int64 times 10^18 stays below 2^63 * 2^60 < 2^126, so the usual case needs no
 * division to know that it fits.
 */
bool
gov_decimal_rescale(gov_int128 *v, int digits)
{
	if (digits == 0 || *v == 0)
		return true;
	if (digits > MAX_POWER)
		return false;
	if (!(digits <= 18 && gov_decimal_fits64(*v)) &&
		magnitude(*v) > (gov_uint128) (GOV_DECIMAL_LIMIT - 1) / (gov_uint128) power_of_ten(digits))
		return false;
	*v *= power_of_ten(digits);
	return true;
}

/* Both are small, so the sum cannot overflow; it may be wide. */
bool
gov_decimal_add(gov_int128 *a, gov_int128 b)
{
	gov_int128	sum = *a + b;

	if (!gov_decimal_fits(sum))
		return false;
	*a = sum;
	return true;
}

/* Only factors of 64 bits; beyond that numeric does it. */
bool
gov_decimal_multiply(gov_int128 a, gov_int128 b, gov_int128 *product)
{
	if (!gov_decimal_fits64(a) || !gov_decimal_fits64(b))
		return false;
	if (!gov_decimal_fits(a * b))
		return false;
	*product = a * b;
	return true;
}

/* dividend * 10^digits / divisor, divisor > 0, rounded half away from zero as numeric rounds. */
bool
gov_decimal_divide(gov_int128 dividend, int digits, int64_t divisor, gov_int128 *quotient)
{
	gov_uint128 rest;
	gov_uint128 whole;

	if (!gov_decimal_rescale(&dividend, digits))
		return false;
	rest = magnitude(dividend);
	if (rest <= UINT64_MAX)
	{
		uint64_t	small = (uint64_t) rest;

		whole = small / (uint64_t) divisor;
		rest = small % (uint64_t) divisor;
	}
	else
	{
		whole = rest / (gov_uint128) divisor;
		rest %= (gov_uint128) divisor;
	}
	if (rest >= (gov_uint128) divisor - rest)
		whole++;
	*quotient = dividend < 0 ? -(gov_int128) whole : (gov_int128) whole;
	return true;
}

/*
 * The decimals that numeric gives to the quotient of a number, whose first base-10000
 * digit stands for 10000^weight, and a divisor above 0: so many that it has 16
 * significant digits at least, and no fewer than the number, but 1000 at most.
 */
int
gov_quotient_scale(int first, int weight, int scale, int64_t divisor)
{
	int			digits = 16 - 4 * weight;

	for (; divisor >= 10000; divisor /= 10000)
		digits += 4;
	if (first <= divisor)
		digits += 4;
	if (digits < scale)
		digits = scale;
	return digits < 1000 ? digits : 1000;
}

/*
 * From base-10000 digits, most significant first, the first standing for
 * 10000^weight.  Digits beyond dscale raise the scale rather than being lost.
 *
 * The last group may reach behind dscale with zeros; they are cut off before it is
 * added, as the whole group might not fit where its part does.
 */
bool
gov_decimal_from_digits(const int16_t *digits, int ndigits, int weight, int dscale,
						bool negative, gov_int128 *v, int *scale)
{
	int			shift = ndigits == 0 ? 0 : 4 * (weight - ndigits + 1) + dscale;
	int			whole = ndigits;	/* groups added as they are */
	int			head;
	gov_int128	sum;
	int64_t		first = 0;
	int			i;

	if (ndigits > GOV_DECIMAL_GROUPS)
		return false;
	if (shift < 0)
	{
		if (shift >= -3 && digits[ndigits - 1] % pow10_64[-shift] == 0)
			whole--;
		else
		{
			dscale -= shift;
			shift = 0;
		}
	}

	head = whole < 4 ? whole : 4;
	for (i = 0; i < head; i++)
		first = first * 10000 + digits[i];
	sum = first;
	for (; i < whole; i++)
	{
		if (i >= 9 && sum > (GOV_DECIMAL_LIMIT - 1 - digits[i]) / 10000)
			return false;
		sum = sum * 10000 + digits[i];
	}
	if (shift > 0)
	{
		if (!gov_decimal_rescale(&sum, shift))
			return false;
	}
	else if (shift < 0)
	{
		if (!gov_decimal_rescale(&sum, 4 + shift) ||
			!gov_decimal_add(&sum, digits[ndigits - 1] / pow10_64[-shift]))
			return false;
	}
	*v = negative ? -sum : sum;
	*scale = dscale;
	return true;
}

/*
 * To base-10000 digits without leading or trailing zeros; digits has room for
 * GOV_DECIMAL_GROUPS.  Returns their number, 0 for zero.
 */
int
gov_decimal_to_digits(gov_int128 v, int scale, int16_t *digits, int *weight)
{
	int16_t		groups[GOV_DECIMAL_GROUPS + 1]; /* least significant first */
	int			ngroups = 0;
	int			below = (scale + 3) / 4;	/* groups behind the point */
	int			low = 0;
	gov_uint128 rest = magnitude(v);
	int			i;

	if (scale % 4 != 0)
	{
		int64_t		part = pow10_64[scale % 4];

		if (rest <= UINT64_MAX)
		{
			groups[ngroups++] = (int16_t) ((uint64_t) rest % part * pow10_64[4 - scale % 4]);
			rest = (uint64_t) rest / part;
		}
		else
		{
			groups[ngroups++] = (int16_t) ((int64_t) (rest % part) * pow10_64[4 - scale % 4]);
			rest /= part;
		}
	}
	while (rest > UINT64_MAX)
	{
		uint64_t	four = (uint64_t) (rest % pow10_64[16]);

		rest /= pow10_64[16];
		for (i = 0; i < 4; i++, four /= 10000)
			groups[ngroups++] = (int16_t) (four % 10000);
	}
	for (uint64_t tail = (uint64_t) rest; tail > 0; tail /= 10000)
		groups[ngroups++] = (int16_t) (tail % 10000);

	while (ngroups > 0 && groups[ngroups - 1] == 0)
		ngroups--;
	if (ngroups == 0)
	{
		*weight = 0;
		return 0;
	}
	while (groups[low] == 0)
		low++;
	for (i = 0; i < ngroups - low; i++)
		digits[i] = groups[ngroups - 1 - i];
	*weight = ngroups - 1 - below;
	return ngroups - low;
}

/*
 * Are these the digits of a numeric at that scale: in range, without zeros at
 * either end, nothing hidden behind the scale?
 */
bool
gov_digits_valid(const int16_t *digits, int ndigits, int weight, int scale)
{
	int			behind;
	int			i;

	if (ndigits < 0 || scale < 0 || scale > GOV_MAX_SCALE)
		return false;
	if (ndigits == 0)
		return weight == 0;
	if (weight > GOV_MAX_WEIGHT || weight < -(GOV_MAX_SCALE + 3) / 4)
		return false;
	for (i = 0; i < ndigits; i++)
		if (digits[i] < 0 || digits[i] > 9999)
			return false;
	if (digits[0] == 0 || digits[ndigits - 1] == 0)
		return false;
	behind = 4 * (ndigits - 1 - weight) - scale;
	if (behind <= 0)
		return true;
	return behind <= 3 && digits[ndigits - 1] % pow10_64[behind] == 0;
}

/* Reads -?[0-9]+(.[0-9]+)? and nothing else; the scale is the digits behind the point. */
gov_parse
gov_decimal_parse(const char *text, size_t len, gov_int128 *v, int *scale)
{
	bool		negative = len > 0 && text[0] == '-';
	bool		wide = false;
	bool		point = false;
	size_t		ahead = 0;
	size_t		behind = 0;
	gov_int128	sum = 0;

	for (size_t i = negative; i < len; i++)
	{
		if (text[i] == '.' && !point)
		{
			point = true;
			continue;
		}
		if (text[i] < '0' || text[i] > '9')
			return GOV_PARSE_MALFORMED;
		if (point)
			behind++;
		else
			ahead++;
		if (sum > (GOV_DECIMAL_LIMIT - 10) / 10)
			wide = true;
		else
			sum = sum * 10 + (text[i] - '0');
	}
	if (ahead == 0 || (point && behind == 0))
		return GOV_PARSE_MALFORMED;
	*scale = behind <= GOV_MAX_SCALE ? (int) behind : GOV_MAX_SCALE + 1;
	if (wide || behind > GOV_MAX_SCALE)
		return GOV_PARSE_WIDE;
	*v = negative ? -sum : sum;
	return GOV_PARSE_SMALL;
}

size_t
gov_decimal_print_size(int scale)
{
	return (size_t) scale + 42;
}

/* Writes what numeric's output would, without an end mark; returns the length. */
size_t
gov_decimal_print(gov_int128 v, int scale, char *out)
{
	char		digits[40];
	int			ndigits = 0;
	gov_uint128 rest = magnitude(v);
	char	   *p = out;

	while (rest > UINT64_MAX)
	{
		digits[ndigits++] = (char) ('0' + (int) (rest % 10));
		rest /= 10;
	}
	for (uint64_t tail = (uint64_t) rest; tail > 0; tail /= 10)
		digits[ndigits++] = (char) ('0' + (int) (tail % 10));

	if (v < 0)
		*p++ = '-';
	if (ndigits <= scale)
		*p++ = '0';
	while (ndigits > scale)		/* and scale >= 0 */
		*p++ = digits[--ndigits];	/* NOLINT(clang-analyzer-core.uninitialized.Assign) */
	if (scale > 0)
	{
		*p++ = '.';
		memset(p, '0', scale - ndigits);
		p += scale - ndigits;
		while (ndigits > 0)
			*p++ = digits[--ndigits];
	}
	return p - out;
}

/* Seven bits a byte, least significant first, the high bit set on all but the last. */
size_t
gov_varint_put(unsigned char *out, uint64_t v)
{
	size_t		len = 0;

	while (v >= 0x80)
	{
		out[len++] = (unsigned char) (v | 0x80);
		v >>= 7;
	}
	out[len++] = (unsigned char) v;
	return len;
}

/* Refuses a longer form than needed, so that a value has one encoding. */
bool
gov_varint_get(const unsigned char **in, const unsigned char *end, uint64_t *v)
{
	const unsigned char *p = *in;
	uint64_t	sum = 0;

	for (int shift = 0; p < end && shift < 64; shift += 7)
	{
		unsigned char b = *p++;

		if (shift == 63 && b > 1)
			return false;
		sum |= (uint64_t) (b & 0x7f) << shift;
		if (b < 0x80)
		{
			if (b == 0 && shift > 0)
				return false;
			*in = p;
			*v = sum;
			return true;
		}
	}
	return false;
}

/* The sign goes to the lowest bit, then as a varint of up to 127 bits. */
size_t
gov_decimal_put(unsigned char *out, gov_int128 v)
{
	gov_uint128 bits = magnitude(v) << 1;
	size_t		len = 0;

	if (v < 0)
		bits--;
	while (bits >= 0x80)
	{
		out[len++] = (unsigned char) ((unsigned) bits | 0x80);
		bits >>= 7;
	}
	out[len++] = (unsigned char) bits;
	return len;
}

bool
gov_decimal_get(const unsigned char **in, const unsigned char *end, gov_int128 *v)
{
	const unsigned char *p = *in;
	uint64_t	low = 0;
	gov_uint128 sum;
	int			shift = 0;

	/* Most have few bytes, and 64 bits are faster than 128. */
	for (; p < end && *p >= 0x80 && shift < 56; shift += 7)
		low |= (uint64_t) (*p++ & 0x7f) << shift;
	sum = low;
	for (; p < end && shift < 127; shift += 7)
	{
		unsigned char b = *p++;

		if (shift == 126 && b > 1)
			return false;
		sum |= (gov_uint128) (b & 0x7f) << shift;
		if (b < 0x80)
		{
			gov_int128	value = (gov_int128) (sum >> 1);

			if (sum & 1)
				value = -value - 1;
			if ((b == 0 && shift > 0) || !gov_decimal_fits(value))
				return false;
			*in = p;
			*v = value;
			return true;
		}
	}
	return false;
}

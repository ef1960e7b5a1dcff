/*
 * fuzz_threshold.c [ROUNDS [SEED]]
 *	  Random thresholds, written in many ways, against slow and obvious code on scaled
 *	  integers; long numbers against strings; mutated text.
 */
#include "threshold_limits.h"
#include "fuzz_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The obvious limits are whole numbers of 10^-SCALE. */
#define SCALE	8
#define NONE	INT64_MAX
#define TEXT_MAX 5000

static const char *now;

static void
must(bool truth, const char *what, const char *text, size_t len)
{
	if (truth)
		return;
	fprintf(stderr, "%s: %s, of \"", now, what);
	for (size_t i = 0; i < len; i++)
		fprintf(stderr, text[i] >= ' ' && text[i] <= '~' ? "%c" : "\\x%02x", (unsigned char) text[i]);
	fprintf(stderr, "\"\n");
	exit(1);
}

/* A copy of just the length, so that a sanitizer sees a byte read beyond it. */
static char *
exact(const char *bytes, size_t len)
{
	char	   *copy = malloc(len ? len : 1);

	memcpy(copy, bytes, len);
	return copy;
}

/*-------------------------------------------------------------------------
 * Slow and obvious
 *-------------------------------------------------------------------------
 */

typedef struct Plain
{
	int64_t		at[2][4];		/* lower and upper, by grade from notice on; NONE if not given */
} Plain;

/* The limit that holds for a grade: its own, or that of the next worse one. */
static int64_t
holds(const Plain *t, int side, int limit)
{
	while (limit < 3 && t->at[side][limit] == NONE)
		limit++;
	return t->at[side][limit];
}

static bool
outside(const Plain *t, int limit, int64_t value)
{
	int64_t		lower = holds(t, 0, limit);
	int64_t		upper = holds(t, 1, limit);

	return (lower != NONE && value < lower) || (upper != NONE && value > upper);
}

static int
plain_grade(const Plain *t, int64_t value)
{
	for (int limit = 3; limit >= 0; limit--)
		if (outside(t, limit, value))
			return limit + 1;
	return 0;
}

/* Does each range lie in the next wider one, and is there something in the innermost? */
static bool
plain_valid(const Plain *t)
{
	for (int limit = 0; limit < 4; limit++)
	{
		int64_t		lower = holds(t, 0, limit);
		int64_t		upper = holds(t, 1, limit);

		if (lower != NONE && upper != NONE && lower > upper)
			return false;
		if (limit == 3)
			continue;
		if (lower != NONE && lower < holds(t, 0, limit + 1))
			return false;
		if (upper != NONE && upper > holds(t, 1, limit + 1))
			return false;
	}
	return true;
}

static Plain
plain_tighten(const Plain *a, const Plain *b)
{
	Plain		t;

	for (int side = 0; side < 2; side++)
		for (int limit = 0; limit < 4; limit++)
		{
			int64_t		x = holds(a, side, limit);
			int64_t		y = holds(b, side, limit);

			t.at[side][limit] = x == NONE ? y : y == NONE ? x :
				(side == 0) == (x > y) ? x : y;
		}
	return t;
}

/* Is b's range in a's, for every grade? */
static bool
plain_cover(const Plain *a, const Plain *b)
{
	for (int limit = 0; limit < 4; limit++)
	{
		if (holds(a, 0, limit) != NONE && (holds(b, 0, limit) == NONE || holds(b, 0, limit) < holds(a, 0, limit)))
			return false;
		if (holds(a, 1, limit) != NONE && (holds(b, 1, limit) == NONE || holds(b, 1, limit) > holds(a, 1, limit)))
			return false;
	}
	return true;
}

static size_t
plain_number(int64_t v, char *out)
{
	char		text[64];
	uint64_t	size = v < 0 ? -(uint64_t) v : (uint64_t) v;
	int			len = sprintf(text, "%s%llu.%08llu", v < 0 ? "-" : "",
							  (unsigned long long) (size / 100000000), (unsigned long long) (size % 100000000));

	while (text[len - 1] == '0')
		len--;
	if (text[len - 1] == '.')
		len--;
	memcpy(out, text, len);
	return len;
}

static size_t
plain_print(const Plain *t, char *out)
{
	static const char *const names[] = {"notice", "caution", "warning"};
	char	   *p = out;

	if (t->at[1][3] == NONE)
		p += sprintf(p, ">= ");
	if (t->at[0][3] == NONE)
		p += sprintf(p, "<= ");
	for (int limit = 3; limit >= 0; limit--)
	{
		if (limit < 3)
		{
			if (holds(t, 0, limit) == holds(t, 0, limit + 1) && holds(t, 1, limit) == holds(t, 1, limit + 1))
				continue;
			p += sprintf(p, " %s ", names[limit]);
		}
		if (t->at[0][3] != NONE)
			p += plain_number(holds(t, 0, limit), p);
		if (t->at[0][3] != NONE && t->at[1][3] != NONE)
			p += sprintf(p, " .. ");
		if (t->at[1][3] != NONE)
			p += plain_number(holds(t, 1, limit), p);
	}
	return p - out;
}

/*-------------------------------------------------------------------------
 * Random thresholds, written in random ways
 *-------------------------------------------------------------------------
 */

/* Few different ones, of few and of many digits, so that they are often equal or near. */
static int64_t
random_value(void)
{
	static const int64_t unit[] = {1, 3000, 10000, 12345, 100000000, 250000000, INT64_C(1000000000000), INT64_C(99999999)};
	int64_t		v = unit[draw(8)] * (int64_t) draw(draw(2) ? 12 : 90000);

	return draw(2) ? -v : v;
}

static Plain
random_plain(void)
{
	Plain		t;
	int			kind = draw(3);
	int64_t		base[2] = {random_value(), random_value()};

	if (draw(4) != 0 && base[0] > base[1])
	{
		int64_t		swap = base[0];

		base[0] = base[1];
		base[1] = swap;
	}
	for (int side = 0; side < 2; side++)
		for (int limit = 3; limit >= 0; limit--)
		{
			int64_t		step = draw(3) == 0 ? 0 : draw(5) == 0 ? random_value() : (int64_t) draw(20) * 10000;

			t.at[side][limit] = NONE;
			if (kind == 1 - side)
				continue;
			if (limit < 3 && (side == 1 && kind == 2 ? t.at[0][limit] == NONE : draw(2) == 0))
				continue;
			if (limit < 3)
				base[side] += side == 0 ? step : -step;
			t.at[side][limit] = base[side];
		}
	return t;
}

static char *
write_blanks(char *p, bool needed)
{
	for (int n = draw(3) + (needed && draw(4) != 0); n > 0; n--)
		*p++ = " \t\n\r"[draw(8) < 4 ? 0 : draw(4)];
	return p;
}

/* With zeros at either end, a sign, an exponent. */
static char *
write_number(char *p, int64_t v)
{
	char		digits[64];
	int			n = sprintf(digits, "%020llu", (unsigned long long) (v < 0 ? -(uint64_t) v : (uint64_t) v));
	int			point = n - SCALE;
	int			exponent = draw(3) == 0 ? (int) draw(19) - 9 : 0;
	int			first = 0;

	point -= exponent;			/* from 3 to 21 */
	while (n < 30)
		digits[n++] = '0';
	while (draw(8) != 0 && n > point && digits[n - 1] == '0')
		n--;
	while (draw(8) != 0 && first < point && digits[first] == '0')
		first++;
	if (first == point && n == point)
		first--;
	if (v < 0)
		*p++ = '-';
	else if (draw(5) == 0)
		*p++ = '+';
	for (int i = first; i < n; i++)
	{
		if (i == point)
			*p++ = '.';
		*p++ = digits[i];
	}
	if (exponent != 0 || draw(8) == 0)
		p += sprintf(p, draw(2) ? "e%d" : exponent < 0 ? "E%03d" : "E+%d", exponent);
	return p;
}

static char *
write_range(char *p, const Plain *t, int limit)
{
	p = write_blanks(p, true);
	if (t->at[0][limit] != NONE)
		p = write_number(p, t->at[0][limit]);
	if (t->at[0][limit] != NONE && t->at[1][limit] != NONE)
	{
		p = write_blanks(p, true);
		p += sprintf(p, "..");
		p = write_blanks(p, true);
	}
	if (t->at[1][limit] != NONE)
		p = write_number(p, t->at[1][limit]);
	return p;
}

static size_t
write_plain(const Plain *t, char *out)
{
	static const char *const names[][3] = {{"notice", "Notice", "NOTICE"}, {"caution", "cAUTION", "CAUTION"}, {"warning", "WARNING", "warninG"}};
	char	   *p = write_blanks(out, false);
	int			turn = draw(3);
	int			step = 1 + draw(2);

	if (t->at[1][3] == NONE)
		p += sprintf(p, ">=");
	if (t->at[0][3] == NONE)
		p += sprintf(p, "<=");
	p = write_range(p, t, 3);
	for (int i = 0; i < 3; i++)
	{
		int			limit = (turn + i * step) % 3;

		if (t->at[0][limit] == NONE && t->at[1][limit] == NONE)
			continue;
		p = write_blanks(p, true);
		p += sprintf(p, "%s", names[limit][draw(5) ? 0 : draw(3)]);
		p = write_range(p, t, limit);
	}
	return write_blanks(p, false) - out;
}

/*-------------------------------------------------------------------------
 * Checks
 *-------------------------------------------------------------------------
 */

typedef struct Read
{
	GovLimitStore store;
	GovLimits	limits;
	char		packed[GOV_PACKED_HEAD + 8 * (GOV_PACKED_LIMIT + 2 * GOV_LIMIT_NDIGITS)];
	size_t		size;
} Read;

static bool
parse(const char *text, size_t len, Read *read, GovThresholdError *error)
{
	char	   *copy = exact(text, len);
	bool		good = gov_limits_parse(copy, len, &read->store, &read->limits, error);

	free(copy);
	must(good == (error->fault == GOV_THRESHOLD_OK), "a fault is told when there is one", text, len);
	must(error->at <= len, "and it is in the text", text, len);
	if (!good)
		return false;
	read->size = gov_limits_pack(&read->limits, NULL);
	must(read->size <= sizeof(read->packed), "fits", text, len);
	must(gov_limits_pack(&read->limits, read->packed) == read->size, "has the size said", text, len);
	return true;
}

static size_t
print(const GovLimits *limits, char *out)
{
	size_t		room = gov_limits_print_size(limits);
	char	   *exactly = malloc(room);
	size_t		len = gov_limits_print(limits, exactly);

	must(len <= room, "the size said suffices", exactly, len);
	memcpy(out, exactly, len);
	free(exactly);
	return len;
}

/* What is printed is read back as the same, from the packed form as well. */
static void
check_round_trip(const Read *read, const char *text, size_t len)
{
	static char printed[20000];
	size_t		printed_len = print(&read->limits, printed);
	char	   *packed = exact(read->packed, read->size);
	static Read again;
	GovThresholdError error;
	GovLimits	unpacked;

	must(parse(printed, printed_len, &again, &error), "its print can be read", text, len);
	must(again.size == read->size && memcmp(again.packed, read->packed, read->size) == 0, "as the same", text, len);
	gov_limits_unpack(packed, &unpacked);
	must(gov_limits_check(&unpacked, &error.crossing), "unpacked it is valid", text, len);
	must(gov_limits_pack(&unpacked, again.packed) == read->size && memcmp(again.packed, read->packed, read->size) == 0,
		 "and packs into the same", text, len);
	must(print(&unpacked, printed) == printed_len, "and prints the same", text, len);
	must(gov_limits_compare(&unpacked, &read->limits) == 0, "and is equal", text, len);
	free(packed);
}

static int
grade_of(const Read *read, int64_t value)
{
	char		number[64];
	static Read holder;
	GovThresholdError error;
	char		text[80];
	size_t		len = plain_number(value, number);
	char	   *packed = exact(read->packed, read->size);
	int			grade;

	must(parse(text, sprintf(text, "<= %.*s", (int) len, number), &holder, &error), "a number is read", text, 10);
	grade = gov_packed_grade(packed, &holder.limits.at[GOV_UPPER][GOV_OUTER]);
	free(packed);
	return grade;
}

static void
check_grades(const Plain *t, const Read *read, const char *text, size_t len)
{
	for (int side = 0; side < 2; side++)
		for (int limit = 0; limit < 4; limit++)
			for (int step = -1; step <= 1 && t->at[side][limit] != NONE; step++)
				must(grade_of(read, t->at[side][limit] + step) == plain_grade(t, t->at[side][limit] + step),
					 "grade near a limit", text, len);
	for (int i = 0; i < 4; i++)
	{
		int64_t		value = random_value();

		must(grade_of(read, value) == plain_grade(t, value), "grade", text, len);
	}
}

/* The two limits that an error names were given, and do not go together. */
static void
check_crossing(const Plain *t, const GovCrossing *c, const char *text, size_t len)
{
	int64_t		one = t->at[c->side[0]][c->limit[0]];
	int64_t		other = t->at[c->side[1]][c->limit[1]];

	must(one != NONE && other != NONE, "the limits named were given", text, len);
	if (c->side[0] == c->side[1])
		must(c->limit[0] < c->limit[1] && (c->side[0] == GOV_LOWER ? one < other : one > other),
			 "the inner one named is the laxer", text, len);
	else
		must(c->side[0] == GOV_LOWER && one > other, "the lower one named is above the upper one", text, len);
}

/* Reads a random threshold; false if it is not valid, as the slow code agrees. */
static bool
random_read(Plain *t, Read *read, char *text, size_t *len)
{
	static char expected[TEXT_MAX];
	static char printed[TEXT_MAX];
	size_t		expected_len;
	GovThresholdError error;

	*t = random_plain();
	*len = write_plain(t, text);
	if (!plain_valid(t))
	{
		must(!parse(text, *len, read, &error) && error.fault == GOV_THRESHOLD_CROSSING, "limits that cross are refused", text, *len);
		check_crossing(t, &error.crossing, text, *len);
		return false;
	}
	must(parse(text, *len, read, &error), "can be read", text, *len);
	expected_len = plain_print(t, expected);
	must(print(&read->limits, printed) == expected_len && memcmp(printed, expected, expected_len) == 0, "canonical print", text, *len);
	return true;
}

static void
check_pair(const Plain *a, const Read *ra, const Plain *b, const Read *rb, const char *text, size_t len)
{
	Plain		both = plain_tighten(a, b);
	GovLimits	tight;
	GovLimits	other;
	GovCrossing crossing;
	static Read read;
	int			order = gov_limits_compare(&ra->limits, &rb->limits);
	bool		same = ra->size == rb->size && memcmp(ra->packed, rb->packed, ra->size) == 0;

	must(gov_limits_cover(&ra->limits, &rb->limits) == plain_cover(a, b), "@>", text, len);
	must((order == 0) == same, "the order agrees with equality", text, len);
	must(gov_limits_compare(&rb->limits, &ra->limits) == 0 ? same : (gov_limits_compare(&rb->limits, &ra->limits) < 0) == (order > 0),
		 "the order is antisymmetric", text, len);
	must(!plain_cover(a, b) || order <= 0, "the laxer comes first", text, len);

	if (gov_limits_tighten(&ra->limits, &rb->limits, &tight, &crossing) != plain_valid(&both))
		must(false, "tighten is refused if nothing is left", text, len);
	must(gov_limits_tighten(&rb->limits, &ra->limits, &other, &crossing) == plain_valid(&both), "either way round", text, len);
	if (!plain_valid(&both))
	{
		must(crossing.side[0] == GOV_LOWER && crossing.side[1] == GOV_UPPER &&
			 both.at[0][crossing.limit[0]] > both.at[1][crossing.limit[1]], "a lower and an upper limit cross", text, len);
		return;
	}
	must(gov_limits_compare(&tight, &other) == 0, "tighten commutes", text, len);
	must(gov_limits_cover(&ra->limits, &tight) && gov_limits_cover(&rb->limits, &tight), "tighten is no laxer than either", text, len);
	read.size = gov_limits_pack(&tight, read.packed);
	gov_limits_unpack(read.packed, &read.limits);
	check_round_trip(&read, text, len);
	for (int i = 0; i < 6; i++)
	{
		int64_t		value = i < 4 ? holds(i & 1 ? a : b, i & 2 ? 0 : 1, draw(4)) : random_value();
		int			ga;
		int			gb;

		if (value == NONE)
			continue;
		value += (int) draw(3) - 1;
		ga = plain_grade(a, value);
		gb = plain_grade(b, value);
		must(grade_of(&read, value) == (ga > gb ? ga : gb), "the worse of both grades", text, len);
	}
}

/* A number of many digits, against what strings say. */
static void
check_long(void)
{
	char		text[TEXT_MAX];
	char		expected[TEXT_MAX];
	char		printed[TEXT_MAX];
	static Read read;
	GovThresholdError error;
	size_t		ahead = draw(2) ? draw(20) : draw(1010);
	size_t		behind = 1 + (draw(2) ? draw(20) : draw(1010));
	size_t		first;
	size_t		last;
	size_t		len = 0;
	char	   *p = expected;

	text[len++] = '<';
	text[len++] = '=';
	first = len;
	for (size_t i = 0; i < ahead; i++)
		text[len++] = (char) ('0' + (draw(3) ? draw(10) : 0));
	text[len++] = '0';
	text[len++] = '.';
	for (size_t i = 0; i < behind; i++)
		text[len++] = (char) ('0' + (draw(3) ? draw(10) : 0));
	last = len;
	while (text[first] == '0' && text[first + 1] != '.')
		first++;
	while (text[last - 1] == '0')
		last--;
	if (text[last - 1] == '.')
		last--;
	p += sprintf(p, "<= ");
	memcpy(p, text + first, last - first);
	p += last - first;

	{
		char	   *dot = memchr(text + first, '.', last - first);
		size_t		whole = dot ? (size_t) (dot - (text + first)) : last - first;
		size_t		part = dot ? last - first - whole - 1 : 0;
		bool		fits = (whole <= GOV_LIMIT_PLACES) && part <= GOV_LIMIT_PLACES;

		must(parse(text, len, &read, &error) == fits, "a number of many digits is read up to the bounds", text, len);
		if (!fits)
		{
			must(error.fault == GOV_THRESHOLD_LONG && error.at == 2, "and the fault is told", text, len);
			return;
		}
	}
	len = print(&read.limits, printed);
	must(len == (size_t) (p - expected) && memcmp(printed, expected, len) == 0, "and printed", text, len);
	must(gov_limit_fits(&read.limits.at[GOV_UPPER][GOV_OUTER]), "and fits", text, len);
	check_round_trip(&read, text, len);
}

static size_t
mutate(char *text, size_t len)
{
	static const char unusual[] = "><=.. eE+-0009warningotcu\n\0\xff";
	int			changes = 1 + draw(4);

	while (changes-- > 0)
	{
		size_t		at = len == 0 ? 0 : draw((unsigned) len);

		switch (draw(4))
		{
			case 0:
				if (len > 0)
					text[at] = (char) draw(256);
				break;
			case 1:
				if (len > 0)
					text[at] = unusual[draw(sizeof(unusual) - 1)];
				break;
			case 2:
				if (len > 0)
					memmove(text + at, text + at + 1, --len - at);
				break;
			case 3:
				memmove(text + at + 1, text + at, len++ - at);
				text[at] = unusual[draw(sizeof(unusual) - 1)];
				break;
		}
	}
	return len;
}

int
main(int argc, char **argv)
{
	long		rounds = argc > 1 ? atol(argv[1]) : 20000;
	long		pairs = 0;
	long		damaged = 0;

	seed_random(argc, argv);
	for (long i = 0; i < rounds; i++)
	{
		char		text[TEXT_MAX];
		char		other_text[TEXT_MAX];
		size_t		len;
		size_t		other_len;
		Plain		a;
		Plain		b;
		static Read ra;
		static Read rb;
		GovThresholdError error;

		now = "a threshold";
		if (!random_read(&a, &ra, text, &len))
			continue;
		check_round_trip(&ra, text, len);
		check_grades(&a, &ra, text, len);
		now = "a pair";
		if (random_read(&b, &rb, other_text, &other_len))
		{
			check_pair(&a, &ra, &b, &rb, text, len);
			pairs++;
		}
		if (draw(8) == 0)
		{
			now = "a long number";
			check_long();
		}
		now = "mutated text";
		len = mutate(text, len);
		if (parse(text, len, &ra, &error))
		{
			check_round_trip(&ra, text, len);
			damaged++;
		}
	}
	now = "the fuzzer itself";
	must(rounds < 1000 || (pairs > rounds / 10 && damaged > rounds / 50), "too few valid thresholds", "", 0);
	printf("%ld rounds, %ld pairs, %ld mutated ones still valid\n", rounds, pairs, damaged);
	return 0;
}

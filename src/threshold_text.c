/*
 * threshold_text.c
 *	  The text of thresholds, read and printed.
 *
 *		>= 120 warning 125 caution 130 notice 140
 *		<= 80 warning 76
 *		0.4 .. 0.6 warning 0.45 .. 0.55
 *
 * Read liberally: blanks are free, grades come in any order and case, numbers may have
 * a sign, an exponent and zeros at either end.  Printed in one way.
 */
#include "threshold_limits.h"

#include <string.h>

/* Beyond any exponent that a limit can have. */
#define EXPONENT_MAX 1000000

typedef struct Reader
{
	const char *text;
	size_t		len;
	size_t		at;
	GovLimitStore *store;
	GovThresholdError *error;
} Reader;

static bool
fail(Reader *r, GovThresholdFault fault, size_t at)
{
	r->error->fault = fault;
	r->error->at = at;
	return false;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The byte that many places on; an end mark beyond the end. */
static char
ahead(const Reader *r, size_t places)
{
	return places < r->len - r->at ? r->text[r->at + places] : '\0';
}

static void
skip_blanks(Reader *r)
{
	while (r->at < r->len && strchr(" \t\n\r\f\v", r->text[r->at]) != NULL && r->text[r->at] != '\0')
		r->at++;
}

static bool
take(Reader *r, const char *mark)
{
	size_t		len = strlen(mark);

	if (r->len - r->at < len || memcmp(r->text + r->at, mark, len) != 0)
		return false;
	r->at += len;
	return true;
}

/* Takes a word of letters, and lowers its case; empty if it is none, or a long one. */
static void
take_word(Reader *r, char *word, size_t size)
{
	size_t		n = 0;

	while (is_letter(ahead(r, n)))
	{
		if (n + 1 < size)
			word[n] = (char) (r->text[r->at + n] | 0x20);
		n++;
	}
	word[n < size ? n : 0] = '\0';
	r->at += n;
}

/*-------------------------------------------------------------------------
 * Numbers
 *-------------------------------------------------------------------------
 */

/* The decimal digits of a number, without zeros at either end. */
typedef struct Decimal
{
	bool		negative;
	const char *first;			/* a point may stand among them */
	size_t		n;
	long		point;			/* how many stand ahead of the point */
} Decimal;

static long
take_exponent(Reader *r)
{
	size_t		sign = ahead(r, 1) == '-' || ahead(r, 1) == '+';
	bool		negative = ahead(r, 1) == '-';
	long		exponent = 0;

	if ((ahead(r, 0) | 0x20) != 'e' || !is_digit(ahead(r, 1 + sign)))
		return 0;
	for (r->at += 1 + sign; is_digit(ahead(r, 0)); r->at++)
	{
		if (exponent < EXPONENT_MAX)
			exponent = exponent * 10 + (ahead(r, 0) - '0');
	}
	return negative ? -exponent : exponent;
}

/* [+-]? (digits [. digits] | . digits) [e [+-]? digits] */
static bool
take_decimal(Reader *r, Decimal *d)
{
	bool		point = false;
	size_t		digits = 0;
	size_t		zeros = 0;		/* at the end so far */
	size_t		before = 0;		/* digits ahead of the point, from the first that is not 0 */
	size_t		behind = 0;		/* zeros behind the point before that */

	d->negative = ahead(r, 0) == '-';
	if (ahead(r, 0) == '-' || ahead(r, 0) == '+')
		r->at++;
	d->first = NULL;
	d->n = 0;
	for (;; r->at++)
	{
		char		c = ahead(r, 0);

		if (c == '.' && !point && is_digit(ahead(r, 1)))
		{
			point = true;
			continue;
		}
		if (!is_digit(c))
			break;
		digits++;
		if (d->first == NULL && c == '0')
		{
			behind += point;
			continue;
		}
		if (d->first == NULL)
			d->first = r->text + r->at;
		d->n++;
		before += !point;
		zeros = c == '0' ? zeros + 1 : 0;
	}
	if (digits == 0)
		return false;
	d->n -= zeros;
	d->point = (long) before - (long) behind + take_exponent(r);
	return true;
}

/* Stores digits in groups of four. */
static void
store_decimal(GovLimitStore *store, const Decimal *d, GovDigits *result)
{
	int16_t    *groups = store->digits[store->used++];
	long		weight = d->point > 0 ? (d->point - 1) / 4 : -((4 - d->point) / 4);
	size_t		place = (size_t) (4 * (weight + 1) - d->point);
	const char *from = d->first;

	result->digits = (const char *) groups;
	result->ndigits = d->n == 0 ? 0 : (int) ((place + d->n + 3) / 4);
	result->weight = d->n == 0 ? 0 : (int) weight;
	result->negative = d->negative && d->n > 0;
	memset(groups, 0, result->ndigits * sizeof(int16_t));
	for (size_t end = place + d->n; place < end; from++)
	{
		static const int16_t worth[4] = {1000, 100, 10, 1};

		if (*from == '.')
			continue;
		groups[place / 4] = (int16_t) (groups[place / 4] + (*from - '0') * worth[place % 4]);
		place++;
	}
}

static bool
is_number(Reader r)
{
	Decimal		d;

	return take_decimal(&r, &d);
}

static bool
is_special(Reader r)
{
	char		word[10];

	if (ahead(&r, 0) == '-' || ahead(&r, 0) == '+')
		r.at++;
	take_word(&r, word, sizeof(word));
	return strcmp(word, "nan") == 0 || strcmp(word, "inf") == 0 || strcmp(word, "infinity") == 0;
}

static bool
read_number(Reader *r, GovDigits *result)
{
	Decimal		d;
	size_t		start;

	skip_blanks(r);
	start = r->at;
	if (!take_decimal(r, &d))
	{
		r->at = start;
		return fail(r, is_special(*r) ? GOV_THRESHOLD_NOT_FINITE : GOV_THRESHOLD_NO_NUMBER, start);
	}
	if (d.n > 0 && (d.point > GOV_LIMIT_PLACES || d.point < -GOV_LIMIT_PLACES ||
					(long) d.n > GOV_LIMIT_PLACES + d.point))
		return fail(r, GOV_THRESHOLD_LONG, start);
	if (d.n == 0)
		d.point = 0;
	store_decimal(r->store, &d, result);
	return true;
}

/*-------------------------------------------------------------------------
 * Thresholds
 *-------------------------------------------------------------------------
 */

/* The limits of one grade: a number, or two for a band. */
static bool
read_limits(Reader *r, GovLimits *limits, int limit)
{
	GovDigits	d;

	if (!read_number(r, &d))
		return false;
	gov_limits_set(limits, limits->has[GOV_LOWER] ? GOV_LOWER : GOV_UPPER, limit, &d);
	if (!limits->has[GOV_LOWER] || !limits->has[GOV_UPPER])
		return true;
	skip_blanks(r);
	if (!take(r, ".."))
		return fail(r, GOV_THRESHOLD_NO_DOTS, r->at);
	if (!read_number(r, &d))
		return false;
	gov_limits_set(limits, GOV_UPPER, limit, &d);
	return true;
}

/* What is read first says which sides have limits. */
static bool
read_breach(Reader *r, GovLimits *limits)
{
	skip_blanks(r);
	if (r->at == r->len)
		return fail(r, GOV_THRESHOLD_EMPTY, r->at);
	if (take(r, ">="))
		limits->has[GOV_LOWER] = true;
	else if (take(r, "<="))
		limits->has[GOV_UPPER] = true;
	else if (ahead(r, 0) == '>' || ahead(r, 0) == '<')
		return fail(r, GOV_THRESHOLD_STRICT, r->at);
	else if (is_number(*r) || is_special(*r))
		limits->has[GOV_LOWER] = limits->has[GOV_UPPER] = true;
	else
		return fail(r, GOV_THRESHOLD_BAD_START, r->at);
	return read_limits(r, limits, GOV_OUTER);
}

static bool
read_grade(Reader *r, const GovLimits *limits, int *limit)
{
	int			side = limits->has[GOV_LOWER] ? GOV_LOWER : GOV_UPPER;
	size_t		start = r->at;
	char		word[10];

	take_word(r, word, sizeof(word));
	for (int i = GOV_INNER; i < GOV_OUTER; i++)
	{
		if (strcmp(word, gov_grade_names[GOV_GRADE_OF(i)]) == 0)
		{
			*limit = i;
			return !limits->given[side][i] || fail(r, GOV_THRESHOLD_GRADE_TWICE, start);
		}
	}
	return fail(r, GOV_THRESHOLD_NO_GRADE, start);
}

/* Reads all of the text; the limits refer to the store. */
bool
gov_limits_parse(const char *text, size_t len, GovLimitStore *store,
				 GovLimits *limits, GovThresholdError *error)
{
	Reader		r = {text, len, 0, store, error};

	memset(error, 0, sizeof(*error));
	memset(limits, 0, sizeof(*limits));
	store->used = 0;
	if (!read_breach(&r, limits))
		return false;
	for (skip_blanks(&r); r.at < r.len; skip_blanks(&r))
	{
		int			limit;

		if (!read_grade(&r, limits, &limit) || !read_limits(&r, limits, limit))
			return false;
	}
	gov_limits_fill(limits);
	if (!gov_limits_check(limits, &error->crossing))
		return fail(&r, GOV_THRESHOLD_CROSSING, 0);
	return true;
}

/*-------------------------------------------------------------------------
 * Print
 *-------------------------------------------------------------------------
 */

size_t
gov_digits_print_size(const GovDigits *d)
{
	int			ahead_of_point = d->weight >= 0 ? d->weight + 1 : 1;
	int			behind = d->ndigits - 1 - d->weight;

	return 2 + 4 * ((size_t) ahead_of_point + (behind > 0 ? behind : 0));
}

/* The digits of a group; those behind the digits given are zeros. */
static int
group(const GovDigits *d, int i)
{
	int16_t		value = 0;

	if (i >= 0 && i < d->ndigits)
		memcpy(&value, d->digits + i * sizeof(value), sizeof(value));
	return value;
}

static char *
print_group(char *p, int value)
{
	*p++ = (char) ('0' + value / 1000);
	*p++ = (char) ('0' + value / 100 % 10);
	*p++ = (char) ('0' + value / 10 % 10);
	*p++ = (char) ('0' + value % 10);
	return p;
}

static char *
print_first_group(char *p, int value)
{
	char		digits[4];
	int			zeros = 0;

	print_group(digits, value);
	while (zeros < 3 && digits[zeros] == '0')
		zeros++;
	memcpy(p, digits + zeros, 4 - zeros);
	return p + 4 - zeros;
}

/* As numeric's output would, without zeros at the end and without an end mark; returns the length. */
size_t
gov_digits_print(const GovDigits *d, char *out)
{
	int			scale = gov_digits_scale(d);
	char	   *p = out;
	char	   *point;

	if (d->negative)
		*p++ = '-';
	p = print_first_group(p, d->weight < 0 ? 0 : group(d, 0));
	for (int i = 1; i <= d->weight; i++)
		p = print_group(p, group(d, i));
	if (scale == 0)
		return p - out;

	point = p;
	*p++ = '.';
	for (int i = d->weight + 1; i < d->ndigits; i++)
		p = print_group(p, group(d, i));
	return point + 1 + scale - out;
}

size_t
gov_limits_print_size(const GovLimits *limits)
{
	size_t		size = 4;

	for (int side = 0; side < GOV_SIDES; side++)
	{
		for (int limit = GOV_INNER; limits->has[side] && limit <= GOV_OUTER; limit++)
			size += gov_digits_print_size(&limits->at[side][limit]) + 14;
	}
	return size;
}

static char *
print_text(char *p, const char *text)
{
	while (*text != '\0')
		*p++ = *text++;
	return p;
}

static char *
print_range(char *p, const GovLimits *limits, int limit)
{
	for (int side = 0; side < GOV_SIDES; side++)
	{
		if (!limits->has[side])
			continue;
		if (side == GOV_UPPER && limits->has[GOV_LOWER])
			p = print_text(p, " .. ");
		p += gov_digits_print(&limits->at[side][limit], p);
	}
	return p;
}

static bool
same_range(const GovLimits *limits, int limit, int other)
{
	for (int side = 0; side < GOV_SIDES; side++)
	{
		if (limits->has[side] &&
			gov_digits_compare(&limits->at[side][limit], &limits->at[side][other]) != 0)
			return false;
	}
	return true;
}

/* The canonical text, without an end mark; returns the length. */
size_t
gov_limits_print(const GovLimits *limits, char *out)
{
	char	   *p = out;

	if (!limits->has[GOV_UPPER])
		p = print_text(p, ">= ");
	else if (!limits->has[GOV_LOWER])
		p = print_text(p, "<= ");
	p = print_range(p, limits, GOV_OUTER);
	for (int limit = GOV_OUTER - 1; limit >= GOV_INNER; limit--)
	{
		if (same_range(limits, limit, limit + 1))
			continue;
		*p++ = ' ';
		p = print_text(p, gov_grade_names[GOV_GRADE_OF(limit)]);
		*p++ = ' ';
		p = print_range(p, limits, limit);
	}
	return p - out;
}

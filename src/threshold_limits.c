/*
 * threshold_limits.c
 *	  Limits of thresholds: compared, tightened, packed, and values graded by them.
 */
#include "threshold_limits.h"

#include <string.h>

const char *const gov_grade_names[GOV_GRADES] = {"normal", "notice", "caution", "warning", "breach"};

/*-------------------------------------------------------------------------
 * Decimals
 *-------------------------------------------------------------------------
 */

static inline int
digit(const GovDigits *d, int i)
{
	int16_t		value;

	memcpy(&value, d->digits + i * sizeof(value), sizeof(value));
	return value;
}

static int
compare_sizes(const GovDigits *a, const GovDigits *b)
{
	int			shared = a->ndigits < b->ndigits ? a->ndigits : b->ndigits;

	if (a->weight != b->weight)
		return a->weight < b->weight ? -1 : 1;
	for (int i = 0; i < shared; i++)
	{
		int			difference = digit(a, i) - digit(b, i);

		if (difference != 0)
			return difference;
	}
	return a->ndigits - b->ndigits;
}

static int
sign(const GovDigits *d)
{
	return d->ndigits == 0 ? 0 : d->negative ? -1 : 1;
}

int
gov_digits_compare(const GovDigits *a, const GovDigits *b)
{
	int			a_sign = sign(a);
	int			b_sign = sign(b);

	if (a_sign != b_sign)
		return a_sign < b_sign ? -1 : 1;
	if (a_sign == 0)
		return 0;
	return a_sign < 0 ? compare_sizes(b, a) : compare_sizes(a, b);
}

/* How many decimal digits behind the point it takes. */
int
gov_digits_scale(const GovDigits *d)
{
	int			scale = 4 * (d->ndigits - 1 - d->weight);

	if (d->ndigits == 0 || scale <= 0)
		return 0;
	for (int last = digit(d, d->ndigits - 1); last % 10 == 0; last /= 10)
		scale--;
	return scale;
}

bool
gov_limit_fits(const GovDigits *d)
{
	return d->weight < GOV_LIMIT_PLACES / 4 &&
		d->ndigits - 1 - d->weight <= GOV_LIMIT_PLACES / 4;
}

/*-------------------------------------------------------------------------
 * Limits
 *-------------------------------------------------------------------------
 */

/* Before the first: limits zeroed. */
void
gov_limits_set(GovLimits *limits, int side, int limit, const GovDigits *d)
{
	limits->has[side] = true;
	limits->given[side][limit] = true;
	limits->at[side][limit] = *d;
}

/* Gives the grades without limits those of the next worse grade; breach has its own. */
void
gov_limits_fill(GovLimits *limits)
{
	for (int side = 0; side < GOV_SIDES; side++)
	{
		if (!limits->has[side])
			continue;
		for (int limit = GOV_OUTER - 1; limit >= GOV_INNER; limit--)
		{
			if (!limits->given[side][limit])
				limits->at[side][limit] = limits->at[side][limit + 1];
		}
	}
}

/* Compares two limits of a side: positive if the first is the stricter. */
static int
compare_strictness(int side, const GovDigits *a, const GovDigits *b)
{
	return side == GOV_LOWER ? gov_digits_compare(a, b) : gov_digits_compare(b, a);
}

static bool
cross(GovCrossing *crossing, int side, int limit, int other_side, int other_limit)
{
	crossing->side[0] = side;
	crossing->limit[0] = limit;
	crossing->side[1] = other_side;
	crossing->limit[1] = other_limit;
	return false;
}

/* The grade whose limit this one really is. */
static int
origin(const GovLimits *limits, int side, int limit)
{
	while (limit < GOV_OUTER && !limits->given[side][limit])
		limit++;
	return limit;
}

/* Is some value left to every grade's range? */
static bool
check_sides(const GovLimits *limits, GovCrossing *crossing)
{
	if (!limits->has[GOV_LOWER] || !limits->has[GOV_UPPER])
		return true;
	for (int limit = GOV_OUTER; limit >= GOV_INNER; limit--)
	{
		if (gov_digits_compare(&limits->at[GOV_LOWER][limit], &limits->at[GOV_UPPER][limit]) > 0)
			return cross(crossing, GOV_LOWER, origin(limits, GOV_LOWER, limit),
						 GOV_UPPER, origin(limits, GOV_UPPER, limit));
	}
	return true;
}

/* Do the ranges lie inside one another, and is the innermost not empty?  Filled before. */
bool
gov_limits_check(const GovLimits *limits, GovCrossing *crossing)
{
	for (int side = 0; side < GOV_SIDES; side++)
	{
		if (!limits->has[side])
			continue;
		for (int limit = GOV_OUTER - 1; limit >= GOV_INNER; limit--)
		{
			if (compare_strictness(side, &limits->at[side][limit], &limits->at[side][limit + 1]) < 0)
				return cross(crossing, side, limit, side, origin(limits, side, limit + 1));
		}
	}
	return check_sides(limits, crossing);
}

/*
 * The stricter of both, limit by limit: a value's grade by the result is the worse of
 * its grades by a and by b.  Shares their digits.  False if no value would be normal.
 */
bool
gov_limits_tighten(const GovLimits *a, const GovLimits *b, GovLimits *result, GovCrossing *crossing)
{
	memset(result, 0, sizeof(*result));
	for (int side = 0; side < GOV_SIDES; side++)
	{
		if (!a->has[side] && !b->has[side])
			continue;
		for (int limit = GOV_INNER; limit <= GOV_OUTER; limit++)
		{
			const GovLimits *from = !a->has[side] ? b : !b->has[side] ? a :
				compare_strictness(side, &a->at[side][limit], &b->at[side][limit]) >= 0 ? a : b;

			gov_limits_set(result, side, limit, &from->at[side][limit]);
		}
	}
	return check_sides(result, crossing);
}

/* Is a value's grade by b never better than its grade by a? */
bool
gov_limits_cover(const GovLimits *a, const GovLimits *b)
{
	for (int side = 0; side < GOV_SIDES; side++)
	{
		if (!a->has[side])
			continue;
		if (!b->has[side])
			return false;
		for (int limit = GOV_INNER; limit <= GOV_OUTER; limit++)
		{
			if (compare_strictness(side, &a->at[side][limit], &b->at[side][limit]) > 0)
				return false;
		}
	}
	return true;
}

/*
 * An order for sorting: what covers another comes before it.  Limit by limit from the
 * outermost, the laxer one first; none at all is the laxest.
 */
int
gov_limits_compare(const GovLimits *a, const GovLimits *b)
{
	for (int limit = GOV_OUTER; limit >= GOV_INNER; limit--)
	{
		for (int side = 0; side < GOV_SIDES; side++)
		{
			int			order = a->has[side] - b->has[side];

			if (order == 0 && a->has[side])
				order = compare_strictness(side, &a->at[side][limit], &b->at[side][limit]);
			if (order != 0)
				return order;
		}
	}
	return 0;
}

/*-------------------------------------------------------------------------
 * Packed
 *-------------------------------------------------------------------------
 */

#define SIDE_BITS		GOV_LIMITS
#define SIDE_MASK		((1u << SIDE_BITS) - 1)
#define NEGATIVE		0x8000u
#define NDIGITS_MASK	0x7fffu

static void
read_limit(const char *entry, const char *digits, GovDigits *d)
{
	uint16_t	head;
	int16_t		weight;

	memcpy(&head, entry, sizeof(head));
	memcpy(&weight, entry + sizeof(head), sizeof(weight));
	d->digits = digits;
	d->ndigits = head & NDIGITS_MASK;
	d->weight = weight;
	d->negative = (head & NEGATIVE) != 0;
}

static char *
write_limit(char *entry, char *digits, const GovDigits *d)
{
	uint16_t	head = (uint16_t) (d->ndigits | (sign(d) < 0 ? NEGATIVE : 0));
	int16_t		weight = (int16_t) (d->ndigits == 0 ? 0 : d->weight);
	size_t		size = d->ndigits * sizeof(int16_t);

	memcpy(entry, &head, sizeof(head));
	memcpy(entry + sizeof(head), &weight, sizeof(weight));
	if (size > 0)
		memcpy(digits, d->digits, size);
	return digits + size;
}

/* Says nothing that the next worse grade does not say. */
static bool
redundant(const GovLimits *limits, int side, int limit)
{
	return limit < GOV_OUTER &&
		gov_digits_compare(&limits->at[side][limit], &limits->at[side][limit + 1]) == 0;
}

static int
count_bits(unsigned mask)
{
	int			n = 0;

	for (; mask != 0; mask &= mask - 1)
		n++;
	return n;
}

/* Checked limits are written; returns the size, and with packed NULL that alone. */
size_t
gov_limits_pack(const GovLimits *limits, char *packed)
{
	unsigned	mask = 0;
	size_t		size = GOV_PACKED_HEAD;
	char	   *entry;
	char	   *digits;

	for (int side = 0; side < GOV_SIDES; side++)
	{
		for (int limit = GOV_INNER; limits->has[side] && limit <= GOV_OUTER; limit++)
		{
			if (redundant(limits, side, limit))
				continue;
			mask |= 1u << (side * SIDE_BITS + limit);
			size += GOV_PACKED_LIMIT + limits->at[side][limit].ndigits * sizeof(int16_t);
		}
	}
	if (packed == NULL)
		return size;

	packed[0] = (char) mask;
	packed[1] = 0;
	entry = packed + GOV_PACKED_HEAD;
	digits = entry + count_bits(mask) * GOV_PACKED_LIMIT;
	for (int i = 0; i < GOV_SIDES * GOV_LIMITS; i++)
	{
		if ((mask & (1u << i)) == 0)
			continue;
		digits = write_limit(entry, digits, &limits->at[i / GOV_LIMITS][i % GOV_LIMITS]);
		entry += GOV_PACKED_LIMIT;
	}
	return size;
}

/* The digits stay where they are. */
void
gov_limits_unpack(const char *packed, GovLimits *limits)
{
	unsigned	mask = (unsigned char) packed[0];
	const char *entry = packed + GOV_PACKED_HEAD;
	const char *digits = entry + count_bits(mask) * GOV_PACKED_LIMIT;

	memset(limits, 0, sizeof(*limits));
	for (int i = 0; i < GOV_SIDES * GOV_LIMITS; i++)
	{
		GovDigits	d;

		if ((mask & (1u << i)) == 0)
			continue;
		read_limit(entry, digits, &d);
		gov_limits_set(limits, i / GOV_LIMITS, i % GOV_LIMITS, &d);
		entry += GOV_PACKED_LIMIT;
		digits += d.ndigits * sizeof(int16_t);
	}
	gov_limits_fill(limits);
}

/*
 * The worst grade whose range the value is outside of.  From the innermost limit
 * outwards, as most values lie inside it.
 */
GovGrade
gov_packed_grade(const char *packed, const GovDigits *value)
{
	unsigned	mask = (unsigned char) packed[0];
	const char *entry = packed + GOV_PACKED_HEAD;
	const char *digits = entry + count_bits(mask) * GOV_PACKED_LIMIT;
	GovGrade	grade = GOV_NORMAL;
	bool		inside = false;

	for (int i = 0; mask != 0; i++, mask >>= 1)
	{
		int			side = i / GOV_LIMITS;
		GovDigits	d;

		if (i == GOV_LIMITS)
		{
			if (grade != GOV_NORMAL)
				break;			/* too low, so not too high */
			inside = false;
		}
		if ((mask & 1) == 0)
			continue;
		read_limit(entry, digits, &d);
		entry += GOV_PACKED_LIMIT;
		digits += d.ndigits * sizeof(int16_t);
		if (inside)
			continue;
		if (compare_strictness(side, value, &d) < 0)
			grade = GOV_GRADE_OF(i % GOV_LIMITS);
		else if (side == GOV_UPPER || mask >> (GOV_LIMITS - i) == 0)
			break;
		else
			inside = true;
	}
	return grade;
}

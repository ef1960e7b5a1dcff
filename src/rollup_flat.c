/*
 * rollup_flat.c
 *	  unit_rollup in bytes: how a state is stored, sent, and goes between workers.
 *
 *	version		1
 *	count		varint, units
 *	per unit that occurs, in strictly increasing order of the codes:
 *		shared	varint, bytes of the code that the one before has too, all of them
 *		rest	varint, and so many bytes
 *		head	varint: count of values * 8 + 4 if it is weighted
 *				+ 2 if the weights are wide + 1 if the values are
 *		if the count is not 0:
 *			scale	varint
 *			sum		amount; it is also smallest and largest if the count is 1
 *			smallest, largest	amounts, if it is more
 *		if it is weighted:
 *			scale	varint, of the weights
 *			weight	amount
 *			scale	varint, of the products
 *			product	amount
 *
 * An amount is an integer at its scale: a varint with the sign in its lowest bit
 * (decimal.c).  A wide one is given as the digits that numeric has: a byte 1 if it is
 * negative, else 0; a varint with the sign in its lowest bit for the weight; a varint
 * for the number of digits; and two bytes, high one first, for each.  The amounts of a
 * unit are wide if and only if one of them does not fit into 126 bits.
 *
 * So equal states have equal bytes, whatever the order in which they came about.
 */
#include "rollup.h"

#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

/* The fewest bytes of a unit: shared, rest, a character, head. */
#define UNIT_SIZE			4

/* The flat form of any state; detoasted, and perhaps the argument itself. */
struct varlena *
gov_rollup_flat(Datum d)
{
	if (gov_rollup_is_expanded(d))
		return gov_rollup_flatten(gov_rollup_expanded(d));
	return PG_DETOAST_DATUM(d);
}

/* ---------- reading ---------- */

static void
invalid(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid unit_rollup"),
			 errdetail("%s", detail)));
}

static uint64
get_varint(gov_reader *r, uint64 limit)
{
	uint64		v;

	if (!gov_varint_get(&r->p, r->end, &v))
		invalid("It ends early, or a number in it is not in its shortest form.");
	if (v > limit)
		invalid("A number in it is out of range.");
	return v;
}

static void
skip_varints(gov_reader *r, int n)
{
	for (; n > 0; n--)
	{
		while (r->p < r->end && *r->p >= 0x80)
			r->p++;
		if (r->p++ >= r->end)
			invalid("It ends early.");
	}
}

static Numeric
get_wide(gov_reader *r, int scale)
{
	bool		negative;
	uint64		zigzag;
	int			weight;
	int			ndigits;
	int16	   *digits;
	Numeric		num;

	if (r->p == r->end || *r->p > 1)
		invalid("A sign in it is neither 0 nor 1.");
	negative = *r->p++;
	zigzag = get_varint(r, 2 * (GOV_MAX_WEIGHT + 1));
	weight = zigzag & 1 ? -(int) (zigzag >> 1) - 1 : (int) (zigzag >> 1);
	ndigits = (int) get_varint(r, (r->end - r->p) / 2);
	if (ndigits > (r->end - r->p) / 2)
		invalid("It ends early.");
	digits = palloc((ndigits + 1) * sizeof(int16));
	for (int i = 0; i < ndigits; i++, r->p += 2)
		digits[i] = (int16) (r->p[0] << 8 | r->p[1]);
	if (!gov_digits_valid(digits, ndigits, weight, scale) || (negative && ndigits == 0))
		invalid("The digits of a number in it are not those of a numeric.");
	num = gov_numeric_from_digits(digits, ndigits, weight, scale, negative);
	pfree(digits);
	return num;
}

static gov_amount
get_amount(gov_reader *r, int scale, bool wide)
{
	gov_amount	amount;

	if (wide)
		amount.wide = get_wide(r, scale);
	else if (!gov_decimal_get(&r->p, r->end, &amount.small))
		invalid("It ends early, or a number in it is not in its shortest form.");
	return amount;
}

static int
compare_amounts(gov_amount a, gov_amount b, bool wide)
{
	if (wide)
		return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a.wide),
												 NumericGetDatum(b.wide)));
	return (a.small > b.small) - (a.small < b.small);
}

static int
sign_of(Numeric num)
{
	int			weight;
	bool		negative;

	return gov_numeric_digits(num, &weight, &negative) == 0 ? 0 : negative ? -1 : 1;
}

/* What numeric cannot hold is given by its sign, else that is 0. */
static Numeric
subtract(Numeric a, Numeric b, int *beyond)
{
	bool		overflow = false;
	Numeric		difference = numeric_sub_opt_error(a, b, &overflow);

	*beyond = overflow ? sign_of(a) : 0;
	return difference;
}

static Numeric
multiply(Numeric a, Numeric b, int *beyond)
{
	bool		overflow = false;
	Numeric		product = numeric_mul_opt_error(a, b, &overflow);

	*beyond = overflow ? sign_of(a) * sign_of(b) : 0;
	return product;
}

/* If numeric holds neither, and both have the same sign, they are taken to be equal. */
static int
compare_beyond(Numeric a, int a_beyond, Numeric b, int b_beyond)
{
	if (a_beyond != 0 || b_beyond != 0)
		return (a_beyond > b_beyond) - (a_beyond < b_beyond);
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a), NumericGetDatum(b)));
}

/* Compares sum - one with n times another value. */
static int
compare_rest(gov_amount sum, gov_amount one, int64 n, gov_amount other, bool wide)
{
	Numeric		rest;
	Numeric		product;
	int			rest_beyond = 0;
	int			product_beyond;

	if (!wide && gov_decimal_fits64(other.small))
	{
		gov_int128	difference = sum.small - one.small;
		gov_int128	small = other.small * n;

		return (difference > small) - (difference < small);
	}
	if (wide)
		rest = subtract(sum.wide, one.wide, &rest_beyond);
	else
		rest = gov_numeric_make(sum.small - one.small, 0);
	product = multiply(wide ? other.wide : gov_numeric_make(other.small, 0), int64_to_numeric(n), &product_beyond);
	return compare_beyond(rest, rest_beyond, product, product_beyond);
}

/* Compares a product with value * weight. */
static int
compare_product(const gov_weight *weight, gov_amount value, const gov_cell *cell)
{
	gov_int128	small;
	Numeric		product;
	int			beyond;

	if (!weight->wide && !cell->wide && gov_decimal_multiply(value.small, weight->weight.small, &small))
	{
		gov_int128	given = weight->product.small;

		if (gov_decimal_rescale(&given, weight->scale + cell->scale - weight->product_scale))
			return (given > small) - (given < small);
	}
	product = multiply(gov_amount_numeric(value, cell->scale, cell->wide),
					   gov_amount_numeric(weight->weight, weight->scale, weight->wide), &beyond);
	return compare_beyond(gov_amount_numeric(weight->product, weight->product_scale, weight->wide), 0,
						  product, beyond);
}

/* Could there be such values?  NULL, or what speaks against it. */
static const char *
cell_fault(const gov_cell *cell)
{
	gov_cell	canonical = *cell;

	if (cell->n == 0)
		return NULL;
	gov_cell_canonical(&canonical);
	if (canonical.wide != cell->wide)
		return "Amounts that fit into 126 bits are given as wide ones.";
	if (compare_amounts(cell->minimum, cell->maximum, cell->wide) > 0)
		return "A smallest value is above the largest.";
	/* One value is the largest, and the others are the smallest at least; and the other way round. */
	if (cell->n > 1 &&
		(compare_rest(cell->sum, cell->maximum, cell->n - 1, cell->minimum, cell->wide) < 0 ||
		 compare_rest(cell->sum, cell->minimum, cell->n - 1, cell->maximum, cell->wide) > 0))
		return cell->n == 2 ? "Two values do not add up to their sum." :
			"A sum cannot be that of values between the smallest and the largest.";
	return NULL;
}

static const char *
weight_fault(const gov_weight *weight, const gov_cell *cell)
{
	gov_weight	canonical = *weight;
	gov_amount	zero;
	int			sign;

	if (!weight->present)
		return NULL;
	if (cell->n == 0)
		return "There is a weight without a value.";
	gov_weight_canonical(&canonical);
	if (canonical.wide != weight->wide)
		return "Amounts that fit into 126 bits are given as wide ones.";
	if (weight->product_scale < weight->scale || weight->product_scale > weight->scale + cell->scale)
		return "The scale of a product is not between those of its factors and their sum.";
	if (weight->wide)
		zero.wide = gov_numeric_make(0, 0);
	else
		zero.small = 0;
	sign = compare_amounts(weight->weight, zero, weight->wide);
	if (sign < 0)
		return "A weight is negative.";
	if (sign == 0 && compare_amounts(weight->product, zero, weight->wide) != 0)
		return "A weight of zero has a product that is not.";
	if (compare_product(weight, cell->minimum, cell) < 0 || compare_product(weight, cell->maximum, cell) > 0)
		return "A product cannot be that of values between the smallest and the largest with that weight.";
	return NULL;
}

static void
begin_flat(gov_reader *r, const char *bytes, Size len)
{
	r->len = 0;
	r->state = NULL;
	r->order = NULL;
	r->check = false;
	r->p = (const unsigned char *) bytes;
	r->end = r->p + len;
	if (len < 2)
		invalid("It is shorter than an empty one.");
	if (*r->p != GOV_FLAT_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid unit_rollup"),
				 errdetail("Its version is %d; this library reads %d.", *r->p, GOV_FLAT_VERSION)));
	r->p++;
	r->count = (uint32) get_varint(r, len / UNIT_SIZE);
	r->left = r->count;
}

/* The number of units. */
uint32
gov_flat_count(struct varlena *flat)
{
	gov_reader	r;

	begin_flat(&r, VARDATA_ANY(flat), VARSIZE_ANY_EXHDR(flat));
	return r.count;
}

static void
begin(gov_reader *r, Datum d, bool sorted)
{
	struct varlena *flat;

	if (gov_rollup_is_expanded(d))
		flat = gov_rollup_kept_flat(gov_rollup_expanded(d));
	else
		flat = PG_DETOAST_DATUM_PACKED(d);
	if (flat != NULL)
	{
		begin_flat(r, VARDATA_ANY(flat), VARSIZE_ANY_EXHDR(flat));
		return;
	}
	r->state = gov_rollup_expanded(d);
	r->order = gov_rollup_positions(r->state, &r->count, sorted);
	r->next = 0;
}

void
gov_reader_begin(gov_reader *r, Datum d)
{
	begin(r, d, true);
}

/* For gov_reader_seek(): an expanded state need not be sorted to be looked through. */
void
gov_reader_begin_anyhow(gov_reader *r, Datum d)
{
	begin(r, d, false);
}

void
gov_reader_end(gov_reader *r)
{
	if (r->order != NULL)
		pfree(r->order);
}

static void
next_code(gov_reader *r)
{
	int			shared = (int) get_varint(r, r->len);
	int			rest = (int) get_varint(r, GOV_CODE_MAX - shared);

	if (rest == 0 || rest > r->end - r->p)
		invalid("A code in it is empty, or ends early.");
	if (shared < r->len && *r->p <= (unsigned char) r->code[shared])
		invalid("Codes in it are not in order.");
	memcpy(r->code + shared, r->p, rest);
	r->p += rest;
	r->shared = shared;
	r->len = shared + rest;
	if (r->check)
		(void) gov_unitcode_check(r->code, r->len, ERRCODE_INVALID_BINARY_REPRESENTATION, NULL);
}

static uint64
next_head(gov_reader *r)
{
	return get_varint(r, GOV_COUNT_MAX << GOV_HEAD_BITS | GOV_HEAD_VALUES_WIDE | GOV_HEAD_WEIGHTS_WIDE | GOV_HEAD_WEIGHTED);
}

void
gov_reader_amounts(gov_reader *r)
{
	uint64		head = next_head(r);
	gov_cell   *cell = &r->cell;
	gov_weight *weight = &r->weight;

	cell->n = head >> GOV_HEAD_BITS;
	cell->wide = head & GOV_HEAD_VALUES_WIDE;
	weight->present = head & GOV_HEAD_WEIGHTED;
	weight->wide = head & GOV_HEAD_WEIGHTS_WIDE;
	if ((cell->n == 0 && head != 0) || (weight->wide && !weight->present))
		invalid("A unit in it has amounts without values.");
	if (cell->n > 0)
	{
		cell->scale = get_varint(r, GOV_MAX_SCALE);
		cell->sum = get_amount(r, cell->scale, cell->wide);
		cell->minimum = cell->maximum = cell->sum;
	}
	if (cell->n > 1)
	{
		cell->minimum = get_amount(r, cell->scale, cell->wide);
		cell->maximum = get_amount(r, cell->scale, cell->wide);
	}
	if (weight->present)
	{
		weight->scale = get_varint(r, GOV_MAX_SCALE);
		weight->weight = get_amount(r, weight->scale, weight->wide);
		weight->product_scale = get_varint(r, GOV_MAX_SCALE);
		weight->product = get_amount(r, weight->product_scale, weight->wide);
	}
}

/* Instead of gov_reader_amounts(). */
void
gov_reader_skip(gov_reader *r)
{
	const unsigned char *start = r->p;
	uint64		head = next_head(r);
	int			values = head >> GOV_HEAD_BITS == 0 ? 0 : head >> GOV_HEAD_BITS == 1 ? 2 : 4;

	if (head & (GOV_HEAD_VALUES_WIDE | GOV_HEAD_WEIGHTS_WIDE))
	{
		r->p = start;
		gov_reader_amounts(r);
	}
	else
		skip_varints(r, values + (head & GOV_HEAD_WEIGHTED ? 4 : 0));
}

static bool
next_expanded(gov_reader *r)
{
	const char *code;

	if (r->next == r->count)
		return false;
	if (r->next % 4096 == 0)
		CHECK_FOR_INTERRUPTS();
	code = gov_rollup_get(r->state, r->order[r->next++], &r->len, &r->cell, &r->weight);
	memcpy(r->code, code, r->len);
	return true;
}

/* Of the flat form: the next unit's code; its amounts are to be read or skipped next. */
bool
gov_reader_code(gov_reader *r)
{
	if (r->left == 0)
	{
		if (r->p != r->end)
			invalid("There are bytes behind its end.");
		return false;
	}
	r->left--;
	if (r->left % 4096 == 0)
		CHECK_FOR_INTERRUPTS();
	next_code(r);
	return true;
}

bool
gov_reader_next(gov_reader *r)
{
	if (r->state != NULL)
		return next_expanded(r);
	if (!gov_reader_code(r))
		return false;
	gov_reader_amounts(r);
	return true;
}

/* The next unit that the code covers, itself included. */
bool
gov_reader_seek(gov_reader *r, const char *code, int len)
{
	if (r->state != NULL)
	{
		while (next_expanded(r))
			if (gov_code_covers(code, len, r->code, r->len))
				return true;
		return false;
	}
	while (gov_reader_code(r))
	{
		if (gov_code_covers(code, len, r->code, r->len))
		{
			gov_reader_amounts(r);
			return true;
		}
		if (gov_code_compare(r->code, r->len, code, len) > 0)
			return false;
		gov_reader_skip(r);
	}
	return false;
}

/* Of the flat form: is the unit in the subtree of the one whose code the first bytes of the last unit's are? */
bool
gov_reader_is_below(const gov_reader *r, int len)
{
	return r->shared >= len && r->len > len && r->code[len] == '.';
}

/* Of the flat form: does the next unit belong to the subtree of this one? */
bool
gov_reader_has_subtree(const gov_reader *r)
{
	const unsigned char *p = r->p;
	uint64		shared;
	uint64		rest;

	return r->left > 0 && gov_varint_get(&p, r->end, &shared) && shared == r->len &&
		gov_varint_get(&p, r->end, &rest) && p < r->end && *p == '.';
}

/* Raises what is wrong with amounts from outside, or passes it to escontext and returns false. */
bool
gov_amounts_check(const gov_cell *cell, const gov_weight *weight, int sqlstate,
				  const char *code, int len, struct Node *escontext)
{
	const char *fault = cell_fault(cell);

	if (fault == NULL)
		fault = weight_fault(weight, cell);
	if (fault == NULL)
		return true;
	ereturn(escontext, false,
			(errcode(sqlstate),
			 errmsg("invalid unit_rollup at unit \"%.*s\"", len, code),
			 errdetail("%s", fault)));
}

/* Bytes from outside: all of them are looked at. */
void
gov_flat_check(const char *bytes, size_t len)
{
	MemoryContext per_unit = AllocSetContextCreate(CurrentMemoryContext, "unit_rollup check",
												   ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(per_unit);
	gov_reader	r;

	begin_flat(&r, bytes, len);
	r.check = true;
	while (gov_reader_next(&r))
	{
		CHECK_FOR_INTERRUPTS(); /* large numerics are multiplied */
		(void) gov_amounts_check(&r.cell, &r.weight, ERRCODE_INVALID_BINARY_REPRESENTATION, r.code, r.len, NULL);
		if (r.left % 256 == 0)
			MemoryContextReset(per_unit);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(per_unit);
}

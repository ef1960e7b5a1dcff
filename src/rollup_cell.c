/*
 * rollup_cell.c
 *	  What is known of a unit's values: count, sum, smallest, largest, weights.
 *
 * Amounts are small decimals as long as they fit (decimal.h), else numerics, a whole
 * cell at a time.  Which of the two they are during accumulation depends on the order
 * of the rows; the canonical form, wide only if it must be, does not.
 */
#include "rollup.h"

#include "utils/fmgrprotos.h"

static Numeric
copy_numeric(Numeric num, MemoryContext context)
{
	void	   *copy = MemoryContextAlloc(context, VARSIZE(num));

	memcpy(copy, num, VARSIZE(num));
	return (Numeric) copy;
}

static Numeric
add_numeric(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_add, NumericGetDatum(a), NumericGetDatum(b)));
}

static int
compare_numeric(Numeric a, Numeric b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a), NumericGetDatum(b)));
}

/*
 * The numeric of an amount, with at least that display scale: a wide smallest or
 * largest value has its own, and adding a zero of the wanted one is exact.
 */
Numeric
gov_amount_numeric(gov_amount amount, int scale, bool wide)
{
	if (!wide)
		return gov_numeric_make(amount.small, scale);
	if (gov_numeric_scale(amount.wide) == scale)
		return amount.wide;
	return add_numeric(amount.wide, gov_numeric_make(0, scale));
}

/* Is it small at that scale? */
static bool
amount_fits(Numeric num, int scale, gov_int128 *v)
{
	gov_int128	value;
	int			own;

	if (gov_numeric_decode((struct varlena *) num, &value, &own) != GOV_NUMERIC_SMALL ||
		own > scale || !gov_decimal_rescale(&value, scale - own))
		return false;
	*v = value;
	return true;
}

static void
widen(gov_amount *amount, int scale, MemoryContext context)
{
	gov_numeric_buffer buffer;

	amount->wide = copy_numeric(gov_numeric_encode(amount->small, scale, &buffer), context);
}

/* Puts num in the place of a wide amount. */
static void
replace_wide(gov_amount *amount, Numeric num, MemoryContext context)
{
	Numeric		copy = copy_numeric(num, context);

	pfree(amount->wide);
	amount->wide = copy;
}

static void
add_wide(gov_amount *into, gov_amount from, int scale, bool wide, MemoryContext context)
{
	Numeric		other = gov_amount_numeric(from, scale, wide);
	Numeric		sum = add_numeric(into->wide, other);

	replace_wide(into, sum, context);
	pfree(sum);
}

static void
widen_cell(gov_cell *cell, MemoryContext context)
{
	gov_cell	wide = *cell;

	if (cell->wide)
		return;
	widen(&wide.sum, cell->scale, context);
	widen(&wide.minimum, cell->scale, context);
	widen(&wide.maximum, cell->scale, context);
	wide.wide = true;
	*cell = wide;
}

static void
copy_cell(gov_cell *into, const gov_cell *from, MemoryContext context)
{
	*into = *from;
	if (from->wide)
	{
		into->sum.wide = copy_numeric(from->sum.wide, context);
		into->minimum.wide = copy_numeric(from->minimum.wide, context);
		into->maximum.wide = copy_numeric(from->maximum.wide, context);
	}
}

/* Amounts at different scales; says false, and leaves them, if they do not fit at the larger. */
static bool
merge_scaled(gov_cell *into, const gov_cell *from)
{
	int			scale = Max(into->scale, from->scale);
	gov_int128	sum = into->sum.small;
	gov_int128	minimum = into->minimum.small;
	gov_int128	maximum = into->maximum.small;
	gov_int128	other_sum = from->sum.small;
	gov_int128	other_minimum = from->minimum.small;
	gov_int128	other_maximum = from->maximum.small;
	int			mine = scale - into->scale;
	int			other = scale - from->scale;

	if (!gov_decimal_rescale(&sum, mine) ||
		!gov_decimal_rescale(&minimum, mine) ||
		!gov_decimal_rescale(&maximum, mine) ||
		!gov_decimal_rescale(&other_sum, other) ||
		!gov_decimal_rescale(&other_minimum, other) ||
		!gov_decimal_rescale(&other_maximum, other) ||
		!gov_decimal_add(&sum, other_sum))
		return false;
	into->sum.small = sum;
	into->minimum.small = Min(minimum, other_minimum);
	into->maximum.small = Max(maximum, other_maximum);
	into->scale = scale;
	return true;
}

static bool
merge_small(gov_cell *into, const gov_cell *from)
{
	if (into->scale == from->scale)
	{
		if (!gov_decimal_add(&into->sum.small, from->sum.small))
			return false;
		into->minimum.small = Min(into->minimum.small, from->minimum.small);
		into->maximum.small = Max(into->maximum.small, from->maximum.small);
		return true;
	}
	return merge_scaled(into, from);
}

/* The sum comes last, so that after an error, as without memory, nothing is added twice when it is tried again. */
static void
merge_wide(gov_cell *into, const gov_cell *from, MemoryContext context)
{
	Numeric		other;

	widen_cell(into, context);
	other = gov_amount_numeric(from->minimum, from->scale, from->wide);
	if (compare_numeric(other, into->minimum.wide) < 0)
		replace_wide(&into->minimum, other, context);
	other = gov_amount_numeric(from->maximum, from->scale, from->wide);
	if (compare_numeric(other, into->maximum.wide) > 0)
		replace_wide(&into->maximum, other, context);
	add_wide(&into->sum, from->sum, from->scale, from->wide, context);
	into->scale = Max(into->scale, from->scale);
}

/*
 * Wide amounts of into are owned by it, in that context.  Says false, and leaves it, if
 * there would be more values than can be written: that is refused here, not only there.
 */
bool
gov_cell_merge(gov_cell *into, const gov_cell *from, MemoryContext context)
{
	int64		n;

	if (from->n == 0)
		return true;
	if (into->n == 0)
	{
		copy_cell(into, from, context);
		return true;
	}
	if (__builtin_add_overflow(into->n, from->n, &n) || n > (int64) GOV_COUNT_MAX)
		return false;
	if (into->wide || from->wide || !merge_small(into, from))
		merge_wide(into, from, context);
	into->n = n;
	return true;
}

/* What to do if gov_cell_merge() says false; code may be NULL. */
void
gov_cell_refuse_count(const char *code, int len)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 code == NULL ? errmsg("count of a unit_rollup out of range") :
			 errmsg("count of unit \"%.*s\" of a unit_rollup out of range", len, code)));
}

/* A copy for reading: the wide amounts stay where they are if it stays wide. */
void
gov_cell_canonical(gov_cell *cell)
{
	gov_int128	sum;
	gov_int128	minimum;
	gov_int128	maximum;

	if (!cell->wide ||
		!amount_fits(cell->sum.wide, cell->scale, &sum) ||
		!amount_fits(cell->minimum.wide, cell->scale, &minimum) ||
		!amount_fits(cell->maximum.wide, cell->scale, &maximum))
		return;
	cell->sum.small = sum;
	cell->minimum.small = minimum;
	cell->maximum.small = maximum;
	cell->wide = false;
}

static void
widen_weight(gov_weight *weight, MemoryContext context)
{
	if (weight->wide)
		return;
	widen(&weight->weight, weight->scale, context);
	widen(&weight->product, weight->product_scale, context);
	weight->wide = true;
}

static void
copy_weight(gov_weight *into, const gov_weight *from, MemoryContext context)
{
	*into = *from;
	if (from->present && from->wide)
	{
		into->weight.wide = copy_numeric(from->weight.wide, context);
		into->product.wide = copy_numeric(from->product.wide, context);
	}
}

static bool
merge_small_weight(gov_weight *into, const gov_weight *from)
{
	int			scale = Max(into->scale, from->scale);
	int			product_scale = Max(into->product_scale, from->product_scale);
	gov_int128	weight = into->weight.small;
	gov_int128	product = into->product.small;
	gov_int128	other_weight = from->weight.small;
	gov_int128	other_product = from->product.small;

	if (!gov_decimal_rescale(&weight, scale - into->scale) ||
		!gov_decimal_rescale(&other_weight, scale - from->scale) ||
		!gov_decimal_rescale(&product, product_scale - into->product_scale) ||
		!gov_decimal_rescale(&other_product, product_scale - from->product_scale) ||
		!gov_decimal_add(&weight, other_weight) ||
		!gov_decimal_add(&product, other_product))
		return false;
	into->weight.small = weight;
	into->product.small = product;
	into->scale = scale;
	into->product_scale = product_scale;
	return true;
}

void
gov_weight_merge(gov_weight *into, const gov_weight *from, MemoryContext context)
{
	if (!from->present)
		return;
	if (!into->present)
	{
		copy_weight(into, from, context);
		return;
	}
	if (!into->wide && !from->wide && merge_small_weight(into, from))
		return;
	widen_weight(into, context);
	add_wide(&into->weight, from->weight, from->scale, from->wide, context);
	add_wide(&into->product, from->product, from->product_scale, from->wide, context);
	into->scale = Max(into->scale, from->scale);
	into->product_scale = Max(into->product_scale, from->product_scale);
}

void
gov_weight_canonical(gov_weight *weight)
{
	gov_int128	sum;
	gov_int128	product;

	if (!weight->present || !weight->wide ||
		!amount_fits(weight->weight.wide, weight->scale, &sum) ||
		!amount_fits(weight->product.wide, weight->product_scale, &product))
		return;
	weight->weight.small = sum;
	weight->product.small = product;
	weight->wide = false;
}

/* A numeric with a plain header, for numeric's own functions. */
static Numeric
plain_numeric(const struct varlena *num)
{
	return DatumGetNumeric(PointerGetDatum(num));
}

static void
refuse_special(const char *what, const struct varlena *num, const char *code, int len)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("unit_rollup cannot take the %s %s of unit \"%.*s\"", what,
					DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(plain_numeric(num)))),
					len, code),
			 errdetail("Sums are exact, and only finite numbers have one."),
			 errhint("Use NULL for a missing value.")));
}

/* The cell of one value; a wide one is allocated in the current context or is the value itself. */
void
gov_cell_set_value(gov_cell *cell, const struct varlena *value, const char *code, int len)
{
	gov_int128	v;
	int			scale;

	cell->n = 1;
	cell->wide = false;
	switch (gov_numeric_decode(value, &v, &scale))
	{
		case GOV_NUMERIC_SMALL:
			cell->scale = scale;
			cell->sum.small = cell->minimum.small = cell->maximum.small = v;
			break;
		case GOV_NUMERIC_WIDE:
			cell->wide = true;
			cell->sum.wide = cell->minimum.wide = cell->maximum.wide = plain_numeric(value);
			cell->scale = gov_numeric_scale(cell->sum.wide);
			break;
		case GOV_NUMERIC_SPECIAL:
			refuse_special("value", value, code, len);
			break;
	}
}

/* The weight of one value, whose cell is given. */
void
gov_weight_set(gov_weight *weight, const gov_cell *value, const struct varlena *factor,
			   const char *code, int len)
{
	gov_int128	v;
	int			scale = 0;
	gov_numeric_kind kind = gov_numeric_decode(factor, &v, &scale);
	Numeric		num;
	bool		negative;
	int			digit_weight;

	if (kind == GOV_NUMERIC_SPECIAL)
		refuse_special("weight", factor, code, len);
	if (kind == GOV_NUMERIC_SMALL)
		negative = v < 0;
	else
	{
		num = plain_numeric(factor);
		scale = gov_numeric_scale(num);
		gov_numeric_digits(num, &digit_weight, &negative);
	}
	if (negative)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unit_rollup cannot take the negative weight %s of unit \"%.*s\"",
						DatumGetCString(DirectFunctionCall1(numeric_out,
															NumericGetDatum(plain_numeric(factor)))),
						len, code),
				 errdetail("A weighted mean needs weights of zero or more.")));
	if (scale + value->scale > GOV_MAX_SCALE)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("product of value and weight of unit \"%.*s\" has more than %d digits behind the point",
						len, code, GOV_MAX_SCALE)));

	weight->present = true;
	weight->scale = scale;
	weight->product_scale = scale + value->scale;
	weight->wide = false;
	if (kind == GOV_NUMERIC_SMALL && !value->wide &&
		gov_decimal_multiply(value->sum.small, v, &weight->product.small))
	{
		weight->weight.small = v;
		return;
	}
	num = plain_numeric(factor);
	weight->wide = true;
	weight->weight.wide = num;
	weight->product.wide =
		DatumGetNumeric(DirectFunctionCall2(numeric_mul, NumericGetDatum(num),
											NumericGetDatum(gov_amount_numeric(value->sum, value->scale,
																			   value->wide))));
}

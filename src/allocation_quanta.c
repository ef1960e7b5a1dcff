/*
 * allocation_quanta.c
 *	  Between numerics and whole numbers of quanta.
 */
#include "allocation_quanta.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* A quantum, copied from a plain numeric. */
void
gov_quantum_set(gov_quantum *q, Datum number, MemoryContext context)
{
	Size		size = VARSIZE_ANY(DatumGetPointer(number));

	q->number = (Numeric) MemoryContextAlloc(context, size);
	memcpy(q->number, DatumGetPointer(number), size);
	q->small = gov_numeric_decode((struct varlena *) q->number, &q->value, &q->scale) == GOV_NUMERIC_SMALL;
}

/* Limbs for so many groups of four decimal digits. */
int
gov_width_of_groups(int groups)
{
	return (groups * INT64CONST(13288) / 1000 + 64) / 64;
}

/* Digits in base 10000, with zeros behind them, are appended to a number. */
void
gov_append_digits(gov_limb *number, int width, const int16 *digits, int ndigits, int zeros)
{
	for (int at = 0; at < ndigits + zeros;)
	{
		gov_limb	factor = 1;
		gov_limb	addend = 0;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < 4 && at < ndigits + zeros; i++, at++)
		{
			factor *= 10000;
			addend = addend * 10000 + (at < ndigits ? digits[at] : 0);
		}
		gov_natural_multiply_limb(number, width, factor, addend);
	}
}

/* A whole number that is not negative; with room NULL, its width. */
int
gov_whole_number(Datum number, gov_limb *room, int width)
{
	Numeric		num = DatumGetNumeric(number);
	bool		negative;
	int			weight;
	int			ndigits = gov_numeric_digits(num, &weight, &negative);
	int16	   *digits;

	if (room == NULL)
		return ndigits == 0 ? 1 : gov_width_of_groups(weight + 1);
	digits = palloc(Max(ndigits, 1) * sizeof(int16));
	gov_numeric_copy_digits(num, digits);
	memset(room, 0, width * sizeof(gov_limb));
	gov_append_digits(room, width, digits, ndigits, ndigits == 0 ? 0 : weight + 1 - ndigits);
	return width;
}

static Numeric
numeric_of_limbs(const gov_limb *number, int width)
{
	gov_limb   *rest = palloc(width * sizeof(gov_limb));
	int			room = 5 * width;	/* 10000^5 > 2^64 */
	int16	   *digits = palloc(room * sizeof(int16));
	int			first = room;
	int			last = room;

	memcpy(rest, number, width * sizeof(gov_limb));
	while (!gov_natural_is_zero(rest, width))
	{
		CHECK_FOR_INTERRUPTS();
		digits[--first] = gov_natural_divide_limb(rest, width, 10000);
	}
	while (last > first && digits[last - 1] == 0)
		last--;
	return gov_numeric_from_digits(digits + first, last - first, last > first ? room - first - 1 : 0, 0, false);
}

/* A number of quanta as the amount it is, with the quantum's decimals. */
Datum
gov_quanta_amount(const gov_quantum *q, const gov_limb *number, int width)
{
	gov_int128	product;

	if (q->small && number[0] <= PG_INT64_MAX && gov_natural_is_zero(number + 1, width - 1) &&
		gov_decimal_multiply(number[0], q->value, &product))
		return NumericGetDatum(gov_numeric_make(product, q->scale));
	return DirectFunctionCall2(numeric_mul, NumericGetDatum(numeric_of_limbs(number, width)),
							   NumericGetDatum(q->number));
}

/*
 * How many quanta a small number has, and whether something is left; false if it is
 * not small.  The number must not be negative.
 */
bool
gov_small_quanta(const gov_quantum *q, const struct varlena *number, gov_uint128 *quanta, bool *rest)
{
	gov_int128	value;
	gov_int128	quantum = q->value;
	int			scale;

	if (!q->small || gov_numeric_decode(number, &value, &scale) != GOV_NUMERIC_SMALL ||
		!(scale < q->scale ? gov_decimal_rescale(&value, q->scale - scale)
		  : gov_decimal_rescale(&quantum, scale - q->scale)))
		return false;
	if (gov_decimal_fits64(value) && gov_decimal_fits64(quantum))
	{
		*quanta = (int64) value / (int64) quantum;
		*rest = (int64) value % (int64) quantum != 0;
	}
	else
	{
		*quanta = value / quantum;
		*rest = value % quantum != 0;
	}
	return true;
}

void
gov_store_small(gov_limb *room, int width, gov_uint128 value)
{
	gov_limb	limbs[2] = {(gov_limb) value, (gov_limb) (value >> 64)};

	gov_natural_copy(room, width, limbs, 2);
}

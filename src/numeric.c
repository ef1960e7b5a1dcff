/*
 * numeric.c
 *	  Numeric's layout on disk, read and written directly.
 *
 * This is the one place that knows it.  It is the same in PostgreSQL 9.1 to 18, and
 * pg_upgrade keeps it from changing: behind the varlena header stand
 *
 *	short form, where weight and scale are small:
 *		uint16	0x8000 | sign 0x2000 | scale << 7 (6 bits) | weight (7 bits, signed)
 *	long form:
 *		uint16	sign 0x4000 | scale (14 bits)
 *		int16	weight
 *	special values:
 *		uint16	0xC000 NaN, 0xD000 infinity, 0xF000 -infinity
 *
 * and then int16 digits in base 10000, the first standing for 10000^weight, without
 * zeros at either end.  The tests of rollup compare it with numeric's own text.
 */
#include "numeric.h"

#define SPECIAL				0xC000
#define INFINITY_PLUS		0xD000
#define LONG_NEGATIVE		0x4000
#define LONG_SCALE			0x3FFF
#define SHORT				0x8000
#define SHORT_NEGATIVE		0x2000
#define SHORT_SCALE			0x1F80
#define SHORT_SCALE_SHIFT	7
#define SHORT_SCALE_MAX		63
#define SHORT_WEIGHT_SIGN	0x0040
#define SHORT_WEIGHT		0x003F

typedef struct layout
{
	const char *digits;			/* perhaps not aligned */
	int			ndigits;
	int			weight;
	int			scale;
	bool		negative;
} layout;

static void
read_layout(const struct varlena *num, layout *l)
{
	const char *p = VARDATA_ANY(num);
	int			size = VARSIZE_ANY_EXHDR(num);
	uint16		header;

	memcpy(&header, p, sizeof(header));
	if (header & SHORT)
	{
		l->negative = (header & SHORT_NEGATIVE) != 0;
		l->scale = (header & SHORT_SCALE) >> SHORT_SCALE_SHIFT;
		l->weight = header & SHORT_WEIGHT;
		if (header & SHORT_WEIGHT_SIGN)
			l->weight -= SHORT_WEIGHT + 1;
		l->digits = p + sizeof(uint16);
		l->ndigits = (size - (int) sizeof(uint16)) / (int) sizeof(int16);
	}
	else
	{
		int16		weight;

		memcpy(&weight, p + sizeof(uint16), sizeof(weight));
		l->negative = (header & LONG_NEGATIVE) != 0;
		l->scale = header & LONG_SCALE;
		l->weight = weight;
		l->digits = p + 2 * sizeof(uint16);
		l->ndigits = (size - 2 * (int) sizeof(uint16)) / (int) sizeof(int16);
	}
}

static uint16
header_of(const struct varlena *num)
{
	uint16		header;

	memcpy(&header, VARDATA_ANY(num), sizeof(header));
	return header;
}

/* NaN or an infinity; num may have a short varlena header, here and below. */
bool
gov_numeric_is_special(const struct varlena *num)
{
	return (header_of(num) & SPECIAL) == SPECIAL;
}

/* Infinity, and not -infinity. */
bool
gov_numeric_is_infinity(const struct varlena *num)
{
	return header_of(num) == INFINITY_PLUS;
}

bool
gov_numeric_is_nan(const struct varlena *num)
{
	return header_of(num) == SPECIAL;
}

/* The digits of a finite one where they stand, perhaps not aligned; returns how many. */
int
gov_numeric_look(const struct varlena *num, const char **digits, int *weight, bool *negative)
{
	layout		l;

	read_layout(num, &l);
	*digits = l.digits;
	*weight = l.weight;
	*negative = l.negative;
	return l.ndigits;
}

gov_numeric_kind
gov_numeric_decode(const struct varlena *num, gov_int128 *v, int *scale)
{
	int16		digits[GOV_DECIMAL_GROUPS];
	layout		l;

	if (gov_numeric_is_special(num))
		return GOV_NUMERIC_SPECIAL;
	read_layout(num, &l);
	if (l.ndigits > GOV_DECIMAL_GROUPS)
		return GOV_NUMERIC_WIDE;
	memcpy(digits, l.digits, l.ndigits * sizeof(int16));
	if (!gov_decimal_from_digits(digits, l.ndigits, l.weight, l.scale, l.negative, v, scale))
		return GOV_NUMERIC_WIDE;
	return GOV_NUMERIC_SMALL;
}

/* Writes header and digits at num, which has room for them. */
static Numeric
write_layout(void *num, const int16 *digits, int ndigits, int weight, int scale, bool negative)
{
	char	   *p = VARDATA(num);
	uint16		header;

	if (scale <= SHORT_SCALE_MAX && weight <= SHORT_WEIGHT && weight >= -(SHORT_WEIGHT + 1))
	{
		header = SHORT | (scale << SHORT_SCALE_SHIFT) | (weight & (SHORT_WEIGHT_SIGN | SHORT_WEIGHT));
		if (negative)
			header |= SHORT_NEGATIVE;
		memcpy(p, &header, sizeof(header));
		p += sizeof(header);
	}
	else
	{
		int16		weight16 = weight;

		header = scale | (negative ? LONG_NEGATIVE : 0);
		memcpy(p, &header, sizeof(header));
		memcpy(p + sizeof(header), &weight16, sizeof(weight16));
		p += sizeof(header) + sizeof(weight16);
	}
	memcpy(p, digits, ndigits * sizeof(int16));
	p += ndigits * sizeof(int16);
	SET_VARSIZE(num, p - (char *) num);
	return (Numeric) num;
}

/* The numeric of a small decimal, built in the caller's buffer. */
Numeric
gov_numeric_encode(gov_int128 v, int scale, gov_numeric_buffer *buffer)
{
	int16		digits[GOV_DECIMAL_GROUPS];
	int			weight;
	int			ndigits = gov_decimal_to_digits(v, scale, digits, &weight);

	return write_layout(buffer->bytes, digits, ndigits, weight, scale, v < 0);
}

/* The same, allocated. */
Numeric
gov_numeric_make(gov_int128 v, int scale)
{
	return gov_numeric_encode(v, scale, palloc(sizeof(gov_numeric_buffer)));
}

/*
 * total / n as numeric divides, n > 0, in the caller's buffer; v is the total at its
 * scale.  NULL if what it takes does not fit into a small decimal.
 */
Numeric
gov_numeric_mean(Numeric total, gov_int128 v, int64 n, gov_numeric_buffer *buffer)
{
	layout		l;
	int16		digits[GOV_DECIMAL_GROUPS];
	int			scale;
	gov_int128	mean;

	read_layout((struct varlena *) total, &l);
	memcpy(digits, l.digits, l.ndigits * sizeof(int16));
	scale = gov_quotient_scale(l.ndigits == 0 ? 0 : digits[0], l.weight, l.scale, n);
	if (scale < l.scale)
		return NULL;
	if (n == 1)					/* the same with more decimals */
		return write_layout(buffer->bytes, digits, l.ndigits, l.weight, scale, l.negative);
	if (!gov_decimal_divide(v, scale - l.scale, n, &mean))
		return NULL;
	return gov_numeric_encode(mean, scale, buffer);
}

/* From digits that gov_digits_valid() has seen. */
Numeric
gov_numeric_from_digits(const int16 *digits, int ndigits, int weight, int scale, bool negative)
{
	void	   *num = palloc(VARHDRSZ + 2 * sizeof(uint16) + ndigits * sizeof(int16));

	return write_layout(num, digits, ndigits, weight, scale, negative && ndigits > 0);
}

/* The digits of a finite numeric with a plain header; returns how many. */
int
gov_numeric_digits(Numeric num, int *weight, bool *negative)
{
	layout		l;

	read_layout((struct varlena *) num, &l);
	*weight = l.weight;
	*negative = l.negative;
	return l.ndigits;
}

void
gov_numeric_copy_digits(Numeric num, int16 *digits)
{
	layout		l;

	read_layout((struct varlena *) num, &l);
	memcpy(digits, l.digits, l.ndigits * sizeof(int16));
}

int
gov_numeric_scale(Numeric num)
{
	layout		l;

	read_layout((struct varlena *) num, &l);
	return l.scale;
}

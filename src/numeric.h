/*
 * numeric.h
 *	  PostgreSQL's numeric by its bytes.
 */
#ifndef GOV_NUMERIC_H
#define GOV_NUMERIC_H

#include "governance.h"

#include "utils/numeric.h"

#include "decimal.h"

typedef enum gov_numeric_kind
{
	GOV_NUMERIC_SMALL,			/* decoded */
	GOV_NUMERIC_WIDE,			/* finite, beyond 126 bits */
	GOV_NUMERIC_SPECIAL			/* NaN or an infinity */
} gov_numeric_kind;

/* Bytes of the numeric of a small decimal, at most. */
#define GOV_NUMERIC_SIZE	(VARHDRSZ + 4 + 2 * GOV_DECIMAL_GROUPS)

typedef union gov_numeric_buffer
{
	char		bytes[GOV_NUMERIC_SIZE];
	int64		align;
} gov_numeric_buffer;

extern bool gov_numeric_is_special(const struct varlena *num);
extern bool gov_numeric_is_infinity(const struct varlena *num);
extern bool gov_numeric_is_nan(const struct varlena *num);
extern int	gov_numeric_look(const struct varlena *num, const char **digits, int *weight, bool *negative);
extern gov_numeric_kind gov_numeric_decode(const struct varlena *num, gov_int128 *v, int *scale);
extern Numeric gov_numeric_encode(gov_int128 v, int scale, gov_numeric_buffer *buffer);
extern Numeric gov_numeric_make(gov_int128 v, int scale);
extern Numeric gov_numeric_mean(Numeric total, gov_int128 v, int64 n, gov_numeric_buffer *buffer);
extern Numeric gov_numeric_from_digits(const int16 *digits, int ndigits, int weight, int scale, bool negative);
extern int	gov_numeric_digits(Numeric num, int *weight, bool *negative);
extern void gov_numeric_copy_digits(Numeric num, int16 *digits);
extern int	gov_numeric_scale(Numeric num);

#endif

/*
 * decimal.h
 *	  Exact decimals as scaled 128-bit integers, without the backend.
 *
 * A decimal is an integer and a scale: 12.50 is 1250 at scale 2.  "Small" ones have
 * an integer below 2^126 in size, so that two of them can be added without overflow
 * and the result be looked at afterwards; what does not fit is said to be wide, and
 * its owner takes it to PostgreSQL's numeric.
 */
#ifndef GOV_DECIMAL_H
#define GOV_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef __SIZEOF_INT128__
#error "governance needs a compiler with 128-bit integers"
#endif

/* Aligned as palloc aligns. */
typedef __int128 gov_int128 __attribute__((aligned(8)));
typedef unsigned __int128 gov_uint128 __attribute__((aligned(8)));

#define GOV_DECIMAL_LIMIT	((gov_int128) 1 << 126)

/* numeric's own limits, 15 to 18 */
#define GOV_MAX_SCALE		16383
#define GOV_MAX_WEIGHT		32767	/* of the first base-10000 digit: 131072 digits */

/* Groups of four decimal digits that a small decimal can fill. */
#define GOV_DECIMAL_GROUPS	11

/* Bytes of the longest varint and of the longest encoded small decimal. */
#define GOV_VARINT_SIZE		10
#define GOV_DECIMAL_SIZE	19

typedef enum gov_parse
{
	GOV_PARSE_SMALL,			/* read, and it fits */
	GOV_PARSE_WIDE,				/* well formed, but wide, or of a scale above GOV_MAX_SCALE */
	GOV_PARSE_MALFORMED
} gov_parse;

static inline bool
gov_decimal_fits(gov_int128 v)
{
	return v < GOV_DECIMAL_LIMIT && v > -GOV_DECIMAL_LIMIT;
}

static inline bool
gov_decimal_fits64(gov_int128 v)
{
	return v == (int64_t) v;
}

extern bool gov_decimal_rescale(gov_int128 *v, int digits);
extern bool gov_decimal_add(gov_int128 *a, gov_int128 b);
extern bool gov_decimal_multiply(gov_int128 a, gov_int128 b, gov_int128 *product);
extern bool gov_decimal_divide(gov_int128 dividend, int digits, int64_t divisor, gov_int128 *quotient);

extern int	gov_quotient_scale(int first, int weight, int scale, int64_t divisor);

extern bool gov_decimal_from_digits(const int16_t *digits, int ndigits, int weight, int dscale,
									bool negative, gov_int128 *v, int *scale);
extern int	gov_decimal_to_digits(gov_int128 v, int scale, int16_t *digits, int *weight);
extern bool gov_digits_valid(const int16_t *digits, int ndigits, int weight, int scale);

extern gov_parse gov_decimal_parse(const char *text, size_t len, gov_int128 *v, int *scale);
extern size_t gov_decimal_print(gov_int128 v, int scale, char *out);
extern size_t gov_decimal_print_size(int scale);

extern size_t gov_varint_put(unsigned char *out, uint64_t v);
extern bool gov_varint_get(const unsigned char **in, const unsigned char *end, uint64_t *v);
extern size_t gov_decimal_put(unsigned char *out, gov_int128 v);
extern bool gov_decimal_get(const unsigned char **in, const unsigned char *end, gov_int128 *v);

#endif

/*
 * allocation_natural.h
 *	  Natural numbers of any size, without the backend.
 *
 * A number is an array of limbs of 64 bits, the lowest first, and its width, the
 * number of them.  Leading zero limbs are welcome everywhere.
 */
#ifndef GOV_ALLOCATION_NATURAL_H
#define GOV_ALLOCATION_NATURAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t gov_limb;

extern bool gov_natural_is_zero(const gov_limb *a, int na);
extern int	gov_natural_compare(const gov_limb *a, int na, const gov_limb *b, int nb);
extern void gov_natural_copy(gov_limb *to, int nto, const gov_limb *a, int na);
extern gov_limb gov_natural_add(gov_limb *a, int na, const gov_limb *b, int nb);
extern gov_limb gov_natural_add_limb(gov_limb *a, int na, gov_limb b);
extern gov_limb gov_natural_subtract(gov_limb *a, int na, const gov_limb *b, int nb);
extern void gov_natural_multiply(gov_limb *product, const gov_limb *a, int na, const gov_limb *b, int nb);
extern gov_limb gov_natural_multiply_limb(gov_limb *a, int na, gov_limb factor, gov_limb addend);
extern gov_limb gov_natural_divide_limb(gov_limb *a, int na, gov_limb divisor);
extern void gov_natural_divide(gov_limb *quotient, int nquotient, gov_limb *dividend, int ndividend,
							   const gov_limb *divisor, int ndivisor, gov_limb *scratch);

#endif

/*
 * allocation_quanta.h
 *	  Between numerics and whole numbers of quanta.
 */
#ifndef GOV_ALLOCATION_QUANTA_H
#define GOV_ALLOCATION_QUANTA_H

#include "numeric.h"

#include "allocation.h"

typedef struct gov_quantum
{
	Numeric		number;
	bool		small;			/* then it is this: */
	gov_int128	value;
	int			scale;
} gov_quantum;

extern void gov_quantum_set(gov_quantum *q, Datum number, MemoryContext context);
extern int	gov_width_of_groups(int groups);
extern void gov_append_digits(gov_limb *number, int width, const int16 *digits, int ndigits, int zeros);
extern int	gov_whole_number(Datum number, gov_limb *room, int width);
extern Datum gov_quanta_amount(const gov_quantum *q, const gov_limb *number, int width);
extern bool gov_small_quanta(const gov_quantum *q, const struct varlena *number, gov_uint128 *quanta, bool *rest);
extern void gov_store_small(gov_limb *room, int width, gov_uint128 value);

#endif

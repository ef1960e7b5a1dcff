/*
 * allocation.h
 *	  Apportionment, without the backend: a total of indivisible quanta handed out by
 *	  weights, between floors and caps.
 */
#ifndef GOV_ALLOCATION_H
#define GOV_ALLOCATION_H

#include "allocation_natural.h"

typedef enum gov_method
{
	GOV_LARGEST_REMAINDER,
	GOV_DHONDT,
	GOV_SAINTE_LAGUE,
	GOV_HUNTINGTON_HILL
} gov_method;

typedef enum gov_outcome
{
	GOV_ALLOCATED,
	GOV_FLOORS_BIND,			/* the floors' sum is above the total */
	GOV_CAPS_BIND,				/* the most that can be placed is below it */
	GOV_NO_WEIGHT				/* nothing has a weight, and something is left */
} gov_outcome;

/*
 * Rows are in the order by which ties are decided.  No floor is above its cap, no
 * floor or cap above the total: a cap as large as the total is none.
 */
typedef struct gov_allocation
{
	gov_method	method;
	size_t		rows;
	int			weight_width;
	int			part_width;		/* holds twice the total and 3 more */
	const gov_limb *total;		/* one number */
	const gov_limb *weight;		/* one per row */
	const gov_limb *floor;		/* one per row, or NULL if all are zero */
	const gov_limb *cap;		/* one per row, or NULL if there is none */
	gov_limb   *part;			/* the result, one per row */

	/* What could be placed at least or at most, where bounds bind; part_width + 1. */
	gov_limb   *placed;
	size_t		binding;		/* rows with a floor above zero, or with a cap */

	void	   *(*get) (size_t size);	/* memory, which the caller frees */
	void		(*poll) (void); /* may leave for good */
} gov_allocation;

extern gov_outcome gov_allocate(gov_allocation *allocation);

#endif

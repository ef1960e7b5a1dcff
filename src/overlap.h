/*
 * overlap.h
 *	  Geometries as operands of the overlap functions.
 */
#ifndef GOV_OVERLAP_H
#define GOV_OVERLAP_H

#include "governance.h"

#include "overlap_index.h"

/*
 * Larger values are indexed and kept. Some 64 points: less than what PostgreSQL
 * leaves in the row, so whatever is out of line is kept.
 */
#define GOV_SMALL_GEOMETRY 1200

typedef struct GovOperand
{
	GovShape	shape;
	GovIndex	index;
	int32		srid;
	bool		indexed;
	bool		checked;		/* known to be valid */
	MemoryContext context;		/* it lives there alone, or NULL if in the caller's */
} GovOperand;

extern int	gov_overlap_cache;	/* in kB */

extern void gov_overlap_init(void);

/* Reads a geometry's bytes, those after the varlena header; raises what is wrong. */
extern void gov_operand_read(GovOperand *operand, const char *bytes, Size size, bool indexed);

/* Raises what is wrong unless the shape is valid, and unless both references are the same. */
extern void gov_operand_check(GovOperand *operand);
extern void gov_srid_check(int32 a, int32 b);

/* A large geometry: from the cache, or read into it. Its neighbour is not evicted. */
extern GovOperand *gov_operand_large(struct varlena *datum, const GovOperand *neighbour);

/* Afterwards, for an operand that is not kept. */
extern void gov_operand_release(GovOperand *operand);

#endif

/*
 * overlap.h
 *	  Geometries as operands of the overlap functions.
 */
#ifndef GOV_OVERLAP_H
#define GOV_OVERLAP_H

#include "governance.h"

#include "lib/stringinfo.h"

#include "overlap_index.h"

/*
 * Larger values are indexed and kept. Some 64 points: less than what PostgreSQL
 * leaves in the row, so whatever is out of line is kept.
 */
#define GOV_SMALL_GEOMETRY 1200

typedef struct GovOperand
{
	GovShape	shape;
	GovIndex	index;			/* see gov_operand_index() */
	int32		srid;
	bool		worth_index;
	bool		indexed;
	bool		checked;		/* known to be valid */
	MemoryContext context;		/* it lives there alone, or NULL if in the caller's */
	MemoryContext index_context;	/* below that one */
	struct GovCacheEntry *entry;	/* of one that is kept */
} GovOperand;

extern int	gov_overlap_cache;	/* in kB */

extern void gov_overlap_init(void);

/* Reads a geometry's bytes, those after the varlena header; raises what is wrong. */
extern void gov_operand_read(GovOperand *operand, const char *bytes, Size size);

/* Frees what an operand holds in the caller's context. */
extern void gov_operand_free(GovOperand *operand);

/* The index, made when it is first asked for; NULL for a small operand. */
extern const GovIndex *gov_operand_index(GovOperand *operand);

/* Raises what is wrong unless the shape is valid, and unless both references are the same. */
extern void gov_operand_check(GovOperand *operand);
extern void gov_srid_check(int32 a, int32 b);

/* A large geometry: from the cache, or read into it. Its neighbour is not evicted. */
extern GovOperand *gov_operand_large(struct varlena *datum, const GovOperand *neighbour);

/* Is it in the cache? A small one never is. */
extern bool gov_operand_is_kept(Datum datum);

/* Counts the memory of an operand again, if it is kept. */
extern void gov_operand_grown(GovOperand *operand);

/* Afterwards, for operands that are not kept; either may be NULL, and both one. */
extern void gov_operands_release(GovOperand *a, GovOperand *b);

/* A shape as a multipolygon in well-known binary, and the head of anything in it. */
extern void gov_wkb_head(StringInfo wkb, uint32 type, uint32 count);
extern void gov_wkb_polygons(StringInfo wkb, const GovShape *shape);

#endif

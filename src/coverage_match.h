/*
 * coverage_match.h
 *	  Edges of many shapes, and which of them two neighbours have in common. Knows
 *	  nothing of the backend.
 */
#ifndef GOV_COVERAGE_MATCH_H
#define GOV_COVERAGE_MATCH_H

#include "overlap_shape.h"

typedef struct GovEdge
{
	GovPoint	low;			/* the end of lesser x, then y */
	GovPoint	high;
	uint64_t	owner;			/* whatever tells whose it is << 1 | runs from high to low */
} GovEdge;

/* The edges of a shape: writes no more of them than it has points. */
extern size_t gov_edges_of(const GovShape *shape, uint64_t owner, GovEdge *edge);

/* What edges in the same place have in common. */
extern uint64_t gov_edge_hash(const GovEdge *edge);

/* Memory that matching takes for each edge, besides the edge. */
#define GOV_MATCH_MEMORY 17

/*
 * Takes out the edges that run once each way, and returns how many are left, in the
 * order in which they were.
 */
extern size_t gov_edges_match(GovEdge *edge, size_t n);

#endif

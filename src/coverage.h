/*
 * coverage.h
 *	  The state of coverage_defects(): units and their polygons, in memory or a file.
 */
#ifndef GOV_COVERAGE_H
#define GOV_COVERAGE_H

#include "governance.h"

#include "coverage_defect.h"
#include "coverage_match.h"

typedef struct GovCoverage GovCoverage;

/* One row, valid until the next one is read. */
typedef struct GovUnitRow
{
	uint64		place;			/* where it is found again */
	GovBox		box;
	const char *unit;
	uint32		unit_size;
	const char *geometry;		/* its bytes after the varlena header */
	uint32		geometry_size;
	uint32		points;			/* of its shape */
} GovUnitRow;

/*
 * The state to work on in a transition of an aggregate, or a copy of the first argument
 * anywhere else.
 */
extern GovCoverage *gov_coverage_for_update(FunctionCallInfo fcinfo);

/* The state to read, NULL if there is none. */
extern GovCoverage *gov_coverage_for_reading(FunctionCallInfo fcinfo);

extern Datum gov_coverage_datum(GovCoverage *state);

/* The tolerance of every row must be the same, and so must be the spatial reference. */
extern void gov_coverage_set_tolerance(GovCoverage *state, double tolerance);
extern void gov_coverage_set_srid(GovCoverage *state, int32 srid);
extern double gov_coverage_tolerance(const GovCoverage *state);
extern int32 gov_coverage_srid(const GovCoverage *state);
extern uint64 gov_coverage_points(const GovCoverage *state);

/* Adds a row, which has no place yet. */
extern void gov_coverage_add(GovCoverage *state, FunctionCallInfo fcinfo, const GovUnitRow *row);

/* Adds all rows of another state, which may be flat. */
extern void gov_coverage_absorb(GovCoverage *state, FunctionCallInfo fcinfo, Datum other);

/* All rows, one after the other; and one of them again. */
extern void gov_coverage_rewind(GovCoverage *state);
extern bool gov_coverage_next(GovCoverage *state, GovUnitRow *row);
extern void gov_coverage_at(GovCoverage *state, uint64 place, GovUnitRow *row);

/* The edges that no neighbour matches; their owners are places. */
extern GovEdge *gov_coverage_unmatched(GovCoverage *state, size_t *n);

/* An overlap and whose it is: places, the lesser unit's first. */
typedef struct GovOverlap
{
	GovDefect	defect;
	uint64		place_a;
	uint64		place_b;
} GovOverlap;

/* The overlaps of all pairs of rows, that can lie only where two or more rows do. */
extern GovOverlap *gov_coverage_overlaps(GovCoverage *state, const GovFindings *findings, size_t *n);

#endif

/*
 * coverage_defect.h
 *	  What is wrong with a coverage, told from the edges that no neighbour matches.
 *	  Knows nothing of the backend.
 *
 * Width is twice the area over the perimeter: that of a long strip. What is narrower
 * than the tolerance is a border drawn differently by its neighbours, a mismatch.
 */
#ifndef GOV_COVERAGE_DEFECT_H
#define GOV_COVERAGE_DEFECT_H

#include "coverage_plane.h"

typedef enum GovDefectKind
{
	GOV_DEFECT_OVERLAP,
	GOV_DEFECT_GAP,
	GOV_DEFECT_MISMATCH
} GovDefectKind;

typedef struct GovDefect
{
	GovDefectKind kind;
	uint32_t	unit_a;
	uint32_t	unit_b;			/* GOV_NOBODY if there is no second one */
	double		area;
	double		width;			/* of its widest part */
	GovShape	shape;			/* of an overlap or gap */
	GovPoint   *line;			/* of a mismatch: pairs of points */
	uint32_t	lines;
} GovDefect;

typedef struct GovFindings
{
	GovDefect  *defect;
	size_t		defects;
	size_t		room;
	GovBox	   *doubled;		/* around what is covered twice or oftener */
	size_t		doubles;
	size_t		doubled_room;
} GovFindings;

/*
 * Gaps and mismatches, and where overlaps are to be looked for. Units are numbers; the
 * borders may be those of whole shapes or what is left of them when common edges are
 * taken out. The result depends on the order of the borders no more than by rounding,
 * and not at all if they are sorted by gov_borders_sort().
 */
extern void gov_coverage_find(const GovBorder *border, uint32_t n, double tolerance, GovFindings *findings);
extern void gov_findings_free(GovFindings *findings);

extern void gov_borders_sort(GovBorder *border, size_t n);

/*
 * What two valid shapes have in common, but for what is narrower than the tolerance;
 * false if that is nothing.
 */
extern bool gov_pair_overlap(const GovShape *a, const GovShape *b, double tolerance, GovDefect *defect);

/* Length of what the borders of two shapes have in common. */
extern double gov_pair_border(const GovShape *a, const GovShape *b);

#endif

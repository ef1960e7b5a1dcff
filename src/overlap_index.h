/*
 * overlap_index.h
 *	  The edges of a shape by place, and what is asked of it: is the shape valid, and
 *	  what area has it in common with another.
 *
 * The plane is cut into strips by vertical lines, and each strip into rows of equal
 * height: its cells. A cell lists every edge that touches it, and the edges that cross
 * its ceiling, from left to right, so that the inside can be told along the ceiling.
 * An entry says whether the row below lists the edge too, so that a walk over several
 * rows of a strip meets each edge once.
 */
#ifndef GOV_OVERLAP_INDEX_H
#define GOV_OVERLAP_INDEX_H

#include "overlap_shape.h"

typedef struct GovStrip
{
	double		bottom;			/* of its first row */
	double		height;			/* of each */
	double		inverse;
	uint32_t	cell;			/* its first cell, in the lowest row */
	uint32_t	rows;
} GovStrip;

typedef struct GovCell
{
	uint32_t	entry;			/* its first entry; they end where the next cell's begin */
	uint32_t	crossing;		/* likewise */
	int32_t		above;			/* winding number at the ceiling's left end */
} GovCell;

typedef struct GovIndex
{
	uint32_t	strips;
	double	   *line;			/* strips + 1 of them */
	GovStrip   *strip;
	GovCell    *cell;			/* of all strips, and one more that ends the last */
	uint32_t   *entry;			/* see gov_entry() */
	uint32_t   *crossing;		/* edges */
	uint32_t	cells;
	uint32_t	entries;
	uint32_t	crossings;
	size_t		cell_room;
	size_t		entry_room;
	size_t		crossing_room;
} GovIndex;

/*
 * Shapes with more edges than this gain by an index. Kept below the number of points at
 * which PostgreSQL moves a geometry out of its row.
 */
#define GOV_INDEX_WORTHWHILE 64

/*
 * With the cells of another index, those parts of the shape that lie under them; strips
 * beside the shape then have no cells at all.
 */
extern void gov_index_build(const GovShape *shape, const GovIndex *like, GovIndex *index);
extern void gov_index_free(GovIndex *index);

/* Is the shape valid as OGC's Simple Features define it? The index may be NULL. */
extern bool gov_shape_check(const GovShape *shape, const GovIndex *index, GovFault *fault);

/*
 * Area of the intersection of two valid shapes. Only the larger one's index is of use;
 * either may be NULL.
 */
extern double gov_shape_overlap(const GovShape *a, const GovIndex *a_index,
								const GovShape *b, const GovIndex *b_index);

/*
 * Winding number of a box that no edge of the shape enters, or -1 if one may: if the box
 * of an edge meets it.
 */
extern int	gov_index_winding(const GovShape *shape, const GovIndex *index, const GovBox *box);

static inline bool
gov_is_larger(const GovShape *a, const GovShape *b)
{
	return a->points > b->points;
}

/*-------------------------------------------------------------------------
 * Shared by the files that walk over cells
 *-------------------------------------------------------------------------
 */

/* A shape has far fewer than 2^31 points: a value of PostgreSQL's is below 1 GB. */
static inline uint32_t
gov_entry(uint32_t edge, bool continued)
{
	return edge << 1 | continued;
}

static inline uint32_t
gov_entry_edge(uint32_t entry)
{
	return entry >> 1;
}

static inline bool
gov_entry_continued(uint32_t entry)
{
	return entry & 1;
}

static inline double
gov_min(double a, double b)
{
	return a < b ? a : b;
}

static inline double
gov_max(double a, double b)
{
	return a > b ? a : b;
}

static inline double
gov_row_floor(const GovStrip *strip, uint32_t row)
{
	return strip->bottom + row * strip->height;
}

/* Does a strip lie over or under any of a shape? */
static inline bool
gov_is_strip_under(const GovIndex *index, uint32_t strip, const GovShape *shape)
{
	return index->line[strip + 1] >= shape->box.xmin && index->line[strip] <= shape->box.xmax;
}

/* The row of a height; those beyond the strip belong to its first and last. */
static inline uint32_t
gov_row_of(const GovStrip *strip, double y)
{
	double		guess = (y - strip->bottom) * strip->inverse;
	uint32_t	row;

	if (!(guess > 0))
		return 0;
	row = guess < strip->rows ? (uint32_t) guess : strip->rows - 1;
	while (row > 0 && gov_row_floor(strip, row) > y)
		row--;
	while (row + 1 < strip->rows && gov_row_floor(strip, row + 1) <= y)
		row++;
	return row;
}

/*
 * Where an edge that is not level crosses a height. Every decision on which side of a
 * crossing something lies is made with this same rounded place, so that pieces of edges
 * and stretches of ceilings fit together without gap or overlap.
 */
static inline double
gov_crossing_at(const GovPoint *edge, double y)
{
	double		x = edge[0].x + (edge[1].x - edge[0].x) * ((y - edge[0].y) / (edge[1].y - edge[0].y));

	return gov_max(gov_min(x, gov_max(edge[0].x, edge[1].x)), gov_min(edge[0].x, edge[1].x));
}

#endif

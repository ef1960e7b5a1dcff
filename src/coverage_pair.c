/*
 * coverage_pair.c
 *	  Overlaps pair by pair, among the rows that lie where two or more do.
 *
 * Where something is covered oftener than once is known from the unmatched edges, by
 * boxes. Rows whose boxes meet one of these are compared as they come along x: first the
 * area in common, and only if there is any the overlap itself.
 */
#include "coverage.h"

#include <math.h>

#include "miscadmin.h"
#include "overlap.h"
#include "unitcode.h"
#include "utils/memutils.h"

typedef struct Candidate
{
	uint64		place;
	GovBox		box;
} Candidate;

typedef struct Pairs
{
	GovCoverage *state;
	GovBox	   *doubled;		/* by xmin */
	size_t		doubles;
	double		widest;
	Candidate  *candidate;
	size_t		candidates;
	size_t		candidate_room;
	GovOverlap *overlap;
	size_t		overlaps;
	size_t		overlap_room;
	MemoryContext result;
} Pairs;

/* A row in a context of its own. */
typedef struct Side
{
	MemoryContext context;
	uint64		place;
	unitcode   *unit;
	GovOperand	operand;
} Side;

static int
compare_boxes(const void *a, const void *b)
{
	double		x = ((const GovBox *) a)->xmin;
	double		y = ((const GovBox *) b)->xmin;

	return (x > y) - (x < y);
}

static int
compare_candidates(const void *a, const void *b)
{
	const Candidate *p = a;
	const Candidate *q = b;

	if (p->box.xmin != q->box.xmin)
		return p->box.xmin < q->box.xmin ? -1 : 1;
	return (p->place > q->place) - (p->place < q->place);
}

/* Area of the smallest box that a box meets and in which something is doubled, or -1. */
static double
smallest_doubled(const Pairs *pairs, const GovBox *box)
{
	double		smallest = -1;
	size_t		low = 0;
	size_t		high = pairs->doubles;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (pairs->doubled[middle].xmin < box->xmin - pairs->widest)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < pairs->doubles && pairs->doubled[low].xmin <= box->xmax; low++)
	{
		const GovBox *doubled = pairs->doubled + low;
		double		area = (doubled->xmax - doubled->xmin) * (doubled->ymax - doubled->ymin);

		if (gov_box_meet(doubled, box) && (smallest < 0 || area < smallest))
			smallest = area;
	}
	return smallest;
}

static void
find_candidates(Pairs *pairs)
{
	GovUnitRow	row;

	gov_coverage_rewind(pairs->state);
	while (gov_coverage_next(pairs->state, &row))
	{
		if (smallest_doubled(pairs, &row.box) < 0)
			continue;
		pairs->candidate = gov_overlap_grow(pairs->candidate, &pairs->candidate_room, pairs->candidates,
											pairs->candidates + 1, sizeof(Candidate));
		pairs->candidate[pairs->candidates++] = (Candidate) {row.place, row.box};
	}
	qsort(pairs->candidate, pairs->candidates, sizeof(Candidate), compare_candidates);
}

static void
read_side(Pairs *pairs, uint64 place, Side *side)
{
	MemoryContext before = MemoryContextSwitchTo(side->context);
	GovUnitRow	row;

	MemoryContextReset(side->context);
	gov_coverage_at(pairs->state, place, &row);
	side->place = place;
	side->unit = gov_unitcode_make(row.unit, row.unit_size);
	memset(&side->operand, 0, sizeof(side->operand));
	gov_operand_read(&side->operand, row.geometry, row.geometry_size);
	side->operand.context = side->context;
	MemoryContextSwitchTo(before);
}

static double
perimeter_of(const GovShape *shape)
{
	double		perimeter = 0;

	for (uint32 r = 0; r < shape->rings; r++)
	{
		for (uint32 i = shape->ring[r].first; i < shape->ring[r].last; i++)
			perimeter += hypot(shape->point[i + 1].x - shape->point[i].x, shape->point[i + 1].y - shape->point[i].y);
	}
	return perimeter;
}

/* What rounding usually makes of shapes that only touch. */
static double
area_of_rounding(const GovShape *a, const GovShape *b)
{
	double		extent = Max(Max(a->box.xmax, b->box.xmax) - Min(a->box.xmin, b->box.xmin),
							 Max(a->box.ymax, b->box.ymax) - Min(a->box.ymin, b->box.ymin));

	return ldexp(extent, -48) * Min(perimeter_of(a), perimeter_of(b));
}

/* The same way round whatever the order of rows: by unit, then by the geometry's numbers. */
static bool
comes_first(const Side *a, const Side *b)
{
	int			order = gov_code_compare(VARDATA_ANY(a->unit), VARSIZE_ANY_EXHDR(a->unit),
										 VARDATA_ANY(b->unit), VARSIZE_ANY_EXHDR(b->unit));
	const GovShape *p = &a->operand.shape;
	const GovShape *q = &b->operand.shape;

	if (order == 0 && p->points != q->points)
		order = p->points < q->points ? -1 : 1;
	for (uint32 i = 0; order == 0 && i < p->points; i++)
	{
		if (p->point[i].x != q->point[i].x)
			order = p->point[i].x < q->point[i].x ? -1 : 1;
		else if (p->point[i].y != q->point[i].y)
			order = p->point[i].y < q->point[i].y ? -1 : 1;
	}
	return order < 0;
}

/* The area tells quickly that there is nothing; but it cannot tell of what is lost in its rounding. */
static void
compare_sides(Pairs *pairs, Side *a, Side *b, double doubled)
{
	const GovShape *p = &a->operand.shape;
	const GovShape *q = &b->operand.shape;
	GovOverlap	overlap;
	MemoryContext before;
	bool		larger = gov_is_larger(p, q);
	double		area = gov_shape_overlap(p, larger ? gov_operand_index(&a->operand) : NULL,
										 q, larger ? NULL : gov_operand_index(&b->operand));
	double		rounding = area_of_rounding(p, q);

	if (area <= rounding && doubled > 1000 * rounding)
		return;
	before = MemoryContextSwitchTo(pairs->result);
	if (gov_pair_overlap(p, q, gov_coverage_tolerance(pairs->state), &overlap.defect))
	{
		overlap.place_a = a->place;
		overlap.place_b = b->place;
		pairs->overlap = gov_overlap_grow(pairs->overlap, &pairs->overlap_room, pairs->overlaps,
										  pairs->overlaps + 1, sizeof(GovOverlap));
		pairs->overlap[pairs->overlaps++] = overlap;
	}
	MemoryContextSwitchTo(before);
}

static void
compare_candidate(Pairs *pairs, size_t i, Side *a, Side *b)
{
	const Candidate *of_a = pairs->candidate + i;
	bool		read = false;

	for (size_t k = i + 1; k < pairs->candidates && pairs->candidate[k].box.xmin < of_a->box.xmax; k++)
	{
		const Candidate *of_b = pairs->candidate + k;
		GovBox		common = {of_b->box.xmin, Max(of_a->box.ymin, of_b->box.ymin),
			Min(of_a->box.xmax, of_b->box.xmax), Min(of_a->box.ymax, of_b->box.ymax)};

		double		doubled;

		CHECK_FOR_INTERRUPTS();
		if (!(common.xmin < common.xmax && common.ymin < common.ymax))
			continue;
		doubled = smallest_doubled(pairs, &common);
		if (doubled < 0)
			continue;
		if (!read)
			read_side(pairs, of_a->place, a);
		read = true;
		read_side(pairs, of_b->place, b);
		if (comes_first(b, a))
			compare_sides(pairs, b, a, doubled);
		else
			compare_sides(pairs, a, b, doubled);
	}
}

GovOverlap *
gov_coverage_overlaps(GovCoverage *state, const GovFindings *findings, size_t *n)
{
	Pairs		pairs = {0};
	Side		a = {0};
	Side		b = {0};

	*n = 0;
	if (findings->doubles == 0)
		return NULL;
	pairs.state = state;
	pairs.result = CurrentMemoryContext;
	pairs.doubled = findings->doubled;
	pairs.doubles = findings->doubles;
	qsort(pairs.doubled, pairs.doubles, sizeof(GovBox), compare_boxes);
	for (size_t i = 0; i < pairs.doubles; i++)
		pairs.widest = Max(pairs.widest, pairs.doubled[i].xmax - pairs.doubled[i].xmin);
	a.context = AllocSetContextCreate(CurrentMemoryContext, "governance coverage pair", ALLOCSET_DEFAULT_SIZES);
	b.context = AllocSetContextCreate(CurrentMemoryContext, "governance coverage pair", ALLOCSET_DEFAULT_SIZES);
	find_candidates(&pairs);
	for (size_t i = 0; i < pairs.candidates; i++)
		compare_candidate(&pairs, i, &a, &b);
	MemoryContextDelete(a.context);
	MemoryContextDelete(b.context);
	*n = pairs.overlaps;
	return pairs.overlap;
}

/*
 * coverage_face.c
 *	  The faces between segments that meet at nodes only, and how often each is covered.
 *
 * Around a node the half-edges are sorted by direction; from one the walk goes on with
 * the next to the right of the way back, and so keeps its face to the left. Every
 * connected part has one cycle that runs clockwise, around it: the segment next below
 * its leftmost node tells in which face it lies. From the winding number of that face
 * those of all others follow, by the weights of the segments between them.
 */
#include "coverage_plane.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Spoke
{
	uint32_t	node;
	uint32_t	half;
	GovStep		direction;
} Spoke;

static inline GovStep
step_at(const GovPlane *plane, uint32_t node)
{
	return (GovStep) {plane->node[node].x, plane->node[node].y};
}

static inline uint32_t
origin_of(const GovPlane *plane, uint32_t half)
{
	const GovSegment *segment = plane->segment + (half >> 1);

	return half & 1 ? segment->high : segment->low;
}

/*-------------------------------------------------------------------------
 * Cycles
 *-------------------------------------------------------------------------
 */

static inline int
half_plane(GovStep direction)
{
	return direction.y < 0 || (direction.y == 0 && direction.x < 0);
}

/* By node, then counter-clockwise. */
static int
compare_spokes(const void *a, const void *b)
{
	const Spoke *p = a;
	const Spoke *q = b;
	int			side;

	if (p->node != q->node)
		return p->node < q->node ? -1 : 1;
	if (half_plane(p->direction) != half_plane(q->direction))
		return half_plane(p->direction) - half_plane(q->direction);
	side = gov_side((GovStep) {0, 0}, p->direction, q->direction);
	return side != 0 ? -side : (p->half > q->half) - (p->half < q->half);
}

static void
link_halves(GovFaces *faces)
{
	const GovPlane *plane = faces->plane;
	Spoke	   *spoke = gov_overlap_alloc((2 * (size_t) plane->segments + 1) * sizeof(Spoke));
	size_t		n = 0;
	size_t		first = 0;

	for (uint32_t s = 0; s < plane->segments; s++)
	{
		GovStep		low = step_at(plane, plane->segment[s].low);
		GovStep		high = step_at(plane, plane->segment[s].high);

		if (plane->segment[s].weight == 0)
			continue;
		spoke[n++] = (Spoke) {plane->segment[s].low, 2 * s, {high.x - low.x, high.y - low.y}};
		spoke[n++] = (Spoke) {plane->segment[s].high, 2 * s + 1, {low.x - high.x, low.y - high.y}};
	}
	qsort(spoke, n, sizeof(Spoke), compare_spokes);
	gov_overlap_pause();
	for (size_t i = 0; i < n; i++)
	{
		/* The spoke before this one is next to its right; the last one is before the first. */
		if (i + 1 == n || spoke[i + 1].node != spoke[i].node)
		{
			faces->next[spoke[first].half ^ 1] = spoke[i].half;
			first = i + 1;
		}
		else
			faces->next[spoke[i + 1].half ^ 1] = spoke[i].half;
	}
	gov_overlap_free(spoke);
}

static void
walk_cycle(GovFaces *faces, uint32_t start)
{
	const GovPlane *plane = faces->plane;
	GovCycle   *cycle = faces->cycle + faces->cycles;
	GovStep		from = step_at(plane, origin_of(plane, start));
	uint32_t	half = start;

	*cycle = (GovCycle) {start, GOV_NOBODY, GOV_NOBODY, 0, 0};
	do
	{
		faces->cycle_of[half] = faces->cycles;
		cycle->area += gov_cross(from, step_at(plane, origin_of(plane, half)), step_at(plane, origin_of(plane, half ^ 1)));
		half = faces->next[half];
	} while (half != start);
	faces->cycles++;
}

static void
find_cycles(GovFaces *faces)
{
	const GovPlane *plane = faces->plane;

	memset(faces->cycle_of, 0xFF, 2 * (size_t) plane->segments * sizeof(uint32_t));
	for (uint32_t half = 0; half < 2 * plane->segments; half++)
	{
		if (plane->segment[half >> 1].weight != 0 && faces->cycle_of[half] == GOV_NOBODY)
			walk_cycle(faces, half);
		if ((half & 0xFFFF) == 0)
			gov_overlap_pause();
	}
}

/*-------------------------------------------------------------------------
 * Which lies in which
 *-------------------------------------------------------------------------
 */

static void
plane_ends(const void *segments, uint32_t i, GovStep *low, GovStep *high)
{
	const GovPlane *plane = segments;

	*low = step_at(plane, plane->segment[i].low);
	*high = step_at(plane, plane->segment[i].high);
}

/* Of two segments over the same x that do not cross: is the first one higher? */
static bool
is_above(const GovPlane *plane, uint32_t s, uint32_t t)
{
	GovStep		s_low;
	GovStep		s_high;
	GovStep		t_low;
	GovStep		t_high;
	int			side;

	plane_ends(plane, s, &s_low, &s_high);
	plane_ends(plane, t, &t_low, &t_high);
	if (s_low.x < t_low.x)
		return !is_above(plane, t, s);
	side = gov_side(t_low, t_high, s_low);
	if (side == 0)
		side = gov_side(t_low, t_high, s_high);
	return side > 0;
}

/* The segment next below a node, GOV_NOBODY if there is none. */
static uint32_t
segment_below(const GovPlane *plane, const GovLattice *lattice, uint32_t node)
{
	GovStep		at = step_at(plane, node);
	uint32_t	column = gov_lattice_column(lattice, at.x);
	uint32_t	below = GOV_NOBODY;

	for (uint32_t row = gov_lattice_row(lattice, at.y) + 1; row-- > 0;)
	{
		size_t		cell = (size_t) column * lattice->rows + row;

		for (uint32_t i = lattice->start[cell]; i < lattice->start[cell + 1]; i++)
		{
			uint32_t	s = lattice->list[i];
			GovStep		low;
			GovStep		high;

			plane_ends(plane, s, &low, &high);
			if (plane->segment[s].weight == 0 || low.x > at.x || high.x <= at.x || s == below ||
				gov_side(low, high, at) <= 0)
				continue;
			if (below == GOV_NOBODY || is_above(plane, s, below))
				below = s;
		}
		/* One that is found passes this cell, or one further down that is still to come. */
		if (below != GOV_NOBODY)
		{
			GovStep		low;
			GovStep		high;

			plane_ends(plane, below, &low, &high);
			if (low.y + (double) (high.y - low.y) * (at.x - low.x) / (high.x - low.x) >=
				lattice->bottom + row * lattice->size)
				break;
		}
	}
	return below;
}

/* Winding numbers of a connected part, from its outer cycle inwards. */
static void
spread_winding(GovFaces *faces, uint32_t outer, bool *known, uint32_t *stack)
{
	const GovPlane *plane = faces->plane;
	size_t		depth = 0;

	known[outer] = true;
	stack[depth++] = outer;
	while (depth > 0)
	{
		uint32_t	cycle = stack[--depth];
		uint32_t	half = faces->cycle[cycle].start;

		do
		{
			uint32_t	beyond = faces->cycle_of[half ^ 1];
			int32_t		weight = plane->segment[half >> 1].weight;

			if (!known[beyond])
			{
				/* What runs this way has its inside here, and not beyond. */
				faces->cycle[beyond].winding = faces->cycle[cycle].winding - (half & 1 ? -weight : weight);
				known[beyond] = true;
				stack[depth++] = beyond;
			}
			half = faces->next[half];
		} while (half != faces->cycle[cycle].start);
	}
}

static void
place_part(GovFaces *faces, const GovLattice *lattice, uint32_t outer, uint32_t node)
{
	GovCycle   *cycle = faces->cycle + outer;
	uint32_t	below = segment_below(faces->plane, lattice, node);
	uint32_t	around;

	if (below == GOV_NOBODY)
		return;
	around = faces->cycle_of[2 * below];
	/* The part below is in the same face: it lies further left, and has been placed. */
	if (faces->cycle[around].area <= 0)
		around = faces->cycle[around].face;
	if (around == GOV_NOBODY)
		return;
	cycle->face = around;
	cycle->winding = faces->cycle[around].winding;
	cycle->hole = faces->cycle[around].hole;
	faces->cycle[around].hole = outer;
}

/*
 * Parts in the order of their leftmost nodes, which is the nodes' own. The half-edge at
 * such a node that has the outside to its left is on the outer cycle.
 */
static void
nest_parts(GovFaces *faces)
{
	const GovPlane *plane = faces->plane;
	bool	   *known = gov_overlap_alloc((size_t) faces->cycles + 1);
	uint32_t   *stack = gov_overlap_alloc(((size_t) faces->cycles + 1) * sizeof(uint32_t));
	uint32_t   *outer_at = gov_overlap_alloc(((size_t) plane->nodes + 1) * sizeof(uint32_t));
	GovLattice	lattice;

	memset(known, 0, (size_t) faces->cycles + 1);
	memset(outer_at, 0xFF, ((size_t) plane->nodes + 1) * sizeof(uint32_t));
	gov_lattice_make(plane, plane->segments, plane_ends, &lattice);
	for (uint32_t c = 0; c < faces->cycles; c++)
	{
		uint32_t	half = faces->cycle[c].start;
		uint32_t	leftmost = GOV_NOBODY;

		if (faces->cycle[c].area > 0)
		{
			faces->cycle[c].face = c;
			continue;
		}
		do
		{
			if (origin_of(plane, half) < leftmost)
				leftmost = origin_of(plane, half);
			half = faces->next[half];
		} while (half != faces->cycle[c].start);
		outer_at[leftmost] = c;
	}
	for (uint32_t node = 0; node < plane->nodes; node++)
	{
		if (outer_at[node] == GOV_NOBODY)
			continue;
		place_part(faces, &lattice, outer_at[node], node);
		spread_winding(faces, outer_at[node], known, stack);
		gov_overlap_pause();
	}
	gov_lattice_free(&lattice);
	gov_overlap_free(outer_at);
	gov_overlap_free(stack);
	gov_overlap_free(known);
}

void
gov_faces_make(const GovPlane *plane, GovFaces *faces)
{
	size_t		halves = 2 * (size_t) plane->segments;

	faces->plane = plane;
	faces->next = gov_overlap_alloc((halves + 1) * sizeof(uint32_t));
	faces->cycle_of = gov_overlap_alloc((halves + 1) * sizeof(uint32_t));
	faces->cycle = gov_overlap_alloc((halves + 1) * sizeof(GovCycle));
	faces->seen = gov_overlap_alloc(((size_t) plane->nodes + 1) * sizeof(uint32_t));
	memset(faces->seen, 0, ((size_t) plane->nodes + 1) * sizeof(uint32_t));
	faces->cycles = 0;
	link_halves(faces);
	find_cycles(faces);
	nest_parts(faces);
}

void
gov_faces_free(GovFaces *faces)
{
	gov_overlap_free(faces->next);
	gov_overlap_free(faces->cycle_of);
	gov_overlap_free(faces->cycle);
	gov_overlap_free(faces->seen);
	memset(faces, 0, sizeof(*faces));
}

/*-------------------------------------------------------------------------
 * What a face is
 *-------------------------------------------------------------------------
 */

double
gov_faces_area(const GovFaces *faces, uint32_t face)
{
	GovWide		area = 0;

	for (uint32_t cycle = face; cycle != GOV_NOBODY; cycle = faces->cycle[cycle].hole)
		area += faces->cycle[cycle].area;
	return 0.5 * (double) area * faces->plane->step * faces->plane->step;
}

static double
cycle_length(const GovFaces *faces, uint32_t cycle)
{
	const GovPlane *plane = faces->plane;
	uint32_t	half = faces->cycle[cycle].start;
	double		length = 0;

	do
	{
		const GovSegment *segment = plane->segment + (half >> 1);
		const GovNode *low = plane->node + segment->low;
		const GovNode *high = plane->node + segment->high;

		length += hypot((double) (high->x - low->x), (double) (high->y - low->y));
		half = faces->next[half];
	} while (half != faces->cycle[cycle].start);
	return length * plane->step;
}

double
gov_faces_perimeter(const GovFaces *faces, uint32_t face)
{
	double		length = 0;

	for (uint32_t cycle = face; cycle != GOV_NOBODY; cycle = faces->cycle[cycle].hole)
		length += cycle_length(faces, cycle);
	return length;
}

/*
 * Rings of a cycle. One that comes to a node again has closed a loop since, which is a
 * ring of its own: a cycle may touch itself, a ring may not.
 */
typedef struct Rings
{
	const GovFaces *faces;
	GovShape   *shape;
	size_t		point_room;
	size_t		ring_room;
	uint32_t   *path;			/* nodes of loops still open */
	size_t		path_room;
} Rings;

static void
put_ring(Rings *rings, size_t from, size_t to, bool hole)
{
	const GovPlane *plane = rings->faces->plane;
	GovShape   *shape = rings->shape;
	GovRing    *ring;
	size_t		points = to - from + 1;

	shape->point = gov_overlap_grow(shape->point, &rings->point_room, shape->points,
									(size_t) shape->points + points, sizeof(GovPoint));
	shape->ring = gov_overlap_grow(shape->ring, &rings->ring_room, shape->rings,
								   (size_t) shape->rings + 1, sizeof(GovRing));
	ring = shape->ring + shape->rings++;
	ring->first = ring->corner = shape->points;
	ring->hole = hole;
	ring->part = 0;
	for (size_t i = from; i < to; i++)
	{
		GovPoint	point = plane->node[rings->path[i]].at;
		GovPoint	corner = shape->point[ring->corner];

		shape->point[shape->points] = point;
		if (i > from && (point.x < corner.x || (point.x == corner.x && point.y > corner.y)))
			ring->corner = shape->points;
		gov_box_add(&shape->box, point);
		shape->points++;
	}
	shape->point[shape->points] = shape->point[ring->first];
	ring->last = shape->points++;
}

static GovWide
path_area(const Rings *rings, size_t from, size_t to)
{
	const GovPlane *plane = rings->faces->plane;
	GovStep		first = step_at(plane, rings->path[from]);
	GovWide		area = 0;

	for (size_t i = from + 1; i + 1 < to; i++)
		area += gov_cross(first, step_at(plane, rings->path[i]), step_at(plane, rings->path[i + 1]));
	return area;
}

/* The loops of a cycle that run the given way: around the face, or around its holes. */
static void
put_loops(Rings *rings, uint32_t cycle, bool hole)
{
	const GovFaces *faces = rings->faces;
	uint32_t   *seen = faces->seen; /* the node's place on the path, plus one */
	uint32_t	half = faces->cycle[cycle].start;
	size_t		n = 0;

	do
	{
		uint32_t	node = origin_of(faces->plane, half);

		if (n > 0 && seen[node] != 0)
		{
			size_t		from = seen[node] - 1;

			if ((path_area(rings, from, n) < 0) == hole)
				put_ring(rings, from, n, hole);
			while (n > from)
				seen[rings->path[--n]] = 0;
		}
		rings->path = gov_overlap_grow(rings->path, &rings->path_room, n, n + 1, sizeof(uint32_t));
		rings->path[n++] = node;
		seen[node] = (uint32_t) n;
		half = faces->next[half];
	} while (half != faces->cycle[cycle].start);
	if ((path_area(rings, 0, n) < 0) == hole)
		put_ring(rings, 0, n, hole);
	while (n > 0)
		seen[rings->path[--n]] = 0;
}

void
gov_faces_shape(const GovFaces *faces, uint32_t face, GovShape *shape)
{
	Rings		rings = {faces, shape, 0, 0, NULL, 0};
	uint32_t	part = shape->rings > 0 ? shape->ring[shape->rings - 1].part + 1 : 0;
	uint32_t	first = shape->rings;

	if (first == 0)
		shape->box = gov_box_empty();
	put_loops(&rings, face, false);
	put_loops(&rings, face, true);
	for (uint32_t hole = faces->cycle[face].hole; hole != GOV_NOBODY; hole = faces->cycle[hole].hole)
		put_loops(&rings, hole, true);
	for (uint32_t r = first; r < shape->rings; r++)
		shape->ring[r].part = part;
	shape->area += gov_faces_area(faces, face);
	gov_overlap_free(rings.path);
}

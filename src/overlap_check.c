/*
 * overlap_check.c
 *	  Is a shape valid in the sense of OGC's Simple Features?
 *
 * No two edges may cross or run along each other, a ring may not touch itself, two
 * rings that touch may not cross there, the touching rings of a polygon may not cut it
 * in two, shells lie outside everything, and holes inside their own shell. Every
 * decision is made by exact turns, so that the verdict is that of the coordinates as
 * they are. Only edges that share a cell of the index are compared.
 */
#include "overlap_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_EVERY 0xFF

/* A ring at a point where it touches another of its polygon. */
typedef struct Touch
{
	GovPoint	at;
	uint32_t	part;
	uint32_t	ring;
} Touch;

typedef struct Check
{
	const GovShape *shape;
	GovFault   *fault;
	Touch	   *touch;
	size_t		touches;
	size_t		room;
} Check;

static inline bool
same(GovPoint a, GovPoint b)
{
	return a.x == b.x && a.y == b.y;
}

/* By x, then by y. */
static inline bool
before(GovPoint a, GovPoint b)
{
	return a.x < b.x || (a.x == b.x && a.y < b.y);
}

/*-------------------------------------------------------------------------
 * Pairs of edges
 *-------------------------------------------------------------------------
 */

static void
note_touch(Check *check, GovPoint at, uint32_t ring)
{
	if (check->touches == check->room)
	{
		Touch	   *larger = gov_overlap_alloc((check->room * 2 + 16) * sizeof(Touch));

		if (check->touch)
		{
			memcpy(larger, check->touch, check->touches * sizeof(Touch));
			gov_overlap_free(check->touch);
		}
		check->touch = larger;
		check->room = check->room * 2 + 16;
	}
	check->touch[check->touches++] = (Touch) {at, check->shape->ring[ring].part, ring};
}

/* Is q between the directions from and to, counter-clockwise around the centre? */
static bool
in_sector(GovPoint centre, GovPoint from, GovPoint to, GovPoint q)
{
	int			angle = gov_turn(centre, from, to);
	bool		left_of_from = gov_turn(centre, from, q) > 0;
	bool		right_of_to = gov_turn(centre, to, q) < 0;

	if (angle > 0)
		return left_of_from && right_of_to;
	if (angle < 0)
		return left_of_from || right_of_to;
	return left_of_from;
}

/* The points of a ring before and after a place on one of its edges. */
static void
around(const GovShape *shape, uint32_t ring, uint32_t edge, GovPoint at, GovPoint *past, GovPoint *next)
{
	const GovRing *r = shape->ring + ring;

	*past = shape->point[edge];
	*next = shape->point[edge + 1];
	if (same(at, *past))
		*past = shape->point[edge == r->first ? r->last - 1 : edge - 1];
	else if (same(at, *next))
		*next = shape->point[edge + 1 == r->last ? r->first + 1 : edge + 2];
}

/* Two edges that have one point in common, an end of one of them. */
static bool
check_touch(Check *check, uint32_t e, uint32_t f, GovPoint at)
{
	const GovShape *shape = check->shape;
	uint32_t	ring_e = gov_ring_of(shape, e);
	uint32_t	ring_f = gov_ring_of(shape, f);
	GovPoint	e0;
	GovPoint	e1;
	GovPoint	f0;
	GovPoint	f1;

	if (ring_e == ring_f)
	{
		const GovRing *ring = shape->ring + ring_e;
		uint32_t	low = e < f ? e : f;
		uint32_t	high = e < f ? f : e;

		if ((high == low + 1 && same(at, shape->point[high])) ||
			(low == ring->first && high + 1 == ring->last && same(at, shape->point[low])))
			return true;
		return gov_shape_fail(check->fault, GOV_SHAPE_RING_SELF_INTERSECTION, at);
	}
	around(shape, ring_e, e, at, &e0, &e1);
	around(shape, ring_f, f, at, &f0, &f1);
	if (in_sector(at, e0, e1, f0) != in_sector(at, e0, e1, f1))
		return gov_shape_fail(check->fault, GOV_SHAPE_SELF_INTERSECTION, at);
	if (shape->ring[ring_e].part == shape->ring[ring_f].part)
	{
		note_touch(check, at, ring_e);
		note_touch(check, at, ring_f);
	}
	return true;
}

/* Two edges on one line. */
static bool
check_collinear(Check *check, uint32_t e, uint32_t f)
{
	const GovPoint *p = check->shape->point + e;
	const GovPoint *q = check->shape->point + f;
	GovPoint	p_low = before(p[0], p[1]) ? p[0] : p[1];
	GovPoint	p_high = before(p[0], p[1]) ? p[1] : p[0];
	GovPoint	q_low = before(q[0], q[1]) ? q[0] : q[1];
	GovPoint	q_high = before(q[0], q[1]) ? q[1] : q[0];
	GovPoint	low = before(p_low, q_low) ? q_low : p_low;
	GovPoint	high = before(p_high, q_high) ? p_high : q_high;

	if (before(low, high))
		return gov_shape_fail(check->fault, GOV_SHAPE_SELF_INTERSECTION, low);
	return before(high, low) || check_touch(check, e, f, low);
}

/* Roughly: it is shown to people. */
static GovPoint
meeting_point(const GovPoint *p, const GovPoint *q)
{
	double		dx = p[1].x - p[0].x;
	double		dy = p[1].y - p[0].y;
	double		ex = q[1].x - q[0].x;
	double		ey = q[1].y - q[0].y;
	double		t = ((q[0].x - p[0].x) * ey - (q[0].y - p[0].y) * ex) / (dx * ey - dy * ex);

	if (!(t >= 0 && t <= 1))
		return p[0];
	return (GovPoint) {p[0].x + t * dx, p[0].y + t * dy};
}

/* Two edges whose boxes meet. */
static bool
check_pair(Check *check, uint32_t e, uint32_t f)
{
	const GovPoint *p = check->shape->point + e;
	const GovPoint *q = check->shape->point + f;
	int			q1 = gov_turn(p[0], p[1], q[1]);
	int			q0;
	int			p0;
	int			p1;

	/* Neighbours in a ring meet where they must, and do not turn back. */
	if (f == e + 1 && q1 != 0)
		return true;
	q0 = gov_turn(p[0], p[1], q[0]);
	if (q0 * q1 > 0)
		return true;
	p0 = gov_turn(q[0], q[1], p[0]);
	p1 = gov_turn(q[0], q[1], p[1]);
	if (p0 * p1 > 0)
		return true;
	if (q0 == 0 && q1 == 0)
		return check_collinear(check, e, f);
	if (q0 == 0)
		return check_touch(check, e, f, q[0]);
	if (q1 == 0)
		return check_touch(check, e, f, q[1]);
	if (p0 == 0)
		return check_touch(check, e, f, p[0]);
	if (p1 == 0)
		return check_touch(check, e, f, p[1]);
	return gov_shape_fail(check->fault, GOV_SHAPE_SELF_INTERSECTION, meeting_point(p, q));
}

typedef struct EdgeBox
{
	GovBox		box;
	uint32_t	edge;
} EdgeBox;

static bool
check_pairs(Check *check, const EdgeBox *edge, uint32_t n)
{
	for (uint32_t i = 0; i + 1 < n; i++)
	{
		GovBox		box = edge[i].box;

		for (uint32_t j = i + 1; j < n; j++)
		{
			/* Without branches until both boxes meet. */
			if ((edge[j].box.xmin <= box.xmax) & (edge[j].box.xmax >= box.xmin) &
				(edge[j].box.ymin <= box.ymax) & (edge[j].box.ymax >= box.ymin))
			{
				if (!check_pair(check, edge[i].edge, edge[j].edge))
					return false;
			}
		}
		if ((i & PAUSE_EVERY) == PAUSE_EVERY)
			gov_overlap_pause();
	}
	return true;
}

static void
box_edge(const GovShape *shape, uint32_t edge, EdgeBox *to)
{
	const GovPoint *p = shape->point + edge;

	to->edge = edge;
	to->box.xmin = gov_min(p[0].x, p[1].x);
	to->box.xmax = gov_max(p[0].x, p[1].x);
	to->box.ymin = gov_min(p[0].y, p[1].y);
	to->box.ymax = gov_max(p[0].y, p[1].y);
}

static bool
check_cells(Check *check, const GovIndex *index)
{
	EdgeBox    *box = NULL;
	uint32_t	room = 0;
	bool		good = true;

	for (uint32_t c = 0; good && c < index->cells; c++)
	{
		const uint32_t *entry = index->entry + index->cell[c].entry;
		uint32_t	n = index->cell[c + 1].entry - index->cell[c].entry;

		if (n > room)
		{
			if (box)
				gov_overlap_free(box);
			room = 2 * n;
			box = gov_overlap_alloc(room * sizeof(EdgeBox));
		}
		for (uint32_t i = 0; i < n; i++)
			box_edge(check->shape, gov_entry_edge(entry[i]), box + i);
		good = check_pairs(check, box, n);
		if ((c & PAUSE_EVERY) == PAUSE_EVERY)
			gov_overlap_pause();
	}
	if (box)
		gov_overlap_free(box);
	return good;
}

static bool
check_all(Check *check)
{
	const GovShape *shape = check->shape;
	EdgeBox    *box = gov_overlap_alloc(shape->points * sizeof(EdgeBox));
	uint32_t	n = 0;
	bool		good;

	for (uint32_t r = 0; r < shape->rings; r++)
	{
		for (uint32_t e = shape->ring[r].first; e < shape->ring[r].last; e++)
			box_edge(shape, e, box + n++);
	}
	good = check_pairs(check, box, n);
	gov_overlap_free(box);
	return good;
}

/*-------------------------------------------------------------------------
 * Connected inside
 *-------------------------------------------------------------------------
 */

static int
compare_touches(const void *a, const void *b)
{
	const Touch *x = a;
	const Touch *y = b;

	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	if (!same(x->at, y->at))
		return before(x->at, y->at) ? -1 : 1;
	return (x->ring > y->ring) - (x->ring < y->ring);
}

static uint32_t
root_of(uint32_t *parent, uint32_t ring)
{
	while (parent[ring] != ring)
	{
		parent[ring] = parent[parent[ring]];
		ring = parent[ring];
	}
	return ring;
}

/*
 * Rings that touch in a circle cut off what lies inside of it: joining the rings at
 * every point, none may be joined already by other points.
 */
static bool
check_connected(Check *check)
{
	uint32_t   *parent;
	bool		good = true;

	if (check->touches == 0)
		return true;
	qsort(check->touch, check->touches, sizeof(Touch), compare_touches);
	parent = gov_overlap_alloc(check->shape->rings * sizeof(uint32_t));
	for (uint32_t r = 0; r < check->shape->rings; r++)
		parent[r] = r;
	for (size_t i = 1; good && i < check->touches; i++)
	{
		const Touch *past = check->touch + i - 1;
		const Touch *touch = check->touch + i;
		uint32_t	a;
		uint32_t	b;

		if (past->part != touch->part || !same(past->at, touch->at) || past->ring == touch->ring)
			continue;
		a = root_of(parent, past->ring);
		b = root_of(parent, touch->ring);
		if (a == b)
			good = gov_shape_fail(check->fault, GOV_SHAPE_DISCONNECTED, touch->at);
		parent[a] = b;
	}
	gov_overlap_free(parent);
	return good;
}

/*-------------------------------------------------------------------------
 * Shells and holes in their places
 *
 * Just right of a ring's corner nothing of the ring is above its upper edge there. What
 * is above that edge therefore tells where the ring lies: under nothing or the
 * underside of something, a shell; inside its own polygon, a hole.
 *-------------------------------------------------------------------------
 */

/* The ends of an edge by x. */
static inline GovPoint
west_end(const GovPoint *p)
{
	return p[0].x <= p[1].x ? p[0] : p[1];
}

static inline GovPoint
east_end(const GovPoint *p)
{
	return p[0].x <= p[1].x ? p[1] : p[0];
}

/* Of two edges that do not cross, over a common stretch of x: is f above e? */
static bool
runs_above(const GovPoint *f, const GovPoint *e)
{
	GovPoint	f_west = west_end(f);
	GovPoint	e_west = west_end(e);
	int			turn;

	if (f_west.x >= e_west.x)
	{
		turn = gov_turn(e_west, east_end(e), f_west);
		return turn != 0 ? turn > 0 : gov_turn(e_west, east_end(e), east_end(f)) > 0;
	}
	turn = gov_turn(f_west, east_end(f), e_west);
	return turn != 0 ? turn < 0 : gov_turn(f_west, east_end(f), east_end(e)) < 0;
}

static uint32_t
upper_edge(const GovShape *shape, const GovRing *ring)
{
	uint32_t	next = ring->corner;
	uint32_t	past = next == ring->first ? ring->last - 1 : next - 1;
	const GovPoint *point = shape->point;

	if (point[next].x == point[next + 1].x)
		return past;
	if (point[past].x == point[past + 1].x)
		return next;
	return runs_above(point + next, point + past) ? next : past;
}

#define NO_EDGE UINT32_MAX

/* Keeps f if it is above an edge at a column, and under the best so far. */
static inline void
consider(const GovShape *shape, uint32_t edge, double column, uint32_t f, uint32_t *best)
{
	const GovPoint *p = shape->point + f;

	if (f == edge || west_end(p).x > column || east_end(p).x <= column)
		return;
	if (!runs_above(p, shape->point + edge))
		return;
	if (*best == NO_EDGE || runs_above(shape->point + *best, p))
		*best = f;
}

/* Certainly under a height, at a column? */
static bool
is_under(const GovPoint *p, double column, double height)
{
	double		y = p[0].y + (p[1].y - p[0].y) * ((column - p[0].x) / (p[1].x - p[0].x));

	return y + 1e-15 * (fabs(p[0].y) + fabs(p[1].y)) < height;
}

static uint32_t
next_above_in_index(const GovShape *shape, const GovIndex *index, uint32_t edge, GovPoint corner)
{
	uint32_t	low = 0;
	uint32_t	high = index->strips;
	const GovStrip *strip;
	uint32_t	best = NO_EDGE;

	while (high - low > 1)
	{
		uint32_t	middle = low + (high - low) / 2;

		if (index->line[middle] <= corner.x)
			low = middle;
		else
			high = middle;
	}
	strip = index->strip + low;
	for (uint32_t row = gov_row_of(strip, corner.y); row < strip->rows; row++)
	{
		const GovCell *cell = index->cell + strip->cell + row;

		for (uint32_t i = cell[0].entry; i < cell[1].entry; i++)
			consider(shape, edge, corner.x, gov_entry_edge(index->entry[i]), &best);
		if (best != NO_EDGE && is_under(shape->point + best, corner.x, gov_row_floor(strip, row + 1)))
			break;
	}
	return best;
}

static uint32_t
next_above(const GovShape *shape, uint32_t edge, GovPoint corner)
{
	uint32_t	best = NO_EDGE;

	for (uint32_t r = 0; r < shape->rings; r++)
	{
		for (uint32_t f = shape->ring[r].first; f < shape->ring[r].last; f++)
			consider(shape, edge, corner.x, f, &best);
	}
	return best;
}

static bool
check_places(Check *check, const GovIndex *index)
{
	const GovShape *shape = check->shape;

	/* A single ring has its place. */
	for (uint32_t r = 0; shape->rings > 1 && r < shape->rings; r++)
	{
		const GovRing *ring = shape->ring + r;
		GovPoint	corner = shape->point[ring->corner];
		uint32_t	edge = upper_edge(shape, ring);
		uint32_t	above = index ? next_above_in_index(shape, index, edge, corner) :
			next_above(shape, edge, corner);
		bool		inside = false;	/* is what lies between the two inside? */
		uint32_t	part = ring->part;

		if (above != NO_EDGE)
		{
			inside = shape->point[above + 1].x < shape->point[above].x;
			part = shape->ring[gov_ring_of(shape, above)].part;
		}
		if (!ring->hole && inside)
			return gov_shape_fail(check->fault, GOV_SHAPE_MISPLACED_SHELL, corner);
		if (ring->hole && (!inside || part != ring->part))
			return gov_shape_fail(check->fault, GOV_SHAPE_MISPLACED_HOLE, corner);
		if ((r & PAUSE_EVERY) == PAUSE_EVERY)
			gov_overlap_pause();
	}
	return true;
}

bool
gov_shape_check(const GovShape *shape, const GovIndex *index, GovFault *fault)
{
	Check		check = {.shape = shape, .fault = fault};
	bool		good;

	memset(fault, 0, sizeof(*fault));
	if (shape->rings == 0)
		return true;
	good = (index ? check_cells(&check, index) : check_all(&check)) &&
		check_connected(&check) && check_places(&check, index);
	if (check.touch)
		gov_overlap_free(check.touch);
	return good;
}

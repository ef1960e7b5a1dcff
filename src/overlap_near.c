/*
 * overlap_near.c
 *	  Of a large polygon what matters near a box: fewer points, the same inside there.
 *
 * Points of a ring that follow each other on the far side of one of the box's four lines
 * can be gone past straight: the shorter way is on that far side too, so that nothing
 * within the box changes its side of the ring. A ring that lies there as a whole goes.
 * Outside of the box the ways may cross: the result is made to be clipped to the box. Which
 * way a ring runs is told by its highest points and their neighbours, which therefore stay.
 */
#include "overlap_shape.h"

#include <string.h>

/* On the far side of which lines? */
static unsigned
far_sides(const GovBox *box, GovPoint point)
{
	return (point.x < box->xmin) | (point.x > box->xmax) << 1 | (point.y < box->ymin) << 2 | (point.y > box->ymax) << 3;
}

static double
top_of(const GovShape *shape, const GovRing *ring)
{
	double		top = -HUGE_VAL;

	for (uint32_t i = ring->first; i < ring->last; i++)
		top = shape->point[i].y > top ? shape->point[i].y : top;
	return top;
}

/* Is it one of the highest points, or next to one? */
static bool
is_at_top(const GovShape *shape, const GovRing *ring, uint32_t i, double top)
{
	uint32_t	before = i > ring->first ? i - 1 : ring->last - 1;
	uint32_t	after = i < ring->last ? i + 1 : ring->first + 1;

	return shape->point[i].y == top || shape->point[before].y == top || shape->point[after].y == top;
}

/* Writes the points of a ring that are kept; gives their number, 0 if the ring goes. */
static uint32_t
thin_ring(const GovShape *shape, const GovRing *ring, const GovBox *box, GovPoint *to)
{
	GovPoint   *next = to;
	double		top = top_of(shape, ring);
	uint32_t	i = ring->first;

	while (i <= ring->last)
	{
		uint32_t	begin = i;
		unsigned	sides = far_sides(box, shape->point[i++]);

		while (i <= ring->last && (sides & far_sides(box, shape->point[i])) != 0)
			sides &= far_sides(box, shape->point[i++]);
		if (begin == ring->first && i > ring->last && sides != 0)
			return 0;
		for (uint32_t k = begin; k < i; k++)
		{
			if (k == begin || k == i - 1 || is_at_top(shape, ring, k, top))
				*next++ = shape->point[k];
		}
	}
	if (next - to >= 4)
		return (uint32_t) (next - to);
	memcpy(to, shape->point + ring->first, (ring->last - ring->first + 1) * sizeof(GovPoint));
	return ring->last - ring->first + 1;
}

void
gov_shape_near(const GovShape *shape, const GovBox *box, GovShape *near)
{
	uint32_t	part = 0;
	uint32_t	parts = 0;

	memset(near, 0, sizeof(*near));
	near->point = gov_overlap_alloc(((size_t) shape->points + 1) * sizeof(GovPoint));
	near->ring = gov_overlap_alloc(((size_t) shape->rings + 1) * sizeof(GovRing));
	for (uint32_t r = 0; r < shape->rings; r++)
	{
		GovRing    *ring = near->ring + near->rings;
		uint32_t	points = thin_ring(shape, shape->ring + r, box, near->point + near->points);

		gov_overlap_pause();
		if (points == 0)
			continue;
		*ring = shape->ring[r];
		/* A hole goes with its shell, which is farther out. */
		if (!ring->hole)
			part = parts++;
		ring->part = part;
		ring->first = near->points;
		ring->last = near->points + points - 1;
		near->points += points;
		near->rings++;
	}
}

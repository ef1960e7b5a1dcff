/*
 * coverage_match.c
 *	  Finds the edges that two neighbours have in common, by a hash of their ends.
 *
 * Where a border is drawn alike on both sides, each of its edges runs once this way and
 * once that way. Together they bound nothing, so what is left tells all of how often
 * any place is covered. Edges that run oftener are left: there is something to see.
 */
#include "coverage_match.h"

#include <string.h>

#define PAUSE_EVERY 0xFFFF
#define BACK 4					/* counts up to 3 each way, in one byte */

size_t
gov_edges_of(const GovShape *shape, uint64_t owner, GovEdge *edge)
{
	size_t		n = 0;

	for (uint32_t r = 0; r < shape->rings; r++)
	{
		for (uint32_t i = shape->ring[r].first; i < shape->ring[r].last; i++)
		{
			/* Adding zero makes one of two zeros. */
			GovPoint	from = {shape->point[i].x + 0.0, shape->point[i].y + 0.0};
			GovPoint	to = {shape->point[i + 1].x + 0.0, shape->point[i + 1].y + 0.0};
			bool		back = to.x < from.x || (to.x == from.x && to.y < from.y);

			edge[n++] = (GovEdge) {back ? to : from, back ? from : to, owner << 1 | back};
		}
	}
	return n;
}

static inline uint64_t
mix(uint64_t hash, double value)
{
	uint64_t	bits;

	memcpy(&bits, &value, sizeof(bits));
	hash = (hash ^ bits) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 29;
}

uint64_t
gov_edge_hash(const GovEdge *edge)
{
	uint64_t	hash = mix(mix(mix(mix(0, edge->low.x), edge->low.y), edge->high.x), edge->high.y);

	hash *= UINT64_C(0xBF58476D1CE4E5B9);
	return hash ^ hash >> 32;
}

static inline bool
in_one_place(const GovEdge *a, const GovEdge *b)
{
	return a->low.x == b->low.x && a->low.y == b->low.y && a->high.x == b->high.x && a->high.y == b->high.y;
}

/* The first edge in the place of each, and how many run each way there. */
static void
count_edges(const GovEdge *edge, size_t n, uint32_t *first, unsigned char *count)
{
	size_t		slots = 64;
	uint32_t   *slot;

	while (slots < n + n / 2)
		slots *= 2;
	slot = gov_overlap_alloc(slots * sizeof(uint32_t));
	memset(slot, 0, slots * sizeof(uint32_t));
	for (size_t i = 0; i < n; i++)
	{
		size_t		at = gov_edge_hash(edge + i) & (slots - 1);
		unsigned char *counted;
		int			one = edge[i].owner & 1 ? 1 << BACK : 1;

		while (slot[at] != 0 && !in_one_place(edge + slot[at] - 1, edge + i))
			at = (at + 1) & (slots - 1);
		if (slot[at] == 0)
			slot[at] = (uint32_t) i + 1;
		first[i] = slot[at] - 1;
		counted = count + first[i];
		if ((*counted & 3 * one) != 3 * one)
			*counted += one;
		if ((i & PAUSE_EVERY) == PAUSE_EVERY)
			gov_overlap_pause();
	}
	gov_overlap_free(slot);
}

size_t
gov_edges_match(GovEdge *edge, size_t n)
{
	uint32_t   *first = gov_overlap_alloc((n + 1) * sizeof(uint32_t));
	unsigned char *count = gov_overlap_alloc(n + 1);
	size_t		left = 0;

	memset(count, 0, n + 1);
	count_edges(edge, n, first, count);
	for (size_t i = 0; i < n; i++)
	{
		if (count[first[i]] != (1 | 1 << BACK))
			edge[left++] = edge[i];
	}
	gov_overlap_free(count);
	gov_overlap_free(first);
	return left;
}

/*
 * coverage_plane.c
 *	  Cuts edges where they meet.
 *
 * All points are rounded to a grid, and then edges are cut in rounds: at the rounded
 * point in which two cross, and at every end of one that lies on another, or would but
 * for rounding. A cut may bend an edge by a step, so that it meets others that it had
 * missed; rounds go on until nothing is left to cut. Two or three are usual. If the
 * rounds do not come to an end, the grid is made coarser.
 */
#include "coverage_plane.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GRID_BITS	49			/* of the extent */
#define DIGIT_BITS	50			/* of the largest coordinate */
#define COARSER		6			/* bits */
#define ROUNDS		24
#define PAUSE_EVERY	0xFFF

/* A piece of a border, from its lower to its higher end. */
typedef struct Piece
{
	GovStep		low;
	GovStep		high;
	uint32_t	owner;
} Piece;

/* Where a segment is to be cut. */
typedef struct Cut
{
	GovWide		along;			/* orders the cuts of a segment */
	GovStep		at;
	uint32_t	segment;
} Cut;

typedef struct Noder
{
	const GovBorder *border;
	uint32_t	borders;
	GovPoint	origin;
	double		scale;			/* steps per map unit; a power of two */
	Piece	   *piece;			/* sorted */
	size_t		pieces;
	uint32_t   *first;			/* of each segment: its first piece; and one more */
	uint32_t	segments;
	Cut		   *cut;
	size_t		cuts;
	size_t		cut_room;
} Noder;

/*-------------------------------------------------------------------------
 * The grid
 *-------------------------------------------------------------------------
 */

static GovStep
step_of(const Noder *noder, GovPoint point)
{
	return (GovStep) {(int64_t) rint((point.x - noder->origin.x) * noder->scale),
		(int64_t) rint((point.y - noder->origin.y) * noder->scale)};
}

static GovPoint
point_of(const Noder *noder, GovStep step)
{
	return (GovPoint) {noder->origin.x + step.x / noder->scale, noder->origin.y + step.y / noder->scale};
}

/* A point that was computed to lie on a line is off by a place or two of its last digit: a fraction of a step. */
static void
place_grid(Noder *noder)
{
	GovBox		box = gov_box_empty();
	double		extent = 0;
	double		largest = 0;
	int			of_extent;
	int			of_largest;

	for (uint32_t i = 0; i < noder->borders; i++)
	{
		gov_box_add(&box, noder->border[i].from);
		gov_box_add(&box, noder->border[i].to);
	}
	if (noder->borders > 0)
	{
		extent = fmax(box.xmax - box.xmin, box.ymax - box.ymin);
		largest = fmax(fmax(fabs(box.xmin), fabs(box.xmax)), fmax(fabs(box.ymin), fabs(box.ymax)));
	}
	noder->origin = (GovPoint) {box.xmin, box.ymin};
	frexp(extent, &of_extent);
	frexp(largest, &of_largest);
	noder->scale = ldexp(1, -(int) fmax(fmax(of_extent - GRID_BITS, of_largest - DIGIT_BITS), -900));
}

/*-------------------------------------------------------------------------
 * Pieces
 *-------------------------------------------------------------------------
 */

static int
compare_pieces(const void *a, const void *b)
{
	const Piece *p = a;
	const Piece *q = b;
	int			order = gov_compare_steps(p->low, q->low);

	if (order == 0)
		order = gov_compare_steps(p->high, q->high);
	return order != 0 ? order : (p->owner > q->owner) - (p->owner < q->owner);
}

/* Adds one unless it has no length. */
static void
add_piece(Piece *piece, size_t *n, GovStep from, GovStep to, uint32_t owner)
{
	int			order = gov_compare_steps(from, to);

	if (order == 0)
		return;
	if (order > 0)
		piece[*n] = (Piece) {to, from, owner ^ 1};
	else
		piece[*n] = (Piece) {from, to, owner};
	(*n)++;
}

static void
first_pieces(Noder *noder)
{
	noder->piece = gov_overlap_alloc(((size_t) noder->borders + 1) * sizeof(Piece));
	noder->pieces = 0;
	for (uint32_t i = 0; i < noder->borders; i++)
		add_piece(noder->piece, &noder->pieces, step_of(noder, noder->border[i].from),
				  step_of(noder, noder->border[i].to), i << 1);
}

/* Pieces in the same place are one segment. */
static void
gather_segments(Noder *noder)
{
	qsort(noder->piece, noder->pieces, sizeof(Piece), compare_pieces);
	gov_overlap_pause();
	noder->first = gov_overlap_alloc((noder->pieces + 1) * sizeof(uint32_t));
	noder->segments = 0;
	for (size_t i = 0; i < noder->pieces; i++)
	{
		const Piece *piece = noder->piece + i;

		if (i == 0 || gov_compare_steps(piece->low, piece[-1].low) != 0 ||
			gov_compare_steps(piece->high, piece[-1].high) != 0)
			noder->first[noder->segments++] = (uint32_t) i;
	}
	noder->first[noder->segments] = (uint32_t) noder->pieces;
}

static void
segment_ends(const void *segments, uint32_t i, GovStep *low, GovStep *high)
{
	const Noder *noder = segments;
	const Piece *piece = noder->piece + noder->first[i];

	*low = piece->low;
	*high = piece->high;
}

/*-------------------------------------------------------------------------
 * Cuts
 *-------------------------------------------------------------------------
 */

static GovWide
along(const Piece *piece, GovStep at)
{
	return (GovWide) (piece->high.x - piece->low.x) * (at.x - piece->low.x) +
		(GovWide) (piece->high.y - piece->low.y) * (at.y - piece->low.y);
}

/* Notes a cut unless it is at an end. */
static bool
add_cut(Noder *noder, uint32_t segment, GovStep at)
{
	const Piece *piece = noder->piece + noder->first[segment];

	if (gov_compare_steps(at, piece->low) == 0 || gov_compare_steps(at, piece->high) == 0)
		return false;
	noder->cut = gov_overlap_grow(noder->cut, &noder->cut_room, noder->cuts, noder->cuts + 1, sizeof(Cut));
	noder->cut[noder->cuts++] = (Cut) {along(piece, at), at, segment};
	return true;
}

/* Does a point lie on a segment, but for rounding? */
static bool
is_near(const Piece *piece, GovStep at)
{
	int64_t		dx = piece->high.x - piece->low.x;
	int64_t		dy = llabs(piece->high.y - piece->low.y);
	GovWide		cross = gov_cross(piece->low, piece->high, at);
	GovWide		run = along(piece, at);

	if (cross < 0)
		cross = -cross;
	return cross <= (GovWide) GOV_NEAR * (dx > dy ? dx : dy) && run > 0 &&
		run < (GovWide) dx * dx + (GovWide) dy * dy;
}

static GovStep
crossing_of(const Piece *p, const Piece *q)
{
	double		before = (double) gov_cross(q->low, q->high, p->low);
	double		after = (double) gov_cross(q->low, q->high, p->high);
	double		part = before / (before - after);

	return (GovStep) {p->low.x + (int64_t) rint(part * (p->high.x - p->low.x)),
		p->low.y + (int64_t) rint(part * (p->high.y - p->low.y))};
}

static void
compare_segments(Noder *noder, uint32_t i, uint32_t k)
{
	const Piece *p = noder->piece + noder->first[i];
	const Piece *q = noder->piece + noder->first[k];
	bool		cut = false;

	if (is_near(p, q->low))
		cut |= add_cut(noder, i, q->low);
	if (is_near(p, q->high))
		cut |= add_cut(noder, i, q->high);
	if (is_near(q, p->low))
		cut |= add_cut(noder, k, p->low);
	if (is_near(q, p->high))
		cut |= add_cut(noder, k, p->high);
	if (cut)
		return;
	if (gov_side(p->low, p->high, q->low) * gov_side(p->low, p->high, q->high) < 0 &&
		gov_side(q->low, q->high, p->low) * gov_side(q->low, q->high, p->high) < 0)
	{
		GovStep		at = crossing_of(p, q);

		add_cut(noder, i, at);
		add_cut(noder, k, at);
	}
}

static inline bool
are_near(const Piece *p, const Piece *q)
{
	int64_t		p_floor = p->low.y < p->high.y ? p->low.y : p->high.y;
	int64_t		p_ceiling = p->low.y < p->high.y ? p->high.y : p->low.y;
	int64_t		q_floor = q->low.y < q->high.y ? q->low.y : q->high.y;
	int64_t		q_ceiling = q->low.y < q->high.y ? q->high.y : q->low.y;

	return p->low.x <= q->high.x + GOV_NEAR && q->low.x <= p->high.x + GOV_NEAR &&
		p_floor <= q_ceiling + GOV_NEAR && q_floor <= p_ceiling + GOV_NEAR;
}

static void
find_cuts(Noder *noder)
{
	GovLattice	lattice;
	size_t		cells;

	noder->cuts = 0;
	gov_lattice_make(noder, noder->segments, segment_ends, &lattice);
	cells = (size_t) lattice.columns * lattice.rows;
	for (size_t cell = 0; cell < cells; cell++)
	{
		for (uint32_t a = lattice.start[cell]; a < lattice.start[cell + 1]; a++)
		{
			const Piece *p = noder->piece + noder->first[lattice.list[a]];

			for (uint32_t b = a + 1; b < lattice.start[cell + 1]; b++)
			{
				if (are_near(p, noder->piece + noder->first[lattice.list[b]]))
					compare_segments(noder, lattice.list[a], lattice.list[b]);
			}
			if ((a & 0xFF) == 0)
				gov_overlap_pause();
		}
	}
	gov_lattice_free(&lattice);
}

static int
compare_cuts(const void *a, const void *b)
{
	const Cut  *p = a;
	const Cut  *q = b;

	if (p->segment != q->segment)
		return p->segment < q->segment ? -1 : 1;
	if (p->along != q->along)
		return p->along < q->along ? -1 : 1;
	return gov_compare_steps(p->at, q->at);
}

static void
cut_pieces(Noder *noder)
{
	Piece	   *old = noder->piece;
	size_t		room = noder->pieces + 1;
	size_t		n = 0;
	size_t		c = 0;

	qsort(noder->cut, noder->cuts, sizeof(Cut), compare_cuts);
	gov_overlap_pause();
	/* Every owner of a segment gets its cuts. */
	for (size_t i = 0; i < noder->cuts; i++)
		room += noder->first[noder->cut[i].segment + 1] - noder->first[noder->cut[i].segment];
	noder->piece = gov_overlap_alloc(room * sizeof(Piece));
	for (uint32_t s = 0; s < noder->segments; s++)
	{
		size_t		end = c;

		while (end < noder->cuts && noder->cut[end].segment == s)
			end++;
		for (uint32_t i = noder->first[s]; i < noder->first[s + 1]; i++)
		{
			GovStep		from = old[i].low;

			/* Cuts in the same place give pieces without length, which are left out. */
			for (size_t k = c; k < end; from = noder->cut[k++].at)
				add_piece(noder->piece, &n, from, noder->cut[k].at, old[i].owner);
			add_piece(noder->piece, &n, from, old[i].high, old[i].owner);
		}
		c = end;
	}
	noder->pieces = n;
	gov_overlap_free(old);
}

static bool
cut_all(Noder *noder)
{
	for (int round = 0; round < ROUNDS; round++)
	{
		gather_segments(noder);
		find_cuts(noder);
		if (noder->cuts == 0)
			return true;
		cut_pieces(noder);
		gov_overlap_free(noder->first);
	}
	gov_overlap_free(noder->piece);
	return false;
}

/*-------------------------------------------------------------------------
 * Nodes
 *-------------------------------------------------------------------------
 */

static int
compare_nodes(const void *a, const void *b)
{
	const GovNode *p = a;
	const GovNode *q = b;

	if (p->x != q->x)
		return p->x < q->x ? -1 : 1;
	if (p->y != q->y)
		return p->y < q->y ? -1 : 1;
	/* Of several points in one place, any will do, but always the same one. */
	if (p->at.x != q->at.x)
		return p->at.x < q->at.x ? -1 : 1;
	return (p->at.y > q->at.y) - (p->at.y < q->at.y);
}

static uint32_t
unite_nodes(GovNode *node, size_t n)
{
	uint32_t	kept = 0;

	qsort(node, n, sizeof(GovNode), compare_nodes);
	for (size_t i = 0; i < n; i++)
	{
		if (kept == 0 || node[i].x != node[kept - 1].x || node[i].y != node[kept - 1].y)
			node[kept++] = node[i];
	}
	return kept;
}

static const GovNode *
find_node(const GovNode *node, uint32_t n, GovStep at)
{
	uint32_t	low = 0;
	uint32_t	high = n;

	while (low < high)
	{
		uint32_t	middle = low + (high - low) / 2;

		if (gov_compare_steps((GovStep) {node[middle].x, node[middle].y}, at) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && node[low].x == at.x && node[low].y == at.y ? node + low : NULL;
}

/* The points as given, by their place on the grid. */
static GovNode *
given_nodes(const Noder *noder, uint32_t *n)
{
	GovNode    *given = gov_overlap_alloc((2 * (size_t) noder->borders + 1) * sizeof(GovNode));
	size_t		points = 0;

	for (uint32_t i = 0; i < noder->borders; i++)
	{
		const GovBorder *border = noder->border + i;
		GovStep		from = step_of(noder, border->from);
		GovStep		to = step_of(noder, border->to);

		given[points++] = (GovNode) {from.x, from.y, border->from};
		given[points++] = (GovNode) {to.x, to.y, border->to};
	}
	*n = unite_nodes(given, points);
	return given;
}

static void
name_nodes(const Noder *noder, GovPlane *plane)
{
	uint32_t	n;
	GovNode    *given = given_nodes(noder, &n);

	plane->node = gov_overlap_alloc((2 * (size_t) noder->segments + 1) * sizeof(GovNode));
	for (uint32_t s = 0; s < noder->segments; s++)
	{
		const Piece *piece = noder->piece + noder->first[s];

		plane->node[2 * (size_t) s] = (GovNode) {piece->low.x, piece->low.y, {0, 0}};
		plane->node[2 * (size_t) s + 1] = (GovNode) {piece->high.x, piece->high.y, {0, 0}};
	}
	plane->nodes = unite_nodes(plane->node, 2 * (size_t) noder->segments);
	for (uint32_t i = 0; i < plane->nodes; i++)
	{
		GovNode    *node = plane->node + i;
		const GovNode *known = find_node(given, n, (GovStep) {node->x, node->y});

		node->at = known ? known->at : point_of(noder, (GovStep) {node->x, node->y});
	}
	gov_overlap_free(given);
}

static void
name_segments(const Noder *noder, GovPlane *plane)
{
	plane->segments = noder->segments;
	plane->segment = gov_overlap_alloc(((size_t) noder->segments + 1) * sizeof(GovSegment));
	plane->owner = gov_overlap_alloc((noder->pieces + 1) * sizeof(uint32_t));
	for (uint32_t s = 0; s < noder->segments; s++)
	{
		const Piece *piece = noder->piece + noder->first[s];
		GovSegment *segment = plane->segment + s;

		segment->low = (uint32_t) (find_node(plane->node, plane->nodes, piece->low) - plane->node);
		segment->high = (uint32_t) (find_node(plane->node, plane->nodes, piece->high) - plane->node);
		segment->owner = noder->first[s];
		segment->weight = 0;
		for (uint32_t i = noder->first[s]; i < noder->first[s + 1]; i++)
		{
			plane->owner[i] = noder->piece[i].owner;
			segment->weight += GOV_OWNER_BACK(noder->piece[i].owner) ? -1 : 1;
		}
	}
	plane->segment[noder->segments].owner = (uint32_t) noder->pieces;
}

void
gov_plane_make(const GovBorder *border, uint32_t n, GovPlane *plane)
{
	Noder		noder = {0};

	memset(plane, 0, sizeof(*plane));
	noder.border = border;
	noder.borders = n;
	place_grid(&noder);
	first_pieces(&noder);
	while (!cut_all(&noder))
	{
		noder.scale = ldexp(noder.scale, -COARSER);
		first_pieces(&noder);
	}
	plane->step = 1 / noder.scale;
	name_nodes(&noder, plane);
	name_segments(&noder, plane);
	gov_overlap_free(noder.first);
	gov_overlap_free(noder.piece);
	if (noder.cut)
		gov_overlap_free(noder.cut);
}

void
gov_plane_free(GovPlane *plane)
{
	gov_overlap_free(plane->node);
	gov_overlap_free(plane->segment);
	gov_overlap_free(plane->owner);
	memset(plane, 0, sizeof(*plane));
}

/*
 * overlap_area.c
 *	  Area of the intersection of two shapes, without building it.
 *
 * A shape is the signed sum of the regions under its edges: an edge that runs to the
 * left has the inside under it and counts 1, one that runs to the right counts -1. So
 * the area common to two shapes is the sum, over all pairs of an edge of one and an
 * edge of the other, of the product of their signs with the area under both, that is
 * the integral of the lower of the two over their common stretch of x. Nothing depends
 * on how edges meet: shared, touching and identical edges are no special cases.
 *
 * The index confines this. Inside a cell, whatever lies above is a level edge along its
 * ceiling wherever the ceiling is inside the shape; what lies below cancels out.
 * Heights are taken from the floor of the place looked at, so that coordinates far from
 * the origin lose no digits.
 */
#include "overlap_index.h"

#include <math.h>
#include <string.h>

#define PAUSE_EVERY 0xFF

/* A shape of more points is laid over another cell by cell. */
#define FEW_POINTS 1024

/* A stretch of an edge: its heights over the floor at both ends. */
typedef struct Piece
{
	double		left;
	double		right;
	double		from;
	double		to;
	double		sign;
	double		slope;			/* of those in a comb */
	uint32_t	slot;			/* likewise: the first one it lies in */
} Piece;

typedef struct Pieces
{
	Piece	   *piece;
	size_t		n;
	size_t		room;
} Pieces;

/* A sum that keeps the digits it loses: what every addition rounds away, by Knuth's 2Sum. */
typedef struct Sum
{
	double		total;
	double		lost;
} Sum;

static inline void
add(Sum *sum, double term)
{
	double		total = sum->total + term;
	double		of_term = total - sum->total;

	sum->lost += (sum->total - (total - of_term)) + (term - of_term);
	sum->total = total;
}

static inline Piece *
new_piece(Pieces *pieces)
{
	pieces->piece = gov_overlap_grow(pieces->piece, &pieces->room, pieces->n, pieces->n + 1, sizeof(Piece));
	return pieces->piece + pieces->n++;
}

static void
forget_pieces(Pieces *pieces)
{
	if (pieces->piece)
		gov_overlap_free(pieces->piece);
}

/* Height of an edge at a place between its ends, from the nearer one, so that no digits are lost at either. */
static inline double
height_between(GovPoint west, GovPoint east, double x, double floor)
{
	double		slope = (east.y - west.y) / (east.x - west.x);

	if (x - west.x <= east.x - x)
		return (west.y - floor) + (x - west.x) * slope;
	return (east.y - floor) - (east.x - x) * slope;
}

/* The piece of an edge over a stretch of x, which is not empty. */
static inline void
cut_piece(const GovPoint *edge, double left, double right, double floor, Piece *piece)
{
	bool		leftward = edge[1].x < edge[0].x;
	GovPoint	west = edge[leftward];
	GovPoint	east = edge[!leftward];

	piece->sign = leftward ? 1 : -1;
	piece->left = left;
	piece->right = right;
	piece->from = left > west.x ? height_between(west, east, left, floor) : west.y - floor;
	piece->to = right < east.x ? height_between(west, east, right, floor) : east.y - floor;
}

/*-------------------------------------------------------------------------
 * Pairs of pieces
 *-------------------------------------------------------------------------
 */

static void
add_slopes(Pieces *pieces)
{
	for (size_t i = 0; i < pieces->n; i++)
	{
		Piece	   *piece = pieces->piece + i;

		piece->slope = (piece->to - piece->from) / (piece->right - piece->left);
	}
}

/* The integral of the lower of two pieces over their common stretch; a has its slope. */
static inline double
under_both(const Piece *a, const Piece *b)
{
	double		left = gov_max(a->left, b->left);
	double		right = gov_min(a->right, b->right);
	double		width = right - left;
	double		a0;
	double		a1;
	double		b0 = b->from;
	double		b1 = b->to;
	double		d0;
	double		d1;
	double		lower_ends;

	if (!(width > 0))
		return 0;
	if (width < b->right - b->left)
	{
		double		slope = (b1 - b0) / (b->right - b->left);

		b1 = b0 + (right - b->left) * slope;
		b0 += (left - b->left) * slope;
	}
	a0 = a->from + (left - a->left) * a->slope;
	a1 = a->from + (right - a->left) * a->slope;
	d0 = a0 - b0;
	d1 = a1 - b1;
	lower_ends = gov_min(a0, b0) + gov_min(a1, b1);
	/* Where they cross, the lower one is bent upwards. */
	if (d0 * d1 < 0)
		lower_ends -= d0 * d1 / (fabs(d0) + fabs(d1));
	return 0.5 * width * lower_ends;
}

/*
 * Which pieces lie over which x: the stretch from the leftmost to the rightmost is cut
 * into slots, and every slot lists the pieces over it.
 */
typedef struct Comb
{
	const Piece *piece;
	double		left;
	double		inverse;
	uint32_t	slots;
	uint32_t   *start;			/* of a slot's list; one more that ends the last */
	uint32_t   *list;
} Comb;

static inline uint32_t
slot_of(const Comb *comb, double x)
{
	double		slot = (x - comb->left) * comb->inverse;

	if (!(slot > 0))
		return 0;
	return slot < comb->slots ? (uint32_t) slot : comb->slots - 1;
}

/* Two slots for a piece, but fewer where pieces are long: lists stay within a few times their number. */
static void
choose_slots(Comb *comb, const Pieces *pieces)
{
	double		left = HUGE_VAL;
	double		right = -HUGE_VAL;
	double		run = 0;

	for (size_t i = 0; i < pieces->n; i++)
	{
		left = gov_min(left, pieces->piece[i].left);
		right = gov_max(right, pieces->piece[i].right);
		run += pieces->piece[i].right - pieces->piece[i].left;
	}
	comb->slots = (uint32_t) gov_min(2.0 * pieces->n, 1 + 4.0 * pieces->n * ((right - left) / run));
	comb->left = left;
	comb->inverse = comb->slots / (right - left);
}

static void
make_comb(Comb *comb, Pieces *pieces)
{
	uint32_t	total = 0;

	add_slopes(pieces);
	choose_slots(comb, pieces);
	comb->piece = pieces->piece;
	comb->start = gov_overlap_alloc((comb->slots + 2) * sizeof(uint32_t));
	memset(comb->start, 0, (comb->slots + 2) * sizeof(uint32_t));
	/* Counted two places on, so that filling in leaves every start in its place. */
	for (size_t i = 0; i < pieces->n; i++)
	{
		Piece	   *piece = pieces->piece + i;
		uint32_t	last = slot_of(comb, piece->right);

		piece->slot = slot_of(comb, piece->left);
		for (uint32_t slot = piece->slot; slot <= last; slot++)
			comb->start[slot + 2]++;
		total += last - piece->slot + 1;
	}
	for (uint32_t slot = 0; slot < comb->slots; slot++)
		comb->start[slot + 2] += comb->start[slot + 1];
	comb->list = gov_overlap_alloc(total * sizeof(uint32_t));
	for (size_t i = 0; i < pieces->n; i++)
	{
		uint32_t	last = slot_of(comb, pieces->piece[i].right);

		for (uint32_t slot = pieces->piece[i].slot; slot <= last; slot++)
			comb->list[comb->start[slot + 1]++] = (uint32_t) i;
	}
}

static void
forget_comb(Comb *comb)
{
	gov_overlap_free(comb->start);
	gov_overlap_free(comb->list);
}

/*
 * Adds the signed area under one piece and each of those of a comb. The sum is kept where
 * the compiler can hold it in registers.
 */
static void
add_over(const Comb *comb, const Piece *b, Sum *sum)
{
	Sum			here = *sum;
	uint32_t	first = slot_of(comb, b->left);
	uint32_t	last = slot_of(comb, b->right);

	for (uint32_t slot = first; slot <= last; slot++)
	{
		for (uint32_t i = comb->start[slot]; i < comb->start[slot + 1]; i++)
		{
			const Piece *a = comb->piece + comb->list[i];

			/* One that begins in an earlier slot has been met there. */
			if (slot == first || a->slot == slot)
				add(&here, a->sign * b->sign * under_both(a, b));
		}
	}
	*sum = here;
}

static void
add_all_over(const Comb *comb, const Pieces *pieces, Sum *sum)
{
	for (size_t i = 0; i < pieces->n; i++)
	{
		add_over(comb, pieces->piece + i, sum);
		if ((i & PAUSE_EVERY) == PAUSE_EVERY)
			gov_overlap_pause();
	}
}

static void
add_each(const Piece *b, const Pieces *pieces, Sum *sum)
{
	Sum			here = *sum;

	for (size_t i = 0; i < pieces->n; i++)
		add(&here, pieces->piece[i].sign * b->sign * under_both(pieces->piece + i, b));
	*sum = here;
}

/* The sum over all pairs. */
static void
add_pairs(Pieces *of_a, const Pieces *of_b, Sum *sum)
{
	Comb		comb;

	if (of_a->n == 0 || of_b->n == 0)
		return;
	/* A comb is not made for a few. */
	if (of_a->n * of_b->n < 256)
	{
		add_slopes(of_a);
		for (size_t i = 0; i < of_b->n; i++)
			add_each(of_b->piece + i, of_a, sum);
		return;
	}
	make_comb(&comb, of_a);
	add_all_over(&comb, of_b, sum);
	forget_comb(&comb);
}

/*-------------------------------------------------------------------------
 * Pieces of cells
 *-------------------------------------------------------------------------
 */

/* A place of the plane: rows of a strip, and the x that are of interest. */
typedef struct Place
{
	const GovShape *shape;
	const GovIndex *index;
	uint32_t	strip;
	uint32_t	low;			/* rows */
	uint32_t	high;
	double		bottom;			/* of the lowest row; without one beneath it, all that is below */
	double		top;
	double		left;
	double		right;
	double		lowest;			/* edges that do not rise above this add nothing */
} Place;

static void
choose_rows(Place *place, uint32_t low, uint32_t high)
{
	const GovStrip *strip = place->index->strip + place->strip;

	place->low = low;
	place->high = high;
	place->bottom = low > 0 ? gov_row_floor(strip, low) : -HUGE_VAL;
	place->top = high + 1 < strip->rows ? gov_row_floor(strip, high + 1) : HUGE_VAL;
}

/* The part of an edge in a place; false if there is none. */
static inline bool
part_in(const Place *place, const GovPoint *edge, double *left, double *right)
{
	bool		rises = (edge[1].y > edge[0].y) == (edge[1].x > edge[0].x);
	double		low = gov_min(edge[0].y, edge[1].y);
	double		high = gov_max(edge[0].y, edge[1].y);

	*left = gov_max(gov_min(edge[0].x, edge[1].x), place->left);
	*right = gov_min(gov_max(edge[0].x, edge[1].x), place->right);
	if (!(*left < *right) || high <= place->lowest || high < place->bottom || low >= place->top)
		return false;
	if (low < place->bottom)
	{
		double		x = gov_crossing_at(edge, place->bottom);

		if (rises)
			*left = gov_max(*left, x);
		else
			*right = gov_min(*right, x);
	}
	if (high >= place->top)
	{
		double		x = gov_crossing_at(edge, place->top);

		if (rises)
			*right = gov_min(*right, x);
		else
			*left = gov_max(*left, x);
	}
	return *left < *right;
}

static void
collect_edges(const Place *place, double floor, Pieces *pieces)
{
	const GovCell *cell = place->index->cell + place->index->strip[place->strip].cell;
	const uint32_t *entry = place->index->entry;

	for (uint32_t row = place->low; row <= place->high; row++)
	{
		for (uint32_t i = cell[row].entry; i < cell[row + 1].entry; i++)
		{
			const GovPoint *edge = place->shape->point + gov_entry_edge(entry[i]);
			double		left;
			double		right;

			if (row > place->low && gov_entry_continued(entry[i]))
				continue;
			if (part_in(place, edge, &left, &right))
				cut_piece(edge, left, right, floor, new_piece(pieces));
		}
	}
}

static void
add_level(const Place *place, double left, double right, double height, int32_t winding, Pieces *pieces)
{
	left = gov_max(left, place->left);
	right = gov_min(right, place->right);
	if (winding != 0 && left < right)
		*new_piece(pieces) = (Piece) {.left = left, .right = right, .from = height, .to = height, .sign = winding};
}

/* Along the ceiling of the highest row, where it is inside the shape. */
static void
collect_ceiling(const Place *place, double floor, Pieces *pieces)
{
	const GovIndex *index = place->index;
	const GovStrip *strip = index->strip + place->strip;
	const GovCell *cell = index->cell + strip->cell + place->high;
	double		left = index->line[place->strip];
	int32_t		winding = cell->above;

	if (place->high + 1 == strip->rows)
		return;
	for (uint32_t i = cell[0].crossing; i < cell[1].crossing; i++)
	{
		const GovPoint *edge = place->shape->point + index->crossing[i];
		double		x = gov_crossing_at(edge, place->top);

		add_level(place, left, x, place->top - floor, winding, pieces);
		winding += edge[1].y > edge[0].y ? -1 : 1;
		left = x;
	}
	add_level(place, left, index->line[place->strip + 1], place->top - floor, winding, pieces);
}

/*-------------------------------------------------------------------------
 * A few edges against a shape
 *-------------------------------------------------------------------------
 */

/* All edges of a shape between two x, their heights taken from a floor. */
static void
collect_all(const GovShape *shape, double from, double to, double floor, Pieces *pieces)
{
	pieces->piece = gov_overlap_grow(pieces->piece, &pieces->room, pieces->n, shape->points, sizeof(Piece));
	for (uint32_t r = 0; r < shape->rings; r++)
	{
		for (uint32_t e = shape->ring[r].first; e < shape->ring[r].last; e++)
		{
			const GovPoint *edge = shape->point + e;
			double		left = gov_max(gov_min(edge[0].x, edge[1].x), from);
			double		right = gov_min(gov_max(edge[0].x, edge[1].x), to);

			if (left < right)
				cut_piece(edge, left, right, floor, new_piece(pieces));
		}
	}
}

static double
overlap_all(const GovShape *a, const GovShape *b)
{
	Pieces		of_a = {0};
	Pieces		of_b = {0};
	Sum			sum = {0, 0};
	double		floor = a->box.ymin;

	collect_all(a, b->box.xmin, b->box.xmax, floor, &of_a);
	collect_all(b, a->box.xmin, a->box.xmax, floor, &of_b);
	add_pairs(&of_a, &of_b, &sum);
	forget_pieces(&of_a);
	forget_pieces(&of_b);
	return sum.total + sum.lost;
}

static uint32_t
strip_of(const GovIndex *index, double x)
{
	uint32_t	low = 0;
	uint32_t	high = index->strips;

	while (high - low > 1)
	{
		uint32_t	middle = low + (high - low) / 2;

		if (index->line[middle] <= x)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Does the box of an edge that a cell lists meet another box? From a cell on, up to another. */
static bool
is_entered(const GovShape *shape, const GovIndex *index, const GovCell *from, const GovCell *to, const GovBox *box)
{
	for (uint32_t i = from->entry; i < to->entry; i++)
	{
		const GovPoint *edge = shape->point + gov_entry_edge(index->entry[i]);

		if (gov_max(edge[0].x, edge[1].x) >= box->xmin && gov_min(edge[0].x, edge[1].x) <= box->xmax &&
			gov_max(edge[0].y, edge[1].y) >= box->ymin && gov_min(edge[0].y, edge[1].y) <= box->ymax)
			return true;
	}
	return false;
}

/*
 * Winding number at a point of a cell from which no edge's box is far: each edge there is
 * above it or not. Counted from the ceiling down.
 */
static int
winding_at(const GovShape *shape, const GovIndex *index, uint32_t strip, uint32_t row, GovPoint at)
{
	const GovStrip *of = index->strip + strip;
	const GovCell *cell = index->cell + of->cell + row;
	double		ceiling = row + 1 < of->rows ? gov_row_floor(of, row + 1) : HUGE_VAL;
	int			winding = cell->above;

	for (uint32_t i = cell[0].crossing; i < cell[1].crossing; i++)
	{
		const GovPoint *edge = shape->point + index->crossing[i];

		if (gov_crossing_at(edge, ceiling) > at.x)
			break;
		winding += edge[1].y > edge[0].y ? -1 : 1;
	}
	for (uint32_t i = cell[0].entry; i < cell[1].entry; i++)
	{
		const GovPoint *edge = shape->point + gov_entry_edge(index->entry[i]);
		double		low = gov_min(edge[0].y, edge[1].y);

		/* What it has above the ceiling has been counted along it. */
		if ((edge[0].x <= at.x) == (edge[1].x <= at.x) || low <= at.y || low >= ceiling)
			continue;
		if (gov_max(edge[0].y, edge[1].y) >= ceiling &&
			(gov_crossing_at(edge, ceiling) <= at.x) == ((edge[1].y > edge[0].y) == (edge[1].x > edge[0].x)))
			continue;
		winding += edge[1].x > edge[0].x ? -1 : 1;
	}
	return winding;
}

int
gov_index_winding(const GovShape *shape, const GovIndex *index, const GovBox *box)
{
	uint32_t	first = strip_of(index, box->xmin);
	uint32_t	last = strip_of(index, box->xmax);

	/* No ceiling is told of at the right end of the last strip. */
	if (box->xmin >= index->line[index->strips])
		return 0;
	for (uint32_t k = first; k <= last; k++)
	{
		const GovStrip *strip = index->strip + k;
		const GovCell *cell = index->cell + strip->cell;

		if (is_entered(shape, index, cell + gov_row_of(strip, box->ymin), cell + gov_row_of(strip, box->ymax) + 1, box))
			return -1;
	}
	return winding_at(shape, index, first, gov_row_of(index->strip + first, box->ymax), (GovPoint) {box->xmin, box->ymax});
}

static double
overlap_few(const GovShape *a, const GovShape *b, const GovIndex *index)
{
	Pieces		of_a = {0};
	Pieces		of_b = {0};
	Sum			sum = {0, 0};
	double		floor = a->box.ymin;
	uint32_t	last = strip_of(index, a->box.xmax);
	Comb		comb;

	collect_all(a, b->box.xmin, b->box.xmax, floor, &of_a);
	if (of_a.n == 0)
	{
		forget_pieces(&of_a);
		return 0;
	}
	make_comb(&comb, &of_a);
	for (uint32_t k = strip_of(index, a->box.xmin); k <= last; k++)
	{
		const GovStrip *strip = index->strip + k;
		Place		place = {.shape = b, .index = index, .strip = k, .left = gov_max(index->line[k], a->box.xmin),
			.right = gov_min(index->line[k + 1], a->box.xmax), .lowest = floor};

		choose_rows(&place, gov_row_of(strip, floor), gov_row_of(strip, a->box.ymax));
		of_b.n = 0;
		collect_edges(&place, floor, &of_b);
		collect_ceiling(&place, floor, &of_b);
		add_all_over(&comb, &of_b, &sum);
	}
	forget_comb(&comb);
	forget_pieces(&of_a);
	forget_pieces(&of_b);
	return sum.total + sum.lost;
}

/*-------------------------------------------------------------------------
 * Many edges against many: cell by cell
 *-------------------------------------------------------------------------
 */

static void
overlap_cell(Place *a, Place *b, uint32_t row, Pieces *of_a, Pieces *of_b, Sum *sum)
{
	double		floor = gov_row_floor(b->index->strip + b->strip, row);

	choose_rows(a, row, row);
	of_a->n = 0;
	collect_edges(a, floor, of_a);
	collect_ceiling(a, floor, of_a);
	if (of_a->n == 0)
		return;
	choose_rows(b, row, row);
	of_b->n = 0;
	collect_edges(b, floor, of_b);
	collect_ceiling(b, floor, of_b);
	add_pairs(of_a, of_b, sum);
}

/* Both indexes have the same cells. */
static double
overlap_cells(const GovShape *a, const GovIndex *a_index, const GovShape *b, const GovIndex *b_index)
{
	Pieces		of_a = {0};
	Pieces		of_b = {0};
	Sum			sum = {0, 0};

	for (uint32_t k = 0; k < b_index->strips; k++)
	{
		const GovStrip *strip = b_index->strip + k;
		uint32_t	high = gov_row_of(strip, a->box.ymax);
		Place		in_a = {.shape = a, .index = a_index, .strip = k, .left = b_index->line[k], .right = b_index->line[k + 1],
			.lowest = -HUGE_VAL};
		Place		in_b = in_a;

		if (!gov_is_strip_under(b_index, k, a))
			continue;
		in_b.shape = b;
		in_b.index = b_index;
		for (uint32_t row = gov_row_of(strip, a->box.ymin); row <= high; row++)
			overlap_cell(&in_a, &in_b, row, &of_a, &of_b, &sum);
		gov_overlap_pause();
	}
	forget_pieces(&of_a);
	forget_pieces(&of_b);
	return sum.total + sum.lost;
}

double
gov_shape_overlap(const GovShape *a, const GovIndex *a_index, const GovShape *b, const GovIndex *b_index)
{
	double		area;
	int			winding;

	if (a->rings == 0 || b->rings == 0 || !gov_box_meet(&a->box, &b->box))
		return 0;
	if (gov_is_larger(a, b))
	{
		const GovShape *shape = a;

		a = b;
		b = shape;
		b_index = a_index;
	}
	if (b_index == NULL)
		area = overlap_all(a, b);
	else if ((winding = gov_index_winding(b, b_index, &a->box)) >= 0)
		area = winding * a->area;
	else if (a->points <= FEW_POINTS)
		area = overlap_few(a, b, b_index);
	else
	{
		GovIndex	same_cells;

		gov_index_build(a, b_index, &same_cells);
		area = overlap_cells(a, &same_cells, b, b_index);
		gov_index_free(&same_cells);
	}
	/* What rounding adds must not be seen where the answer is plain. */
	return gov_max(0, gov_min(area, gov_min(a->area, b->area)));
}

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

/* A stretch of an edge: height over the floor at its left end, and its slope. */
typedef struct Piece
{
	double		left;
	double		right;
	double		height;
	double		slope;
	double		sign;
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

static Piece *
new_piece(Pieces *pieces)
{
	if (pieces->n == pieces->room)
	{
		size_t		room = 2 * pieces->room + 64;
		Piece	   *larger = gov_overlap_alloc(room * sizeof(Piece));

		if (pieces->piece)
		{
			memcpy(larger, pieces->piece, pieces->n * sizeof(Piece));
			gov_overlap_free(pieces->piece);
		}
		pieces->piece = larger;
		pieces->room = room;
	}
	return pieces->piece + pieces->n++;
}

static void
forget_pieces(Pieces *pieces)
{
	if (pieces->piece)
		gov_overlap_free(pieces->piece);
}

/*
 * The piece of an edge over a stretch of x, which is not empty. Its height comes from
 * the edge's nearer end, so that no digits are lost at either.
 */
static void
cut_piece(const GovPoint *edge, double left, double right, double floor, Piece *piece)
{
	GovPoint	west = edge[0].x < edge[1].x ? edge[0] : edge[1];
	GovPoint	east = edge[0].x < edge[1].x ? edge[1] : edge[0];

	piece->sign = edge[0].x < edge[1].x ? -1 : 1;
	piece->left = left;
	piece->right = right;
	piece->slope = (east.y - west.y) / (east.x - west.x);
	if (left - west.x <= east.x - left)
		piece->height = (west.y - floor) + (left - west.x) * piece->slope;
	else
		piece->height = (east.y - floor) - (east.x - left) * piece->slope;
}

static void
level_piece(double left, double right, double height, double sign, Piece *piece)
{
	piece->sign = sign;
	piece->left = left;
	piece->right = right;
	piece->slope = 0;
	piece->height = height;
}

/*-------------------------------------------------------------------------
 * Pairs of pieces
 *-------------------------------------------------------------------------
 */

/* The integral of the lower of two pieces over their common stretch. */
static inline double
under_both(const Piece *a, const Piece *b)
{
	double		left = gov_max(a->left, b->left);
	double		right = gov_min(a->right, b->right);
	double		width = right - left;
	double		a0;
	double		b0;
	double		d0;
	double		d1;
	double		lower_ends;

	if (!(width > 0))
		return 0;
	a0 = a->height + (left - a->left) * a->slope;
	b0 = b->height + (left - b->left) * b->slope;
	d0 = a0 - b0;
	d1 = d0 + width * (a->slope - b->slope);
	lower_ends = gov_min(a0, b0) + gov_min(a0 + width * a->slope, b0 + width * b->slope);
	/* Where they cross, the lower one is bent upwards. */
	if (d0 * d1 < 0)
		lower_ends -= d0 * d1 / (fabs(d0) + fabs(d1));
	return 0.5 * width * lower_ends;
}

/*
 * Which pieces lie over which x: the stretch between two x is cut into slots, and every
 * slot has a bit for each piece over it, in blocks of pieces.
 */
#define SLOTS 64
#define BLOCK 64

typedef struct Comb
{
	const Piece *piece;
	size_t		blocks;
	double		left;
	double		inverse;
	uint64_t   *mask;			/* SLOTS for each block */
} Comb;

static inline unsigned
slot_of(const Comb *comb, double x)
{
	double		slot = (x - comb->left) * comb->inverse;

	if (!(slot > 0))
		return 0;
	return slot < SLOTS ? (unsigned) slot : SLOTS - 1;
}

static void
make_comb(Comb *comb, const Pieces *pieces)
{
	double		left = HUGE_VAL;
	double		right = -HUGE_VAL;

	for (size_t i = 0; i < pieces->n; i++)
	{
		left = gov_min(left, pieces->piece[i].left);
		right = gov_max(right, pieces->piece[i].right);
	}
	comb->piece = pieces->piece;
	comb->blocks = (pieces->n + BLOCK - 1) / BLOCK;
	comb->left = left;
	comb->inverse = SLOTS / (right - left);
	comb->mask = gov_overlap_alloc(comb->blocks * SLOTS * sizeof(uint64_t));
	memset(comb->mask, 0, comb->blocks * SLOTS * sizeof(uint64_t));
	for (size_t i = 0; i < pieces->n; i++)
	{
		uint64_t   *mask = comb->mask + i / BLOCK * SLOTS;
		unsigned	last = slot_of(comb, pieces->piece[i].right);

		for (unsigned slot = slot_of(comb, pieces->piece[i].left); slot <= last; slot++)
			mask[slot] |= UINT64_C(1) << (i % BLOCK);
	}
}

/*
 * Adds the signed area under one piece and each of those of a comb. The sum is kept where
 * the compiler can hold it in registers.
 */
static void
add_comb(const Piece *b, const Comb *comb, Sum *sum)
{
	Sum			here = *sum;
	unsigned	first = slot_of(comb, b->left);
	unsigned	last = slot_of(comb, b->right);

	for (size_t block = 0; block < comb->blocks; block++)
	{
		const Piece *a = comb->piece + block * BLOCK;
		const uint64_t *mask = comb->mask + block * SLOTS;
		uint64_t	over = mask[first];

		for (unsigned slot = first + 1; slot <= last; slot++)
			over |= mask[slot];
		for (; over != 0; over &= over - 1)
		{
			int			i = __builtin_ctzll(over);

			add(&here, a[i].sign * b->sign * under_both(a + i, b));
		}
	}
	*sum = here;
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
add_pairs(const Pieces *of_a, const Pieces *of_b, Sum *sum)
{
	Comb		comb;

	/* A comb is not made for a few. */
	if (of_a->n * of_b->n < 256)
	{
		for (size_t i = 0; i < of_b->n; i++)
			add_each(of_b->piece + i, of_a, sum);
		return;
	}
	make_comb(&comb, of_a);
	for (size_t i = 0; i < of_b->n; i++)
	{
		add_comb(of_b->piece + i, &comb, sum);
		if ((i & PAUSE_EVERY) == PAUSE_EVERY)
			gov_overlap_pause();
	}
	gov_overlap_free(comb.mask);
}

/*-------------------------------------------------------------------------
 * Pieces of cells
 *-------------------------------------------------------------------------
 */

/* A place of the plane: a strip, the row in it, and the x that are of interest. */
typedef struct Place
{
	const GovShape *shape;
	const GovIndex *index;
	uint32_t	strip;
	uint32_t	row;
	double		left;
	double		right;
	double		lowest;			/* edges that do not rise above this add nothing */
} Place;

static inline const GovCell *
cell_of(const Place *place)
{
	return place->index->cell + place->index->strip[place->strip].cell + place->row;
}

/* The part of an edge in a row; false if there is none. */
static inline bool
row_part(const Place *place, const GovPoint *edge, double *left, double *right)
{
	const GovStrip *strip = place->index->strip + place->strip;
	bool		rises = (edge[1].y > edge[0].y) == (edge[1].x > edge[0].x);
	double		low = gov_min(edge[0].y, edge[1].y);
	double		high = gov_max(edge[0].y, edge[1].y);

	*left = gov_max(gov_min(edge[0].x, edge[1].x), place->left);
	*right = gov_min(gov_max(edge[0].x, edge[1].x), place->right);
	if (!(*left < *right))
		return false;
	if (place->row > 0)
	{
		double		floor = gov_row_floor(strip, place->row);

		if (high < floor)
			return false;
		if (low < floor)
		{
			double		x = gov_crossing_at(edge, floor);

			if (rises)
				*left = gov_max(*left, x);
			else
				*right = gov_min(*right, x);
		}
	}
	if (place->row + 1 < strip->rows)
	{
		double		ceiling = gov_row_floor(strip, place->row + 1);

		if (low >= ceiling)
			return false;
		if (high >= ceiling)
		{
			double		x = gov_crossing_at(edge, ceiling);

			if (rises)
				*right = gov_min(*right, x);
			else
				*left = gov_max(*left, x);
		}
	}
	return *left < *right;
}

static void
collect_edges(const Place *place, double floor, Pieces *pieces)
{
	const GovCell *cell = cell_of(place);

	for (uint32_t i = cell[0].entry; i < cell[1].entry; i++)
	{
		const GovPoint *edge = place->shape->point + place->index->entry[i];
		double		left;
		double		right;

		if (gov_max(edge[0].y, edge[1].y) > place->lowest && row_part(place, edge, &left, &right))
			cut_piece(edge, left, right, floor, new_piece(pieces));
	}
}

static void
add_level(const Place *place, double left, double right, double height, int32_t winding, Pieces *pieces)
{
	left = gov_max(left, place->left);
	right = gov_min(right, place->right);
	if (winding != 0 && left < right)
		level_piece(left, right, height, winding, new_piece(pieces));
}

/* Along the ceiling of a row, where it is inside the shape. */
static void
collect_ceiling(const Place *place, double floor, Pieces *pieces)
{
	const GovIndex *index = place->index;
	const GovStrip *strip = index->strip + place->strip;
	const GovCell *cell = cell_of(place);
	double		ceiling = gov_row_floor(strip, place->row + 1);
	double		left = index->line[place->strip];
	int32_t		winding = cell->above;

	if (place->row + 1 == strip->rows)
		return;
	for (uint32_t i = cell[0].crossing; i < cell[1].crossing; i++)
	{
		const GovPoint *edge = place->shape->point + index->crossing[i];
		double		x = gov_crossing_at(edge, ceiling);

		add_level(place, left, x, ceiling - floor, winding, pieces);
		winding += edge[1].y > edge[0].y ? -1 : 1;
		left = x;
	}
	add_level(place, left, index->line[place->strip + 1], ceiling - floor, winding, pieces);
}

/*-------------------------------------------------------------------------
 * A few edges against a shape
 *-------------------------------------------------------------------------
 */

/* All edges of a shape between two x, their heights taken from a floor. */
static void
collect_all(const GovShape *shape, double from, double to, double floor, Pieces *pieces)
{
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

/*
 * Winding number of a box that no edge of the shape enters, or -1 if one may. Looks at
 * the lists only, so an edge near the box counts as entering it.
 */
static int
winding_of_box(const GovIndex *index, const GovBox *box)
{
	uint32_t	last = strip_of(index, box->xmax);

	for (uint32_t k = strip_of(index, box->xmin); k <= last; k++)
	{
		const GovStrip *strip = index->strip + k;
		const GovCell *cell = index->cell + strip->cell;
		uint32_t	low = gov_row_of(strip, box->ymin);
		uint32_t	high = gov_row_of(strip, box->ymax);

		if (cell[low].entry != cell[high + 1].entry)
			return -1;
		if (k == last)
			return cell[high].above;
	}
	return -1;
}

static double
overlap_few(const GovShape *a, const GovShape *b, const GovIndex *index)
{
	Pieces		of_a = {0};
	Pieces		of_b = {0};
	Sum			sum = {0, 0};
	double		floor = a->box.ymin;
	uint32_t	last = strip_of(index, a->box.xmax);
	int			winding = winding_of_box(index, &a->box);

	if (winding >= 0)
		return winding * a->area;
	for (uint32_t k = strip_of(index, a->box.xmin); k <= last; k++)
	{
		const GovStrip *strip = index->strip + k;
		uint32_t	high = gov_row_of(strip, a->box.ymax);
		Place		place = {b, index, k, gov_row_of(strip, floor), gov_max(index->line[k], a->box.xmin),
			gov_min(index->line[k + 1], a->box.xmax), floor};

		for (; place.row <= high; place.row++)
			collect_edges(&place, floor, &of_b);
		place.row = high;
		collect_ceiling(&place, floor, &of_b);
	}
	collect_all(a, b->box.xmin, b->box.xmax, floor, &of_a);
	add_pairs(&of_a, &of_b, &sum);
	forget_pieces(&of_a);
	forget_pieces(&of_b);
	return sum.total + sum.lost;
}

/*-------------------------------------------------------------------------
 * Many edges against many: cell by cell
 *-------------------------------------------------------------------------
 */

static void
overlap_cell(Place *a, Place *b, Pieces *of_a, Pieces *of_b, Sum *sum)
{
	double		floor = gov_row_floor(b->index->strip + b->strip, b->row);

	of_a->n = 0;
	collect_edges(a, floor, of_a);
	collect_ceiling(a, floor, of_a);
	if (of_a->n == 0)
		return;
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
		double		left = b_index->line[k];
		double		right = b_index->line[k + 1];

		if (right < a->box.xmin || left > a->box.xmax)
			continue;
		for (uint32_t row = 0; row < strip->rows; row++)
		{
			Place		in_a = {a, a_index, k, row, left, right, -HUGE_VAL};
			Place		in_b = {b, b_index, k, row, left, right, -HUGE_VAL};

			overlap_cell(&in_a, &in_b, &of_a, &of_b, &sum);
		}
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

	if (a->rings == 0 || b->rings == 0 || !gov_box_meet(&a->box, &b->box))
		return 0;
	/* b is the one with an index, the larger one of two. */
	if (b_index == NULL || (a_index != NULL && a->points > b->points))
	{
		const GovShape *shape = a;
		const GovIndex *index = a_index;

		a = b;
		b = shape;
		b_index = index;
	}
	if (b_index == NULL)
		area = overlap_all(a, b);
	else if (a->points <= 4 * GOV_INDEX_WORTHWHILE)
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

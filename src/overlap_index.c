/*
 * overlap_index.c
 *	  Cuts the plane under a shape into cells and lists the edges of each.
 *
 * Lines between strips are quantiles of the points' x, and the rows of a strip reach
 * over its own edges only: a cell holds a few edges wherever the points crowd together
 * and whichever way the shape stretches. Long edges widen the cells, so that the lists
 * stay within a few times the number of edges.
 */
#include "overlap_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EDGES_PER_CELL	4
#define SPREAD			3.0		/* entries per edge that may come of crossing lines */
#define SAMPLES			8		/* points looked at per strip, to place the lines */
#define STRIPS_MAX		4096
#define PAUSE_EVERY		0xFFFF

/* The part of an edge in a strip, while the strip is being filled. */
typedef struct Piece
{
	uint32_t	edge;
	uint32_t	low_row;
	uint32_t	high_row;
	double		low;
	double		high;
} Piece;

typedef struct Crossing
{
	uint32_t	row;			/* whose ceiling it crosses */
	uint32_t	edge;
	double		x;
} Crossing;

typedef struct Builder
{
	const GovShape *shape;
	GovIndex   *index;
	uint32_t   *start;			/* where the list of a strip begins */
	uint32_t   *list;			/* edges by strip */
	Piece	   *piece;
	size_t		piece_room;
	Crossing   *crossing;
	size_t		crossing_room;
	uint32_t	crossings;
	Crossing   *sorted;
	size_t		sorted_room;
	uint32_t   *count;			/* by row: entries; later, where the next one goes */
	uint32_t   *crossed;		/* likewise of crossings */
	int32_t    *above;
	size_t		row_room;
} Builder;

/* Grows an array that is refilled from its beginning. */
static void *
with_room(void *memory, size_t *room, size_t wanted, size_t size)
{
	if (memory != NULL && wanted <= *room)
		return memory;
	if (memory)
		gov_overlap_free(memory);
	*room = wanted + wanted / 2;
	return gov_overlap_alloc(*room * size);
}

void *
gov_overlap_grow(void *memory, size_t *room, size_t used, size_t wanted, size_t size)
{
	void	   *larger;

	if (memory != NULL && wanted <= *room)
		return memory;
	*room = wanted + wanted / 2;
	larger = gov_overlap_alloc(*room * size);
	if (memory)
	{
		memcpy(larger, memory, used * size);
		gov_overlap_free(memory);
	}
	return larger;
}

/*-------------------------------------------------------------------------
 * Strips
 *-------------------------------------------------------------------------
 */

static int
compare_doubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* How many strips suit a shape, by its number of edges and their run in x. */
static uint32_t
strips_wanted(const GovShape *shape)
{
	double		edges = (double) shape->points - shape->rings;
	double		width = shape->box.xmax - shape->box.xmin;
	double		run = 0;
	double		strips = sqrt(edges / EDGES_PER_CELL);

	for (uint32_t r = 0; r < shape->rings; r++)
	{
		for (uint32_t i = shape->ring[r].first; i < shape->ring[r].last; i++)
			run += fabs(shape->point[i + 1].x - shape->point[i].x);
		gov_overlap_pause();
	}
	strips = gov_min(strips, SPREAD * edges * (width / run));
	/* A width of zero makes this a NaN. */
	if (!(strips > 1))
		return 1;
	return (uint32_t) gov_min(strips, STRIPS_MAX);
}

static void
place_lines(const GovShape *shape, GovIndex *index)
{
	uint32_t	wanted = strips_wanted(shape);
	uint32_t	samples = wanted * SAMPLES;
	double	   *sample;

	index->line = gov_overlap_alloc((wanted + 1) * sizeof(double));
	index->line[0] = shape->box.xmin;
	index->strips = 1;
	if (wanted > 1)
	{
		sample = gov_overlap_alloc(samples * sizeof(double));
		for (uint32_t i = 0; i < samples; i++)
			sample[i] = shape->point[(uint64_t) i * shape->points / samples].x;
		qsort(sample, samples, sizeof(double), compare_doubles);
		for (uint32_t i = 1; i < wanted; i++)
		{
			double		x = sample[i * SAMPLES];

			if (x > index->line[index->strips - 1] && x < shape->box.xmax)
				index->line[index->strips++] = x;
		}
		gov_overlap_free(sample);
	}
	index->line[index->strips] = shape->box.xmax;
}

/*
 * Lists the edges of every strip, those that touch one of its lines too: once to
 * count, once to write down.
 */
static void
walk_strips(Builder *builder, bool counting)
{
	const GovShape *shape = builder->shape;
	const double *line = builder->index->line;
	uint32_t	strips = builder->index->strips;
	uint32_t	k = 0;

	for (uint32_t r = 0; r < shape->rings; r++)
	{
		for (uint32_t e = shape->ring[r].first; e < shape->ring[r].last; e++)
		{
			const GovPoint *p = shape->point + e;
			double		left = gov_min(p[0].x, p[1].x);
			double		right = gov_max(p[0].x, p[1].x);

			if ((e & PAUSE_EVERY) == PAUSE_EVERY)
				gov_overlap_pause();
			if (right < line[0] || left > line[strips])
				continue;
			while (k > 0 && line[k] >= left)
				k--;
			while (k + 1 < strips && line[k + 1] < left)
				k++;
			for (uint32_t to = k; to < strips && line[to] <= right; to++)
			{
				if (counting)
					builder->start[to]++;
				else
					builder->list[builder->start[to]++] = e;
			}
		}
	}
}

/* Every other line goes. */
static void
thin_lines(GovIndex *index)
{
	uint32_t	strips = (index->strips + 1) / 2;

	for (uint32_t k = 1; k < strips; k++)
		index->line[k] = index->line[2 * k];
	index->line[strips] = index->line[index->strips];
	index->strips = strips;
}

/* Turns counts into where each begins; gives their sum. */
static uint32_t
running_total(uint32_t *count, uint32_t n)
{
	uint32_t	total = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	here = count[i];

		count[i] = total;
		total += here;
	}
	return total;
}

static void
list_strips(Builder *builder, bool may_thin)
{
	GovIndex   *index = builder->index;
	double		most = (2 + SPREAD) * builder->shape->points;
	uint32_t	total;

	builder->start = gov_overlap_alloc((index->strips + 1) * sizeof(uint32_t));
	for (;;)
	{
		memset(builder->start, 0, (index->strips + 1) * sizeof(uint32_t));
		walk_strips(builder, true);
		total = running_total(builder->start, index->strips + 1);
		if (!may_thin || total <= most || index->strips == 1)
			break;
		thin_lines(index);
	}
	builder->list = gov_overlap_alloc(((size_t) total + 1) * sizeof(uint32_t));
	walk_strips(builder, false);
	/* Every start has moved to the next one's place. */
	memmove(builder->start + 1, builder->start, index->strips * sizeof(uint32_t));
	builder->start[0] = 0;
}

/*-------------------------------------------------------------------------
 * Rows
 *-------------------------------------------------------------------------
 */

static double
height_at(const GovPoint *edge, double x)
{
	return edge[0].y + (edge[1].y - edge[0].y) * ((x - edge[0].x) / (edge[1].x - edge[0].x));
}

/* The heights of an edge inside a strip; where the strip cuts it, a little more. */
static void
measure_piece(const GovPoint *edge, double left, double right, Piece *piece)
{
	const GovPoint *west = edge[0].x <= edge[1].x ? edge : edge + 1;
	const GovPoint *east = edge[0].x <= edge[1].x ? edge + 1 : edge;
	double		a = west->y;
	double		b = east->y;

	if (west->x < left || east->x > right)
	{
		double		doubt = 1e-15 * (fabs(edge[0].y) + fabs(edge[1].y));

		if (west->x < left)
			a = height_at(edge, left);
		if (east->x > right)
			b = height_at(edge, right);
		piece->low = gov_max(gov_min(a, b) - doubt, gov_min(edge[0].y, edge[1].y));
		piece->high = gov_min(gov_max(a, b) + doubt, gov_max(edge[0].y, edge[1].y));
	}
	else
	{
		piece->low = gov_min(a, b);
		piece->high = gov_max(a, b);
	}
}

static uint32_t
measure_pieces(Builder *builder, uint32_t k)
{
	const GovIndex *index = builder->index;
	const uint32_t *list = builder->list + builder->start[k];
	uint32_t	pieces = builder->start[k + 1] - builder->start[k];

	builder->piece = with_room(builder->piece, &builder->piece_room, pieces, sizeof(Piece));
	for (uint32_t i = 0; i < pieces; i++)
	{
		builder->piece[i].edge = list[i];
		measure_piece(builder->shape->point + list[i], index->line[k], index->line[k + 1],
					  &builder->piece[i]);
	}
	return pieces;
}

static void
choose_rows(const Builder *builder, uint32_t pieces, GovStrip *strip)
{
	double		low = HUGE_VAL;
	double		high = -HUGE_VAL;
	double		rise = 0;
	double		rows;

	for (uint32_t i = 0; i < pieces; i++)
	{
		low = gov_min(low, builder->piece[i].low);
		high = gov_max(high, builder->piece[i].high);
		rise += builder->piece[i].high - builder->piece[i].low;
	}
	rows = (double) pieces / EDGES_PER_CELL;
	rows = gov_min(rows, SPREAD * pieces * ((high - low) / rise));
	strip->rows = rows > 1 ? (uint32_t) rows : 1;
	strip->bottom = pieces > 0 ? low : 0;
	strip->height = pieces > 0 ? (high - low) / strip->rows : 0;
	strip->inverse = strip->height > 0 ? 1 / strip->height : 0;
}

static void
add_crossing(Builder *builder, uint32_t row, uint32_t edge, double x)
{
	builder->crossing = gov_overlap_grow(builder->crossing, &builder->crossing_room, builder->crossings,
									   (size_t) builder->crossings + 1, sizeof(Crossing));
	builder->crossing[builder->crossings++] = (Crossing) {row, edge, x};
	builder->crossed[row]++;
}

/*
 * Notes which ceilings an edge crosses in a strip, and counts it above those ceilings
 * beneath it at the strip's left line, if it comes from further left.
 */
static void
note_crossings(Builder *builder, const GovStrip *strip, const Piece *piece, double left, double right)
{
	const GovPoint *edge = builder->shape->point + piece->edge;
	bool		from_left = gov_min(edge[0].x, edge[1].x) < left && gov_max(edge[0].x, edge[1].x) >= left;
	int			sense = edge[1].x > edge[0].x ? -1 : 1;

	if (from_left && piece->low_row > 0)
		builder->above[piece->low_row - 1] += sense;
	for (uint32_t row = piece->low_row; row < piece->high_row; row++)
	{
		double		y = gov_row_floor(strip, row + 1);
		bool		here;

		if ((edge[0].y < y) != (edge[1].y < y))
		{
			double		x = gov_crossing_at(edge, y);
			bool		rises = (edge[1].y > edge[0].y) == (edge[1].x > edge[0].x);

			if (x >= left && x < right)
				add_crossing(builder, row, piece->edge, x);
			here = rises ? x < left : x >= left;
		}
		else
			here = edge[0].y >= y;
		if (from_left && here)
		{
			/* above[] is summed from the top down; this counts for one row alone */
			builder->above[row] += sense;
			if (row > 0)
				builder->above[row - 1] -= sense;
		}
	}
}

static void
write_entries(Builder *builder, uint32_t pieces, uint32_t rows)
{
	GovIndex   *index = builder->index;
	uint32_t	first = index->entries;
	uint32_t	total = running_total(builder->count, rows);

	for (uint32_t row = 0; row < rows; row++)
		index->cell[index->cells + row].entry = first + builder->count[row];
	index->entry = gov_overlap_grow(index->entry, &index->entry_room, first, (size_t) first + total, sizeof(uint32_t));
	for (uint32_t i = 0; i < pieces; i++)
	{
		const Piece *piece = builder->piece + i;

		for (uint32_t row = piece->low_row; row <= piece->high_row; row++)
			index->entry[first + builder->count[row]++] = gov_entry(piece->edge, row > piece->low_row);
	}
	index->entries += total;
}

static int
compare_crossings(const void *a, const void *b)
{
	return compare_doubles(&((const Crossing *) a)->x, &((const Crossing *) b)->x);
}

static void
sort_crossings(Crossing *crossing, uint32_t n)
{
	if (n > 16)
	{
		qsort(crossing, n, sizeof(Crossing), compare_crossings);
		return;
	}
	for (uint32_t i = 1; i < n; i++)
	{
		Crossing	moved = crossing[i];
		uint32_t	at = i;

		for (; at > 0 && crossing[at - 1].x > moved.x; at--)
			crossing[at] = crossing[at - 1];
		crossing[at] = moved;
	}
}

static void
write_crossings(Builder *builder, uint32_t rows)
{
	GovIndex   *index = builder->index;
	uint32_t	first = index->crossings;
	uint32_t	total = builder->crossings;

	running_total(builder->crossed, rows);
	builder->sorted = with_room(builder->sorted, &builder->sorted_room, total, sizeof(Crossing));
	for (uint32_t i = 0; i < total; i++)
		builder->sorted[builder->crossed[builder->crossing[i].row]++] = builder->crossing[i];
	for (uint32_t row = 0, from = 0; row < rows; from = builder->crossed[row++])
	{
		index->cell[index->cells + row].crossing = first + from;
		sort_crossings(builder->sorted + from, builder->crossed[row] - from);
	}
	if (total == 0)
		return;
	index->crossing = gov_overlap_grow(index->crossing, &index->crossing_room, first, (size_t) first + total,
									 sizeof(uint32_t));
	for (uint32_t i = 0; i < total; i++)
		index->crossing[first + i] = builder->sorted[i].edge;
	index->crossings += total;
}

static void
clear_rows(Builder *builder, uint32_t rows)
{
	if (builder->above == NULL || rows > builder->row_room)
	{
		size_t		room = 0;

		builder->above = with_room(builder->above, &room, rows, sizeof(int32_t));
		room = 0;
		builder->crossed = with_room(builder->crossed, &room, rows, sizeof(uint32_t));
		room = 0;
		builder->count = with_room(builder->count, &room, rows, sizeof(uint32_t));
		builder->row_room = room;
	}
	memset(builder->above, 0, rows * sizeof(int32_t));
	memset(builder->crossed, 0, rows * sizeof(uint32_t));
	memset(builder->count, 0, rows * sizeof(uint32_t));
	builder->crossings = 0;
}

static void
fill_strip(Builder *builder, uint32_t k, const GovIndex *like)
{
	GovIndex   *index = builder->index;
	GovStrip   *strip = index->strip + k;
	uint32_t	pieces = measure_pieces(builder, k);
	int32_t		above = 0;

	if (like)
		*strip = like->strip[k];
	else
		choose_rows(builder, pieces, strip);
	strip->cell = index->cells;
	index->cell = gov_overlap_grow(index->cell, &index->cell_room, index->cells,
								 (size_t) index->cells + strip->rows + 1, sizeof(GovCell));
	clear_rows(builder, strip->rows);
	for (uint32_t i = 0; i < pieces; i++)
	{
		Piece	   *piece = builder->piece + i;

		piece->low_row = gov_row_of(strip, piece->low);
		piece->high_row = gov_row_of(strip, piece->high);
		for (uint32_t row = piece->low_row; row <= piece->high_row; row++)
			builder->count[row]++;
		note_crossings(builder, strip, piece, index->line[k], index->line[k + 1]);
	}
	write_entries(builder, pieces, strip->rows);
	write_crossings(builder, strip->rows);
	for (uint32_t row = strip->rows; row-- > 0;)
	{
		above += builder->above[row];
		index->cell[index->cells + row].above = above;
	}
	index->cells += strip->rows;
}

/* Room for what a number of pieces usually takes, so that little is copied as it grows. */
static void
expect_size(GovIndex *index, uint32_t pieces)
{
	index->cell = gov_overlap_grow(NULL, &index->cell_room, 0, pieces / EDGES_PER_CELL + index->strips + 1, sizeof(GovCell));
	index->entry = gov_overlap_grow(NULL, &index->entry_room, 0, (size_t) 2 * pieces, sizeof(uint32_t));
	index->crossing = gov_overlap_grow(NULL, &index->crossing_room, 0, pieces, sizeof(uint32_t));
}

/* A copy without the room to grow. */
static void *
trimmed(void *memory, size_t used, size_t size)
{
	void	   *copy;

	if (memory == NULL)
		return NULL;
	copy = gov_overlap_alloc(used * size + 1);
	memcpy(copy, memory, used * size);
	gov_overlap_free(memory);
	return copy;
}

static void
forget(void *memory)
{
	if (memory)
		gov_overlap_free(memory);
}

void
gov_index_build(const GovShape *shape, const GovIndex *like, GovIndex *index)
{
	Builder		builder = {.shape = shape, .index = index};

	memset(index, 0, sizeof(*index));
	if (shape->rings == 0)
		return;
	if (like)
	{
		index->strips = like->strips;
		index->line = gov_overlap_alloc((like->strips + 1) * sizeof(double));
		memcpy(index->line, like->line, (like->strips + 1) * sizeof(double));
	}
	else
		place_lines(shape, index);
	list_strips(&builder, like == NULL);
	if (like == NULL)
		expect_size(index, builder.start[index->strips]);
	index->strip = gov_overlap_alloc(index->strips * sizeof(GovStrip));
	for (uint32_t k = 0; k < index->strips; k++)
	{
		if (like && !gov_is_strip_under(index, k, shape))
			continue;
		fill_strip(&builder, k, like);
		gov_overlap_pause();
	}
	index->cell[index->cells] = (GovCell) {index->entries, index->crossings, 0};
	forget(builder.start);
	forget(builder.list);
	forget(builder.piece);
	forget(builder.crossing);
	forget(builder.sorted);
	forget(builder.count);
	forget(builder.crossed);
	forget(builder.above);
	if (like == NULL)
	{
		index->cell = trimmed(index->cell, (size_t) index->cells + 1, sizeof(GovCell));
		index->entry = trimmed(index->entry, index->entries, sizeof(uint32_t));
		index->crossing = trimmed(index->crossing, index->crossings, sizeof(uint32_t));
	}
}

void
gov_index_free(GovIndex *index)
{
	forget(index->line);
	forget(index->strip);
	forget(index->cell);
	forget(index->entry);
	forget(index->crossing);
	memset(index, 0, sizeof(*index));
}

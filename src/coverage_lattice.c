/*
 * coverage_lattice.c
 *	  Lists segments by square cells, so that those near each other are found.
 *
 * A segment is listed in every cell that it comes near to.
 */
#include "coverage_plane.h"

#include <math.h>
#include <string.h>

#define MARGIN (GOV_NEAR + 1)

uint32_t
gov_lattice_column(const GovLattice *lattice, double x)
{
	double		column = (x - lattice->left) / lattice->size;

	if (!(column > 0))
		return 0;
	return column < lattice->columns ? (uint32_t) column : lattice->columns - 1;
}

uint32_t
gov_lattice_row(const GovLattice *lattice, double y)
{
	double		row = (y - lattice->bottom) / lattice->size;

	if (!(row > 0))
		return 0;
	return row < lattice->rows ? (uint32_t) row : lattice->rows - 1;
}

/* Some two segments a cell, and no more rows and columns than segments. */
static void
place_cells(const void *segments, uint32_t n, GovEnds ends, GovLattice *lattice)
{
	int64_t		left = INT64_MAX;
	int64_t		right = INT64_MIN;
	int64_t		bottom = INT64_MAX;
	int64_t		top = INT64_MIN;
	double		width;
	double		height;

	for (uint32_t i = 0; i < n; i++)
	{
		GovStep		low;
		GovStep		high;

		ends(segments, i, &low, &high);
		left = low.x < left ? low.x : left;
		right = high.x > right ? high.x : right;
		bottom = low.y < bottom ? low.y : bottom;
		bottom = high.y < bottom ? high.y : bottom;
		top = low.y > top ? low.y : top;
		top = high.y > top ? high.y : top;
	}
	if (n == 0)
		left = right = bottom = top = 0;
	width = (double) right - left;
	height = (double) top - bottom;
	lattice->left = left;
	lattice->bottom = bottom;
	lattice->size = fmax(sqrt(2 * width * height / (n + 1.0)), 2 * (width + height) / (n + 1.0));
	lattice->size = fmax(lattice->size, 16);
	lattice->columns = (uint32_t) (width / lattice->size) + 1;
	lattice->rows = (uint32_t) (height / lattice->size) + 1;
}

/* The cells of a segment: counts them, or enters it there. */
static void
walk_cells(GovLattice *lattice, uint32_t segment, GovStep low, GovStep high, bool counting)
{
	uint32_t	last = gov_lattice_column(lattice, (double) high.x + MARGIN);
	double		floor = low.y < high.y ? low.y : high.y;
	double		ceiling = low.y < high.y ? high.y : low.y;
	double		slope = high.x > low.x ? (double) (high.y - low.y) / (high.x - low.x) : 0;

	for (uint32_t column = gov_lattice_column(lattice, (double) low.x - MARGIN); column <= last; column++)
	{
		double		bottom = floor;
		double		top = ceiling;

		if (high.x > low.x)
		{
			/* What of it lies over this column, and a little more for rounding. */
			double		from = column * lattice->size + lattice->left - low.x - MARGIN;
			double		to = from + lattice->size + 2 * MARGIN;
			double		y1 = low.y + slope * fmax(from, 0);
			double		y2 = low.y + slope * fmin(to, (double) (high.x - low.x));

			bottom = fmax(floor, fmin(y1, y2));
			top = fmin(ceiling, fmax(y1, y2));
		}
		for (uint32_t row = gov_lattice_row(lattice, bottom - MARGIN); row <= gov_lattice_row(lattice, top + MARGIN); row++)
		{
			size_t		cell = (size_t) column * lattice->rows + row;

			if (counting)
				lattice->start[cell + 1]++;
			else
				lattice->list[lattice->start[cell]++] = segment;
		}
	}
}

void
gov_lattice_make(const void *segments, uint32_t n, GovEnds ends, GovLattice *lattice)
{
	size_t		cells;

	place_cells(segments, n, ends, lattice);
	cells = (size_t) lattice->columns * lattice->rows;
	lattice->start = gov_overlap_alloc((cells + 2) * sizeof(uint32_t));
	lattice->list = NULL;
	memset(lattice->start, 0, (cells + 2) * sizeof(uint32_t));
	for (int counting = 1; counting >= 0; counting--)
	{
		for (uint32_t i = 0; i < n; i++)
		{
			GovStep		low;
			GovStep		high;

			ends(segments, i, &low, &high);
			walk_cells(lattice, i, low, high, counting);
			if ((i & 0xFFFF) == 0xFFFF)
				gov_overlap_pause();
		}
		if (counting)
		{
			for (size_t cell = 0; cell < cells; cell++)
				lattice->start[cell + 1] += lattice->start[cell];
			lattice->list = gov_overlap_alloc(((size_t) lattice->start[cells] + 1) * sizeof(uint32_t));
		}
	}
	/* Each start has moved to the next one's. */
	memmove(lattice->start + 1, lattice->start, cells * sizeof(uint32_t));
	lattice->start[0] = 0;
}

void
gov_lattice_free(GovLattice *lattice)
{
	gov_overlap_free(lattice->start);
	gov_overlap_free(lattice->list);
}

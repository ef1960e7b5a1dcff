/*
 * fuzz_coverage.c [ROUNDS [SEED]]
 *	  Coverages made clean and damaged in known ways: exactly that is found. And polygons
 *	  thrown at random: faces, windings and areas fit each other.
 */
#include "coverage_defect.h"
#include "coverage_match.h"

#define FUZZ_BYTES_MAX (200u * 1024 * 1024)
#include "fuzz_polygon.h"

/*-------------------------------------------------------------------------
 * A coverage: a grid of crooked cells
 *-------------------------------------------------------------------------
 */

#define SIDE_MAX 9
#define STEPS_MAX 6
#define CELL_POINTS (4 * (STEPS_MAX + 1) + 2)
#define CELLS_MAX (SIDE_MAX * SIDE_MAX + 1)

/* Rings of points; a cell with an island has a hole where the island lies. */
typedef struct Cell
{
	GovPoint	point[2][CELL_POINTS];
	int			points[2];
	uint32_t	unit;
	bool		gone;
} Cell;

typedef struct Grid
{
	int			side;
	int			steps;
	double		size;
	GovPoint	origin;
	GovPoint	corner[SIDE_MAX + 1][SIDE_MAX + 1];
	GovPoint	level[SIDE_MAX + 1][SIDE_MAX + 1][STEPS_MAX]; /* on the way right from a corner */
	GovPoint	upright[SIDE_MAX + 1][SIDE_MAX + 1][STEPS_MAX];
	Cell		cell[CELLS_MAX];
	int			cells;
} Grid;

static Grid grid;

static GovPoint
nearby(GovPoint at, double reach)
{
	/* On a grid that doubles hold exactly, so that halves of sums are exact too. */
	return (GovPoint) {at.x + rint((fraction() - 0.5) * reach * 1024) / 512, at.y + rint((fraction() - 0.5) * reach * 1024) / 512};
}

static void
crooked(GovPoint from, GovPoint to, int steps, double reach, GovPoint *point)
{
	for (int i = 0; i < steps; i++)
	{
		double		part = (i + 1.0) / (steps + 1);
		GovPoint	at = {rint((from.x + (to.x - from.x) * part) * 512) / 512, rint((from.y + (to.y - from.y) * part) * 512) / 512};

		point[i] = nearby(at, reach);
	}
}

static void
put_points(Cell *cell, GovPoint from, const GovPoint *point, int n, bool back)
{
	if (!back)
		cell->point[0][cell->points[0]++] = from;
	for (int i = 0; i < n; i++)
		cell->point[0][cell->points[0]++] = point[back ? n - 1 - i : i];
	if (back)
		cell->point[0][cell->points[0]++] = from;
}

static void
make_cell(int i, int k)
{
	Cell	   *cell = grid.cell + grid.cells++;

	memset(cell, 0, sizeof(*cell));
	put_points(cell, grid.corner[i][k], grid.level[i][k], grid.steps, false);
	put_points(cell, grid.corner[i + 1][k], grid.upright[i + 1][k], grid.steps, false);
	cell->point[0][cell->points[0]++] = grid.corner[i + 1][k + 1];
	put_points(cell, grid.corner[i][k + 1], grid.level[i][k + 1], grid.steps, true);
	for (int j = 0; j < grid.steps; j++)
		cell->point[0][cell->points[0]++] = grid.upright[i][k][grid.steps - 1 - j];
	cell->point[0][cell->points[0]++] = grid.corner[i][k];
}

/* In the middle of a cell, where no border comes. */
static void
make_island(Cell *around)
{
	Cell	   *island = grid.cell + grid.cells++;
	double		x = 0;
	double		y = 0;
	double		r = grid.size / 8;

	for (int i = 0; i < around->points[0] - 1; i++)
	{
		x += around->point[0][i].x / (around->points[0] - 1);
		y += around->point[0][i].y / (around->points[0] - 1);
	}
	x = rint(x);
	y = rint(y);
	memset(island, 0, sizeof(*island));
	for (int i = 0; i < 5; i++)
	{
		static const int dx[] = {-1, 1, 1, -1, -1};
		static const int dy[] = {-1, -1, 1, 1, -1};

		island->point[0][i] = around->point[1][4 - i] = (GovPoint) {x + dx[i] * r, y + dy[i] * r};
	}
	island->points[0] = around->points[1] = 5;
}

static void
make_grid(int side, bool grouped)
{
	int			n = side * side;

	memset(&grid, 0, sizeof(grid));
	grid.side = side;
	grid.steps = (int) draw(STEPS_MAX + 1);
	grid.size = 64;
	grid.origin = (GovPoint) {draw(3) * 1e6, draw(2) * 3e6};
	for (int i = 0; i <= side; i++)
	{
		for (int k = 0; k <= side; k++)
			grid.corner[i][k] = nearby((GovPoint) {grid.origin.x + i * grid.size, grid.origin.y + k * grid.size}, grid.size / 8);
	}
	for (int i = 0; i <= side; i++)
	{
		for (int k = 0; k <= side; k++)
		{
			if (i < side)
				crooked(grid.corner[i][k], grid.corner[i + 1][k], grid.steps, grid.size / 40, grid.level[i][k]);
			if (k < side)
				crooked(grid.corner[i][k], grid.corner[i][k + 1], grid.steps, grid.size / 40, grid.upright[i][k]);
		}
	}
	for (int i = 0; i < side; i++)
	{
		for (int k = 0; k < side; k++)
			make_cell(i, k);
	}
	if (draw(3) == 0)
		make_island(grid.cell + draw(n));
	for (int c = 0; c < grid.cells; c++)
		grid.cell[c].unit = grouped && c < n ? draw(4) : (uint32_t) c;
}

/*-------------------------------------------------------------------------
 * As the aggregate does it
 *-------------------------------------------------------------------------
 */

static GovShape shape[CELLS_MAX];
static GovBorder border[CELLS_MAX * CELL_POINTS * 2];
static GovEdge edge[CELLS_MAX * CELL_POINTS * 2];

static double
ring_area(const GovPoint *p, int n)
{
	double		sum = 0;

	for (int i = 0; i + 1 < n; i++)
		sum += (p[i].x - p[0].x) * (p[i + 1].y - p[0].y) - (p[i + 1].x - p[0].x) * (p[i].y - p[0].y);
	return sum / 2;
}

static void
shape_of(const Cell *cell, GovShape *to)
{
	static GovPoint points[CELLS_MAX][2 * CELL_POINTS];
	static GovRing rings[CELLS_MAX][2];
	size_t		c = to - shape;

	memset(to, 0, sizeof(*to));
	to->point = points[c];
	to->ring = rings[c];
	to->box = gov_box_empty();
	for (int r = 0; r < 2 && cell->points[r] > 0; r++)
	{
		GovRing    *ring = to->ring + to->rings++;

		*ring = (GovRing) {to->points, to->points + cell->points[r] - 1, to->points, 0, r > 0};
		for (int i = 0; i < cell->points[r]; i++)
		{
			GovPoint	p = cell->point[r][i];
			GovPoint	corner = to->point[ring->corner];

			to->point[to->points] = p;
			if (i > 0 && (p.x < corner.x || (p.x == corner.x && p.y > corner.y)))
				ring->corner = to->points;
			gov_box_add(&to->box, p);
			to->points++;
		}
		to->area += ring_area(cell->point[r], cell->points[r]);
	}
}

/* What is left unmatched, in any order at first. */
static uint32_t
unmatched(bool matched)
{
	size_t		edges = 0;
	int			start = (int) draw(grid.cells);

	for (int i = 0; i < grid.cells; i++)
	{
		int			c = (start + i) % grid.cells;

		shape_of(grid.cell + c, shape + c);
		if (!grid.cell[c].gone)
			edges += gov_edges_of(shape + c, grid.cell[c].unit, edge + edges);
	}
	if (matched)
		edges = gov_edges_match(edge, edges);
	for (size_t i = 0; i < edges; i++)
	{
		bool		back = edge[i].owner & 1;

		border[i] = (GovBorder) {back ? edge[i].high : edge[i].low, back ? edge[i].low : edge[i].high, (uint32_t) (edge[i].owner >> 1)};
	}
	gov_borders_sort(border, edges);
	return (uint32_t) edges;
}

static size_t
count_kind(const GovFindings *findings, GovDefectKind kind)
{
	size_t		n = 0;

	for (size_t i = 0; i < findings->defects; i++)
		n += findings->defect[i].kind == kind;
	return n;
}

static const GovDefect *
only(const GovFindings *findings, GovDefectKind kind)
{
	for (size_t i = 0; i < findings->defects; i++)
	{
		if (findings->defect[i].kind == kind)
			return findings->defect + i;
	}
	must(false, "a defect that is missing");
	return NULL;
}

static void
check_shapes(const GovFindings *findings)
{
	for (size_t i = 0; i < findings->defects; i++)
	{
		const GovDefect *defect = findings->defect + i;
		GovFault	fault;

		must(defect->area >= 0 && defect->width >= 0, "a negative area");
		if (defect->kind == GOV_DEFECT_MISMATCH)
		{
			must(defect->lines > 0, "a mismatch without a line");
			continue;
		}
		must(gov_shape_check(&defect->shape, NULL, &fault), "a gap that is not valid");
		must(fabs(defect->shape.area - defect->area) <= 1e-9 * defect->area, "a gap's area");
	}
}

static bool
near(double a, double b)
{
	return fabs(a - b) <= 1e-5;
}

/* The units beyond the edges of a cell, by the length that they share with it. */
static void
longest_shares(const Cell *cell, uint32_t *first, uint32_t *second)
{
	double		length[CELLS_MAX] = {0};

	for (int c = 0; c < grid.cells; c++)
	{
		const Cell *other = grid.cell + c;

		if (other == cell)
			continue;
		for (int r = 0; r < 2; r++)
			for (int i = 0; i + 1 < other->points[r]; i++)
				for (int s = 0; s < 2; s++)
					for (int k = 0; k + 1 < cell->points[s]; k++)
					{
						GovPoint	a = cell->point[s][k];
						GovPoint	b = cell->point[s][k + 1];
						GovPoint	x = other->point[r][i];
						GovPoint	y = other->point[r][i + 1];

						if (a.x == y.x && a.y == y.y && b.x == x.x && b.y == x.y)
							length[other->unit] += hypot(b.x - a.x, b.y - a.y);
					}
	}
	*first = *second = GOV_NOBODY;
	for (uint32_t u = 0; u < CELLS_MAX; u++)
	{
		if (length[u] > 0 && (*first == GOV_NOBODY || length[u] > length[*first]))
		{
			*second = *first;
			*first = u;
		}
		else if (length[u] > 0 && (*second == GOV_NOBODY || length[u] > length[*second]))
			*second = u;
	}
}

static Cell *
inner_cell(void)
{
	int			i = 1 + (int) draw(grid.side - 2);
	int			k = 1 + (int) draw(grid.side - 2);

	return grid.cell + i * grid.side + k;
}

/*-------------------------------------------------------------------------
 * Damage
 *-------------------------------------------------------------------------
 */

static void
clean(void)
{
	GovFindings findings;

	for (int matched = 0; matched < 2; matched++)
	{
		gov_coverage_find(border, unmatched(matched), draw(2) * 0.01, &findings);
		must(findings.defects == 0 && findings.doubles == 0, "a defect in a clean coverage");
		gov_findings_free(&findings);
	}
}

static void
hole(void)
{
	Cell	   *cell = inner_cell();
	GovFindings findings;
	const GovDefect *gap;
	uint32_t	first;
	uint32_t	second;

	cell->gone = true;
	gov_coverage_find(border, unmatched(draw(2)), 0.01, &findings);
	must(findings.doubles == 0 && count_kind(&findings, GOV_DEFECT_MISMATCH) == 0, "more than a gap");
	must(count_kind(&findings, GOV_DEFECT_GAP) == 1, "not one gap");
	check_shapes(&findings);
	gap = only(&findings, GOV_DEFECT_GAP);
	must(near(gap->area, shape[cell - grid.cell].area), "the gap's area");
	must(gap->shape.rings == shape[cell - grid.cell].rings && gap->shape.points == shape[cell - grid.cell].points, "the gap's points");
	longest_shares(cell, &first, &second);
	must(gap->unit_a == first && gap->unit_b == second, "the gap's neighbours");
	gov_findings_free(&findings);
}

/* A point more on a border of one side only: on it, or so far beside it. */
static void
point_more(double beside)
{
	Cell	   *cell = inner_cell();
	int			at = (int) draw(cell->points[0] - 1);
	GovPoint	a = cell->point[0][at];
	GovPoint	b = cell->point[0][at + 1];
	double		length = hypot(b.x - a.x, b.y - a.y);
	GovFindings findings;
	const GovDefect *mismatch;

	memmove(cell->point[0] + at + 2, cell->point[0] + at + 1, (cell->points[0] - at - 1) * sizeof(GovPoint));
	cell->point[0][at + 1] = (GovPoint) {(a.x + b.x) / 2 - (b.y - a.y) / length * beside, (a.y + b.y) / 2 + (b.x - a.x) / length * beside};
	cell->points[0]++;
	gov_coverage_find(border, unmatched(draw(2)), 0.01, &findings);
	must(findings.defects == 1 && findings.doubles == 0, "not one mismatch");
	mismatch = only(&findings, GOV_DEFECT_MISMATCH);
	check_shapes(&findings);
	must(mismatch->unit_a == cell->unit || mismatch->unit_b == cell->unit, "somebody else's mismatch");
	must(near(mismatch->area, fabs(beside) * length / 2), "a mismatch's area");
	must(mismatch->width <= fabs(beside) + 1e-6, "a mismatch's width");
	gov_findings_free(&findings);
}

/* Overlaps of all pairs, where the finder says that there are any. */
static double
all_overlaps(double tolerance, size_t *pairs)
{
	double		sum = 0;

	for (int a = 0; a < grid.cells; a++)
	{
		for (int b = a + 1; b < grid.cells; b++)
		{
			double		area = gov_shape_overlap(shape + a, NULL, shape + b, NULL);
			GovDefect	defect;
			GovFault	fault;

			if (grid.cell[a].gone || grid.cell[b].gone)
				continue;
			if (gov_pair_overlap(shape + a, shape + b, tolerance, &defect))
			{
				must(near(defect.area, area), "an overlap's area");
				must(gov_shape_check(&defect.shape, NULL, &fault), "an overlap that is not valid");
				(*pairs)++;
				sum += area;
			}
			else
				must(area < 64 * 4 * fmax(tolerance, 1e-6), "an overlap that was missed");
			gov_shape_free(&defect.shape);
		}
	}
	return sum;
}

/* What a cell leaves it takes from its neighbours. */
static void
shift(void)
{
	Cell	   *cell = inner_cell();
	double		angle = 2 * M_PI * fraction();
	double		far = grid.size * (0.02 + 0.1 * fraction());
	GovPoint	by = {rint(cos(angle) * far * 512) / 512, rint(sin(angle) * far * 512) / 512};
	GovFindings findings;
	double		gaps = 0;
	size_t		pairs = 0;

	if (cell->points[1] > 0)
		return;
	for (int i = 0; i < cell->points[0]; i++)
		cell->point[0][i] = (GovPoint) {cell->point[0][i].x + by.x, cell->point[0][i].y + by.y};
	gov_coverage_find(border, unmatched(draw(2)), 0, &findings);
	check_shapes(&findings);
	for (size_t i = 0; i < findings.defects; i++)
	{
		if (findings.defect[i].kind == GOV_DEFECT_GAP)
			gaps += findings.defect[i].area;
	}
	must(near(gaps, all_overlaps(0, &pairs)), "a shifted cell leaves what it takes");
	must(gaps > 0 && pairs > 0 && findings.doubles >= 1, "a shift that was missed");
	gov_findings_free(&findings);
}

/* One cell's corner is pulled inside: a gap. */
static void
pinch(void)
{
	Cell	   *cell = inner_cell();
	int			at = 0;
	GovPoint	middle = {0, 0};
	GovPoint	moved;
	double		before;
	GovFindings findings;
	size_t		pairs = 0;

	for (int i = 0; i + 1 < cell->points[0]; i++)
	{
		middle.x += cell->point[0][i].x / (cell->points[0] - 1);
		middle.y += cell->point[0][i].y / (cell->points[0] - 1);
	}
	before = ring_area(cell->point[0], cell->points[0]);
	moved = (GovPoint) {cell->point[0][at].x + 0.1 * (middle.x - cell->point[0][at].x), cell->point[0][at].y + 0.1 * (middle.y - cell->point[0][at].y)};
	cell->point[0][at] = cell->point[0][cell->points[0] - 1] = moved;
	gov_coverage_find(border, unmatched(draw(2)), 0, &findings);
	check_shapes(&findings);
	{
		double		gaps = 0;
		double		overlaps = all_overlaps(0, &pairs);

		for (size_t i = 0; i < findings.defects; i++)
		{
			if (findings.defect[i].kind == GOV_DEFECT_GAP)
				gaps += findings.defect[i].area;
		}
		must(near(gaps - overlaps, before - ring_area(cell->point[0], cell->points[0])), "a pinched cell leaves what it loses");
		must(gaps + overlaps > 0, "a pinch that was missed");
	}
	gov_findings_free(&findings);
}

/* The whole coverage twice, the second one somewhere else: units in its middle have no edge unmatched. */
static void
twice(void)
{
	int			n = grid.cells;
	GovPoint	by = {draw(3) * 32, draw(3) * 32};
	GovFindings findings;
	double		doubled = 0;

	if (2 * n > CELLS_MAX)
		return;
	for (int c = 0; c < n; c++)
	{
		Cell	   *copy = grid.cell + grid.cells++;

		*copy = grid.cell[c];
		copy->unit = (uint32_t) (n + c);
		for (int r = 0; r < 2; r++)
			for (int i = 0; i < copy->points[r]; i++)
				copy->point[r][i] = (GovPoint) {copy->point[r][i].x + by.x, copy->point[r][i].y + by.y};
	}
	gov_coverage_find(border, unmatched(draw(2)), 0, &findings);
	check_shapes(&findings);
	must(findings.doubles >= 1, "two coverages over each other");
	for (int a = 0; a < n; a++)
	{
		for (int b = n; b < 2 * n; b++)
		{
			double		area = gov_shape_overlap(shape + a, NULL, shape + b, NULL);
			bool		inside = area < 1e-5;

			doubled += area;
			for (size_t i = 0; i < findings.doubles; i++)
				inside |= gov_box_meet(findings.doubled + i, &shape[a].box) && gov_box_meet(findings.doubled + i, &shape[b].box);
			must(inside, "an overlap outside of what is covered twice");
		}
	}
	must(doubled > 0, "nothing doubled");
	gov_findings_free(&findings);
}

/* The common border of two cells is the edges that they have in common, also if one has points more. */
static void
common_border(void)
{
	Cell	   *cell = inner_cell();
	Cell	   *other = cell + (draw(2) ? 1 : -1);
	double		length = 0;
	double		found;

	for (int i = 0; i + 1 < cell->points[0]; i++)
	{
		for (int k = 0; k + 1 < other->points[0]; k++)
		{
			if (cell->point[0][i].x == other->point[0][k + 1].x && cell->point[0][i].y == other->point[0][k + 1].y &&
				cell->point[0][i + 1].x == other->point[0][k].x && cell->point[0][i + 1].y == other->point[0][k].y)
				length += hypot(cell->point[0][i + 1].x - cell->point[0][i].x, cell->point[0][i + 1].y - cell->point[0][i].y);
		}
	}
	if (draw(2))
	{
		int			at = (int) draw(cell->points[0] - 1);
		GovPoint	a = cell->point[0][at];
		GovPoint	b = cell->point[0][at + 1];
		double		part = fraction();

		memmove(cell->point[0] + at + 2, cell->point[0] + at + 1, (cell->points[0] - at - 1) * sizeof(GovPoint));
		cell->point[0][at + 1] = (GovPoint) {a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)};
		cell->points[0]++;
	}
	unmatched(false);
	found = gov_pair_border(shape + (cell - grid.cell), shape + (other - grid.cell));
	must(near(found, length), "a common border's length");
	must(near(gov_pair_border(shape + (other - grid.cell), shape + (cell - grid.cell)), found), "seen from the other side");
}

/*-------------------------------------------------------------------------
 * Anything
 *-------------------------------------------------------------------------
 */

static int
winding_at(uint32_t n, GovPoint at)
{
	int			winding = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		GovPoint	a = border[i].from;
		GovPoint	b = border[i].to;

		if (a.y <= at.y && b.y > at.y && gov_turn(a, b, at) > 0)
			winding++;
		if (b.y <= at.y && a.y > at.y && gov_turn(a, b, at) < 0)
			winding--;
	}
	return winding;
}

/* Even and odd crossings of a face's cycles by a ray. */
static bool
face_holds(const GovFaces *faces, uint32_t face, GovPoint at)
{
	const GovPlane *plane = faces->plane;
	bool		inside = false;

	for (uint32_t cycle = face; cycle != GOV_NOBODY; cycle = faces->cycle[cycle].hole)
	{
		uint32_t	half = faces->cycle[cycle].start;

		do
		{
			GovPoint	a = plane->node[plane->segment[half >> 1].low].at;
			GovPoint	b = plane->node[plane->segment[half >> 1].high].at;

			if ((a.y > at.y) != (b.y > at.y) && gov_turn(a, b, at) * (b.y > a.y ? 1 : -1) > 0)
				inside = !inside;
			half = faces->next[half];
		} while (half != faces->cycle[cycle].start);
	}
	return inside;
}

static void
anything(void)
{
	int			polygons = 1 + (int) draw(12);
	int			fine = (int) draw(3);
	double		size = fine == 0 ? 8 : fine == 1 ? 1000 : 1e6;
	double		far = draw(2) * 1e7;
	uint32_t	n = 0;
	double		area = 0;
	double		sum = 0;
	GovPlane	plane;
	GovFaces	faces;
	GovFindings findings;

	for (int p = 0; p < polygons; p++)
	{
		GovPoint	ring[12] = {{0, 0}};
		int			points = 3 + (int) draw(8);

		for (int i = 0; i < points; i++)
		{
			ring[i] = (GovPoint) {far + fraction() * size, far + fraction() * size};
			if (fine == 0)
				ring[i] = (GovPoint) {rint(ring[i].x), rint(ring[i].y)};
			else if (p > 0 && draw(4) == 0)
			{
				/* On somebody's edge, as near as can be. */
				GovBorder	b = border[draw(n)];
				double		part = fraction();

				ring[i] = (GovPoint) {b.from.x + part * (b.to.x - b.from.x), b.from.y + part * (b.to.y - b.from.y)};
			}
		}
		ring[points] = ring[0];
		area += ring_area(ring, points + 1);
		for (int i = 0; i < points; i++)
		{
			if (ring[i].x != ring[i + 1].x || ring[i].y != ring[i + 1].y)
				border[n++] = (GovBorder) {ring[i], ring[i + 1], (uint32_t) p};
		}
	}
	gov_plane_make(border, n, &plane);
	gov_faces_make(&plane, &faces);
	for (uint32_t c = 0; c < faces.cycles; c++)
	{
		if (faces.cycle[c].area > 0)
		{
			double		of_face = gov_faces_area(&faces, c);
			GovShape	of = {0};

			must(of_face > 0, "a face without area");
			sum += faces.cycle[c].winding * of_face;
			gov_faces_shape(&faces, c, &of);
			must(of.rings > 0 && !of.ring[0].hole, "a face without a shell");
			gov_shape_free(&of);
		}
		else
			must(faces.cycle[c].face == GOV_NOBODY ? faces.cycle[c].winding == 0 :
				 faces.cycle[c].winding == faces.cycle[faces.cycle[c].face].winding, "an outer cycle's winding");
	}
	must(fabs(sum - area) <= 1e-6 * size * size * 1e-3 + 1e-6, "areas of faces by their windings");
	for (int i = 0; i < 10; i++)
	{
		GovPoint	at = {far + fraction() * size, far + fraction() * size};
		int			winding = winding_at(n, at);
		int			found = 0;
		int			faces_found = 0;

		for (uint32_t c = 0; c < faces.cycles; c++)
		{
			if (faces.cycle[c].area > 0 && face_holds(&faces, c, at))
			{
				found = faces.cycle[c].winding;
				faces_found++;
			}
		}
		must(faces_found <= 1, "a point in two faces");
		/* On small grids points lie on edges. */
		if (fine > 0)
			must(winding == found, "a point's winding");
	}
	gov_faces_free(&faces);
	gov_plane_free(&plane);
	gov_borders_sort(border, n);
	gov_coverage_find(border, n, draw(2) * size / 100, &findings);
	gov_findings_free(&findings);
}

int
main(int argc, char **argv)
{
	unsigned long long rounds = read_rounds(argc, argv);

	/* A round here is worth two hundred elsewhere. */
	for (round_now = 0; round_now < rounds / 200 + 1; round_now++)
	{
		int			side = draw(10) == 0 ? SIDE_MAX : 3 + (int) draw(3);

		make_grid(side, draw(3) == 0);
		clean();
		switch (draw(7))
		{
			case 0:
				hole();
				break;
			case 1:
				make_grid(side, false);
				point_more(0);
				break;
			case 2:
				make_grid(side, false);
				point_more((draw(2) ? 1 : -1) * 0.005 * fraction());
				break;
			case 3:
				shift();
				break;
			case 4:
				pinch();
				break;
			case 5:
				twice();
				break;
			default:
				make_grid(side, false);
				common_border();
		}
		for (int i = 0; i < 5; i++)
			anything();
	}
	return 0;
}

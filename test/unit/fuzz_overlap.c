/*
 * fuzz_overlap.c [ROUNDS [SEED]]
 *	  Polygons against slow and obvious code: the reader of serialised bytes with bytes
 *	  changed at random, the check with and without an index, the common area in each of
 *	  its three ways.
 */
#define FUZZ_BYTES_MAX (100u * 1024 * 1024)
#include "fuzz_polygon.h"

/*-------------------------------------------------------------------------
 * Writing what the reader reads
 *-------------------------------------------------------------------------
 */

#define BYTES_MAX (1 << 20)

typedef struct Bytes
{
	unsigned char at[BYTES_MAX];
	size_t		size;
} Bytes;

static Bytes written;

static void
put(const void *bytes, size_t size)
{
	must(written.size + size <= BYTES_MAX, "a geometry too large for the test");
	memcpy(written.at + written.size, bytes, size);
	written.size += size;
}

static void
put_count(uint32_t count)
{
	put(&count, sizeof(count));
}

#define RINGS_MAX 8
#define POINTS_MAX 3000

typedef struct Rings
{
	int			parts;
	int			rings[4];		/* of each part */
	int			points[4][RINGS_MAX];
	GovPoint	point[4][RINGS_MAX][POINTS_MAX];
} Rings;

static void
put_polygon(const Rings *rings, int part, int dimensions)
{
	put_count(3);
	put_count((uint32_t) rings->rings[part]);
	for (int i = 0; i < rings->rings[part]; i++)
		put_count((uint32_t) rings->points[part][i]);
	if (rings->rings[part] & 1)
		put_count(0);
	for (int i = 0; i < rings->rings[part]; i++)
	{
		for (int j = 0; j < rings->points[part][i]; j++)
		{
			double		more[2] = {NAN, 7};

			put(&rings->point[part][i][j], sizeof(GovPoint));
			put(more, (dimensions - 2) * sizeof(double));
		}
	}
}

static void
serialise(const Rings *rings)
{
	unsigned	flags = draw(4) == 0 ? 0 : 0x40;
	int			dimensions;
	unsigned char head[4] = {0, 0x10, 0xE6, 0};

	flags |= draw(4);			/* Z, M */
	flags |= draw(2) << 2;		/* a box */
	dimensions = 2 + (flags & 1) + (flags >> 1 & 1);
	if ((flags & 0x40) && draw(3) == 0)
		flags |= 0x20;
	head[3] = (unsigned char) flags;
	written.size = 0;
	put(head, 4);
	if ((flags & 0x60) == 0x60)
		put("extended", 8);
	if (flags & 4)
		put("a box of up to thirty-two bytes.", 8 * dimensions);
	if (rings->parts != 1 || draw(2) == 0)
	{
		put_count(6);
		put_count((uint32_t) rings->parts);
	}
	for (int i = 0; i < rings->parts; i++)
		put_polygon(rings, i, dimensions);
}

/* The bytes end where the memory ends, and begin at odd places. */
static bool
read_back(const Bytes *bytes, GovShape *shape, GovFault *fault)
{
	unsigned	odd = draw(8);
	unsigned char *exact = malloc(bytes->size + odd + 1);
	GovFrame	frame;
	bool		good;

	memset(shape, 0, sizeof(*shape));
	memcpy(exact + odd, bytes->at, bytes->size);
	exact = realloc(exact, bytes->size + odd ? bytes->size + odd : 1);
	good = gov_frame_read(exact + odd, bytes->size, &frame, fault);
	if (good)
	{
		good = gov_shape_fill(&frame, shape, fault);
		if (bytes == &written && good)
			must(frame.srid == 4326, "another spatial reference");
		must(!good || gov_frame_area(&frame) == shape->area, "an area that is not the shape's");
	}
	must(good == (fault->kind == GOV_SHAPE_OK), "a fault without failure");
	free(exact);
	return good;
}

/*-------------------------------------------------------------------------
 * Random shapes
 *-------------------------------------------------------------------------
 */

static void
close_ring(Rings *rings, int part, int ring)
{
	rings->point[part][ring][rings->points[part][ring]] = rings->point[part][ring][0];
	rings->points[part][ring]++;
}

/* On a small grid, where points coincide and edges touch all the time. */
static void
grid_rings(Rings *rings)
{
	int			size = 3 + (int) draw(5);

	rings->parts = 1 + (int) draw(2);
	for (int part = 0; part < rings->parts; part++)
	{
		rings->rings[part] = 1 + (int) draw(3);
		for (int ring = 0; ring < rings->rings[part]; ring++)
		{
			rings->points[part][ring] = 3 + (int) draw(3);
			for (int i = 0; i < rings->points[part][ring]; i++)
				rings->point[part][ring][i] = (GovPoint) {draw(size), draw(size)};
			close_ring(rings, part, ring);
		}
	}
}

/* A star with a hole of the same form: valid by how it is made. */
static void
star_rings(Rings *rings, int points, double x, double y, double size)
{
	double		rough = fraction() * 0.8;
	bool		hole = draw(2) == 0;
	bool		round_steps = draw(2) == 0;
	int			before = -1;

	rings->parts = 1;
	rings->rings[0] = hole ? 2 : 1;
	for (int ring = 0; ring < rings->rings[0]; ring++)
		rings->points[0][ring] = points;
	for (int i = 0; i < points; i++)
	{
		double		angle = 2 * M_PI * (i + 0.8 * fraction()) / points;
		double		radius = size * (1 - rough * fraction());

		if (round_steps && before >= 0 && draw(3) == 0)
			radius = size / 2;
		before = i;
		rings->point[0][0][i] = (GovPoint) {x + radius * cos(angle), y + radius * sin(angle)};
		radius *= 0.5;
		rings->point[0][1][i] = (GovPoint) {x + radius * cos(angle), y + radius * sin(angle)};
	}
	for (int ring = 0; ring < rings->rings[0]; ring++)
		close_ring(rings, 0, ring);
}

/* A comb: long teeth, the worst for an index. */
static void
comb_rings(Rings *rings, int teeth, double x, double y, double size)
{
	double		slant = draw(3) == 0 ? size : 0;
	bool		lying = draw(2) == 0;
	int			n = 0;

	rings->parts = 1;
	rings->rings[0] = 1;
	for (int i = 0; i < teeth; i++)
	{
		double		at = size * 2 * i / teeth;

		rings->point[0][0][n++] = (GovPoint) {at, 0};
		rings->point[0][0][n++] = (GovPoint) {at + slant + size / teeth * 0.5, size * (1 + fraction() * 1e-3)};
	}
	rings->point[0][0][n++] = (GovPoint) {2 * size, 0};
	rings->point[0][0][n++] = (GovPoint) {2 * size, -size};
	rings->point[0][0][n++] = (GovPoint) {0, -size};
	rings->points[0][0] = n;
	for (int i = 0; i < n; i++)
	{
		GovPoint	p = rings->point[0][0][i];

		if (lying)
			p = (GovPoint) {p.y, p.x};
		rings->point[0][0][i] = (GovPoint) {p.x + x, p.y + y};
	}
	close_ring(rings, 0, 0);
}

/*-------------------------------------------------------------------------
 * Slow and obvious
 *-------------------------------------------------------------------------
 */

static int
slow_turn(GovPoint a, GovPoint b, GovPoint c)
{
	/* Whole numbers or multiples of 2^-30 below 2^33: exact in 128 bits. */
	double		scale = 1 << 30;
	__int128	turn = (__int128) (long long) ((a.x - c.x) * scale) * (long long) ((b.y - c.y) * scale) -
		(__int128) (long long) ((a.y - c.y) * scale) * (long long) ((b.x - c.x) * scale);

	return (turn > 0) - (turn < 0);
}

static void
check_turns(void)
{
	double		unit = 1.0 / (1 << (draw(4) * 10));
	unsigned	range = 1u << (1 + draw(30));
	GovPoint	p[3];

	for (int i = 0; i < 3; i++)
	{
		p[i].x = draw(range) * unit;
		p[i].y = draw(range) * unit;
		if (fabs(p[i].x) > 4096 && unit < 1)
			p[i].x = 4096;
	}
	/* Nearly or wholly on a line. */
	if (draw(2) == 0)
	{
		p[2].x = 2 * p[1].x - p[0].x;
		p[2].y = 2 * p[1].y - p[0].y;
		if (draw(2) == 0)
			p[2].y += unit;
	}
	must(gov_turn(p[0], p[1], p[2]) == slow_turn(p[0], p[1], p[2]), "a wrong turn");
	must(gov_turn(p[1], p[0], p[2]) == -slow_turn(p[0], p[1], p[2]), "a turn that is not mirrored");
}

static int
compare_doubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static size_t
add_cuts(const GovShape *a, const GovShape *b, double *cut, size_t n)
{
	for (uint32_t i = 0; i < a->points; i++)
		cut[n++] = a->point[i].x;
	for (uint32_t i = 0; i + 1 < a->points; i++)
	{
		for (uint32_t j = 0; j + 1 < b->points; j++)
		{
			GovPoint	p = a->point[i];
			GovPoint	q = b->point[j];
			double		dx = a->point[i + 1].x - p.x;
			double		dy = a->point[i + 1].y - p.y;
			double		ex = b->point[j + 1].x - q.x;
			double		ey = b->point[j + 1].y - q.y;
			double		det = dx * ey - dy * ex;
			double		t = ((q.x - p.x) * ey - (q.y - p.y) * ex) / det;

			if (det != 0 && t >= 0 && t <= 1)
				cut[n++] = p.x + t * dx;
		}
	}
	return n;
}

typedef struct Line
{
	double		y;				/* in the middle of a slab */
	int			a;				/* what it adds to the winding numbers below it */
	int			b;
} Line;

static int
compare_lines(const void *x, const void *y)
{
	return compare_doubles(&((const Line *) x)->y, &((const Line *) y)->y);
}

static size_t
add_lines(const GovShape *shape, double x, bool of_a, Line *line, size_t n)
{
	for (uint32_t r = 0; r < shape->rings; r++)
	{
		for (uint32_t e = shape->ring[r].first; e < shape->ring[r].last; e++)
		{
			GovPoint	p = shape->point[e];
			GovPoint	q = shape->point[e + 1];
			int			sign = q.x > p.x ? -1 : 1;

			if ((p.x < x) == (q.x < x))
				continue;
			line[n++] = (Line) {p.y + (q.y - p.y) * ((x - p.x) / (q.x - p.x)), of_a ? sign : 0, of_a ? 0 : sign};
		}
	}
	return n;
}

/* Slabs between all points and crossings; inside one, no two edges cross. */
static double
slow_overlap(const GovShape *a, const GovShape *b)
{
	size_t		most = (size_t) a->points * b->points + a->points + b->points + 1;
	double	   *cut = malloc(most * sizeof(double));
	Line	   *line = malloc((a->points + b->points + 1) * sizeof(Line));
	size_t		cuts = add_cuts(a, b, cut, 0);
	long double sum = 0;

	for (uint32_t i = 0; i < b->points; i++)
		cut[cuts++] = b->point[i].x;
	qsort(cut, cuts, sizeof(double), compare_doubles);
	for (size_t i = 0; i + 1 < cuts; i++)
	{
		double		x = (cut[i] + cut[i + 1]) / 2;
		size_t		lines = add_lines(a, x, true, line, 0);
		int			in_a = 0;
		int			in_b = 0;

		lines = add_lines(b, x, false, line, lines);
		qsort(line, lines, sizeof(Line), compare_lines);
		for (size_t j = lines; j-- > 1;)
		{
			in_a += line[j].a;
			in_b += line[j].b;
			sum += (long double) in_a * in_b * (line[j].y - line[j - 1].y) * (cut[i + 1] - cut[i]);
		}
	}
	free(cut);
	free(line);
	return (double) sum;
}

/*-------------------------------------------------------------------------
 * The checks
 *-------------------------------------------------------------------------
 */

static Rings rings;

static void
check_bytes(void)
{
	static Bytes changed;
	GovShape	shape;
	GovFault	fault;

	changed.size = written.size;
	memcpy(changed.at, written.at, written.size);
	for (int n = (int) draw(4); n >= 0 && changed.size > 0; n--)
	{
		size_t		at = draw(2) == 0 ? draw((unsigned) changed.size) :
			draw(changed.size < 64 ? (unsigned) changed.size : 64);

		switch (draw(4))
		{
			case 0:
				changed.at[at] = (unsigned char) draw(256);
				break;
			case 1:
				changed.at[at] ^= (unsigned char) (1u << draw(8));
				break;
			case 2:
				changed.size = at;
				break;
			default:
				memset(changed.at + at, 0xFF, changed.size - at < 4 ? changed.size - at : 4);
		}
	}
	if (read_back(&changed, &shape, &fault))
	{
		GovIndex	index;
		bool		good = gov_shape_check(&shape, NULL, &fault);

		gov_index_build(&shape, NULL, &index);
		must(gov_shape_check(&shape, &index, &fault) == good, "changed bytes: the index changes the verdict");
		gov_shape_overlap(&shape, &index, &shape, &index);
		gov_index_free(&index);
		gov_shape_free(&shape);
	}
}

static bool
next_shape(GovShape *shape, GovIndex *index)
{
	GovFault	fault;
	GovFault	again;
	bool		good;

	serialise(&rings);
	if (!read_back(&written, shape, &fault))
	{
		must(fault.kind == GOV_SHAPE_FEW_POINTS || fault.kind == GOV_SHAPE_OPEN_RING, "a good shape cannot be read");
		return false;
	}
	gov_index_build(shape, NULL, index);
	must(index->entries <= 40 * (shape->points + 8), "an index much larger than its shape");
	good = gov_shape_check(shape, NULL, &fault);
	must(gov_shape_check(shape, index, &again) == good, "the index changes the verdict");
	if (!good)
	{
		gov_index_free(index);
		gov_shape_free(shape);
	}
	return good;
}

static bool
near(const GovShape *a, const GovShape *b, double x, double y)
{
	double		width = fmax(a->box.xmax, b->box.xmax) - fmin(a->box.xmin, b->box.xmin);
	double		height = fmax(a->box.ymax, b->box.ymax) - fmin(a->box.ymin, b->box.ymin);
	double		far = fmax(fmax(fabs(a->box.xmax), fabs(a->box.xmin)), fmax(fabs(a->box.ymax), fabs(a->box.ymin)));

	return fabs(x - y) <= 1e-15 * (a->points + b->points) * (width + height) * (width + height + far);
}

static unsigned long long valid_pairs;

static void
check_areas(const GovShape *a, const GovIndex *a_index, const GovShape *b, const GovIndex *b_index, bool slowly)
{
	double		area = gov_shape_overlap(a, NULL, b, NULL);

	valid_pairs++;
	if (slowly)
		must(near(a, b, area, slow_overlap(a, b)), "a wrong area");
	must(near(a, b, area, gov_shape_overlap(b, NULL, a, NULL)), "the order of operands matters");
	must(near(a, b, area, gov_shape_overlap(a, NULL, b, b_index)), "the index changes the area");
	must(near(a, b, area, gov_shape_overlap(a, a_index, b, NULL)), "the index of the first changes the area");
	must(near(a, b, area, gov_shape_overlap(a, a_index, b, b_index)), "two indexes change the area");
	must(near(a, a, a->area, gov_shape_overlap(a, a_index, a, a_index)), "a shape does not cover itself");
}

/* Boxes with sides on or between the points of a shape: within, outside, touching, across. */
static void
check_boxes(const GovShape *shape, const GovIndex *index)
{
	for (int i = 0; i < 4; i++)
	{
		GovPoint	p = shape->point[draw(shape->points)];
		GovPoint	q = shape->point[draw(shape->points)];
		double		side = draw(2) == 0 ? 1 : fraction();
		GovBox		box = {p.x, p.y, p.x + side, p.y + side};
		GovShape	square;
		GovFault	fault;
		int			winding;

		if (draw(2) == 0)
			box = (GovBox) {fmin(p.x, q.x), fmin(p.y, q.y), fmax(p.x, q.x), fmax(p.y, q.y)};
		if (draw(4) == 0)
			box = (GovBox) {shape->box.xmax, q.y - side / 4, shape->box.xmax + side, q.y - side / 8};
		if (!(box.xmin < box.xmax && box.ymin < box.ymax))
			continue;
		rings.parts = rings.rings[0] = 1;
		rings.points[0][0] = 4;
		rings.point[0][0][0] = (GovPoint) {box.xmin, box.ymin};
		rings.point[0][0][1] = (GovPoint) {box.xmax, box.ymin};
		rings.point[0][0][2] = (GovPoint) {box.xmax, box.ymax};
		rings.point[0][0][3] = (GovPoint) {box.xmin, box.ymax};
		close_ring(&rings, 0, 0);
		serialise(&rings);
		must(read_back(&written, &square, &fault), "a box cannot be read");
		must(near(&square, shape, gov_shape_overlap(&square, NULL, shape, NULL),
				  gov_shape_overlap(&square, NULL, shape, index)), "the index changes the area in a box");
		winding = gov_index_winding(shape, index, &box);
		must(winding < 0 || near(&square, shape, winding * square.area, gov_shape_overlap(&square, NULL, shape, NULL)),
			 "a box that no edge enters is neither inside nor outside");
		gov_shape_free(&square);
	}
}

int
main(int argc, char **argv)
{
	unsigned long long rounds = read_rounds(argc, argv);

	for (round_now = 1; round_now <= rounds; round_now++)
	{
		GovShape	shape[2];
		GovIndex	index[2];
		int			kind = draw(60) == 0 ? 2 : (int) draw(2);
		int			found = 0;

		check_turns();
		for (int tries = 0; found < 2 && tries < 200; tries++)
		{
			double		x = draw(3) == 0 ? 5e6 : 0;

			if (kind == 0)
				grid_rings(&rings);
			else if (kind == 2 && draw(2) == 0)
				comb_rings(&rings, 3 + (int) draw(700), x + fraction(), x, 1 + fraction());
			else
				star_rings(&rings, 3 + (int) draw(kind == 1 ? 12 : 1500), x + fraction(), x + fraction(), 1 + fraction());
			if (next_shape(&shape[found], &index[found]))
				found++;
			check_bytes();
		}
		if (found == 2)
			check_areas(&shape[0], &index[0], &shape[1], &index[1], kind < 2);
		for (int i = 0; i < found; i++)
			check_boxes(&shape[i], &index[i]);
		while (found-- > 0)
		{
			gov_index_free(&index[found]);
			gov_shape_free(&shape[found]);
		}
	}
	must(rounds < 100 || valid_pairs > rounds / 3, "hardly ever two valid shapes");
	printf("%llu pairs of valid shapes, %zu pauses\n", valid_pairs, pauses);
	return 0;
}

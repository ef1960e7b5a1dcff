/*
 * overlap_shape.c
 *	  Reads polygons from PostGIS's serialised form, as liblwgeom/gserialized.txt of
 *	  PostGIS describes it (versions 1 and 2). Every length is checked before use.
 */
#include "overlap_shape.h"

#include <math.h>
#include <string.h>

#define HAS_Z			0x01
#define HAS_M			0x02
#define HAS_BOX			0x04
#define IS_GEODETIC		0x08
#define HAS_EXTENSION	0x20
#define VERSION_SHIFT	6

#define TYPE_POLYGON		3
#define TYPE_MULTIPOLYGON	6
#define TYPE_COLLECTION		7

#define PAUSE_EVERY 0xFFFFF

/*-------------------------------------------------------------------------
 * The frame
 *-------------------------------------------------------------------------
 */

typedef struct Cursor
{
	const unsigned char *at;
	size_t		left;
} Cursor;

static bool
skip(Cursor *cursor, size_t size)
{
	if (size > cursor->left)
		return false;
	cursor->at += size;
	cursor->left -= size;
	return true;
}

static bool
read_count(Cursor *cursor, uint32_t *count)
{
	const unsigned char *at = cursor->at;

	if (!skip(cursor, sizeof(uint32_t)))
		return false;
	memcpy(count, at, sizeof(uint32_t));
	return true;
}

static uint32_t
count_at(const unsigned char *counts, uint32_t i)
{
	uint32_t	count;

	memcpy(&count, counts + (size_t) i * sizeof(uint32_t), sizeof(uint32_t));
	return count;
}

/* The counts of a polygon's rings are padded to eight bytes. */
static size_t
counts_size(uint32_t rings)
{
	return ((size_t) rings + (rings & 1)) * sizeof(uint32_t);
}

/* A polygon, after its type. */
static bool
measure_polygon(Cursor *cursor, GovFrame *frame)
{
	uint32_t	rings;
	const unsigned char *counts;

	if (!read_count(cursor, &rings))
		return false;
	counts = cursor->at;
	if (!skip(cursor, counts_size(rings)))
		return false;
	for (uint32_t i = 0; i < rings; i++)
	{
		uint32_t	points = count_at(counts, i);

		if (!skip(cursor, (size_t) points * frame->dimensions * sizeof(double)))
			return false;
		/* Bounded by the size of the whole, which is far below 2^32 points. */
		frame->points += points;
		frame->rings += points > 0;
	}
	return true;
}

static bool
measure_multipolygon(Cursor *cursor, GovFrame *frame)
{
	uint32_t	parts;

	if (!read_count(cursor, &parts))
		return false;
	for (uint32_t i = 0; i < parts; i++)
	{
		uint32_t	type;

		if (!read_count(cursor, &type) || type != TYPE_POLYGON || !measure_polygon(cursor, frame))
			return false;
	}
	return true;
}

/* Flags, and what may stand between them and the geometry. */
static GovFaultKind
read_flags(Cursor *cursor, unsigned flags, GovFrame *frame)
{
	unsigned	version = flags >> VERSION_SHIFT;

	if (version > 1)
		return GOV_SHAPE_UNKNOWN_VERSION;
	if (flags & IS_GEODETIC)
		return GOV_SHAPE_GEODETIC;
	frame->dimensions = 2 + (flags & HAS_Z ? 1 : 0) + (flags & HAS_M ? 1 : 0);
	if (version == 1 && (flags & HAS_EXTENSION) && !skip(cursor, sizeof(uint64_t)))
		return GOV_SHAPE_CORRUPT;
	if (flags & HAS_BOX)
	{
		frame->box = cursor->at;
		if (!skip(cursor, 2 * frame->dimensions * sizeof(float)))
			return GOV_SHAPE_CORRUPT;
	}
	return GOV_SHAPE_OK;
}

static GovFaultKind
read_head(Cursor *cursor, GovFrame *frame)
{
	const unsigned char *head = cursor->at;
	GovFaultKind kind;

	if (!skip(cursor, 4))
		return GOV_SHAPE_CORRUPT;
	/* 21 bits with a sign */
	frame->srid = (head[0] & 0x1F) << 16 | head[1] << 8 | head[2];
	if (frame->srid & 0x100000)
		frame->srid -= 0x200000;
	kind = read_flags(cursor, head[3], frame);
	if (kind != GOV_SHAPE_OK)
		return kind;
	frame->body = cursor->at;
	return read_count(cursor, &frame->type) ? GOV_SHAPE_OK : GOV_SHAPE_CORRUPT;
}

static GovFaultKind
read_frame(Cursor *cursor, GovFrame *frame)
{
	GovFaultKind kind = read_head(cursor, frame);
	uint32_t	parts;

	if (kind != GOV_SHAPE_OK)
		return kind;
	switch (frame->type)
	{
		case TYPE_POLYGON:
			return measure_polygon(cursor, frame) ? GOV_SHAPE_OK : GOV_SHAPE_CORRUPT;
		case TYPE_MULTIPOLYGON:
			return measure_multipolygon(cursor, frame) ? GOV_SHAPE_OK : GOV_SHAPE_CORRUPT;
		case TYPE_COLLECTION:
			/* Nothing is nothing, whatever it is called. */
			if (!read_count(cursor, &parts))
				return GOV_SHAPE_CORRUPT;
			return parts == 0 ? GOV_SHAPE_OK : GOV_SHAPE_NOT_POLYGONAL;
		default:
			return GOV_SHAPE_NOT_POLYGONAL;
	}
}

bool
gov_frame_read(const unsigned char *bytes, size_t size, GovFrame *frame, GovFault *fault)
{
	Cursor		cursor = {bytes, size};

	memset(frame, 0, sizeof(*frame));
	memset(fault, 0, sizeof(*fault));
	fault->kind = read_frame(&cursor, frame);
	fault->type = frame->type;
	return fault->kind == GOV_SHAPE_OK;
}

bool
gov_box_read(const unsigned char *bytes, size_t size, int32_t *srid, GovBox *box)
{
	Cursor		cursor = {bytes, size};
	GovFrame	frame = {0};
	float		bounds[4];

	if (read_head(&cursor, &frame) != GOV_SHAPE_OK || frame.box == NULL ||
		(frame.type != TYPE_POLYGON && frame.type != TYPE_MULTIPOLYGON))
		return false;
	memcpy(bounds, frame.box, sizeof(bounds));
	*box = (GovBox) {bounds[0], bounds[2], bounds[1], bounds[3]};
	*srid = frame.srid;
	return true;
}

/*-------------------------------------------------------------------------
 * Areas
 *-------------------------------------------------------------------------
 */

/* Twice the signed area of a ring, from a point of the ring itself, with the lost digits kept. */
static double
ring_area(const unsigned char *bytes, size_t width, uint32_t points)
{
	GovPoint	origin;
	double		x = 0;
	double		y = 0;
	double		sum = 0;
	double		lost = 0;

	memcpy(&origin, bytes, sizeof(origin));
	for (uint32_t i = 1; i < points; i++)
	{
		GovPoint	point;
		double		term;
		double		total;
		double		of_term;

		memcpy(&point, bytes + i * width, sizeof(point));
		point.x -= origin.x;
		point.y -= origin.y;
		term = x * point.y - point.x * y;
		total = sum + term;
		of_term = total - sum;
		lost += (sum - (total - of_term)) + (term - of_term);
		sum = total;
		x = point.x;
		y = point.y;
	}
	return sum + lost;
}

/* What to do with each ring of a frame; returns false to end. Without its shell a polygon is empty. */
typedef bool (*VisitRing) (void *to, uint32_t part, bool hole, const unsigned char *bytes, size_t width, uint32_t points);

/* A polygon from its number of rings on; gives the bytes after it, or NULL if ended. */
static const unsigned char *
visit_polygon(uint32_t part, const unsigned char *bytes, size_t width, VisitRing visit, void *to)
{
	uint32_t	rings = count_at(bytes, 0);
	const unsigned char *counts = bytes + sizeof(uint32_t);
	bool		shell = false;

	bytes = counts + counts_size(rings);
	for (uint32_t i = 0; i < rings; i++)
	{
		uint32_t	points = count_at(counts, i);

		if (points > 0 && (i == 0 || shell))
		{
			if (!visit(to, part, i > 0, bytes, width, points))
				return NULL;
			shell = true;
		}
		bytes += points * width;
	}
	return bytes;
}

static bool
visit_rings(const GovFrame *frame, VisitRing visit, void *to)
{
	const unsigned char *bytes = frame->body + sizeof(uint32_t);
	size_t		width = frame->dimensions * sizeof(double);
	uint32_t	parts;

	if (frame->type == TYPE_POLYGON)
		return visit_polygon(0, bytes, width, visit, to) != NULL;
	if (frame->type != TYPE_MULTIPOLYGON)
		return true;
	parts = count_at(bytes, 0);
	bytes += sizeof(uint32_t);
	for (uint32_t i = 0; i < parts; i++)
	{
		bytes = visit_polygon(i, bytes + sizeof(uint32_t), width, visit, to);
		if (bytes == NULL)
			return false;
	}
	return true;
}

static bool
add_ring_area(void *to, uint32_t part, bool hole, const unsigned char *bytes, size_t width, uint32_t points)
{
	double	   *sum = to;
	double		area = fabs(ring_area(bytes, width, points));

	*sum += hole ? -area : area;
	return true;
}

double
gov_frame_area(const GovFrame *frame)
{
	double		sum = 0;

	visit_rings(frame, add_ring_area, &sum);
	return 0.5 * sum;
}

/*-------------------------------------------------------------------------
 * The rings
 *-------------------------------------------------------------------------
 */

static void
turn_round(GovShape *shape, GovRing *ring)
{
	uint32_t	from = ring->first;
	uint32_t	to = ring->last;

	/* The first point is the last one too, and stays where it is. */
	if (ring->corner != from)
		ring->corner = from + to - ring->corner;
	for (; from < to; from++, to--)
	{
		GovPoint	point = shape->point[from];

		shape->point[from] = shape->point[to];
		shape->point[to] = point;
	}
}

/* Copies a ring's points, without repetitions. */
static bool
copy_ring(GovShape *shape, GovRing *ring, const unsigned char *bytes, size_t width, uint32_t points, GovFault *fault)
{
	GovPoint   *to = shape->point + ring->first;
	GovPoint   *corner = to;
	GovBox		box = shape->box;

	for (uint32_t i = 0; i < points; i++, bytes += width)
	{
		GovPoint	point;

		memcpy(&point, bytes, sizeof(point));
		if (!(fabs(point.x) <= GOV_COORDINATE_MAX && fabs(point.y) <= GOV_COORDINATE_MAX))
			return gov_shape_fail(fault, isfinite(point.x) && isfinite(point.y) ?
								  GOV_SHAPE_TOO_FAR : GOV_SHAPE_NOT_FINITE, point);
		if (i > 0 && to[-1].x == point.x && to[-1].y == point.y)
			continue;
		*to = point;
		if (point.x < corner->x || (point.x == corner->x && point.y > corner->y))
			corner = to;
		to++;
		gov_box_add(&box, point);
		if ((i & PAUSE_EVERY) == PAUSE_EVERY)
			gov_overlap_pause();
	}
	shape->box = box;
	ring->last = (uint32_t) (to - shape->point) - 1;
	ring->corner = (uint32_t) (corner - shape->point);
	return true;
}

/* Which way a ring runs, told by its corner: exact, unless the ring is no simple one. */
static int
ring_sense(const GovShape *shape, const GovRing *ring)
{
	const GovPoint *p = shape->point + ring->corner;
	const GovPoint *before = ring->corner == ring->first ? shape->point + ring->last - 1 : p - 1;

	return gov_turn(*before, p[0], p[1]);
}

typedef struct Filling
{
	GovShape   *shape;
	GovFault   *fault;
} Filling;

static bool
add_ring(void *to, uint32_t part, bool hole, const unsigned char *bytes, size_t width, uint32_t points)
{
	GovShape   *shape = ((Filling *) to)->shape;
	GovFault   *fault = ((Filling *) to)->fault;
	GovRing    *ring = shape->ring + shape->rings;
	const GovPoint *first = shape->point + shape->points;
	double		area;
	int			sense;

	ring->first = shape->points;
	ring->part = part;
	ring->hole = hole;
	if (!copy_ring(shape, ring, bytes, width, points, fault))
		return false;
	if (first->x != shape->point[ring->last].x || first->y != shape->point[ring->last].y)
		return gov_shape_fail(fault, GOV_SHAPE_OPEN_RING, *first);
	if (ring->last - ring->first < 3)
		return gov_shape_fail(fault, GOV_SHAPE_FEW_POINTS, *first);
	area = ring_area(bytes, width, points);
	sense = ring_sense(shape, ring);
	if (sense == 0)
		sense = area < 0 ? -1 : 1;
	if ((sense < 0) != hole)
		turn_round(shape, ring);
	shape->area += hole ? -fabs(area) : fabs(area);
	shape->points = ring->last + 1;
	shape->rings++;
	return true;
}

bool
gov_shape_fill(const GovFrame *frame, GovShape *shape, GovFault *fault)
{
	Filling		filling = {shape, fault};
	bool		good;

	memset(fault, 0, sizeof(*fault));
	memset(shape, 0, sizeof(*shape));
	shape->box = gov_box_empty();
	shape->point = gov_overlap_alloc(((size_t) frame->points + 1) * sizeof(GovPoint));
	shape->ring = gov_overlap_alloc(((size_t) frame->rings + 1) * sizeof(GovRing));
	good = visit_rings(frame, add_ring, &filling);
	shape->area *= 0.5;
	if (!good)
		gov_shape_free(shape);
	return good;
}

void
gov_shape_free(GovShape *shape)
{
	if (shape->point)
		gov_overlap_free(shape->point);
	if (shape->ring)
		gov_overlap_free(shape->ring);
	memset(shape, 0, sizeof(*shape));
}

uint32_t
gov_ring_of(const GovShape *shape, uint32_t edge)
{
	uint32_t	low = 0;
	uint32_t	high = shape->rings;

	while (high - low > 1)
	{
		uint32_t	middle = low + (high - low) / 2;

		if (shape->ring[middle].first <= edge)
			low = middle;
		else
			high = middle;
	}
	return low;
}

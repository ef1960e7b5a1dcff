/*
 * overlap_shape.h
 *	  Polygons as rings of points in the plane: read from the bytes in which PostGIS
 *	  keeps a geometry, and judged. Knows nothing of the backend.
 *
 * Rings are closed and have no point twice in a row. Shells run counter-clockwise and
 * holes clockwise, so that the inside is to the left of every edge. Edge e goes from
 * point e to point e + 1; the last point of a ring begins no edge.
 */
#ifndef GOV_OVERLAP_SHAPE_H
#define GOV_OVERLAP_SHAPE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Provided by whoever uses these files. The first never returns NULL. */
extern void *gov_overlap_alloc(size_t size);
extern void gov_overlap_free(void *memory);
extern void gov_overlap_pause(void);

/* Grows an array that may be NULL, and keeps what it holds. */
extern void *gov_overlap_grow(void *memory, size_t *room, size_t used, size_t wanted, size_t size);

/* Beyond this the products of differences could overflow. */
#define GOV_COORDINATE_MAX 1e100

typedef struct GovPoint
{
	double		x;
	double		y;
} GovPoint;

typedef struct GovBox
{
	double		xmin;
	double		ymin;
	double		xmax;
	double		ymax;
} GovBox;

typedef struct GovRing
{
	uint32_t	first;			/* its first point */
	uint32_t	last;			/* its last point, equal to the first */
	uint32_t	corner;			/* the leftmost point, the upper one of several */
	uint32_t	part;			/* the polygon it belongs to */
	bool		hole;
} GovRing;

typedef struct GovShape
{
	uint32_t	points;
	uint32_t	rings;
	GovPoint   *point;
	GovRing    *ring;
	GovBox		box;			/* means nothing without points */
	double		area;
} GovShape;

typedef enum GovFaultKind
{
	GOV_SHAPE_OK,
	/* the bytes */
	GOV_SHAPE_CORRUPT,
	GOV_SHAPE_UNKNOWN_VERSION,
	/* what they hold */
	GOV_SHAPE_GEODETIC,
	GOV_SHAPE_NOT_POLYGONAL,
	GOV_SHAPE_NOT_FINITE,
	GOV_SHAPE_TOO_FAR,
	/* not valid in the sense of OGC's Simple Features */
	GOV_SHAPE_OPEN_RING,
	GOV_SHAPE_FEW_POINTS,
	GOV_SHAPE_SELF_INTERSECTION,
	GOV_SHAPE_RING_SELF_INTERSECTION,
	GOV_SHAPE_MISPLACED_SHELL,
	GOV_SHAPE_MISPLACED_HOLE,
	GOV_SHAPE_DISCONNECTED
} GovFaultKind;

typedef struct GovFault
{
	GovFaultKind kind;
	uint32_t	type;			/* of a geometry that is not polygonal */
	GovPoint	at;				/* where the fault lies */
} GovFault;

/* The frame of a serialised geometry, without its rings. */
typedef struct GovFrame
{
	int32_t		srid;
	uint32_t	type;
	uint32_t	points;
	uint32_t	rings;
	uint32_t	dimensions;
	const unsigned char *box;	/* NULL without one */
	const unsigned char *body;
} GovFrame;

static inline bool
gov_shape_fail(GovFault *fault, GovFaultKind kind, GovPoint at)
{
	fault->kind = kind;
	fault->at = at;
	return false;
}

/* A box that holds nothing yet. */
static inline GovBox
gov_box_empty(void)
{
	return (GovBox) {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
}

static inline void
gov_box_add(GovBox *box, GovPoint point)
{
	if (point.x < box->xmin)
		box->xmin = point.x;
	if (point.x > box->xmax)
		box->xmax = point.x;
	if (point.y < box->ymin)
		box->ymin = point.y;
	if (point.y > box->ymax)
		box->ymax = point.y;
}

static inline bool
gov_box_meet(const GovBox *a, const GovBox *b)
{
	return a->xmin <= b->xmax && b->xmin <= a->xmax && a->ymin <= b->ymax && b->ymin <= a->ymax;
}

/*
 * Bytes are those after the varlena header, at any alignment: srid and flags first.
 * The frame counts and checks; gov_shape_fill() takes what it has checked.
 */
extern bool gov_frame_read(const unsigned char *bytes, size_t size, GovFrame *frame, GovFault *fault);
extern bool gov_shape_fill(const GovFrame *frame, GovShape *shape, GovFault *fault);
extern void gov_shape_free(GovShape *shape);

/*
 * Without the shape: the box that PostGIS keeps beside a larger geometry, rounded outwards,
 * from its first bytes; false if there is none, or anything else is amiss. And the area,
 * which is to the last bit the shape's own; faults are not looked for, but a coordinate that
 * is no finite number makes it one that is not either.
 */
#define GOV_BOX_BYTES 48
extern bool gov_box_read(const unsigned char *bytes, size_t size, int32_t *srid, GovBox *box);
extern double gov_frame_area(const GovFrame *frame);

/*
 * Of a shape what matters near a box: fewer points, the same inside within the box. Not
 * valid elsewhere, and without corners, box and area.
 */
extern void gov_shape_near(const GovShape *shape, const GovBox *box, GovShape *near);

/* Exact sign of the turn a, b, c: 1 to the left, -1 to the right, 0 straight. */
extern int	gov_turn(GovPoint a, GovPoint b, GovPoint c);

extern uint32_t gov_ring_of(const GovShape *shape, uint32_t edge);

#endif

/*
 * coverage_plane.h
 *	  Directed edges in the plane, cut where they meet: the pieces, the faces between
 *	  them, and how often each face is covered. Knows nothing of the backend.
 *
 * Points are put on a grid, the finest that the digits of their coordinates bear, so
 * that every decision is made exactly, in integers. A node is a point of that grid.
 */
#ifndef GOV_COVERAGE_PLANE_H
#define GOV_COVERAGE_PLANE_H

#include "overlap_shape.h"

/* Aligned as the backend's memory is. */
typedef __int128 GovWide __attribute__((aligned(8)));

#define GOV_NOBODY UINT32_MAX

/*
 * A point this many steps from a line is on it: rounding moves the point by up to one,
 * and each end of the line too.
 */
#define GOV_NEAR 3

/* A piece of a unit's border, which has the unit to its left. */
typedef struct GovBorder
{
	GovPoint	from;
	GovPoint	to;
	uint32_t	unit;
} GovBorder;

typedef struct GovNode
{
	int64_t		x;
	int64_t		y;
	GovPoint	at;				/* as given, or computed if nobody gave it */
} GovNode;

/* Nodes are in the order of x, then y; low comes before high. */
typedef struct GovSegment
{
	uint32_t	low;
	uint32_t	high;
	uint32_t	owner;			/* its first owner; they end where the next one's begin */
	int32_t		weight;			/* owners that run from low to high, less those that run back */
} GovSegment;

/* An owner is a border, and whether it runs from high to low. */
#define GOV_OWNER_BORDER(owner)	((owner) >> 1)
#define GOV_OWNER_BACK(owner)	((owner) & 1)

typedef struct GovPlane
{
	double		step;			/* of the grid, in map units */
	uint32_t	nodes;
	GovNode    *node;
	uint32_t	segments;
	GovSegment *segment;		/* and one more that ends the last one's owners */
	uint32_t   *owner;			/* border << 1 | runs back */
} GovPlane;

/*
 * Half-edges 2s and 2s + 1 are segment s from low to high and back. Those of weight 0
 * bound nothing. A cycle is what surrounds a face from outside, counter-clockwise, or
 * a hole in one, clockwise.
 */
typedef struct GovCycle
{
	uint32_t	start;			/* a half-edge of it */
	uint32_t	face;			/* the cycle around the face it belongs to; GOV_NOBODY: the outside */
	uint32_t	hole;			/* the first hole of a face, or the next one of the same face */
	int32_t		winding;		/* how often the face is covered */
	GovWide		area;			/* twice, in steps */
} GovCycle;

typedef struct GovFaces
{
	const GovPlane *plane;
	uint32_t   *next;			/* of each half-edge around its cycle */
	uint32_t   *cycle_of;
	uint32_t	cycles;
	GovCycle   *cycle;
	uint32_t   *seen;			/* by node, for walks; zero between them */
} GovFaces;

/* The pieces of borders, n of them below 2^31. */
extern void gov_plane_make(const GovBorder *border, uint32_t n, GovPlane *plane);
extern void gov_plane_free(GovPlane *plane);

extern void gov_faces_make(const GovPlane *plane, GovFaces *faces);
extern void gov_faces_free(GovFaces *faces);

/* Appends a face to a shape as a part of it: its rings without repeated points. */
extern void gov_faces_shape(const GovFaces *faces, uint32_t face, GovShape *shape);

/* Its area and perimeter in map units. */
extern double gov_faces_area(const GovFaces *faces, uint32_t face);
extern double gov_faces_perimeter(const GovFaces *faces, uint32_t face);

/*-------------------------------------------------------------------------
 * Shared by the files that look at segments
 *-------------------------------------------------------------------------
 */

typedef struct GovStep
{
	int64_t		x;
	int64_t		y;
} GovStep;

/* Segments by place: which of them are near a cell of the grid. */
typedef struct GovLattice
{
	int64_t		left;
	int64_t		bottom;
	double		size;			/* of a cell, in steps */
	uint32_t	columns;
	uint32_t	rows;
	uint32_t   *start;			/* by cell, column by column; and one more */
	uint32_t   *list;
} GovLattice;

typedef void (*GovEnds) (const void *segments, uint32_t i, GovStep *low, GovStep *high);

extern void gov_lattice_make(const void *segments, uint32_t n, GovEnds ends, GovLattice *lattice);
extern void gov_lattice_free(GovLattice *lattice);
extern uint32_t gov_lattice_column(const GovLattice *lattice, double x);
extern uint32_t gov_lattice_row(const GovLattice *lattice, double y);

static inline GovWide
gov_cross(GovStep a, GovStep b, GovStep c)
{
	return (GovWide) (b.x - a.x) * (c.y - a.y) - (GovWide) (b.y - a.y) * (c.x - a.x);
}

static inline int
gov_side(GovStep a, GovStep b, GovStep c)
{
	GovWide		cross = gov_cross(a, b, c);

	return (cross > 0) - (cross < 0);
}

static inline int
gov_compare_steps(GovStep a, GovStep b)
{
	if (a.x != b.x)
		return a.x < b.x ? -1 : 1;
	return (a.y > b.y) - (a.y < b.y);
}

#endif

/*
 * coverage_defect.c
 *	  Gaps, overlaps and mismatches among the faces between unmatched edges.
 *
 * A face that is covered once is as it should be, and so is the outside. One that is
 * covered by nobody is a gap, one covered oftener an overlap. Where edges of two
 * neighbours coincide though their ends do not, they mismatch, as they do along a gap
 * or overlap that is narrower than the tolerance.
 */
#include "coverage_defect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A face narrower than so many steps of the grid comes of rounding. */
#define STEPS_WIDE 4

typedef struct Share
{
	uint32_t	unit;
	double		length;
} Share;

/* Part of a mismatched border. */
typedef struct Stretch
{
	uint32_t	unit_a;
	uint32_t	unit_b;
	uint32_t	segment;
	double		area;			/* of the sliver beside it, told once */
	double		width;
} Stretch;

typedef struct Finder
{
	const GovBorder *border;
	const GovPlane *plane;
	const GovFaces *faces;
	double		tolerance;
	GovFindings *findings;
	Share	   *share;
	size_t		shares;
	size_t		share_room;
	Stretch    *stretch;
	size_t		stretches;
	size_t		stretch_room;
} Finder;

/*-------------------------------------------------------------------------
 * Shares of a face's border
 *-------------------------------------------------------------------------
 */

static double
segment_length(const GovPlane *plane, uint32_t s)
{
	GovPoint	low = plane->node[plane->segment[s].low].at;
	GovPoint	high = plane->node[plane->segment[s].high].at;

	return hypot(high.x - low.x, high.y - low.y);
}

static int
compare_units(const void *a, const void *b)
{
	const Share *p = a;
	const Share *q = b;

	if (p->unit != q->unit)
		return p->unit < q->unit ? -1 : 1;
	return (p->length > q->length) - (p->length < q->length);
}

/* Adds those along a cycle; of a gap, only units that lie on its other side. */
static void
add_shares(Finder *finder, uint32_t cycle, bool beyond)
{
	const GovFaces *faces = finder->faces;
	const GovPlane *plane = finder->plane;
	uint32_t	half = faces->cycle[cycle].start;

	do
	{
		uint32_t	s = half >> 1;
		double		length = segment_length(plane, s);

		for (uint32_t i = plane->segment[s].owner; i < plane->segment[s + 1].owner; i++)
		{
			if (beyond && GOV_OWNER_BACK(plane->owner[i]) == (half & 1))
				continue;
			finder->share = gov_overlap_grow(finder->share, &finder->share_room, finder->shares,
											 finder->shares + 1, sizeof(Share));
			finder->share[finder->shares++] = (Share) {finder->border[GOV_OWNER_BORDER(plane->owner[i])].unit, length};
		}
		half = faces->next[half];
	} while (half != faces->cycle[cycle].start);
}

/* The two units with the longest shares, the longest first. */
static void
find_neighbours(Finder *finder, uint32_t face, bool beyond, uint32_t *first, uint32_t *second)
{
	double		longest = -1;
	double		next = -1;

	finder->shares = 0;
	for (uint32_t cycle = face; cycle != GOV_NOBODY; cycle = finder->faces->cycle[cycle].hole)
		add_shares(finder, cycle, beyond);
	if (finder->shares > 0)
		qsort(finder->share, finder->shares, sizeof(Share), compare_units);
	*first = *second = GOV_NOBODY;
	for (size_t i = 0; i < finder->shares;)
	{
		uint32_t	unit = finder->share[i].unit;
		double		length = 0;

		for (; i < finder->shares && finder->share[i].unit == unit; i++)
			length += finder->share[i].length;
		if (length > longest)
		{
			*second = *first;
			next = longest;
			*first = unit;
			longest = length;
		}
		else if (length > next)
		{
			*second = unit;
			next = length;
		}
	}
}

/*-------------------------------------------------------------------------
 * Mismatches
 *-------------------------------------------------------------------------
 */

static void
add_stretch(Finder *finder, uint32_t a, uint32_t b, uint32_t segment, double area, double width)
{
	Stretch		stretch = {a < b ? a : b, a < b ? b : a, segment, area, width};

	finder->stretch = gov_overlap_grow(finder->stretch, &finder->stretch_room, finder->stretches,
									   finder->stretches + 1, sizeof(Stretch));
	finder->stretch[finder->stretches++] = stretch;
}

static bool
owns(const Finder *finder, uint32_t s, uint32_t unit)
{
	const GovPlane *plane = finder->plane;

	for (uint32_t i = plane->segment[s].owner; i < plane->segment[s + 1].owner; i++)
	{
		if (finder->border[GOV_OWNER_BORDER(plane->owner[i])].unit == unit)
			return true;
	}
	return false;
}

/* The border along a sliver, as the lesser of its two units draws it. */
static void
add_sliver(Finder *finder, uint32_t face, double area, double width)
{
	const GovFaces *faces = finder->faces;
	uint32_t	a;
	uint32_t	b;

	find_neighbours(finder, face, false, &a, &b);
	for (uint32_t cycle = face; cycle != GOV_NOBODY; cycle = faces->cycle[cycle].hole)
	{
		uint32_t	half = faces->cycle[cycle].start;

		do
		{
			if (owns(finder, half >> 1, a < b ? a : b))
			{
				add_stretch(finder, a, b, half >> 1, area, width);
				area = width = 0;
			}
			half = faces->next[half];
		} while (half != faces->cycle[cycle].start);
	}
}

static bool
same_ends(const GovBorder *p, const GovBorder *q)
{
	return p->from.x == q->to.x && p->from.y == q->to.y && p->to.x == q->from.x && p->to.y == q->from.y;
}

/* Borders that run in one place, this way and that, and differ. */
static void
find_mismatches(Finder *finder)
{
	const GovPlane *plane = finder->plane;

	for (uint32_t s = 0; s < plane->segments; s++)
	{
		const uint32_t *owner = plane->owner + plane->segment[s].owner;
		uint32_t	owners = plane->segment[s + 1].owner - plane->segment[s].owner;

		for (uint32_t i = 0; i < owners; i++)
		{
			const GovBorder *p = finder->border + GOV_OWNER_BORDER(owner[i]);

			for (uint32_t k = i + 1; k < owners; k++)
			{
				const GovBorder *q = finder->border + GOV_OWNER_BORDER(owner[k]);

				if (GOV_OWNER_BACK(owner[i]) != GOV_OWNER_BACK(owner[k]) && !same_ends(p, q))
					add_stretch(finder, p->unit, q->unit, s, 0, 0);
			}
		}
		if ((s & 0xFFFF) == 0)
			gov_overlap_pause();
	}
}

static int
compare_stretches(const void *a, const void *b)
{
	const Stretch *p = a;
	const Stretch *q = b;

	if (p->unit_a != q->unit_a)
		return p->unit_a < q->unit_a ? -1 : 1;
	if (p->unit_b != q->unit_b)
		return p->unit_b < q->unit_b ? -1 : 1;
	if (p->segment != q->segment)
		return p->segment < q->segment ? -1 : 1;
	if (p->area != q->area)
		return p->area > q->area ? -1 : 1;
	return (p->width < q->width) - (p->width > q->width);
}

static GovDefect *
new_defect(GovFindings *findings, GovDefectKind kind, uint32_t a, uint32_t b)
{
	GovDefect  *defect;

	findings->defect = gov_overlap_grow(findings->defect, &findings->room, findings->defects,
										findings->defects + 1, sizeof(GovDefect));
	defect = findings->defect + findings->defects++;
	memset(defect, 0, sizeof(*defect));
	defect->kind = kind;
	defect->unit_a = a;
	defect->unit_b = b;
	return defect;
}

/* All stretches of a pair of units are one defect. */
static void
put_mismatches(Finder *finder)
{
	const GovPlane *plane = finder->plane;

	if (finder->stretches > 0)
		qsort(finder->stretch, finder->stretches, sizeof(Stretch), compare_stretches);
	for (size_t i = 0; i < finder->stretches;)
	{
		Stretch		first = finder->stretch[i];
		GovDefect  *defect = new_defect(finder->findings, GOV_DEFECT_MISMATCH, first.unit_a, first.unit_b);
		size_t		end = i;
		uint32_t	before = GOV_NOBODY;

		while (end < finder->stretches && finder->stretch[end].unit_a == first.unit_a && finder->stretch[end].unit_b == first.unit_b)
			end++;
		defect->line = gov_overlap_alloc(2 * (end - i) * sizeof(GovPoint));
		for (; i < end; i++)
		{
			const Stretch *stretch = finder->stretch + i;

			defect->area += stretch->area;
			defect->width = fmax(defect->width, stretch->width);
			if (stretch->segment == before)
				continue;
			before = stretch->segment;
			defect->line[2 * defect->lines] = plane->node[plane->segment[before].low].at;
			defect->line[2 * defect->lines + 1] = plane->node[plane->segment[before].high].at;
			defect->lines++;
		}
	}
}

/*-------------------------------------------------------------------------
 * Faces
 *-------------------------------------------------------------------------
 */

static GovBox
cycle_box(const GovFaces *faces, uint32_t cycle)
{
	const GovPlane *plane = faces->plane;
	uint32_t	half = faces->cycle[cycle].start;
	GovBox		box = gov_box_empty();

	do
	{
		gov_box_add(&box, plane->node[plane->segment[half >> 1].low].at);
		gov_box_add(&box, plane->node[plane->segment[half >> 1].high].at);
		half = faces->next[half];
	} while (half != faces->cycle[cycle].start);
	return box;
}

static double
face_width(const GovFaces *faces, uint32_t face, double *area, double *perimeter)
{
	*area = gov_faces_area(faces, face);
	*perimeter = gov_faces_perimeter(faces, face);
	return *perimeter > 0 ? 2 * *area / *perimeter : 0;
}

static double
least_width(const GovPlane *plane, double tolerance)
{
	return fmax(tolerance, STEPS_WIDE * plane->step);
}

static void
look_at_face(Finder *finder, uint32_t face)
{
	GovFindings *findings = finder->findings;
	int32_t		winding = finder->faces->cycle[face].winding;
	double		least = least_width(finder->plane, finder->tolerance);
	double		area;
	double		perimeter;
	double		width = face_width(finder->faces, face, &area, &perimeter);

	if (width < least)
	{
		/* What is no longer than it is narrow is where borders cross, not along which they differ. */
		if (perimeter > 4 * least)
			add_sliver(finder, face, area, width);
	}
	else if (winding > 1)
	{
		findings->doubled = gov_overlap_grow(findings->doubled, &findings->doubled_room, findings->doubles,
											 findings->doubles + 1, sizeof(GovBox));
		findings->doubled[findings->doubles++] = cycle_box(finder->faces, face);
	}
	else
	{
		uint32_t	a;
		uint32_t	b;
		GovDefect  *gap;

		find_neighbours(finder, face, true, &a, &b);
		gap = new_defect(findings, GOV_DEFECT_GAP, a, b);
		gap->area = area;
		gap->width = width;
		gov_faces_shape(finder->faces, face, &gap->shape);
	}
}

void
gov_coverage_find(const GovBorder *border, uint32_t n, double tolerance, GovFindings *findings)
{
	GovPlane	plane;
	GovFaces	faces;
	Finder		finder = {border, &plane, &faces, tolerance, findings, NULL, 0, 0, NULL, 0, 0};

	memset(findings, 0, sizeof(*findings));
	gov_plane_make(border, n, &plane);
	gov_faces_make(&plane, &faces);
	for (uint32_t c = 0; c < faces.cycles; c++)
	{
		if (faces.cycle[c].area > 0 && faces.cycle[c].winding != 1)
			look_at_face(&finder, c);
		if ((c & 0xFFF) == 0)
			gov_overlap_pause();
	}
	find_mismatches(&finder);
	put_mismatches(&finder);
	if (finder.share)
		gov_overlap_free(finder.share);
	if (finder.stretch)
		gov_overlap_free(finder.stretch);
	gov_faces_free(&faces);
	gov_plane_free(&plane);
}

static void
free_defect(GovDefect *defect)
{
	gov_shape_free(&defect->shape);
	if (defect->line)
		gov_overlap_free(defect->line);
}

void
gov_findings_free(GovFindings *findings)
{
	for (size_t i = 0; i < findings->defects; i++)
		free_defect(findings->defect + i);
	if (findings->defect)
		gov_overlap_free(findings->defect);
	if (findings->doubled)
		gov_overlap_free(findings->doubled);
	memset(findings, 0, sizeof(*findings));
}

static int
compare_points(GovPoint p, GovPoint q)
{
	if (p.x != q.x)
		return p.x < q.x ? -1 : 1;
	return (p.y > q.y) - (p.y < q.y);
}

static int
compare_borders(const void *a, const void *b)
{
	const GovBorder *p = a;
	const GovBorder *q = b;
	int			order = compare_points(p->from, q->from);

	if (order == 0)
		order = compare_points(p->to, q->to);
	return order != 0 ? order : (p->unit > q->unit) - (p->unit < q->unit);
}

void
gov_borders_sort(GovBorder *border, size_t n)
{
	if (n > 0)
		qsort(border, n, sizeof(GovBorder), compare_borders);
}

/*-------------------------------------------------------------------------
 * Two shapes
 *-------------------------------------------------------------------------
 */

/* Their edges, unit 0 and 1; only those within reach of the box, if there is one. */
static uint32_t
put_borders(const GovShape *shape, uint32_t unit, const GovBox *reach, GovBorder *border)
{
	uint32_t	n = 0;

	for (uint32_t r = 0; r < shape->rings; r++)
	{
		for (uint32_t i = shape->ring[r].first; i < shape->ring[r].last; i++)
		{
			GovPoint	from = shape->point[i];
			GovPoint	to = shape->point[i + 1];
			GovBox		box = gov_box_empty();

			gov_box_add(&box, from);
			gov_box_add(&box, to);
			if (reach == NULL || gov_box_meet(&box, reach))
				border[n++] = (GovBorder) {from, to, unit};
		}
	}
	return n;
}

bool
gov_pair_overlap(const GovShape *a, const GovShape *b, double tolerance, GovDefect *defect)
{
	GovBorder  *border = gov_overlap_alloc(((size_t) a->points + b->points + 1) * sizeof(GovBorder));
	uint32_t	n = put_borders(a, 0, NULL, border);
	GovPlane	plane;
	GovFaces	faces;

	n += put_borders(b, 1, NULL, border + n);
	memset(defect, 0, sizeof(*defect));
	defect->kind = GOV_DEFECT_OVERLAP;
	gov_plane_make(border, n, &plane);
	gov_faces_make(&plane, &faces);
	for (uint32_t c = 0; c < faces.cycles; c++)
	{
		double		area;
		double		perimeter;
		double		width;

		if (faces.cycle[c].area <= 0 || faces.cycle[c].winding < 2)
			continue;
		width = face_width(&faces, c, &area, &perimeter);
		if (width < least_width(&plane, tolerance))
			continue;
		gov_faces_shape(&faces, c, &defect->shape);
		defect->area += area;
		defect->width = fmax(defect->width, width);
	}
	gov_faces_free(&faces);
	gov_plane_free(&plane);
	gov_overlap_free(border);
	return defect->shape.rings > 0;
}

double
gov_pair_border(const GovShape *a, const GovShape *b)
{
	GovBorder  *border = gov_overlap_alloc(((size_t) a->points + b->points + 1) * sizeof(GovBorder));
	uint32_t	n = put_borders(a, 0, &b->box, border);
	GovPlane	plane;
	double		length = 0;

	n += put_borders(b, 1, &a->box, border + n);
	gov_plane_make(border, n, &plane);
	for (uint32_t s = 0; s < plane.segments; s++)
	{
		bool		by[2] = {false, false};

		for (uint32_t i = plane.segment[s].owner; i < plane.segment[s + 1].owner; i++)
			by[border[GOV_OWNER_BORDER(plane.owner[i])].unit] = true;
		if (by[0] && by[1])
			length += segment_length(&plane, s);
	}
	gov_plane_free(&plane);
	gov_overlap_free(border);
	return length;
}

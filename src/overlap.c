/*
 * overlap.c
 *	  Area common to two polygons: overlap_area(), overlap_share(), covers_area().
 */
#include "overlap.h"

#include "access/detoast.h"
#include "miscadmin.h"
#include "utils/float.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(gov_overlap_area);
PG_FUNCTION_INFO_V1(gov_overlap_share);
PG_FUNCTION_INFO_V1(gov_covers_area);
PG_FUNCTION_INFO_V1(gov_polygon_near);

/*-------------------------------------------------------------------------
 * What the kernel asks for
 *-------------------------------------------------------------------------
 */

void *
gov_overlap_alloc(size_t size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, size);
}

void
gov_overlap_free(void *memory)
{
	pfree(memory);
}

void
gov_overlap_pause(void)
{
	CHECK_FOR_INTERRUPTS();
}

/*-------------------------------------------------------------------------
 * Errors
 *-------------------------------------------------------------------------
 */

/* Types as PostGIS names and numbers them. */
static const char *
type_name(uint32 type)
{
	static const char *const name[] = {
		NULL, "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
		"GeometryCollection", "CircularString", "CompoundCurve", "CurvePolygon", "MultiCurve", "MultiSurface",
		"PolyhedralSurface", "Triangle", "Tin"
	};

	return type > 0 && type < lengthof(name) ? name[type] : NULL;
}

static const char *
type_hint(uint32 type)
{
	switch (type)
	{
		case 7:
			return "ST_CollectionExtract(geom, 3) takes the polygons out of a collection.";
		case 10:
		case 12:
			return "ST_CurveToLine() replaces curves by short straight lines.";
		case 13:
		case 14:
		case 15:
			return "Surfaces in space have no area in the plane.";
		default:
			return "Only polygons and multipolygons have an area.";
	}
}

static const char *
reason_of(GovFaultKind kind)
{
	switch (kind)
	{
		case GOV_SHAPE_OPEN_RING:
			return "ring is not closed";
		case GOV_SHAPE_FEW_POINTS:
			return "too few points in a ring";
		case GOV_SHAPE_SELF_INTERSECTION:
			return "self-intersection";
		case GOV_SHAPE_RING_SELF_INTERSECTION:
			return "ring touches itself";
		case GOV_SHAPE_MISPLACED_SHELL:
			return "shell inside a polygon";
		case GOV_SHAPE_MISPLACED_HOLE:
			return "hole not directly inside its shell";
		case GOV_SHAPE_DISCONNECTED:
			return "interior is disconnected";
		default:
			elog(ERROR, "unknown fault of a polygon: %d", kind);
	}
}

static const char *
point_text(GovPoint point)
{
	return psprintf("(%s %s)", float8out_internal(point.x), float8out_internal(point.y));
}

static void
raise_fault(const GovFault *fault)
{
	switch (fault->kind)
	{
		case GOV_SHAPE_OK:
			return;
		case GOV_SHAPE_CORRUPT:
			ereport(ERROR,
					errcode(ERRCODE_DATA_CORRUPTED),
					errmsg("geometry is corrupt"),
					errdetail("Its parts do not add up to its size."));
			break;
		case GOV_SHAPE_UNKNOWN_VERSION:
			ereport(ERROR,
					errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("geometry is serialised in a form that is not known"),
					errdetail("Known are versions 1 and 2 of PostGIS's serialised form."),
					errhint("A newer version of governance may know it."));
			break;
		case GOV_SHAPE_GEODETIC:
			ereport(ERROR,
					errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("geometry is geodetic, not planar"),
					errhint("ST_Transform() it into a projected spatial reference."));
			break;
		case GOV_SHAPE_NOT_POLYGONAL:
			if (type_name(fault->type) == NULL)
				ereport(ERROR,
						errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("geometry is of a type that is not known: %u", fault->type));
			ereport(ERROR,
					errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("geometry is a %s, not a polygon or multipolygon", type_name(fault->type)),
					errhint("%s", type_hint(fault->type)));
			break;
		case GOV_SHAPE_NOT_FINITE:
			ereport(ERROR,
					errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("polygon has a coordinate that is not a finite number: %s", point_text(fault->at)),
					errhint("Correct the coordinate, or leave the row out."));
			break;
		case GOV_SHAPE_TOO_FAR:
			ereport(ERROR,
					errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					errmsg("polygon has a coordinate beyond 1e100: %s", point_text(fault->at)),
					errhint("Correct the coordinate, or leave the row out."));
			break;
		default:
			ereport(ERROR,
					errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("polygon is invalid: %s", reason_of(fault->kind)),
					errdetail("The fault lies at %s.", point_text(fault->at)),
					errhint("ST_MakeValid() repairs a polygon; compare its area before and after."));
	}
}

/*-------------------------------------------------------------------------
 * Operands
 *-------------------------------------------------------------------------
 */

void
gov_operand_read(GovOperand *operand, const char *bytes, Size size)
{
	GovFrame	frame;
	GovFault	fault;

	if (!gov_frame_read((const unsigned char *) bytes, size, &frame, &fault) ||
		!gov_shape_fill(&frame, &operand->shape, &fault))
		raise_fault(&fault);
	operand->srid = frame.srid;
	operand->worth_index = size > GOV_SMALL_GEOMETRY;
	operand->indexed = false;
	operand->checked = false;
}

void
gov_operand_free(GovOperand *operand)
{
	gov_shape_free(&operand->shape);
	if (operand->indexed)
		gov_index_free(&operand->index);
}

const GovIndex *
gov_operand_index(GovOperand *operand)
{
	MemoryContext before = CurrentMemoryContext;

	if (!operand->worth_index)
		return NULL;
	if (operand->indexed)
		return &operand->index;
	/* What an error interrupts is begun anew. */
	if (operand->context != NULL)
	{
		if (operand->index_context == NULL)
			operand->index_context = AllocSetContextCreate(operand->context, "governance overlap index", ALLOCSET_SMALL_SIZES);
		MemoryContextReset(operand->index_context);
		MemoryContextSwitchTo(operand->index_context);
	}
	gov_index_build(&operand->shape, NULL, &operand->index);
	MemoryContextSwitchTo(before);
	operand->indexed = true;
	gov_operand_grown(operand);
	return &operand->index;
}

void
gov_operand_check(GovOperand *operand)
{
	GovFault	fault;

	if (operand->checked)
		return;
	if (!gov_shape_check(&operand->shape, gov_operand_index(operand), &fault))
		raise_fault(&fault);
	operand->checked = true;
}

void
gov_srid_check(int32 a, int32 b)
{
	if (a != b)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("geometries have different spatial references: %d and %d", a, b),
				errhint("ST_Transform() brings one to the spatial reference of the other."));
}

static bool
is_large(Datum datum)
{
	return toast_raw_datum_size(datum) > GOV_SMALL_GEOMETRY;
}

static GovOperand *
get_operand(Datum datum, GovOperand *here, const GovOperand *neighbour)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(datum);
	struct varlena *plain;

	if (is_large(datum))
		return gov_operand_large(value, neighbour);
	plain = pg_detoast_datum_packed(value);
	memset(here, 0, sizeof(*here));
	gov_operand_read(here, VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain));
	if (plain != value)
		pfree(plain);
	return here;
}

typedef struct Areas
{
	double		first;
	double		second;
	double		common;
} Areas;

static bool
read_box(struct varlena *value, int32 *srid, GovBox *box)
{
	struct varlena *start = VARATT_IS_EXTENDED(value) ? pg_detoast_datum_slice(value, 0, GOV_BOX_BYTES) : value;
	bool		good = gov_box_read((const unsigned char *) VARDATA_ANY(start), VARSIZE_ANY_EXHDR(start), srid, box);

	if (start != value)
		pfree(start);
	return good;
}

static double
read_area(struct varlena *value)
{
	struct varlena *plain = pg_detoast_datum_packed(value);
	GovFrame	frame;
	GovFault	fault;
	double		area;

	if (!gov_frame_read((const unsigned char *) VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain), &frame, &fault))
		raise_fault(&fault);
	area = gov_frame_area(&frame);
	if (plain != value)
		pfree(plain);
	return area;
}

/*
 * An operand that is vouched for, where no edge of a larger one comes near its box: it lies
 * inside or outside, and is not read but for its area, if that matters. False where it
 * cannot be told so; the areas are, to the last bit, those had by reading it.
 */
static bool
compare_by_box(GovOperand *larger, Datum datum, bool whole, double *area, double *common)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(datum);
	int32		srid;
	GovBox		box;
	int			winding;

	/* The one with more points is the one whose index is used. */
	if (!larger->worth_index || toast_raw_datum_size(datum) / sizeof(GovPoint) > larger->shape.points ||
		!read_box(value, &srid, &box))
		return false;
	gov_srid_check(larger->srid, srid);
	winding = gov_box_meet(&box, &larger->shape.box) ?
		gov_index_winding(&larger->shape, gov_operand_index(larger), &box) : 0;
	if (winding < 0)
		return false;
	*area = winding > 0 || whole ? read_area(value) : 0;
	*common = Min(Min(winding * *area, *area), larger->shape.area);
	return isfinite(*area);
}

static void
compare_operands(GovOperand *a, GovOperand *b, Areas *areas)
{
	const GovIndex *a_index = NULL;
	const GovIndex *b_index = NULL;

	if (gov_is_larger(&a->shape, &b->shape))
		a_index = gov_operand_index(a);
	else
		b_index = gov_operand_index(b);
	areas->first = a->shape.area;
	areas->second = b->shape.area;
	areas->common = gov_shape_overlap(&a->shape, a_index, &b->shape, b_index);
}

/* Of the arguments of a call; a third one, true, vouches for their being valid. With whole the areas of both are wanted. */
static Areas
compare_arguments(FunctionCallInfo fcinfo, bool whole)
{
	Datum		first = PG_GETARG_DATUM(0);
	Datum		second = PG_GETARG_DATUM(1);
	bool		vouched = PG_NARGS() > 2 && PG_GETARG_BOOL(2);
	GovOperand	a_here;
	GovOperand	b_here;
	GovOperand *a = NULL;
	GovOperand *b = NULL;
	Areas		areas = {0};
	bool		done = false;

	if (vouched && toast_raw_datum_size(first) > toast_raw_datum_size(second) && !gov_operand_is_kept(second))
	{
		a = get_operand(first, &a_here, NULL);
		areas.first = a->shape.area;
		done = compare_by_box(a, second, whole, &areas.second, &areas.common);
	}
	else if (vouched && toast_raw_datum_size(second) > toast_raw_datum_size(first) && !gov_operand_is_kept(first))
	{
		b = get_operand(second, &b_here, NULL);
		areas.second = b->shape.area;
		done = compare_by_box(b, first, whole, &areas.first, &areas.common);
	}
	if (!done)
	{
		if (a == NULL)
			a = get_operand(first, &a_here, b);
		if (b == NULL)
			b = get_operand(second, &b_here, a);
		gov_srid_check(a->srid, b->srid);
		if (!vouched)
		{
			gov_operand_check(a);
			gov_operand_check(b);
		}
		compare_operands(a, b, &areas);
	}
	gov_operands_release(a, b);
	return areas;
}

Datum
gov_overlap_area(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(compare_arguments(fcinfo, false).common);
}

/* What part of the first one the second covers; NULL if the first has no area. */
Datum
gov_overlap_share(PG_FUNCTION_ARGS)
{
	Areas		areas = compare_arguments(fcinfo, true);

	if (!(areas.first > 0))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(areas.common / areas.first);
}

/* What the first one leaves uncovered of the second. */
Datum
gov_covers_area(PG_FUNCTION_ARGS)
{
	Areas		areas = compare_arguments(fcinfo, true);

	PG_RETURN_FLOAT8(Max(areas.second - areas.common, 0));
}

/*-------------------------------------------------------------------------
 * Polygons out
 *-------------------------------------------------------------------------
 */

void
gov_wkb_head(StringInfo wkb, uint32 type, uint32 count)
{
#ifdef WORDS_BIGENDIAN
	appendStringInfoChar(wkb, 0);
#else
	appendStringInfoChar(wkb, 1);
#endif
	appendBinaryStringInfo(wkb, (const char *) &type, sizeof(type));
	appendBinaryStringInfo(wkb, (const char *) &count, sizeof(count));
}

void
gov_wkb_polygons(StringInfo wkb, const GovShape *shape)
{
	gov_wkb_head(wkb, 6, shape->rings > 0 ? shape->ring[shape->rings - 1].part + 1 : 0);
	for (uint32 r = 0; r < shape->rings;)
	{
		uint32		end = r;

		while (end < shape->rings && shape->ring[end].part == shape->ring[r].part)
			end++;
		gov_wkb_head(wkb, 3, end - r);
		for (; r < end; r++)
		{
			const GovRing *ring = shape->ring + r;
			uint32		points = ring->last - ring->first + 1;

			appendBinaryStringInfo(wkb, (const char *) &points, sizeof(points));
			appendBinaryStringInfo(wkb, (const char *) (shape->point + ring->first), points * sizeof(GovPoint));
		}
	}
}

/* polygon_near(geometry, geometry, margin float8): the first one near the second one's box, as WKB */
Datum
gov_polygon_near(PG_FUNCTION_ARGS)
{
	struct varlena *other = (struct varlena *) PG_GETARG_POINTER(1);
	double		margin = PG_GETARG_FLOAT8(2);
	GovOperand	here;
	GovOperand *operand = get_operand(PG_GETARG_DATUM(0), &here, NULL);
	GovOperand	second_here;
	GovOperand *second = NULL;
	int32		srid;
	GovShape	near;
	GovBox		box;
	StringInfoData wkb;

	if (!read_box(other, &srid, &box))
	{
		second = get_operand(PG_GETARG_DATUM(1), &second_here, operand);
		srid = second->srid;
		box = second->shape.box;
	}
	gov_srid_check(operand->srid, srid);
	box = (GovBox) {box.xmin - margin, box.ymin - margin, box.xmax + margin, box.ymax + margin};
	gov_shape_near(&operand->shape, &box, &near);
	initStringInfo(&wkb);
	appendStringInfoSpaces(&wkb, VARHDRSZ);
	gov_wkb_polygons(&wkb, &near);
	gov_shape_free(&near);
	gov_operands_release(operand, second);
	SET_VARSIZE(wkb.data, wkb.len);
	PG_RETURN_BYTEA_P((bytea *) wkb.data);
}

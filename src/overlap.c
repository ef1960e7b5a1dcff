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
gov_operand_read(GovOperand *operand, const char *bytes, Size size, bool indexed)
{
	GovFrame	frame;
	GovFault	fault;

	if (!gov_frame_read((const unsigned char *) bytes, size, &frame, &fault) ||
		!gov_shape_fill(&frame, &operand->shape, &fault))
		raise_fault(&fault);
	operand->srid = frame.srid;
	operand->indexed = indexed;
	operand->checked = false;
	if (indexed)
		gov_index_build(&operand->shape, NULL, &operand->index);
}

void
gov_operand_check(GovOperand *operand)
{
	GovFault	fault;

	if (operand->checked)
		return;
	if (!gov_shape_check(&operand->shape, operand->indexed ? &operand->index : NULL, &fault))
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

static GovOperand *
get_operand(Datum datum, GovOperand *here, const GovOperand *neighbour)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(datum);
	struct varlena *plain;

	if (toast_raw_datum_size(datum) > GOV_SMALL_GEOMETRY)
		return gov_operand_large(value, neighbour);
	plain = pg_detoast_datum_packed(value);
	memset(here, 0, sizeof(*here));
	gov_operand_read(here, VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain), false);
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

/* Of the arguments of a call; a third one, true, vouches for their being valid. */
static Areas
compare_arguments(FunctionCallInfo fcinfo)
{
	GovOperand	a_here;
	GovOperand	b_here;
	GovOperand *a = get_operand(PG_GETARG_DATUM(0), &a_here, NULL);
	GovOperand *b = get_operand(PG_GETARG_DATUM(1), &b_here, a);
	Areas		areas;

	gov_srid_check(a->srid, b->srid);
	if (PG_NARGS() < 3 || !PG_GETARG_BOOL(2))
	{
		gov_operand_check(a);
		gov_operand_check(b);
	}
	areas.first = a->shape.area;
	areas.second = b->shape.area;
	areas.common = gov_shape_overlap(&a->shape, a->indexed ? &a->index : NULL,
									 &b->shape, b->indexed ? &b->index : NULL);
	if (b != a)
		gov_operand_release(b);
	gov_operand_release(a);
	return areas;
}

Datum
gov_overlap_area(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(compare_arguments(fcinfo).common);
}

/* What part of the first one the second covers; NULL if the first has no area. */
Datum
gov_overlap_share(PG_FUNCTION_ARGS)
{
	Areas		areas = compare_arguments(fcinfo);

	if (!(areas.first > 0))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(areas.common / areas.first);
}

/* What the first one leaves uncovered of the second. */
Datum
gov_covers_area(PG_FUNCTION_ARGS)
{
	Areas		areas = compare_arguments(fcinfo);

	PG_RETURN_FLOAT8(Max(areas.second - areas.common, 0));
}

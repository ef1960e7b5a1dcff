/*
 * coverage.c
 *	  coverage_defects() and shared_border(), as SQL sees them.
 */
#include "coverage.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "overlap.h"
#include "unitcode.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(gov_coverage_accum);
PG_FUNCTION_INFO_V1(gov_coverage_combine);
PG_FUNCTION_INFO_V1(gov_coverage_final);
PG_FUNCTION_INFO_V1(gov_shared_border);

/*-------------------------------------------------------------------------
 * Rows in
 *-------------------------------------------------------------------------
 */

static void
add_row(GovCoverage *state, FunctionCallInfo fcinfo)
{
	struct varlena *geometry = PG_GETARG_VARLENA_PP(2);
	GovOperand	operand = {0};
	GovUnitRow	row = {0};
	unitcode   *unit;

	row.geometry = VARDATA_ANY(geometry);
	row.geometry_size = VARSIZE_ANY_EXHDR(geometry);
	gov_operand_read(&operand, row.geometry, row.geometry_size);
	gov_coverage_set_srid(state, operand.srid);
	gov_operand_check(&operand);
	if (operand.shape.points > 0)
	{
		if (PG_ARGISNULL(1))
			ereport(ERROR,
					errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					errmsg("coverage_defects cannot take a polygon without a unit"),
					errhint("Leave such rows out with FILTER (WHERE unit IS NOT NULL), or give them a unit."));
		unit = PG_GETARG_UNITCODE_PP(1);
		row.unit = VARDATA_ANY(unit);
		row.unit_size = VARSIZE_ANY_EXHDR(unit);
		row.box = operand.shape.box;
		row.points = operand.shape.points;
		gov_coverage_add(state, fcinfo, &row);
	}
	gov_operand_free(&operand);
}

/* coverage_accum(bytea, unitcode, geometry, tolerance float8) */
Datum
gov_coverage_accum(PG_FUNCTION_ARGS)
{
	GovCoverage *state = gov_coverage_for_update(fcinfo);

	if (PG_ARGISNULL(3))
		ereport(ERROR,
				errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("tolerance of coverage_defects must not be NULL"));
	gov_coverage_set_tolerance(state, PG_GETARG_FLOAT8(3));
	if (!PG_ARGISNULL(2))
		add_row(state, fcinfo);
	PG_RETURN_DATUM(gov_coverage_datum(state));
}

/* All rows of both states; NULL is none. */
Datum
gov_coverage_combine(PG_FUNCTION_ARGS)
{
	GovCoverage *state;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	state = gov_coverage_for_update(fcinfo);
	if (!PG_ARGISNULL(1))
		gov_coverage_absorb(state, fcinfo, PG_GETARG_DATUM(1));
	PG_RETURN_DATUM(gov_coverage_datum(state));
}

/*-------------------------------------------------------------------------
 * Units by number
 *-------------------------------------------------------------------------
 */

/* A row that has edges unmatched. */
typedef struct Owner
{
	uint64		place;
	unitcode   *unit;
	uint32		number;
} Owner;

static int
compare_places(const void *a, const void *b)
{
	uint64		p = ((const Owner *) a)->place;
	uint64		q = ((const Owner *) b)->place;

	return (p > q) - (p < q);
}

static int
compare_codes(const unitcode *a, const unitcode *b)
{
	return gov_code_compare(VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(b));
}

static int
compare_owners(const void *a, const void *b)
{
	const Owner *p = a;
	const Owner *q = b;
	int			order = compare_codes(p->unit, q->unit);

	return order != 0 ? order : compare_places(a, b);
}

static unitcode *
unit_at(GovCoverage *state, uint64 place)
{
	GovUnitRow	row;

	gov_coverage_at(state, place, &row);
	return gov_unitcode_make(row.unit, row.unit_size);
}

/* Numbers the units of all edges in the order of their codes. */
static Owner *
number_units(GovCoverage *state, const GovEdge *edge, size_t edges, size_t *n, unitcode ***units)
{
	Owner	   *owner = MemoryContextAllocHuge(CurrentMemoryContext, (edges + 1) * sizeof(Owner));
	size_t		owners = 0;
	uint32		number = 0;

	/* Edges of a row mostly come one after the other. */
	for (size_t i = 0; i < edges; i++)
	{
		if (i == 0 || edge[i].owner >> 1 != edge[i - 1].owner >> 1)
			owner[owners++].place = edge[i].owner >> 1;
	}
	qsort(owner, owners, sizeof(Owner), compare_places);
	*n = 0;
	for (size_t i = 0; i < owners; i++)
	{
		if (*n == 0 || owner[*n - 1].place != owner[i].place)
			owner[(*n)++].place = owner[i].place;
	}
	for (size_t i = 0; i < *n; i++)
		owner[i].unit = unit_at(state, owner[i].place);
	qsort(owner, *n, sizeof(Owner), compare_owners);
	*units = MemoryContextAllocHuge(CurrentMemoryContext, (*n + 1) * sizeof(unitcode *));
	for (size_t i = 0; i < *n; i++)
	{
		if (i > 0 && compare_codes(owner[i].unit, owner[i - 1].unit) != 0)
			number++;
		owner[i].number = number;
		(*units)[number] = owner[i].unit;
	}
	qsort(owner, *n, sizeof(Owner), compare_places);
	return owner;
}

static GovBorder *
borders_of(const GovEdge *edge, size_t edges, const Owner *owner, size_t owners)
{
	GovBorder  *border = gov_overlap_alloc((edges + 1) * sizeof(GovBorder));
	const Owner *found = owner;

	for (size_t i = 0; i < edges; i++)
	{
		bool		back = edge[i].owner & 1;

		if (found->place != edge[i].owner >> 1)
		{
			Owner		wanted = {edge[i].owner >> 1, NULL, 0};

			found = bsearch(&wanted, owner, owners, sizeof(Owner), compare_places);
		}
		border[i] = (GovBorder) {back ? edge[i].high : edge[i].low, back ? edge[i].low : edge[i].high, found->number};
	}
	gov_borders_sort(border, edges);
	return border;
}

/*-------------------------------------------------------------------------
 * Defects out
 *-------------------------------------------------------------------------
 */

typedef struct Output
{
	GovCoverage *state;
	TupleDesc	row_type;
	Oid			element;
	int32		srid;
	Oid			from_wkb;		/* of PostGIS, as are the next */
	Oid			line_merge;
	Oid			multi;
	unitcode  **unit;
	ArrayBuildState *array;
} Output;

typedef struct Sorted
{
	const unitcode *unit_a;
	const unitcode *unit_b;
	const GovDefect *defect;
} Sorted;

static Oid
postgis_function(Oid geometry, const char *name, int nargs, const Oid *arguments)
{
	HeapTuple	type = SearchSysCache1(TYPEOID, ObjectIdGetDatum(geometry));
	List	   *full;

	if (!HeapTupleIsValid(type))
		elog(ERROR, "cache lookup failed for type %u", geometry);
	full = list_make2(makeString(get_namespace_name(((Form_pg_type) GETSTRUCT(type))->typnamespace)),
					  makeString(pstrdup(name)));
	ReleaseSysCache(type);
	return LookupFuncName(full, nargs, arguments, false);
}

static void
begin_output(Output *output, FunctionCallInfo fcinfo, GovCoverage *state)
{
	Oid			array = get_func_rettype(fcinfo->flinfo->fn_oid);
	Oid			geometry;
	Oid			wkb[] = {BYTEAOID, INT4OID};

	memset(output, 0, sizeof(*output));
	output->state = state;
	output->element = get_element_type(array);
	if (!OidIsValid(output->element))
		elog(ERROR, "return type must be an array of rows");
	output->row_type = lookup_rowtype_tupdesc_copy(output->element, -1);
	if (output->row_type->natts != 6)
		elog(ERROR, "a defect of a coverage has six columns");
	output->array = initArrayResult(output->element, CurrentMemoryContext, false);
	if (state == NULL)
		return;
	geometry = TupleDescAttr(output->row_type, 3)->atttypid;
	output->srid = gov_coverage_srid(state);
	output->from_wkb = postgis_function(geometry, "st_geomfromwkb", 2, wkb);
	output->line_merge = postgis_function(geometry, "st_linemerge", 1, &geometry);
	output->multi = postgis_function(geometry, "st_multi", 1, &geometry);
}

static void
put_lines(StringInfo wkb, const GovDefect *defect)
{
	gov_wkb_head(wkb, 5, defect->lines);
	for (uint32 i = 0; i < defect->lines; i++)
	{
		gov_wkb_head(wkb, 2, 2);
		appendBinaryStringInfo(wkb, (const char *) (defect->line + 2 * i), 2 * sizeof(GovPoint));
	}
}

static Datum
geometry_of(const Output *output, const GovDefect *defect)
{
	StringInfoData wkb;
	bytea	   *bytes;
	Datum		geometry;

	initStringInfo(&wkb);
	appendStringInfoSpaces(&wkb, VARHDRSZ);
	if (defect->kind == GOV_DEFECT_MISMATCH)
		put_lines(&wkb, defect);
	else
		gov_wkb_polygons(&wkb, &defect->shape);
	bytes = (bytea *) wkb.data;
	SET_VARSIZE(bytes, wkb.len);
	geometry = OidFunctionCall2(output->from_wkb, PointerGetDatum(bytes), Int32GetDatum(output->srid));
	if (defect->kind == GOV_DEFECT_MISMATCH)
		geometry = OidFunctionCall1(output->multi, OidFunctionCall1(output->line_merge, geometry));
	return geometry;
}

static void
put_defect(Output *output, const Sorted *sorted)
{
	static const char *const kinds[] = {"overlap", "gap", "mismatch"};
	const GovDefect *defect = sorted->defect;
	Datum		values[6];
	bool		nulls[6] = {false};

	values[0] = UnitcodePGetDatum(sorted->unit_a);
	values[1] = UnitcodePGetDatum(sorted->unit_b);
	nulls[1] = sorted->unit_b == NULL;
	values[2] = CStringGetTextDatum(kinds[defect->kind]);
	values[3] = geometry_of(output, defect);
	values[4] = Float8GetDatum(defect->area);
	values[5] = Float8GetDatum(defect->width);
	accumArrayResult(output->array, HeapTupleGetDatum(heap_form_tuple(output->row_type, values, nulls)), false,
					 output->element, CurrentMemoryContext);
}

/* By unit, unit and kind; several of a kind by where they begin. */
static int
compare_defects(const void *a, const void *b)
{
	const Sorted *p = a;
	const Sorted *q = b;
	int			order = compare_codes(p->unit_a, q->unit_a);
	GovPoint	of_p;
	GovPoint	of_q;

	if (order == 0 && (p->unit_b == NULL || q->unit_b == NULL))
		order = (p->unit_b == NULL) - (q->unit_b == NULL);
	else if (order == 0)
		order = compare_codes(p->unit_b, q->unit_b);
	if (order == 0)
		order = (p->defect->kind > q->defect->kind) - (p->defect->kind < q->defect->kind);
	if (order != 0)
		return order;
	of_p = p->defect->lines > 0 ? p->defect->line[0] : p->defect->shape.point[0];
	of_q = q->defect->lines > 0 ? q->defect->line[0] : q->defect->shape.point[0];
	if (of_p.x != of_q.x)
		return of_p.x < of_q.x ? -1 : 1;
	if (of_p.y != of_q.y)
		return of_p.y < of_q.y ? -1 : 1;
	return (p->defect->area > q->defect->area) - (p->defect->area < q->defect->area);
}

static void
put_defects(Output *output, const GovFindings *findings, const GovOverlap *overlap, size_t overlaps)
{
	size_t		n = findings->defects + overlaps;
	Sorted	   *sorted = palloc_extended((n + 1) * sizeof(Sorted), MCXT_ALLOC_HUGE);

	for (size_t i = 0; i < findings->defects; i++)
	{
		const GovDefect *defect = findings->defect + i;

		sorted[i] = (Sorted) {output->unit[defect->unit_a],
			defect->unit_b == GOV_NOBODY ? NULL : output->unit[defect->unit_b], defect};
	}
	for (size_t i = 0; i < overlaps; i++)
		sorted[findings->defects + i] = (Sorted) {unit_at(output->state, overlap[i].place_a),
			unit_at(output->state, overlap[i].place_b), &overlap[i].defect};
	qsort(sorted, n, sizeof(Sorted), compare_defects);
	for (size_t i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_defect(output, sorted + i);
	}
}

static void
find_defects(Output *output)
{
	GovCoverage *state = output->state;
	size_t		edges;
	size_t		owners;
	size_t		overlaps;
	GovEdge    *edge = gov_coverage_unmatched(state, &edges);
	Owner	   *owner;
	GovBorder  *border;
	GovFindings findings;
	GovOverlap *overlap;

	/* Borders are counted in 31 bits. */
	if (edges > PG_INT32_MAX / 4)
		ereport(ERROR,
				errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				errmsg("coverage_defects cannot look at %zu edges without a match", edges),
				errhint("The polygons have no common borders; check parts of them."));
	if (edges == 0)
		return;
	owner = number_units(state, edge, edges, &owners, &output->unit);
	border = borders_of(edge, edges, owner, owners);
	pfree(edge);
	pfree(owner);
	gov_coverage_find(border, (uint32) edges, gov_coverage_tolerance(state), &findings);
	pfree(border);
	overlap = gov_coverage_overlaps(state, &findings, &overlaps);
	put_defects(output, &findings, overlap, overlaps);
}

/* coverage_final(bytea) */
Datum
gov_coverage_final(PG_FUNCTION_ARGS)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "governance coverage defects",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);
	GovCoverage *state = gov_coverage_for_reading(fcinfo);
	Output		output;
	Datum		array;

	begin_output(&output, fcinfo, state);
	if (state != NULL)
		find_defects(&output);
	MemoryContextSwitchTo(before);
	array = makeArrayResult(output.array, before);
	MemoryContextDelete(context);
	PG_RETURN_DATUM(array);
}

/*-------------------------------------------------------------------------
 * Two polygons
 *-------------------------------------------------------------------------
 */

static void
read_argument(Datum datum, GovOperand *operand)
{
	struct varlena *geometry = PG_DETOAST_DATUM_PACKED(datum);

	memset(operand, 0, sizeof(*operand));
	gov_operand_read(operand, VARDATA_ANY(geometry), VARSIZE_ANY_EXHDR(geometry));
}

Datum
gov_shared_border(PG_FUNCTION_ARGS)
{
	GovOperand	a;
	GovOperand	b;
	double		length = 0;

	read_argument(PG_GETARG_DATUM(0), &a);
	read_argument(PG_GETARG_DATUM(1), &b);
	gov_srid_check(a.srid, b.srid);
	if (a.shape.points > 0 && b.shape.points > 0 && gov_box_meet(&a.shape.box, &b.shape.box))
		length = gov_pair_border(&a.shape, &b.shape);
	gov_operand_free(&a);
	gov_operand_free(&b);
	PG_RETURN_FLOAT8(length);
}

/*
 * rollup_read.c
 *	  Reading unit_rollup out: the rows of unnest() and lookup().
 *
 * Ancestors are added up on the way.  In the order of the codes a unit comes just
 * before its subtree, so a walk over the flat form with the units that are open, at most
 * one for each tier, knows all parents.  unnest() walks twice: the first time to add up
 * the units that have a subtree, which are few, the second time to make the rows.
 */
#include "rollup.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(gov_rollup_unnest);
PG_FUNCTION_INFO_V1(gov_rollup_lookup);

/* ---------- a row ---------- */

#define ROW_COLUMNS		9

/* The columns of a row, and room for those numerics that are small. */
typedef struct row
{
	Datum		values[ROW_COLUMNS];
	bool		nulls[ROW_COLUMNS];
	gov_numeric_buffer sum;
	gov_numeric_buffer mean;
	gov_numeric_buffer minimum;
	gov_numeric_buffer maximum;
	gov_numeric_buffer weight;
	gov_numeric_buffer product;
} row;

static Datum
amount_datum(gov_amount amount, int scale, bool wide, gov_numeric_buffer *buffer)
{
	if (wide)
		return NumericGetDatum(gov_amount_numeric(amount, scale, true));
	return NumericGetDatum(gov_numeric_encode(amount.small, scale, buffer));
}

/* What total / n gives in SQL. */
static Datum
mean_datum(const gov_cell *cell, Datum total, gov_numeric_buffer *buffer)
{
	Numeric		mean = cell->wide ? NULL : gov_numeric_mean(DatumGetNumeric(total), cell->sum.small, cell->n, buffer);

	if (mean != NULL)
		return NumericGetDatum(mean);
	return DirectFunctionCall2(numeric_div, total, NumericGetDatum(int64_to_numeric(cell->n)));
}

/* unit, n, own, total, mean, weighted_mean, weight, minimum, maximum */
static void
fill_row(row *r, Datum unit, int64 own, const gov_cell *cell, const gov_weight *weight)
{
	memset(r->nulls, true, sizeof(r->nulls));
	r->nulls[0] = r->nulls[1] = r->nulls[2] = false;
	r->values[0] = unit;
	r->values[1] = Int64GetDatum(cell->n);
	r->values[2] = Int64GetDatum(own);
	if (cell->n > 0)
	{
		r->values[3] = amount_datum(cell->sum, cell->scale, cell->wide, &r->sum);
		r->values[4] = mean_datum(cell, r->values[3], &r->mean);
		r->values[7] = r->values[8] = r->values[3];
		r->nulls[3] = r->nulls[4] = r->nulls[7] = r->nulls[8] = false;
	}
	if (cell->n > 1)
	{
		r->values[7] = amount_datum(cell->minimum, cell->scale, cell->wide, &r->minimum);
		r->values[8] = amount_datum(cell->maximum, cell->scale, cell->wide, &r->maximum);
	}
	if (weight->present)
	{
		r->values[6] = amount_datum(weight->weight, weight->scale, weight->wide, &r->weight);
		r->nulls[6] = false;
		if (weight->wide || weight->weight.small != 0)
		{
			Datum		product = amount_datum(weight->product, weight->product_scale, weight->wide,
											   &r->product);

			r->values[5] = DirectFunctionCall2(numeric_div, product, r->values[6]);
			r->nulls[5] = false;
		}
	}
}

/* ---------- unnest ---------- */

/* A unit with a subtree, and what is known of that. */
typedef struct inner
{
	gov_cell	cell;
	int64		own;
} inner;

typedef struct readout
{
	MemoryContext context;
	inner	   *inners;			/* in the order of their codes */
	gov_weight *weights;		/* one each; NULL if there are none */
	uint32		ninners;
	uint32		size;

	/* the walk */
	gov_reader	reader;
	uint32		open[GOV_DEPTH_MAX];	/* inner units that the walk is in, */
	int			ends[GOV_DEPTH_MAX];	/* and the lengths of their codes */
	int			depth;

	/* the rows */
	ReturnSetInfo *result;
	MemoryContext per_row;
	row			row;
	union
	{
		char		bytes[VARHDRSZ + GOV_CODE_MAX];
		int32		align;
	}			code;
} readout;

static const gov_weight no_weight = {0};

static uint32
append_inner(readout *out)
{
	if (out->ninners == out->size)
	{
		out->size *= 2;
		out->inners = repalloc_huge(out->inners, out->size * sizeof(inner));
		if (out->weights != NULL)
			out->weights = repalloc_huge(out->weights, out->size * sizeof(gov_weight));
	}
	memset(&out->inners[out->ninners], 0, sizeof(inner));
	if (out->weights != NULL)
		memset(&out->weights[out->ninners], 0, sizeof(gov_weight));
	return out->ninners++;
}

static void
add_to_inner(readout *out, uint32 to, const gov_cell *cell, const gov_weight *weight)
{
	if (!gov_cell_merge(&out->inners[to].cell, cell, out->context))
		gov_cell_refuse_count(NULL, 0); /* the walk may have left the unit */
	if (!weight->present)
		return;
	if (out->weights == NULL)
		out->weights = MemoryContextAllocExtended(out->context, out->size * sizeof(gov_weight),
												  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	gov_weight_merge(&out->weights[to], weight, out->context);
}

static const gov_weight *
weight_of(const readout *out, uint32 i)
{
	return out->weights == NULL ? &no_weight : &out->weights[i];
}

/* The walk has left the innermost open unit. */
static void
leave_inner(readout *out)
{
	uint32		child = out->open[--out->depth];

	if (out->depth > 0)
		add_to_inner(out, out->open[out->depth - 1], &out->inners[child].cell, weight_of(out, child));
}

static void
enter_inner(readout *out, uint32 i, int len)
{
	out->open[out->depth] = i;
	out->ends[out->depth++] = len;
}

/* The first walk, at a unit: opens what it is in. */
static void
add_unit(readout *out)
{
	gov_reader *r = &out->reader;

	while (out->depth > 0 && !gov_reader_is_below(r, out->ends[out->depth - 1]))
		leave_inner(out);
	for (int i = out->depth == 0 ? 0 : out->ends[out->depth - 1] + 1; i < r->len; i++)
		if (r->code[i] == '.')
			enter_inner(out, append_inner(out), i);
	if (gov_reader_has_subtree(r))
	{
		uint32		new = append_inner(out);

		out->inners[new].own = r->cell.n;
		enter_inner(out, new, r->len);
	}
	if (out->depth > 0)
		add_to_inner(out, out->open[out->depth - 1], &r->cell, &r->weight);
}

static void
put_row(readout *out, int len, int64 own, const gov_cell *cell, const gov_weight *weight)
{
	SET_VARSIZE(out->code.bytes, VARHDRSZ + len);
	memcpy(VARDATA(out->code.bytes), out->reader.code, len);
	fill_row(&out->row, PointerGetDatum(out->code.bytes), own, cell, weight);
	tuplestore_putvalues(out->result->setResult, out->result->setDesc, out->row.values, out->row.nulls);
}

/* The next of the inner units, which begins the unit that is read. */
static void
put_inner(readout *out, int len)
{
	uint32		i = out->ninners++;
	gov_weight	weight = *weight_of(out, i);

	enter_inner(out, i, len);
	gov_cell_canonical(&out->inners[i].cell);
	gov_weight_canonical(&weight);
	put_row(out, len, out->inners[i].own, &out->inners[i].cell, &weight);
}

/* The second walk, at a unit: its row, and those of ancestors before it. */
static void
put_unit(readout *out)
{
	gov_reader *r = &out->reader;

	while (out->depth > 0 && !gov_reader_is_below(r, out->ends[out->depth - 1]))
		out->depth--;
	for (int i = out->depth == 0 ? 0 : out->ends[out->depth - 1] + 1; i < r->len; i++)
		if (r->code[i] == '.')
			put_inner(out, i);
	if (gov_reader_has_subtree(r))
		put_inner(out, r->len);
	else
		put_row(out, r->len, r->cell.n, &r->cell, &r->weight);
}

static void
walk(readout *out, Datum flat, void (*at_unit) (readout *out))
{
	uint32		n = 0;

	gov_reader_begin(&out->reader, flat);
	out->depth = 0;
	out->ninners = 0;
	while (gov_reader_next(&out->reader))
	{
		at_unit(out);
		if (++n % 256 == 0)
			MemoryContextReset(out->per_row);
	}
	gov_reader_end(&out->reader);
}

/* unnest(unit_rollup): one row for every unit and ancestor, in order. */
Datum
gov_rollup_unnest(PG_FUNCTION_ARGS)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "unit_rollup unnest",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;
	readout    *out;
	Datum		flat;

	InitMaterializedSRF(fcinfo, 0);
	old = MemoryContextSwitchTo(context);
	flat = PointerGetDatum(gov_rollup_flat(PG_GETARG_DATUM(0)));
	out = palloc0(sizeof(readout));
	out->context = context;
	out->size = 64;
	out->inners = palloc(out->size * sizeof(inner));
	out->result = (ReturnSetInfo *) fcinfo->resultinfo;
	out->per_row = AllocSetContextCreate(context, "unit_rollup unnest row", ALLOCSET_DEFAULT_SIZES);

	MemoryContextSwitchTo(out->per_row);
	walk(out, flat, add_unit);
	while (out->depth > 0)
		leave_inner(out);
	walk(out, flat, put_unit);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return (Datum) 0;
}

/* ---------- lookup ---------- */

/* lookup(unit_rollup, unitcode): the row of one unit, NULL if there is none. */
Datum
gov_rollup_lookup(PG_FUNCTION_ARGS)
{
	unitcode   *unit = PG_GETARG_UNITCODE_PP(1);
	const char *code = VARDATA_ANY(unit);
	int			len = VARSIZE_ANY_EXHDR(unit);
	gov_reader	reader;
	gov_cell	cell = {0};
	gov_weight	weight = {0};
	int64		own = 0;
	bool		found = false;
	TupleDesc	desc;
	row			r;

	gov_reader_begin_anyhow(&reader, PG_GETARG_DATUM(0));
	while (gov_reader_seek(&reader, code, len))
	{
		if (!gov_cell_merge(&cell, &reader.cell, CurrentMemoryContext))
			gov_cell_refuse_count(code, len);
		gov_weight_merge(&weight, &reader.weight, CurrentMemoryContext);
		found = true;
		if (reader.len == len)
			own = reader.cell.n;
	}
	gov_reader_end(&reader);
	if (!found)
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	gov_cell_canonical(&cell);
	gov_weight_canonical(&weight);
	fill_row(&r, PointerGetDatum(unit), own, &cell, &weight);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), r.values, r.nulls)));
}

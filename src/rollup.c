/*
 * rollup.c
 *	  unit_rollup as SQL sees it: transitions, merging, comparison, binary I/O,
 *	  and reading it out.
 */
#include "rollup.h"

#include "access/htup_details.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(gov_rollup_recv);
PG_FUNCTION_INFO_V1(gov_rollup_send);
PG_FUNCTION_INFO_V1(gov_rollup_accum);
PG_FUNCTION_INFO_V1(gov_rollup_combine);
PG_FUNCTION_INFO_V1(gov_rollup_eq);
PG_FUNCTION_INFO_V1(gov_rollup_ne);
PG_FUNCTION_INFO_V1(gov_rollup_hash);
PG_FUNCTION_INFO_V1(gov_rollup_hash_extended);
PG_FUNCTION_INFO_V1(gov_rollup_unnest);
PG_FUNCTION_INFO_V1(gov_rollup_lookup);

Datum
gov_rollup_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			len = message->len - message->cursor;
	const char *bytes = pq_getmsgbytes(message, len);
	struct varlena *flat;

	gov_flat_check(bytes, len);
	flat = palloc(VARHDRSZ + len);
	SET_VARSIZE(flat, VARHDRSZ + len);
	memcpy(VARDATA(flat), bytes, len);
	PG_RETURN_POINTER(flat);
}

Datum
gov_rollup_send(PG_FUNCTION_ARGS)
{
	struct varlena *flat = gov_rollup_flat(PG_GETARG_DATUM(0));
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbytes(&message, VARDATA_ANY(flat), VARSIZE_ANY_EXHDR(flat));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* ---------- accumulation ---------- */

/*
 * What the groups of an aggregate share: the dictionary, the queue, and for each of its contexts
 * (one per grouping set) a pool, the context that their states are in.  A context for
 * each state would be usual for expanded objects, but hashed aggregation looks at all
 * contexts below its own for every new group.
 *
 * Nobody frees a single state there: the executor keeps the pointer that it was given,
 * and hands results out flat or for reading only.
 */
typedef struct pool
{
	struct pool *next;
	struct workplace *owner;
	MemoryContext aggregate;
	MemoryContext context;
	MemoryContextCallback callback;
} pool;

typedef struct workplace
{
	gov_tree   *tree;
	gov_queue  *queue;
	pool	   *pools;
} workplace;

static void
forget_pool(void *arg)
{
	pool	   *gone = arg;
	pool	  **link = &gone->owner->pools;

	gov_queue_forget(gone->owner->queue, gone->context);
	while (*link != gone)
		link = &(*link)->next;
	*link = gone->next;
}

static pool *
add_pool(workplace *w, MemoryContext aggregate)
{
	MemoryContext context = AllocSetContextCreate(aggregate, "unit_rollup states",
												  ALLOCSET_DEFAULT_SIZES);
	pool	   *new = MemoryContextAlloc(context, sizeof(pool));

	gov_tree_hold(w->tree, context);
	new->next = w->pools;
	new->owner = w;
	new->aggregate = aggregate;
	new->context = context;
	new->callback.func = forget_pool;
	new->callback.arg = new;
	MemoryContextRegisterResetCallback(context, &new->callback);
	w->pools = new;
	return new;
}

/* A new state for a group of the calling aggregate. */
static gov_rollup *
create_in_pool(FunctionCallInfo fcinfo, MemoryContext aggregate)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;
	workplace  *w = flinfo->fn_extra;
	pool	   *p;

	if (w == NULL)
	{
		w = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(workplace));
		w->tree = gov_tree_create(flinfo->fn_mcxt);
		w->queue = gov_queue_create(flinfo->fn_mcxt, w->tree);
		flinfo->fn_extra = w;
	}
	for (p = w->pools; p != NULL; p = p->next)
		if (p->aggregate == aggregate)
			break;
	if (p == NULL)
		p = add_pool(w, aggregate);
	return gov_rollup_create(p->context, w->tree, w->queue);
}

/*
 * The state to work on.  An aggregate's own, which it hands over expanded for writing,
 * is changed in place; anything else is copied, as nobody else's value may change.
 */
static gov_rollup *
state_for_update(FunctionCallInfo fcinfo)
{
	MemoryContext context;
	gov_rollup *state;

	if (AggCheckCallContext(fcinfo, &context))
	{
		if (!PG_ARGISNULL(0) &&
			VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(PG_GETARG_DATUM(0))))
			return gov_rollup_expanded(PG_GETARG_DATUM(0));
		state = create_in_pool(fcinfo, context);
	}
	else
		state = gov_rollup_create_alone(CurrentMemoryContext);
	if (!PG_ARGISNULL(0))
		gov_rollup_absorb(state, PG_GETARG_DATUM(0));
	return state;
}

/* unit_rollup_accum(unit_rollup, unitcode, numeric [, weight numeric]) */
Datum
gov_rollup_accum(PG_FUNCTION_ARGS)
{
	gov_rollup *state;
	unitcode   *unit;
	const char *code;
	int			len;

	if (PG_ARGISNULL(1))
	{
		if (!PG_ARGISNULL(2))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("unit_rollup cannot take the value %s without a unit",
							DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(2)))),
					 errdetail("A value whose unit is NULL belongs nowhere, and would be missing from every total."),
					 errhint("Leave such rows out with FILTER (WHERE unit IS NOT NULL), or give them a unit.")));
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(gov_rollup_datum(state_for_update(fcinfo)));
	}

	state = state_for_update(fcinfo);
	unit = PG_GETARG_UNITCODE_PP(1);
	code = VARDATA_ANY(unit);
	len = VARSIZE_ANY_EXHDR(unit);
	if (gov_code_is_end(code, len))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unit_rollup cannot take \"%s\" for a unit", pnstrdup(code, len)),
				 errdetail("It is the end of a subtree, as subtree_end() gives it.")));
	if (PG_ARGISNULL(2))
		gov_rollup_occur(state, code, len);
	else
		gov_rollup_value(state, code, len, PG_GETARG_VARLENA_PP(2),
						 PG_NARGS() < 4 || PG_ARGISNULL(3) ? NULL : PG_GETARG_VARLENA_PP(3));
	PG_RETURN_DATUM(gov_rollup_datum(state));
}

/* The sum of two states; NULL is none. */
Datum
gov_rollup_combine(PG_FUNCTION_ARGS)
{
	gov_rollup *state;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	state = state_for_update(fcinfo);
	if (!PG_ARGISNULL(1))
		gov_rollup_absorb(state, PG_GETARG_DATUM(1));
	PG_RETURN_DATUM(gov_rollup_datum(state));
}

/* ---------- comparison ---------- */

static bool
same_state(FunctionCallInfo fcinfo)
{
	struct varlena *a = gov_rollup_flat(PG_GETARG_DATUM(0));
	struct varlena *b = gov_rollup_flat(PG_GETARG_DATUM(1));

	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

Datum
gov_rollup_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(same_state(fcinfo));
}

Datum
gov_rollup_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!same_state(fcinfo));
}

Datum
gov_rollup_hash(PG_FUNCTION_ARGS)
{
	struct varlena *a = gov_rollup_flat(PG_GETARG_DATUM(0));

	PG_RETURN_DATUM(hash_any((unsigned char *) VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a)));
}

Datum
gov_rollup_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *a = gov_rollup_flat(PG_GETARG_DATUM(0));

	PG_RETURN_DATUM(hash_any_extended((unsigned char *) VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a),
									  PG_GETARG_INT64(1)));
}

/* ---------- reading out ---------- */

#define ROW_COLUMNS		9

/* The columns of a row, and room for those numerics that are small. */
typedef struct row
{
	Datum		values[ROW_COLUMNS];
	bool		nulls[ROW_COLUMNS];
	gov_numeric_buffer sum;
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
		r->values[4] = DirectFunctionCall2(numeric_div, r->values[3],
										   NumericGetDatum(int64_to_numeric(cell->n)));
		r->values[7] = r->values[8] = r->values[3];
		r->nulls[3] = r->nulls[4] = r->nulls[7] = r->nulls[8] = false;
	}
	if (cell->n > 1)
	{
		r->values[7] = amount_datum(cell->minimum, cell->scale, cell->wide, &r->minimum);
		r->values[8] = amount_datum(cell->maximum, cell->scale, cell->wide, &r->maximum);
	}
	if (weight != NULL && weight->present)
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

/* A unit with what is known of its subtree. */
typedef struct node
{
	gov_cell	cell;
	int64		own;
	uint32		parent;			/* its place, before the unit's own; GOV_NO_UNIT at a root */
	uint32		code;			/* where its code begins */
	uint16		len;
} node;

typedef struct subtree
{
	MemoryContext context;
	node	   *nodes;			/* in the order of the codes, ancestors entered */
	gov_weight *weights;		/* NULL if there are none */
	uint32		n;
	uint32		size;
	char	   *codes;			/* without headers, one behind the other */
	Size		codes_len;
	Size		codes_size;
} subtree;

static uint32
append_node(subtree *t, const char *code, int len, uint32 parent)
{
	node	   *new;

	if (t->n == t->size)
	{
		t->size = t->size * 2;
		t->nodes = repalloc_huge(t->nodes, t->size * sizeof(node));
		if (t->weights != NULL)
		{
			t->weights = repalloc_huge(t->weights, t->size * sizeof(gov_weight));
			memset(t->weights + t->n, 0, (t->size - t->n) * sizeof(gov_weight));
		}
	}
	if (t->codes_len + len > t->codes_size)
	{
		t->codes_size = t->codes_size * 2 + len;
		t->codes = repalloc_huge(t->codes, t->codes_size);
		if (t->codes_size > PG_UINT32_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("codes of a unit_rollup are larger than 4 GB")));
	}
	new = &t->nodes[t->n];
	memset(new, 0, sizeof(node));
	new->parent = parent;
	new->code = t->codes_len;
	new->len = len;
	memcpy(t->codes + t->codes_len, code, len);
	t->codes_len += len;
	return t->n++;
}

/*
 * Units and ancestors in order, each with its own amounts.  Between a unit and the
 * next one that is no descendant all are its subtree, so a path of open units is all
 * that is needed to find the parent.
 */
static void
build_subtree(subtree *t, Datum d)
{
	gov_reader	r;
	uint32		path[GOV_DEPTH_MAX];
	int			depth = 0;

	gov_reader_begin(&r, d);
	t->n = 0;
	t->size = r.count + r.count / 4 + GOV_DEPTH_MAX;
	t->nodes = MemoryContextAllocHuge(t->context, t->size * sizeof(node));
	t->weights = NULL;
	t->codes_len = 0;
	t->codes_size = t->size * 16;
	t->codes = MemoryContextAllocHuge(t->context, t->codes_size);
	while (gov_reader_next(&r))
	{
		int			begin = 0;
		node	   *last = NULL;

		for (; depth > 0; depth--)
		{
			last = &t->nodes[path[depth - 1]];
			if (last->len < r.len && r.code[last->len] == '.' &&
				memcmp(t->codes + last->code, r.code, last->len) == 0)
			{
				begin = last->len + 1;
				break;
			}
		}
		for (int i = begin; i <= r.len && depth < GOV_DEPTH_MAX; i++)
			if (i == r.len || r.code[i] == '.')
			{
				uint32		parent = depth == 0 ? GOV_NO_UNIT : path[depth - 1];

				path[depth++] = append_node(t, r.code, i, parent);
			}
		last = &t->nodes[t->n - 1];
		gov_cell_copy(&last->cell, &r.cell, t->context);
		last->own = r.cell.n;
		if (r.weight.present)
		{
			if (t->weights == NULL)
				t->weights = MemoryContextAllocExtended(t->context, t->size * sizeof(gov_weight),
														MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
			gov_weight_copy(&t->weights[t->n - 1], &r.weight, t->context);
		}
	}
	gov_reader_end(&r);
}

/* Children stand behind their parents, so one pass from the end adds all of them up. */
static void
add_up(subtree *t)
{
	for (uint32 i = t->n; i-- > 0;)
	{
		uint32		parent = t->nodes[i].parent;

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (parent == GOV_NO_UNIT)
			continue;
		gov_cell_merge(&t->nodes[parent].cell, &t->nodes[i].cell, t->context);
		if (t->weights != NULL)
			gov_weight_merge(&t->weights[parent], &t->weights[i], t->context);
	}
}

static unitcode *
fill_code(char *buffer, const char *code, int len)
{
	SET_VARSIZE(buffer, VARHDRSZ + len);
	memcpy(VARDATA(buffer), code, len);
	return (unitcode *) buffer;
}

/* unnest(unit_rollup): one row for every unit and ancestor, in order. */
Datum
gov_rollup_unnest(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "unit_rollup unnest",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext per_row = AllocSetContextCreate(context, "unit_rollup unnest row",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;
	union
	{
		char		bytes[VARHDRSZ + GOV_CODE_MAX];
		int32		align;
	}			code;
	subtree		t;
	row			r;

	InitMaterializedSRF(fcinfo, 0);
	old = MemoryContextSwitchTo(context);
	t.context = context;
	build_subtree(&t, PG_GETARG_DATUM(0));
	add_up(&t);
	MemoryContextSwitchTo(per_row);
	for (uint32 i = 0; i < t.n; i++)
	{
		node	   *n = &t.nodes[i];

		if (i % 1024 == 0)
		{
			CHECK_FOR_INTERRUPTS();
			MemoryContextReset(per_row);
		}
		gov_cell_canonical(&n->cell);
		if (t.weights != NULL)
			gov_weight_canonical(&t.weights[i]);
		fill_row(&r, PointerGetDatum(fill_code(code.bytes, t.codes + n->code, n->len)), n->own, &n->cell,
				 t.weights == NULL ? NULL : &t.weights[i]);
		tuplestore_putvalues(result->setResult, result->setDesc, r.values, r.nulls);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return (Datum) 0;
}

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

	gov_reader_begin(&reader, PG_GETARG_DATUM(0));
	while (gov_reader_next(&reader))
	{
		if (gov_code_covers(code, len, reader.code, reader.len))
		{
			gov_cell_merge(&cell, &reader.cell, CurrentMemoryContext);
			gov_weight_merge(&weight, &reader.weight, CurrentMemoryContext);
			found = true;
			if (reader.len == len)
				own = reader.cell.n;
		}
		else if (gov_code_compare(reader.code, reader.len, code, len) > 0)
			break;
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

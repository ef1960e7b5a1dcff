/*
 * rollup.c
 *	  unit_rollup as SQL sees it: transitions, merging, comparison, binary I/O.
 */
#include "rollup.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(gov_rollup_recv);
PG_FUNCTION_INFO_V1(gov_rollup_send);
PG_FUNCTION_INFO_V1(gov_rollup_accum);
PG_FUNCTION_INFO_V1(gov_rollup_combine);
PG_FUNCTION_INFO_V1(gov_rollup_eq);
PG_FUNCTION_INFO_V1(gov_rollup_ne);
PG_FUNCTION_INFO_V1(gov_rollup_hash);
PG_FUNCTION_INFO_V1(gov_rollup_hash_extended);

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
 * It lives as long as the dictionary, not as long as the caller's FmgrInfo: engines that
 * split aggregates between nodes make a new one for every row, in memory of the row.
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

	gov_tree_hold(w->tree, context);	/* until forget_pool(), which is called first, is done */
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
		gov_tree   *tree = gov_tree_create(flinfo->fn_mcxt);

		w = MemoryContextAllocZero(gov_tree_context(tree), sizeof(workplace));
		w->tree = tree;
		w->queue = gov_queue_create(gov_tree_context(tree), tree);
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

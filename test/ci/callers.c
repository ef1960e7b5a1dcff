/*
 * callers.c
 *	  An aggregate's transition function called as engines that split aggregates between
 *	  nodes call it: by a transition function of their own, which looks it up anew for
 *	  every row, in a memory context that does not outlive the row.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/memutils.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(call_for_row);

/* What was allocated in it is gone, and other bytes stand there. */
static void
clobber(MemoryContext context)
{
	MemoryContextReset(context);
	for (int i = 0; i < 200; i++)
		memset(MemoryContextAlloc(context, 1000), 0x7f, 1000);
}

/* call_for_row(state, function oid, argument...) is function(state, argument...) */
Datum
call_for_row(PG_FUNCTION_ARGS)
{
	static MemoryContext row_context = NULL;
	LOCAL_FCINFO(inner, FUNC_MAX_ARGS);
	FmgrInfo	info;
	Datum		result;

	if (row_context == NULL)
		row_context = AllocSetContextCreate(TopMemoryContext, "row", ALLOCSET_DEFAULT_SIZES);
	fmgr_info_cxt(PG_GETARG_OID(1), &info, row_context);
	InitFunctionCallInfoData(*inner, &info, PG_NARGS() - 1, PG_GET_COLLATION(), fcinfo->context, fcinfo->resultinfo);
	inner->args[0] = fcinfo->args[0];
	for (int i = 2; i < PG_NARGS(); i++)
		inner->args[i - 1] = fcinfo->args[i];
	result = FunctionCallInvoke(inner);
	fcinfo->isnull = inner->isnull;
	clobber(row_context);
	return result;
}

/*
 * governance.c
 *	  The library's door: its magic block and its version; what the chapters share.
 */
#include "governance.h"

#include "overlap.h"

#include "catalog/pg_enum.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/syscache.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	gov_overlap_init();
	MarkGUCPrefixReserved("governance");
}

PG_FUNCTION_INFO_V1(gov_library_version);

/* What the loaded library says of itself; the catalogue may lag behind it. */
Datum
gov_library_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(GOV_VERSION));
}

void
gov_enum_values(Oid type, const char *const *labels, int n, Oid *values)
{
	for (int i = 0; i < n; i++)
	{
		HeapTuple	tuple = SearchSysCache2(ENUMTYPOIDNAME, ObjectIdGetDatum(type), CStringGetDatum(labels[i]));

		if (!HeapTupleIsValid(tuple))
			elog(ERROR, "type %u has no value \"%s\"", type, labels[i]);
		values[i] = ((Form_pg_enum) GETSTRUCT(tuple))->oid;
		ReleaseSysCache(tuple);
	}
}

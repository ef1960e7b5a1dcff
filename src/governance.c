/*
 * governance.c
 *	  The library's door: its magic block and its version.
 */
#include "governance.h"

#include "overlap.h"

#include "utils/builtins.h"
#include "utils/guc.h"

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

/*
 * governance.c
 *	  The library's door: its magic block and its version.
 */
#include "governance.h"

#include "utils/builtins.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(gov_library_version);

/* What the loaded library says of itself; the catalogue may lag behind it. */
Datum
gov_library_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(GOV_VERSION));
}

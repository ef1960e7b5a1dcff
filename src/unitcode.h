/*
 * unitcode.h
 *	  The type unitcode, for the chapters that take or make codes.
 */
#ifndef GOV_UNITCODE_H
#define GOV_UNITCODE_H

#include "governance.h"
#include "unitcode_text.h"

/*
 * A unitcode is a varlena whose bytes are its text, so that it may be read as
 * text. Its header may be short: use VARDATA_ANY and VARSIZE_ANY_EXHDR.
 */
typedef struct varlena unitcode;

#define DatumGetUnitcodePP(d)	((unitcode *) PG_DETOAST_DATUM_PACKED(d))
#define UnitcodePGetDatum(p)	PointerGetDatum(p)
#define PG_GETARG_UNITCODE_PP(n) DatumGetUnitcodePP(PG_GETARG_DATUM(n))
#define PG_RETURN_UNITCODE_P(p) PG_RETURN_POINTER(p)

/*
 * Raises what is wrong with bytes that should be a code, with the SQLSTATE
 * given, or passes it to escontext and returns false.
 */
extern bool gov_unitcode_check(const char *bytes, size_t len, int sqlstate,
							   struct Node *escontext);

/* Makes a unitcode of bytes that have been checked. */
extern unitcode *gov_unitcode_make(const char *bytes, size_t len);

/* The comparison that the operator class orders by. */
extern Datum gov_unitcode_cmp(PG_FUNCTION_ARGS);
extern Datum gov_unitcode_subtree_end(PG_FUNCTION_ARGS);

#endif

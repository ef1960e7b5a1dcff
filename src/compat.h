/*
 * compat.h
 *	  The one place that knows which PostgreSQL it is compiled for (15 to 18).
 */
#ifndef GOV_COMPAT_H
#define GOV_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "governance needs PostgreSQL 15 or later"
#endif

/* varatt.h was split from postgres.h in 16. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* Soft errors of input functions came in 16; in 15 every error is hard. */
#if PG_VERSION_NUM < 160000
#define errsave(context, ...) \
	do { \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
	} while (0)
#define ereturn(context, dummy_value, ...) \
	do { \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)
#endif

/* ANALYZE's target of a column moved out of its catalogue row in 17. */
#if PG_VERSION_NUM >= 170000
#define GOV_STATISTICS_TARGET(stats) ((stats)->attstattarget)
#else
#define GOV_STATISTICS_TARGET(stats) ((stats)->attr->attstattarget)
#endif

/*
 * From 17 on a btree scan for several values of a lower column keeps the
 * index's order; before, only one on the first column did.
 */
#if PG_VERSION_NUM >= 170000
#define GOV_ARRAY_SCAN_KEEPS_ORDER(indexcol) true
#else
#define GOV_ARRAY_SCAN_KEEPS_ORDER(indexcol) ((indexcol) == 0)
#endif

/* A scan of an index is told where to count what it does from 18 on. */
#if PG_VERSION_NUM >= 180000
#define gov_index_beginscan(heap, index, snapshot, nkeys) \
	index_beginscan(heap, index, snapshot, NULL, nkeys, 0)
#else
#define gov_index_beginscan(heap, index, snapshot, nkeys) \
	index_beginscan(heap, index, snapshot, nkeys, 0)
#endif

/* From 18 on a pattern asks for the collation of any index of its column, and fails where there is none. */
#if PG_VERSION_NUM >= 180000
#define GOV_PATTERN_ASKS_COLLATION true
#else
#define GOV_PATTERN_ASKS_COLLATION false
#endif

/* That a function does not return is said in front of it, in one word, from 18 on. */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* Making a range got soft errors in 16. */
#if PG_VERSION_NUM >= 160000
#define gov_make_range(typcache, lower, upper) make_range(typcache, lower, upper, false, NULL)
#else
#define gov_make_range(typcache, lower, upper) make_range(typcache, lower, upper, false)
#endif

#endif

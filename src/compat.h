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
#define ereturn(context, dummy_value, ...) \
	do { \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)
#endif

#endif

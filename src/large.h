/*
 * large.h
 *	  Memory for large tables.
 */
#ifndef GOV_LARGE_H
#define GOV_LARGE_H

#include "governance.h"

#include "utils/palloc.h"

extern void *gov_large_alloc(MemoryContext context, Size size);
extern void *gov_large_alloc_zero(MemoryContext context, Size size);

#endif

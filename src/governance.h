/*
 * governance.h
 *	  What the chapters share.
 */
#ifndef GOVERNANCE_H
#define GOVERNANCE_H

#include "compat.h"

#include "fmgr.h"

/* The values of an enum by their labels. */
extern void gov_enum_values(Oid type, const char *const *labels, int n, Oid *values);

#endif

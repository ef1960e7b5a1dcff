/*
 * unitcode_count.h
 *	  Counting a subtree's rows in an index.
 */
#ifndef GOV_UNITCODE_COUNT_H
#define GOV_UNITCODE_COUNT_H

#include "unitcode.h"

#include "nodes/pathnodes.h"

extern int	gov_count_subtree(const IndexOptInfo *index, Oid table, Datum unit, int limit);

#endif

/*
 * unitcode_count.c
 *	  A small subtree's rows, counted in an index while a query is planned.
 *
 * A sample of the table tells much of large subtrees and hardly anything of small ones,
 * and it is the small ones that an index counts in no time.  PostgreSQL's own planner
 * looks the ends of a column up in the same way.
 */
#include "unitcode_count.h"

#include "access/genam.h"
#include "access/nbtree.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

static void
make_key(ScanKey key, const IndexOptInfo *index, StrategyNumber strategy, Datum code)
{
	Oid			type = index->opcintype[0];
	Oid			operator = get_opfamily_member(index->opfamily[0], type, type, strategy);

	ScanKeyEntryInitialize(key, 0, 1, strategy, type, InvalidOid, get_opcode(operator), code);
}

/*
 * The entries of the unit's subtree in the index, counted up to a limit.  Dead ones are
 * among them: to tell would take a look at the table.  They count like others, so that
 * no more than so many are ever met.  The planner holds the locks already.
 */
int
gov_count_subtree(const IndexOptInfo *index, Oid table, Datum unit, int limit)
{
	Relation	heap = table_open(table, NoLock);
	Relation	btree = index_open(index->indexoid, NoLock);
	ScanKeyData range[2];
	SnapshotData snapshot;
	IndexScanDesc scan;
	int			n = 0;

	make_key(&range[0], index, BTGreaterEqualStrategyNumber, unit);
	make_key(&range[1], index, BTLessStrategyNumber, DirectFunctionCall1(gov_unitcode_subtree_end, unit));
	InitNonVacuumableSnapshot(snapshot, GlobalVisTestFor(heap));
	scan = gov_index_beginscan(heap, btree, &snapshot, 2);
	scan->ignore_killed_tuples = false;
	index_rescan(scan, range, 2, NULL, 0);
	while (n < limit && index_getnext_tid(scan, ForwardScanDirection) != NULL)
		n++;
	index_endscan(scan);
	index_close(btree, NoLock);
	table_close(heap, NoLock);
	return n;
}

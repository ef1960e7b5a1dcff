/*
 * unitcode_plan.c
 *	  How the planner sees @> and <@, as conditions on a btree index and as a
 *	  share of the rows, and the cast to text.
 */
#include "unitcode_count.h"
#include "unitcode_stats.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/nbtree.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_class_d.h"
#include "catalog/pg_proc_d.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type_d.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"

/* Without statistics, the share of rows that PostgreSQL gives a range. */
#define DEFAULT_SUBTREE_SHARE DEFAULT_RANGE_INEQ_SEL

/* Of a subtree that is not known to be larger, so many rows are counted in an index, if there is one. */
#define COUNTED_ROWS 500

/*-------------------------------------------------------------------------
 * Index conditions
 *-------------------------------------------------------------------------
 */

/* What is needed to write conditions upon an index column. */
typedef struct IndexColumn
{
	Oid			type;			/* unitcode */
	Oid			schema;			/* where our functions live */
	Oid			opfamily;
	Node	   *expr;
	PlannerInfo *root;
} IndexColumn;

/* Does the operator family order codes as we do? */
static bool
orders_codes(Oid opfamily, Oid type)
{
	Oid			proc = get_opfamily_proc(opfamily, type, type, BTORDER_PROC);
	FmgrInfo	finfo;

	if (!OidIsValid(proc))
		return false;
	fmgr_info(proc, &finfo);
	return finfo.fn_addr == gov_unitcode_cmp;
}

/* A call of one of our functions of a unit, or its result if that is known. */
static Expr *
call_function(const IndexColumn *column, const char *name, Oid rettype, List *args)
{
	Oid			types[2] = {column->type, INT4OID};
	oidvector  *signature = buildoidvector(types, list_length(args));
	Oid			funcid = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
										 CStringGetDatum(name),
										 PointerGetDatum(signature),
										 ObjectIdGetDatum(column->schema));

	if (!OidIsValid(funcid))
		elog(ERROR, "function %s of unitcode is missing", name);
	return (Expr *) eval_const_expressions(column->root,
										   (Node *) makeFuncExpr(funcid, rettype, args,
																 InvalidOid, InvalidOid,
																 COERCE_EXPLICIT_CALL));
}

static Expr *
compare_column(const IndexColumn *column, StrategyNumber strategy, Expr *with)
{
	Oid			operator = get_opfamily_member(column->opfamily, column->type,
											   column->type, strategy);

	return make_opclause(operator, BOOLOID, false, (Expr *) column->expr, with,
						 InvalidOid, InvalidOid);
}

/* column <@ unit: the range of the unit's subtree. */
static List *
descendant_condition(const IndexColumn *column, Node *unit)
{
	Expr	   *end = call_function(column, "subtree_end", column->type, list_make1(unit));

	return list_make2(compare_column(column, BTGreaterEqualStrategyNumber, (Expr *) unit),
					  compare_column(column, BTLessStrategyNumber, end));
}

/* column @> unit: one of the unit's ancestors, or itself. */
static List *
ancestor_condition(const IndexColumn *column, Node *unit)
{
	Oid			array_type = get_array_type(column->type);
	ScalarArrayOpExpr *any = makeNode(ScalarArrayOpExpr);
	Expr	   *ancestors = call_function(column, "ancestors", array_type, list_make1(unit));

	any->opno = get_opfamily_member(column->opfamily, column->type, column->type,
									BTEqualStrategyNumber);
	any->opfuncid = get_opcode(any->opno);
	any->useOr = true;
	any->inputcollid = InvalidOid;
	any->args = list_make2(column->expr, ancestors);
	any->location = -1;
	return list_make1(any);
}

/* The same as a range, from the root to the unit, which takes in others too. */
static List *
lossy_ancestor_condition(const IndexColumn *column, Node *unit)
{
	Expr	   *one = (Expr *) makeConst(INT4OID, -1, InvalidOid, sizeof(int32),
										 Int32GetDatum(1), false, true);
	Expr	   *top = call_function(column, "ancestor", column->type,
									list_make2(unit, one));

	return list_make2(compare_column(column, BTGreaterEqualStrategyNumber, top),
					  compare_column(column, BTLessEqualStrategyNumber, (Expr *) unit));
}

static List *
call_arguments(Node *call)
{
	if (IsA(call, OpExpr))
		return ((OpExpr *) call)->args;
	if (IsA(call, FuncExpr))
		return ((FuncExpr *) call)->args;
	return NIL;
}

static List *
index_condition(SupportRequestIndexCondition *request, bool first_is_ancestor)
{
	List	   *args = call_arguments(request->node);
	IndexColumn column;
	Node	   *unit;
	Oid		   *argtypes;
	int			nargs;

	if (list_length(args) != 2 || request->index->relam != BTREE_AM_OID)
		return NIL;
	(void) get_func_signature(request->funcid, &argtypes, &nargs);
	column.type = argtypes[0];
	column.schema = get_func_namespace(request->funcid);
	column.opfamily = request->opfamily;
	column.root = request->root;
	column.expr = (Node *) list_nth(args, request->indexarg);
	unit = (Node *) list_nth(args, 1 - request->indexarg);

	if (!orders_codes(column.opfamily, column.type) ||
		!is_pseudo_constant_for_index(request->root, unit, request->index) ||
		(IsA(unit, Const) && ((Const *) unit)->constisnull))
		return NIL;

	request->lossy = false;
	if (first_is_ancestor == (request->indexarg == 1))
		return descendant_condition(&column, unit);
	if (GOV_ARRAY_SCAN_KEEPS_ORDER(request->indexcol))
		return ancestor_condition(&column, unit);
	request->lossy = true;
	return lossy_ancestor_condition(&column, unit);
}

/*-------------------------------------------------------------------------
 * Shares of rows
 *-------------------------------------------------------------------------
 */

/* A column's statistics, as ANALYZE has kept them. */
typedef struct ColumnStats
{
	const DepthShares *shares;	/* one for each depth, from 1 on */
	int			depths;			/* 0 if there are no statistics to be used */
	const float4 *own_parts;	/* one for each listed unit */
	AttStatsSlot listed;
	AttStatsSlot by_depth;
} ColumnStats;

static void
read_stats(VariableStatData *column, Oid funcid, ColumnStats *stats)
{
	int			numbers;

	memset(stats, 0, sizeof(ColumnStats));
	if (!HeapTupleIsValid(column->statsTuple) ||
		!statistic_proc_security_check(column, funcid) ||
		!get_attstatsslot(&stats->by_depth, column->statsTuple,
						  STATISTIC_KIND_UNITCODE_DEPTHS, InvalidOid,
						  ATTSTATSSLOT_NUMBERS))
		return;
	(void) get_attstatsslot(&stats->listed, column->statsTuple, STATISTIC_KIND_MCELEM,
							InvalidOid, ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS);
	numbers = stats->by_depth.nnumbers - stats->listed.nvalues;
	if (numbers <= 0 || numbers % DEPTH_SHARES_NUMBERS != 0 ||
		stats->listed.nnumbers < stats->listed.nvalues)
		return;
	stats->depths = Min(numbers / DEPTH_SHARES_NUMBERS, GOV_DEPTH_MAX);
	stats->shares = (const DepthShares *) stats->by_depth.numbers;
	stats->own_parts = stats->by_depth.numbers + numbers;
}

static void
free_stats(ColumnStats *stats)
{
	free_attstatsslot(&stats->listed);
	free_attstatsslot(&stats->by_depth);
}

/* Number of units of a depth that occur as a row's own code. */
static double
own_units(const ColumnStats *stats, int depth)
{
	const DepthShares *shares = &stats->shares[depth - 1];

	return shares->own_mean > 0 ? shares->own / shares->own_mean : 0;
}

/* Share of rows at a depth or below. */
static double
reach(const ColumnStats *stats, int depth)
{
	double		sum = 0;

	for (int d = stats->depths; d >= depth; d--)
		sum += stats->shares[d - 1].own;
	return sum;
}

/* Number of units of a depth that have rows in their subtree. */
static double
subtree_units(const ColumnStats *stats, int depth)
{
	const DepthShares *shares = &stats->shares[depth - 1];

	return shares->subtree_mean > 0 ? reach(stats, depth) / shares->subtree_mean : 0;
}

/* Where a unit is on the list, or -1. */
static int
find_listed(const ColumnStats *stats, const char *bytes, size_t len)
{
	int			low = 0;
	int			high = stats->listed.nvalues;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		unitcode   *value = DatumGetUnitcodePP(stats->listed.values[middle]);
		int			order = gov_code_compare(bytes, len, VARDATA_ANY(value),
											 VARSIZE_ANY_EXHDR(value));

		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

/*
 * Share of rows in the subtree of a unit that is not listed: as large as such
 * are in the mean at its depth, but no larger than the subtree that it lies in.
 */
static double
unlisted_share(const ColumnStats *stats, const char *bytes, size_t len)
{
	int			depth = gov_code_depth(bytes, len);
	double		share = depth <= stats->depths ? stats->shares[depth - 1].rest_mean : 0;
	int			found = -1;

	while (found < 0 && (len = gov_code_parent(bytes, len)) > 0)
		found = find_listed(stats, bytes, len);
	return found >= 0 ? Min(share, stats->listed.numbers[found]) : share;
}

/* An index in whose order the column's codes stand, all of them; NULL if there is none. */
static const IndexOptInfo *
find_index(PlannerInfo *root, const VariableStatData *column)
{
	ListCell   *cell;

	if (column->rel == NULL || column->rel->tuples < 1 ||
		root->simple_rte_array[column->rel->relid]->relkind == RELKIND_PARTITIONED_TABLE)
		return NULL;
	foreach(cell, column->rel->indexlist)
	{
		IndexOptInfo *index = lfirst_node(IndexOptInfo, cell);

		if (index->relam == BTREE_AM_OID && index->indpred == NIL && !index->hypothetical &&
			match_index_to_operand(column->var, 0, index) &&
			orders_codes(index->opfamily[0], index->opcintype[0]))
			return index;
	}
	return NULL;
}

/*
 * Share of rows in a unit's subtree: as listed if it is large, or else as counted, or else as
 * listed or guessed, and then no fewer than were counted in vain.  Who may not see
 * all rows is not told how many there are.
 */
static double
subtree_share(PlannerInfo *root, const VariableStatData *column, const ColumnStats *stats, Datum unit)
{
	unitcode   *code = DatumGetUnitcodePP(unit);
	const char *bytes = VARDATA_ANY(code);
	size_t		len = VARSIZE_ANY_EXHDR(code);
	int			found = find_listed(stats, bytes, len);
	double		share = found >= 0 ? stats->listed.numbers[found] : unlisted_share(stats, bytes, len);
	const IndexOptInfo *index = column->acl_ok ? find_index(root, column) : NULL;
	int			rows;

	if (index == NULL || (found >= 0 && share * column->rel->tuples >= COUNTED_ROWS))
		return share;
	rows = gov_count_subtree(index, root->simple_rte_array[column->rel->relid]->relid, unit, COUNTED_ROWS);
	if (rows < COUNTED_ROWS)
		return rows / column->rel->tuples;
	return Max(share, rows / column->rel->tuples);
}

/*
 * Share of rows whose code is the unit or one of its ancestors. Of those that
 * are not listed, as many occur as of all units of their depth.
 */
static double
ancestors_share(const ColumnStats *stats, unitcode *unit)
{
	const char *bytes = VARDATA_ANY(unit);
	size_t		len = VARSIZE_ANY_EXHDR(unit);
	int			depth = gov_code_depth(bytes, len);
	double		sum = 0;

	for (int d = 1; d <= Min(depth, stats->depths); d++)
	{
		int			found = find_listed(stats, bytes, gov_code_prefix(bytes, len, d));
		double		units = subtree_units(stats, d);

		if (found >= 0)
			sum += stats->listed.numbers[found] * stats->own_parts[found];
		else if (units > 0)
			sum += stats->shares[d - 1].own_mean * Min(1, own_units(stats, d) / units);
	}
	return sum;
}

/* Share of rows in the subtree of some unit that has any. */
static double
mean_subtree_share(const ColumnStats *stats)
{
	double		rows = 0;
	double		units = 0;

	for (int d = 1; d <= stats->depths; d++)
	{
		rows += reach(stats, d);
		units += subtree_units(stats, d);
	}
	return units > 0 ? rows / units : DEFAULT_SUBTREE_SHARE;
}

/*
 * Of the units of a depth in whose subtrees descendants lie, the share that
 * occurs among the ancestors; the fewer are taken to be among the more.
 */
static double
matched_units(const ColumnStats *ancestors, const ColumnStats *descendants, int depth)
{
	double		above = own_units(ancestors, depth);
	double		below = subtree_units(descendants, depth);

	return above < below ? above / below : 1;
}

/*
 * Share of all pairs of rows that are ancestor and descendant: each descendant
 * meets, at every depth down to its own, the rows of one unit, if it is there.
 */
static double
pair_share(const ColumnStats *ancestors, const ColumnStats *descendants)
{
	double		sum = 0;

	for (int d = 1; d <= Min(ancestors->depths, descendants->depths); d++)
		sum += reach(descendants, d) * matched_units(ancestors, descendants, d) *
			ancestors->shares[d - 1].own_mean;
	return sum;
}

/* What restrictions leave of a relation, and how many rows it has without. */
static double
table_rows(VariableStatData *column)
{
	return column->rel && column->rel->tuples > 0 ? column->rel->tuples : 1;
}

static double
left_over(VariableStatData *column)
{
	return column->rel && column->rel->tuples > 0 ?
		Min(1, column->rel->rows / column->rel->tuples) : 1;
}

/* Share of descendants that meet an ancestor at all, for EXISTS. */
static double
descendants_matched(const ColumnStats *ancestors, VariableStatData *ancestor_column,
					const ColumnStats *descendants)
{
	double		unmatched = 1;
	double		share = 0;

	for (int d = 1; d <= descendants->depths; d++)
	{
		double		rows;

		if (d <= ancestors->depths)
		{
			rows = ancestors->shares[d - 1].own_mean *
				table_rows(ancestor_column) * left_over(ancestor_column);
			unmatched *= 1 - matched_units(ancestors, descendants, d) * Min(1, rows);
		}
		share += descendants->shares[d - 1].own * (1 - unmatched);
	}
	return share;
}

/* Share of ancestors that meet a descendant at all. */
static double
ancestors_matched(const ColumnStats *ancestors, const ColumnStats *descendants,
				  VariableStatData *descendant_column)
{
	double		share = 0;

	for (int d = 1; d <= Min(ancestors->depths, descendants->depths); d++)
	{
		double		above = own_units(ancestors, d);
		double		below = subtree_units(descendants, d);
		double		rows = descendants->shares[d - 1].subtree_mean *
			table_rows(descendant_column) * left_over(descendant_column);

		if (above > 0)
			share += ancestors->shares[d - 1].own * Min(1, below / above) * Min(1, rows);
	}
	return share;
}

/*-------------------------------------------------------------------------
 * Selectivity
 *-------------------------------------------------------------------------
 */

static double
restriction_selectivity(PlannerInfo *root, Oid operator, Oid funcid, List *args,
						int varRelid, bool first_is_ancestor)
{
	VariableStatData column;
	ColumnStats stats;
	Node	   *other;
	bool		varonleft;
	double		share;

	if (!get_restriction_variable(root, args, varRelid, &column, &other, &varonleft))
		return DEFAULT_SUBTREE_SHARE;
	read_stats(&column, funcid, &stats);

	if (IsA(other, Const) && ((Const *) other)->constisnull)
		share = 0;
	else if (stats.depths == 0)
		share = OidIsValid(operator) ?
			generic_restriction_selectivity(root, operator, InvalidOid, args, varRelid,
											DEFAULT_SUBTREE_SHARE) :
			DEFAULT_SUBTREE_SHARE;
	else if (first_is_ancestor != varonleft)
		share = IsA(other, Const) ?
			subtree_share(root, &column, &stats, ((Const *) other)->constvalue) :
			mean_subtree_share(&stats);
	else
		share = IsA(other, Const) ?
			ancestors_share(&stats, DatumGetUnitcodePP(((Const *) other)->constvalue)) :
			pair_share(&stats, &stats);

	free_stats(&stats);
	ReleaseVariableStats(column);
	CLAMP_PROBABILITY(share);
	return share;
}

static double
join_selectivity(PlannerInfo *root, Oid funcid, List *args, JoinType jointype,
				 SpecialJoinInfo *sjinfo, bool first_is_ancestor)
{
	VariableStatData columns[2];
	VariableStatData *ancestor_column = &columns[first_is_ancestor ? 0 : 1];
	VariableStatData *descendant_column = &columns[first_is_ancestor ? 1 : 0];
	ColumnStats ancestors;
	ColumnStats descendants;
	bool		reversed;
	double		share;

	get_join_variables(root, args, sjinfo, &columns[0], &columns[1], &reversed);
	read_stats(ancestor_column, funcid, &ancestors);
	read_stats(descendant_column, funcid, &descendants);

	if (descendants.depths == 0)
		share = DEFAULT_SUBTREE_SHARE;
	else if (ancestors.depths == 0)
		share = mean_subtree_share(&descendants);
	else if (jointype != JOIN_SEMI && jointype != JOIN_ANTI)
		share = pair_share(&ancestors, &descendants);
	else if (first_is_ancestor != reversed)
		share = ancestors_matched(&ancestors, &descendants, descendant_column);
	else
		share = descendants_matched(&ancestors, ancestor_column, &descendants);

	free_stats(&ancestors);
	free_stats(&descendants);
	ReleaseVariableStats(columns[0]);
	ReleaseVariableStats(columns[1]);
	CLAMP_PROBABILITY(share);
	return share;
}

/* An operator's restriction estimator: (root, operator, args, varRelid). */
static Datum
operator_restriction(FunctionCallInfo fcinfo, bool first_is_ancestor)
{
	Oid			operator = PG_GETARG_OID(1);

	PG_RETURN_FLOAT8(restriction_selectivity((PlannerInfo *) PG_GETARG_POINTER(0),
											 operator, get_opcode(operator),
											 (List *) PG_GETARG_POINTER(2),
											 PG_GETARG_INT32(3), first_is_ancestor));
}

/* An operator's join estimator: (root, operator, args, jointype, sjinfo). */
static Datum
operator_join(FunctionCallInfo fcinfo, bool first_is_ancestor)
{
	PG_RETURN_FLOAT8(join_selectivity((PlannerInfo *) PG_GETARG_POINTER(0),
									  get_opcode(PG_GETARG_OID(1)),
									  (List *) PG_GETARG_POINTER(2),
									  (JoinType) PG_GETARG_INT16(3),
									  (SpecialJoinInfo *) PG_GETARG_POINTER(4),
									  first_is_ancestor));
}

PG_FUNCTION_INFO_V1(gov_unitcode_ancestor_sel);
Datum
gov_unitcode_ancestor_sel(PG_FUNCTION_ARGS)
{
	return operator_restriction(fcinfo, true);
}

PG_FUNCTION_INFO_V1(gov_unitcode_descendant_sel);
Datum
gov_unitcode_descendant_sel(PG_FUNCTION_ARGS)
{
	return operator_restriction(fcinfo, false);
}

PG_FUNCTION_INFO_V1(gov_unitcode_ancestor_joinsel);
Datum
gov_unitcode_ancestor_joinsel(PG_FUNCTION_ARGS)
{
	return operator_join(fcinfo, true);
}

PG_FUNCTION_INFO_V1(gov_unitcode_descendant_joinsel);
Datum
gov_unitcode_descendant_joinsel(PG_FUNCTION_ARGS)
{
	return operator_join(fcinfo, false);
}

/*-------------------------------------------------------------------------
 * Support functions
 *-------------------------------------------------------------------------
 */

/* The function's own form, is_descendant(a, b), is estimated as its operator. */
static SupportRequestSelectivity *
function_selectivity_request(SupportRequestSelectivity *request, bool first_is_ancestor)
{
	request->selectivity = request->is_join ?
		join_selectivity(request->root, request->funcid, request->args,
						 request->jointype, request->sjinfo, first_is_ancestor) :
		restriction_selectivity(request->root, InvalidOid, request->funcid, request->args,
								request->varRelid, first_is_ancestor);
	return request;
}

static Datum
support(FunctionCallInfo fcinfo, bool first_is_ancestor)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestIndexCondition))
		PG_RETURN_POINTER(index_condition((SupportRequestIndexCondition *) request,
										  first_is_ancestor));
	if (IsA(request, SupportRequestSelectivity))
		PG_RETURN_POINTER(function_selectivity_request((SupportRequestSelectivity *) request,
													   first_is_ancestor));
	PG_RETURN_POINTER(NULL);
}

PG_FUNCTION_INFO_V1(gov_unitcode_ancestor_support);
Datum
gov_unitcode_ancestor_support(PG_FUNCTION_ARGS)
{
	return support(fcinfo, true);
}

PG_FUNCTION_INFO_V1(gov_unitcode_descendant_support);
Datum
gov_unitcode_descendant_support(PG_FUNCTION_ARGS)
{
	return support(fcinfo, false);
}

/*
 * Before 18 the cast to text is left out of plans: relabelled, the column keeps
 * its statistics. From 18 on a pattern would then be matched with the code's
 * index, whose collation PostgreSQL asks for; an index of codes has none.
 */
PG_FUNCTION_INFO_V1(gov_unitcode_text_support);
Datum
gov_unitcode_text_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	FuncExpr   *call;

	if (GOV_PATTERN_ASKS_COLLATION || !IsA(request, SupportRequestSimplify))
		PG_RETURN_POINTER(NULL);
	call = ((SupportRequestSimplify *) request)->fcall;
	PG_RETURN_POINTER(applyRelabelType((Node *) linitial(call->args), TEXTOID, -1, call->funccollid,
									   call->funcformat, call->location, false));
}

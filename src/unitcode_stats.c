/*
 * unitcode_stats.c
 *	  What ANALYZE learns of a column of codes: the usual, the largest subtrees,
 *	  and how rows and units spread over the depths.
 */
#include "unitcode_stats.h"

#include "access/detoast.h"
#include "catalog/pg_statistic.h"
#include "commands/vacuum.h"
#include "miscadmin.h"
#include "utils/typcache.h"

/* Longer codes are left out of the sample, as ANALYZE does with wide values. */
#define WIDE_CODE	1024

/* Listed subtrees for each value of the statistics target, as for tsvector. */
#define SUBTREES_PER_TARGET 10

typedef struct StandardAnalysis
{
	AnalyzeAttrComputeStatsFunc compute;
	void	   *extra;
} StandardAnalysis;

typedef struct SampledCode
{
	const char *bytes;
	int			len;
} SampledCode;

/* Rows with NULL count too. */
typedef struct Sample
{
	double		rows;
	double		table_rows;
} Sample;

/* A unit that occurs in the sample as a row's code or an ancestor of it. */
typedef struct SampledUnit
{
	const char *bytes;
	int			len;
	int			depth;
	int			rows;			/* in its subtree */
	int			own;			/* with its own code */
} SampledUnit;

typedef void (*unit_visitor) (const SampledUnit *unit, void *context);

/* A group of units of which one asks how many there are in the whole table. */
typedef struct UnitCount
{
	int			units;
	int			singles;		/* seen once */
	int			rows;
	double		squares;		/* of the units' rows, summed */
} UnitCount;

/* How a depth's units differ in rows, as far as the sample can tell. */
typedef struct Spread
{
	double		mean;			/* of sample rows in a unit's subtree */
	double		reliability;	/* part of the differences that is no accident */
} Spread;

typedef struct Tally
{
	int			depths;
	UnitCount	own[GOV_DEPTH_MAX];
	UnitCount	subtree[GOV_DEPTH_MAX];
	UnitCount	rest[GOV_DEPTH_MAX];
	int			whole;			/* depths whose units are all listed, if they have two rows */
	int		   *with_rows;		/* of deeper units: their number by rows in the subtree */
	int			least;			/* all of them with more rows are listed */
	int			ties;			/* and so many that have just so many */
	int			listed;
	SampledUnit *list;
} Tally;

static int
compare_codes(const void *a, const void *b, void *arg)
{
	const SampledCode *left = (const SampledCode *) a;
	const SampledCode *right = (const SampledCode *) b;

	return gov_code_compare(left->bytes, left->len, right->bytes, right->len);
}

static int
compare_units(const void *a, const void *b, void *arg)
{
	const SampledUnit *left = (const SampledUnit *) a;
	const SampledUnit *right = (const SampledUnit *) b;

	return gov_code_compare(left->bytes, left->len, right->bytes, right->len);
}

/*
 * Shows every unit once to the visitor, descendants before ancestors. The codes
 * are in order, so a unit's rows are neighbours, and the path to the current
 * row holds all units whose rows have not yet ended.
 */
static void
visit_units(const SampledCode *codes, int n, unit_visitor visit, void *context)
{
	SampledUnit path[GOV_DEPTH_MAX];
	int			depth = 0;

	for (int i = 0; i <= n; i++)
	{
		int			common = 0;

		CHECK_FOR_INTERRUPTS();
		if (i > 0 && i < n)
			common = gov_code_common(codes[i - 1].bytes, codes[i - 1].len,
									 codes[i].bytes, codes[i].len);
		while (depth > 0 && path[depth - 1].len > common)
		{
			SampledUnit *unit = &path[--depth];

			visit(unit, context);
			if (depth > 0)
				path[depth - 1].rows += unit->rows;
		}
		if (i == n)
			break;
		for (int end = common == 0 ? 0 : common + 1; end <= codes[i].len; end++)
		{
			if ((end == codes[i].len || codes[i].bytes[end] == '.') && depth < GOV_DEPTH_MAX)
			{
				path[depth].bytes = codes[i].bytes;
				path[depth].len = end;
				path[depth].rows = path[depth].own = 0;
				path[depth].depth = depth + 1;
				depth++;
			}
		}
		Assert(depth > 0);
		path[depth - 1].rows++;
		path[depth - 1].own++;
	}
}

static void
count_unit(UnitCount *count, int rows)
{
	if (rows == 0)
		return;
	count->units++;
	count->singles += rows == 1;
	count->rows += rows;
	count->squares += (double) rows * rows;
}

/* First round: counts the units. */
static void
tally_unit(const SampledUnit *unit, void *context)
{
	Tally	   *tally = (Tally *) context;

	tally->depths = Max(tally->depths, unit->depth);
	count_unit(&tally->own[unit->depth - 1], unit->own);
	count_unit(&tally->subtree[unit->depth - 1], unit->rows);
}

/*
 * From the top, as many depths as find room are listed whole: where the mean is of
 * many rows, it would be wrong by most for a unit of few.  Returns how many that are.
 */
static int
choose_whole(Tally *tally, int room)
{
	int			listed = 0;

	for (; tally->whole < tally->depths; tally->whole++)
	{
		const UnitCount *count = &tally->subtree[tally->whole];

		if (listed + count->units - count->singles > room)
			break;
		listed += count->units - count->singles;
	}
	return listed;
}

/* Second round: how large are the units that are deeper? */
static void
size_unit(const SampledUnit *unit, void *context)
{
	Tally	   *tally = (Tally *) context;

	if (unit->depth > tally->whole)
		tally->with_rows[unit->rows]++;
}

/* Of those, how many rows put a unit on the list? One is too few, at all depths. */
static void
choose_listed(Tally *tally, int n, int listed, int room)
{
	int			rows = n;

	while (rows > 1 && listed + tally->with_rows[rows] <= room)
		listed += tally->with_rows[rows--];
	tally->least = rows;
	tally->ties = rows > 1 ? room - listed : 0;
	tally->list = (SampledUnit *) palloc((listed + tally->ties) * sizeof(SampledUnit));
}

static bool
is_listed(Tally *tally, const SampledUnit *unit)
{
	if (unit->depth <= tally->whole)
		return unit->rows > 1;
	return unit->rows > tally->least || (unit->rows == tally->least && tally->ties-- > 0);
}

/* Third round: lists a unit, or counts it among the rest. */
static void
list_unit(const SampledUnit *unit, void *context)
{
	Tally	   *tally = (Tally *) context;

	if (is_listed(tally, unit))
		tally->list[tally->listed++] = *unit;
	else
		count_unit(&tally->rest[unit->depth - 1], unit->rows);
}

/*
 * The number of a group's units in the whole table, estimated as ANALYZE
 * estimates distinct values, by Haas and Stokes' Duj1.
 */
static double
estimate_units(const UnitCount *count, const Sample *sample)
{
	double		n = count->rows;
	double		in_table = n * sample->table_rows / sample->rows;

	return Max(count->units,
			   n * count->units / (n - count->singles + count->singles * n / in_table));
}

static double
mean_rows(const UnitCount *count, const Sample *sample)
{
	return count->rows == 0 ? 0 : count->rows / estimate_units(count, sample);
}

/*
 * Of many units of one size, some have many rows in the sample by accident, and
 * it is these that get listed. So their rows are drawn towards the depth's mean,
 * by the part of the variance that sampling alone would bring (James and Stein).
 */
static Spread
measure_spread(const UnitCount *count, const Sample *sample)
{
	Spread		spread = {mean_rows(count, sample), 1};
	double		noise = spread.mean * (1 - sample->rows / sample->table_rows);
	double		variance;

	if (noise > 0)
	{
		variance = count->squares / estimate_units(count, sample) - spread.mean * spread.mean;
		spread.reliability = variance > noise ? 1 - noise / variance : 0;
	}
	return spread;
}

static float4
smooth_share(const Spread *spread, double rows, const Sample *sample)
{
	return (float4) ((spread->mean + spread->reliability * (rows - spread->mean)) /
					 sample->rows);
}

/* Puts the list into a slot of the column's statistics. */
static void
store_list(VacAttrStats *stats, int slot, const Tally *tally, const Spread *spreads,
		   const Sample *sample)
{
	int			n = tally->listed;
	float4		least = 1;
	float4		greatest = 0;
	MemoryContext old = MemoryContextSwitchTo(stats->anl_context);
	Datum	   *values = (Datum *) palloc(n * sizeof(Datum));
	float4	   *numbers = (float4 *) palloc((n + 2) * sizeof(float4));

	for (int i = 0; i < n; i++)
	{
		const SampledUnit *unit = &tally->list[i];

		values[i] = UnitcodePGetDatum(gov_unitcode_make(unit->bytes, unit->len));
		numbers[i] = smooth_share(&spreads[unit->depth - 1], unit->rows, sample);
		least = Min(least, numbers[i]);
		greatest = Max(greatest, numbers[i]);
	}
	numbers[n] = least;
	numbers[n + 1] = greatest;
	MemoryContextSwitchTo(old);

	stats->stakind[slot] = STATISTIC_KIND_MCELEM;
	stats->staop[slot] = lookup_type_cache(stats->attrtypid, TYPECACHE_EQ_OPR)->eq_opr;
	stats->stacoll[slot] = InvalidOid;
	stats->stavalues[slot] = values;
	stats->numvalues[slot] = n;
	stats->stanumbers[slot] = numbers;
	stats->numnumbers[slot] = n + 2;
}

static void
store_depths(VacAttrStats *stats, int slot, const Tally *tally, const Spread *spreads,
			 const Sample *sample)
{
	int			n = tally->depths * DEPTH_SHARES_NUMBERS + tally->listed;
	float4	   *numbers = (float4 *) MemoryContextAlloc(stats->anl_context,
														n * sizeof(float4));
	DepthShares *shares = (DepthShares *) numbers;
	float4	   *own_parts = numbers + tally->depths * DEPTH_SHARES_NUMBERS;

	for (int i = 0; i < tally->depths; i++)
	{
		double		rest = mean_rows(&tally->rest[i], sample);

		shares[i].own = (float4) (tally->own[i].rows / sample->rows);
		shares[i].own_mean = (float4) (mean_rows(&tally->own[i], sample) / sample->rows);
		shares[i].subtree_mean = (float4) (spreads[i].mean / sample->rows);
		shares[i].rest_mean = rest > 0 ? smooth_share(&spreads[i], rest, sample) : 0;
	}
	for (int i = 0; i < tally->listed; i++)
		own_parts[i] = (float4) tally->list[i].own / tally->list[i].rows;

	stats->stakind[slot] = STATISTIC_KIND_UNITCODE_DEPTHS;
	stats->staop[slot] = InvalidOid;
	stats->stacoll[slot] = InvalidOid;
	stats->stanumbers[slot] = numbers;
	stats->numnumbers[slot] = n;
}

/* Keeps what the tally says in two slots, if they are free, or in none. */
static void
store_tally(VacAttrStats *stats, const Tally *tally, const Sample *sample)
{
	Spread		spreads[GOV_DEPTH_MAX];
	int			slot = 0;

	for (int i = 0; i < tally->depths; i++)
		spreads[i] = measure_spread(&tally->subtree[i], sample);
	while (slot < STATISTIC_NUM_SLOTS && stats->stakind[slot] != 0)
		slot++;
	if (slot + 2 > STATISTIC_NUM_SLOTS)
		return;
	if (tally->listed > 0)
		store_list(stats, slot++, tally, spreads, sample);
	store_depths(stats, slot, tally, spreads, sample);
}

static int
read_sample(VacAttrStats *stats, AnalyzeAttrFetchFunc fetch, int samplerows,
			SampledCode *codes)
{
	int			n = 0;

	for (int i = 0; i < samplerows; i++)
	{
		bool		isnull;
		Datum		value = fetch(stats, i, &isnull);
		unitcode   *code;

		CHECK_FOR_INTERRUPTS();
		if (isnull || toast_raw_datum_size(value) > WIDE_CODE)
			continue;
		code = DatumGetUnitcodePP(value);
		codes[n].bytes = VARDATA_ANY(code);
		codes[n].len = VARSIZE_ANY_EXHDR(code);
		n++;
	}
	return n;
}

static void
compute_unitcode_stats(VacAttrStats *stats, AnalyzeAttrFetchFunc fetch, int samplerows,
					   double totalrows)
{
	StandardAnalysis *standard = (StandardAnalysis *) stats->extra_data;
	SampledCode *codes;
	Tally	   *tally;
	Sample		sample = {samplerows, Max(totalrows, samplerows)};
	int			room = GOV_STATISTICS_TARGET(stats) * SUBTREES_PER_TARGET;
	int			listed;
	int			n;

	stats->extra_data = standard->extra;
	standard->compute(stats, fetch, samplerows, totalrows);
	stats->extra_data = standard;

	codes = (SampledCode *) palloc(samplerows * sizeof(SampledCode));
	n = read_sample(stats, fetch, samplerows, codes);
	if (!stats->stats_valid || n == 0)
		return;
	qsort_interruptible(codes, n, sizeof(SampledCode), compare_codes, NULL);

	tally = (Tally *) palloc0(sizeof(Tally));
	tally->with_rows = (int *) palloc0((n + 1) * sizeof(int));
	visit_units(codes, n, tally_unit, tally);
	listed = choose_whole(tally, room);
	visit_units(codes, n, size_unit, tally);
	choose_listed(tally, n, listed, room);
	visit_units(codes, n, list_unit, tally);
	qsort_interruptible(tally->list, tally->listed, sizeof(SampledUnit), compare_units, NULL);

	store_tally(stats, tally, &sample);
}

PG_FUNCTION_INFO_V1(gov_unitcode_typanalyze);
Datum
gov_unitcode_typanalyze(PG_FUNCTION_ARGS)
{
	VacAttrStats *stats = (VacAttrStats *) PG_GETARG_POINTER(0);
	StandardAnalysis *standard;

	if (!std_typanalyze(stats))
		PG_RETURN_BOOL(false);
	standard = (StandardAnalysis *) palloc(sizeof(StandardAnalysis));
	standard->compute = stats->compute_stats;
	standard->extra = stats->extra_data;
	stats->compute_stats = compute_unitcode_stats;
	stats->extra_data = standard;
	PG_RETURN_BOOL(true);
}

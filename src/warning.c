/*
 * warning.c
 *	  warn(): the states of warnings along a series, as a window function.
 */
#include "governance.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"
#include "windowapi.h"

#include "threshold_limits.h"
#include "warning_step.h"

/* The arguments of warn(). */
enum
{
	PERIOD,
	GRADE,
	CLEAR_GRADE,
	ABSENCE,
	HOLD,
	KEEP,
	FIRES_AT,
	FLAP_START,
	FLAP_STOP,
	BEFORE,
	ARGUMENTS
};

static const char *const argument_names[ARGUMENTS] =
{"period", "grade", "clear_grade", "absence", "hold", "keep", "fires_at", "flap_start", "flap_stop", "before"};

/* The fields of warning_status. */
enum
{
	STATE,
	ACTIVE,
	STANDING_GRADE,
	SINCE,
	BREACHED,
	FIRED,
	JUDGED,
	HELD,
	KEPT,
	MISSING,
	FLAPPING,
	FLAPS,
	STANDING,
	SIDES,
	FIELDS
};

static const char *const field_names[FIELDS] =
{"state", "active", "grade", "since", "breached", "fired", "judged", "held", "kept", "missing", "flapping", "flaps", "standing", "sides"};

typedef struct Types
{
	TupleDesc	row;
	Oid			grade[GOV_GRADES];
	Oid			state[GOV_WARNING_STATES];
} Types;

/* A daterange as it is stored: header, type, two days and flags. */
#define PERIOD_SIZE	MAXALIGN(VARHDRSZ + sizeof(Oid) + 2 * sizeof(DateADT) + 1)

typedef union KeptPeriod
{
	char		bytes[PERIOD_SIZE];
	int32		align;
} KeptPeriod;

typedef struct Series
{
	GovWarning	warning;
	KeptPeriod	since;
	KeptPeriod	breached;
	KeptPeriod	fired;
	KeptPeriod	judged;
} Series;

static Types *
types_of_result(FunctionCallInfo fcinfo)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;
	MemoryContext caller = MemoryContextSwitchTo(flinfo->fn_mcxt);
	Types	   *types = palloc(sizeof(Types));

	types->row = lookup_rowtype_tupdesc_copy(get_func_rettype(flinfo->fn_oid), -1);
	if (types->row->natts != FIELDS)
		elog(ERROR, "the result of warn() has %d fields", types->row->natts);
	gov_enum_values(TupleDescAttr(types->row, STATE)->atttypid, gov_warning_state_names, GOV_WARNING_STATES, types->state);
	gov_enum_values(TupleDescAttr(types->row, STANDING_GRADE)->atttypid, gov_grade_names, GOV_GRADES, types->grade);
	MemoryContextSwitchTo(caller);
	flinfo->fn_extra = types;
	return types;
}

static int
place_of(Oid value, const Oid *values, int n)
{
	for (int i = 0; i < n; i++)
		if (values[i] == value)
			return i;
	elog(ERROR, "enum value %u is not among those known", value);
}

/*-------------------------------------------------------------------------
 * Arguments
 *-------------------------------------------------------------------------
 */

static Datum
needed(WindowObject window, int argument)
{
	bool		isnull;
	Datum		value = WinGetFuncArgCurrent(window, argument, &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s of a warning must not be null", argument_names[argument])));
	return value;
}

static int
count_of_periods(WindowObject window, int argument)
{
	int			n = DatumGetInt32(needed(window, argument));

	if (n < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of a warning is negative: %d", argument_names[argument], n)));
	return n;
}

static double
share_of_steps(WindowObject window, int argument)
{
	double		share = DatumGetFloat8(needed(window, argument));

	if (!(share >= 0 && share <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of a warning is no share from 0 to 1: %g", argument_names[argument], share)));
	return share;
}

/* The least number of changes that is such a share; decimals are not exact in binary. */
static int
least_turns(double share)
{
	return (int) ceil(share * GOV_FLAP_STEPS - 1e-9);
}

static void
read_rule(WindowObject window, const Types *types, GovWarningRule *rule)
{
	double		start = share_of_steps(window, FLAP_START);
	double		stop = share_of_steps(window, FLAP_STOP);

	rule->fires_at = place_of(DatumGetObjectId(needed(window, FIRES_AT)), types->grade, GOV_GRADES);
	if (rule->fires_at == GOV_NORMAL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a warning cannot fire at grade \"%s\"", gov_grade_names[GOV_NORMAL]),
				 errhint("Let it fire at notice, caution, warning or breach.")));
	rule->hold = count_of_periods(window, HOLD);
	rule->keep = count_of_periods(window, KEEP);
	if (stop > start || start == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 start == 0 ? errmsg("flap_start of a warning is 0")
				 : errmsg("flap_stop of a warning is above flap_start: %g, %g", stop, start)));
	rule->flap_start = least_turns(start);
	rule->flap_stop = least_turns(stop);
}

static void
read_value(WindowObject window, const Types *types, GovWarningValue *value)
{
	Datum		grade = WinGetFuncArgCurrent(window, GRADE, &value->missing);
	bool		none;

	if (value->missing)
	{
		value->absence = place_of(DatumGetObjectId(needed(window, ABSENCE)), types->state, GOV_WARNING_STATES);
		if (value->absence != GOV_WARNING_NO_DATA && value->absence != GOV_WARNING_STALE)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("absence of a value cannot be \"%s\"", gov_warning_state_names[value->absence]),
					 errhint("It is no_data or stale.")));
		return;
	}
	value->grade = place_of(DatumGetObjectId(grade), types->grade, GOV_GRADES);
	grade = WinGetFuncArgCurrent(window, CLEAR_GRADE, &none);
	value->clear_grade = none ? value->grade : place_of(DatumGetObjectId(grade), types->grade, GOV_GRADES);

	/* Limits for leaving that are laxer for this value are those for entering. */
	value->clear_grade = Max(value->clear_grade, value->grade);
}

/*-------------------------------------------------------------------------
 * The row of a period
 *-------------------------------------------------------------------------
 */

static void
keep_period(KeptPeriod *kept, const RangeType *period)
{
	if (VARSIZE(period) > sizeof(kept->bytes))
		elog(ERROR, "period of %u bytes", (unsigned) VARSIZE(period));
	memcpy(kept->bytes, period, VARSIZE(period));
}

static void
keep_periods(Series *s, const RangeType *period)
{
	const GovWarning *w = &s->warning;

	if (w->since == w->period)
		keep_period(&s->since, period);
	if (w->breached == w->period)
		keep_period(&s->breached, period);
	if (w->fired == w->period)
		keep_period(&s->fired, period);
	if (w->judged == w->period)
		keep_period(&s->judged, period);
}

/* The sides of the last values as bits, the last one lowest: 1 in breach. */
static int32
sides_of(const GovWarning *w)
{
	uint32		side = w->breach;
	uint32		sides = side;

	for (int i = 0; i < GOV_FLAP_STEPS; i++)
	{
		side ^= w->turns >> i & 1;
		sides |= side << (i + 1);
	}
	return (int32) sides;
}

static Datum
number_of_periods(int64 n)
{
	return Int32GetDatum((int32) Min(n, PG_INT32_MAX));
}

static Datum
row_of(Series *s, const Types *types)
{
	const GovWarning *w = &s->warning;
	Datum		value[FIELDS];
	bool		null[FIELDS] = {false};

	value[STATE] = ObjectIdGetDatum(types->state[w->state]);
	value[ACTIVE] = BoolGetDatum(gov_warning_active(w));
	value[STANDING_GRADE] = ObjectIdGetDatum(types->grade[w->grade]);
	null[STANDING_GRADE] = w->judged == 0;
	value[SINCE] = PointerGetDatum(&s->since);
	value[BREACHED] = PointerGetDatum(&s->breached);
	null[BREACHED] = w->breached == 0;
	value[FIRED] = PointerGetDatum(&s->fired);
	null[FIRED] = w->fired == 0;
	value[JUDGED] = PointerGetDatum(&s->judged);
	null[JUDGED] = w->judged == 0;
	value[HELD] = number_of_periods(w->held);
	value[KEPT] = number_of_periods(w->kept);
	value[MISSING] = number_of_periods(w->missing);
	value[FLAPPING] = Float8GetDatum((double) gov_warning_turns(w) / GOV_FLAP_STEPS);
	value[FLAPS] = BoolGetDatum(w->flaps);
	value[STANDING] = ObjectIdGetDatum(types->state[w->standing]);
	value[SIDES] = Int32GetDatum(sides_of(w));
	null[SIDES] = w->judged == 0;
	return HeapTupleGetDatum(heap_form_tuple(types->row, value, null));
}

/*-------------------------------------------------------------------------
 * Going on from how a warning stood
 *-------------------------------------------------------------------------
 */

static Datum
stood(HeapTupleHeader row, int field)
{
	bool		isnull;
	Datum		value = GetAttributeByNum(row, field + 1, &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s of the status before a warning must not be null", field_names[field])));
	return value;
}

static int32
stood_for(HeapTupleHeader row, int field, int32 most)
{
	int32		n = DatumGetInt32(stood(row, field));

	if (n < 0 || n > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of the status before a warning is out of range: %d", field_names[field], n)));
	return n;
}

/* What came before is all one period; only that it is not the present one matters. */
static int64
stood_since(HeapTupleHeader row, int field, KeptPeriod *kept)
{
	bool		isnull;
	Datum		period = GetAttributeByNum(row, field + 1, &isnull);

	if (isnull)
		return 0;
	keep_period(kept, DatumGetRangeTypeP(period));
	return 1;
}

static void
go_on(Series *s, const Types *types, HeapTupleHeader row)
{
	GovWarning *w = &s->warning;

	w->state = place_of(DatumGetObjectId(stood(row, STATE)), types->state, GOV_WARNING_STATES);
	w->standing = place_of(DatumGetObjectId(stood(row, STANDING)), types->state, GOV_WARNING_STATES);
	if (w->standing == GOV_WARNING_NO_DATA || w->standing == GOV_WARNING_STALE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the status before a warning cannot stand at \"%s\"", gov_warning_state_names[w->standing])));
	w->period = 1;
	stood(row, SINCE);
	w->since = stood_since(row, SINCE, &s->since);
	w->breached = stood_since(row, BREACHED, &s->breached);
	w->fired = stood_since(row, FIRED, &s->fired);
	w->judged = stood_since(row, JUDGED, &s->judged);
	w->held = stood_for(row, HELD, PG_INT32_MAX);
	w->kept = stood_for(row, KEPT, PG_INT32_MAX);
	w->missing = stood_for(row, MISSING, PG_INT32_MAX);
	w->flaps = DatumGetBool(stood(row, FLAPS));
	if (w->judged > 0)
	{
		uint32		sides = stood_for(row, SIDES, (1 << GOV_FLAP_VALUES) - 1);

		w->grade = place_of(DatumGetObjectId(stood(row, STANDING_GRADE)), types->grade, GOV_GRADES);
		w->breach = sides & 1;
		w->turns = (sides ^ sides >> 1) & ((UINT32_C(1) << GOV_FLAP_STEPS) - 1);
	}
}

PG_FUNCTION_INFO_V1(gov_warn);
Datum
gov_warn(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Series	   *s = WinGetPartitionLocalMemory(window, sizeof(Series));
	Types	   *types = fcinfo->flinfo->fn_extra;
	RangeType  *period = DatumGetRangeTypeP(needed(window, PERIOD));
	GovWarningRule rule;
	GovWarningValue value;

	if (unlikely(types == NULL))
		types = types_of_result(fcinfo);
	if (s->warning.period == 0)
	{
		bool		none;
		Datum		before = WinGetFuncArgCurrent(window, BEFORE, &none);

		if (!none)
			go_on(s, types, DatumGetHeapTupleHeader(before));
	}
	read_rule(window, types, &rule);
	read_value(window, types, &value);
	gov_warning_step(&s->warning, &value, &rule);
	keep_periods(s, period);
	WinSetMarkPosition(window, WinGetCurrentPosition(window));
	return row_of(s, types);
}

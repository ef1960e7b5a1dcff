/*
 * threshold.c
 *	  The type threshold: limits by which values are graded.
 */
#include "governance.h"

#include "catalog/pg_enum.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "numeric.h"
#include "threshold_limits.h"

/* How much of an input or a limit an error message repeats, in bytes. */
#define SHOWN_MAX	100
#define SHOWN_REST	20

/* A varlena that holds packed limits; its header may be short. */
typedef struct varlena threshold;

#define DatumGetThresholdPP(d)	((threshold *) PG_DETOAST_DATUM_PACKED(d))
#define PG_GETARG_THRESHOLD_PP(n) DatumGetThresholdPP(PG_GETARG_DATUM(n))

static void
unpack(const threshold *t, GovLimits *limits)
{
	gov_limits_unpack(VARDATA_ANY(t), limits);
}

static threshold *
pack(const GovLimits *limits)
{
	Size		size = VARHDRSZ + gov_limits_pack(limits, NULL);
	threshold  *t = palloc(size);

	gov_limits_pack(limits, VARDATA(t));
	SET_VARSIZE(t, size);
	return t;
}

static char *
print(const GovLimits *limits)
{
	char	   *text = palloc(gov_limits_print_size(limits) + 1);

	text[gov_limits_print(limits, text)] = '\0';
	return text;
}

/*-------------------------------------------------------------------------
 * What an error says
 *-------------------------------------------------------------------------
 */

/* Cut at a character's end if it is long. */
static char *
shown(const char *bytes, size_t len, size_t most)
{
	if (len <= most)
		return pnstrdup(bytes, len);
	return psprintf("%.*s...", pg_mbcliplen(bytes, (int) len, (int) most), bytes);
}

static char *
shown_limits(const GovLimits *limits)
{
	char	   *text = print(limits);

	return shown(text, strlen(text), SHOWN_MAX);
}

static char *
shown_digits(const GovDigits *d)
{
	char	   *text = palloc(gov_digits_print_size(d));

	return shown(text, gov_digits_print(d, text), SHOWN_MAX);
}

/* One of two limits that cross: "warning 125", of a band "lower warning 0.45". */
static char *
shown_crossing(const GovLimits *limits, const GovCrossing *crossing, int i)
{
	int			side = crossing->side[i];
	int			limit = crossing->limit[i];
	const char *which = !limits->has[GOV_LOWER] || !limits->has[GOV_UPPER] ? "" :
		side == GOV_LOWER ? "lower " : "upper ";

	return psprintf("%s%s %s", which, gov_grade_names[GOV_GRADE_OF(limit)],
					shown_digits(&limits->at[side][limit]));
}

static const char *
crossing_detail(const GovCrossing *crossing)
{
	if (crossing->side[0] != crossing->side[1])
		return "The lower limit is above the upper limit.";
	if (crossing->side[0] == GOV_LOWER)
		return "The first is below the second, but belongs to a better grade.";
	return "The first is above the second, but belongs to a better grade.";
}

/* To be called as an argument of ereport. */
static int
syntax_detail(const char *text, size_t len, const GovThresholdError *error)
{
	const char *expected = NULL;

	switch (error->fault)
	{
		case GOV_THRESHOLD_EMPTY:
			return errdetail("The threshold is empty.");
		case GOV_THRESHOLD_STRICT:
			return errdetail("Limits are inclusive: write \">=\" or \"<=\".");
		case GOV_THRESHOLD_GRADE_TWICE:
			return errdetail("The grade at \"%s\" (byte %zu) already has limits.",
							 shown(text + error->at, len - error->at, SHOWN_REST), error->at + 1);
		case GOV_THRESHOLD_BAD_START:
			expected = "\">=\", \"<=\" or a number";
			break;
		case GOV_THRESHOLD_NO_NUMBER:
			expected = "A number";
			break;
		case GOV_THRESHOLD_NO_DOTS:
			expected = "\"..\" before the upper limit of the band";
			break;
		case GOV_THRESHOLD_NO_GRADE:
			expected = "\"warning\", \"caution\" or \"notice\"";
			break;
		default:
			return 0;
	}
	if (error->at == len)
		return errdetail("%s is expected at the end.", expected);
	return errdetail("%s is expected at \"%s\" (byte %zu).", expected,
					 shown(text + error->at, len - error->at, SHOWN_REST), error->at + 1);
}

static void
report_crossing(const GovLimits *limits, const GovCrossing *crossing, struct Node *escontext)
{
	errsave(escontext,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("limits of threshold cross: %s, %s",
					shown_crossing(limits, crossing, 0), shown_crossing(limits, crossing, 1)),
			 errdetail_internal("%s", crossing_detail(crossing)),
			 errhint("The limits of each grade must lie inside those of the next worse one, as in \">= 120 warning 125\", \"<= 80 warning 76\" and \"0.4 .. 0.6 warning 0.45 .. 0.55\".")));
}

static void
report_long(const char *text, struct Node *escontext)
{
	errsave(escontext,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("limit of threshold out of range: \"%s\"", text),
			 errdetail("A limit has at most %d digits before the decimal point and %d after it.",
					   GOV_LIMIT_PLACES, GOV_LIMIT_PLACES)));
}

static void
report_not_finite(const char *text, struct Node *escontext)
{
	errsave(escontext,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("limit of threshold must be a finite number: \"%s\"", text)));
}

static void
report(const char *text, size_t len, const GovLimits *limits, const GovThresholdError *error,
	   int sqlstate, struct Node *escontext)
{
	char	   *rest = shown(text + error->at, len - error->at, SHOWN_REST);

	if (error->fault == GOV_THRESHOLD_CROSSING)
		report_crossing(limits, &error->crossing, escontext);
	else if (error->fault == GOV_THRESHOLD_LONG)
		report_long(rest, escontext);
	else if (error->fault == GOV_THRESHOLD_NOT_FINITE)
		report_not_finite(rest, escontext);
	else
		errsave(escontext,
				(errcode(sqlstate),
				 errmsg("invalid input syntax for type threshold: \"%s\"", shown(text, len, SHOWN_MAX)),
				 syntax_detail(text, len, error),
				 errhint("Write a floor as \">= 120 warning 125\", a ceiling as \"<= 80 warning 76\", a band as \"0.4 .. 0.6 warning 0.45 .. 0.55\".")));
}

/*-------------------------------------------------------------------------
 * Input and output
 *-------------------------------------------------------------------------
 */

/* NULL if the error went to escontext. */
static threshold *
read_text(const char *text, size_t len, int sqlstate, struct Node *escontext)
{
	GovLimitStore store;
	GovLimits	limits;
	GovThresholdError error;

	if (!gov_limits_parse(text, len, &store, &limits, &error))
	{
		report(text, len, &limits, &error, sqlstate, escontext);
		return NULL;
	}
	return pack(&limits);
}

PG_FUNCTION_INFO_V1(gov_threshold_in);
Datum
gov_threshold_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	threshold  *t = read_text(text, strlen(text), ERRCODE_INVALID_TEXT_REPRESENTATION, fcinfo->context);

	if (t == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(t);
}

PG_FUNCTION_INFO_V1(gov_threshold_out);
Datum
gov_threshold_out(PG_FUNCTION_ARGS)
{
	GovLimits	limits;

	unpack(PG_GETARG_THRESHOLD_PP(0), &limits);
	PG_RETURN_CSTRING(print(&limits));
}

PG_FUNCTION_INFO_V1(gov_threshold_recv);
Datum
gov_threshold_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	int			len;
	char	   *text = pq_getmsgtext(buffer, buffer->len - buffer->cursor, &len);

	PG_RETURN_POINTER(read_text(text, len, ERRCODE_INVALID_BINARY_REPRESENTATION, NULL));
}

PG_FUNCTION_INFO_V1(gov_threshold_send);
Datum
gov_threshold_send(PG_FUNCTION_ARGS)
{
	GovLimits	limits;
	StringInfoData buffer;
	char	   *text;

	unpack(PG_GETARG_THRESHOLD_PP(0), &limits);
	text = print(&limits);
	pq_begintypsend(&buffer);
	pq_sendtext(&buffer, text, strlen(text));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/*-------------------------------------------------------------------------
 * From numbers
 *-------------------------------------------------------------------------
 */

static void
digits_of_limit(Datum number, GovDigits *d)
{
	struct varlena *num = PG_DETOAST_DATUM_PACKED(number);

	if (gov_numeric_is_special(num))
		report_not_finite(DatumGetCString(DirectFunctionCall1(numeric_out, number)), NULL);
	d->ndigits = gov_numeric_look(num, &d->digits, &d->weight, &d->negative);
	if (!gov_limit_fits(d))
	{
		char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, number));

		report_long(shown(text, strlen(text), SHOWN_REST), NULL);
	}
}

/* From limits of breach, warning, caution and notice, of which only the first is a must. */
static Datum
from_numbers(FunctionCallInfo fcinfo, int side)
{
	GovLimits	limits;
	GovCrossing crossing;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	memset(&limits, 0, sizeof(limits));
	for (int i = 0; i < GOV_LIMITS; i++)
	{
		GovDigits	d;

		if (PG_ARGISNULL(i))
			continue;
		digits_of_limit(PG_GETARG_DATUM(i), &d);
		gov_limits_set(&limits, side, GOV_OUTER - i, &d);
	}
	gov_limits_fill(&limits);
	if (!gov_limits_check(&limits, &crossing))
		report_crossing(&limits, &crossing, NULL);
	PG_RETURN_POINTER(pack(&limits));
}

PG_FUNCTION_INFO_V1(gov_threshold_at_least);
Datum
gov_threshold_at_least(PG_FUNCTION_ARGS)
{
	return from_numbers(fcinfo, GOV_LOWER);
}

PG_FUNCTION_INFO_V1(gov_threshold_at_most);
Datum
gov_threshold_at_most(PG_FUNCTION_ARGS)
{
	return from_numbers(fcinfo, GOV_UPPER);
}

/*-------------------------------------------------------------------------
 * Comparison and hashing
 *-------------------------------------------------------------------------
 */

static bool
same(const threshold *a, const threshold *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

static int
compare_args(FunctionCallInfo fcinfo)
{
	threshold  *a = PG_GETARG_THRESHOLD_PP(0);
	threshold  *b = PG_GETARG_THRESHOLD_PP(1);
	GovLimits	a_limits;
	GovLimits	b_limits;
	int			order;

	unpack(a, &a_limits);
	unpack(b, &b_limits);
	order = gov_limits_compare(&a_limits, &b_limits);
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

static bool
equal_args(FunctionCallInfo fcinfo)
{
	threshold  *a = PG_GETARG_THRESHOLD_PP(0);
	threshold  *b = PG_GETARG_THRESHOLD_PP(1);
	bool		result = same(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return result;
}

PG_FUNCTION_INFO_V1(gov_threshold_lt);
Datum
gov_threshold_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) < 0);
}

PG_FUNCTION_INFO_V1(gov_threshold_le);
Datum
gov_threshold_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) <= 0);
}

PG_FUNCTION_INFO_V1(gov_threshold_eq);
Datum
gov_threshold_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(equal_args(fcinfo));
}

PG_FUNCTION_INFO_V1(gov_threshold_ne);
Datum
gov_threshold_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!equal_args(fcinfo));
}

PG_FUNCTION_INFO_V1(gov_threshold_ge);
Datum
gov_threshold_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) >= 0);
}

PG_FUNCTION_INFO_V1(gov_threshold_gt);
Datum
gov_threshold_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) > 0);
}

PG_FUNCTION_INFO_V1(gov_threshold_cmp);
Datum
gov_threshold_cmp(PG_FUNCTION_ARGS)
{
	int			order = compare_args(fcinfo);

	PG_RETURN_INT32(order < 0 ? -1 : order > 0);
}

PG_FUNCTION_INFO_V1(gov_threshold_hash);
Datum
gov_threshold_hash(PG_FUNCTION_ARGS)
{
	threshold  *t = PG_GETARG_THRESHOLD_PP(0);
	Datum		hash = hash_any((unsigned char *) VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));

	PG_FREE_IF_COPY(t, 0);
	PG_RETURN_DATUM(hash);
}

PG_FUNCTION_INFO_V1(gov_threshold_hash_extended);
Datum
gov_threshold_hash_extended(PG_FUNCTION_ARGS)
{
	threshold  *t = PG_GETARG_THRESHOLD_PP(0);
	Datum		hash = hash_any_extended((unsigned char *) VARDATA_ANY(t),
										 VARSIZE_ANY_EXHDR(t), PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(t, 0);
	PG_RETURN_DATUM(hash);
}

/*-------------------------------------------------------------------------
 * Strictness
 *-------------------------------------------------------------------------
 */

static bool
no_stricter(const threshold *a, const threshold *b)
{
	GovLimits	a_limits;
	GovLimits	b_limits;

	unpack(a, &a_limits);
	unpack(b, &b_limits);
	return gov_limits_cover(&a_limits, &b_limits);
}

PG_FUNCTION_INFO_V1(gov_threshold_no_stricter);
Datum
gov_threshold_no_stricter(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(no_stricter(PG_GETARG_THRESHOLD_PP(0), PG_GETARG_THRESHOLD_PP(1)));
}

PG_FUNCTION_INFO_V1(gov_threshold_no_laxer);
Datum
gov_threshold_no_laxer(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(no_stricter(PG_GETARG_THRESHOLD_PP(1), PG_GETARG_THRESHOLD_PP(0)));
}

/* The function tighten, and step and combination of the aggregate. */
PG_FUNCTION_INFO_V1(gov_threshold_tighten);
Datum
gov_threshold_tighten(PG_FUNCTION_ARGS)
{
	threshold  *a = PG_GETARG_THRESHOLD_PP(0);
	threshold  *b = PG_GETARG_THRESHOLD_PP(1);
	GovLimits	a_limits;
	GovLimits	b_limits;
	GovLimits	result;
	GovCrossing crossing;

	/* A state that stays as it was need not be copied. */
	if (same(a, b))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	unpack(a, &a_limits);
	unpack(b, &b_limits);
	if (!gov_limits_tighten(&a_limits, &b_limits, &result, &crossing))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("thresholds exclude one another: \"%s\" and \"%s\"",
						shown_limits(&a_limits), shown_limits(&b_limits)),
				 errdetail("By both no value is better than %s: its lower limit %s is above its upper limit %s.",
						   gov_grade_names[GOV_GRADE_OF(crossing.limit[0])],
						   shown_digits(&result.at[GOV_LOWER][crossing.limit[0]]),
						   shown_digits(&result.at[GOV_UPPER][crossing.limit[1]]))));
	if (gov_limits_cover(&b_limits, &a_limits))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	PG_RETURN_POINTER(pack(&result));
}

/*-------------------------------------------------------------------------
 * Grades
 *-------------------------------------------------------------------------
 */

/* The values of the enum governance.grade, by GovGrade. */
typedef struct Grades
{
	Oid			oid[GOV_GRADES];
} Grades;

static Grades *
grades_of_result(FmgrInfo *flinfo)
{
	Grades	   *grades = MemoryContextAlloc(flinfo->fn_mcxt, sizeof(Grades));

	gov_enum_values(get_func_rettype(flinfo->fn_oid), gov_grade_names, GOV_GRADES, grades->oid);
	flinfo->fn_extra = grades;
	return grades;
}

static GovGrade
grade_of_enum(Oid value)
{
	HeapTuple	tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(value));
	const char *label;
	int			grade = 0;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for enum value %u", value);
	label = NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel);
	while (grade < GOV_GRADES && strcmp(label, gov_grade_names[grade]) != 0)
		grade++;
	ReleaseSysCache(tuple);
	if (grade == GOV_GRADES)
		elog(ERROR, "enum value %u is no grade", value);
	return (GovGrade) grade;
}

static void
refuse_nan(const struct varlena *value)
{
	if (gov_numeric_is_nan(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("NaN has no grade and no margin"),
				 errhint("Use NULL for a value that is not known.")));
}

/* Infinities are larger than any limit. */
static void
digits_of_value(const struct varlena *value, GovDigits *d)
{
	static const int16 one = 1;

	if (likely(!gov_numeric_is_special(value)))
	{
		d->ndigits = gov_numeric_look(value, &d->digits, &d->weight, &d->negative);
		return;
	}
	refuse_nan(value);
	d->digits = (const char *) &one;
	d->ndigits = 1;
	d->weight = PG_INT32_MAX;
	d->negative = !gov_numeric_is_infinity(value);
}

PG_FUNCTION_INFO_V1(gov_threshold_grade);
Datum
gov_threshold_grade(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	threshold  *t = PG_GETARG_THRESHOLD_PP(1);
	Grades	   *grades = fcinfo->flinfo->fn_extra;
	GovDigits	digits;
	GovGrade	grade;

	if (unlikely(grades == NULL))
		grades = grades_of_result(fcinfo->flinfo);
	digits_of_value(value, &digits);
	grade = gov_packed_grade(VARDATA_ANY(t), &digits);
	PG_FREE_IF_COPY(value, 0);
	PG_FREE_IF_COPY(t, 1);
	PG_RETURN_OID(grades->oid[grade]);
}

/*-------------------------------------------------------------------------
 * Limits and margins, as numbers
 *-------------------------------------------------------------------------
 */

static Datum
number_of(const GovDigits *d)
{
	int16		digits[GOV_LIMIT_NDIGITS];

	if (d->ndigits > 0)
		memcpy(digits, d->digits, d->ndigits * sizeof(int16));
	return NumericGetDatum(gov_numeric_from_digits(digits, d->ndigits, d->weight,
												   gov_digits_scale(d), d->negative));
}

/* The limit that a value has to keep to be better than the grade. */
static Datum
limit_for_grade(FunctionCallInfo fcinfo, int side)
{
	GovGrade	grade = grade_of_enum(PG_GETARG_OID(1));
	GovLimits	limits;

	unpack(PG_GETARG_THRESHOLD_PP(0), &limits);
	if (grade == GOV_NORMAL || !limits.has[side])
		PG_RETURN_NULL();
	return number_of(&limits.at[side][GOV_LIMIT_OF(grade)]);
}

PG_FUNCTION_INFO_V1(gov_threshold_lower_limit);
Datum
gov_threshold_lower_limit(PG_FUNCTION_ARGS)
{
	return limit_for_grade(fcinfo, GOV_LOWER);
}

PG_FUNCTION_INFO_V1(gov_threshold_upper_limit);
Datum
gov_threshold_upper_limit(PG_FUNCTION_ARGS)
{
	return limit_for_grade(fcinfo, GOV_UPPER);
}

/* Does the grade occur at all? */
static bool
occurs(const GovLimits *limits, int limit)
{
	return (limits->has[GOV_LOWER] && limits->given[GOV_LOWER][limit]) ||
		(limits->has[GOV_UPPER] && limits->given[GOV_UPPER][limit]);
}

/* A row for each grade that occurs, the worst first. */
PG_FUNCTION_INFO_V1(gov_threshold_limits);
Datum
gov_threshold_limits(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	GovLimits	limits;
	Grades		grades;

	InitMaterializedSRF(fcinfo, 0);
	unpack(PG_GETARG_THRESHOLD_PP(0), &limits);
	gov_enum_values(TupleDescAttr(result->setDesc, 0)->atttypid, gov_grade_names, GOV_GRADES, grades.oid);
	for (int limit = GOV_OUTER; limit >= GOV_INNER; limit--)
	{
		Datum		values[1 + GOV_SIDES] = {0};
		bool		nulls[1 + GOV_SIDES] = {false};

		if (!occurs(&limits, limit))
			continue;
		values[0] = ObjectIdGetDatum(grades.oid[GOV_GRADE_OF(limit)]);
		for (int side = 0; side < GOV_SIDES; side++)
		{
			nulls[1 + side] = !limits.has[side];
			if (limits.has[side])
				values[1 + side] = number_of(&limits.at[side][limit]);
		}
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

static int
compare(Datum a, Datum b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, a, b));
}

static Datum
size_of(const GovDigits *limit)
{
	return DirectFunctionCall1(numeric_abs, number_of(limit));
}

/* How far the value is inside a side's breach limit. */
static Datum
distance(Datum value, const GovLimits *limits, int side)
{
	Datum		limit = number_of(&limits->at[side][GOV_OUTER]);

	if (side == GOV_LOWER)
		return DirectFunctionCall2(numeric_sub, value, limit);
	return DirectFunctionCall2(numeric_sub, limit, value);
}

/* The breach limit that the value is nearest to, and how far inside it is. */
static const GovDigits *
nearest_limit(Datum value, const GovLimits *limits, Datum *margin)
{
	const GovDigits *lower = &limits->at[GOV_LOWER][GOV_OUTER];
	const GovDigits *upper = &limits->at[GOV_UPPER][GOV_OUTER];
	Datum		to_lower;
	Datum		to_upper;
	int			order;

	refuse_nan(PG_DETOAST_DATUM_PACKED(value));
	if (!limits->has[GOV_UPPER])
	{
		*margin = distance(value, limits, GOV_LOWER);
		return lower;
	}
	if (!limits->has[GOV_LOWER])
	{
		*margin = distance(value, limits, GOV_UPPER);
		return upper;
	}
	to_lower = distance(value, limits, GOV_LOWER);
	to_upper = distance(value, limits, GOV_UPPER);
	order = compare(to_lower, to_upper);
	/* Halfway between them the larger one counts. */
	if (order == 0)
		order = compare(size_of(upper), size_of(lower));
	*margin = order < 0 ? to_lower : to_upper;
	return order < 0 ? lower : upper;
}

PG_FUNCTION_INFO_V1(gov_threshold_margin);
Datum
gov_threshold_margin(PG_FUNCTION_ARGS)
{
	GovLimits	limits;
	Datum		margin;

	unpack(PG_GETARG_THRESHOLD_PP(1), &limits);
	(void) nearest_limit(PG_GETARG_DATUM(0), &limits, &margin);
	PG_RETURN_DATUM(margin);
}

/* NULL where the limit is zero. */
PG_FUNCTION_INFO_V1(gov_threshold_relative_margin);
Datum
gov_threshold_relative_margin(PG_FUNCTION_ARGS)
{
	GovLimits	limits;
	const GovDigits *limit;
	Datum		margin;

	unpack(PG_GETARG_THRESHOLD_PP(1), &limits);
	limit = nearest_limit(PG_GETARG_DATUM(0), &limits, &margin);
	if (limit->ndigits == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(DirectFunctionCall2(numeric_div, margin, size_of(limit)));
}

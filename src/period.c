/*
 * period.c
 *	  Spans of days by the names that statistics gives them, both ways, and
 *	  how long they are.
 */
#include "governance.h"

#include "catalog/pg_type_d.h"
#include "datatype/timestamp.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"

#define LAST_YEAR 9999

/* How much of a label an error message repeats, in bytes. */
#define SHOWN_MAX 40

/* A span of days as Julian days; the second is the first day after it. */
typedef struct Span
{
	int			first;
	int			after;
} Span;

/*-------------------------------------------------------------------------
 * From label to span
 *-------------------------------------------------------------------------
 */

pg_noreturn static void
invalid_period(const char *label)
{
	int			len = strlen(label);
	int			shown = pg_mbcliplen(label, len, SHOWN_MAX);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
			 errmsg("invalid period: \"%.*s%s\"", shown, label, shown < len ? "..." : ""),
			 errhint("Write 2025, 2025Q3, 2025-07, 2025-07-14, 2025W28, or 2021/2025 for years from first to last.")));
}

/* A number of just so many digits, of which the last may be the highest. */
static int
read_number(const char *label, const char **at, int digits, const char *what,
			int lowest, int highest)
{
	int			number = 0;

	for (int i = 0; i < digits; i++, (*at)++)
	{
		if (**at < '0' || **at > '9')
			invalid_period(label);
		number = number * 10 + (**at - '0');
	}
	if (number < lowest || number > highest)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
				 errmsg("period out of range: \"%s\"", label),
				 errdetail("The %s is %0*d; it must be from %0*d to %0*d.",
						   what, digits, number, digits, lowest, digits, highest)));
	return number;
}

/* The months from one on; the month may lie beyond the year's end. */
static int
month_start(int year, int month)
{
	return date2j(year + (month - 1) / 12, (month - 1) % 12 + 1, 1);
}

static Span
month_span(int year, int month, int months)
{
	Span		span = {month_start(year, month), month_start(year, month + months)};

	return span;
}

static Span
week_span(int year, int week)
{
	Span		span;

	span.first = isoweek2j(year, week);
	span.after = span.first + 7;
	return span;
}

/* A year has 53 weeks if what would be its last is not the next year's first. */
static int
weeks_of(int year)
{
	return isoweek2j(year, 53) == isoweek2j(year + 1, 1) ? 52 : 53;
}

static Span
read_label(const char *label)
{
	const char *at = label;
	int			year = read_number(label, &at, 4, "year", 1, LAST_YEAR);
	int			part;
	Span		span;

	switch (*at)
	{
		case '\0':
			return month_span(year, 1, 12);
		case 'Q':
			at++;
			part = read_number(label, &at, 1, "quarter", 1, 4);
			span = month_span(year, 3 * part - 2, 3);
			break;
		case 'W':
			at++;
			part = read_number(label, &at, 2, "week", 1, weeks_of(year));
			span = week_span(year, part);
			break;
		case '/':
			at++;
			part = read_number(label, &at, 4, "last year", 1, LAST_YEAR);
			if (part < year && *at == '\0')
				ereport(ERROR,
						(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
						 errmsg("period ends before it begins: \"%s\"", label)));
			span = month_span(year, 1, 12 * (part - year + 1));
			break;
		case '-':
			at++;
			part = read_number(label, &at, 2, "month", 1, 12);
			span = month_span(year, part, 1);
			if (*at == '-')
			{
				at++;
				span.first += read_number(label, &at, 2, "day", 1, span.after - span.first) - 1;
				span.after = span.first + 1;
			}
			break;
		default:
			invalid_period(label);
	}
	if (*at != '\0')
		invalid_period(label);
	return span;
}

PG_FUNCTION_INFO_V1(gov_period);
Datum
gov_period(PG_FUNCTION_ARGS)
{
	Span		span = read_label(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	RangeBound	lower = {.inclusive = true, .lower = true};
	RangeBound	upper = {.inclusive = false, .lower = false};

	lower.val = DateADTGetDatum(span.first - POSTGRES_EPOCH_JDATE);
	upper.val = DateADTGetDatum(span.after - POSTGRES_EPOCH_JDATE);
	PG_RETURN_RANGE_P(gov_make_range(range_get_typcache(fcinfo, DATERANGEOID),
									 &lower, &upper));
}

/*-------------------------------------------------------------------------
 * From span to label
 *-------------------------------------------------------------------------
 */

/* The name of a span, or NULL if it has none. */
static char *
name_span(Span span)
{
	int			year,
				month,
				day,
				next_year,
				next_month,
				next_day;
	int			months;

	j2date(span.first, &year, &month, &day);
	j2date(span.after, &next_year, &next_month, &next_day);

	/* Weeks first: at the turn of a year they reach beyond it. */
	if (span.after == span.first + 7 && j2day(span.first) == 1)
	{
		int			iso_year = date2isoyear(year, month, day);

		if (iso_year < 1 || iso_year > LAST_YEAR)
			return NULL;
		return psprintf("%04dW%02d", iso_year, date2isoweek(year, month, day));
	}
	if (year < 1 || year > LAST_YEAR)
		return NULL;
	if (span.after == span.first + 1)
		return psprintf("%04d-%02d-%02d", year, month, day);
	if (day != 1 || next_day != 1)
		return NULL;

	months = 12 * (next_year - year) + next_month - month;
	if (months == 1)
		return psprintf("%04d-%02d", year, month);
	if (months == 3 && month % 3 == 1)
		return psprintf("%04dQ%d", year, (month + 2) / 3);
	if (month != 1 || next_month != 1 || next_year - 1 > LAST_YEAR)
		return NULL;
	if (months == 12)
		return psprintf("%04d", year);
	return psprintf("%04d/%04d", year, next_year - 1);
}

/* A bound as range_out prints it, but in ISO form always. */
static void
append_bound(StringInfo text, const RangeBound *bound)
{
	DateADT		date = DatumGetDateADT(bound->val);
	char		buffer[MAXDATELEN + 1];
	struct pg_tm tm;

	if (bound->infinite)
		return;
	if (DATE_NOT_FINITE(date))
	{
		appendStringInfoString(text, DATE_IS_NOEND(date) ? "infinity" : "-infinity");
		return;
	}
	memset(&tm, 0, sizeof(tm));
	j2date(date + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	EncodeDateOnly(&tm, USE_ISO_DATES, buffer);
	appendStringInfo(text, strchr(buffer, ' ') ? "\"%s\"" : "%s", buffer);
}

static char *
print_range(const RangeBound *lower, const RangeBound *upper)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, lower->inclusive ? '[' : '(');
	append_bound(&text, lower);
	appendStringInfoChar(&text, ',');
	append_bound(&text, upper);
	appendStringInfoChar(&text, upper->inclusive ? ']' : ')');
	return text.data;
}

static bool
is_date(const RangeBound *bound)
{
	return !bound->infinite && !DATE_NOT_FINITE(DatumGetDateADT(bound->val));
}

/* The days between two bounds, unless one of them is no day. */
static bool
read_span(const RangeBound *lower, const RangeBound *upper, Span *span)
{
	if (!is_date(lower) || !is_date(upper))
		return false;
	span->first = DatumGetDateADT(lower->val) + POSTGRES_EPOCH_JDATE;
	span->after = DatumGetDateADT(upper->val) + POSTGRES_EPOCH_JDATE;
	return true;
}

PG_FUNCTION_INFO_V1(gov_period_label);
Datum
gov_period_label(PG_FUNCTION_ARGS)
{
	RangeType  *range = PG_GETARG_RANGE_P(0);
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;
	Span		span;
	char	   *label = NULL;

	range_deserialize(range_get_typcache(fcinfo, RangeTypeGetOid(range)), range,
					  &lower, &upper, &empty);
	if (empty)
		PG_RETURN_TEXT_P(cstring_to_text("empty"));
	if (read_span(&lower, &upper, &span))
		label = name_span(span);
	PG_RETURN_TEXT_P(cstring_to_text(label ? label : print_range(&lower, &upper)));
}

/*-------------------------------------------------------------------------
 * From span to length
 *-------------------------------------------------------------------------
 */

/*
 * Whole months are months, whatever days they begin on; anything else is days,
 * and so 30 days are not a month, unless they are just that.
 */
static char *
name_length(Span span)
{
	int			year,
				month,
				day,
				next_year,
				next_month,
				next_day;
	int			months;

	j2date(span.first, &year, &month, &day);
	j2date(span.after, &next_year, &next_month, &next_day);
	months = 12 * (next_year - year) + next_month - month;
	if (day != next_day)
		return psprintf("P%dD", span.after - span.first);
	if (months % 12 == 0)
		return psprintf("P%dY", months / 12);
	if (months < 12)
		return psprintf("P%dM", months);
	return psprintf("P%dY%dM", months / 12, months % 12);
}

PG_FUNCTION_INFO_V1(gov_period_span);
Datum
gov_period_span(PG_FUNCTION_ARGS)
{
	RangeType  *range = PG_GETARG_RANGE_P(0);
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;
	Span		span;

	range_deserialize(range_get_typcache(fcinfo, RangeTypeGetOid(range)), range,
					  &lower, &upper, &empty);
	if (empty || !read_span(&lower, &upper, &span))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(name_length(span)));
}

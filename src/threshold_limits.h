/*
 * threshold_limits.h
 *	  Limits of thresholds, without the backend: compared, tightened, packed, read
 *	  from text and printed.
 *
 * A threshold says, for every grade worse than normal, which values are better than
 * it: those from a lower limit to an upper limit, both included; either may be
 * missing.  The worse the grade, the wider: each of these ranges lies inside that of
 * the next worse grade.  A grade without limits of its own has those of the next
 * worse one, which means that it does not occur.
 */
#ifndef GOV_THRESHOLD_LIMITS_H
#define GOV_THRESHOLD_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of the enum governance.grade. */
typedef enum GovGrade
{
	GOV_NORMAL,
	GOV_NOTICE,
	GOV_CAUTION,
	GOV_WARNING,
	GOV_BREACH
} GovGrade;

#define GOV_GRADES	5

/* Grades with limits.  Arrays of limits begin with notice: innermost first. */
#define GOV_LIMITS	4
#define GOV_INNER	0
#define GOV_OUTER	(GOV_LIMITS - 1)
#define GOV_LIMIT_OF(grade)	((grade) - GOV_NOTICE)
#define GOV_GRADE_OF(limit)	((GovGrade) ((limit) + GOV_NOTICE))

enum
{
	GOV_LOWER,
	GOV_UPPER,
	GOV_SIDES
};

extern const char *const gov_grade_names[GOV_GRADES];

/*
 * A decimal as numeric has it: digits in base 10000, the first standing for
 * 10000^weight, without zeros at either end.  They may stand at any address.
 */
typedef struct GovDigits
{
	const char *digits;			/* int16 each */
	int			ndigits;
	int			weight;
	bool		negative;
} GovDigits;

/* Decimal digits that a limit may have ahead of the point, and as many behind. */
#define GOV_LIMIT_PLACES	1000
#define GOV_LIMIT_NDIGITS	(2 * GOV_LIMIT_PLACES / 4)

/* The limits of every grade; those not given are those of the next worse grade. */
typedef struct GovLimits
{
	bool		has[GOV_SIDES];
	bool		given[GOV_SIDES][GOV_LIMITS];
	GovDigits	at[GOV_SIDES][GOV_LIMITS];
} GovLimits;

/* The digits of limits read from text. */
typedef struct GovLimitStore
{
	int			used;
	int16_t		digits[GOV_SIDES * GOV_LIMITS][GOV_LIMIT_NDIGITS];
} GovLimitStore;

/* Two limits of which the first should lie above the second, or below, and does not. */
typedef struct GovCrossing
{
	int			side[2];
	int			limit[2];
} GovCrossing;

typedef enum GovThresholdFault
{
	GOV_THRESHOLD_OK,
	GOV_THRESHOLD_EMPTY,
	GOV_THRESHOLD_BAD_START,	/* neither >= nor <= nor a number */
	GOV_THRESHOLD_STRICT,		/* > or < */
	GOV_THRESHOLD_NO_NUMBER,
	GOV_THRESHOLD_NOT_FINITE,
	GOV_THRESHOLD_LONG,			/* too many digits */
	GOV_THRESHOLD_NO_DOTS,
	GOV_THRESHOLD_NO_GRADE,
	GOV_THRESHOLD_GRADE_TWICE,
	GOV_THRESHOLD_CROSSING
} GovThresholdFault;

/* The first fault from the left; limits that cross are found last. */
typedef struct GovThresholdError
{
	GovThresholdFault fault;
	size_t		at;				/* offset of what is at fault */
	GovCrossing crossing;
} GovThresholdError;

/*
 * Where a packed threshold begins: which limits differ from those of the next worse
 * grade.  Then come, for these, GOV_PACKED_LIMIT bytes each, lower ones first, innermost
 * first, and then their digits.  Equal thresholds are equal bytes.
 */
#define GOV_PACKED_HEAD		2
#define GOV_PACKED_LIMIT	4

extern int	gov_digits_compare(const GovDigits *a, const GovDigits *b);
extern int	gov_digits_scale(const GovDigits *d);
extern bool gov_limit_fits(const GovDigits *d);

extern void gov_limits_set(GovLimits *limits, int side, int limit, const GovDigits *d);
extern void gov_limits_fill(GovLimits *limits);
extern bool gov_limits_check(const GovLimits *limits, GovCrossing *crossing);
extern bool gov_limits_tighten(const GovLimits *a, const GovLimits *b, GovLimits *result, GovCrossing *crossing);
extern bool gov_limits_cover(const GovLimits *a, const GovLimits *b);
extern int	gov_limits_compare(const GovLimits *a, const GovLimits *b);

extern size_t gov_limits_pack(const GovLimits *limits, char *packed);
extern void gov_limits_unpack(const char *packed, GovLimits *limits);
extern GovGrade gov_packed_grade(const char *packed, const GovDigits *value);

extern bool gov_limits_parse(const char *text, size_t len, GovLimitStore *store,
							 GovLimits *limits, GovThresholdError *error);
extern size_t gov_limits_print(const GovLimits *limits, char *out);
extern size_t gov_limits_print_size(const GovLimits *limits);
extern size_t gov_digits_print(const GovDigits *d, char *out);
extern size_t gov_digits_print_size(const GovDigits *d);

#endif

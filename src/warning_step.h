/*
 * warning_step.h
 *	  What a warning makes of one value after the other, without the backend.
 *
 * The values of one series come in the order of their periods, each as a grade or as
 * missing.  Periods are known by their number in the series, from 1.
 */
#ifndef GOV_WARNING_STEP_H
#define GOV_WARNING_STEP_H

#include <stdbool.h>
#include <stdint.h>

/* In the order of the enum governance.warning_state. */
typedef enum GovWarningState
{
	GOV_WARNING_NORMAL,
	GOV_WARNING_RESOLVED,
	GOV_WARNING_PENDING,
	GOV_WARNING_STALE,
	GOV_WARNING_NO_DATA,
	GOV_WARNING_RECOVERING,
	GOV_WARNING_FIRING
} GovWarningState;

#define GOV_WARNING_STATES	7

extern const char *const gov_warning_state_names[GOV_WARNING_STATES];

/* Flapping is looked for in so many values, between which one less can change sides. */
#define GOV_FLAP_VALUES	21
#define GOV_FLAP_STEPS	(GOV_FLAP_VALUES - 1)

/* By what one value is judged.  Grades are those of GovGrade. */
typedef struct GovWarningRule
{
	int			fires_at;		/* the least grade that is a breach */
	int			hold;
	int			keep;
	int			flap_start;		/* changes of side */
	int			flap_stop;
} GovWarningRule;

/* A period's value: its grade, and that by the limits for leaving, which is no better. */
typedef struct GovWarningValue
{
	bool		missing;
	GovWarningState absence;	/* what a missing one shows: no_data or stale */
	int			grade;
	int			clear_grade;
} GovWarningValue;

/* All zero before the first period.  Numbers of periods are 0 where there is none. */
typedef struct GovWarning
{
	GovWarningState state;		/* what is shown */
	GovWarningState standing;	/* what stands, also while values are missing */
	int			grade;			/* of the last value, or what of a warning still stands */
	int64_t		period;			/* the present one */
	int64_t		since;			/* the first in this state */
	int64_t		breached;		/* the first in breach, while pending or active */
	int64_t		fired;			/* the first in which it fired, while active */
	int64_t		judged;			/* the last with a value */
	int64_t		held;			/* values from breached to the one before the last */
	int64_t		kept;			/* values fit to leave, in a row */
	int64_t		missing;		/* periods without a value, in a row */
	uint32_t	turns;			/* changes of side, a bit a step, the last one lowest */
	bool		breach;			/* the side of the last value */
	bool		flaps;
} GovWarning;

extern void gov_warning_step(GovWarning *w, const GovWarningValue *value, const GovWarningRule *rule);
extern bool gov_warning_active(const GovWarning *w);
extern int	gov_warning_turns(const GovWarning *w);

#endif

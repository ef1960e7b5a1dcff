/*
 * warning_step.c
 *	  What a warning makes of one value after the other.
 *
 * A value is in breach, fit to leave, or between the two: good enough not to enter, and
 * not yet good enough to leave.  doc/warning.md has the table of transitions.
 */
#include "warning_step.h"

const char *const gov_warning_state_names[GOV_WARNING_STATES] =
{"normal", "resolved", "pending", "stale", "no_data", "recovering", "firing"};

bool
gov_warning_active(const GovWarning *w)
{
	return w->standing == GOV_WARNING_FIRING || w->standing == GOV_WARNING_RECOVERING;
}

int
gov_warning_turns(const GovWarning *w)
{
	int			n = 0;

	for (uint32_t bits = w->turns; bits != 0; bits &= bits - 1)
		n++;
	return n;
}

static void
note_side(GovWarning *w, bool breach, const GovWarningRule *rule)
{
	bool		turned = w->judged > 0 && breach != w->breach;
	int			turns;

	w->turns = (w->turns << 1 | turned) & ((UINT32_C(1) << GOV_FLAP_STEPS) - 1);
	w->breach = breach;
	turns = gov_warning_turns(w);
	w->flaps = turns >= (w->flaps ? rule->flap_stop : rule->flap_start);
}

/* A grade gets worse at its limit, and better beyond the one for leaving. */
static int
standing_grade(const GovWarning *w, const GovWarningValue *value)
{
	if (w->grade < value->grade)
		return value->grade;
	return w->grade < value->clear_grade ? w->grade : value->clear_grade;
}

static void
enter_breach(GovWarning *w, const GovWarningValue *value, const GovWarningRule *rule)
{
	w->grade = gov_warning_active(w) ? standing_grade(w, value) : value->grade;
	if (w->breached == 0)
		w->breached = w->period;
	else
		w->held++;
	w->kept = 0;
	if (w->held >= rule->hold)
	{
		w->standing = GOV_WARNING_FIRING;
		if (w->fired == 0)
			w->fired = w->period;
	}
	else
	{
		w->standing = GOV_WARNING_PENDING;
		w->fired = 0;
	}
}

static void
end(GovWarning *w, GovWarningState standing, int grade)
{
	w->standing = standing;
	w->grade = grade;
	w->breached = w->fired = 0;
	w->held = w->kept = 0;
}

static void
leave_breach(GovWarning *w, const GovWarningValue *value, const GovWarningRule *rule)
{
	int			grade = standing_grade(w, value);

	if (!gov_warning_active(w))
		end(w, w->standing == GOV_WARNING_PENDING ? GOV_WARNING_NORMAL : w->standing, value->grade);
	else if (grade >= rule->fires_at)
	{
		w->standing = GOV_WARNING_RECOVERING;
		w->grade = grade;
		w->held++;
		w->kept = 0;
	}
	else if (w->kept < rule->keep)
	{
		w->standing = GOV_WARNING_FIRING;
		w->held++;
		w->kept++;
	}
	else
		end(w, GOV_WARNING_RESOLVED, value->grade);
}

void
gov_warning_step(GovWarning *w, const GovWarningValue *value, const GovWarningRule *rule)
{
	GovWarningState before = w->state;

	w->period++;
	if (value->missing)
	{
		w->missing++;
		w->state = value->absence;
	}
	else
	{
		bool		breach = value->grade >= rule->fires_at;

		note_side(w, breach, rule);
		if (breach)
			enter_breach(w, value, rule);
		else
			leave_breach(w, value, rule);
		w->judged = w->period;
		w->missing = 0;
		w->state = w->standing;
	}
	if (w->state != before || w->period == 1)
		w->since = w->period;
}

/*
 * fuzz_warning.c [iterations [seed]]
 *	  Holds warning_step.c against the table of transitions in doc/warning.md, a latch
 *	  for every grade, and counting over the whole past; and against its laws.
 */
#include "warning_step.h"
#include "fuzz_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(what) \
	do { if (!(what)) { fprintf(stderr, "%s:%d: round %ld, period %d: %s\n", __FILE__, __LINE__, rounds, period, #what); exit(1); } } while (0)

#define LONGEST	60
#define GRADES	5

static long rounds;
static int	period;

static int
below(int n)
{
	return (int) (any() % (uint64_t) n);
}

/*-------------------------------------------------------------------------
 * What it should be, from the table
 *-------------------------------------------------------------------------
 */

typedef enum Place
{
	IN_BREACH,
	BETWEEN,
	FIT
} Place;

typedef enum Condition
{
	ALWAYS,
	LONG_ENOUGH,				/* as many values of the breach before it as hold says */
	TOO_SHORT,
	TO_KEEP,					/* not yet kept for as long as keep says */
	KEPT
} Condition;

#define ANY (-1)

static const struct
{
	int			from;
	Place		place;
	Condition	condition;
	GovWarningState to;
}			table[] =
{
	{ANY, IN_BREACH, LONG_ENOUGH, GOV_WARNING_FIRING},
	{ANY, IN_BREACH, TOO_SHORT, GOV_WARNING_PENDING},
	{GOV_WARNING_NORMAL, BETWEEN, ALWAYS, GOV_WARNING_NORMAL},
	{GOV_WARNING_NORMAL, FIT, ALWAYS, GOV_WARNING_NORMAL},
	{GOV_WARNING_RESOLVED, BETWEEN, ALWAYS, GOV_WARNING_RESOLVED},
	{GOV_WARNING_RESOLVED, FIT, ALWAYS, GOV_WARNING_RESOLVED},
	{GOV_WARNING_PENDING, BETWEEN, ALWAYS, GOV_WARNING_NORMAL},
	{GOV_WARNING_PENDING, FIT, ALWAYS, GOV_WARNING_NORMAL},
	{GOV_WARNING_FIRING, BETWEEN, ALWAYS, GOV_WARNING_RECOVERING},
	{GOV_WARNING_FIRING, FIT, TO_KEEP, GOV_WARNING_FIRING},
	{GOV_WARNING_FIRING, FIT, KEPT, GOV_WARNING_RESOLVED},
	{GOV_WARNING_RECOVERING, BETWEEN, ALWAYS, GOV_WARNING_RECOVERING},
	{GOV_WARNING_RECOVERING, FIT, TO_KEEP, GOV_WARNING_FIRING},
	{GOV_WARNING_RECOVERING, FIT, KEPT, GOV_WARNING_RESOLVED},
};

static GovWarningValue value[LONGEST + 1];
static GovWarningRule rule[LONGEST + 1];

/* By period; 0 stands before the first. */
static GovWarningState shown[LONGEST + 1];
static GovWarningState standing[LONGEST + 1];
static int	grade[LONGEST + 1];
static bool flaps[LONGEST + 1];

static bool
is_active(GovWarningState s)
{
	return s == GOV_WARNING_FIRING || s == GOV_WARNING_RECOVERING;
}

static int
judged_before(int at)
{
	do
		at--;
	while (at > 0 && value[at].missing);
	return at;
}

static bool
breaches(int at)
{
	return value[at].grade >= rule[at].fires_at;
}

/* The first value of the breach to which one belongs: back to a state that is neither pending nor active. */
static int
breach_start(int at)
{
	int			first = at;

	for (int i = judged_before(at); i > 0 && (standing[i] == GOV_WARNING_PENDING || is_active(standing[i])); i = judged_before(i))
		first = i;
	return first;
}

static int
values_since(int first, int at)
{
	int			n = 0;

	for (int i = first; i < at; i++)
		n += !value[i].missing;
	return n;
}

/* Values before this one that were fit to leave, in a row, while it fired. */
static int
kept_before(int at)
{
	int			n = 0;

	for (int i = judged_before(at); i > 0 && standing[i] == GOV_WARNING_FIRING && !breaches(i); i = judged_before(i))
		n++;
	return n;
}

/* Every grade is a latch: on at its limit, off beyond the one for leaving. */
static int
latched(int before, const GovWarningValue *v)
{
	int			highest = 0;

	for (int level = 1; level < GRADES; level++)
	{
		bool		on = before >= level;

		if (v->grade >= level)
			on = true;
		else if (v->clear_grade < level)
			on = false;
		if (on)
			highest = level;
	}
	return highest;
}

static int
turns_at(int at)
{
	int			n = 0;
	int			values = 1;

	for (int i = at; values < GOV_FLAP_VALUES; values++)
	{
		int			earlier = judged_before(i);

		if (earlier == 0)
			break;
		n += breaches(i) != breaches(earlier);
		i = earlier;
	}
	return n;
}

static void
expect(int at)
{
	int			before = judged_before(at);
	const GovWarningValue *v = &value[at];
	bool		was_active = is_active(standing[before]);
	int			stands = was_active ? latched(grade[before], v) : v->grade;
	Place		place = breaches(at) ? IN_BREACH : stands >= rule[at].fires_at ? BETWEEN : FIT;
	int			held = values_since(breach_start(at), at);
	int			found = 0;

	if (v->missing)
	{
		shown[at] = v->absence;
		standing[at] = standing[at - 1];
		grade[at] = grade[at - 1];
		flaps[at] = flaps[at - 1];
		return;
	}
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
	{
		bool		holds = true;

		if (table[i].place != place || (table[i].from != ANY && table[i].from != (int) standing[before]))
			continue;
		switch (table[i].condition)
		{
			case LONG_ENOUGH:
				holds = held >= rule[at].hold;
				break;
			case TOO_SHORT:
				holds = held < rule[at].hold;
				break;
			case TO_KEEP:
				holds = kept_before(at) < rule[at].keep;
				break;
			case KEPT:
				holds = kept_before(at) >= rule[at].keep;
				break;
			default:
				break;
		}
		if (holds)
		{
			standing[at] = table[i].to;
			found++;
		}
	}
	CHECK(found == 1);
	shown[at] = standing[at];
	grade[at] = is_active(standing[at]) && place == FIT ? grade[before]
		: is_active(standing[at]) || place == IN_BREACH ? stands : v->grade;
	flaps[at] = turns_at(at) >= (flaps[before] ? rule[at].flap_stop : rule[at].flap_start);
}

/* The first period, back from one, of those in a row of which the same is true. */
static int
first_shown(int at)
{
	while (at > 1 && shown[at - 1] == shown[at])
		at--;
	return at;
}

static int
first_fired(int at)
{
	int			first = 0;

	for (int i = at; i > 0 && is_active(standing[i]); i--)
		if (!value[i].missing)
			first = i;
	return first;
}

static void
compare(const GovWarning *w)
{
	int			last = value[period].missing ? judged_before(period) : period;
	bool		open = standing[period] == GOV_WARNING_PENDING || is_active(standing[period]);
	int			missing = 0;

	for (int i = period; i > 0 && value[i].missing; i--)
		missing++;
	CHECK(w->state == shown[period]);
	CHECK(w->standing == standing[period]);
	CHECK(w->grade == grade[period]);
	CHECK(w->since == first_shown(period));
	CHECK(w->judged == last);
	CHECK(w->missing == missing);
	CHECK(w->fired == first_fired(period));
	CHECK(w->breached == (open ? breach_start(last) : 0));
	CHECK(w->held == (open ? values_since(breach_start(last), last) : 0));
	CHECK(gov_warning_active(w) == is_active(standing[period]));
	CHECK(last == 0 || gov_warning_turns(w) == turns_at(last));
	CHECK(w->flaps == flaps[period]);
}

/*-------------------------------------------------------------------------
 * Laws
 *-------------------------------------------------------------------------
 */

/* Leaving out what is missing changes nothing that stands. */
static void
check_missing(int length, const GovWarning *whole)
{
	GovWarning	w = {0};

	for (int i = 1; i <= length; i++)
		if (!value[i].missing)
			gov_warning_step(&w, &value[i], &rule[i]);
	CHECK(w.standing == whole->standing && w.grade == whole->grade);
	CHECK(w.held == whole->held && w.kept == whole->kept && w.turns == whole->turns && w.flaps == whole->flaps);
}

/* Without hold, keep and limits for leaving it fires just while values are in breach. */
static void
check_plain(int length)
{
	GovWarning	w = {0};

	for (int i = 1; i <= length; i++)
	{
		GovWarningValue v = value[i];
		GovWarningRule r = rule[i];

		r.hold = r.keep = 0;
		v.clear_grade = v.grade;
		gov_warning_step(&w, &v, &r);
		if (!v.missing)
		{
			CHECK((w.state == GOV_WARNING_FIRING) == (v.grade >= r.fires_at));
			CHECK(w.grade == v.grade && w.state != GOV_WARNING_RECOVERING && w.state != GOV_WARNING_PENDING);
		}
	}
}

/* A stricter limit for leaving never ends a warning earlier. */
static void
check_stricter(int length)
{
	GovWarning	lax = {0};
	GovWarning	strict = {0};

	for (int i = 1; i <= length; i++)
	{
		GovWarningValue v = value[i];
		GovWarningRule r = rule[1];

		gov_warning_step(&lax, &v, &r);
		v.clear_grade = GRADES - 1;
		gov_warning_step(&strict, &v, &r);
		CHECK(!gov_warning_active(&lax) || gov_warning_active(&strict));
	}
}

static void
random_rule(GovWarningRule *r)
{
	r->fires_at = 1 + below(GRADES - 1);
	r->hold = below(4);
	r->keep = below(4);
	r->flap_start = 1 + below(GOV_FLAP_STEPS);
	r->flap_stop = below(r->flap_start + 1);
}

static void
check_series(void)
{
	int			length = 1 + below(LONGEST);
	int			gaps = below(3);
	bool		one_rule = below(2);
	GovWarning	w = {0};

	for (int i = 1; i <= length; i++)
	{
		value[i].missing = gaps > 0 && below(4) < gaps;
		value[i].absence = below(2) ? GOV_WARNING_NO_DATA : GOV_WARNING_STALE;
		value[i].grade = below(2) ? below(GRADES) : i == 1 ? 0 : value[i - 1].grade;
		value[i].clear_grade = value[i].grade + below(GRADES - value[i].grade);
		if (i == 1 || (!one_rule && below(8) == 0))
			random_rule(&rule[i]);
		else
			rule[i] = rule[i - 1];
	}
	shown[0] = standing[0] = GOV_WARNING_NORMAL;
	grade[0] = 0;
	flaps[0] = false;
	for (period = 1; period <= length; period++)
	{
		gov_warning_step(&w, &value[period], &rule[period]);
		expect(period);
		compare(&w);
	}
	check_missing(length, &w);
	check_plain(length);
	check_stricter(length);
}

int
main(int argc, char **argv)
{
	long		iterations = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;

	seed_random(argc, argv);
	for (rounds = 0; rounds < iterations; rounds++)
		check_series();
	printf("%ld rounds\n", rounds);
	return 0;
}

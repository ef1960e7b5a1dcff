/*
 * allocation_parts.c
 *	  Apportionment with floors and caps, exactly, in n log n steps whatever the total.
 *
 * First the water level: the rate at which the rows' quotas, weight * rate but no less
 * than the floor and no more than the cap, sum to the total.  Rows wait at their floor,
 * rise with the rate, and stop at their cap; the rate at which a row starts or stops is
 * bound / weight, and a heap gives these in order.  In the end the rate is left /
 * rising: what the rows that rise share, and the sum of their weights.
 *
 * Largest remainder then rounds the quotas down and gives the quanta that are left to
 * the largest remainders, which have one denominator.
 *
 * The divisor methods grant one quantum after the other to the row with the largest
 * weight / d(k), k being what it has: d is k + 1 (D'Hondt), k + 1/2 (Sainte-Lague),
 * sqrt(k * (k + 1)) (Huntington-Hill).  The grants at or above a level are the first so
 * many of that sequence; the level of the quotas misses the total by less than
 * one per row, and from there the last grants are made, or taken back, one by one.
 */
#include "allocation.h"

#include <string.h>

typedef enum state
{
	FIXED,						/* without a weight, or without room above the floor */
	WAITING,					/* at the floor */
	RISING,
	STOPPED						/* at the cap */
} state;

typedef struct work
{
	gov_allocation *a;
	int			ww;				/* widths of a weight, */
	int			pw;				/* of a part, */
	int			sw;				/* and of a sum of weights */
	unsigned char *state;
	gov_limb   *rising;			/* sw: sum of the weights of rows that rise */
	gov_limb   *left;			/* pw: the total without what others have */
	gov_limb   *rest;			/* sw per row: remainders of quotas */
	gov_limb   *scratch[6];		/* each holds any product below */

	size_t	   *heap;			/* rows, the first one at the top */
	size_t		heaped;
	bool		(*before) (struct work *w, size_t i, size_t j);
} work;

static const gov_limb *
weight_of(const work *w, size_t i)
{
	return w->a->weight + i * w->ww;
}

static gov_limb *
part_of(const work *w, size_t i)
{
	return w->a->part + i * w->pw;
}

static bool
has_floor(const work *w, size_t i)
{
	return w->a->floor && !gov_natural_is_zero(w->a->floor + i * w->pw, w->pw);
}

static bool
has_cap(const work *w, size_t i)
{
	return w->a->cap && gov_natural_compare(w->a->cap + i * w->pw, w->pw, w->a->total, w->pw) < 0;
}

/*-------------------------------------------------------------------------
 * The heap
 *-------------------------------------------------------------------------
 */

static void
sift_down(work *w, size_t hole)
{
	size_t		row = w->heap[hole];

	for (;;)
	{
		size_t		child = 2 * hole + 1;

		if (child >= w->heaped)
			break;
		if (child + 1 < w->heaped && w->before(w, w->heap[child + 1], w->heap[child]))
			child++;
		if (!w->before(w, w->heap[child], row))
			break;
		w->heap[hole] = w->heap[child];
		hole = child;
	}
	w->heap[hole] = row;
}

static void
order_heap(work *w)
{
	for (size_t i = w->heaped / 2; i-- > 0;)
	{
		w->a->poll();
		sift_down(w, i);
	}
}

/* The row at the top has changed, or goes. */
static void
renew_top(work *w, bool stays)
{
	w->a->poll();
	if (!stays)
		w->heap[0] = w->heap[--w->heaped];
	if (w->heaped > 0)
		sift_down(w, 0);
}

/*-------------------------------------------------------------------------
 * The water level
 *-------------------------------------------------------------------------
 */

static const gov_limb *
next_bound(const work *w, size_t i)
{
	return (w->state[i] == WAITING ? w->a->floor : w->a->cap) + i * w->pw;
}

/* bound / weight is smaller */
static bool
reached_before(work *w, size_t i, size_t j)
{
	int			order;

	gov_natural_multiply(w->scratch[0], next_bound(w, i), w->pw, weight_of(w, j), w->ww);
	gov_natural_multiply(w->scratch[1], next_bound(w, j), w->pw, weight_of(w, i), w->ww);
	order = gov_natural_compare(w->scratch[0], w->pw + w->ww, w->scratch[1], w->pw + w->ww);
	return order < 0 || (order == 0 && i < j);
}

/* At the rate at which row i reaches its bound, is the total reached too? */
static bool
enough_at(work *w, size_t i)
{
	gov_natural_multiply(w->scratch[0], next_bound(w, i), w->pw, w->rising, w->sw);
	gov_natural_multiply(w->scratch[1], w->left, w->pw, weight_of(w, i), w->ww);
	return gov_natural_compare(w->scratch[0], w->pw + w->sw, w->scratch[1], w->pw + w->ww) >= 0;
}

/* Where every row begins; false if the floors alone are too much. */
static bool
begin_rise(work *w)
{
	gov_allocation *a = w->a;
	gov_limb   *floors = a->placed;

	memset(floors, 0, (w->pw + 1) * sizeof(gov_limb));
	for (size_t i = 0; i < a->rows; i++)
	{
		bool		floored = has_floor(w, i);
		bool		capped = has_cap(w, i);

		a->poll();
		a->binding += floored;
		if (floored)
			gov_natural_add(floors, w->pw + 1, a->floor + i * w->pw, w->pw);
		if (gov_natural_is_zero(weight_of(w, i), w->ww) ||
			(capped && gov_natural_compare(a->cap + i * w->pw, w->pw,
										   floored ? a->floor + i * w->pw : NULL, floored ? w->pw : 0) == 0))
		{
			w->state[i] = FIXED;
			continue;
		}
		w->state[i] = floored ? WAITING : RISING;
		if (!floored)
			gov_natural_add(w->rising, w->sw, weight_of(w, i), w->ww);
		if (floored || capped)
			w->heap[w->heaped++] = i;
	}
	if (gov_natural_compare(floors, w->pw + 1, a->total, w->pw) > 0)
		return false;
	gov_natural_copy(w->left, w->pw, a->total, w->pw);
	gov_natural_subtract(w->left, w->pw, floors, w->pw + 1);
	return true;
}

static void
rise(work *w)
{
	gov_allocation *a = w->a;

	w->before = reached_before;
	order_heap(w);
	while (w->heaped > 0 && !enough_at(w, w->heap[0]))
	{
		size_t		i = w->heap[0];

		if (w->state[i] == WAITING)
		{
			gov_natural_add(w->left, w->pw, a->floor + i * w->pw, w->pw);
			gov_natural_add(w->rising, w->sw, weight_of(w, i), w->ww);
			w->state[i] = RISING;
			renew_top(w, has_cap(w, i));
		}
		else
		{
			gov_natural_subtract(w->left, w->pw, a->cap + i * w->pw, w->pw);
			gov_natural_subtract(w->rising, w->sw, weight_of(w, i), w->ww);
			w->state[i] = STOPPED;
			renew_top(w, false);
		}
	}
}

/* The most that can be placed, unless that has no end. */
static gov_outcome
check_room(work *w)
{
	gov_allocation *a = w->a;
	bool		weighty = false;

	memset(a->placed, 0, (w->pw + 1) * sizeof(gov_limb));
	a->binding = 0;
	for (size_t i = 0; i < a->rows; i++)
	{
		bool		weighs = !gov_natural_is_zero(weight_of(w, i), w->ww);

		a->poll();
		if (weighs && !has_cap(w, i))
			return GOV_ALLOCATED;
		weighty |= weighs;
		a->binding += weighs;
		if (weighs)
			gov_natural_add(a->placed, w->pw + 1, a->cap + i * w->pw, w->pw);
		else if (has_floor(w, i))
			gov_natural_add(a->placed, w->pw + 1, a->floor + i * w->pw, w->pw);
	}
	if (gov_natural_compare(a->placed, w->pw + 1, a->total, w->pw) >= 0)
		return GOV_ALLOCATED;
	return weighty ? GOV_CAPS_BIND : GOV_NO_WEIGHT;
}

/*-------------------------------------------------------------------------
 * Rounding
 *-------------------------------------------------------------------------
 */

static bool
twice_reaches(gov_limb *twice, const gov_limb *rest, const gov_limb *rising, int sw)
{
	gov_natural_copy(twice, sw + 1, rest, sw);
	gov_natural_add(twice, sw + 1, rest, sw);
	return gov_natural_compare(twice, sw + 1, rising, sw) >= 0;
}

/*
 * Is part + rest / rising, squared, at least part * (part + 1)?  That is
 * part * rising^2 <= rest * (2 * part * rising + rest).
 */
static bool
above_geometric_mean(work *w, const gov_limb *part, const gov_limb *rest)
{
	gov_limb   *product = w->scratch[0];
	gov_limb   *square = w->scratch[1];
	gov_limb   *right = w->scratch[2];
	int			pw = w->pw;
	int			sw = w->sw;

	gov_natural_multiply(product, part, pw, w->rising, sw);
	product[pw + sw] = 0;
	gov_natural_multiply(square, product, pw + sw, w->rising, sw);
	gov_natural_multiply_limb(product, pw + sw + 1, 2, 0);
	gov_natural_add(product, pw + sw + 1, rest, sw);
	gov_natural_multiply(right, product, pw + sw + 1, rest, sw);
	return gov_natural_compare(square, pw + 2 * sw, right, pw + 2 * sw + 1) <= 0;
}

/* The whole part of a quota that rises, rounded as the method's level has it. */
static void
round_quota(work *w, size_t i)
{
	gov_limb   *part = part_of(w, i);
	gov_limb   *rest = w->scratch[3];
	bool		up = false;

	gov_natural_multiply(rest, weight_of(w, i), w->ww, w->left, w->pw);
	gov_natural_divide(part, w->pw, rest, w->ww + w->pw, w->rising, w->sw, w->scratch[4]);
	switch (w->a->method)
	{
		case GOV_LARGEST_REMAINDER:
			gov_natural_copy(w->rest + i * w->sw, w->sw, rest, w->ww + w->pw);
			break;
		case GOV_DHONDT:
			break;
		case GOV_SAINTE_LAGUE:
			up = twice_reaches(w->scratch[0], rest, w->rising, w->sw);
			break;
		case GOV_HUNTINGTON_HILL:
			up = above_geometric_mean(w, part, rest);
			break;
	}
	if (up)
		gov_natural_add_limb(part, w->pw, 1);
}

/* All parts at the level; their sum, of width pw + 1, goes to sum. */
static void
round_quotas(work *w, gov_limb *sum)
{
	gov_allocation *a = w->a;

	memset(sum, 0, (w->pw + 1) * sizeof(gov_limb));
	for (size_t i = 0; i < a->rows; i++)
	{
		gov_limb   *part = part_of(w, i);

		a->poll();
		if (w->state[i] == RISING)
			round_quota(w, i);
		else if (w->state[i] == STOPPED)
			memcpy(part, a->cap + i * w->pw, w->pw * sizeof(gov_limb));
		else if (a->floor)
			memcpy(part, a->floor + i * w->pw, w->pw * sizeof(gov_limb));
		else
			memset(part, 0, w->pw * sizeof(gov_limb));
		gov_natural_add(sum, w->pw + 1, part, w->pw);
	}
}

static bool
larger_remainder(work *w, size_t i, size_t j)
{
	int			order = gov_natural_compare(w->rest + i * w->sw, w->sw, w->rest + j * w->sw, w->sw);

	return order > 0 || (order == 0 && i < j);
}

/* Each row that has a remainder can take one more: its cap is a whole number. */
static void
give_by_remainder(work *w, gov_limb missing)
{
	w->heaped = 0;
	for (size_t i = 0; i < w->a->rows; i++)
		if (w->state[i] == RISING && !gov_natural_is_zero(w->rest + i * w->sw, w->sw))
			w->heap[w->heaped++] = i;
	w->before = larger_remainder;
	order_heap(w);
	for (; missing > 0; missing--)
	{
		gov_natural_add_limb(part_of(w, w->heap[0]), w->pw, 1);
		renew_top(w, false);
	}
}

/*-------------------------------------------------------------------------
 * Divisors
 *-------------------------------------------------------------------------
 */

/* d(k), doubled for Sainte-Lague and squared for Huntington-Hill; returns its width. */
static int
divisor(const work *w, gov_limb *d, const gov_limb *part, bool last)
{
	int			pw = w->pw;
	gov_limb	one = 1;

	gov_natural_copy(d, pw, part, pw);
	if (last)
		gov_natural_subtract(d, pw, &one, 1);
	switch (w->a->method)
	{
		case GOV_SAINTE_LAGUE:
			gov_natural_multiply_limb(d, pw, 2, 1);
			return pw;
		case GOV_HUNTINGTON_HILL:
			gov_natural_copy(d + 2 * pw, pw, d, pw);
			gov_natural_copy(d + 3 * pw, pw, d, pw);
			gov_natural_add_limb(d + 3 * pw, pw, 1);
			gov_natural_multiply(d, d + 2 * pw, pw, d + 3 * pw, pw);
			return 2 * pw;
		default:
			gov_natural_add_limb(d, pw, 1);
			return pw;
	}
}

/*
 * Which of two grants is made earlier: the next ones, or the last ones made?  With
 * Huntington-Hill all first grants come before all second ones, those of larger
 * weights first.
 */
static bool
granted_before(work *w, size_t i, size_t j, bool last)
{
	gov_limb   *di = w->scratch[0];
	gov_limb   *dj = w->scratch[1];
	int			dw = divisor(w, di, part_of(w, i), last);
	const gov_limb *wi = weight_of(w, i);
	const gov_limb *wj = weight_of(w, j);
	int			ww = w->ww;
	int			order;

	divisor(w, dj, part_of(w, j), last);
	if (gov_natural_is_zero(di, dw) && gov_natural_is_zero(dj, dw))
		order = gov_natural_compare(wi, ww, wj, ww);
	else
	{
		if (w->a->method == GOV_HUNTINGTON_HILL)
		{
			gov_natural_multiply(w->scratch[2], wi, ww, wi, ww);
			gov_natural_multiply(w->scratch[3], wj, ww, wj, ww);
			wi = w->scratch[2];
			wj = w->scratch[3];
			ww *= 2;
		}
		gov_natural_multiply(w->scratch[4], wi, ww, dj, dw);
		gov_natural_multiply(w->scratch[5], wj, ww, di, dw);
		order = gov_natural_compare(w->scratch[4], ww + dw, w->scratch[5], ww + dw);
	}
	return order > 0 || (order == 0 && i < j);
}

static bool
grant_sooner(work *w, size_t i, size_t j)
{
	return granted_before(w, i, j, false);
}

static bool
take_sooner(work *w, size_t i, size_t j)
{
	return granted_before(w, j, i, true);
}

static bool
can_grow(const work *w, size_t i)
{
	return w->state[i] != FIXED &&
		!(has_cap(w, i) && gov_natural_compare(part_of(w, i), w->pw, w->a->cap + i * w->pw, w->pw) == 0);
}

static bool
can_shrink(const work *w, size_t i)
{
	return w->state[i] != FIXED &&
		gov_natural_compare(part_of(w, i), w->pw, w->a->floor ? w->a->floor + i * w->pw : NULL,
							w->a->floor ? w->pw : 0) > 0;
}

/* The next grants, or back with the last ones. */
static void
move_grants(work *w, gov_limb count, bool back)
{
	gov_limb	one = 1;

	w->heaped = 0;
	for (size_t i = 0; i < w->a->rows; i++)
		if (back ? can_shrink(w, i) : can_grow(w, i))
			w->heap[w->heaped++] = i;
	w->before = back ? take_sooner : grant_sooner;
	order_heap(w);
	for (; count > 0; count--)
	{
		size_t		i = w->heap[0];

		if (back)
			gov_natural_subtract(part_of(w, i), w->pw, &one, 1);
		else
			gov_natural_add_limb(part_of(w, i), w->pw, 1);
		renew_top(w, back ? can_shrink(w, i) : can_grow(w, i));
	}
}

/*-------------------------------------------------------------------------
 * All together
 *-------------------------------------------------------------------------
 */

static void
prepare(work *w, gov_allocation *a)
{
	size_t		widest;

	memset(w, 0, sizeof(*w));
	w->a = a;
	w->ww = a->weight_width;
	w->pw = a->part_width;
	w->sw = a->weight_width + 1;
	a->binding = 0;

	w->state = a->get(a->rows);
	w->heap = a->get(a->rows * sizeof(size_t));
	w->rising = a->get(w->sw * sizeof(gov_limb));
	memset(w->rising, 0, w->sw * sizeof(gov_limb));
	w->left = a->get(w->pw * sizeof(gov_limb));
	if (a->method == GOV_LARGEST_REMAINDER)
		w->rest = a->get(a->rows * w->sw * sizeof(gov_limb));
	widest = 4 * (size_t) w->pw + 2 * w->sw + 4;
	for (int i = 0; i < 6; i++)
		w->scratch[i] = a->get(widest * sizeof(gov_limb));
}

gov_outcome
gov_allocate(gov_allocation *a)
{
	work		w;
	gov_outcome outcome;
	gov_limb   *sum = a->placed;
	gov_limb   *away;
	bool		above;

	prepare(&w, a);
	if (!begin_rise(&w))
		return GOV_FLOORS_BIND;
	outcome = check_room(&w);
	if (outcome != GOV_ALLOCATED)
		return outcome;
	rise(&w);
	round_quotas(&w, sum);

	/* How far the sum is from the total: less than one per row. */
	above = gov_natural_compare(sum, w.pw + 1, a->total, w.pw) > 0;
	away = w.scratch[3];
	gov_natural_copy(away, w.pw + 1, above ? sum : a->total, above ? w.pw + 1 : w.pw);
	gov_natural_subtract(away, w.pw + 1, above ? a->total : sum, above ? w.pw : w.pw + 1);
	if (gov_natural_is_zero(away, w.pw + 1))
		return GOV_ALLOCATED;
	if (a->method == GOV_LARGEST_REMAINDER)
		give_by_remainder(&w, away[0]);
	else
		move_grants(&w, away[0], above);
	return GOV_ALLOCATED;
}

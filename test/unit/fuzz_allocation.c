/*
 * fuzz_allocation.c [iterations [seed]]
 *	  Holds allocation_natural.c against its own laws and 128-bit arithmetic, and
 *	  allocation_parts.c against slow definitions of the methods.
 */
#include "allocation.h"
#include "fuzz_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(what) \
	do { if (!(what)) { fprintf(stderr, "%s:%d: round %ld: %s\n", __FILE__, __LINE__, rounds, #what); exit(1); } } while (0)

#define WIDE 12
#define ROWS 9
#define NONE 1000000

typedef __int128 wide;

static long rounds;

static int
below(int n)
{
	return (int) (any() % (uint64_t) n);
}

/*-------------------------------------------------------------------------
 * Natural numbers
 *-------------------------------------------------------------------------
 */

/* Limbs at the edges are frequent: they make guessed digits of a quotient wrong. */
static gov_limb
any_limb(void)
{
	switch (below(6))
	{
		case 0:
			return 0;
		case 1:
			return UINT64_MAX;
		case 2:
			return UINT64_C(1) << 63;
		case 3:
			return any() >> below(64);
		case 4:
			return UINT64_MAX - below(3);
		default:
			return any();
	}
}

static int
any_natural(gov_limb *a, int most)
{
	int			n = 1 + below(most);

	for (int i = 0; i < n; i++)
		a[i] = any_limb();
	return n;
}

static void
check_division(void)
{
	gov_limb	q[WIDE],
				d[WIDE],
				r[2 * WIDE],
				product[2 * WIDE + 1],
				again[2 * WIDE],
				scratch[4 * WIDE];
	int			nq = any_natural(q, WIDE);
	int			nd = any_natural(d, WIDE);
	int			n = nq + nd;

	if (gov_natural_is_zero(d, nd))
		d[0] = 1;

	/* q * d + r, divided by d, is q and r. */
	memset(r, 0, sizeof(r));
	any_natural(r, nd);
	while (gov_natural_compare(r, nd, d, nd) >= 0)
		gov_natural_divide_limb(r, nd, 2 + (gov_limb) below(1000));
	gov_natural_multiply(product, q, nq, d, nd);
	gov_natural_multiply(again, d, nd, q, nq);
	CHECK(gov_natural_compare(product, n, again, n) == 0);
	CHECK(gov_natural_add(product, n, r, nd) == 0);
	gov_natural_divide(again, nq, product, n, d, nd, scratch);
	CHECK(gov_natural_compare(again, nq, q, nq) == 0);
	CHECK(gov_natural_compare(product, n, r, nd) == 0);

	/* a - d + d = a, with the borrow a carry. */
	memcpy(again, q, sizeof(q));
	memset(again + nq, 0, sizeof(again) - nq * sizeof(gov_limb));
	n = nq > nd ? nq : nd;
	CHECK((gov_natural_compare(q, nq, d, nd) < 0) == gov_natural_subtract(again, n, d, nd));
	gov_natural_add(again, n, d, nd);
	CHECK(gov_natural_compare(again, nq, q, nq) == 0);
}

static void
check_small(void)
{
	unsigned __int128 a = (unsigned __int128) any_limb() << 64 | any_limb();
	gov_limb	factor = any_limb();
	gov_limb	addend = any_limb();
	gov_limb	la[3] = {(gov_limb) a, (gov_limb) (a >> 64), 0};
	gov_limb	rest;

	gov_natural_multiply_limb(la, 3, factor, addend);
	CHECK(la[0] == (gov_limb) (a * factor + addend));
	if (factor > addend)
	{
		rest = gov_natural_divide_limb(la, 3, factor);
		CHECK(rest == addend && la[0] == (gov_limb) a && la[1] == (gov_limb) (a >> 64) && la[2] == 0);
	}
}

/*-------------------------------------------------------------------------
 * Methods
 *-------------------------------------------------------------------------
 */

typedef struct problem
{
	gov_method	method;
	int			rows;
	int			total;
	int			weight[ROWS];
	int			floor[ROWS];
	int			cap[ROWS];		/* NONE above any total */
} problem;

static char memory[1 << 16];
static size_t used;
static long polls;

static void *
get(size_t size)
{
	void	   *got = memory + used;

	used += (size + 15) & ~(size_t) 15;
	CHECK(used <= sizeof(memory));
	memset(got, 0x5A, size);
	return got;
}

static void
poll(void)
{
	polls++;
}

/* Everything times factor ^ power, the weights times factor ^ weight_power, at other widths. */
static gov_outcome
solve(const problem *p, gov_limb factor, int weight_power, int power, int *part)
{
	gov_allocation a = {.method = p->method, .rows = p->rows, .get = get, .poll = poll};
	bool		floors = false;
	bool		caps = false;
	gov_limb   *numbers[4];
	gov_outcome outcome;

	used = 0;
	a.weight_width = 1 + weight_power + below(2);
	a.part_width = 1 + power + below(2);
	a.placed = get((a.part_width + 1) * sizeof(gov_limb));
	for (int k = 0; k < 4; k++)
	{
		int			width = k == 0 ? a.weight_width : a.part_width;

		numbers[k] = get(ROWS * width * sizeof(gov_limb));
		memset(numbers[k], 0, ROWS * width * sizeof(gov_limb));
		for (int i = 0; i < (k == 3 ? 1 : p->rows); i++)
		{
			gov_limb   *number = numbers[k] + i * width;

			number[0] = k == 0 ? p->weight[i] : k == 1 ? p->floor[i] : k == 2 ? p->cap[i] : p->total;
			if (k == 2 && p->cap[i] > p->total)
				number[0] = p->total;
			floors |= p->floor[i] > 0;
			caps |= p->cap[i] < p->total;
			for (int n = 0; n < (k == 0 ? weight_power : power); n++)
				gov_natural_multiply_limb(number, width, factor, 0);
		}
	}
	a.weight = numbers[0];
	a.floor = floors || below(2) ? numbers[1] : NULL;
	a.cap = caps || below(2) ? numbers[2] : NULL;
	a.total = numbers[3];
	a.part = get(ROWS * a.part_width * sizeof(gov_limb));
	outcome = gov_allocate(&a);
	if (outcome != GOV_ALLOCATED)
	{
		for (int n = 0; n < power; n++)
			CHECK(gov_natural_divide_limb(a.placed, a.part_width + 1, factor) == 0);
		part[0] = (int) a.placed[0];
		return outcome;
	}
	for (int i = 0; i < p->rows; i++)
	{
		gov_limb	half = factor / 2;

		/* To the nearest: the parts of a finer quantum are within one of the quotas. */
		if (power > 0)
		{
			gov_natural_add_limb(a.part + i * a.part_width, a.part_width, half);
			for (int n = 0; n < power; n++)
				gov_natural_divide_limb(a.part + i * a.part_width, a.part_width, factor);
		}
		CHECK(gov_natural_compare(a.part + i * a.part_width, a.part_width, a.part + i * a.part_width, 1) == 0);
		part[i] = (int) a.part[i * a.part_width];
	}
	return GOV_ALLOCATED;
}

/* One grant after the other, each to the best row. */
static void
grant_slowly(const problem *p, int *part)
{
	int			left = p->total;

	for (int i = 0; i < p->rows; i++)
		left -= part[i] = p->floor[i];
	for (; left > 0; left--)
	{
		int			best = -1;
		wide		best_weight = 0;
		wide		best_divisor = 1;

		for (int i = 0; i < p->rows; i++)
		{
			wide		k = part[i];
			wide		weight = p->weight[i];
			wide		d = k + 1;

			if (part[i] >= p->cap[i] || weight == 0)
				continue;
			if (p->method == GOV_SAINTE_LAGUE)
				d = 2 * k + 1;
			if (p->method == GOV_HUNTINGTON_HILL)
			{
				/* k = 0 is better than anything, among themselves by weight */
				d = k == 0 ? 1 : k * (k + 1);
				weight *= k == 0 ? 1000000000 : weight;
			}
			if (best < 0 || weight * best_divisor > best_weight * d)
			{
				best = i;
				best_weight = weight;
				best_divisor = d;
			}
		}
		CHECK(best >= 0);
		part[best]++;
	}
}

#define COMMON 27720			/* every weight up to 12 divides it */

static wide
clamp(wide v, wide least, wide most)
{
	return v < least ? least : v > most ? most : v;
}

static wide
level(const problem *p, int rate)
{
	wide		sum = 0;

	for (int i = 0; i < p->rows; i++)
		sum += clamp((wide) p->weight[i] * rate, (wide) p->floor[i] * COMMON,
					 p->weight[i] ? (wide) p->cap[i] * COMMON : (wide) p->floor[i] * COMMON);
	return sum;
}

/*
 * Rates are multiples of 1 / COMMON, between which quotas are straight lines, as bound
 * / weight is such a multiple.
 */
static void
round_slowly(const problem *p, int *part)
{
	int			low = 0;
	int			high = (p->total + 1) * COMMON;
	wide		target = (wide) p->total * COMMON;
	wide		rise,
				over,
				scale;
	wide		rest[ROWS];
	int			left = p->total;

	while (high - low > 1)
	{
		int			middle = low + (high - low) / 2;

		if (level(p, middle) <= target)
			low = middle;
		else
			high = middle;
	}
	rise = level(p, low + 1) - level(p, low);
	over = target - level(p, low);
	if (rise == 0)
		rise = 1;
	scale = rise * COMMON;
	for (int i = 0; i < p->rows; i++)
	{
		wide		least = (wide) p->floor[i] * COMMON;
		wide		most = p->weight[i] ? (wide) p->cap[i] * COMMON : least;
		wide		from = clamp((wide) p->weight[i] * low, least, most);
		wide		to = clamp((wide) p->weight[i] * (low + 1), least, most);
		wide		quota = from * rise + (to - from) * over;

		part[i] = (int) (quota / scale);
		rest[i] = quota % scale;
		left -= part[i];
	}
	while (left-- > 0)
	{
		int			best = 0;

		for (int i = 1; i < p->rows; i++)
			if (rest[i] > rest[best])
				best = i;
		CHECK(rest[best] > 0);
		rest[best] = 0;
		part[best]++;
	}
}

static problem
any_problem(void)
{
	problem		p = {.method = below(4), .rows = 1 + below(ROWS), .total = below(4) ? below(60) : below(6)};
	int			floors = below(3);
	int			caps = below(3);
	int			weights = 1 + below(12);

	for (int i = 0; i < p.rows; i++)
	{
		p.weight[i] = below(8) ? 1 + below(weights) : 0;
		p.floor[i] = floors > below(4) ? below(8) : 0;
		p.cap[i] = caps > below(4) ? p.floor[i] + below(14) : NONE;
		if (p.floor[i] > p.total)
			p.floor[i] = p.total;
	}
	return p;
}

static void
check_methods(void)
{
	problem		p = any_problem();
	int			part[ROWS],
				other[ROWS],
				expected[ROWS];
	int			floors = 0;
	int			room = 0;
	int			placed = 0;
	bool		weighs = false;
	gov_outcome outcome = solve(&p, 1, 0, 0, part);
	gov_outcome again = solve(&p, UINT64_C(0xFFFFFFFFFFFFFFC5), 1 + below(4), 0, other);

	for (int i = 0; i < p.rows; i++)
	{
		floors += p.floor[i];
		room += p.weight[i] ? (p.cap[i] < p.total ? p.cap[i] : p.total) : p.floor[i];
		weighs |= p.weight[i] > 0;
	}
	CHECK(outcome == again);
	CHECK((outcome == GOV_FLOORS_BIND) == (floors > p.total));
	if (outcome == GOV_FLOORS_BIND)
	{
		CHECK(part[0] == floors);
		return;
	}
	CHECK((outcome != GOV_ALLOCATED) == (room < p.total));
	if (outcome != GOV_ALLOCATED)
	{
		CHECK((outcome == GOV_NO_WEIGHT) == !weighs);
		CHECK(part[0] == room && other[0] == room);
		return;
	}

	if (p.method == GOV_LARGEST_REMAINDER)
		round_slowly(&p, expected);
	else
		grant_slowly(&p, expected);
	for (int i = 0; i < p.rows; i++)
	{
		CHECK(part[i] == expected[i]);
		CHECK(other[i] == expected[i]);
		CHECK(part[i] >= p.floor[i] && part[i] <= p.cap[i]);
		placed += part[i];
	}
	CHECK(placed == p.total);

	/*
	 * Totals of many limbs.  With a quantum finer by a huge factor every method comes so near to the
	 * quotas that they round to the same, except at halves.
	 */
	outcome = solve(&p, UINT64_C(0xFFFFFFFFFFFFFFC5), below(3), 1 + below(3), other);
	CHECK(outcome == GOV_ALLOCATED);
	for (int i = 0; i < p.rows; i++)
		CHECK(other[i] >= p.floor[i] && other[i] <= p.cap[i]);
	if (p.method == GOV_LARGEST_REMAINDER)
		for (int i = 0; i < p.rows; i++)
			CHECK(other[i] >= expected[i] - 1 && other[i] <= expected[i] + 1);
}

int
main(int argc, char **argv)
{
	long		iterations = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;

	seed_random(argc, argv);
	for (rounds = 0; rounds < iterations; rounds++)
	{
		check_division();
		check_small();
		check_methods();
	}
	CHECK(polls > iterations);
	printf("%ld rounds\n", rounds);
	return 0;
}

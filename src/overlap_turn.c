/*
 * overlap_turn.c
 *	  The sign of a turn, exactly.
 *
 * A rounded determinant decides when it is beyond its own error bound; else the six
 * products are summed without rounding as an expansion of doubles. Both the bound and
 * the expansion are those of J. R. Shewchuk, "Adaptive Precision Floating-Point
 * Arithmetic and Fast Robust Geometric Predicates", Discrete & Computational Geometry
 * 18, 1997. Exact unless a product is smaller than about 1e-290.
 */
#include "overlap_shape.h"

#include <math.h>

#define TERMS 12

typedef struct Expansion
{
	int			n;
	double		term[TERMS];	/* none overlaps another, the largest last */
} Expansion;

/* The compiler must not merge these steps with their neighbours. */
static void
add_term(Expansion *sum, double term)
{
	volatile double carry = term;

	for (int i = 0; i < sum->n; i++)
	{
		volatile double a = carry;
		volatile double b = sum->term[i];
		volatile double total = a + b;
		volatile double of_b = total - a;
		volatile double of_a = total - of_b;
		volatile double lost_b = b - of_b;
		volatile double lost_a = a - of_a;

		sum->term[i] = lost_a + lost_b;
		carry = total;
	}
	sum->term[sum->n++] = carry;
}

static void
add_product(Expansion *sum, double a, double b)
{
	volatile double product = a * b;

	add_term(sum, fma(a, b, -product));
	add_term(sum, product);
}

static int
exact_turn(GovPoint a, GovPoint b, GovPoint c)
{
	Expansion	sum = {0};

	add_product(&sum, a.x, b.y);
	add_product(&sum, -a.y, b.x);
	add_product(&sum, b.x, c.y);
	add_product(&sum, -b.y, c.x);
	add_product(&sum, c.x, a.y);
	add_product(&sum, -c.y, a.x);
	for (int i = sum.n - 1; i >= 0; i--)
	{
		if (sum.term[i] != 0)
			return sum.term[i] > 0 ? 1 : -1;
	}
	return 0;
}

int
gov_turn(GovPoint a, GovPoint b, GovPoint c)
{
	static const double bound = 3.3306690738754716e-16;	/* (3 + 16 u) u, u = 2^-53 */
	double		left = (a.x - c.x) * (b.y - c.y);
	double		right = (a.y - c.y) * (b.x - c.x);
	double		turn = left - right;
	double		doubt = bound * (fabs(left) + fabs(right));

	if (turn > doubt)
		return 1;
	if (turn < -doubt)
		return -1;
	/* Two of the points are one, or all lie on an upright or level line. */
	if (doubt == 0)
		return 0;
	return exact_turn(a, b, c);
}

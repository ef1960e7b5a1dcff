/*
 * allocation_natural.c
 *	  Natural numbers of any size: what apportionment needs of arithmetic.
 *
 * Nearly all numbers are of one limb or two, so the methods are the schoolbook's; all
 * begin by leaving leading zeros out.
 */
#include "allocation_natural.h"

#include <string.h>

typedef unsigned __int128 gov_limb2;

static int
trim(const gov_limb *a, int na)
{
	while (na > 0 && a[na - 1] == 0)
		na--;
	return na;
}

bool
gov_natural_is_zero(const gov_limb *a, int na)
{
	return trim(a, na) == 0;
}

int
gov_natural_compare(const gov_limb *a, int na, const gov_limb *b, int nb)
{
	na = trim(a, na);
	nb = trim(b, nb);
	if (na != nb)
		return na < nb ? -1 : 1;
	for (int i = na; i-- > 0;)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* The limbs that do not fit must be zero. */
void
gov_natural_copy(gov_limb *to, int nto, const gov_limb *a, int na)
{
	int			n = na < nto ? na : nto;

	memcpy(to, a, n * sizeof(gov_limb));
	memset(to + n, 0, (nto - n) * sizeof(gov_limb));
}

/* a += b; returns what does not fit into a.  b may be wider only by zeros. */
gov_limb
gov_natural_add(gov_limb *a, int na, const gov_limb *b, int nb)
{
	gov_limb	carry = 0;

	nb = trim(b, nb);
	for (int i = 0; i < nb; i++)
	{
		gov_limb2	sum = (gov_limb2) a[i] + b[i] + carry;

		a[i] = (gov_limb) sum;
		carry = (gov_limb) (sum >> 64);
	}
	for (int i = nb; carry && i < na; i++)
		carry = ++a[i] == 0;
	return carry;
}

gov_limb
gov_natural_add_limb(gov_limb *a, int na, gov_limb b)
{
	return gov_natural_add(a, na, &b, 1);
}

/* a -= b; returns 1 if b was larger, and a is then of no use. */
gov_limb
gov_natural_subtract(gov_limb *a, int na, const gov_limb *b, int nb)
{
	gov_limb	borrow = 0;

	nb = trim(b, nb);
	for (int i = 0; i < nb; i++)
	{
		gov_limb2	difference = (gov_limb2) a[i] - b[i] - borrow;

		a[i] = (gov_limb) difference;
		borrow = (gov_limb) (difference >> 64) & 1;
	}
	for (int i = nb; borrow && i < na; i++)
		borrow = a[i]-- == 0;
	return borrow;
}

/* product, of width na + nb, must not overlap the factors. */
void
gov_natural_multiply(gov_limb *product, const gov_limb *a, int na, const gov_limb *b, int nb)
{
	memset(product, 0, (na + nb) * sizeof(gov_limb));
	na = trim(a, na);
	nb = trim(b, nb);
	for (int i = 0; i < na; i++)
	{
		gov_limb	carry = 0;

		for (int j = 0; j < nb; j++)
		{
			gov_limb2	sum = (gov_limb2) a[i] * b[j] + product[i + j] + carry;

			product[i + j] = (gov_limb) sum;
			carry = (gov_limb) (sum >> 64);
		}
		product[i + nb] = carry;
	}
}

/* a = a * factor + addend; returns what does not fit into a. */
gov_limb
gov_natural_multiply_limb(gov_limb *a, int na, gov_limb factor, gov_limb addend)
{
	gov_limb	carry = addend;

	for (int i = 0; i < na; i++)
	{
		gov_limb2	sum = (gov_limb2) a[i] * factor + carry;

		a[i] = (gov_limb) sum;
		carry = (gov_limb) (sum >> 64);
	}
	return carry;
}

/* a /= divisor, not 0; returns the rest. */
gov_limb
gov_natural_divide_limb(gov_limb *a, int na, gov_limb divisor)
{
	gov_limb	rest = 0;

	for (int i = trim(a, na); i-- > 0;)
	{
		gov_limb2	part = (gov_limb2) rest << 64 | a[i];

		if (rest == 0)
		{
			rest = a[i] % divisor;
			a[i] /= divisor;
			continue;
		}
		a[i] = (gov_limb) (part / divisor);
		rest = (gov_limb) (part % divisor);
	}
	return rest;
}

/* a <<= bits, below 64; returns the bits that go out. */
static gov_limb
shift_left(gov_limb *a, int na, int bits)
{
	gov_limb	carry = 0;

	if (bits == 0)
		return 0;
	for (int i = 0; i < na; i++)
	{
		gov_limb	out = a[i] >> (64 - bits);

		a[i] = a[i] << bits | carry;
		carry = out;
	}
	return carry;
}

static void
shift_right(gov_limb *a, int na, int bits)
{
	if (bits == 0)
		return;
	for (int i = 0; i < na; i++)
		a[i] = a[i] >> bits | (i + 1 < na ? a[i + 1] << (64 - bits) : 0);
}

/*
 * One digit of long division: how often the divisor, whose highest bit is set, goes
 * into the n + 1 limbs at top, from which that is taken.
 */
static gov_limb
divide_digit(gov_limb *top, const gov_limb *divisor, int n)
{
	gov_limb2	head = (gov_limb2) top[n] << 64 | top[n - 1];
	gov_limb2	digit = head / divisor[n - 1];
	gov_limb2	rest = head % divisor[n - 1];
	gov_limb	carry = 0;
	gov_limb	borrow = 0;

	/* With the divisor's two highest limbs the guess is too high by one at most. */
	while (digit >> 64 || (gov_limb2) (gov_limb) digit * divisor[n - 2] > (rest << 64 | top[n - 2]))
	{
		digit--;
		rest += divisor[n - 1];
		if (rest >> 64)
			break;
	}
	for (int i = 0; i < n; i++)
	{
		gov_limb2	product = (gov_limb2) (gov_limb) digit * divisor[i] + carry;
		gov_limb2	difference = (gov_limb2) top[i] - (gov_limb) product - borrow;

		carry = (gov_limb) (product >> 64);
		top[i] = (gov_limb) difference;
		borrow = (gov_limb) (difference >> 64) & 1;
	}
	if (top[n] < (gov_limb2) carry + borrow)
	{
		digit--;
		top[n] -= carry + borrow;
		top[n] += gov_natural_add(top, n, divisor, n);
	}
	else
		top[n] -= carry + borrow;
	return (gov_limb) digit;
}

/*
 * The dividend becomes the rest.  The quotient must fit its width; scratch has the
 * width of dividend and divisor and one more.  (Knuth, The Art of Computer
 * Programming, volume 2, 4.3.1, algorithm D.)
 */
void
gov_natural_divide(gov_limb *quotient, int nquotient, gov_limb *dividend, int ndividend,
				   const gov_limb *divisor, int ndivisor, gov_limb *scratch)
{
	int			n = trim(divisor, ndivisor);
	int			m = trim(dividend, ndividend);
	gov_limb   *top = scratch;
	gov_limb   *low = scratch + m + 1;
	int			bits;

	memset(quotient, 0, nquotient * sizeof(gov_limb));
	if (m < n)
		return;
	if (n == 1)
	{
		memcpy(top, dividend, m * sizeof(gov_limb));
		dividend[0] = gov_natural_divide_limb(top, m, divisor[0]);
		memset(dividend + 1, 0, (m - 1) * sizeof(gov_limb));
		gov_natural_copy(quotient, nquotient, top, m);
		return;
	}

	bits = __builtin_clzll(divisor[n - 1]);
	memcpy(top, dividend, m * sizeof(gov_limb));
	memcpy(low, divisor, n * sizeof(gov_limb));
	top[m] = shift_left(top, m, bits);
	shift_left(low, n, bits);
	for (int i = m - n; i >= 0; i--)
	{
		gov_limb	digit = divide_digit(top + i, low, n);

		if (i < nquotient)
			quotient[i] = digit;
	}
	shift_right(top, n, bits);
	memcpy(dividend, top, n * sizeof(gov_limb));
	memset(dividend + n, 0, (m - n) * sizeof(gov_limb));
}

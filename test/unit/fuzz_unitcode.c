/*
 * fuzz_unitcode.c [ROUNDS [SEED]]
 *	  Throws random and mutated bytes at the checks and cuts of unitcode_text.c,
 *	  and compares every answer with that of slow and obvious code.
 */
#include "unitcode_text.h"
#include "fuzz_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (GOV_CODE_MAX + 200)

static const char *now;

static void
must(int truth, const char *what, const char *bytes, size_t len)
{
	if (truth)
		return;
	fprintf(stderr, "%s: %s, of the %zu bytes \"", now, what, len);
	for (size_t i = 0; i < len; i++)
		fprintf(stderr, bytes[i] >= ' ' && bytes[i] <= '~' ? "%c" : "\\x%02x",
				(unsigned char) bytes[i]);
	fprintf(stderr, "\"\n");
	exit(1);
}

/* A copy of just the length, so that a sanitizer sees a byte read beyond it. */
static char *
exact(const char *bytes, size_t len)
{
	char	   *copy = malloc(len ? len : 1);

	memcpy(copy, bytes, len);
	return copy;
}

/*-------------------------------------------------------------------------
 * Slow and obvious
 *-------------------------------------------------------------------------
 */

typedef struct Labels
{
	int			n;
	size_t		start[INPUT_MAX + 2];
	size_t		end[INPUT_MAX + 2];
} Labels;

static void
split(const char *bytes, size_t len, Labels *labels)
{
	labels->n = 0;
	labels->start[0] = 0;
	for (size_t i = 0; i <= len; i++)
	{
		if (i == len || bytes[i] == '.')
		{
			labels->end[labels->n++] = i;
			labels->start[labels->n] = i + 1;
		}
	}
}

static GovCodeFault
label_fault(const char *bytes, size_t start, size_t end, size_t *at)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

	*at = start;
	if (start == end)
		return GOV_CODE_EMPTY_LABEL;
	for (size_t i = start; i < end; i++)
	{
		if (memchr(allowed, bytes[i], sizeof(allowed) - 1) == NULL)
		{
			*at = i;
			return GOV_CODE_BAD_CHARACTER;
		}
	}
	return end - start > 63 ? GOV_CODE_LONG_LABEL : GOV_CODE_OK;
}

static GovCodeFault
code_fault(const char *bytes, size_t len, const Labels *labels, size_t *at)
{
	*at = 0;
	if (len == 0)
		return GOV_CODE_EMPTY;
	for (int i = 0; i < labels->n; i++)
	{
		GovCodeFault fault;

		*at = labels->start[i];
		if (i == 32)
			return GOV_CODE_TOO_DEEP;
		fault = label_fault(bytes, labels->start[i], labels->end[i], at);
		if (fault != GOV_CODE_OK)
			return fault;
	}
	*at = 0;
	return GOV_CODE_OK;
}

/* How many first labels two codes share. */
static int
shared_labels(const char *a, const Labels *la, const char *b, const Labels *lb)
{
	int			n = 0;

	while (n < la->n && n < lb->n)
	{
		size_t		size = la->end[n] - la->start[n];

		if (size != lb->end[n] - lb->start[n] ||
			memcmp(a + la->start[n], b + lb->start[n], size) != 0)
			break;
		n++;
	}
	return n;
}

/*-------------------------------------------------------------------------
 * Inputs
 *-------------------------------------------------------------------------
 */

static size_t
random_code(char *bytes)
{
	static const char usual[] = "0123456789abZ_";
	size_t		len = 0;
	int			labels = 1 + draw(draw(10) == 0 ? 34 : 5);

	for (int i = 0; i < labels; i++)
	{
		int			size = 1 + draw(draw(10) == 0 ? 64 : 3);

		if (i > 0)
			bytes[len++] = '.';
		for (int j = 0; j < size && len < INPUT_MAX - 1; j++)
			bytes[len++] = usual[draw(sizeof(usual) - 1)];
		if (len >= INPUT_MAX - 1)
			break;
	}
	return len;
}

static size_t
mutate(char *bytes, size_t len)
{
	static const char unusual[] = "./..  \n\t\x7f\0-+@[`{\xe6\xb5\x99\xff";
	int			changes = draw(4);

	while (changes-- > 0)
	{
		size_t		at = len == 0 ? 0 : draw((unsigned) len);

		switch (draw(4))
		{
			case 0:
				if (len > 0)
					bytes[at] = (char) draw(256);
				break;
			case 1:
				if (len > 0)
					bytes[at] = unusual[draw(sizeof(unusual) - 1)];
				break;
			case 2:
				if (len > 0)
					memmove(bytes + at, bytes + at + 1, --len - at);
				break;
			case 3:
				if (len < INPUT_MAX)
				{
					memmove(bytes + at + 1, bytes + at, len++ - at);
					bytes[at] = unusual[draw(sizeof(unusual) - 1)];
				}
				break;
		}
	}
	return len;
}

/* Often a relative of the other code, so that they share something. */
static size_t
random_other(char *bytes, const char *other, size_t len)
{
	size_t		keep;

	if (draw(3) == 0)
		return random_code(bytes);
	keep = draw((unsigned) len + 1);
	memcpy(bytes, other, keep);
	if (draw(2) == 0 && keep < INPUT_MAX / 2)
	{
		char		more[INPUT_MAX];
		size_t		size = random_code(more) % 70;

		memcpy(bytes + keep, more, size);
		keep += size;
	}
	return keep;
}

/*-------------------------------------------------------------------------
 * Checks
 *-------------------------------------------------------------------------
 */

static bool
check_faults(const char *bytes, size_t len, const Labels *labels)
{
	GovCodeError error;
	size_t		at;
	GovCodeFault fault = code_fault(bytes, len, labels, &at);
	bool		good = gov_code_check(bytes, len, &error);

	now = "gov_code_check";
	must(good == (fault == GOV_CODE_OK), "wrong verdict", bytes, len);
	must(error.fault == fault, "wrong fault", bytes, len);
	must(error.at == at, "wrong place", bytes, len);
	if (fault == GOV_CODE_TOO_DEEP)
		must(error.size == (size_t) labels->n, "wrong number of labels", bytes, len);
	if (fault == GOV_CODE_EMPTY_LABEL || fault == GOV_CODE_LONG_LABEL)
		must(labels->start[error.label - 1] == at, "wrong label", bytes, len);
	if (fault == GOV_CODE_LONG_LABEL)
		must(error.size == labels->end[error.label - 1] - at, "wrong size", bytes, len);

	now = "gov_label_check";
	fault = label_fault(bytes, 0, len, &at);
	must(gov_label_check(bytes, len, &error) == (fault == GOV_CODE_OK) &&
		 error.fault == fault && error.at == at, "wrong", bytes, len);
	return good;
}

static void
check_parts(const char *bytes, size_t len, const Labels *labels)
{
	now = "parts";
	must(gov_code_depth(bytes, len) == labels->n, "wrong depth", bytes, len);
	must(gov_code_parent(bytes, len) ==
		 (labels->n > 1 ? labels->end[labels->n - 2] : 0), "wrong parent", bytes, len);
	for (int depth = -1; depth <= labels->n + 1; depth++)
		must(gov_code_prefix(bytes, len, depth) ==
			 (depth < 1 || depth > labels->n ? 0 : labels->end[depth - 1]),
			 "wrong prefix", bytes, len);
}

static void
check_pair(const char *a, size_t alen, const Labels *la,
		   const char *b, size_t blen, const Labels *lb)
{
	int			shared = shared_labels(a, la, b, lb);
	int			order = gov_code_compare(a, alen, b, blen);
	char		end[INPUT_MAX + 1];
	bool		below = shared == la->n;

	now = "pair";
	must((order == 0) == (alen == blen && shared == la->n), "wrong equality", a, alen);
	must((order < 0) == (gov_code_compare(b, blen, a, alen) > 0), "order not mirrored", a, alen);
	must(gov_code_covers(a, alen, b, blen) == below, "wrong descent", a, alen);
	must(gov_code_common(a, alen, b, blen) == (shared == 0 ? 0 : la->end[shared - 1]),
		 "wrong common ancestor", a, alen);
	must(gov_code_common(b, blen, a, alen) == gov_code_common(a, alen, b, blen),
		 "common ancestor not symmetric", a, alen);

	/* The promise on which index scans rest. */
	memcpy(end, a, alen);
	end[alen] = '/';
	must(below == (order <= 0 && gov_code_compare(b, blen, end, alen + 1) < 0),
		 "subtree is no range", a, alen);
}

int
main(int argc, char **argv)
{
	long		rounds = argc > 1 ? atol(argv[1]) : 100000;
	long		pairs = 0;
	static Labels la;
	static Labels lb;

	seed_random(argc, argv);
	for (long i = 0; i < rounds; i++)
	{
		char		buffer[INPUT_MAX];
		size_t		alen = mutate(buffer, random_code(buffer));
		char	   *a = exact(buffer, alen);
		size_t		blen;
		char	   *b;

		split(a, alen, &la);
		check_parts(a, alen, &la);
		if (check_faults(a, alen, &la))
		{
			blen = random_other(buffer, a, alen);
			b = exact(buffer, blen);
			split(b, blen, &lb);
			if (check_faults(b, blen, &lb))
			{
				check_pair(a, alen, &la, b, blen, &lb);
				pairs++;
			}
			free(b);
		}
		free(a);
	}
	now = "the fuzzer itself";
	must(rounds < 1000 || pairs > rounds / 20, "too few valid pairs", "", 0);
	printf("%ld inputs, %ld pairs of codes\n", rounds, pairs);
	return 0;
}

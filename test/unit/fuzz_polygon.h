/*
 * fuzz_polygon.h
 *	  What the fuzzers of polygons begin with: memory, fractions, and a test that ends
 *	  the program. FUZZ_BYTES_MAX is the largest piece of memory that may be asked for.
 */
#ifndef FUZZ_POLYGON_H
#define FUZZ_POLYGON_H

#include "overlap_index.h"
#include "fuzz_random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long long round_now;
static size_t pauses;

void *
gov_overlap_alloc(size_t size)
{
	void	   *memory = malloc(size);

	if (memory == NULL || size > FUZZ_BYTES_MAX)
	{
		fprintf(stderr, "round %llu: asked for %zu bytes\n", round_now, size);
		exit(1);
	}
	/* What is read before it is written shows. */
	memset(memory, 0x5A, size);
	return memory;
}

void
gov_overlap_free(void *memory)
{
	free(memory);
}

void
gov_overlap_pause(void)
{
	pauses++;
}

static double
fraction(void)
{
	return draw(1u << 30) / (double) (1u << 30);
}

static void
must(bool truth, const char *what)
{
	if (truth)
		return;
	fprintf(stderr, "round %llu: %s\n", round_now, what);
	exit(1);
}

/* main's arguments: how many rounds, and the seed. */
static unsigned long long
read_rounds(int argc, char **argv)
{
	seed_random(argc, argv);
	return argc > 1 ? strtoull(argv[1], NULL, 10) : 20000;
}

#endif							/* FUZZ_POLYGON_H */

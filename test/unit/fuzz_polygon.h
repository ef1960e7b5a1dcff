/*
 * fuzz_polygon.h
 *	  What the fuzzers of polygons begin with: memory, random numbers, and a test that ends
 *	  the program. FUZZ_BYTES_MAX is the largest piece of memory that may be asked for.
 */
#ifndef FUZZ_POLYGON_H
#define FUZZ_POLYGON_H

#include "overlap_index.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long long state;
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

static unsigned
draw(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned) ((state >> 11) % below);
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
	state = (argc > 2 ? strtoull(argv[2], NULL, 10) : 1) * 0x9E3779B97F4A7C15ULL | 1;
	return argc > 1 ? strtoull(argv[1], NULL, 10) : 20000;
}

#endif							/* FUZZ_POLYGON_H */

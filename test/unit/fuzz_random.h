/*
 * fuzz_random.h
 *	  The random numbers of the fuzzers, the same for a seed everywhere (Marsaglia's xorshift).
 */
#ifndef FUZZ_RANDOM_H
#define FUZZ_RANDOM_H

#include <stdint.h>
#include <stdlib.h>

static uint64_t random_state;

/* main's second argument is the seed. */
static inline void
seed_random(int argc, char **argv)
{
	random_state = (argc > 2 ? strtoull(argv[2], NULL, 10) : 1) * UINT64_C(0x9E3779B97F4A7C15) | 1;
}

static inline uint64_t
any(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static inline unsigned
draw(unsigned below)
{
	return (unsigned) ((any() >> 11) % below);
}

#endif							/* FUZZ_RANDOM_H */

/* A small reproducible generator: for the order of runs, nonces and paddings. Not for secrets.
 * splitmix64 (Steele, Lea and Flood, OOPSLA 2014). */
#ifndef IPCMARK_RANDOM_H
#define IPCMARK_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state; /* any value is a seed */
};

/* The next 64 random bits. */
static inline uint64_t random_next(struct random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

/* 0 .. bound - 1, for bound >= 1; uniform to 2^-32 for bounds below 2^32. */
static inline uint32_t random_below(struct random *random, uint32_t bound)
{
	return (uint32_t)(((random_next(random) >> 32) * bound) >> 32);
}

#endif

/* Random numbers that are the same on every machine: xoshiro256** (D. Blackman, S. Vigna,
 * "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021), seeded through
 * SplitMix64 as its authors advise. */
#ifndef DUTO_RANDOM_H
#define DUTO_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state[4];
};

/* Streams of one seed are independent of each other for all purposes here. */
void random_seed(struct random *r, uint64_t seed, uint64_t stream);

uint64_t random_bits(struct random *r);

/* Evenly in [0, 1), with 53 bits. */
double random_uniform(struct random *r);

/* Evenly 0..n-1, without bias; n > 0. */
uint64_t random_below(struct random *r, uint64_t n);

/* Every order of the places is equally likely. */
void random_shuffle(struct random *r, uint32_t *places, size_t count);

/* Normal, mean 0, standard deviation 1: by comparing uniform numbers only (C. F. F. Karney,
 * "Sampling exactly from the normal distribution", ACM TOMS 42(1), 2016, algorithm N), so that no
 * logarithm of a C library comes in. */
double random_normal(struct random *r);

#endif

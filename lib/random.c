#include "random.h"

#include <stdbool.h>

static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

void random_seed(struct random *r, uint64_t seed, uint64_t stream)
{
	uint64_t state = seed;
	state = splitmix(&state) ^ stream;
	for (int i = 0; i < 4; i++)
		r->state[i] = splitmix(&state);
}

static uint64_t rotate(uint64_t v, int by)
{
	return v << by | v >> (64 - by);
}

uint64_t random_bits(struct random *r)
{
	uint64_t *s = r->state, result = rotate(s[1] * 5, 7) * 9, shifted = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate(s[3], 45);
	return result;
}

double random_uniform(struct random *r)
{
	return (double)(random_bits(r) >> 11) * 0x1p-53;
}

uint64_t random_below(struct random *r, uint64_t n)
{
	uint64_t reject = -n % n, bits; /* so many of 2^64 are over */
	do
		bits = random_bits(r);
	while (bits < reject);
	return bits % n;
}

/* Fisher and Yates, by D. E. Knuth, The Art of Computer Programming, 3.4.2, algorithm P. */
void random_shuffle(struct random *r, uint32_t *places, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = random_below(r, i);
		uint32_t place = places[j];
		places[j] = places[i - 1];
		places[i - 1] = place;
	}
}

/* True with probability exp(-x), x in [0, 1]: the length of a falling run of uniforms that starts
 * below x is even with that probability (J. von Neumann, 1951). */
static bool with_exp_minus(struct random *r, double x)
{
	bool even = true;
	for (;;) {
		double u = random_uniform(r);
		if (u >= x)
			return even;
		x = u;
		even = !even;
	}
}

static bool times_with_exp_minus(struct random *r, uint64_t times, double x)
{
	while (times--)
		if (!with_exp_minus(r, x))
			return false;
	return true;
}

double random_normal(struct random *r)
{
	for (;;) {
		uint64_t k = 0;
		while (with_exp_minus(r, 0.5))
			k++;
		if (k > 1 && !times_with_exp_minus(r, k * (k - 1), 0.5))
			continue;
		double x = random_uniform(r);
		if (!times_with_exp_minus(r, k, x) || !with_exp_minus(r, x * x / 2))
			continue;
		return random_bits(r) >> 63 ? (double)k + x : -((double)k + x);
	}
}

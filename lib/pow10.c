#include "pow10.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

enum { LIMBS = 44 }; /* 1408 bits: 2^1407 / 10^348 keeps more than 128 */

static struct pow10 table[POW10_MAX - POW10_MIN + 1];
static atomic_bool ready;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The top 128 bits of a number of 32-bit limbs, least first. */
static struct pow10 top_bits(const uint32_t *limbs)
{
	int top = LIMBS - 1;
	while (!limbs[top])
		top--;
	uint32_t part[5];
	for (int i = 0; i < 5; i++)
		part[i] = top >= i ? limbs[top - i] : 0;
	int shift = __builtin_clz(part[0]);
	uint64_t hi = (uint64_t)part[0] << 32 | part[1];
	uint64_t lo = (uint64_t)part[2] << 32 | part[3];
	if (!shift)
		return (struct pow10){ hi, lo };
	return (struct pow10){ hi << shift | lo >> (64 - shift),
		lo << shift | part[4] >> (32 - shift) };
}

static void multiply_by_ten(uint32_t *limbs)
{
	uint64_t carry = 0;
	for (int i = 0; i < LIMBS; i++) {
		carry += (uint64_t)limbs[i] * 10;
		limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

/* Rounds down; floors nest, so dividing k times is dividing by 10^k once. */
static void divide_by_ten(uint32_t *limbs)
{
	uint64_t rest = 0;
	for (int i = LIMBS - 1; i >= 0; i--) {
		rest = rest << 32 | limbs[i];
		limbs[i] = (uint32_t)(rest / 10);
		rest %= 10;
	}
}

static void make_table(void)
{
	uint32_t limbs[LIMBS] = { 1 };
	for (int k = 0; k <= POW10_MAX; k++) {
		table[k - POW10_MIN] = top_bits(limbs);
		multiply_by_ten(limbs);
	}
	memset(limbs, 0, sizeof(limbs));
	limbs[LIMBS - 1] = UINT32_C(1) << 31;
	for (int k = -1; k >= POW10_MIN; k--) {
		divide_by_ten(limbs);
		table[k - POW10_MIN] = top_bits(limbs);
	}
	atomic_store_explicit(&ready, true, memory_order_release);
}

const struct pow10 *pow10_get(int k)
{
	if (!atomic_load_explicit(&ready, memory_order_acquire))
		pthread_once(&once, make_table);
	return &table[k - POW10_MIN];
}

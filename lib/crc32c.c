#include "crc32c.h"

#include <endian.h>
#include <pthread.h>
#include <string.h>

enum { REFLECTED = 0x82f63b78 };

static uint32_t table[8][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? REFLECTED : 0);
		table[0][i] = crc;
	}
	for (int slice = 1; slice < 8; slice++)
		for (int i = 0; i < 256; i++) {
			uint32_t crc = table[slice - 1][i];
			table[slice][i] = crc >> 8 ^ table[0][crc & 0xff];
		}
}

static uint64_t load(const uint8_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

/* Eight bytes a step (M. E. Kounavis, F. L. Berry, "A systematic approach to building high
 * performance software-based CRC generators", ISCC 2005). */
uint32_t crc32c_table(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *at = data;
	pthread_once(&once, fill_table);
	crc = ~crc;
	for (; len >= 8; len -= 8, at += 8) {
		uint64_t word = load(at) ^ crc;
		crc = 0;
		for (int i = 0; i < 8; i++)
			crc ^= table[7 - i][word >> 8 * i & 0xff];
	}
	for (; len; len--, at++)
		crc = crc >> 8 ^ table[0][(crc ^ *at) & 0xff];
	return ~crc;
}

#ifdef __x86_64__
__attribute__((target("sse4.2"))) static uint32_t by_instruction(
	uint32_t crc, const uint8_t *at, size_t len)
{
	uint64_t sum = ~crc;
	for (; len >= 8; len -= 8, at += 8)
		sum = __builtin_ia32_crc32di(sum, load(at));
	crc = (uint32_t)sum;
	for (; len; len--, at++)
		crc = __builtin_ia32_crc32qi(crc, *at);
	return ~crc;
}
#endif

uint32_t crc32c(uint32_t crc, const void *data, size_t len)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("sse4.2"))
		return by_instruction(crc, data, len);
#endif
	return crc32c_table(crc, data, len);
}

/* Which block reads fetch a map's fields: fields of one function sorted by address and joined while
 * the block stays small enough and the registers in between, which are read for nothing, few. A
 * block never starts or ends inside a value: meters refuse that. */
#ifndef DUTO_READPLAN_H
#define DUTO_READPLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "devmap.h"

enum {
	READPLAN_BLOCK_MAX =
		125, /* registers a request may ask for (Application Protocol V1.1b3, 6.3) */
	READPLAN_BITS_PER_REGISTER = 16,
};

struct read_block {
	uint8_t function;
	uint16_t address, count; /* registers, or bits */
	uint32_t first, fields;	 /* order[first .. first + fields - 1] */
};

struct readplan {
	const struct devmap *map;
	uint32_t *order; /* the map's fields by function and address */
	struct read_block *blocks;
	size_t count;
};

/* block_max: registers (bits: 16 times as many), at least REGISTER_WORDS_MAX. gap_max: registers or
 * bits. */
void readplan_make(
	struct readplan *ret, const struct devmap *map, unsigned block_max, unsigned gap_max);

/* Cuts a block that a device refused in two: at its widest gap, else in its middle. The second half
 * comes behind the first. False where it holds one value and cannot be cut. */
bool readplan_split(struct readplan *plan, size_t block);

void readplan_free(struct readplan *plan);

#endif

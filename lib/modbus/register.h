/* Values in 16-bit device registers: widths, byte orders, decimal scales, both ways.
 *
 * An order names the bytes A (most significant) to D of a 32-bit value as they come on the wire:
 * ABCD as Modbus says (Application Protocol V1.1b3, 4.2), DCBA with every byte reversed, CDAB with
 * the words reversed, BADC with the bytes of each word reversed. Wider and narrower values follow
 * the same rule: a 16-bit one in DCBA or BADC has its two bytes swapped. */
#ifndef DUTO_REGISTER_H
#define DUTO_REGISTER_H

#include <stdint.h>

#include "str.h"
#include "wire.h"

enum register_type {
	REGISTER_BOOL, /* a coil or discrete input; in a register, anything but 0 is true */
	REGISTER_U16,
	REGISTER_I16,
	REGISTER_U32,
	REGISTER_I32,
	REGISTER_U64,
	REGISTER_I64,
	REGISTER_F32,
	REGISTER_F64,
};

enum register_order {
	REGISTER_ABCD,
	REGISTER_DCBA,
	REGISTER_CDAB,
	REGISTER_BADC,
};

enum {
	REGISTER_WORDS_MAX = 4,
	REGISTER_SCALE_DIGITS_MAX = 15,
};

/* value = raw * factor / 10^digits: a decimal, so that 2301 at 0.1 is 230.1 and not
 * 230.10000000000002. */
struct register_scale {
	int64_t factor;
	unsigned digits;
};

struct register_format {
	enum register_type type;
	enum register_order order;
	struct register_scale scale;
};

/* How many registers a value takes. */
unsigned register_words(enum register_type type);

/* "U16", ... and "ABCD", ...; "0.1", "1000", "-1". 0 or -EINVAL. */
int register_type_parse(struct str text, enum register_type *ret);
int register_order_parse(struct str text, enum register_order *ret);
int register_scale_parse(struct str text, struct register_scale *ret);

/* Registers to a value, given as a wire object: bool, integer or float 64. An integer stays one
 * where its scale has no decimals and the result fits 64 bits; else it is the float 64 nearest to
 * the exact product. Returns its status: STATUS_BAD_NO_DATA for a float that is NaN (how meters say
 * "not measured"), STATUS_BAD_OUT_OF_RANGE for an infinite one; *ret is nil then. */
uint32_t register_decode(const struct register_format *f, const uint16_t *words, struct wire *ret);

/* The reverse, integers rounded to nearest, halves away from zero. Returns a Bad status and leaves
 * words alone where the value is not a number (STATUS_BAD_NO_DATA) or does not fit
 * (STATUS_BAD_OUT_OF_RANGE). */
uint32_t register_encode(
	const struct register_format *f, const struct wire *value, uint16_t *words);

/* What a float register holds where there is no value: a quiet NaN. False for other types, which
 * cannot say so. */
bool register_encode_absent(const struct register_format *f, uint16_t *words);

#endif

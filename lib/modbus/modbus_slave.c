#include "modbus_slave.h"

#include <errno.h>
#include <string.h>

#include "modbus_exception.h"

/* A frame: transaction (2 bytes), protocol 0 (2), length of what follows (2), unit, function, the
 * rest. */
enum {
	PROTOCOL = 2,
	LENGTH = 4,
	UNIT = 6,
	FUNCTION = 7,
	BODY = 8,
	READ_LENGTH = 6, /* unit, function, address, count */
	REGISTERS_MAX = 125,
	BITS_MAX = 2000,
};

/* What a read covers, filled value by value. */
struct span {
	unsigned start, count;
	uint16_t words[BITS_MAX];
	bool filled[BITS_MAX];
};

int modbus_slave_length(const uint8_t *data, size_t len)
{
	unsigned length;

	if (len < UNIT)
		return 0;
	length = wire_load16(data + LENGTH);
	if (wire_load16(data + PROTOCOL) != 0 || length < 2 || length > MODBUS_FRAME_MAX - UNIT)
		return -EBADMSG;
	return len < UNIT + length ? 0 : (int)(UNIT + length);
}

uint8_t modbus_slave_unit(const uint8_t *request)
{
	return request[UNIT];
}

/* 0 or an exception. */
static int fill_value(struct span *span, const struct devmap_field *f, const struct wire *value)
{
	unsigned width = devmap_width(f), at = f->address - span->start;

	if (f->address < span->start || at + width > span->count)
		return MODBUS_ILLEGAL_ADDRESS;
	if (register_encode(&f->format, value, span->words + at) &&
		!register_encode_absent(&f->format, span->words + at))
		return MODBUS_DEVICE_FAILURE;
	memset(span->filled + at, true, width);
	return 0;
}

static bool overlaps(const struct span *span, const struct devmap_field *f)
{
	return f->address < span->start + span->count && f->address + devmap_width(f) > span->start;
}

/* An address that is wrong weighs more than a value that is missing. */
static int fill(struct span *span, const struct modbus_unit *unit, uint8_t function)
{
	int worst = 0;

	for (size_t i = 0; i < unit->map->count; i++) {
		const struct devmap_field *f = &unit->map->fields[i];
		int r;
		if (!(f->functions >> function & 1) || !overlaps(span, f))
			continue;
		r = fill_value(span, f, &unit->values[i]);
		if (r == MODBUS_ILLEGAL_ADDRESS)
			return r;
		if (r)
			memset(span->filled + (f->address - span->start), true, devmap_width(f));
		worst = r ?: worst;
	}
	for (unsigned i = 0; i < span->count; i++)
		if (!span->filled[i])
			return MODBUS_ILLEGAL_ADDRESS;
	return worst;
}

/* Puts the bytes of a read's answer behind its function. Returns how many. */
static size_t pack(const struct span *span, bool bits, uint8_t *to)
{
	size_t bytes = bits ? (span->count + 7) / 8 : span->count * 2;

	to[0] = (uint8_t)bytes;
	memset(to + 1, 0, bytes);
	for (unsigned i = 0; i < span->count; i++) {
		if (bits)
			to[1 + i / 8] |= (uint8_t)((span->words[i] & 1) << i % 8);
		else
			wire_store16(to + 1 + i * 2, span->words[i]);
	}
	return bytes + 1;
}

static int check(const struct modbus_unit *unit, const uint8_t *request, struct span *span)
{
	uint8_t function = request[FUNCTION];
	unsigned most = devmap_reads_bits(function) ? BITS_MAX : REGISTERS_MAX;

	if (!unit || !unit->values)
		return MODBUS_GATEWAY_TARGET;
	if (function < DEVMAP_COILS || function > DEVMAP_INPUT_REGISTERS)
		return MODBUS_ILLEGAL_FUNCTION;
	if (wire_load16(request + LENGTH) != READ_LENGTH)
		return MODBUS_ILLEGAL_VALUE;
	span->start = wire_load16(request + BODY);
	span->count = wire_load16(request + BODY + 2);
	if (span->count < 1 || span->count > most)
		return MODBUS_ILLEGAL_VALUE;
	return fill(span, unit, function);
}

size_t modbus_slave_answer(const struct modbus_unit *unit, const uint8_t *request, uint8_t *answer)
{
	struct span span;
	size_t body = 1;
	int exception;

	memset(span.filled, 0, sizeof(span.filled));
	exception = check(unit, request, &span);
	memcpy(answer, request, BODY);
	if (exception) {
		answer[FUNCTION] |= 0x80;
		answer[BODY] = (uint8_t)exception;
	} else {
		body = pack(&span, devmap_reads_bits(request[FUNCTION]), answer + BODY);
	}
	wire_store16(answer + LENGTH, (uint16_t)(2 + body));
	return BODY + body;
}

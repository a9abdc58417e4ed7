/* A slave's answers, and hostile requests: every byte string gets an answer that is well framed, or
 * is refused. */
#include "modbus/modbus_slave.h"

#include <errno.h>
#include <stdlib.h>

#include "tap.h"

static struct devmap_field fields[] = {
	{ .address = 0,
		.function = 3,
		.functions = 1 << 3 | 1 << 4,
		.format = { REGISTER_F32, 0, { 1, 0 } } },
	{ .address = 2,
		.function = 3,
		.functions = 1 << 3,
		.format = { REGISTER_U16, 0, { 1, 1 } } },
	{ .address = 3,
		.function = 3,
		.functions = 1 << 3,
		.format = { REGISTER_U64, 0, { 1, 0 } } },
	{ .address = 8,
		.function = 3,
		.functions = 1 << 3,
		.format = { REGISTER_U16, 0, { 1, 0 } } },
	{ .address = 9,
		.function = 1,
		.functions = 1 << 1,
		.format = { REGISTER_BOOL, 0, { 1, 0 } } },
	{ .address = 10,
		.function = 1,
		.functions = 1 << 1,
		.format = { REGISTER_BOOL, 0, { 1, 0 } } },
	{ .address = 65535,
		.function = 3,
		.functions = 1 << 3,
		.format = { REGISTER_U16, 0, { 1, 0 } } },
};
static struct wire values[] = {
	{ .type = WIRE_DOUBLE, .d = 60 },
	{ .type = WIRE_DOUBLE, .d = 298.1 },
	{ .type = WIRE_UINT, .u = 9876543210123 },
	{ .type = WIRE_NIL },
	{ .type = WIRE_BOOL, .b = true },
	{ .type = WIRE_UINT, .u = 0 },
	{ .type = WIRE_UINT, .u = 7 },
};
static struct devmap map = { .fields = fields, .count = 7 };
static struct modbus_unit unit = { &map, values };

static size_t bytes_of(const char *hex, uint8_t *ret)
{
	size_t n = 0;
	unsigned byte;
	int used;

	for (; sscanf(hex, "%2x%n", &byte, &used) == 1; hex += used)
		ret[n++] = (uint8_t)byte;
	return n;
}

/* A request and its answer from the unit on, the header put before. */
static void answers(const char *title, const char *request, const char *expected)
{
	uint8_t frame[MODBUS_FRAME_MAX] = { 0x12, 0x34 }, answer[MODBUS_FRAME_MAX];
	char text[1024] = "";
	size_t n = bytes_of(request, frame + 6), len;

	wire_store16(frame + 4, (uint16_t)n);
	if ((size_t)modbus_slave_length(frame, n + 6) != n + 6)
		ok(false, "%s is whole", title);
	len = modbus_slave_answer(&unit, frame, answer);
	for (size_t i = 6; i < len; i++)
		sprintf(text + strlen(text), "%s%02x", i > 6 ? " " : "", answer[i]);
	is_str(text, expected, title);
	if (wire_load16(answer) != 0x1234 || wire_load16(answer + 4) != len - 6)
		ok(false, "%s: the header of the answer", title);
}

static void reads(void)
{
	answers("a float", "01 03 00 00 00 02", "01 03 04 42 70 00 00");
	answers("by its other function", "01 04 00 00 00 02", "01 04 04 42 70 00 00");
	answers("several values", "01 03 00 00 00 07",
		"01 03 0e 42 70 00 00 0b a5 00 00 08 fb 8f d9 82 8b");
	answers("bits", "01 01 00 09 00 02", "01 01 01 01");
	answers("the last register", "01 03 ff ff 00 01", "01 03 02 00 07");
}

static void refusals(void)
{
	answers("half a value at the end", "01 03 00 02 00 03", "01 83 02");
	answers("half a value at the start", "01 03 00 01 00 02", "01 83 02");
	answers("a gap", "01 03 00 03 00 06", "01 83 02");
	answers("another function's register", "01 04 00 02 00 01", "01 84 02");
	answers("beyond the last register", "01 03 ff ff 00 02", "01 83 02");
	answers("a value that is not there", "01 03 00 08 00 01", "01 83 04");
	answers("no register", "01 03 00 00 00 00", "01 83 03");
	answers("126 registers", "01 03 00 00 00 7e", "01 83 03");
	answers("2001 bits", "01 01 00 00 07 d1", "01 81 03");
	answers("too short", "01 03 00 00", "01 83 03");
	answers("too long", "01 03 00 00 00 02 00", "01 83 03");
	answers("write a register", "01 06 00 00 00 01", "01 86 01");
	answers("write registers", "01 10 00 00 00 01 02 00 00", "01 90 01");
	answers("a function that there is not", "01 2b 0e 01 00", "01 ab 01");
}

static void absent(void)
{
	struct wire there = values[0];

	values[0] = (struct wire){ .type = WIRE_NIL };
	answers("a float that is not there is NaN", "01 03 00 00 00 02", "01 03 04 7f c0 00 00");
	values[0] = there;
	unit.values = NULL;
	answers("a unit not heard of yet", "01 03 00 00 00 02", "01 83 0b");
	unit.values = values;
}

static int length_of(const char *hex)
{
	uint8_t data[MODBUS_FRAME_MAX];

	return modbus_slave_length(data, bytes_of(hex, data));
}

static void framing(void)
{
	ok(length_of("00 01 00 00 00") == 0, "a header that is not whole");
	ok(length_of("00 01 00 00 00 06 01 03 00 00 00") == 0, "a request that is not whole");
	ok(length_of("00 01 00 00 00 06 01 03 00 00 00 01 00") == 12, "one and a half");
	ok(length_of("00 01 00 01 00 06") == -EBADMSG, "another protocol");
	ok(length_of("00 01 00 00 00 01") == -EBADMSG, "no function");
	ok(length_of("00 01 00 00 00 ff") == -EBADMSG, "too long");
	ok(length_of("47 45 54 20 2f 20") == -EBADMSG, "HTTP");
}

static void noise(void)
{
	uint8_t *frame = malloc(MODBUS_FRAME_MAX), answer[MODBUS_FRAME_MAX];
	int wrong = 0;

	srand(1);
	for (int i = 0; i < 200000; i++) {
		int len = 2 + rand() % (MODBUS_FRAME_MAX - 7);
		uint8_t *exact = frame + MODBUS_FRAME_MAX - 6 - len;
		for (int k = 0; k < 6 + len; k++)
			exact[k] = (uint8_t)(rand() % 3 ? rand() : rand() % 8);
		exact[2] = exact[3] = exact[4] = 0;
		exact[5] = (uint8_t)len;
		if (len > 254 || modbus_slave_length(exact, (size_t)len + 6) != len + 6)
			continue;
		size_t n = modbus_slave_answer(&unit, exact, answer);
		wrong += n < 9 || n > MODBUS_FRAME_MAX || wire_load16(answer + 4) != n - 6;
	}
	ok(wrong == 0, "noise is answered in frames");
	free(frame);
}

int main(void)
{
	reads();
	refusals();
	absent();
	framing();
	noise();
	return done();
}

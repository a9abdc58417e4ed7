#include "csv/csv_value.h"

#include <math.h>

#include "tap.h"

static void value(struct wire w, char decimal, const char *expected)
{
	static const char *const titles[] = { "with a point", "with a comma" };
	struct csv_form form = { .separator = ';', .decimal = decimal };
	struct buffer out = { 0 };
	csv_value(&out, &w, &form);
	buffer_add_char(&out, 0);
	is_str((const char *)out.data, expected, titles[decimal == ',']);
	free(out.data);
}

static void status(uint32_t code, const char *expected)
{
	struct buffer out = { 0 };
	csv_status(&out, code);
	buffer_add_char(&out, 0);
	is_str((const char *)out.data, expected, "a status");
	free(out.data);
}

int main(void)
{
	value((struct wire){ .type = WIRE_DOUBLE, .d = 1.5 }, '.', "1.5");
	value((struct wire){ .type = WIRE_DOUBLE, .d = 1.5 }, ',', "1,5");
	value((struct wire){ .type = WIRE_DOUBLE, .d = 2 }, '.', "2.0");
	value((struct wire){ .type = WIRE_DOUBLE, .d = NAN }, '.', "NaN");
	value((struct wire){ .type = WIRE_DOUBLE, .d = -INFINITY }, ',', "-Infinity");
	value((struct wire){ .type = WIRE_INT, .i = -7 }, '.', "-7");
	value((struct wire){ .type = WIRE_UINT, .u = UINT64_MAX }, '.', "18446744073709551615");
	value((struct wire){ .type = WIRE_BOOL, .b = true }, '.', "true");
	value((struct wire){ .type = WIRE_STR, .bytes = STR("a;b") }, '.', "\"a;b\"");
	value((struct wire){ .type = WIRE_BIN, .bytes = STR("\x0f\xa0") }, '.', "0fa0");
	value((struct wire){ .type = WIRE_NIL }, '.', "");
	status(0, "0");
	status(0x80380000, "0x80380000");
	return done();
}

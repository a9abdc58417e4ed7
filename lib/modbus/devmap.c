#include "devmap.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "number.h"
#include "text.h"

enum column {
	FIELD,
	LABEL,
	ADDRESS,
	BASE,
	FUNCTION,
	TYPE,
	ORDER,
	SCALE,
	UNIT,
	LOW,
	HIGH,
	SOURCE,
	CONFIDENCE,
	NOTE,
};

static const struct table_column columns[] = {
	[FIELD] = { "field", true },
	[LABEL] = { "label", false },
	[ADDRESS] = { "address", true },
	[BASE] = { "base", false },
	[FUNCTION] = { "function", false },
	[TYPE] = { "type", true },
	[ORDER] = { "order", false },
	[SCALE] = { "scale", false },
	[UNIT] = { "unit", false },
	[LOW] = { "low", false },
	[HIGH] = { "high", false },
	[SOURCE] = { "source", false },
	[CONFIDENCE] = { "confidence", false },
	[NOTE] = { "note", false },
	{ NULL, false },
};

/* One row being read, and where its mistakes go. */
struct row {
	const struct table *table;
	size_t at;
	char **ret_error;
};

static struct str cell(const struct row *row, enum column column)
{
	return table_cell(row->table, row->at, column);
}

static int expected(const struct row *row, enum column column, const char *what)
{
	return table_error(row->table, row->at, column, row->ret_error,
		"expected %s, found \"%.*s\"", what, STR_ARG(cell(row, column)));
}

/* Field names are the project's snake case, so that they can be named anywhere without quotes. */
static int read_name(const struct row *row, struct devmap_field *f)
{
	f->name = cell(row, FIELD);
	for (size_t i = 0; i < f->name.len; i++) {
		char c = f->name.data[i];
		bool letter = (c >= 'a' && c <= 'z') || c == '_';
		if (!letter && !(i && c >= '0' && c <= '9'))
			return expected(row, FIELD, "a field name (a-z, 0-9, _)");
	}
	f->label = cell(row, LABEL);
	f->unit = cell(row, UNIT);
	return 0;
}

static int read_function(const struct row *row, struct devmap_field *f)
{
	struct str text = cell(row, FUNCTION);
	bool digit = true;

	for (size_t i = 0; i < text.len; i++, digit = !digit) {
		char c = text.data[i];
		if (digit ? c < '1' || c > '4' : c != '|' || i + 1 == text.len)
			return expected(row, FUNCTION, "1, 2, 3, 4 or several as in 3|4");
		if (digit && !f->function)
			f->function = (uint8_t)(c - '0');
		if (digit)
			f->functions |= (uint8_t)(1u << (c - '0'));
	}
	return 0;
}

/* The function that the first digit of a Modicon number stands for: 0 coils, 1 inputs, 3 input
 * registers, 4 holding registers. */
static uint8_t modicon_function(long digit)
{
	static const uint8_t functions[] = { DEVMAP_COILS, DEVMAP_DISCRETE_INPUTS, 0,
		DEVMAP_INPUT_REGISTERS, DEVMAP_HOLDING_REGISTERS };

	return digit >= 0 && digit < 5 ? functions[digit] : 0;
}

static int read_modicon(const struct row *row, struct devmap_field *f, long number, long span)
{
	uint8_t function = modicon_function(number / span);

	if (!function || number % span == 0)
		return expected(row, ADDRESS,
			span == 10000 ? "a number as 30001 or 40001"
				      : "a number as 300001 or 400001");
	if (!f->function) {
		f->function = function;
		f->functions = (uint8_t)(1u << function);
	}
	return (int)(number % span - 1);
}

static int wire_address(const struct row *row, struct devmap_field *f, long number)
{
	struct str base = cell(row, BASE);

	if (!base.len || str_eq(base, STR("wire")))
		return (int)number;
	if (str_eq(base, STR("one")))
		return number > 0 ? (int)number - 1
				  : expected(row, ADDRESS, "a number from 1 on (base one)");
	if (str_eq(base, STR("modicon5")))
		return read_modicon(row, f, number, 10000);
	if (str_eq(base, STR("modicon6")))
		return read_modicon(row, f, number, 100000);
	return expected(row, BASE, "wire, one, modicon5 or modicon6");
}

static int read_address(const struct row *row, struct devmap_field *f)
{
	struct str text = cell(row, ADDRESS);
	long number = 0;
	int address;

	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' || number > 999999)
			return expected(row, ADDRESS, "a register number");
		number = number * 10 + (text.data[i] - '0');
	}
	address = wire_address(row, f, number);
	if (address < 0)
		return address;
	if (address + devmap_width(f) > 65536)
		return expected(row, ADDRESS, "a register whose value ends by 65535");
	f->address = (uint16_t)address;
	if (!f->function)
		return expected(row, FUNCTION, "the function to read it with");
	return 0;
}

static int read_format(const struct row *row, struct devmap_field *f)
{
	struct str order = cell(row, ORDER), scale = cell(row, SCALE);

	f->format.scale.factor = 1;
	if (register_type_parse(cell(row, TYPE), &f->format.type) < 0)
		return expected(row, TYPE, "bool, U16, I16, U32, I32, U64, I64, F32 or F64");
	if (order.len && register_order_parse(order, &f->format.order) < 0)
		return expected(row, ORDER, "ABCD, DCBA, CDAB or BADC");
	if (scale.len && register_scale_parse(scale, &f->format.scale) < 0)
		return expected(row, SCALE, "a decimal number other than 0, as 0.1");
	return 0;
}

static int check_format(const struct row *row, const struct devmap_field *f)
{
	bool plain = f->format.scale.factor == 1 && f->format.scale.digits == 0;

	if (devmap_reads_bits(f->function) && f->format.type != REGISTER_BOOL)
		return expected(row, TYPE, "bool, which is all that functions 1 and 2 read");
	if (f->format.type == REGISTER_BOOL && !plain)
		return expected(row, SCALE, "no scale for a bool");
	return 0;
}

static int read_bound(const struct row *row, enum column column, double *ret)
{
	struct str text = cell(row, column);
	bool integer;
	int64_t unused;

	*ret = NAN;
	if (text.len && number_parse(text.data, text.len, ret, &integer, &unused) != text.len)
		return expected(row, column, "a number");
	return 0;
}

static int read_confidence(const struct row *row, struct devmap_field *f)
{
	static const char *const names[] = { "", "low", "medium", "high" };

	for (int i = 0; i < 4; i++)
		if (str_eq(cell(row, CONFIDENCE), str(names[i]))) {
			f->confidence = (enum devmap_confidence)i;
			return 0;
		}
	return expected(row, CONFIDENCE, "high, medium or low");
}

static int read_row(const struct row *row, struct devmap_field *f)
{
	int r = read_name(row, f);

	r = r ?: read_function(row, f);
	r = r ?: read_format(row, f);
	r = r ?: read_address(row, f);
	r = r ?: check_format(row, f);
	r = r ?: read_bound(row, LOW, &f->low);
	r = r ?: read_bound(row, HIGH, &f->high);
	return r ?: read_confidence(row, f);
}

static int check_new(const struct devmap *map, const struct row *row, const struct devmap_field *f)
{
	for (size_t i = 0; i < map->count; i++)
		if (str_eq(map->fields[i].name, f->name))
			return table_error(row->table, row->at, FIELD, row->ret_error,
				"field %.*s comes twice", STR_ARG(f->name));
	return 0;
}

static int read_rows(struct devmap *map, char **ret_error)
{
	int r = 0;

	map->fields = allocate(map->table.count + 1, sizeof(*map->fields));
	for (size_t i = 0; !r && i < map->table.count; i++) {
		struct row row = { &map->table, i, ret_error };
		struct devmap_field *f = &map->fields[i];
		r = read_row(&row, f);
		r = r ?: check_new(map, &row, f);
		map->count++;
	}
	return r;
}

int devmap_load(const char *path, struct devmap **ret, char **ret_error)
{
	struct devmap *map = allocate(1, sizeof(*map));
	int r;

	r = table_load(path, columns, &map->table, ret_error);
	r = r ?: read_rows(map, ret_error);
	if (!r && !map->count)
		r = text_refuse(ret_error, "%s: there is no register in this map", path);
	if (r)
		devmap_free(map);
	else
		*ret = map;
	return r;
}

void devmap_free(struct devmap *map)
{
	free(map->fields);
	if (map->table.path)
		table_unload(&map->table);
	free(map);
}

unsigned devmap_width(const struct devmap_field *field)
{
	return register_words(field->format.type);
}

bool devmap_reads_bits(uint8_t function)
{
	return function == DEVMAP_COILS || function == DEVMAP_DISCRETE_INPUTS;
}

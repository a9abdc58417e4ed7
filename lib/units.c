#include "units.h"

#include "series.h"

enum { UNITS_MAX = 4096, UNIT_TEXT = 32 };

struct units units_open(void)
{
	return (struct units){ series_open(UNIT_TEXT, UNITS_MAX, NULL) };
}

static char *text_of(struct units *units, struct str name)
{
	bool is_new;
	return series_get(units->texts, name, &is_new);
}

/* encoded: the map that describes the field. */
static bool find_unit(struct str encoded, struct str *ret)
{
	struct cursor c = wire_cursor(encoded);
	struct str key;
	uint32_t size;
	if (wire_next_map(&c, &size) != 1)
		return false;
	while (size-- && wire_next_str(&c, &key) == 1) {
		if (str_eq(key, STR("unit")))
			return wire_next_str(&c, ret) == 1;
		if (wire_skip(&c) != 1)
			return false;
	}
	return false;
}

static void learn(struct units *units, struct str name, struct str encoded)
{
	struct str unit;
	if (find_unit(encoded, &unit) && unit.len < UNIT_TEXT)
		*(char *)mempcpy(text_of(units, name), unit.data, unit.len) = '\0';
}

bool units_announced(const struct sample *s, struct str field, struct str *ret_unit)
{
	struct str name;
	struct wire w;
	for (uint32_t i = 0; i < s->values.count; i++) {
		sample_value(s, i, &name, &w);
		if (str_eq(name, field))
			return find_unit(sample_value_bytes(s, i), ret_unit);
	}
	return false;
}

void units_learn(struct units *units, const struct sample *s)
{
	struct str name;
	struct wire w;
	for (uint32_t i = 0; i < s->values.count; i++) {
		sample_value(s, i, &name, &w);
		learn(units, name, sample_value_bytes(s, i));
	}
}

const char *units_of(struct units *units, struct str name)
{
	return text_of(units, name);
}

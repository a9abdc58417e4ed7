/* What is known of a field, told of what windows make of it. */
#include "windows_parts.h"

static bool still_holds(struct str key, int kind)
{
	if (kind == AGGREGATE_COUNT)
		return str_eq(key, STR("label"));
	bool of_another_size = kind == AGGREGATE_SUM || kind == AGGREGATE_STDDEV ||
			       (kind >= AGGREGATE_INTEGRAL && kind <= AGGREGATE_RATE);
	return !of_another_size || str_eq(key, STR("unit")) || str_eq(key, STR("label"));
}

/* An integral has another unit than its field, and so has a rate. */
static void add_unit(struct buffer *to, struct cursor value, int kind)
{
	static struct buffer unit;
	struct str of_field;
	unit.len = 0;
	if (wire_next_str(&value, &of_field) == 1)
		buffer_add_str(&unit, of_field);
	buffer_add_str(&unit, kind == AGGREGATE_INTEGRAL ? STR("·h") : STR("/s"));
	wire_str(to, STR("unit"));
	wire_str(to, buffer_str(&unit));
}

/* Appends those entries of a field's description that still hold, and returns how many. */
static uint32_t add_entries(struct buffer *to, struct cursor c, int kind)
{
	uint32_t size, kept = 0;
	struct str key;
	if (wire_next_map(&c, &size) != 1)
		return 0;
	while (size--) {
		const uint8_t *entry = c.at;
		if (wire_next_str(&c, &key) != 1)
			break;
		struct cursor value = c;
		if (wire_skip(&c) != 1)
			break;
		if (!still_holds(key, kind))
			continue;
		if (str_eq(key, STR("unit")) &&
			(kind == AGGREGATE_INTEGRAL || kind == AGGREGATE_RATE))
			add_unit(to, value, kind);
		else
			buffer_add(to, entry, (size_t)(c.at - entry));
		kept++;
	}
	return kept;
}

/* An integral must know whether the field holds its value until the next. */
static void note_step(
	struct windows *w, struct str source, struct str field, struct str description)
{
	struct source *s = windows_source(w, source);
	size_t place = windows_field(s, field, 0);
	if (place < WINDOWS_FIELDS)
		s->fields[place].step = sample_schema_step(description);
}

static void add_description(const struct windows *w, struct str field, struct str description,
	int kind, struct sample_writer *to)
{
	static struct buffer entries;
	entries.len = 0;
	uint32_t count = add_entries(&entries, wire_cursor(description), kind);
	sample_add_name(to, windows_name(w, field, kind));
	wire_map(to->out, count);
	buffer_add_str(to->out, buffer_str(&entries));
}

void windows_schema(struct windows *w, const struct sample *schema, struct sample_writer *to)
{
	for (uint32_t i = 0; i < schema->values.count; i++) {
		struct str name;
		struct wire value;
		sample_value(schema, i, &name, &value);
		if (w->form.wanted && !w->form.wanted(name))
			continue;
		struct str bytes = sample_value_bytes(schema, i);
		if (w->form.set.kinds & 1u << AGGREGATE_INTEGRAL)
			note_step(w, schema->source, name, bytes);
		for (int kind = 0; kind < AGGREGATE_KINDS; kind++)
			if (w->form.set.kinds & 1u << kind)
				add_description(w, name, bytes, kind, to);
	}
}

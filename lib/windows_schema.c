/* What is known of a field, told of what windows make of it. */
#include "filter.h"
#include "windows_parts.h"

static bool still_holds(struct str key, enum aggregate_kind kind)
{
	if (kind == AGGREGATE_COUNT)
		return str_eq(key, STR("label"));
	return (kind != AGGREGATE_SUM && kind != AGGREGATE_STDDEV) || str_eq(key, STR("unit")) ||
	       str_eq(key, STR("label"));
}

/* Appends those entries of a field's description that still hold, and returns how many. */
static uint32_t add_entries(struct buffer *to, struct cursor c, enum aggregate_kind kind)
{
	uint32_t size, kept = 0;
	struct str key;
	if (wire_next_map(&c, &size) != 1)
		return 0;
	while (size--) {
		const uint8_t *entry = c.at;
		if (wire_next_str(&c, &key) != 1 || wire_skip(&c) != 1)
			break;
		if (!still_holds(key, kind))
			continue;
		buffer_add(to, entry, (size_t)(c.at - entry));
		kept++;
	}
	return kept;
}

static void add_description(const struct windows *w, struct str field, struct str description,
	enum aggregate_kind kind, struct sample_writer *to)
{
	static struct buffer entries;
	const uint8_t *at = (const uint8_t *)description.data;
	entries.len = 0;
	uint32_t count = add_entries(&entries, (struct cursor){ at, at + description.len }, kind);
	sample_add_name(to, windows_name(w, field, kind));
	wire_map(to->out, count);
	buffer_add_str(to->out, buffer_str(&entries));
}

void windows_schema(const struct windows *w, const struct sample *schema, struct sample_writer *to)
{
	for (uint32_t i = 0; i < schema->values.count; i++) {
		struct str name;
		struct wire value;
		sample_value(schema, i, &name, &value);
		if (w->form.wanted && !w->form.wanted(name))
			continue;
		for (int kind = 0; kind < AGGREGATE_KINDS; kind++)
			if (w->form.kinds & 1u << kind)
				add_description(w, name, sample_value_bytes(schema, i),
					(enum aggregate_kind)kind, to);
	}
}

void windows_make(const struct windows *w, const struct opt_list *names, struct fields *f)
{
	for (size_t i = 0; i < names->count; i++)
		for (int kind = 0; kind < AGGREGATE_KINDS; kind++)
			if (w->form.kinds & 1u << kind)
				fields_make_str(f,
					windows_name(
						w, str(names->words[i]), (enum aggregate_kind)kind),
					STR(""));
}

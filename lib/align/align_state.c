/* The state of aligned sources, written down and read back. */
#include "align_parts.h"

static void save_source(const struct align_source *s, struct buffer *to)
{
	wire_array(to, 3);
	wire_int(to, s->progress);
	wire_array(to, (uint32_t)s->field_count);
	for (size_t i = 0; i < s->field_count; i++) {
		wire_array(to, 3);
		wire_bin(to, str(s->fields[i].name));
		wire_int(to, s->fields[i].since);
		wire_bin(to, buffer_str(&s->fields[i].schema));
	}
	wire_array(to, (uint32_t)s->held_count);
	for (size_t i = 0; i < s->held_count; i++)
		wire_bin(to, buffer_str(&s->held[i].bytes));
}

void align_save(const struct align *a, struct buffer *to)
{
	wire_array(to, (uint32_t)a->count + 2);
	wire_int(to, a->answered);
	wire_int(to, a->marked);
	for (size_t i = 0; i < a->count; i++)
		save_source(&a->sources[i], to);
}

static bool load_field(struct align_source *s, struct cursor *from)
{
	uint32_t size;
	int64_t since;
	struct str name, schema;
	if (wire_next_array(from, &size) != 1 || size != 3 || wire_next_bin(from, &name) != 1 ||
		wire_next_int(from, &since) != 1 || wire_next_bin(from, &schema) != 1)
		return false;
	struct cursor c = wire_cursor(schema);
	if (schema.len && (wire_skip(&c) != 1 || c.at != c.end))
		return false;
	size_t count = s->field_count;
	if (align_field(s, name, since) != (int)count)
		return false;
	align_describe(&s->fields[count], schema);
	return true;
}

static bool load_source(struct align_source *s, struct cursor *from)
{
	uint32_t size;
	struct str bytes;
	if (wire_next_array(from, &size) != 1 || size != 3 ||
		wire_next_int(from, &s->progress) != 1 || wire_next_array(from, &size) != 1)
		return false;
	while (size--)
		if (!load_field(s, from))
			return false;
	if (wire_next_array(from, &size) != 1)
		return false;
	while (size--)
		if (wire_next_bin(from, &bytes) != 1 || !align_hold(s, bytes))
			return false;
	return true;
}

bool align_load(struct align *a, struct cursor *from)
{
	uint32_t size;
	if (wire_next_array(from, &size) != 1 || size != a->count + 2 ||
		wire_next_int(from, &a->answered) != 1 || wire_next_int(from, &a->marked) != 1)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!load_source(&a->sources[i], from))
			return false;
	return true;
}

#include <math.h>

#include "sample.h"

static void begin_map(struct buffer *b)
{
	buffer_add(b, "\xde\x00\x00", 3);
}

void sample_begin(struct sample_writer *w, struct buffer *out, int64_t time, struct str source,
	uint64_t run, uint64_t seq, struct str kind)
{
	w->out = out;
	w->start = out->len;
	w->count = w->bad = w->via_count = 0;
	w->quality.len = w->via.len = 0;
	buffer_add(out, "\x80\xa4time", 6);
	wire_time(out, time);
	buffer_add(out, "\xa6source", 7);
	wire_str(out, source);
	buffer_add(out, "\xa3run", 4);
	w->run_at = out->len + 1;
	wire_uint64(out, run);
	buffer_add(out, "\xa3seq", 4);
	w->seq_at = out->len + 1;
	wire_uint64(out, seq);
	if (kind.len) {
		buffer_add(out, "\xa4kind", 5);
		wire_str(out, kind);
	}
	buffer_add(out, "\xa6values", 7);
	w->values_at = out->len;
	begin_map(out);
	out->data[w->start] = kind.len ? 0x86 : 0x85;
}

static void end_map(struct sample_writer *w, const char *key, size_t key_len,
	struct buffer *entries, uint32_t count)
{
	if (!count)
		return;
	buffer_add(w->out, key, key_len);
	begin_map(w->out);
	wire_store16(w->out->data + w->out->len - 2, (uint16_t)count);
	buffer_add(w->out, entries->data, entries->len);
	w->out->data[w->start]++;
}

/* More values than the three-byte header counts: it gives way to the five-byte one. */
static void widen_values(struct sample_writer *w)
{
	size_t behind = w->out->len - w->values_at - 3;
	buffer_reserve(w->out, 2);
	uint8_t *at = w->out->data + w->values_at;
	memmove(at + 5, at + 3, behind);
	at[0] = 0xdf;
	wire_store32(at + 1, w->count);
	w->out->len += 2;
}

size_t sample_end(struct sample_writer *w)
{
	if (w->count > UINT16_MAX)
		widen_values(w);
	else
		wire_store16(w->out->data + w->values_at + 1, (uint16_t)w->count);
	end_map(w, "\xa7quality", 8, &w->quality, w->bad);
	end_map(w, "\xa3via", 4, &w->via, w->via_count);
	return w->out->len - w->start;
}

void sample_add_status(struct sample_writer *w, struct str name, uint32_t status)
{
	if (status == STATUS_GOOD)
		return;
	wire_str(&w->quality, name);
	wire_uint(&w->quality, status);
	w->bad++;
}

void sample_add_via(struct sample_writer *w, struct str key, struct str v)
{
	wire_str(&w->via, key);
	wire_str(&w->via, v);
	w->via_count++;
}

void sample_add_via_integer(struct sample_writer *w, struct str key, int64_t v)
{
	wire_str(&w->via, key);
	wire_int(&w->via, v);
	w->via_count++;
}

static uint32_t schema_size(const struct sample_field_schema *schema)
{
	return (schema->unit.len > 0) + (schema->label.len > 0) + !isnan(schema->low) +
	       !isnan(schema->high) + (schema->decimals >= 0) + schema->step;
}

static void add_bound(struct buffer *b, struct str key, double v)
{
	if (isnan(v))
		return;
	wire_str(b, key);
	wire_double(b, v);
}

void sample_add_schema(
	struct sample_writer *w, struct str field, const struct sample_field_schema *schema)
{
	sample_add_name(w, field);
	wire_map(w->out, schema_size(schema));
	if (schema->unit.len) {
		wire_str(w->out, STR("unit"));
		wire_str(w->out, schema->unit);
	}
	if (schema->label.len) {
		wire_str(w->out, STR("label"));
		wire_str(w->out, schema->label);
	}
	add_bound(w->out, STR("low"), schema->low);
	add_bound(w->out, STR("high"), schema->high);
	if (schema->decimals >= 0) {
		wire_str(w->out, STR("decimals"));
		wire_uint(w->out, (uint64_t)schema->decimals);
	}
	if (schema->step) {
		wire_str(w->out, STR("step"));
		wire_bool(w->out, true);
	}
}

bool sample_schema_step(struct str entry)
{
	struct cursor c = wire_cursor(entry);
	uint32_t size;
	struct str key;
	struct wire w;
	if (wire_next_map(&c, &size) != 1)
		return false;
	while (size-- && wire_next_str(&c, &key) == 1) {
		if (str_eq(key, STR("step")))
			return wire_next(&c, &w) == 1 && w.type == WIRE_BOOL && w.b;
		if (wire_skip(&c) != 1)
			break;
	}
	return false;
}

#include "gap.h"

#include <string.h>

#include "filter.h"

static struct {
	struct buffer source, kind, reason;
	int64_t time;
	uint64_t run, first, last, count;
} gap;
static bool noted; /* the sample at hand */

static struct buffer copy_of(struct buffer old, struct str text)
{
	old.len = 0;
	buffer_add_str(&old, text);
	return old;
}

static bool follows(const struct sample *s, const char *reason)
{
	return gap.count && s->run == gap.run && s->seq == gap.last + 1 &&
	       str_eq(s->source, buffer_str(&gap.source)) &&
	       str_eq(s->kind, buffer_str(&gap.kind)) &&
	       str_eq(str(reason), buffer_str(&gap.reason));
}

void gap_note(const struct sample *s, const char *reason)
{
	if (!filter.sample || filter.text_output || filter.no_output || !s->run)
		return;
	if (!follows(s, reason)) {
		gap_end();
		gap.source = copy_of(gap.source, s->source);
		gap.kind = copy_of(gap.kind, s->kind);
		gap.reason = copy_of(gap.reason, str(reason));
		gap.run = s->run;
		gap.first = s->seq;
	}
	gap.last = s->seq;
	gap.time = s->time;
	gap.count++;
	noted = true;
}

void gap_handled(void)
{
	if (gap.count && !noted)
		gap_end();
	noted = false;
}

void gap_end(void)
{
	if (!gap.count)
		return;
	struct sample_writer *w = emit_begin(gap.time, buffer_str(&gap.source), STR("gap"));
	sample_add_text(w, STR("stage"), str(stage_name()));
	sample_add_text(w, STR("reason"), buffer_str(&gap.reason));
	sample_add_text(w, STR("kind"), buffer_str(&gap.kind));
	sample_add_unsigned(w, STR("run"), gap.run);
	sample_add_unsigned(w, STR("first"), gap.first);
	sample_add_unsigned(w, STR("last"), gap.last);
	sample_add_unsigned(w, STR("count"), gap.count);
	emit_end();
	gap.count = 0;
}

void gap_save(struct buffer *to)
{
	wire_array(to, 8);
	wire_uint(to, gap.count);
	wire_str(to, buffer_str(&gap.source));
	wire_str(to, buffer_str(&gap.kind));
	wire_str(to, buffer_str(&gap.reason));
	wire_int(to, gap.time);
	wire_uint(to, gap.run);
	wire_uint(to, gap.first);
	wire_uint(to, gap.last);
}

static bool take_text(struct cursor *from, struct buffer *to)
{
	struct str text;
	if (wire_next_str(from, &text) != 1)
		return false;
	*to = copy_of(*to, text);
	return true;
}

bool gap_load(struct cursor *from)
{
	uint32_t size;
	return wire_next_array(from, &size) == 1 && size == 8 &&
	       wire_next_uint(from, &gap.count) == 1 && take_text(from, &gap.source) &&
	       take_text(from, &gap.kind) && take_text(from, &gap.reason) &&
	       wire_next_int(from, &gap.time) == 1 && wire_next_uint(from, &gap.run) == 1 &&
	       wire_next_uint(from, &gap.first) == 1 && wire_next_uint(from, &gap.last) == 1;
}

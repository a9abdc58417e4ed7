/* The values of aligned sources at a time. */
#include <math.h>

#include "align_parts.h"

static bool has(const struct align_source *s, struct str name, int64_t until)
{
	for (size_t i = 0; i < s->field_count; i++)
		if (s->fields[i].since <= until && str_eq(str(s->fields[i].name), name))
			return true;
	return false;
}

/* The name that a field has here. False: it is not wanted, or a source before this one has had a field
 * of the same name until then. Borrowed until the next call. */
static bool name_of(const struct align *a, const struct align_source *s, struct str field,
	int64_t until, struct str *ret)
{
	static struct buffer prefixed;
	prefixed.len = 0;
	buffer_add_str(&prefixed, s->segment);
	buffer_add_char(&prefixed, '.');
	buffer_add_str(&prefixed, field);
	*ret = a->form.bare ? field : buffer_str(&prefixed);
	for (const struct align_source *other = a->sources; a->form.bare && other < s; other++)
		if (has(other, field, until))
			return false;
	return !a->form.wanted || a->form.wanted(field, buffer_str(&prefixed));
}

static const struct held *find_before(const struct align *a, const struct align_source *s,
	size_t count, struct field *f, struct wire *w)
{
	while (count-- && a->at - s->held[count].time <= a->form.tolerance)
		if (sample_find(&s->held[count].sample, f, w))
			return &s->held[count];
	return NULL;
}

static const struct held *find_after(const struct align *a, const struct align_source *s,
	size_t count, struct field *f, struct wire *w)
{
	for (; count < s->held_count && s->held[count].time - a->at <= a->form.tolerance; count++)
		if (sample_find(&s->held[count].sample, f, w))
			return &s->held[count];
	return NULL;
}

/* The value on the line between two samples; false where there is none. */
static bool on_line(const struct align *a, struct align_field *f, const struct held *before,
	const struct held *after, double *ret, uint32_t *status)
{
	double from, to;
	*status = status_worst(sample_number(&before->sample, &f->before, &from),
		sample_number(&after->sample, &f->after, &to));
	if (status_is_bad(*status))
		return false;
	double share = (double)(a->at - before->time) / (double)(after->time - before->time);
	*ret = from * (1 - share) + to * share;
	return isfinite(*ret);
}

static bool is_real(const struct wire *w)
{
	return w->type == WIRE_INT || w->type == WIRE_UINT || w->type == WIRE_DOUBLE;
}

static void copy(struct align_field *f, const struct held *h, struct sample_writer *to)
{
	struct str value = sample_value_bytes(&h->sample, f->before.place);
	buffer_add_str(to->out, value);
}

static void write_field(const struct align *a, const struct align_source *s, size_t count,
	struct align_field *f, struct sample_writer *to)
{
	struct str name;
	struct wire w, next;
	double v;
	uint32_t status = STATUS_BAD_NO_DATA;
	if (f->since > a->at || !name_of(a, s, str(f->name), a->at, &name))
		return;
	const struct held *before = find_before(a, s, count, &f->before, &w), *after = NULL;
	sample_add_name(to, name);
	if (before && a->form.interpolate && !f->step && before->time < a->at && is_real(&w))
		after = find_after(a, s, count, &f->after, &next);
	if (after && is_real(&next) && on_line(a, f, before, after, &v, &status)) {
		wire_double(to->out, v);
	} else if (before) {
		copy(f, before, to);
		status = sample_status(&before->sample, str(f->name));
	} else {
		wire_nil(to->out);
	}
	sample_add_status(to, name, status);
}

void align_write(struct align *a, struct sample_writer *to)
{
	for (size_t i = 0; i < a->count; i++) {
		struct align_source *s = &a->sources[i];
		size_t count = align_count(s, a->at);
		for (size_t j = 0; j < s->field_count; j++)
			write_field(a, s, count, &s->fields[j], to);
	}
}

void align_describe(struct align_field *f, struct str description)
{
	f->step = sample_schema_step(description);
	f->schema.len = 0;
	buffer_add_str(&f->schema, description);
}

void align_learn(struct align_source *s, const struct sample *schema)
{
	for (uint32_t i = 0; i < schema->values.count; i++) {
		struct str name, description = sample_value_bytes(schema, i);
		struct wire w;
		sample_value(schema, i, &name, &w);
		int place = align_field(s, name, schema->time);
		if (place >= 0)
			align_describe(&s->fields[place], description);
	}
}

void align_write_schema(struct align *a, struct sample_writer *to)
{
	struct str name;
	for (size_t i = 0; i < a->count; i++) {
		const struct align_source *s = &a->sources[i];
		for (size_t j = 0; j < s->field_count; j++) {
			const struct align_field *f = &s->fields[j];
			if (!f->schema.len || !name_of(a, s, str(f->name), INT64_MAX, &name))
				continue;
			sample_add_name(to, name);
			buffer_add_str(to->out, buffer_str(&f->schema));
		}
	}
}

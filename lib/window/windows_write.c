/* What comes out of windows. */
#include "filter.h"
#include "windows_parts.h"

struct str windows_name(const struct windows *w, struct str field, int kind)
{
	static struct buffer name;
	if (!(w->form.set.kinds & (w->form.set.kinds - 1)))
		return field;
	name.len = 0;
	buffer_add_str(&name, field);
	buffer_add_char(&name, '_');
	buffer_add_str(&name, str(aggregate_name(&w->form.set, kind)));
	return buffer_str(&name);
}

static void write_result(const struct windows *w, const struct window_field *f, int kind,
	const struct aggregate *a, struct sample_writer *to)
{
	static struct buffer result;
	struct aggregate_view view = { &w->form.set, w->form.good_share, f->step, w->form.every };
	uint32_t status;
	result.len = 0;
	if (!aggregate_result(a, kind, &view, &result, &status))
		return;
	struct str name = windows_name(w, f->name, kind);
	sample_add_name(to, name);
	buffer_add_str(to->out, buffer_str(&result));
	sample_add_status(to, name, status);
}

void window_write(struct window *window, struct sample_writer *to)
{
	const struct windows *w = window->source->of;
	for (size_t i = 0; i < window->field_count; i++)
		for (int kind = 0; kind < AGGREGATE_KINDS; kind++)
			if (w->form.set.kinds & 1u << kind)
				write_result(w, &window->source->fields[i], kind,
					&window->fields[i], to);
	if (window->given) {
		sample_add_via_integer(to, STR("revision"), (int64_t)window->given);
		sample_add_via_integer(to, STR("revises"), (int64_t)window->seq);
	}
	window->given++;
	window->seq = sample_writer_seq(to);
}

void windows_make(const struct windows *w, const struct opt_list *names, struct fields *f)
{
	for (size_t i = 0; i < names->count; i++)
		for (int kind = 0; kind < AGGREGATE_KINDS; kind++)
			if (w->form.set.kinds & 1u << kind)
				fields_make_str(
					f, windows_name(w, str(names->words[i]), kind), STR(""));
}

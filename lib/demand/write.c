#include "demand/write.h"

#include "reading.h"

static struct str of_post(const struct schedule *s, const char *what, int post)
{
	static struct buffer name;
	name.len = 0;
	buffer_print(&name, "%s", what);
	if (schedule_count(s) > 1)
		buffer_print(&name, "_%s", schedule_name(s, post));
	return buffer_str(&name);
}

static void write_posts(
	const struct schedule *s, const struct demand_post *posts, struct sample_writer *w)
{
	decimal factor;
	for (int i = 0; i < schedule_count(s); i++) {
		if (posts[i].max)
			sample_add_number(
				w, of_post(s, "demand_max", i), reading_number(posts[i].max));
		if (demand_load_factor(&posts[i], &factor) == 0)
			sample_add_number(w, of_post(s, "load_factor", i), reading_number(factor));
	}
}

void demand_write_block(
	const struct demand_form *form, const struct demand_block *b, struct sample_writer *w)
{
	const struct schedule *s = form->when.schedule;
	sample_add_number(w, STR("demand"), reading_number(b->demand));
	sample_add_number(w, STR("energy"), reading_number(b->energy));
	if (schedule_count(s) > 1)
		sample_add_text(w, STR("post"), str(schedule_name(s, b->post)));
	write_posts(s, b->posts, w);
	sample_add_status(w, STR("demand"), b->status);
	sample_add_status(w, STR("energy"), b->status);
}

static void write_event(const struct demand_form *form, const char *event, enum demand_level level,
	int post, struct sample_writer *w)
{
	const struct schedule *s = form->when.schedule;
	sample_add_text(w, STR("event"), str(event));
	sample_add_text(w, STR("level"), level == DEMAND_ALARM ? STR("alarm") : STR("warning"));
	if (schedule_count(s) > 1)
		sample_add_text(w, STR("post"), str(schedule_name(s, post)));
	sample_add_number(w, STR("contract"), reading_number(form->contract[post]));
}

void demand_write_exceeded(
	const struct demand_form *form, const struct demand_block *b, struct sample_writer *w)
{
	write_event(form, "demand_exceeded", b->level, b->post, w);
	sample_add_number(w, STR("demand"), reading_number(b->demand));
	sample_add_number(w, STR("excess"), reading_number(b->demand - form->contract[b->post]));
	sample_add_status(w, STR("demand"), b->status);
}

void demand_write_projected(
	const struct demand_form *form, const struct demand_projection *p, struct sample_writer *w)
{
	write_event(form, "demand_projected", p->level, p->post, w);
	sample_add_number(w, STR("projected_demand"), reading_number(p->demand));
	sample_add_number(w, STR("seconds_left"), (double)(p->end - p->time) / (double)SECONDS);
	sample_add_status(w, STR("projected_demand"), p->status);
}

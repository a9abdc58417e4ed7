#include "budget/write.h"

#include <math.h>

#include "reading.h"

static void add_known(struct sample_writer *w, struct str name, decimal v)
{
	if (v)
		sample_add_number(w, name, reading_number(v));
}

void budget_write_day(const struct consumption_form *form, const struct consumption_day *d,
	struct sample_writer *w)
{
	sample_add_number(w, STR("energy_day"), reading_number(d->energy));
	sample_add_number(w, STR("energy_to_date"), reading_number(d->to_date));
	sample_add_number(w, STR("energy_projected"), reading_number(d->projected));
	add_known(w, STR("usual_day"), d->usual);
	add_known(w, STR("usual_to_date"), d->usual_to_date);
	add_known(w, STR("budget"), form->budget);
}

void budget_write_finding(const struct consumption_form *form, const struct consumption_day *d,
	enum consumption_finding found, struct sample_writer *w)
{
	sample_add_text(w, STR("event"),
		found == CONSUMPTION_PROJECTED	? STR("budget_projected")
		: found == CONSUMPTION_EXCEEDED ? STR("budget_exceeded")
						: STR("consumption_high"));
	sample_add_text(
		w, STR("level"), found == CONSUMPTION_EXCEEDED ? STR("alarm") : STR("warning"));
	budget_write_day(form, d, w);
}

static void add_money(struct sample_writer *w, const char *name, decimal_product v, int digits)
{
	char text[DECIMAL_TEXT];
	sample_add_text(w, str(name), (struct str){ text, decimal_print_product(text, v, digits) });
}

static bool is_large(const struct variation *v, double worth)
{
	double change = (double)(v->now - v->before);
	return fabs(change) > worth * fabs((double)v->before);
}

void budget_write_variation(const struct variation *v, double worth, struct sample_writer *w)
{
	sample_add_text(w, STR("event"), STR("bill_variation"));
	sample_add_text(w, STR("level"), is_large(v, worth) ? STR("warning") : STR("notice"));
	add_money(w, "before", v->before, v->digits);
	add_money(w, "now", v->now, v->digits);
	add_money(w, "change", v->now - v->before, v->digits);
	for (int i = 0; i < EFFECTS; i++)
		if (i < EFFECT_ROUNDING || v->effects[i])
			add_money(w, effect_names[i], v->effects[i], v->digits);
}

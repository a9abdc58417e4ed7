/* Slots and disturbances as samples. */
#include "power_quality/report.h"

#include <math.h>

#include "power_quality/report_parts.h"
#include "timestamp.h"

void report_time(struct sample_writer *w, struct str name, int64_t time)
{
	char text[TIMESTAMP_TEXT];
	sample_add_text(w, name, (struct str){ text, timestamp_format(text, time) });
}

/* A value made of fewer readings than the profile asks for is Uncertain. */
static void add_value(
	struct sample_writer *w, struct str name, double v, bool covered, int64_t worst)
{
	uint32_t status = covered ? STATUS_GOOD : STATUS_UNCERTAIN_DATA_SUBNORMAL;
	if (isnan(v) || !name.len)
		return;
	sample_add_number(w, name, v);
	sample_add_status(w, name, status_worst((uint32_t)worst, status));
}

/* The worst of the phases. */
static void add_band(const struct profile *p, const struct slot *s, struct sample_writer *w)
{
	enum band worst = BAND_ADEQUATE;
	bool any = false;
	for (size_t i = 0; i < PHASES; i++) {
		double v = slot_value(s, QUANTITY_VOLTAGE + i);
		enum band band = isnan(v) ? BAND_ADEQUATE : band_of(&p->bands, v);
		worst = band > worst ? band : worst;
		any |= !isnan(v);
	}
	if (any)
		sample_add_text(w, STR("voltage_band"), str(band_names[worst]));
}

static void add_power_factor(const struct power_quality_slot *s, struct sample_writer *w)
{
	if (!s->ends_hour || isnan(s->power_factor))
		return;
	sample_add_number(w, STR("power_factor_hour"), s->power_factor);
	sample_add_text(
		w, STR("reactive_hour"), s->reactive < 0 ? STR("capacitive") : STR("inductive"));
}

void report_slot(
	const struct report_terms *t, const struct power_quality_slot *s, struct sample_writer *w)
{
	const char *unit;
	for (size_t i = 0; i < QUANTITIES; i++)
		add_value(w, quantity_name(i, &unit), slot_value(s->slot, i), s->covered,
			s->slot->worst);
	add_value(w, STR("frequency"), slot_frequency(s->slot), s->covered, s->slot->worst);
	if (t->profile->has_bands && s->covered)
		add_band(t->profile, s->slot, w);
	sample_add_number(w, STR("coverage"), s->coverage);
	sample_add_bool(w, STR("flagged"), s->slot->flagged);
	add_power_factor(s, w);
}

static void add_phases(const struct disturbance *d, struct sample_writer *w)
{
	uint32_t count = 0;
	for (size_t i = 0; i < PHASES; i++)
		count += d->phases[i];
	sample_add_name(w, STR("phases"));
	wire_array(w->out, count);
	for (size_t i = 0; i < PHASES; i++)
		if (d->phases[i])
			wire_str(w->out, str(reading_voltage(i)));
}

void report_disturbance(const struct report_terms *t, const struct disturbance *d, bool goes_on,
	struct sample_writer *w)
{
	const struct profile *p = t->profile;
	int64_t duration = d->end - d->start;
	size_t class = profile_class(p, duration);
	sample_add_text(w, STR("event"), str(disturbance_names[d->kind]));
	sample_add_text(w, STR("class"), str(profile_class_name(p, class, d->kind)));
	report_time(w, STR("start"), d->start);
	report_time(w, STR("end"), d->end);
	sample_add_number(w, STR("duration"), (double)duration / 1e9);
	sample_add_number(w, STR("voltage"), d->voltage);
	sample_add_number(w, STR("voltage_share"), 100 * d->voltage / p->nominal);
	add_phases(d, w);
	sample_add_text(w, STR("profile"), str(p->name));
	report_basis(t, w);
	if (goes_on)
		sample_add_bool(w, STR("goes_on"), true);
}

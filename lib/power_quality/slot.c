#include "power_quality/slot.h"

#include <math.h>

#include "power_quality/profile_parts.h"
#include "power_quality/unbalance.h"

struct str quantity_name(size_t quantity, const char **ret_unit)
{
	static const char *const endings[] = { "", "_thd", "_thd_even", "_thd_odd", "_thd_triple" };
	static struct buffer name;
	bool order = quantity >= QUANTITY_ORDERS, phased = order || quantity < QUANTITY_UNBALANCE;
	size_t index = order ? quantity - QUANTITY_ORDERS : quantity;
	size_t phase = order ? index / WAVEFORM_ORDERS : index % PHASES;
	*ret_unit = quantity < QUANTITY_THD ? "V" : "%";
	if (!phased)
		return quantity == QUANTITY_UNBALANCE ? STR("voltage_unbalance")
						      : STR("voltage_unbalance_rate");
	name.len = 0;
	if (!reading_voltage(phase))
		return (struct str){ 0 };
	if (order)
		buffer_print(&name, "%s_h%zu", reading_voltage(phase), index % WAVEFORM_ORDERS);
	else
		buffer_print(&name, "%s%s", reading_voltage(phase), endings[index / PHASES]);
	return buffer_str(&name);
}

void slot_begin(struct slot *s, int64_t start)
{
	*s = (struct slot){ .start = start, .open = true };
}

static void add(struct slot *s, size_t quantity, double v)
{
	if (isnan(v))
		return;
	s->sums[quantity].squares += v * v;
	s->sums[quantity].count++;
}

static void add_spectrum(struct slot *s, size_t phase, const struct spectrum *spectrum)
{
	add(s, QUANTITY_EVEN + phase, spectrum->even);
	add(s, QUANTITY_ODD + phase, spectrum->odd);
	add(s, QUANTITY_TRIPLE + phase, spectrum->triple);
	for (size_t h = 2; h < WAVEFORM_ORDERS; h++)
		add(s, QUANTITY_ORDERS + phase * WAVEFORM_ORDERS + h, spectrum->orders[h]);
}

static void end_tick(struct frequencies *f, const struct profile *p)
{
	if (!(f->count > 0))
		return;
	double v = f->sum / f->count;
	f->min = f->values ? fmin(f->min, v) : v;
	f->max = f->values ? fmax(f->max, v) : v;
	f->total += v;
	f->values++;
	for (size_t i = 0; i < p->frequencies.count; i++) {
		const struct profile_range *range = &p->frequencies.all[i];
		f->inside[i] += v >= range->from && v <= range->to;
	}
	f->sum = f->count = 0;
}

static void add_frequency(
	struct frequencies *f, const struct profile *p, int64_t time, double frequency)
{
	int64_t tick = time - time % PROFILE_TICK;
	if (isnan(frequency))
		return;
	if (tick != f->tick)
		end_tick(f, p);
	f->tick = tick;
	f->sum += frequency;
	f->count++;
}

void slot_add(struct slot *s, const struct profile *p, const struct reading *r)
{
	for (size_t phase = 0; phase < PHASES; phase++) {
		add(s, QUANTITY_VOLTAGE + phase, r->values[CHANNEL_VOLTAGE + phase]);
		add(s, QUANTITY_THD + phase, r->values[CHANNEL_THD + phase]);
		if (r->spectra[phase])
			add_spectrum(s, phase, r->spectra[phase]);
	}
	add(s, QUANTITY_UNBALANCE, unbalance_cigre(&r->values[CHANNEL_LINE]));
	add(s, QUANTITY_RATE, unbalance_rate(&r->values[CHANNEL_VOLTAGE]));
	add_frequency(&s->frequencies, p, r->time, r->values[CHANNEL_FREQUENCY]);
	s->worst = status_worst((uint32_t)s->worst, r->worst);
}

void slot_end(struct slot *s, const struct profile *p)
{
	end_tick(&s->frequencies, p);
}

double slot_value(const struct slot *s, size_t quantity)
{
	int64_t count = s->sums[quantity].count;
	return count ? sqrt(s->sums[quantity].squares / (double)count) : NAN;
}

double slot_frequency(const struct slot *s)
{
	const struct frequencies *f = &s->frequencies;
	return f->values ? f->total / (double)f->values : NAN;
}

double slot_coverage(const struct slot *s, const struct profile *p, int64_t pace, const bool seen[])
{
	double least = 1;
	bool any = false;
	for (size_t phase = 0; phase < PHASES; phase++) {
		double count = (double)s->sums[QUANTITY_VOLTAGE + phase].count;
		any |= seen[phase];
		if (seen[phase])
			least = fmin(least, count * (double)pace / (double)p->slot);
	}
	return any ? least : 0;
}

void frequencies_archive(struct frequencies *f, struct archive *a)
{
	archive_time(a, &f->tick);
	archive_number(a, &f->sum);
	archive_number(a, &f->count);
	archive_integer(a, &f->values);
	archive_number(a, &f->total);
	archive_number(a, &f->min);
	archive_number(a, &f->max);
	for (int i = 0; i < PROFILE_RANGES; i++)
		archive_integer(a, &f->inside[i]);
}

/* Most quantities are empty where there are no waveforms: their sums are left out. */
void slot_archive(struct slot *s, struct archive *a)
{
	archive_time(a, &s->start);
	archive_bool(a, &s->open);
	archive_bool(a, &s->flagged);
	archive_bool(a, &s->left_out);
	archive_integer(a, &s->worst);
	for (size_t i = 0; i < QUANTITIES; i++) {
		archive_integer(a, &s->sums[i].count);
		if (s->sums[i].count)
			archive_number(a, &s->sums[i].squares);
	}
	frequencies_archive(&s->frequencies, a);
}

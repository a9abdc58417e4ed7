#include "power_quality/assessment.h"

#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "power_quality/rank.h"

const char *const band_names[] = { "adequate", "precarious", "critical" };

struct assessment *assessment_open(int64_t start)
{
	struct assessment *s = allocate(1, sizeof(*s));
	s->start = s->end = start;
	s->least_power_factor = NAN;
	return s;
}

void assessment_close(struct assessment *s)
{
	for (size_t i = 0; i < QUANTITIES; i++)
		free(s->columns[i].all);
	free(s->slots);
	free(s);
}

static void *grow(void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 16;
	return reallocate(array, *cap, size);
}

static void add_value(struct values *v, double value)
{
	if (isnan(value))
		return;
	v->all = grow(v->all, v->count, &v->cap, sizeof(*v->all));
	v->all[v->count++] = value;
}

static void add_frequencies(struct frequencies *to, const struct frequencies *f)
{
	if (!f->values)
		return;
	to->min = to->values ? fmin(to->min, f->min) : f->min;
	to->max = to->values ? fmax(to->max, f->max) : f->max;
	to->values += f->values;
	for (int i = 0; i < PROFILE_RANGES; i++)
		to->inside[i] += f->inside[i];
}

void assessment_add_slot(
	struct assessment *s, const struct profile *p, const struct slot *slot, bool covered)
{
	struct assessed one = { .start = slot->start, .valid = covered && !slot->left_out };
	for (size_t i = 0; i < PHASES; i++)
		one.voltages[i] = slot_value(slot, QUANTITY_VOLTAGE + i);
	s->slots = grow(s->slots, s->count, &s->cap, sizeof(*s->slots));
	s->slots[s->count++] = one;
	s->valid += one.valid;
	s->flagged += slot->flagged;
	s->end = slot->start + p->slot;
	s->worst = status_worst((uint32_t)s->worst, (uint32_t)slot->worst);
	if (slot->flagged || !covered)
		return;
	for (size_t i = QUANTITY_THD; i < QUANTITIES; i++)
		add_value(&s->columns[i], slot_value(slot, i));
	add_frequencies(&s->frequencies, &slot->frequencies);
}

void assessment_add_hour(
	struct assessment *s, const struct profile *p, double power_factor, double reactive)
{
	if (isnan(power_factor))
		return;
	s->hours++;
	s->least_power_factor = fmin(s->least_power_factor, power_factor);
	if (power_factor < p->power_factor)
		*(reactive < 0 ? &s->below_capacitive : &s->below_inductive) += 1;
}

void assessment_add_disturbance(
	struct assessment *s, const struct profile *p, const struct disturbance *d)
{
	s->disturbances[profile_class(p, d->end - d->start)][d->kind]++;
	if (!disturbance_leaves_out(d, p))
		return;
	for (size_t i = s->count; i && s->slots[i - 1].start + p->slot > d->start; i--) {
		s->valid -= s->slots[i - 1].valid;
		s->slots[i - 1].valid = false;
	}
}

bool assessment_is_over(const struct assessment *s, const struct profile *p, int64_t time)
{
	return time >= s->start + (p->readings ? 2 : 1) * p->period;
}

bool assessment_is_done(const struct assessment *s, const struct profile *p, int64_t now)
{
	return assessment_is_over(s, p, now) ||
	       (p->readings && now >= s->start + p->period && (uint64_t)s->valid >= p->readings);
}

enum band band_of(const struct profile_bands *b, double voltage)
{
	double v = voltage / b->unit;
	if (v >= b->adequate_from && v <= b->adequate_to)
		return BAND_ADEQUATE;
	return v >= b->critical_below && v <= b->critical_above ? BAND_PRECARIOUS : BAND_CRITICAL;
}

static void judge_voltage(const struct profile *p, double v, size_t phase, struct verdict *ret)
{
	enum band band = p->has_bands ? band_of(&p->bands, v) : BAND_ADEQUATE;
	ret->precarious[phase] += band == BAND_PRECARIOUS;
	ret->critical[phase] += band == BAND_CRITICAL;
	for (size_t i = 0; i < p->voltage.count; i++) {
		const struct profile_range *range = &p->voltage.all[i];
		double share = v / p->nominal;
		ret->within[phase][i] += share >= range->from && share <= range->to;
	}
}

static void judge_slot(const struct profile *p, const struct assessed *one, struct verdict *ret)
{
	ret->readings++;
	for (size_t phase = 0; phase < PHASES; phase++)
		if (!isnan(one->voltages[phase]))
			judge_voltage(p, one->voltages[phase], phase, ret);
}

static size_t largest(const size_t *counts)
{
	size_t most = 0;
	for (size_t i = 0; i < PHASES; i++)
		most = counts[i] > most ? counts[i] : most;
	return most;
}

static bool is_complete(const struct profile *p, size_t readings)
{
	size_t whole = (size_t)(p->period / p->slot);
	return readings >= (p->readings ? p->readings : rank_of(whole, p->coverage));
}

void assessment_judge(struct assessment *s, const struct profile *p, struct verdict *ret)
{
	*ret = (struct verdict){ 0 };
	for (size_t i = 0; i < s->count; i++)
		if (s->slots[i].valid && (!p->readings || ret->readings < p->readings))
			judge_slot(p, &s->slots[i], ret);
	ret->complete = is_complete(p, ret->readings);
	ret->most_precarious = largest(ret->precarious);
	ret->most_critical = largest(ret->critical);
	for (size_t i = 0; i < QUANTITIES; i++)
		ret->shares[i] = rank_value(s->columns[i].all, s->columns[i].count, p->percentile);
}

static void archive_values(struct values *v, struct archive *a)
{
	size_t count = v->count;
	archive_count(a, &count, SIZE_MAX);
	for (size_t i = 0; a->ok && i < count; i++) {
		double value = a->to ? v->all[i] : 0;
		archive_number(a, &value);
		archive_check(a, !isnan(value));
		if (!a->to && a->ok)
			add_value(v, value);
	}
}

static void archive_slots(struct assessment *s, struct archive *a)
{
	size_t count = s->count;
	archive_count(a, &count, SIZE_MAX);
	for (size_t i = 0; a->ok && i < count; i++) {
		s->slots = grow(s->slots, i, &s->cap, sizeof(*s->slots));
		struct assessed *one = &s->slots[i];
		archive_time(a, &one->start);
		archive_bool(a, &one->valid);
		for (int phase = 0; phase < PHASES; phase++)
			archive_number(a, &one->voltages[phase]);
		s->count = i + 1;
	}
}

void assessment_archive(struct assessment *s, struct archive *a)
{
	archive_time(a, &s->start);
	archive_time(a, &s->end);
	archive_slots(s, a);
	archive_integer(a, &s->valid);
	archive_integer(a, &s->flagged);
	archive_integer(a, &s->worst);
	for (size_t i = 0; i < QUANTITIES; i++)
		archive_values(&s->columns[i], a);
	frequencies_archive(&s->frequencies, a);
	archive_integer(a, &s->hours);
	archive_integer(a, &s->below_inductive);
	archive_integer(a, &s->below_capacitive);
	archive_number(a, &s->least_power_factor);
	for (int i = 0; i < PROFILE_CLASSES; i++)
		for (int kind = 0; kind < DISTURBANCE_KINDS; kind++)
			archive_integer(a, &s->disturbances[i][kind]);
}

#include "account/meter_reading.h"

#include <errno.h>
#include <stdlib.h>

#include "clock.h"
#include "filter.h"
#include "text.h"

struct meter_reader {
	bool totals, at_end;
	int64_t interval;
	int64_t multiply, divide; /* a value in its unit to kWh */
	const char *unit;
	struct field fields[CHANNELS];
};

/* Powers of ten between the unit and kWh or kW; false for a unit of the other kind. */
static bool find_unit(struct meter_reader *m, const char *unit, bool power)
{
	size_t len = strlen(unit);
	bool energy = len && unit[len - 1] == 'h';
	if (!len || energy == power)
		return !len;
	m->unit = unit;
	m->divide *= *unit == 'W' ? 1000 : 1;
	m->multiply *= *unit == 'M' ? 1000 : 1;
	return true;
}

struct meter_reader *meter_reader_open(const struct meter_form *form, char **ret_error)
{
	bool power = str_eq(str(form->reads), STR("power"));
	struct meter_reader *m = calloc(1, sizeof(*m));
	if (!m)
		abort();
	*m = (struct meter_reader){ .totals = str_eq(str(form->reads), STR("totals")),
		.at_end = str_eq(str(form->stamp), STR("end")),
		.interval = form->interval,
		.multiply = 1,
		.divide = 1,
		.unit = power ? "kW" : "kWh" };
	for (int i = 0; i < CHANNELS; i++)
		m->fields[i].name = str(form->fields[i]);
	if (form->interval % SECONDS)
		text_refuse(ret_error, "--interval: expected whole seconds");
	else if (!find_unit(m, form->unit, power))
		text_refuse(ret_error, "--unit: %s is no unit of %s", form->unit, form->reads);
	else {
		m->multiply *= power ? form->interval / SECONDS : 1;
		m->divide *= power ? 3600 : 1;
		return m;
	}
	free(m);
	return NULL;
}

/* A value as a decimal: texts and integers are exact, a float is converted here. */
static int read_decimal(const struct wire *w, decimal *ret)
{
	switch (w->type) {
	case WIRE_DOUBLE:
		return decimal_of_double(w->d, DECIMAL_DIGITS, ret);
	case WIRE_INT:
		return decimal_of_integer(w->i, ret);
	case WIRE_UINT:
		return w->u > INT64_MAX ? -EOVERFLOW : decimal_of_integer((int64_t)w->u, ret);
	case WIRE_STR:
		return decimal_parse(w->bytes, ret) ? -ENODATA : 0;
	default:
		return -ENODATA;
	}
}

/* In kWh, to the nearest 1e-9. */
static int convert(const struct meter_reader *m, decimal v, decimal *ret)
{
	__int128 scaled = (__int128)v * m->multiply;
	__int128 half = m->divide / 2;
	scaled = (scaled + (scaled < 0 ? -half : half)) / m->divide;
	if (scaled > INT64_MAX || scaled < INT64_MIN)
		return -EOVERFLOW;
	*ret = (decimal)scaled;
	return 0;
}

static int read_channel(
	struct meter_reader *m, const struct sample *s, enum channel c, struct reading *ret)
{
	struct wire w;
	decimal v;
	if (!sample_find(s, &m->fields[c], &w))
		return c == IMPORT ? -ENODATA : 0;
	uint32_t status = s->quality.count ? sample_status(s, m->fields[c].name) : STATUS_GOOD;
	if (status_is_bad(status) || w.type == WIRE_NIL)
		return -ENODATA;
	int r = read_decimal(&w, &v);
	r = r ?: convert(m, v, &ret->energy[c]);
	ret->estimated |= !status_is_good(status);
	return r;
}

static int read_interval(struct meter_reader *m, const struct sample *s, struct account *a)
{
	int64_t start = s->time - (m->at_end ? m->interval : 0);
	struct reading reading = { .start = start, .end = start + m->interval };
	int r = 0;
	for (int c = 0; !r && c < CHANNELS; c++)
		r = read_channel(m, s, (enum channel)c, &reading);
	r = r ?: account_add(a, &reading);
	account_advance(a, start);
	return r;
}

/* The post behind "energy_"; -1: another field. */
static int post_of(const struct tariff *t, struct str field, const char *prefix)
{
	struct str head = str(prefix);
	if (!str_starts(field, head))
		return -1;
	if (field.len == head.len)
		return schedule_count(t->schedule) == 1 ? 0 : -1;
	if (field.data[head.len] != '_')
		return -1;
	return schedule_find(
		t->schedule, (struct str){ field.data + head.len + 1, field.len - head.len - 1 });
}

static int add_total(const struct tariff *t, struct str field, decimal v, struct usage_totals *to)
{
	const struct {
		const char *prefix;
		decimal *sums, *largest;
	} kinds[] = { { "energy", to->import, NULL }, { "export", to->export, NULL },
		{ "inductive", to->inductive, NULL }, { "capacitive", to->capacitive, NULL },
		{ "demand", NULL, to->demand }, { "apparent", NULL, to->apparent } };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		int post = post_of(t, field, kinds[i].prefix);
		if (post >= 0 && kinds[i].sums)
			return decimal_add(kinds[i].sums[post], v, &kinds[i].sums[post]);
		if (post >= 0 && v > kinds[i].largest[post])
			kinds[i].largest[post] = v;
	}
	return 0;
}

static int read_totals(struct meter_reader *m, const struct sample *s, struct account *a)
{
	const struct tariff *t = account_customer(a)->tariff;
	int64_t time = s->time - m->at_end;
	struct usage_totals *totals;
	int r = account_totals(a, time, &totals);
	for (uint32_t i = 0; !r && i < s->values.count; i++) {
		struct str name;
		struct wire w;
		decimal v;
		sample_value(s, i, &name, &w);
		if (read_decimal(&w, &v) || status_is_bad(sample_status(s, name)))
			continue;
		if (str_eq(name, STR("power_factor")))
			totals->power_factor = v;
		else
			r = convert(m, v, &v) ?: add_total(t, name, v, totals);
	}
	account_advance(a, time);
	return r;
}

int meter_read(struct meter_reader *m, const struct sample *s, struct account *a)
{
	return m->totals ? read_totals(m, s, a) : read_interval(m, s, a);
}

void meter_needs(const struct meter_reader *m, struct fields *f)
{
	if (!m->totals)
		fields_need(f, m->fields[IMPORT].name.data, m->unit);
}

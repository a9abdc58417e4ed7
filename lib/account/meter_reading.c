#include "account/meter_reading.h"

#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "clock.h"
#include "filter.h"
#include "reading.h"
#include "text.h"

struct meter_reader {
	bool totals;
	struct meterdata_form form;
	const char *unit;
	struct field fields[CHANNELS], check;
};

/* kWh or kW in one of the unit; 0 for a unit of the other kind. */
static decimal unit_factor(const char *unit, bool power)
{
	size_t len = strlen(unit);
	bool energy = len && unit[len - 1] == 'h';
	if (len && energy == power)
		return 0;
	return *unit == 'W' ? DECIMAL_ONE / 1000 : *unit == 'M' ? 1000 * DECIMAL_ONE : DECIMAL_ONE;
}

static uint64_t modulus(int64_t digits)
{
	uint64_t m = digits > 0;
	while (digits-- > 0)
		m *= 10;
	return m;
}

struct meterdata_form meter_reader_form(const struct meter_reader *m)
{
	return m->form;
}

static int check_form(const struct meter_form *form, bool power, char **ret_error)
{
	bool intervals = power || str_eq(str(form->reads), STR("energy"));
	if (!unit_factor(form->unit, power))
		return text_refuse(
			ret_error, "--unit: %s is no unit of %s", form->unit, form->reads);
	if (form->interval % SECONDS)
		return text_refuse(ret_error, "--interval: expected whole seconds");
	if (form->check && !intervals)
		return text_refuse(
			ret_error, "--check-register: %s has no intervals to check", form->reads);
	return 0;
}

struct meter_reader *meter_reader_open(const struct meter_form *form, char **ret_error)
{
	struct str reads = str(form->reads);
	bool power = str_eq(reads, STR("power")), counts = str_eq(reads, STR("register"));
	if (check_form(form, power, ret_error) < 0)
		return NULL;
	struct meter_reader *m = allocate(1, sizeof(*m));
	m->totals = str_eq(reads, STR("totals"));
	m->unit = *form->unit ? form->unit : power ? "kW" : "kWh";
	m->form = (struct meterdata_form){ .kind = power    ? METERDATA_POWER
						   : counts ? METERDATA_REGISTER
							    : METERDATA_ENERGY,
		.every = form->interval,
		.at_end = str_eq(str(form->stamp), STR("end")),
		.late = form->late,
		.history = 28 * 86400 * SECONDS,
		.counter = { .factor = unit_factor(form->unit, power),
			.decimals = (int)form->decimals,
			.modulus = modulus(form->digits) } };
	for (int i = 0; i < CHANNELS; i++)
		m->fields[i].name = str(form->fields[i]);
	m->check.name = str(form->check ? form->check : "");
	return m;
}

static int read_decimal(const struct wire *w, decimal *ret)
{
	int r = reading_decimal(w, DECIMAL_DIGITS, ret);
	return r == -EDOM ? -ENODATA : r;
}

/* What is taken has to be there; of the other channels a sample may say nothing. */
static int read_channel(
	struct meter_reader *m, const struct sample *s, enum channel c, struct account *a)
{
	struct wire w;
	decimal v;
	if (!sample_find(s, &m->fields[c], &w))
		return c == IMPORT ? -ENODATA : 0;
	uint32_t status = s->quality.count ? sample_status(s, m->fields[c].name) : STATUS_GOOD;
	if (status_is_bad(status) || w.type == WIRE_NIL)
		return c == IMPORT ? -ENODATA : 0;
	if (m->form.kind == METERDATA_REGISTER)
		return account_add_register(a, c, s->time, &w);
	int r = read_decimal(&w, &v);
	return r ?: account_add(a, c, s->time, v, !status_is_good(status));
}

/* What it says of the register at its time; one that says nothing, or nonsense, is not checked. */
static void read_check(struct meter_reader *m, const struct sample *s, struct account *a)
{
	struct wire w;
	if (sample_find(s, &m->check, &w) &&
		status_is_good(s->quality.count ? sample_status(s, m->check.name) : STATUS_GOOD))
		account_add_check(a, s->time, &w);
}

static int read_interval(struct meter_reader *m, const struct sample *s, struct account *a)
{
	int r = 0;
	for (int c = 0; !r && c < CHANNELS; c++)
		r = read_channel(m, s, (enum channel)c, a);
	if (!r && m->check.name.len)
		read_check(m, s, a);
	if (!r)
		account_advance(a, s->time - (m->form.at_end ? m->form.every : 0));
	return r;
}

/* The post behind "energy_"; -1: another field. */
static int post_of(const struct tariff *t, struct str field, const char *prefix)
{
	struct str head = str(prefix);
	if (!str_starts(field, head))
		return -1;
	if (field.len == head.len)
		return schedule_count(t->when.schedule) == 1 ? 0 : -1;
	if (field.data[head.len] != '_')
		return -1;
	return schedule_find(t->when.schedule,
		(struct str){ field.data + head.len + 1, field.len - head.len - 1 });
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

static int convert(const struct meter_reader *m, decimal v, decimal *ret)
{
	return decimal_narrow(decimal_multiply(v, m->form.counter.factor), DECIMAL_HALF_UP, ret);
}

static int read_totals(struct meter_reader *m, const struct sample *s, struct account *a)
{
	const struct tariff *t = account_customer(a)->tariff;
	int64_t time = s->time - m->form.at_end;
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
	if (!r)
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

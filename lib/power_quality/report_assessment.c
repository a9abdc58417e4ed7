/* Assessments as samples. */
#include <math.h>

#include "power_quality/compensation.h"
#include "power_quality/report_parts.h"

/* What is being written, and the names of the limits that were exceeded so far. */
struct report {
	const struct report_terms *terms;
	const struct profile *profile;
	struct verdict verdict;
	struct sample_writer *to;
	struct buffer exceeded; /* encoded */
	uint32_t exceeded_count;
	int64_t worst;
};

void report_basis(const struct report_terms *t, struct sample_writer *w)
{
	static struct buffer basis;
	basis.len = 0;
	if (t->meter_class)
		buffer_print(&basis, "IEC 61000-4-30 class %s", t->meter_class);
	else
		buffer_print(&basis, "RMS values as polled, not IEC 61000-4-30 class A or S");
	sample_add_bool(w, STR("indicative"), !t->meter_class);
	sample_add_text(w, STR("basis"), buffer_str(&basis));
}

static void exceed(struct report *r, struct str name, bool does)
{
	if (!does)
		return;
	wire_str(&r->exceeded, name);
	r->exceeded_count++;
}

/* name, then an ending; borrowed until the next call. */
static struct str joined(struct str name, const char *ending)
{
	static struct buffer text;
	text.len = 0;
	buffer_print(&text, "%.*s%s", STR_ARG(name), ending);
	return buffer_str(&text);
}

static void add_number(struct report *r, struct str name, double v)
{
	sample_add_number(r->to, name, v);
	sample_add_status(r->to, name, (uint32_t)r->worst);
}

static double percent(size_t count, size_t of)
{
	return of ? 100.0 * (double)count / (double)of : 0;
}

static bool is_more(size_t count, size_t of, decimal share)
{
	return (decimal_product)count * DECIMAL_ONE > (decimal_product)share * (int64_t)of;
}

static bool is_judged(size_t phase)
{
	return reading_voltage(phase);
}

static void add_head(struct report *r, const struct assessment *s)
{
	const struct profile *p = r->profile;
	sample_add_text(r->to, STR("profile"), str(p->name));
	sample_add_text(r->to, STR("title"), str(p->title));
	sample_add_text(r->to, STR("revision"), str(p->revision));
	report_basis(r->terms, r->to);
	sample_add_number(r->to, STR("nominal"), p->nominal);
	report_time(r->to, STR("start"), s->start);
	report_time(r->to, STR("end"), s->end);
	sample_add_bool(r->to, STR("complete"), r->verdict.complete);
	sample_add_integer(r->to, STR("readings"), (int64_t)r->verdict.readings);
	sample_add_integer(r->to, STR("slots"), (int64_t)s->count);
	sample_add_number(r->to, STR("flagged"), percent((size_t)s->flagged, s->count));
}

static void add_bands(struct report *r)
{
	const struct verdict *v = &r->verdict;
	for (size_t i = 0; i < PHASES; i++) {
		if (!is_judged(i))
			continue;
		struct str name = str(reading_voltage(i));
		add_number(r, joined(name, "_drp"), percent(v->precarious[i], v->readings));
		add_number(r, joined(name, "_drc"), percent(v->critical[i], v->readings));
	}
	add_number(r, STR("drp"), percent(v->most_precarious, v->readings));
	add_number(r, STR("drc"), percent(v->most_critical, v->readings));
	exceed(r, STR("drp"),
		is_more(v->most_precarious, v->readings, r->profile->precarious_limit));
	exceed(r, STR("drc"), is_more(v->most_critical, v->readings, r->profile->critical_limit));
}

static void add_decimal(
	struct report *r, struct str name, decimal charge, int digits, int shown_digits)
{
	char text[DECIMAL_TEXT];
	decimal_product amount;
	if (compensation_of(r->profile, &r->verdict, charge, digits, &amount))
		return;
	size_t len = decimal_print_product(text, amount, shown_digits);
	sample_add_text(r->to, name, (struct str){ text, len });
}

static void add_compensation(struct report *r)
{
	const struct profile_compensation *c = &r->profile->compensation;
	if (!c->precarious && !c->critical)
		return;
	add_decimal(r, STR("compensation_factor"), DECIMAL_ONE, DECIMAL_DIGITS, 0);
	if (r->terms->charge)
		add_decimal(r, STR("compensation"), *r->terms->charge, 2, 2);
}

static void add_range(struct report *r, const struct profile_range *range, size_t count, size_t of)
{
	struct buffer *out = r->to->out;
	wire_map(out, 3);
	wire_named_double(out, STR("from"), range->from);
	wire_named_double(out, STR("to"), range->to);
	wire_named_double(out, STR("share"), percent(count, of));
}

/* At least a share has to be within: at most the rest may be without. */
static bool is_short(size_t count, size_t of, decimal share)
{
	return is_more(of - count, of, DECIMAL_ONE - share);
}

static void add_within(struct report *r, size_t phase)
{
	const struct profile_ranges *ranges = &r->profile->voltage;
	size_t readings = r->verdict.readings, *counts = r->verdict.within[phase];
	struct str name = joined(str(reading_voltage(phase)), "_within");
	bool missed = false;
	sample_add_name(r->to, name);
	wire_array(r->to->out, (uint32_t)ranges->count);
	for (size_t i = 0; i < ranges->count; i++) {
		add_range(r, &ranges->all[i], counts[i], readings);
		missed |= is_short(counts[i], readings, ranges->all[i].share);
	}
	exceed(r, name, missed);
}

static void add_frequencies(struct report *r, const struct frequencies *f)
{
	const struct profile_ranges *ranges = &r->profile->frequencies;
	size_t values = (size_t)f->values;
	bool missed = false;
	if (!values)
		return;
	add_number(r, STR("frequency_min"), f->min);
	add_number(r, STR("frequency_max"), f->max);
	sample_add_name(r->to, STR("frequency_within"));
	wire_array(r->to->out, (uint32_t)ranges->count);
	for (size_t i = 0; i < ranges->count; i++) {
		add_range(r, &ranges->all[i], (size_t)f->inside[i], values);
		missed |= is_short((size_t)f->inside[i], values, ranges->all[i].share);
	}
	exceed(r, STR("frequency_within"), missed);
}

static double limit_of(const struct profile *p, size_t quantity)
{
	if (quantity == QUANTITY_UNBALANCE)
		return p->limits[PROFILE_UNBALANCE];
	if (quantity >= QUANTITY_ORDERS)
		return p->orders[(quantity - QUANTITY_ORDERS) % WAVEFORM_ORDERS];
	if (quantity < QUANTITY_UNBALANCE)
		return p->limits[PROFILE_THD + (quantity - QUANTITY_THD) / PHASES];
	return NAN;
}

/* Of harmonics only those that the profile limits. */
static void add_shares(struct report *r)
{
	const char *unit;
	char ending[DECIMAL_TEXT + 2] = "_";
	ending[1 + decimal_print(ending + 1, r->profile->percentile * 100, 0)] = '\0';
	for (size_t i = QUANTITY_THD; i < QUANTITIES; i++) {
		double v = r->verdict.shares[i], limit = limit_of(r->profile, i);
		if (isnan(v) || (i >= QUANTITY_ORDERS && isnan(limit)))
			continue;
		struct str name = joined(quantity_name(i, &unit), ending);
		add_number(r, name, v);
		exceed(r, name, v > limit);
	}
}

static void add_hours(struct report *r, const struct assessment *s)
{
	if (isnan(r->profile->power_factor))
		return;
	sample_add_integer(r->to, STR("power_factor_hours"), s->hours);
	sample_add_integer(r->to, STR("power_factor_hours_inductive"), s->below_inductive);
	sample_add_integer(r->to, STR("power_factor_hours_capacitive"), s->below_capacitive);
	if (s->hours)
		add_number(r, STR("power_factor_min"), s->least_power_factor);
	exceed(r, STR("power_factor"), s->below_inductive + s->below_capacitive > 0);
}

/* How many of a name, where the name does not stand earlier too: classes may share one. */
static int64_t count_name(const struct report *r, const struct assessment *s, size_t at, int kind)
{
	size_t classes = r->profile->class_count ? r->profile->class_count : 1;
	struct str name = str(profile_class_name(r->profile, at, (enum disturbance_kind)kind));
	int64_t count = 0;
	for (size_t i = 0; i < classes; i++) {
		const char *other = profile_class_name(r->profile, i, (enum disturbance_kind)kind);
		if (!str_eq(name, str(other)))
			continue;
		if (i < at)
			return 0;
		count += s->disturbances[i][kind];
	}
	return count;
}

static void add_disturbances(struct report *r, const struct assessment *s)
{
	static struct buffer entries;
	uint32_t count = 0;
	entries.len = 0;
	for (int kind = 0; kind < DISTURBANCE_KINDS; kind++)
		for (size_t i = 0; i < PROFILE_CLASSES; i++) {
			int64_t n = s->disturbances[i][kind] ? count_name(r, s, i, kind) : 0;
			if (!n)
				continue;
			wire_str(&entries, str(profile_class_name(r->profile, i, kind)));
			wire_int(&entries, n);
			count++;
		}
	sample_add_name(r->to, STR("disturbances"));
	wire_map(r->to->out, count);
	buffer_add_str(r->to->out, buffer_str(&entries));
}

static void add_exceeded(struct report *r)
{
	sample_add_name(r->to, STR("exceeded"));
	wire_array(r->to->out, r->exceeded_count);
	buffer_add_str(r->to->out, buffer_str(&r->exceeded));
	buffer_free(&r->exceeded);
}

static void add_voltage(struct report *r)
{
	if (r->profile->has_bands) {
		add_bands(r);
		add_compensation(r);
	}
	for (size_t i = 0; i < PHASES && r->profile->voltage.count; i++)
		if (is_judged(i))
			add_within(r, i);
}

void report_assessment(const struct report_terms *t, struct assessment *s, struct sample_writer *w)
{
	struct report r = { .terms = t, .profile = t->profile, .to = w, .worst = s->worst };
	assessment_judge(s, t->profile, &r.verdict);
	add_head(&r, s);
	if (r.verdict.readings)
		add_voltage(&r);
	add_shares(&r);
	add_frequencies(&r, &s->frequencies);
	add_hours(&r, s);
	add_disturbances(&r, s);
	add_exceeded(&r);
}

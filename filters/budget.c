#include <errno.h>

#include "budget/write.h"
#include "filter.h"
#include "filter/fields.h"
#include "reading.h"
#include "series.h"
#include "units.h"

static const char *budget_text, *zone_text = "UTC", *cycle_text = "day 1", *unit;
static const char *field_text = "energy", *stamp = "start";
static const char *flag_names[] = { "bandeira" };
static struct opt_list flags = { flag_names, 1 };
static int64_t interval = 900 * SECONDS, sources = 10000;
static double tolerance = 0.2, worth = 0.1;

static const struct opt options[] = {
	{ "budget", OPT_TEXT, &budget_text, "KWH", .help = "energy that a cycle may use" },
	{ "field", OPT_TEXT, &field_text, "FIELD", .help = "the energy of an interval" },
	{ "interval", OPT_DURATION, &interval, "TIME", .help = "what a sample's energy is of",
		.min = 1, .max = 86400 },
	{ "stamp", OPT_CHOICE, &stamp, .help = "which end of its interval a sample's time is",
		.choices = "start|end" },
	{ "unit", OPT_CHOICE, &unit,
		.help = "of the field; else what the source's schema says, else kWh",
		.choices = "Wh|kWh|MWh" },
	{ "zone", OPT_TEXT, &zone_text, "NAME", .help = "time zone of days and cycles" },
	{ "cycle", OPT_TEXT, &cycle_text, "TEXT",
		.help = "\"day 1\", or reading dates \"2026-03-10 2026-04-09\"" },
	{ "tolerance", OPT_NUMBER, &tolerance, "SHARE",
		.help = "a day is high that is above the usual by more than this share", .min = 0,
		.max = 100 },
	{ "variation", OPT_NUMBER, &worth, "SHARE",
		.help = "a bill that differs by more than this share is a warning", .min = 0,
		.max = 100 },
	{ "flags", OPT_LIST, &flags, "CODE,...", .help = "what the codes of flags begin with" },
	{ "sources", OPT_INTEGER, &sources, "N", .help = "so many sources at once", .min = 1,
		.max = 1e6 },
	OPT_END,
};

struct meter {
	decimal factor; /* kWh for 1 of a reading; 0: not told */
	struct consumption used;
	struct buffer before, now; /* the final bills of the last two cycles */
};

static struct series *meters;
static struct consumption_form form;
static struct field energy;

static void leave(void *state)
{
	struct meter *m = state;
	buffer_free(&m->before);
	buffer_free(&m->now);
}

static struct meter *get_meter(struct str source)
{
	bool is_new;
	return series_get(meters, source, &is_new);
}

static void emit_finding(
	struct str source, const struct consumption_day *d, enum consumption_finding found)
{
	if (!(d->findings & found))
		return;
	budget_write_finding(&form, d, found, emit_begin(d->end, source, STR("event")));
	emit_end();
}

static void emit_day(struct str source, const struct consumption_day *d)
{
	static struct buffer path;
	path.len = 0;
	buffer_print(&path, "%.*s/budget", STR_ARG(source));
	budget_write_day(&form, d, emit_begin(d->start, buffer_str(&path), STR("")));
	emit_end();
	emit_finding(source, d, CONSUMPTION_PROJECTED);
	emit_finding(source, d, CONSUMPTION_EXCEEDED);
	emit_finding(source, d, CONSUMPTION_HIGH);
}

static void on_energy(const struct sample *s, const struct wire *w)
{
	struct meter *m = get_meter(s->source);
	struct consumption_day day;
	decimal v;
	int64_t begin = s->time - (str_eq(str(stamp), STR("end")) ? interval : 0);
	if (s->quality.count && status_is_bad(sample_status(s, energy.name)))
		return;
	if (reading_decimal(w, DECIMAL_DIGITS, &v) < 0 ||
		decimal_narrow(decimal_multiply(v, m->factor ?: DECIMAL_ONE), DECIMAL_HALF_UP, &v) <
			0)
		return;
	if (consumption_add(&m->used, &form, begin, v, &day) == 1)
		emit_day(s->source, &day);
}

/* A revision takes the place of the bill of its cycle. */
static void remember(struct meter *m, struct str bill)
{
	struct str cycle = variation_text(bill, "from");
	if (m->now.len && !str_eq(cycle, variation_text(buffer_str(&m->now), "from"))) {
		struct buffer room = m->before;
		m->before = m->now;
		m->now = room;
	}
	m->now.len = 0;
	buffer_add_str(&m->now, bill);
}

static void on_bill(const struct sample *s)
{
	struct meter *m = get_meter(s->source);
	struct str bill = { (const char *)s->data + s->values.head,
		s->values.end - s->values.head };
	struct variation v;
	if (!str_eq(variation_text(bill, "state"), STR("final")))
		return;
	remember(m, bill);
	if (!m->before.len)
		return;
	int r = variation_of(buffer_str(&m->before), bill, &flags, &v);
	if (r < 0) {
		warning("%.*s: two bills cannot be compared: %s", STR_ARG(s->source),
			r == -EMEDIUMTYPE ? "their currencies differ"
					  : "one is not laid out as a bill");
		return;
	}
	budget_write_variation(&v, worth, emit_begin(s->time, s->source, STR("event")));
	emit_end();
}

static void on_schema(const struct sample *s)
{
	struct str text;
	if (!unit && units_announced(s, energy.name, &text) && reading_kilo(text, STR("Wh")))
		get_meter(s->source)->factor = reading_kilo(text, STR("Wh"));
}

static void on_mark(const struct sample *s)
{
	struct consumption_day day;
	if (consumption_mark(&get_meter(s->source)->used, &form, s->time, &day))
		emit_day(s->source, &day);
}

static void on_sample(struct sample *s)
{
	struct wire w;
	if (sample_is_measurement(s) && sample_find(s, &energy, &w))
		on_energy(s, &w);
	else if (str_eq(s->kind, STR("bill")))
		on_bill(s);
	else if (str_eq(s->kind, STR("schema")))
		on_schema(s);
	else if (str_eq(s->kind, STR("mark")))
		on_mark(s);
	emit(s);
}

static void start(void)
{
	char *error;
	energy.name = str(field_text);
	form.interval = interval;
	if (zone_open(zone_text, &form.zone) < 0)
		die_config("--zone: \"%s\" is no time zone of this system", zone_text);
	if (cycles_parse(str(cycle_text), &form.cycles, &error) < 0)
		die_config("--cycle: %s", error);
	if (budget_text && (decimal_parse(str(budget_text), &form.budget) < 0 || form.budget <= 0))
		die_config(
			"--budget: expected an energy in kWh (12000), found \"%s\"", budget_text);
	decimal_of_double(tolerance, DECIMAL_DIGITS, &form.tolerance);
	meters = series_open(sizeof(struct meter), (size_t)sources, leave);
}

static void save_meter(const void *state, struct buffer *to)
{
	const struct meter *m = state;
	wire_array(to, 4);
	wire_int(to, m->factor);
	consumption_save(&m->used, to);
	wire_bin(to, buffer_str(&m->before));
	wire_bin(to, buffer_str(&m->now));
}

static void save(struct buffer *to)
{
	series_save(meters, to, save_meter);
}

static bool load_meter(void *context, struct str key, void *state, struct cursor *from)
{
	struct meter *m = state;
	struct str before, now;
	uint32_t size;
	(void)context;
	(void)key;
	if (wire_next_array(from, &size) != 1 || size != 4 ||
		wire_next_int(from, &m->factor) != 1 || !consumption_load(&m->used, from) ||
		wire_next_bin(from, &before) != 1 || wire_next_bin(from, &now) != 1)
		return false;
	buffer_add_str(&m->before, before);
	buffer_add_str(&m->now, now);
	return true;
}

static bool load(struct cursor *from)
{
	return series_load(meters, from, load_meter, NULL);
}

static void fields(struct fields *f)
{
	fields_make(f, "energy_day", "kWh");
	fields_make(f, "energy_to_date", "kWh");
	fields_make(f, "energy_projected", "kWh");
	fields_make(f, "usual_day", "kWh");
	fields_make(f, "usual_to_date", "kWh");
	fields_make(f, "budget", "kWh");
}

const struct filter filter = {
	.summary =
		"consumption against a budget and the usual, and why a bill differs from the last",
	.details =
		"Energy of intervals (as demand makes it) is added up by local days. When a day is "
		"over, a measurement of SOURCE/budget comes out, with its beginning as time: "
		"energy_day, energy_to_date of the billing cycle, energy_projected (so far / days "
		"so far x days of the cycle), and where they are known usual_day and "
		"usual_to_date: the mean of the same weekdays of the four weeks before.\n\n"
		"Events of SOURCE: budget_projected when a cycle's projection first passes "
		"--budget, budget_exceeded when its energy does, consumption_high for a day above "
		"the usual by more than --tolerance.\n\n"
		"Of each final bill behind another of the same meter there is an event "
		"bill_variation: before, now, change, and what quantity, price, flag, tax and "
		"demand make of it, in money; they add up exactly. A revised bill is compared "
		"anew. All that comes in goes on.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.save = save,
	.load = load,
	.fields = fields,
};

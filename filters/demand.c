#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "demand/write.h"
#include "filter.h"
#include "filter/fields.h"
#include "reading.h"
#include "units.h"

static const char *contract, *posts_file, *zone_text, *cycle_text = "day 1", *unit,
						      *stamp = "start";
static const char *counter_field, *power_field = "active_power";
static int64_t every = 900 * SECONDS, interval, hold, wrap, sources = 10000, decimals = 3;
static double tolerance = 0.05, enough = 0.9, multiplier = 1, max_power;

static const struct opt options[] = {
	{ "every", OPT_DURATION, &every, "TIME", .help = "the length of a block", .min = 1,
		.max = 86400 },
	{ "contract", OPT_TEXT, &contract, "KW",
		.help = "contracted demand: 400, or \"ponta=311 fora_ponta=467\"" },
	{ "tolerance", OPT_NUMBER, &tolerance, "SHARE",
		.help = "above the contract by this share it is an alarm", .min = 0, .max = 10 },
	{ "posts", OPT_TEXT, &posts_file, "FILE",
		.help = "a tariff or schedule with zone, posts and holidays, for maxima by post" },
	{ "zone", OPT_TEXT, &zone_text, "NAME",
		.help = "time zone of the cycles, unless --posts names one; else UTC" },
	{ "cycle", OPT_TEXT, &cycle_text, "TEXT",
		.help = "in which maxima count: \"day 1\", or reading dates \"2026-03-10 "
			"2026-04-09\"" },
	{ "power", OPT_TEXT, &power_field, "FIELD", .help = "the field with the active power" },
	{ "counter", OPT_TEXT, &counter_field, "FIELD",
		.help = "take the differences of this energy register in place of the power" },
	{ "unit", OPT_CHOICE, &unit,
		.help = "of the field; else what the source's schema says, else kW or kWh",
		.choices = "W|kW|MW|Wh|kWh|MWh" },
	{ "multiplier", OPT_NUMBER, &multiplier, "N",
		.help = "current ratio x voltage ratio, where the meter does not know them",
		.min = 1e-6, .max = 1e6 },
	{ "wrap", OPT_INTEGER, &wrap, "N", .help = "reading at which the register begins again",
		.min = 0, .max = 9.2e18 },
	{ "decimals", OPT_INTEGER, &decimals, "N", .help = "that a reading of the register has",
		.min = 0, .max = 9 },
	{ "max-power", OPT_NUMBER, &max_power, "KW",
		.help = "a register that runs faster has been set anew", .min = 0, .max = 9e6 },
	{ "interval", OPT_DURATION, &interval, "TIME",
		.help = "what one power stands for; else it holds until the next", .min = 1,
		.max = 86400 },
	{ "stamp", OPT_CHOICE, &stamp, .help = "which end of its interval a sample's time is",
		.choices = "start|end" },
	{ "hold", OPT_DURATION, &hold, "TIME",
		.help = "how long a reading holds at most; a block unless given", .max = 86400 },
	{ "good", OPT_NUMBER, &enough, "SHARE",
		.help = "a block of which less is known is Uncertain and sets no maximum", .min = 0,
		.max = 1 },
	{ "sources", OPT_INTEGER, &sources, "N", .help = "so many sources at once", .min = 1,
		.max = 1e7 },
	OPT_END,
};

static struct demand_form form;
static struct demand *demand;
static struct field reading, projected = { .name = { "projected_demand", 16 } };

static struct str block_source(struct str source)
{
	static struct buffer path;
	path.len = 0;
	buffer_print(&path, "%.*s/demand", STR_ARG(source));
	return buffer_str(&path);
}

static void announce_block(int64_t time, struct str source)
{
	static const struct announced_field fields[] = {
		{ { "demand", 6 }, { { "kW", 2 }, { "Demand", 6 }, NAN, NAN, 1, true } },
		{ { "energy", 6 }, { { "kWh", 3 }, { "Energy", 6 }, NAN, NAN, 1, true } },
	};
	announce(time, source, fields, sizeof(fields) / sizeof(*fields));
}

static void emit_block(struct str source, const struct demand_block *b)
{
	struct str path = block_source(source);
	announce_block(b->start, path);
	demand_write_block(&form, b, emit_begin(b->start, path, STR("")));
	emit_end();
	if (b->level == DEMAND_WITHIN)
		return;
	demand_write_exceeded(&form, b, emit_begin(b->end, source, STR("event")));
	emit_end();
}

static decimal unit_of(struct str text)
{
	return reading_kilo(text, counter_field ? STR("Wh") : STR("W"));
}

static decimal option_decimal(const char *option, double v)
{
	decimal d;
	if (decimal_of_double(v, DECIMAL_DIGITS, &d) < 0)
		die_config("--%s: %g is too large", option, v);
	return d;
}

static void start_timetable(void)
{
	char *error;
	if (posts_file && timetable_load(posts_file, &form.when, &error) < 0)
		die_config("--posts: %s", error);
	if (posts_file && zone_text)
		die_config("--zone: %s names a zone already", posts_file);
	if (!posts_file) {
		form.when.schedule = schedule_constant("all");
		if (zone_open(zone_text ? zone_text : "UTC", &form.when.zone) < 0)
			die_config("--zone: \"%s\" is no time zone of this system", zone_text);
	}
	if (cycles_parse(str(cycle_text), &form.cycles, &error) < 0)
		die_config("--cycle: %s", error);
	if (contract &&
		demand_contracts(str(contract), form.when.schedule, form.contract, &error) < 0)
		die_config("--contract: %s", error);
}

static uint64_t modulus(void)
{
	uint64_t counts = (uint64_t)wrap;
	for (int i = 0; i < decimals; i++)
		if (__builtin_mul_overflow(counts, 10, &counts))
			die_config("--wrap: too many with %" PRId64 " --decimals", decimals);
	return counts;
}

static void start_reading(void)
{
	reading.name = str(counter_field ? counter_field : power_field);
	form.block = every;
	form.hold = hold ? hold : every;
	form.interval = interval;
	form.at_end = str_eq(str(stamp), STR("end"));
	form.by_counter = counter_field;
	form.unit = unit ? unit_of(str(unit)) : DECIMAL_ONE;
	form.multiplier = option_decimal("multiplier", multiplier);
	form.counter = (struct counter){ .decimals = (int)decimals,
		.modulus = modulus(),
		.max = option_decimal("max-power", max_power) };
	form.tolerance = option_decimal("tolerance", tolerance);
	form.enough = option_decimal("good", enough);
	if (counter_field && interval)
		die_config("--interval goes with --power: a counter says itself what was used");
	if (!form.unit)
		die_config("--unit: %s is no unit of %s", unit, counter_field ? "energy" : "power");
}

static void start(void)
{
	start_timetable();
	start_reading();
	demand = demand_open(&form, (size_t)sources, emit_block);
}

static void warn_once(const struct sample *s, int error)
{
	static bool warned;
	if (!warned)
		warning("%.*s: a reading of %.*s does not count: %s", STR_ARG(s->source),
			STR_ARG(reading.name),
			error == -ESTALE ? "it is older than the one before" : "it has no number");
	warned = true;
}

static void on_reading(struct sample *s, const struct wire *w)
{
	struct demand_projection p;
	uint32_t status = s->quality.count ? sample_status(s, reading.name) : STATUS_GOOD;
	int r = demand_read(demand, s->source, s->time, w, status, &p);
	if (r < 0) {
		warn_once(s, r);
		return;
	}
	sample_set_number(s, &projected, reading_number(p.demand));
	if (p.status != STATUS_GOOD || s->quality.count)
		sample_set_status(s, projected.name, p.status);
	if (!p.raised)
		return;
	demand_write_projected(&form, &p, emit_begin(p.time, s->source, STR("event")));
	emit_end();
}

static void on_schema(const struct sample *s)
{
	struct str text;
	if (!unit && units_announced(s, reading.name, &text) && unit_of(text))
		demand_unit(demand, s->source, unit_of(text));
}

static void on_sample(struct sample *s)
{
	struct wire w;
	if (sample_is_measurement(s) && sample_find(s, &reading, &w))
		on_reading(s, &w);
	else if (str_eq(s->kind, STR("schema")))
		on_schema(s);
	else if (str_eq(s->kind, STR("mark")))
		demand_mark(demand, s->source, s->time);
	emit(s);
}

static void end(void)
{
	demand_end(demand);
}

static void save(struct buffer *to)
{
	demand_save(demand, to);
}

static bool load(struct cursor *from)
{
	return demand_load(demand, from);
}

static void fields(struct fields *f)
{
	fields_need(f, reading.name.data, NULL);
	fields_make(f, "projected_demand", "kW");
	fields_make(f, "demand", "kW");
	fields_make(f, "energy", "kWh");
	fields_open(f);
}

const struct filter filter = {
	.summary = "demand of fixed blocks: its projection, maxima, load factor and contract",
	.details =
		"Blocks begin at multiples of --every since the epoch. Readings go on with "
		"projected_demand, the mean of the block they lie in if the present power stays. "
		"Each block comes out as a measurement of SOURCE/demand, with its beginning as "
		"time: demand (kW), energy (kWh), and since the cycle began demand_max and "
		"load_factor, of each post where --posts names several (demand_max_ponta).\n\n"
		"Events of SOURCE: demand_projected when the projection first passes the contract "
		"in a block (level warning), and when it passes the tolerance (alarm); "
		"demand_exceeded when a block ends above.\n\n"
		"A polled power holds until the next reading, a counter's difference is used "
		"evenly, both for at most --hold. A counter wraps at --wrap; one that goes back "
		"otherwise has been set anew, and what lies between is not known. Readings that "
		"are Bad, or older than the one before, do not count; power below 0 counts as 0. A "
		"block of which less than --good is known, or of which a reading is Uncertain, is "
		"Uncertain and sets no maximum.\n\n"
		"Marks close blocks. All that comes in goes on.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.end = end,
	.save = save,
	.load = load,
	.fields = fields,
};

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "filter.h"
#include "power_quality/report.h"
#include "shipped.h"
#include "text.h"
#include "units.h"

static const char *profile_name, *meter_class, *charge_text;
static const char *default_voltages[] = { "voltage_l1_n", "voltage_l2_n", "voltage_l3_n" };
static struct opt_list voltages = { default_voltages, PHASES };
static double nominal;
static int64_t late, every, period, sources = 10000;

static const struct opt options[] = {
	{ "profile", OPT_TEXT, &profile_name, "NAME",
		.help = "prodist-8, en-50160, ieee-1159, or a file (schemas/power-quality.md)",
		.required = true },
	{ "nominal", OPT_NUMBER, &nominal, "V",
		"the nominal (or contracted) value of the voltages that are judged", .min = 1,
		.max = 1e6, .required = true },
	{ "voltages", OPT_LIST, &voltages, "A,B,C",
		.help = "the voltages that are judged, one to three" },
	{ "period", OPT_DURATION, &period, "TIME", "what is assessed at once, unless the profile's",
		.min = 600, .max = 366 * 86400.0 },
	{ "late", OPT_DURATION, &late, "TIME",
		"how much older than the newest sample of its source one may be and still count; "
		"all waits so long",
		.min = 0, .max = 86400 },
	{ "every", OPT_DURATION, &every, "TIME",
		"how often readings come, for their coverage; else it is learnt", .min = 0.001,
		.max = 3600 },
	{ "class", OPT_CHOICE, &meter_class, "A",
		"the meter's class (IEC 61000-4-30), if it aggregates by that standard itself",
		.choices = "A|S" },
	{ "charge", OPT_TEXT, &charge_text, "MONEY",
		.help = "the mean use of system charge (EUSD) that a compensation is a share of" },
	{ "sources", OPT_INTEGER, &sources, "N",
		"so many sources at once; with more, the one not heard from for longest is closed",
		.min = 1, .max = 1e6 },
	OPT_END,
};

static struct profile profile;
static struct power_quality *quality;
static struct report_terms terms = { .profile = &profile };
static decimal charge;
static struct units units;

/* What a slot may have, but for single harmonics. */
static struct announced_field announced[QUANTITY_ORDERS];
static size_t announced_count;

static void name_fields(void)
{
	const char *unit;
	for (size_t i = 0; i < QUANTITY_ORDERS; i++) {
		struct str name = quantity_name(i, &unit);
		if (!name.len)
			continue;
		announced[announced_count].name = str(text_print("%.*s", STR_ARG(name)));
		announced[announced_count++].schema = (struct sample_field_schema){
			.unit = str(unit), .low = NAN, .high = NAN, .decimals = 2
		};
	}
}

static void emit_slot(struct str source, const struct power_quality_slot *s)
{
	announce(s->slot->start, source, announced, announced_count);
	report_slot(&terms, s, emit_begin(s->slot->start, source, STR("")));
	emit_end();
}

static void emit_disturbance(struct str source, const struct disturbance *d, bool goes_on)
{
	report_disturbance(&terms, d, goes_on, emit_begin(d->end, source, STR("event")));
	emit_end();
}

static void emit_assessment(struct str source, struct assessment *s)
{
	report_assessment(&terms, s, emit_begin(s->time, source, STR("power-quality")));
	emit_end();
}

static void load_profile(void)
{
	char *path, *error;
	bool is_path = strchr(profile_name, '/') || strchr(profile_name, '.');
	char *name = text_print("%s%s", profile_name, is_path ? "" : ".yaml");
	if (shipped_find("power-quality", name, NULL, &path, &error))
		die_config("--profile: %s", error);
	int r = profile_load(path, nominal, &profile, &error);
	if (r)
		die_config("%s%s", r == -EDOM ? "--nominal: " : "", error);
	free(name);
	free(path);
}

/* Another period than the profile's has another number of readings. */
static void set_period(void)
{
	if (!period || period == profile.period)
		return;
	if (period % profile.slot)
		die_config("--period: not a multiple of the profile's slots");
	profile.period = period;
	profile.readings = 0;
}

static void start(void)
{
	if (!voltages.count || voltages.count > PHASES)
		die_config("--voltages: expected one to three names");
	if (charge_text && (decimal_parse(str(charge_text), &charge) || charge < 0))
		die_config("--charge: expected an amount as 300.00, found \"%s\"", charge_text);
	units = units_open();
	load_profile();
	set_period();
	reading_setup(&voltages, profile.frequency);
	name_fields();
	terms.meter_class = meter_class;
	terms.charge = charge_text ? &charge : NULL;
	quality = power_quality_open(&(struct power_quality_form){ .profile = &profile,
		.late = late,
		.pace = every,
		.sources = (size_t)sources,
		.slot = emit_slot,
		.disturbance = emit_disturbance,
		.assessment = emit_assessment });
}

static void on_mark(const struct sample *s)
{
	emit_at(power_quality_mark(quality, s->source, s->time), s);
}

static void on_measurement(const struct sample *s)
{
	int r = power_quality_add(quality, s);
	if (r == -ESTALE)
		drop("late", "%.*s: a sample is older than what has been closed (--late)",
			STR_ARG(s->source));
	else if (r)
		drop("time", "%.*s: a sample's time is beyond the year 2252", STR_ARG(s->source));
}

/* Voltages in kV would all be interruptions. */
static void on_schema(const struct sample *s)
{
	units_learn(&units, s);
	for (size_t i = 0; i < voltages.count; i++) {
		const char *unit = units_of(&units, str(voltages.words[i]));
		if (*unit && strcmp(unit, "V"))
			die_config("%.*s: %s is in %s, expected V", STR_ARG(s->source),
				voltages.words[i], unit);
	}
}

static void on_sample(struct sample *s)
{
	if (sample_is_measurement(s))
		on_measurement(s);
	else if (str_eq(s->kind, STR("mark")))
		on_mark(s);
	else if (str_eq(s->kind, STR("schema")))
		on_schema(s);
	else
		emit(s);
}

static void end(void)
{
	power_quality_end(quality);
}

static void save(struct buffer *to)
{
	power_quality_save(quality, to);
}

static bool load(struct cursor *from)
{
	return power_quality_load(quality, from);
}

static void fields(struct fields *f)
{
	for (size_t i = 0; i < voltages.count; i++)
		fields_need(f, voltages.words[i], "V");
	for (size_t i = 0; i < announced_count; i++)
		fields_make_str(f, announced[i].name, announced[i].schema.unit);
	fields_make(f, "frequency", "Hz");
	fields_make(f, "coverage", "");
	fields_make(f, "flagged", "");
	fields_none(f);
	fields_open(f);
}

const struct filter filter = {
	.summary = "judge a supply by a standard: steady voltage, unbalance, harmonics, sags",
	.details =
		"Readings of a source become slots of ten minutes (UTC): of voltages, unbalance "
		"and distortion the root of the mean square, of frequency the mean. A slot is a "
		"measurement with its beginning as time, its coverage, and flagged where a sag, "
		"a swell or an interruption touches it. Those come as events when they end. Each "
		"period (a week from Monday on) gives a sample of kind power-quality: what is "
		"judged, and which limits are exceeded. Values are indicative unless the meter "
		"aggregates by IEC 61000-4-30 itself (--class).\n\n"
		"Beside the voltages it looks at voltage_l1_l2, voltage_l2_l3, voltage_l3_l1, "
		"frequency, active_power, reactive_power, active_energy_import, "
		"reactive_energy_inductive (or reactive_energy_import), "
		"reactive_energy_capacitive, VOLTAGE_thd, and at waveforms "
		"(VOLTAGE_waveform, waveform_rate, waveform_scale). What is Bad is left out.\n\n"
		"Measurements and schemas do not go on. A mark goes on behind what it closes. "
		"Other kinds pass unchanged.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.end = end,
	.save = save,
	.load = load,
	.fields = fields,
};

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "filter.h"
#include "sim/meter.h"
#include "sim/mill.h"
#include "text.h"

static const char *plant, *source, *stands_for = "sim";
static int64_t seed = 1, samples, every = SECONDS, start_time, sources = 1;

static const struct opt options[] = {
	{ "plant", OPT_CHOICE, &plant,
		.help = "what to simulate: a milling machine or a three-phase meter",
		.choices = "mill|meter", .positional = true, .required = true },
	{ "seed", OPT_INTEGER, &seed, "N", .help = "the same seed gives the same readings" },
	{ "count", OPT_INTEGER, &samples, "N", "samples of each source; 0: no end", .max = 1e15,
		.incidental = true },
	{ "every", OPT_DURATION, &every, "TIME", "period between samples", .min = 1e-6,
		.max = 86400 },
	{ "start", OPT_TIME, &start_time, "TIME",
		.help = "time of the first sample; all come at once then, without it by the "
			"clock" },
	{ "source", OPT_TEXT, &source, "NAME",
		.help = "source of the samples, plant/mill1 or plant/meter1 unless given" },
	{ "sources", OPT_INTEGER, &sources, "N",
		"so many machines, numbered on from the source's last number", .min = 1,
		.max = 10000 },
	{ "for", OPT_TEXT, &stands_for, "DEVICES",
		.help = "the devices that are read: where that is not sim, real ones are, and "
			"nothing is simulated" },
	OPT_END,
};

#define FIELD(field_name, field_unit, field_label, from, to, places, holds)                        \
	{                                                                                          \
		.name = { field_name, sizeof(field_name) - 1 }, .schema = {                        \
			.unit = { field_unit, sizeof(field_unit) - 1 },                            \
			.label = { field_label, sizeof(field_label) - 1 },                         \
			.low = from,                                                               \
			.high = to,                                                                \
			.decimals = places,                                                        \
			.step = holds                                                              \
		}                                                                                  \
	}

static const struct announced_field mill_fields[] = {
	FIELD("udi", "", "UDI", NAN, NAN, 0, true),
	FIELD("product_id", "", "Product ID", NAN, NAN, -1, true),
	FIELD("type", "", "Type", NAN, NAN, -1, true),
	FIELD("air_temperature", "K", "Air temperature", 290, 310, 1, false),
	FIELD("process_temperature", "K", "Process temperature", 300, 320, 1, false),
	FIELD("rotational_speed", "rpm", "Rotational speed", 1000, 3000, 0, false),
	FIELD("torque", "Nm", "Torque", 0, 90, 1, false),
	FIELD("tool_wear", "min", "Tool wear", 0, 250, 0, true),
	FIELD("machine_failure", "", "Machine failure", 0, 1, 0, true),
	FIELD("twf", "", "Tool wear failure", 0, 1, 0, true),
	FIELD("hdf", "", "Heat dissipation failure", 0, 1, 0, true),
	FIELD("pwf", "", "Power failure", 0, 1, 0, true),
	FIELD("osf", "", "Overstrain failure", 0, 1, 0, true),
	FIELD("rnf", "", "Random failure", 0, 1, 0, true),
};

static const struct announced_field meter_fields[] = {
	FIELD("voltage_l1_n", "V", "Voltage L1-N", 198, 242, 1, false),
	FIELD("voltage_l2_n", "V", "Voltage L2-N", 198, 242, 1, false),
	FIELD("voltage_l3_n", "V", "Voltage L3-N", 198, 242, 1, false),
	FIELD("voltage_l1_l2", "V", "Voltage L1-L2", 342, 418, 1, false),
	FIELD("voltage_l2_l3", "V", "Voltage L2-L3", 342, 418, 1, false),
	FIELD("voltage_l3_l1", "V", "Voltage L3-L1", 342, 418, 1, false),
	FIELD("current_l1", "A", "Current L1", 0, 600, 2, false),
	FIELD("current_l2", "A", "Current L2", 0, 600, 2, false),
	FIELD("current_l3", "A", "Current L3", 0, 600, 2, false),
	FIELD("active_power", "W", "Active power", 0, 350000, 0, false),
	FIELD("reactive_power", "var", "Reactive power", 0, 200000, 0, false),
	FIELD("apparent_power", "VA", "Apparent power", 0, 400000, 0, false),
	FIELD("power_factor", "", "Power factor", 0, 1, 3, false),
	FIELD("frequency", "Hz", "Frequency", 59.5, 60.5, 2, false),
	FIELD("active_energy_import", "Wh", "Active energy import", NAN, NAN, 0, false),
	FIELD("reactive_energy_import", "varh", "Reactive energy import", NAN, NAN, 0, false),
};

struct machine {
	char *source;
	struct mill mill;
	struct meter meter;
};

static struct machine *machines;
static int64_t done,
	due; /* samples of each source so far; when the next is, on the monotonic clock */
static bool is_mill, by_clock;

/* Number i of the sources: plant/mill1 counts on as plant/mill2. */
static char *source_name(int64_t i)
{
	size_t stem = strlen(source);
	while (stem && isdigit((unsigned char)source[stem - 1]))
		stem--;
	int64_t first = source[stem] ? strtoll(source + stem, NULL, 10) : 1;
	return sources == 1 ? text_print("%s", source)
			    : text_print("%.*s%lld", (int)stem, source, (long long)(first + i));
}

static void start(void)
{
	is_mill = strcmp(plant, "mill") == 0;
	by_clock = !opt_given(&start_time);
	if (by_clock)
		run_by_clock();
	if (!source)
		source = is_mill ? "plant/mill1" : "plant/meter1";
	machines = calloc((size_t)sources, sizeof(*machines));
	if (!machines)
		die_system("no memory for %lld machines", (long long)sources);
	for (int64_t i = 0; i < sources; i++) {
		machines[i].source = source_name(i);
		mill_begin(&machines[i].mill, (uint64_t)seed, (uint64_t)i);
		meter_begin(&machines[i].meter, (uint64_t)seed, (uint64_t)i);
	}
	due = clock_monotonic();
}

static const struct announced_field *plant_fields(size_t *ret_count)
{
	*ret_count = is_mill ? sizeof(mill_fields) / sizeof(*mill_fields)
			     : sizeof(meter_fields) / sizeof(*meter_fields);
	return is_mill ? mill_fields : meter_fields;
}

static void fields(struct fields *f)
{
	size_t count;
	const struct announced_field *made = plant_fields(&count);
	for (size_t i = 0; i < count; i++)
		fields_make_str(f, made[i].name, made[i].schema.unit);
}

static void add_mill(struct sample_writer *w, struct mill *m)
{
	static const struct str qualities[] = { { "L", 1 }, { "M", 1 }, { "H", 1 } };
	char product[MILL_PRODUCT_TEXT];
	struct mill_row r;
	mill_next(m, &r);
	mill_product(&r, product);
	sample_add_integer(w, STR("udi"), r.udi);
	sample_add_text(w, STR("product_id"), str(product));
	sample_add_text(w, STR("type"), qualities[r.quality]);
	sample_add_number(w, STR("air_temperature"), r.air / 10.0);
	sample_add_number(w, STR("process_temperature"), r.process / 10.0);
	sample_add_integer(w, STR("rotational_speed"), r.speed);
	sample_add_number(w, STR("torque"), r.torque / 10.0);
	sample_add_integer(w, STR("tool_wear"), r.wear);
	sample_add_integer(w, STR("machine_failure"), r.machine_failure);
	sample_add_integer(w, STR("twf"), r.twf);
	sample_add_integer(w, STR("hdf"), r.hdf);
	sample_add_integer(w, STR("pwf"), r.pwf);
	sample_add_integer(w, STR("osf"), r.osf);
	sample_add_integer(w, STR("rnf"), r.rnf);
}

static void add_meter(struct sample_writer *w, struct meter *m, int64_t time)
{
	struct meter_row r;
	meter_next(m, time, &r);
	for (int i = 0; i < 3; i++)
		sample_add_number(w, meter_fields[i].name, r.voltage[i]);
	for (int i = 0; i < 3; i++)
		sample_add_number(w, meter_fields[3 + i].name, r.line_voltage[i]);
	for (int i = 0; i < 3; i++)
		sample_add_number(w, meter_fields[6 + i].name, r.current[i]);
	sample_add_number(w, STR("active_power"), r.active_power);
	sample_add_number(w, STR("reactive_power"), r.reactive_power);
	sample_add_number(w, STR("apparent_power"), r.apparent_power);
	sample_add_number(w, STR("power_factor"), r.power_factor);
	sample_add_number(w, STR("frequency"), r.frequency);
	sample_add_integer(w, STR("active_energy_import"), r.energy);
	sample_add_integer(w, STR("reactive_energy_import"), r.reactive_energy);
}

static void produce_one(struct machine *m, int64_t time)
{
	struct str name = str(m->source);
	size_t count;
	const struct announced_field *announced = plant_fields(&count);
	if (!done)
		announce(time, name, announced, count);
	struct sample_writer *w = emit_begin(time, name, STR(""));
	if (is_mill)
		add_mill(w, &m->mill);
	else
		add_meter(w, &m->meter, time);
	emit_end();
}

/* Periods that were slept through are left out. */
static void wait_for_next(void)
{
	int64_t now = clock_monotonic();
	due += every;
	if (due < now)
		due += (now - due) / every * every;
	wait_until(due);
}

/* A pipeline has this stage whether its devices are real or not: it waits until it is told to stop. */
static bool stand_by(void)
{
	if (strcmp(stands_for, "sim") == 0)
		return false;
	wait_ready();
	return true;
}

static bool produce(void)
{
	if (stand_by())
		return !stopping();
	int64_t time = by_clock ? clock_wall() : start_time + done * every;
	for (int64_t i = 0; i < sources; i++)
		produce_one(&machines[i], time);
	done++;
	if (by_clock)
		wait_for_next();
	return !samples || done < samples;
}

const struct filter filter = {
	.summary =
		"simulate a plant that needs no hardware: a milling machine, a three-phase meter",
	.details = "mill follows the published rules of the AI4I 2020 predictive maintenance "
		   "data set (S. Matzka,\n"
		   "2020; UCI no. 601, CC BY 4.0), one sample a product: readings, tool wear and "
		   "five failure\n"
		   "modes, in the fields of that file's columns. machine_failure is 1 where tool "
		   "wear, heat\n"
		   "dissipation, power or overstrain fail, about 345 times in 10,000; a random "
		   "failure (rnf)\n"
		   "alone does not set it, as in the file.\n\n"
		   "meter is a feeder of 220/380 V and 60 Hz with two shifts on working days, "
		   "less on Saturdays\n"
		   "and Sundays (UTC), up to some 250 kW.\n\n"
		   "With --start the times are counted from there and the samples come as fast "
		   "as they are read:\n"
		   "the same options give the same bytes. Without it a sample is made every "
		   "period by the clock.",
	.options = options,
	.start = start,
	.produce = produce,
	.fields = fields,
};

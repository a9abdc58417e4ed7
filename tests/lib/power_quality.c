/* Power quality: the worked numbers, and state taken down and back at every sample of a stream. */
#include "power_quality/power_quality.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "power_quality/compensation.h"
#include "power_quality/pace.h"
#include "power_quality/rank.h"
#include "power_quality/report.h"
#include "power_quality/unbalance.h"
#include "random.h"
#include "tap.h"

enum { SAMPLES = 600, SOURCES = 3, DAMAGES = 3000 };

static const int64_t second = 1000000000;
static struct profile profile = {
	.name = "test",
	.title = "test",
	.revision = "0",
	.nominal = 220,
	.frequency = 60,
	.slot = 600000000000,
	.period = 6 * 600000000000,
	.coverage = DECIMAL_ONE / 2,
	.percentile = DECIMAL_ONE / 100 * 95,
	.readings = 4,
	.sag = 0.9,
	.swell = 1.1,
	.interruption = 0.1,
	.hysteresis = 0.02,
	.brief = 180000000000,
	.leaves_out = { true, true, true },
	.classes = { { .up_to = 3000000000 }, { .up_to = INT64_MAX } },
	.class_count = 2,
	.has_bands = true,
	.bands = { 1, 191, 202, 231, 233 },
	.precarious_limit = DECIMAL_ONE / 100 * 3,
	.critical_limit = DECIMAL_ONE / 1000 * 5,
	.compensation = { 3 * DECIMAL_ONE, 7 * DECIMAL_ONE },
	.power_factor = 0.92,
};

static void test_rank(void)
{
	double values[1008];
	const decimal share = DECIMAL_ONE / 100 * 95;
	for (int i = 0; i < 1008; i++)
		values[i] = (i * 5) % 1008 + 1; /* 5 and 1008 have no common divisor */
	ok(rank_value(values, 1008, share) == 958, "95 %% of 1,008 readings: the 958th smallest");
	ok(rank_of(1000, share) == 950, "where it comes out even there is no rounding up");
	ok(rank_of(1, share) == 1 && rank_of(20, DECIMAL_ONE) == 20 && rank_of(5, 0) == 1 &&
			rank_of(0, share) == 0,
		"at the ends");
}

static void test_unbalance(void)
{
	const double lines[3] = { 220, 215, 225 }, even[3] = { 380, 380, 380 };
	const double broken[3] = { 380, 0, 0 }, none[3] = { 0, 0, 0 };
	double fd = unbalance_cigre(lines), ratio = fd / 100;
	/* FD^2 = (1 - s) / (1 + s), s = sqrt(3 - 6b): back to b. */
	double s = (1 - ratio * ratio) / (1 + ratio * ratio), b = (3 - s * s) / 6;
	ok(fabs(b - 0.333792) < 5e-7, "220, 215, 225 V: b = 0.333792 (%.7f)", b);
	ok(fabs(fd - 2.63) < 0.005, "FD = 2.63 %% (%.4f)", fd);
	ok(fabs(unbalance_rate(lines) - 2.27) < 0.005, "PVUR = 2.27 %%, another index");
	ok(unbalance_cigre(even) < 1e-6 && unbalance_rate(even) == 0, "even voltages: none");
	ok(isnan(unbalance_cigre(broken)) && isnan(unbalance_cigre(none)) &&
			isnan(unbalance_rate(none)),
		"what is no triangle has none");
}

static bool owes(size_t precarious, size_t critical, const char *charge, const char *expected)
{
	struct verdict v = {
		.readings = 1008, .most_precarious = precarious, .most_critical = critical
	};
	decimal c;
	decimal_product amount;
	char text[DECIMAL_TEXT] = { 0 };
	if (decimal_parse(str(charge), &c) || compensation_of(&profile, &v, c, 2, &amount))
		return false;
	text[decimal_print_product(text, amount, 2)] = '\0';
	return is_str(text, expected, "  to the cent");
}

static void test_compensation(void)
{
	ok(owes(35, 6, "300.00", "6.25"), "35 precarious and 6 critical of 1,008, R$ 300.00: 6.25");
	ok(owes(30, 5, "300.00", "0.00"), "below both limits nothing is owed");
	ok(owes(1008, 0, "1000000000", "2910000000.00"), "all precarious, of much money");
	ok(owes(31, 0, "28.00", "0.06"), "31 precarious of R$ 28.00: 0.063, rounded once");
}

static void test_pace(void)
{
	struct pace p = { 0 };
	ok(pace_of(&p) == second, "nothing is known: a second");
	for (int i = 0; i < 40; i++)
		pace_add(&p, 100 * second + i * 5 * second);
	ok(pace_of(&p) == 5 * second, "learnt");
	for (int i = 0; i < 40; i++)
		pace_add(&p, 1000 * second + i * 10 * second);
	ok(pace_of(&p) == 5 * second, "every second one missing does not slow it down");
}

static struct buffer out, stream;

static struct report_terms terms = { .profile = &profile };
static struct sample_writer writer;

static void on_slot(struct str source, const struct power_quality_slot *s)
{
	sample_begin(&writer, &out, s->slot->start, source, 1, 1, STR(""));
	report_slot(&terms, s, &writer);
	sample_end(&writer);
}

static void on_disturbance(struct str source, const struct disturbance *d, bool goes_on)
{
	sample_begin(&writer, &out, d->end, source, 1, 1, STR("event"));
	report_disturbance(&terms, d, goes_on, &writer);
	sample_end(&writer);
}

static void on_assessment(struct str source, struct assessment *s)
{
	sample_begin(&writer, &out, s->time, source, 1, 1, STR("power-quality"));
	report_assessment(&terms, s, &writer);
	sample_end(&writer);
}

static void add_wave(struct sample_writer *w, struct random *r)
{
	float samples[64];
	for (int i = 0; i < 64; i++)
		samples[i] = (float)(311 * sin(i * 2 * M_PI / 32) + (double)random_below(r, 9));
	sample_add_number(w, STR("waveform_rate"), 1920);
	sample_add_name(w, STR("voltage_l1_n_waveform"));
	wire_bin(w->out, (struct str){ (const char *)samples, sizeof(samples) });
}

/* Fields that come and go, Bad values, sags, late samples and marks; about 25 slots. */
static void make_stream(void)
{
	static struct sample_writer w;
	struct random r;
	random_seed(&r, 1, 0);
	for (int i = 0; i < SAMPLES; i++) {
		char source[] = "p/0";
		source[2] = (char)('0' + random_below(&r, SOURCES) * random_below(&r, 2));
		bool mark = random_below(&r, 40) == 0, low = i % 100 < 7;
		int64_t time = (5000 + 25 * i - (int64_t)random_below(&r, 200)) * second;
		sample_begin(&w, &stream, time, str(source), 1, (uint64_t)i,
			mark ? STR("mark") : STR(""));
		for (int phase = 1; phase <= 3 && !mark; phase++) {
			char name[] = "voltage_l0_n";
			name[9] = (char)('0' + phase);
			sample_add_number(&w, str(name),
				low ? phase * (i % 200 < 50 ? 5 : 90)
				    : 200 + (double)random_below(&r, 350) / 10);
		}
		sample_add_number(&w, STR("frequency"), 59.9 + (double)random_below(&r, 20) / 100);
		sample_add_number(&w, STR("active_power"), (double)random_below(&r, 500));
		sample_add_number(&w, STR("reactive_power"), (double)random_below(&r, 500) - 250);
		if (random_below(&r, 20) == 0)
			sample_add_status(&w, STR("voltage_l2_n"), STATUS_BAD);
		if (random_below(&r, 30) == 0)
			add_wave(&w, &r);
		sample_end(&w);
	}
}

static const struct power_quality_form form = { .profile = &profile,
	.late = 60000000000,
	.sources = SOURCES - 1,
	.slot = on_slot,
	.disturbance = on_disturbance,
	.assessment = on_assessment };

static void feed(struct power_quality *q, struct sample *s)
{
	if (str_eq(s->kind, STR("mark")))
		power_quality_mark(q, s->source, s->time);
	else if (power_quality_add(q, s) == -ESTALE)
		buffer_add_char(&out, 'L');
}

typedef struct power_quality engine;
#define ENGINE(call) power_quality_##call
#include "resume.h"

static bool has(struct buffer b, const char *text)
{
	return memmem(b.data, b.len, text, strlen(text));
}

static bool is_plausible(struct buffer whole)
{
	return has(whole, "interruption") && has(whole, "swell") &&
	       has(whole, "power_factor_hour") && has(whole, "compensation") && has(whole, "_h5");
}

int main(void)
{
	const char *words[] = { "voltage_l1_n", "voltage_l2_n", "voltage_l3_n" };
	struct opt_list voltages = { words, 3 };
	for (int i = 0; i < PROFILE_INDICES; i++)
		profile.limits[i] = NAN;
	for (int i = 0; i < PROFILE_ORDERS; i++)
		profile.orders[i] = NAN;
	reading_setup(&voltages, 60);
	test_rank();
	test_unbalance();
	test_compensation();
	test_pace();
	make_stream();
	test_split(SAMPLES, 7, is_plausible);
	test_hostile(3, DAMAGES);
	buffer_free(&stream);
	buffer_free(&out);
	return done();
}

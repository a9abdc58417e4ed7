#include "meter.h"

#include <math.h>
#include <stdbool.h>

static const int64_t second = 1000000000, hour = 3600 * second, day = 24 * hour;

static const double nominal_voltage = 220, nominal_frequency = 60;

/* Active power by hour of a working day, kW: two shifts, a pause at noon. */
static const double working_day[24] = { 38, 36, 35, 35, 38, 62, 140, 205, 232, 245, 248, 236, 178,
	224, 246, 250, 242, 214, 176, 160, 152, 138, 84, 46 };
static const double saturday = 0.55, sunday = 0.22;

static double clamp(double v, double low, double high)
{
	return v < low ? low : v > high ? high : v;
}

/* Rounds to 1/parts. */
static double rounded(double v, double parts)
{
	return floor(v * parts + 0.5) / parts;
}

/* Noise of standard deviation 1 that a step of time takes on: hardly any within a second, fresh
 * after minutes. */
static double drift(struct random *r, double from, int64_t elapsed)
{
	static const double lasts = 300e9;
	double remembered = lasts / (lasts + (double)elapsed);
	return remembered * from + sqrt(1 - remembered * remembered) * random_normal(r);
}

static void draw_shares(struct meter *m)
{
	double sum = 0;
	for (int i = 0; i < 3; i++)
		sum += m->share[i] = 0.95 + 0.1 * random_uniform(&m->random);
	for (int i = 0; i < 3; i++)
		m->share[i] /= sum;
}

void meter_begin(struct meter *m, uint64_t seed, uint64_t stream)
{
	*m = (struct meter){ .time = INT64_MIN };
	random_seed(&m->random, seed, stream);
	draw_shares(m);
	m->energy = (int64_t)random_below(&m->random, 2000000000);
	m->reactive_energy = m->energy / 2;
}

/* 0 Thursday, as 1970-01-01 was. */
static int weekday(int64_t time)
{
	int64_t days = time / day - (time % day < 0);
	return (int)((days % 7 + 7) % 7);
}

static double day_factor(int64_t time)
{
	int d = weekday(time);
	return d == 2 ? saturday : d == 3 ? sunday : 1;
}

static double usual_load(int64_t time)
{
	int64_t within = (time % day + day) % day;
	int from = (int)(within / hour);
	double part = (double)(within % hour) / (double)hour;
	double load = working_day[from] + part * (working_day[(from + 1) % 24] - working_day[from]);
	return 1000 * load * day_factor(time);
}

static void drift_all(struct meter *m, int64_t elapsed)
{
	m->load_drift = drift(&m->random, m->load_drift, elapsed);
	m->frequency_drift = drift(&m->random, m->frequency_drift, elapsed);
	for (int i = 0; i < 3; i++)
		m->voltage_drift[i] = drift(&m->random, m->voltage_drift[i], elapsed);
}

static void read_powers(struct meter *m, int64_t time, struct meter_row *ret)
{
	double noise =
		1 + clamp(0.05 * m->load_drift + 0.01 * random_normal(&m->random), -0.3, 0.3);
	double active = usual_load(time) * noise;
	double reactive =
		active * (0.65 - 0.3 * clamp(active / 250e3, 0, 1)); /* motors idle at low load */
	ret->active_power = rounded(active, 1);
	ret->reactive_power = rounded(reactive, 1);
	double apparent = sqrt(
		ret->active_power * ret->active_power + ret->reactive_power * ret->reactive_power);
	ret->apparent_power = rounded(apparent, 1);
	ret->power_factor = rounded(ret->active_power / apparent, 1000);
	ret->frequency =
		rounded(nominal_frequency + clamp(0.015 * m->frequency_drift, -0.1, 0.1), 100);
}

static void read_phases(struct meter *m, struct meter_row *ret)
{
	double exact[3], sag = 5 * ret->active_power / 250e3;
	for (int i = 0; i < 3; i++) {
		exact[i] = nominal_voltage + 3 - sag + clamp(1.2 * m->voltage_drift[i], -6, 6);
		ret->voltage[i] = rounded(exact[i], 10);
		ret->current[i] = rounded(ret->apparent_power * m->share[i] / exact[i], 100);
	}
	for (int i = 0; i < 3; i++) { /* 120 degrees apart */
		double a = exact[i], b = exact[(i + 1) % 3];
		ret->line_voltage[i] = rounded(sqrt(a * a + b * b + a * b), 10);
	}
}

/* Adds power times elapsed to a register, exactly. */
static void count(int64_t *energy, int64_t *carried, double power, int64_t elapsed)
{
	__int128 total = (__int128)(int64_t)power * elapsed + *carried;
	*energy += (int64_t)(total / hour);
	*carried = (int64_t)(total % hour);
}

void meter_next(struct meter *m, int64_t time, struct meter_row *ret)
{
	bool first = m->time == INT64_MIN;
	int64_t elapsed = first ? 0 : time - m->time;
	m->time = time;
	drift_all(m, first ? hour : elapsed);
	*ret = (struct meter_row){ 0 };
	read_powers(m, time, ret);
	read_phases(m, ret);
	count(&m->energy, &m->carried, ret->active_power, elapsed);
	count(&m->reactive_energy, &m->reactive_carried, ret->reactive_power, elapsed);
	ret->energy = m->energy;
	ret->reactive_energy = m->reactive_energy;
}

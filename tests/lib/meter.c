#include "sim/meter.h"

#include <math.h>
#include <stdlib.h>

#include "tap.h"

static const int64_t second = 1000000000, minute = 60 * second, day = 86400 * second;
static const int64_t monday = 1767571200 * second; /* 2026-01-05T00:00:00Z */

static double mean_power(struct meter *m, int64_t from, int64_t to)
{
	struct meter_row r;
	double sum = 0;
	int n = 0;
	for (int64_t t = from; t < to; t += minute, n++) {
		meter_next(m, t, &r);
		sum += r.active_power;
	}
	return sum / n;
}

static void test_load(void)
{
	struct meter m;
	meter_begin(&m, 7, 0);
	double days[7];
	for (int i = 0; i < 7; i++)
		days[i] = mean_power(&m, monday + i * day, monday + (i + 1) * day);
	ok(days[0] > 120e3 && days[0] < 180e3, "Monday: %.0f W", days[0]);
	ok(fabs(days[5] / days[2] - 0.55) < 0.05, "Saturday against Wednesday: %.2f",
		days[5] / days[2]);
	ok(fabs(days[6] / days[2] - 0.22) < 0.03, "Sunday against Wednesday: %.2f",
		days[6] / days[2]);
	double night = mean_power(&m, monday + 7 * day, monday + 7 * day + 240 * minute);
	double morning =
		mean_power(&m, monday + 7 * day + 540 * minute, monday + 7 * day + 660 * minute);
	ok(morning > 5 * night, "morning %.0f W, night %.0f W", morning, night);
}

static bool consistent(const struct meter_row *r)
{
	double s = sqrt(r->active_power * r->active_power + r->reactive_power * r->reactive_power),
	       from_phases = 0;
	for (int i = 0; i < 3; i++) {
		from_phases += r->voltage[i] * r->current[i];
		if (fabs(r->voltage[i] - 220) > 22 || fabs(r->line_voltage[i] - 381) > 30)
			return false;
	}
	return fabs(s - r->apparent_power) < 1 && fabs(from_phases / s - 1) < 0.001 &&
	       fabs(r->power_factor - r->active_power / s) < 0.001 &&
	       fabs(r->frequency - 60) <= 0.1;
}

static void test_consistency(void)
{
	struct meter m;
	struct meter_row r, last = { .energy = -1 };
	bool all = true, rising = true;
	double watt_hours = 0;
	int64_t start = 0;
	meter_begin(&m, 3, 0);
	for (int i = 0; i < 100000; i++) {
		meter_next(&m, monday + i * 7 * second, &r);
		all = all && consistent(&r);
		rising = rising && r.energy >= last.energy;
		if (i)
			watt_hours += r.active_power * 7 / 3600;
		else
			start = r.energy;
		last = r;
	}
	ok(all, "readings agree with each other");
	ok(rising, "the register never falls");
	ok(llabs(last.energy - start - (int64_t)watt_hours) <= 1,
		"it is the integral of the power");
}

static void test_extremes(void)
{
	struct meter m;
	struct meter_row r;
	meter_begin(&m, 3, 1);
	meter_next(&m, -5 * day, &r);
	ok(consistent(&r), "before 1970");
	meter_next(&m, 100 * 365 * day, &r);
	ok(consistent(&r) && r.energy > 0, "after a century's pause");
}

int main(void)
{
	test_load();
	test_consistency();
	test_extremes();
	return done();
}

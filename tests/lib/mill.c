#include "sim/mill.h"

#include <math.h>
#include <string.h>

#include "tap.h"

enum { ROWS = 1000000 };

struct figures {
	double sum, squares;
};

static void count(struct figures *f, double v)
{
	f->sum += v;
	f->squares += v * v;
}

static void near(
	const struct figures *f, double mean, double sd, double tolerance, const char *title)
{
	double m = f->sum / ROWS, s = sqrt(f->squares / ROWS - m * m);
	ok(fabs(m - mean) < tolerance && fabs(s - sd) < tolerance, "%s: mean %.2f, sd %.2f", title,
		m, s);
}

static void rate(long count, double low, double high, const char *title)
{
	double per = 10000.0 * (double)count / ROWS;
	ok(per >= low && per <= high, "%s: %.1f of 10,000", title, per);
}

/* Means and deviations of the published file: air 300.00 2.00, speed 1538.8 179.3,
 * torque 39.99 9.97, wear 108.0 63.7, process less air 10.00 1.00. */
static void test_readings(void)
{
	struct mill m;
	struct mill_row r;
	struct figures air = { 0 }, apart = { 0 }, speed = { 0 }, torque = { 0 }, wear = { 0 };
	mill_begin(&m, 7, 0);
	for (int i = 0; i < ROWS; i++) {
		mill_next(&m, &r);
		count(&air, r.air / 10.0);
		count(&apart, (r.process - r.air) / 10.0);
		count(&speed, r.speed);
		count(&torque, r.torque / 10.0);
		count(&wear, r.wear);
	}
	near(&air, 300, 2, 0.15, "air temperature");
	near(&apart, 10, 1, 0.1, "process above air");
	near(&speed, 1538.8, 179.3, 3, "speed");
	near(&torque, 40, 10, 0.1, "torque");
	near(&wear, 110, 65, 3, "wear");
}

static void test_failures(void)
{
	struct mill m;
	struct mill_row r;
	long failures = 0, twf = 0, hdf = 0, pwf = 0, osf = 0, rnf = 0, quality[3] = { 0 };
	mill_begin(&m, 7, 0);
	for (int i = 0; i < ROWS; i++) {
		mill_next(&m, &r);
		failures += r.machine_failure;
		twf += r.twf, hdf += r.hdf, pwf += r.pwf, osf += r.osf, rnf += r.rnf;
		quality[r.quality]++;
	}
	rate(failures, 310, 380, "failures (file: 339)");
	rate(twf, 45, 65, "TWF (file: 46)");
	rate(hdf, 80, 125, "HDF (file: 115)");
	rate(pwf, 90, 120, "PWF (file: 95)");
	rate(osf, 95, 130, "OSF (file: 98)");
	rate(rnf, 8, 12, "RNF (described: 10)");
	rate(quality[MILL_L], 4950, 5050, "quality L");
	rate(quality[MILL_M], 2950, 3050, "quality M");
	rate(quality[MILL_H], 1950, 2050, "quality H");
}

/* The rules again, from the readings alone. */
static void test_rules(void)
{
	static const int limits[] = { 11000, 12000, 13000 }, added[] = { 2, 3, 5 };
	struct mill m;
	struct mill_row r, last = { 0 };
	int wrong = 0, worn = 0, early = 0;
	mill_begin(&m, 1, 0);
	for (int i = 0; i < ROWS; i++) {
		mill_next(&m, &r);
		double power = r.torque * 0.1 * r.speed * 2 * 3.14159265358979 / 60;
		bool hdf = r.process - r.air < 86 && r.speed < 1380;
		bool pwf = power < 3500 || power > 9000;
		bool osf = r.torque * r.wear / 10.0 > limits[r.quality];
		wrong += hdf != r.hdf || pwf != r.pwf || osf != r.osf;
		wrong += r.machine_failure != (r.twf || hdf || pwf || osf);
		worn += i && r.wear && r.wear != last.wear + added[last.quality];
		early += (r.twf || (i && !r.wear)) && (r.wear ? r.wear : last.wear) < 200;
		last = r;
	}
	ok(!wrong, "the failure rules hold for the readings shown");
	ok(!worn, "wear grows by the quality of the product made");
	ok(!early, "tools last 200 min");
}

static void test_seeds(void)
{
	struct mill a, b, c;
	struct mill_row x, y, z;
	char text[MILL_PRODUCT_TEXT], expected[MILL_PRODUCT_TEXT];
	static const char *const first[] = { "L47180", "M14860", "H29414" };
	mill_begin(&a, 7, 0);
	mill_begin(&b, 7, 0);
	mill_begin(&c, 7, 1);
	mill_next(&a, &x), mill_next(&b, &y), mill_next(&c, &z);
	ok(!memcmp(&x, &y, sizeof(x)), "one seed, one machine");
	ok(x.air != z.air || x.torque != z.torque, "machines of a seed differ");
	mill_product(&x, text);
	snprintf(expected, sizeof(expected), "%s", first[x.quality]);
	is_str(text, expected, "product number");
}

int main(void)
{
	test_readings();
	test_failures();
	test_rules();
	test_seeds();
	return done();
}

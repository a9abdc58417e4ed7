#include <math.h>

#include "anomaly/logarithm.h"
#include "anomaly/watch.h"
#include "random.h"
#include "tap.h"

enum { POINTS = 4000 };

static const int64_t MINUTE = INT64_C(60000000000);
static const struct anomaly_settings settings = { 2000, 300, 1, 86400 * INT64_C(1000000000) };

static void test_logarithm(void)
{
	double worst = 0;

	for (double v = 1; v < 1e200; v *= 1.00371) {
		double exact = log(v), error = fabs(logarithm(v) - exact) / fmax(exact, 1);
		worst = fmax(worst, error);
	}
	ok(worst < 1e-9, "the logarithm is within %.1e", worst);
	ok(logarithm(1) == 0, "and 0 of 1");
}

/* Of values with an exponential tail in log(1 + s), a share exp(-x) of those beyond the quantile
 * is surprising by x nats. */
static void test_tail(void)
{
	struct tail t = { 0 };
	struct random r;
	int beyond = 0, far = 0, n = 200000;

	random_seed(&r, 5, 0);
	for (int i = 0; i < n; i++) {
		double surprise = tail_add(&t, 1 / (1 - random_uniform(&r)) - 1, true);
		beyond += surprise > 0;
		far += surprise > 4;
	}
	ok(fabs(beyond / (n * 0.05) - 1) < 0.1, "a twentieth is beyond the quantile: %d of %d",
		beyond, n);
	ok(fabs(far / (n * 0.05 * exp(-4)) - 1) < 0.5, "exp(-4) of that by 4 nats: %d", far);
	ok(fabs(t.quantile - log(20)) < 0.2, "the quantile is found: %.3f of %.3f", t.quantile,
		log(20));
	ok(tail_probability(0) == 1 && fabs(tail_probability(2) - 0.05 * exp(-2)) < 1e-15,
		"nats are probabilities");
}

/* Of a statistic that is nearly always 0, what it finds is surprising by how rare that is. */
static void test_rare(void)
{
	struct tail often = { 0 }, rare = { 0 };

	for (int i = 0; i < 10000; i++) {
		tail_add(&often, i % 100 == 99, true);
		tail_add(&rare, i % 2500 == 2499, true);
	}
	double five = tail_add(&often, 1, true), hundred_and_25 = tail_add(&rare, 1, true);
	ok(five > 1.5 && five < 3.5 && hundred_and_25 > 4.5 && hundred_and_25 < 6.5,
		"one of 100 and one of 2500: %.2f and %.2f nats", five, hundred_and_25);
	ok(tail_add(&rare, 0, true) == 0, "and nothing is no surprise");
	for (int i = 0; i < 100000; i++)
		tail_add(&often, i % 100 == 99, true);
	ok(often.seen <= 20000 && often.beyond > 50 && often.beyond < 250,
		"old values are forgotten: %u of %u", often.beyond, often.seen);
}

static void test_agree(void)
{
	ok(anomaly_agree((double[]){ 0, 16, 0 }, 3) == 16, "one voice is its own surprise");
	ok(anomaly_agree((double[]){ 4, 9, 0 }, 3) == 25, "two that agree are more than their sum");
	ok(anomaly_agree((double[]){ 0, 0, 0 }, 3) == 0, "no voice, no surprise");
}

static struct point point(double value, double last, double seen)
{
	return (struct point){ .value = value,
		.last = last,
		.seen = seen,
		.slow = 0.01,
		.forgetting = larger(0.01, 1 / (seen + 1)),
		.deviation = 1 };
}

static void test_range(void)
{
	struct range r = { 0 };
	struct point p = point(10, 10, 0);

	range_add(&r, &p);
	p = point(20, 10, 1);
	ok(range_add(&r, &p).statistic == 0, "of one value there is no range to be beyond");
	p = point(25, 20, 2);
	struct finding f = range_add(&r, &p);
	ok(f.statistic == 0.5 && f.expected == 20, "half a range above it");
	p = point(7, 25, 3);
	f = range_add(&r, &p);
	ok(f.statistic == 0.2 && f.expected == 10, "a fifth of the new one below it");
	p = point(15, 7, 4);
	ok(range_add(&r, &p).statistic == 0, "nothing inside");
}

static void test_flat(void)
{
	struct flat f = { 0 };
	double found[10], never = 0;

	for (int i = 0; i < 10; i++) {
		struct point p = point(1, 1, i);
		never += flat_add(&f, &p).statistic;
	}
	ok(never == 0, "a series that never moved is not strange");
	f = (struct flat){ 0 };
	for (int i = 0; i < 10; i++) {
		struct point p = point(i > 0, i > 1, i);
		found[i] = flat_add(&f, &p).statistic;
	}
	ok(found[4] == 0, "four alike are nothing");
	ok(fabs(found[5] - 1.0 / 3) < 1e-15, "a fifth is a third longer than ever");
	struct point p = point(2, 1, 10);
	ok(flat_add(&f, &p).statistic == 0 && f.run == 0 && f.longest == 8, "a move ends it");
}

static void test_season(void)
{
	struct season s = { 0 };
	struct finding f = { 0 };

	for (int i = 0; i < 5; i++) {
		struct point p = point(4 + i % 2, 0, i);
		f = season_add(&s, &p);
	}
	struct point p = point(14, 0, 5);
	f = season_add(&s, &p);
	ok(f.expected > 4 && f.expected < 5 && f.statistic > 9, "far from usual at this time: %.1f",
		f.statistic);
	p.slot = 7;
	ok(season_add(&s, &p).statistic == 0, "another time knows nothing of that");
}

/* A sine is predicted from its last values; the step that leaves it is not. */
static void test_autoregression(void)
{
	struct autoregression a = { 0 };
	struct finding f = { 0 };
	double last = 0;

	for (int i = 0; i < 500; i++) {
		struct point p = point(sin(i * 0.3), last, i);
		f = autoregression_add(&a, &p);
		last = p.value;
	}
	ok(fabs(f.expected - last) < 1e-3, "expects %.6f of %.6f", f.expected, last);
	struct point p = point(last + 1, last, 500);
	ok(autoregression_add(&a, &p).statistic > 50, "a step is far from that");
}

static void test_event(void)
{
	struct anomaly_event e = { 0 };
	struct anomaly usual = { 0 }, strange = { .score = 0.7, .strangeness = 0.7 },
		       going = { .strangeness = 0.3 };

	ok(anomaly_event_add(&e, 0.5, 1, &usual) == ANOMALY_NO_CHANGE, "nothing");
	ok(anomaly_event_add(&e, 0.5, 2, &strange) == ANOMALY_BEGINS && e.since == 2, "begins");
	ok(anomaly_event_add(&e, 0.5, 3, &strange) == ANOMALY_NO_CHANGE, "begins once");
	for (int i = 0; i < 9; i++)
		anomaly_event_add(&e, 0.5, 4, &usual);
	ok(anomaly_event_add(&e, 0.5, 5, &going) == ANOMALY_NO_CHANGE,
		"nine calm ones do not end it");
	for (int i = 0; i < 9; i++)
		anomaly_event_add(&e, 0.5, 6, &usual);
	ok(anomaly_event_add(&e, 0.5, 7, &usual) == ANOMALY_ENDS && e.highest == 0.7, "ten do");
	ok(anomaly_event_add(&e, 0.5, 8, &going) == ANOMALY_NO_CHANGE,
		"what is strange, but no news, begins none");
}

static double noise(struct random *r, int i)
{
	return 100 + 10 * sin(i * 2 * M_PI / 1440) + random_normal(r);
}

static void test_extremes(void)
{
	static const double odd[] = { 0, -0.0, 1e100, -1e100, 5e-324, 1e-300, 1, 1, 1, 1e99 };
	struct anomaly_series s = { 0 };
	struct random r;
	bool good = true;

	random_seed(&r, 2, 0);
	for (int i = 0; i < 100000; i++) {
		struct anomaly a;
		double v = odd[random_below(&r, 10)];
		anomaly_add(&s, &settings, i * MINUTE, v, &a);
		good &= a.score >= 0 && a.score <= 1 && a.strangeness <= 1 && a.probability >= 0 &&
			a.probability <= 1 && isfinite(a.expected);
	}
	ok(good, "whatever comes, the score is from 0 to 1 and the expected finite");
	ok(!anomaly_takes(NAN) && !anomaly_takes(INFINITY) && !anomaly_takes(-1e101) &&
			anomaly_takes(1e100),
		"what has no square is not taken");
}

static void test_constant(void)
{
	struct anomaly_series s = { 0 };
	struct anomaly a;
	double highest = 0;

	for (int i = 0; i < 1000000; i++) {
		anomaly_add(&s, &settings, i * MINUTE, 21.5, &a);
		highest = fmax(highest, a.score);
	}
	ok(highest < 0.5, "a million equal values are nothing: %.3f", highest);
	anomaly_add(&s, &settings, 1000001 * MINUTE, 22.5, &a);
	ok(a.score > 0.5, "and one that is not is: %.3f", a.score);
}

static void put(double *values, struct random *r, int i)
{
	values[0] = noise(r, i) + (i == 3000) * 40;
	values[1] = 3 * values[0] + random_normal(r);
}

/* Whatever was saved in the middle goes on to the last bit. */
static void test_state(void)
{
	const struct anomaly_plan plan = { settings, 0.5, 2, true };
	struct anomaly_watch *w = calloc(1, anomaly_watch_size(&plan)),
			     *loaded = calloc(1, anomaly_watch_size(&plan));
	struct anomaly_verdict a[3], b[3];
	struct buffer state = { 0 }, again = { 0 };
	struct random r;
	double values[2];
	bool same = true;

	random_seed(&r, 3, 0);
	for (int i = 0; i < POINTS; i++) {
		put(values, &r, i);
		anomaly_watch_add(w, &plan, i * MINUTE, values, a);
		if (i == 3003)
			anomaly_watch_save(w, &plan, &state);
		struct cursor c = wire_cursor(buffer_str(&state));
		if (i == 3003)
			ok(anomaly_watch_load(loaded, &plan, &c) && c.at == c.end, "loads");
		else if (i > 3003)
			anomaly_watch_add(loaded, &plan, i * MINUTE, values, b);
		for (int k = 0; i > 3003 && k < 3; k++)
			same &= a[k].anomaly.score == b[k].anomaly.score &&
				a[k].change == b[k].change;
	}
	anomaly_watch_save(loaded, &plan, &again);
	state.len = 0;
	anomaly_watch_save(w, &plan, &state);
	ok(same && again.len == state.len && memcmp(again.data, state.data, state.len) == 0,
		"and goes on as the other");
	bool refused = true;
	for (size_t len = 0; len < state.len; len += 7) {
		struct cursor c = { state.data, state.data + len };
		refused &= !anomaly_watch_load(loaded, &plan, &c);
	}
	ok(refused, "its beginnings are refused");
	buffer_free(&state);
	buffer_free(&again);
	free(w);
	free(loaded);
}

int main(void)
{
	test_logarithm();
	test_tail();
	test_rare();
	test_agree();
	test_range();
	test_flat();
	test_season();
	test_autoregression();
	test_event();
	test_extremes();
	test_constant();
	test_state();
	return done();
}

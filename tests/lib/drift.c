#include "drift.h"

#include <math.h>

#include "random.h"
#include "tap.h"

/* Quantiles of 0..1, evenly. */
static struct scaler_field even(void)
{
	struct scaler_field f = { .has_quantiles = true };

	for (int i = 0; i < SCALER_QUANTILES; i++)
		f.quantiles[i] = (i + 1) / 20.0;
	return f;
}

static void test_distances(void)
{
	struct scaler_field f = even();
	struct drift_bins b;
	struct drift same = { 0 }, upper = { 0 };
	double shares = (20 + 0.5) / (200 + 10), none = 0.5 / (200 + 10), stability;

	drift_bins_make(&b, &f);
	for (int i = 0; i < 200; i++) {
		drift_count(&same, &b, (i + 0.5) / 200);
		drift_count(&upper, &b, 0.5 + (i + 0.5) / 400);
	}
	ok(fabs(drift_stability(&same, &b)) < 1e-12, "the same shares: 0");
	ok(drift_kolmogorov(&same, &b) < 1e-12, "by Kolmogorov and Smirnov too");
	stability =
		10 * (shares - 0.05) * log(shares / 0.05) + 10 * (none - 0.05) * log(none / 0.05);
	ok(fabs(drift_stability(&upper, &b) - stability) < 1e-12, "upper half only: %g", stability);
	ok(fabs(drift_kolmogorov(&upper, &b) - 0.5) < 1e-12,
		"and half of the values at the middle");
}

static void test_edges(void)
{
	struct scaler_field f = even();
	struct drift_bins b;
	struct drift d = { 0 };

	for (int i = 0; i < 12; i++)
		f.quantiles[i] = 0;
	drift_bins_make(&b, &f);
	ok(b.count == 9 && fabs(b.shares[0] - 0.6) < 1e-12, "equal quantiles are one bin of 60 %%");
	drift_count(&d, &b, 0);
	drift_count(&d, &b, -5);
	drift_count(&d, &b, 1e-9);
	drift_count(&d, &b, 2);
	ok(d.counts[0] == 2 && d.counts[1] == 1 && d.counts[8] == 1 && d.values == 4,
		"a bin holds its upper edge; the last has none");
}

static void test_hysteresis(void)
{
	static const double distances[] = { 0.2, 0.25, 0.2, 0.1876, 0.187, 0.24, 0.25 };
	static const char changes[] = "nynnyny";
	struct drift d = { 0 };
	bool same = true;

	for (size_t i = 0; changes[i]; i++)
		same &= drift_judge(&d, distances[i], 0.25) == (changes[i] == 'y');
	ok(same && d.raised, "raised at the threshold, cleared below three quarters of it");
}

static void test_state(void)
{
	struct scaler_field f = even();
	struct drift d = { .raised = true }, back = { 0 };
	struct drift_bins b;
	struct buffer saved = { 0 };
	struct cursor c;
	struct random r;
	unsigned taken = 0;

	drift_bins_make(&b, &f);
	for (int i = 0; i < 1000; i++)
		drift_count(&d, &b, i / 1000.0);
	drift_save(&d, &saved);
	c = (struct cursor){ saved.data, saved.data + saved.len };
	ok(drift_load(&back, &b, &c) && c.at == c.end && memcmp(&d, &back, sizeof(d)) == 0,
		"saved and loaded");
	for (size_t cut = 0; cut < saved.len; cut++) {
		c = (struct cursor){ saved.data, saved.data + cut };
		taken += drift_load(&back, &b, &c);
	}
	ok(taken == 0, "none of its beginnings is taken");
	random_seed(&r, 1, 0);
	for (int i = 0; i < 20000; i++) {
		size_t at = random_below(&r, saved.len);
		uint8_t was = saved.data[at];
		saved.data[at] = (uint8_t)random_bits(&r);
		c = (struct cursor){ saved.data, saved.data + saved.len };
		back = (struct drift){ 0 };
		uint64_t sum = 0;
		if (drift_load(&back, &b, &c))
			for (int j = 0; j < DRIFT_BINS; j++)
				sum += back.counts[j];
		taken += sum && sum != back.values;
		saved.data[at] = was;
	}
	ok(taken == 0, "of damaged ones none whose counts are not its values");
	for (int i = 0; i < 12; i++)
		f.quantiles[i] = 0;
	drift_bins_make(&b, &f);
	c = (struct cursor){ saved.data, saved.data + saved.len };
	ok(!drift_load(&back, &b, &c), "none with counts in bins that are not there");
	buffer_free(&saved);
}

int main(void)
{
	test_distances();
	test_edges();
	test_hysteresis();
	test_state();
	return done();
}

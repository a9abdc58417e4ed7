#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "file.h"
#include "scaler.h"
#include "tap.h"
#include "window/quantile.h"

static bool near(double a, double b)
{
	return fabs(a - b) <= 4e-16 * fabs(b);
}

static struct scaler learn(enum scaler_method m, const double *values, size_t n)
{
	struct scaler_fit *fit = scaler_fit_open(m);
	struct scaler s;

	for (size_t i = 0; i < n; i++)
		scaler_fit_add(fit, scaler_fit_field(fit, STR("x")), values[i]);
	scaler_fit_model(fit, false, &s, NULL);
	scaler_fit_close(fit);
	return s;
}

static void test_methods(void)
{
	static const double values[] = { 4, 1, 3, 2, 10 };
	struct scaler s = learn(SCALER_STANDARD, values, 5);

	ok(near(s.fields[0].a, 4) && near(s.fields[0].b, sqrt(10)),
		"standard: mean, population deviation");
	ok(near(scaler_apply(&s, s.fields, 10), 6 / sqrt(10)), "standard: applied");
	ok(near(scaler_invert(&s, s.fields, scaler_apply(&s, s.fields, 7)), 7),
		"standard: inverted");
	scaler_free(&s);
	s = learn(SCALER_MIN_MAX, values, 5);
	ok(s.fields[0].a == 1 && s.fields[0].b == 10, "min-max: bounds");
	ok(near(scaler_apply(&s, s.fields, 10), 1) && scaler_apply(&s, s.fields, 1) == 0,
		"min-max: applied");
	scaler_free(&s);
	s = learn(SCALER_ROBUST, values, 5);
	ok(s.fields[0].a == 3 && s.fields[0].b == 2, "robust: median, quartile distance");
	scaler_free(&s);
}

static void test_constant(void)
{
	static const double values[] = { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 };

	for (enum scaler_method m = SCALER_STANDARD; m <= SCALER_ROBUST; m++) {
		struct scaler s = learn(m, values, 6);
		ok(fabs(scaler_apply(&s, s.fields, 0.1)) < 1e-15 &&
				near(scaler_apply(&s, s.fields, 1.1), 1),
			"%s: a constant has scale 1", scaler_method_name(m));
		scaler_free(&s);
	}
}

static int left_out;

static void count_left_out(const char *name, uint64_t values)
{
	left_out += strcmp(name, "flag") == 0 && values == 4;
}

static void test_flags(void)
{
	struct scaler_fit *fit = scaler_fit_open(SCALER_STANDARD);
	struct scaler s;

	for (int i = 0; i < 4; i++) {
		scaler_fit_add(fit, scaler_fit_field(fit, STR("flag")), i % 2);
		scaler_fit_add(fit, scaler_fit_field(fit, STR("x")), i);
	}
	scaler_fit_model(fit, true, &s, count_left_out);
	ok(s.count == 1 && scaler_find(&s, STR("x")) == 0 && left_out == 1,
		"flags are left out, and named");
	scaler_free(&s);
	scaler_fit_model(fit, false, &s, NULL);
	ok(s.count == 2, "or kept");
	scaler_free(&s);
	scaler_fit_close(fit);
}

static void test_file(void)
{
	struct scaler s = { .method = SCALER_ROBUST }, back;
	char *error = NULL;

	scaler_add(&s, STR("air_temperature"), 0.1 + 0.2, 5e-324);
	scaler_add(&s, STR("odd \"name\": {#\\\n"), -1e300, 1.0 / 3);
	ok(scaler_save(&s, "scaler.yaml") == 0, "saved");
	ok(scaler_load("scaler.yaml", &back, &error) == 0, "loaded %s", error ? error : "");
	bool same = back.method == s.method && back.count == 2;
	for (size_t i = 0; same && i < 2; i++)
		same = strcmp(back.fields[i].name, s.fields[i].name) == 0 &&
		       back.fields[i].a == s.fields[i].a && back.fields[i].b == s.fields[i].b;
	ok(same, "the same bits and names come back");
	scaler_free(&s);
	scaler_free(&back);
}

static void refuses(const char *text, const char *expected)
{
	struct scaler s;
	char *error = NULL;

	file_replace("bad.yaml", str(text));
	ok(scaler_load("bad.yaml", &s, &error) == -EINVAL, "refused: %s", expected);
	is_str(error, expected, "  with its place");
	free(error);
}

static void test_mistakes(void)
{
	refuses("method: standard\nfields:\n  torque:\n    mean: abc\n    scale: 1\n",
		"bad.yaml:4:11: expected a number, found \"abc\"");
	refuses("method: median\nfields: {}\n",
		"bad.yaml:1:9: expected standard, min-max or robust, found \"median\"");
	refuses("method: standard\nfields:\n  torque: {mean: 1, scale: 0}\n",
		"bad.yaml:3:28: expected a scale above 0");
	refuses("method: min-max\nfields:\n  torque: {min: 1, max: 0}\n",
		"bad.yaml:3:25: expected a max not below min");
	refuses("method: standard\nfields:\n  torque: {mean: 1, scal: 2}\n",
		"bad.yaml:3:21: unknown key \"scal\" (did you mean \"scale\"?)");
	refuses("method: standard\nfields: [1]\n", "bad.yaml:2:9: expected a map of fields");
	refuses("# nothing\n", "bad.yaml: expected a map, found nothing");
}

static void test_quantiles(void)
{
	struct quantile q = { 0 };
	uint64_t random = 1, n = 3000000;

	for (uint64_t i = 0; i < n; i++) {
		random = random * 6364136223846793005 + 1442695040888963407;
		quantile_add(&q, (double)(random >> 11) * 0x1p-53);
	}
	double worst = 0;
	for (double p = 0.05; p < 1; p += 0.05)
		worst = fmax(worst, fabs(quantile_at(&q, p) - p));
	ok(worst < 0.001, "3 million uniform values: quantiles within 0.001 (%.2g)", worst);
	quantile_free(&q);
	ok(isnan(quantile_at(&q, 0.5)), "of nothing: not a number");
}

int main(void)
{
	char folder[] = "/tmp/duto-scaler.XXXXXX";

	if (!mkdtemp(folder) || chdir(folder) < 0)
		return 1;
	test_methods();
	test_constant();
	test_flags();
	test_file();
	test_mistakes();
	test_quantiles();
	unlink("scaler.yaml");
	unlink("bad.yaml");
	rmdir(folder);
	return done();
}

/* Forest models: what loads is scored, and by every evaluator alike. */
#include "forest/forest.h"

#include <math.h>

#include "buffer.h"
#include "fuzz.h"

enum { ROWS = 8 };

/* With the digest that belongs to it, which no fuzzer finds. */
static const char *whole_file(const uint8_t *data, size_t len)
{
	static struct buffer text;
	char digest[DIGEST_TEXT + 1];
	struct str lines = { (const char *)data, len };

	digest_sha256(lines, digest);
	text.len = 0;
	buffer_add_str(&text, lines);
	buffer_print(&text, "sha256 %s\n", digest);
	return fuzz_file(text.data, text.len);
}

static void fill(const struct forest *f, double *row, size_t n)
{
	static const double odd[ROWS] = { 0, NAN, INFINITY, -INFINITY, 1, -1e300, 5e-324, 1e39 };
	double low, high;

	for (size_t i = 0; i < f->feature_count; i++)
		row[i] = i % 3 == n % 3 && forest_range(f, i, &low, &high) ? low
									   : odd[(i + n) % ROWS];
}

static void score_all(struct forest *f, const double *row)
{
	double expected[FOREST_OUTPUTS_MAX], got[FOREST_OUTPUTS_MAX];

	forest_choose(f, "walk");
	forest_predict(f, row, expected);
	for (size_t i = 0; forest_evaluator_name(i); i++) {
		if (forest_choose(f, forest_evaluator_name(i)) < 0)
			continue;
		forest_predict(f, row, got);
		if (memcmp(got, expected, f->output_count * sizeof(*got)) != 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct forest *f;
	char *error;

	if (forest_load(fuzz_file(data, len), &f, &error) == 0)
		forest_close(f);
	else
		free(error);
	if (forest_load(whole_file(data, len), &f, &error) < 0) {
		free(error);
		return 0;
	}
	double *row = calloc(f->feature_count, sizeof(*row));
	for (size_t n = 0; row && n < ROWS; n++) {
		fill(f, row, n);
		score_all(f, row);
	}
	free(row);
	forest_close(f);
	return 0;
}

/* Every evaluator gives the bits that a walk written here gives, on forests of many shapes.
 *
 * forest_evaluators MODEL ROWS EXPECTED does the same with what another program expects of a model:
 * files of float 64s, rows and outputs one behind the other (sklearn.t). */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "buffer.h"
#include "file.h"
#include "forest/forest.h"
#include "random.h"
#include "tap.h"

struct shape {
	const char *title;
	size_t features, trees, outputs, splits;
	bool votes, regression, sum, float64, scaled, few_bounds, float_bounds;
};

static const struct shape shapes[] = {
	{ "votes", 5, 60, 2, 200, .votes = true },
	{ "votes of five classes", 4, 70, 5, 90, .votes = true, .scaled = true },
	{ "fractions", 5, 50, 2, 200, .scaled = true },
	{ "fractions of three classes", 3, 33, 3, 100, .votes = false },
	{ "one feature", 1, 40, 2, 30, .votes = true },
	{ "regression", 7, 40, 1, 150, .regression = true, .scaled = true },
	{ "boosted sums", 6, 100, 1, 15, .regression = true, .sum = true, .float64 = true },
	{ "few bounds, many alike", 5, 80, 2, 100, .votes = true, .few_bounds = true },
	{ "bounds at the ends of float 64", 3, 50, 2, 60, .votes = true, .float_bounds = true,
		.float64 = true },
	{ "thirty features", 30, 40, 2, 100, .votes = true },
	{ "more features than boxes take", 50, 40, 2, 100, .votes = false },
	{ "more features than ranks are worth", 300, 20, 2, 100, .votes = false },
	{ "no split at all", 3, 9, 2, 0, .votes = true },
	{ "one tree", 3, 1, 2, 20, .votes = false },
};

enum { ROWS = 3000, FILE_BYTES = 1 << 28 };

static struct random source;

static double bound_of(const struct shape *s)
{
	static const double ends[] = { -DBL_MAX, DBL_MAX, 0, 4.9e-324, -4.9e-324, 1e300, -1e300,
		1 };

	if (s->float_bounds)
		return ends[random_below(&source, 8)];
	if (s->few_bounds)
		return (double)random_below(&source, 6) - 2;
	return random_normal(&source);
}

static void fill_leaf(const struct shape *s, double *numbers)
{
	double total = 0;

	if (s->votes)
		numbers[random_below(&source, random_below(&source, 4) ? 1 : s->outputs)] = 1;
	for (size_t i = 0; !s->votes && i < s->outputs; i++)
		total += numbers[i] = random_uniform(&source) + 1e-3;
	for (size_t i = 0; !s->votes && !s->regression && i < s->outputs; i++)
		numbers[i] /= total;
}

/* A leaf, any, becomes a split until there are enough. */
static void grow(const struct shape *s, struct forest_tree *t)
{
	uint32_t nodes = (uint32_t)(2 * s->splits + 1);

	t->nodes = calloc(nodes, sizeof(*t->nodes));
	t->leaves = calloc(nodes * s->outputs, sizeof(*t->leaves));
	t->nodes[0].feature = FOREST_LEAF;
	for (t->count = 1; t->count < nodes; t->count += 2) {
		uint32_t k = (uint32_t)random_below(&source, t->count);
		while (t->nodes[k].feature != FOREST_LEAF)
			k = (k + 1) % t->count;
		t->nodes[k] = (struct forest_node){ bound_of(s), 0.5, t->count, t->count + 1,
			(uint16_t)random_below(&source, s->features), random_below(&source, 2) };
		t->nodes[t->count].feature = t->nodes[t->count + 1].feature = FOREST_LEAF;
	}
	for (uint32_t k = 0; k < t->count; k++)
		if (t->nodes[k].feature == FOREST_LEAF) {
			t->nodes[k].left = t->leaf_count;
			fill_leaf(s, t->leaves + t->leaf_count++ * s->outputs);
		}
}

static char *numbered(const char *word, size_t i)
{
	char name[32];

	snprintf(name, sizeof(name), "%s%zu", word, i);
	return strdup(name);
}

static struct forest *make(const struct shape *s)
{
	struct forest *f = calloc(1, sizeof(*f));
	const char *missing;

	f->feature_count = s->features;
	f->output_count = f->leaf_width = s->outputs;
	f->tree_count = s->trees;
	f->regression = s->regression;
	f->sum = s->sum;
	f->float64 = s->float64;
	f->features = calloc(s->features, sizeof(*f->features));
	f->outputs = calloc(s->outputs, sizeof(*f->outputs));
	f->trees = calloc(s->trees, sizeof(*f->trees));
	for (size_t i = 0; i < s->features; i++)
		f->features[i] = numbered("f", i);
	for (size_t i = 0; i < s->outputs; i++)
		f->outputs[i] = numbered("c", i);
	for (size_t i = 0; i < s->features && s->scaled; i++)
		scaler_add(&f->scaler, str(f->features[i]), random_normal(&source) * 100,
			0.1 + random_uniform(&source));
	for (size_t i = 0; i < s->trees; i++)
		grow(s, &f->trees[i]);
	forest_prepare(f, NULL, NULL, &missing);
	return f;
}

/* A value on a threshold of the feature, or one or two floats beside, or anything. */
static double value_for(const struct forest *f, size_t feature)
{
	static const double odd[] = { NAN, INFINITY, -INFINITY, -0.0, 0, 1e308, -1e308, 5e-324 };
	const struct forest_tree *t = &f->trees[random_below(&source, f->tree_count)];
	double v = random_normal(&source);

	if (random_below(&source, 40) == 0)
		return odd[random_below(&source, 8)];
	for (int i = 0; i < 20 && random_below(&source, 3); i++) {
		const struct forest_node *n = &t->nodes[random_below(&source, t->count)];
		if (n->feature == feature)
			v = n->threshold;
	}
	if (f->scaler.count)
		v = scaler_invert(&f->scaler, &f->scaler.fields[feature], v);
	for (uint64_t i = random_below(&source, 3); i; i--)
		v = nextafter(v, random_below(&source, 2) ? INFINITY : -INFINITY);
	return v;
}

static bool goes_left(const struct forest *f, const struct forest_node *n, double v)
{
	if (isnan(v))
		return n->missing_left;
	if (f->scaler.count)
		v = scaler_apply(&f->scaler, &f->scaler.fields[n->feature], v);
	return (f->float64 ? v : (float)v) <= n->threshold;
}

static void walk(const struct forest *f, const double *row, double *ret)
{
	memset(ret, 0, f->output_count * sizeof(*ret));
	for (size_t i = 0; i < f->tree_count; i++) {
		const struct forest_tree *t = &f->trees[i];
		uint32_t k = 0;
		while (t->nodes[k].feature != FOREST_LEAF)
			k = goes_left(f, &t->nodes[k], row[t->nodes[k].feature])
				    ? t->nodes[k].left
				    : t->nodes[k].right;
		for (size_t c = 0; c < f->output_count; c++)
			ret[c] += t->leaves[t->nodes[k].left * f->output_count + c];
	}
	for (size_t c = 0; c < f->output_count && !f->sum; c++)
		ret[c] /= (double)f->tree_count;
}

static void compare(struct forest *f, const char *evaluator, const double *rows,
	const double *expected, size_t count, const char *title)
{
	size_t size = count * f->output_count * sizeof(double);
	double *batch = malloc(size), one[8];
	size_t wrong = 0;
	int r = forest_choose(f, evaluator);

	if (r == 0) {
		forest_predict_rows(f, rows, count, batch);
		for (size_t i = 0; i < count; i++) {
			forest_predict(f, rows + i * f->feature_count, one);
			wrong += memcmp(one, expected + i * f->output_count,
					 f->output_count * sizeof(double)) != 0;
		}
		ok(wrong == 0, "%s, %s: %zu rows, one by one: the same bits (%zu differ)", title,
			evaluator, count, wrong);
		ok(memcmp(batch, expected, size) == 0, "%s, %s: and at once", title, evaluator);
	} else {
		ok(true, "%s, %s # SKIP does not suit it or this processor", title, evaluator);
	}
	free(batch);
}

static void compare_all(struct forest *f, const double *rows, const double *expected, size_t count,
	const char *title)
{
	printf("# %s: %s is chosen\n", title, forest_evaluator(f));
	for (size_t i = 0; forest_evaluator_name(i); i++)
		compare(f, forest_evaluator_name(i), rows, expected, count, title);
}

static void test_shape(const struct shape *s)
{
	struct forest *f = make(s);
	double *rows = malloc(ROWS * s->features * sizeof(*rows));
	double *expected = malloc(ROWS * s->outputs * sizeof(*expected));

	for (size_t i = 0; i < ROWS * s->features; i++)
		rows[i] = value_for(f, i % s->features);
	for (size_t i = 0; i < ROWS; i++)
		walk(f, rows + i * s->features, expected + i * s->outputs);
	compare_all(f, rows, expected, ROWS, s->title);
	free(rows);
	free(expected);
	forest_close(f);
}

static void test_file(char **paths)
{
	struct buffer rows = { 0 }, expected = { 0 };
	struct forest *f;
	char *error;

	file_read(paths[1], FILE_BYTES, &rows);
	file_read(paths[2], FILE_BYTES, &expected);
	if (!ok(forest_load(paths[0], &f, &error) == 0, "%s loads", paths[0]))
		return;
	size_t count = rows.len / sizeof(double) / f->feature_count;
	ok(expected.len == count * f->output_count * sizeof(double), "%zu rows", count);
	compare_all(f, (const double *)rows.data, (const double *)expected.data, count, paths[0]);
	forest_close(f);
	buffer_free(&rows);
	buffer_free(&expected);
}

int main(int argc, char **argv)
{
	if (argc == 4) {
		test_file(argv + 1);
		return done();
	}
	random_seed(&source, 11, 0);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		test_shape(&shapes[i]);
	return done();
}

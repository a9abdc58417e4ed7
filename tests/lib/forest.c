#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "file.h"
#include "forest/forest.h"
#include "random.h"
#include "tap.h"

/* Two trees over two features; the lines are numbered in the comments. */
static const char good[] = "duto-forest 1\n"	      /* 1 */
			   "feature air\n"	      /* 2 */
			   "feature torque\n"	      /* 3 */
			   "class 0\n"		      /* 4 */
			   "class 1\n"		      /* 5 */
			   "trees 2\n"		      /* 6 */
			   "tree 5\n"		      /* 7 */
			   "split 0 0.5 1 2 left\n"   /* 8 */
			   "leaf 0.75 0.25\n"	      /* 9 */
			   "split 1 -1.5 3 4 right\n" /* 10 */
			   "leaf 1 0\n"		      /* 11 */
			   "leaf 0 1\n"		      /* 12 */
			   "tree 1\n"		      /* 13 */
			   "leaf 0.5 0.5\n";	      /* 14 */

/* The text with its digest, what stands at `from` replaced. */
static struct buffer edited(const char *from, const char *to)
{
	struct buffer b = { 0 };
	char digest[DIGEST_TEXT + 1];
	const char *at = from ? strstr(good, from) : NULL;

	if (at) {
		buffer_add(&b, good, at - good);
		buffer_add_str(&b, str(to));
		buffer_add_str(&b, str(at + strlen(from)));
	} else {
		buffer_add_str(&b, str(good));
	}
	digest_sha256(buffer_str(&b), digest);
	buffer_print(&b, "sha256 %s\n", digest);
	return b;
}

static struct forest *load(struct str text, char **ret_error)
{
	struct forest *f = NULL;

	*ret_error = NULL;
	FILE *file = fopen("m.forest", "w"); /* file_replace would sync 20000 times */
	fwrite(text.data, 1, text.len, file);
	fclose(file);
	return forest_load("m.forest", &f, ret_error) == 0 ? f : NULL;
}

static void refuses(const char *from, const char *to, const char *expected)
{
	struct buffer b = edited(from, to);
	char *error;
	struct forest *f = load(buffer_str(&b), &error);

	is_str(error, expected, expected);
	forest_close(f);
	free(error);
	buffer_free(&b);
}

static double score(const struct forest *f, double air, double torque)
{
	double row[] = { air, torque }, probabilities[2];

	forest_predict(f, row, probabilities);
	return probabilities[1];
}

static void test_scoring(void)
{
	struct buffer b = edited(NULL, NULL);
	char *error;
	struct forest *f = load(buffer_str(&b), &error);

	ok(f != NULL, "loads: %s", error ? error : "");
	ok(score(f, 0.5, 0) == 0.375, "on the threshold: left");
	ok(score(f, nextafterf(0.5f, 1), 0) == 0.75, "a float above: right");
	ok(score(f, 0.5 + 1e-12, 0) == 0.375,
		"above by less than float 32 tells: left, as scikit-learn");
	ok(score(f, 9, -1.5) == 0.25 && score(f, 9, -1.4) == 0.75, "second split");
	ok(score(f, -INFINITY, 0) == 0.375 && score(f, INFINITY, INFINITY) == 0.75, "infinities");
	ok(score(f, NAN, 0) == 0.375, "missing goes left where the node says so");
	ok(score(f, 1, NAN) == 0.75, "and right where it says so");
	ok(forest_save(f, "again.forest") == 0, "saves");
	struct buffer again = { 0 };
	file_read("again.forest", 1 << 20, &again);
	ok(str_eq(buffer_str(&again), buffer_str(&b)), "the same bytes");
	forest_close(f);
	buffer_free(&b);
	buffer_free(&again);
}

static void test_folding(void)
{
	struct buffer b = edited(NULL, NULL);
	char *error;
	struct forest *f = load(buffer_str(&b), &error);
	struct scaler s = { .method = SCALER_STANDARD };
	const char *missing, *names[] = { "t1", "t2" };

	scaler_add(&s, STR("air"), 300.1, 1.7);
	ok(forest_prepare(f, &s, NULL, &missing) == -ENOENT && strcmp(missing, "torque") == 0,
		"a scaler that lacks a feature is refused");
	scaler_add(&s, STR("torque"), 40, 10);
	ok(forest_prepare(f, &s, names, &missing) == -ENOENT && strcmp(missing, "t1") == 0,
		"features by other names");
	ok(forest_prepare(f, &s, NULL, &missing) == 0, "folds");
	double v = 300.1 + 0.5 * 1.7, wrong = 0;
	for (int i = 0; i < 4000; i++, v = nextafter(v, i < 2000 ? 400 : 0) + (i == 2000) * 1e-7)
		wrong += score(f, v, 40) !=
			 ((float)scaler_apply(&s, &s.fields[0], v) <= 0.5 ? 0.375 : 0.75);
	ok(wrong == 0, "at the edge, 4000 neighbouring values: as scaled, rounded and compared");
	scaler_free(&s);
	forest_close(f);
	buffer_free(&b);
}

static void test_own_scaler(void)
{
	struct buffer b =
		edited("class 0\n", "scaler min-max\nscale 100 300\nscale -5 5\nclass 0\n");
	char *error;
	struct forest *f = load(buffer_str(&b), &error);
	struct scaler s = { 0 };
	const char *missing;

	ok(f && score(f, 200, 0) == 0.375 && score(f, 201, 0) == 0.75, "a scaler inside the file");
	ok(f && forest_prepare(f, &s, NULL, &missing) == -EEXIST, "and no second one");
	forest_close(f);
	free(error);
	buffer_free(&b);
}

/* A wide form: `lines` in place of the classes, the first leaves as given. */
static struct forest *wide(const char *lines, const char *first, const char *second, bool *ret_same)
{
	char text[600];
	char *error;
	struct buffer again = { 0 };

	snprintf(text, sizeof(text), "%strees 2\ntree 3\nsplit 0 0.1 1 2 left 0.25\n%s%stree 1\n%s",
		lines, first, second, second);
	struct buffer b = edited(strstr(good, "class 0\n"), text);
	struct forest *f = load(buffer_str(&b), &error);
	if (f) {
		forest_save(f, "again.forest");
		file_read("again.forest", 1 << 20, &again);
		*ret_same = str_eq(buffer_str(&again), buffer_str(&b));
	} else {
		printf("# %s\n", error);
	}
	free(error);
	buffer_free(&b);
	buffer_free(&again);
	return f;
}

static void gives(const char *lines, const char *first, const char *second, double air,
	const double *expected, const char *title)
{
	bool same = false;
	struct forest *f = wide(lines, first, second, &same);
	double row[] = { air, 0 }, v[3];

	if (!ok(f && same, "%s: loads, and is saved as it was", title))
		return;
	forest_predict(f, row, v);
	for (size_t i = 0; i < f->output_count; i++)
		ok(fabs(v[i] - expected[i]) < 1e-15, "  output %zu: %.17g (%.17g)", i, v[i],
			expected[i]);
	forest_close(f);
}

/* exp(ln 2) is 2 and so on: what is expected is worked by hand. */
static void test_wide_forms(void)
{
	gives("regression load\n", "leaf 10\n", "leaf -4\n", 0, (double[]){ 3 }, "regression");
	gives("regression load\nsum\nbase 100\n", "leaf 10\n", "leaf -4\n", 0, (double[]){ 106 },
		"boosted regression");
	gives("regression load\nfloat64\n", "leaf 10\n", "leaf -4\n", nextafter(0.1, 1),
		(double[]){ -4 }, "compared as float 64");
	gives("regression load\n", "leaf 10\n", "leaf -4\n", nextafter(0.1, 0), (double[]){ -4 },
		"  and as float 32, which is above 0.1");
	gives("class no\nclass yes\nsum\nlink logistic\nbase 1\n", "leaf 0.3862943611198906\n",
		"leaf 0\n", 0, (double[]){ 0.2, 0.8 }, "two classes, one sum");
	gives("class a\nclass b\nclass c\nsum\nlink softmax\n", "leaf 0.6931471805599453 0 0\n",
		"leaf 0 0 0\n", 0, (double[]){ 0.5, 0.25, 0.25 }, "softmax");
}

static void test_mistakes(void)
{
	refuses("duto-forest 1", "duto-forest 2",
		"m.forest:1: expected \"duto-forest 1\" in the first line, found \"duto-forest "
		"2\"");
	refuses("feature air\nfeature torque\n", "",
		"m.forest:2: expected \"feature NAME\", found \"class 0\"");
	refuses("feature torque", "feature air", "m.forest:3: feature air for the second time");
	refuses("feature", "feature \xff", "m.forest:2: feature: expected a name in UTF-8");
	refuses("class 1\n", "", "m.forest:5: expected a second \"class NAME\", found \"trees 2\"");
	refuses("trees 2", "trees 0", "m.forest:6: expected \"trees COUNT\", found \"trees 0\"");
	refuses("trees 2", "trees 2000000000",
		"m.forest:6: 2000000000 trees, but the file ends before: it is cut short");
	refuses("tree 5", "tree 2000000000",
		"m.forest:7: a tree of 2000000000 nodes, but the file ends before: it is cut "
		"short");
	refuses("tree 5", "tree -1", "m.forest:7: expected \"tree NODES\", found \"tree -1\"");
	refuses("split 0 0.5", "splat 0 0.5",
		"m.forest:8: expected \"split FEATURE THRESHOLD LEFT RIGHT left|right\" or \"leaf "
		"...\", "
		"found \"splat 0 0.5 1 2 left\"");
	refuses("split 0 0.5", "split 2 0.5", "m.forest:8: expected a feature from 0 to 1");
	refuses("split 0 0.5", "split 0 nan",
		"m.forest:8: expected a finite threshold behind the feature, found \"split 0 nan 1 "
		"2 left\"");
	refuses("1 2 left", "0 2 left",
		"m.forest:8: expected two nodes behind this one: 0 is below both, both below 5");
	refuses("1 2 left", "1 5 left",
		"m.forest:8: expected two nodes behind this one: 0 is below both, both below 5");
	refuses("1 2 left", "1 1 left", "m.forest:9: node 1 has not one parent: this is no tree");
	refuses("3 4 right", "3 3 right",
		"m.forest:11: node 3 has not one parent: this is no tree");
	refuses("1 2 left", "1 2 up",
		"m.forest:8: expected left or right behind the nodes, where a missing value goes, "
		"found \"split 0 0.5 1 2 up\"");
	refuses("leaf 1 0\n", "leaf 1\n",
		"m.forest:11: expected a leaf of 2 fractions, one a class");
	refuses("leaf 1 0\n", "leaf 1 0.5\n",
		"m.forest:11: expected a leaf of 2 fractions that sum to 1");
	refuses("leaf 1 0\n", "leaf 2 -1\n",
		"m.forest:11: expected a leaf of 2 fractions, one a class");
	refuses("split 1 -1.5 3 4 right", "leaf 1 0",
		"m.forest:12: more leaves than a tree of 5 nodes has");
	refuses("class 0\n", "scaler log\nclass 0\n",
		"m.forest:4: expected \"scaler standard\", min-max or robust, found \"scaler "
		"log\"");
	refuses("class 0\n", "scaler standard\nscale 1 0\nclass 0\n",
		"m.forest:5: expected two numbers that can scale, found \"scale 1 0\"");
}

static void test_wide_mistakes(void)
{
	refuses("class 0\nclass 1\n", "regression a\nregression b\n",
		"m.forest:5: more than 1 lines \"regression NAME\"");
	refuses("class 0\nclass 1\n", "regression a\nlink softmax\n",
		"m.forest:5: expected \"link logistic\" or, of classes, \"link softmax\", found "
		"\"link softmax\"");
	refuses("class 0\nclass 1\n", "regression a\nbase 1 2\n",
		"m.forest:5: expected a base of 1 numbers");
	refuses("class 1\n", "class 1\nsum\nlink logistic\n",
		"m.forest:11: expected a leaf of 1 numbers");
	refuses("class 0\nclass 1\n", "regression a\n", "m.forest:8: expected a leaf of 1 numbers");
	refuses("1 2 left", "1 2 left 2",
		"m.forest:8: expected the share of the rows that go left, from 0 to 1, found "
		"\"split 0 0.5 1 2 left 2\"");
}

static void test_damage(void)
{
	struct buffer b = edited(NULL, NULL);
	char *error;
	struct forest *f;

	b.data[b.len - 3] ^= 1;
	f = load(buffer_str(&b), &error);
	is_str(error,
		"m.forest:15: the lines above have another sha256: the file was damaged or changed",
		"a wrong digest");
	free(error);
	b.data[b.len - 3] ^= 1;
	buffer_add_str(&b, STR("more\n"));
	f = load(buffer_str(&b), &error);
	is_str(error, "m.forest:16: expected the end of the file, found \"more\"",
		"something behind");
	free(error);
	b.len -= 5;
	size_t whole = b.len, loaded = 0, silent = 0;
	for (b.len = 0; b.len < whole; b.len++) {
		f = load(buffer_str(&b), &error);
		loaded += f != NULL;
		silent += !error;
		forest_close(f);
		free(error);
	}
	ok(loaded == 0 && silent == 0, "cut short at every byte: refused with a message");
	buffer_free(&b);
}

static void test_noise(void)
{
	struct random r;
	size_t loaded = 0;

	random_seed(&r, 1, 0);
	for (int i = 0; i < 20000; i++) {
		struct buffer b = edited(NULL, NULL);
		char *error;
		for (uint64_t n = 1 + random_below(&r, 4); n; n--)
			b.data[random_below(&r, b.len)] =
				random_below(&r, 2) ? "0123456789 \n.-e"[random_below(&r, 15)]
						    : (uint8_t)random_bits(&r);
		struct forest *f = load(buffer_str(&b), &error);
		loaded += f != NULL;
		forest_close(f);
		free(error);
		buffer_free(&b);
	}
	ok(loaded < 2000, "20000 files with random bytes: none harms (%zu were none the worse)",
		loaded);
}

int main(void)
{
	char folder[] = "/tmp/duto-forest.XXXXXX";

	if (!mkdtemp(folder) || chdir(folder) < 0)
		return 1;
	test_scoring();
	test_folding();
	test_own_scaler();
	test_wide_forms();
	test_mistakes();
	test_wide_mistakes();
	test_damage();
	test_noise();
	unlink("m.forest");
	unlink("again.forest");
	rmdir(folder);
	return done();
}

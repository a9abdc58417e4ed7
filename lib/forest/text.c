/* Reads the text form of a forest, `duto-forest 1`: schemas/forest.md. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "allocate.h"
#include "file.h"
#include "forest/forest.h"
#include "forest/lines.h"
#include "forest/tree_lines.h"
#include "text.h"
#include "utf8.h"

/* Lines of one word and a name: the names, each once. */
static int read_names(struct lines *r, const char *word, size_t max, char ***ret, size_t *ret_count)
{
	char expected[64];

	snprintf(expected, sizeof(expected), "\"%s NAME\"", word);
	for (; lines_word_is(r, word); lines_next(r)) {
		if (!r->rest.len || memchr(r->rest.data, '\0', r->rest.len))
			return lines_fail_expected(r, expected);
		if (!utf8_valid(r->rest))
			return lines_fail(r, "%s: expected a name in UTF-8", word);
		for (size_t i = 0; i < *ret_count; i++)
			if (str_eq(r->rest, str((*ret)[i])))
				return lines_fail(r, "%s %s for the second time", word, (*ret)[i]);
		if (*ret_count == max)
			return lines_fail(r, "more than %zu lines \"%s NAME\"", max, word);
		*ret = reallocate(*ret, *ret_count + 1, sizeof(**ret));
		(*ret)[*ret_count] = strndup(r->rest.data, r->rest.len);
		if (!(*ret)[(*ret_count)++])
			abort();
	}
	return *ret_count ? 0 : lines_fail_expected(r, expected);
}

static int read_scale(struct lines *r, struct forest *f, const char *feature)
{
	double a, b;

	if (!lines_word_is(r, "scale") || !lines_number(r, &a) || !lines_number(r, &b) ||
		r->rest.len)
		return lines_fail_expected(r, "\"scale NUMBER NUMBER\", one a feature");
	if (scaler_add(&f->scaler, str(feature), a, b) < 0)
		return lines_fail_expected(r, "two numbers that can scale");
	lines_next(r);
	return 0;
}

static int read_scaler(struct lines *r, struct forest *f)
{
	int e = 0;

	if (!lines_word_is(r, "scaler"))
		return 0;
	if (scaler_method_parse(r->rest, &f->scaler.method) < 0)
		return lines_fail_expected(r, "\"scaler standard\", min-max or robust");
	lines_next(r);
	for (size_t i = 0; i < f->feature_count && e == 0; i++)
		e = read_scale(r, f, f->features[i]);
	return e;
}

/* Classes, or the one target of a regression. */
static int read_outputs(struct lines *r, struct forest *f)
{
	struct str line = r->text;
	int e;

	f->regression = lines_word_is(r, "regression");
	r->rest = line;
	e = read_names(r, f->regression ? "regression" : "class",
		f->regression ? 1 : FOREST_OUTPUTS_MAX, &f->outputs, &f->output_count);
	if (e == 0 && !f->regression && f->output_count < 2)
		e = lines_fail_expected(r, "a second \"class NAME\"");
	return e;
}

static int read_link(struct lines *r, struct forest *f)
{
	if (!lines_word_is(r, "link"))
		return 0;
	if (str_eq(r->rest, STR("logistic")))
		f->link = FOREST_LOGISTIC;
	else if (str_eq(r->rest, STR("softmax")) && !f->regression)
		f->link = FOREST_SOFTMAX;
	else
		return lines_fail_expected(r, "\"link logistic\" or, of classes, \"link softmax\"");
	lines_next(r);
	return 0;
}

static int read_base(struct lines *r, struct forest *f)
{
	if (!lines_word_is(r, "base"))
		return 0;
	f->base = allocate(f->leaf_width, sizeof(*f->base));
	for (size_t i = 0; i < f->leaf_width; i++)
		if (!lines_number(r, &f->base[i]) || !isfinite(f->base[i]))
			return lines_fail(r, "expected a base of %zu numbers", f->leaf_width);
	if (r->rest.len)
		return lines_fail(r, "expected a base of %zu numbers", f->leaf_width);
	lines_next(r);
	return 0;
}

static bool take_line(struct lines *r, const char *line)
{
	bool is = str_eq(r->text, str(line));

	if (is)
		lines_next(r);
	return is;
}

/* What is not a random forest's way; all of it may be left out. */
static int read_aggregate(struct lines *r, struct forest *f)
{
	int e;

	f->float64 = take_line(r, "float64");
	f->missing = take_line(r, "missing");
	f->sum = take_line(r, "sum");
	e = read_link(r, f);
	f->leaf_width = forest_leaf_width(f);
	return e < 0 ? e : read_base(r, f);
}

static int read_digest(struct lines *r, struct forest *f)
{
	digest_sha256(
		(struct str){ r->start, r->text.data ? (size_t)(r->text.data - r->start) : 0 },
		f->digest);
	if (!lines_word_is(r, "sha256") || r->rest.len != DIGEST_TEXT)
		return lines_fail_expected(r, "\"sha256\" and 64 hexadecimal digits");
	if (!str_eq(r->rest, str(f->digest)))
		return lines_fail(
			r, "the lines above have another sha256: the file was damaged or changed");
	lines_next(r);
	return r->at < r->end || r->text.data ? lines_fail_expected(r, "the end of the file") : 0;
}

static int read_forest(struct lines *r, struct forest *f)
{
	int e;

	lines_next(r);
	if (!str_eq(r->text, STR("duto-forest 1")))
		return lines_fail_expected(r, "\"duto-forest 1\" in the first line");
	lines_next(r);
	e = read_names(r, "feature", FOREST_FEATURES_MAX, &f->features, &f->feature_count);
	if (e == 0)
		e = read_scaler(r, f);
	if (e == 0)
		e = read_outputs(r, f);
	if (e == 0)
		e = read_aggregate(r, f);
	if (e == 0)
		e = tree_lines_read(r, f);
	return e < 0 ? e : read_digest(r, f);
}

int forest_load(const char *path, struct forest **ret, char **ret_error)
{
	struct buffer text = { 0 };
	struct forest *f = allocate(1, sizeof(*f));
	const char *missing;
	int e;

	e = file_read(path, FOREST_FILE_MAX, &text);
	if (e < 0) {
		*ret_error = text_print("%s: %s", path, strerror(-e));
	} else {
		const char *start = text.len ? (const char *)text.data : "";
		struct lines r = { path, start, start + text.len, start, .error = ret_error };
		e = read_forest(&r, f);
	}
	buffer_free(&text);
	if (e == 0)
		e = forest_prepare(f, NULL, NULL, &missing);
	if (e < 0)
		forest_close(f);
	else
		*ret = f;
	return e;
}

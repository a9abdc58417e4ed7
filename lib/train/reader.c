#include "train/reader.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "allocate.h"
#include "opt.h"
#include "text.h"

enum { LABEL_MAX = 24, NAMES_MAX = 1000, NAMES_SAMPLES = 100 };

struct column {
	struct field field;
	bool seen;
};

struct train_reader {
	struct train_rows *rows;
	struct column target, *features;
	size_t feature_count;
	float *row;
	uint64_t samples, skipped;
	bool regression;

	/* Names seen in the first samples, for "did you mean". */
	const char *names[NAMES_MAX];
	size_t name_count;
};

struct train_reader *train_reader_open(const char *target, const char *const *features,
	size_t feature_count, bool regression, struct train_rows *rows)
{
	struct train_reader *r = allocate(1, sizeof(*r));

	r->rows = rows;
	r->target.field.name = str(target);
	r->features = allocate(feature_count, sizeof(*r->features));
	for (size_t i = 0; i < feature_count; i++)
		r->features[i].field.name = str(features[i]);
	r->feature_count = feature_count;
	r->row = allocate(feature_count, sizeof(*r->row));
	r->regression = regression;
	return r;
}

void train_reader_close(struct train_reader *r)
{
	for (size_t i = 0; i < r->name_count; i++)
		free((char *)r->names[i]);
	free(r->features);
	free(r->row);
	free(r);
}

uint64_t train_reader_skipped(const struct train_reader *r)
{
	return r->skipped;
}

static void remember_name(struct train_reader *r, struct str name)
{
	for (size_t i = 0; i < r->name_count; i++)
		if (str_eq(name, str(r->names[i])))
			return;
	if (r->name_count < NAMES_MAX)
		r->names[r->name_count++] = strndup(name.data, name.len);
}

static void remember_names(struct train_reader *r, const struct sample *s)
{
	for (uint32_t i = 0; i < s->values.count; i++) {
		struct str name;
		struct wire w;
		sample_value(s, i, &name, &w);
		remember_name(r, name);
	}
}

static int refuse_text(const struct column *c, const struct wire *w, char **ret_error)
{
	return text_refuse(ret_error,
		"--features: %.*s is text (%.*s); a forest learns from numbers: map makes some of "
		"it",
		STR_ARG(c->field.name), STR_ARG(w->bytes));
}

/* Whether the value is one to learn from. */
static bool read_feature(const struct sample *s, struct column *c, float *ret)
{
	double v;
	bool good = !status_is_bad(sample_number(s, &c->field, &v));

	*ret = (float)v;
	return good && isfinite(*ret);
}

/* 1 where all features are there, 0 where not, or -EINVAL. */
static int read_features(struct train_reader *r, const struct sample *s, char **ret_error)
{
	int whole = 1;

	for (size_t i = 0; i < r->feature_count; i++) {
		struct column *c = &r->features[i];
		struct wire w;
		whole &= read_feature(s, c, &r->row[i]);
		if (c->seen)
			continue;
		c->seen = sample_find(s, &c->field, &w);
		if (c->seen && w.type == WIRE_STR)
			return refuse_text(c, &w, ret_error);
	}
	return whole;
}

static size_t print_label(const struct wire *w, char to[LABEL_MAX])
{
	switch (w->type) {
	case WIRE_UINT:
		return (size_t)snprintf(to, LABEL_MAX, "%llu", (unsigned long long)w->u);
	case WIRE_INT:
		return (size_t)snprintf(to, LABEL_MAX, "%lld", (long long)w->i);
	case WIRE_BOOL:
		return (size_t)snprintf(to, LABEL_MAX, "%d", w->b);
	case WIRE_DOUBLE:
		return (size_t)snprintf(to, LABEL_MAX, "%.0f", w->d + 0.0);
	default:
		return 0;
	}
}

/* The label of a class; room is where one that is no text is printed. False where there is none. */
static bool read_label(const struct wire *w, char room[LABEL_MAX], struct str *ret)
{
	*ret = w->type == WIRE_STR ? w->bytes : (struct str){ room, print_label(w, room) };
	return ret->len && !memchr(ret->data, '\n', ret->len) && !memchr(ret->data, '\0', ret->len);
}

/* 1 where the row was taken, 0 where not, or -EINVAL. */
static int take_class(
	struct train_reader *r, const struct sample *s, const struct wire *w, char **ret_error)
{
	struct str name = r->target.field.name, label;
	char room[LABEL_MAX];

	if (status_is_bad(sample_status(s, name)))
		return 0;
	if (w->type == WIRE_DOUBLE && (w->d != trunc(w->d) || fabs(w->d) > 1e15))
		return text_refuse(ret_error,
			"%.*s is %g: a target is an integer, a bool or a text (if it was scaled, "
			"scale --fields leaves it out; --task regression predicts numbers)",
			STR_ARG(name), w->d);
	if (!read_label(w, room, &label))
		return 0;
	if (train_rows_add(r->rows, s->time, r->row, label) < 0)
		return text_refuse(ret_error,
			"%.*s has more than %d different values: that is a measure, not a class "
			"(--task regression)",
			STR_ARG(name), FOREST_OUTPUTS_MAX);
	return 1;
}

static int take_measure(struct train_reader *r, const struct sample *s)
{
	double v;

	if (status_is_bad(sample_number(s, &r->target.field, &v)) || !isfinite((float)v))
		return 0;
	train_rows_add_measure(r->rows, s->time, r->row, v);
	return 1;
}

int train_reader_take(struct train_reader *r, const struct sample *s, char **ret_error)
{
	struct wire w;
	int taken;

	if (r->samples++ < NAMES_SAMPLES)
		remember_names(r, s);
	taken = read_features(r, s, ret_error);
	if (taken < 0 || !sample_find(s, &r->target.field, &w))
		return taken < 0 ? taken : 0;
	r->target.seen = true;
	if (taken)
		taken = r->regression ? take_measure(r, s) : take_class(r, s, &w, ret_error);
	r->skipped += taken == 0;
	return taken < 0 ? taken : 0;
}

static int refuse_unseen(
	const struct train_reader *r, const char *option, struct str name, char **ret_error)
{
	char *text = text_print("%.*s", STR_ARG(name));
	const char *meant = opt_suggest(text, r->names, r->name_count);

	text_refuse(ret_error, "--%s: no sample has a field %s%s%s%s", option, text,
		meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
	free(text);
	return -EINVAL;
}

int train_reader_check(const struct train_reader *r, char **ret_error)
{
	if (r->samples == 0)
		return text_refuse(ret_error, "no measurement came in: nothing to learn from");
	if (!r->target.seen)
		return refuse_unseen(r, "target", r->target.field.name, ret_error);
	for (size_t i = 0; i < r->feature_count; i++)
		if (!r->features[i].seen)
			return refuse_unseen(r, "features", r->features[i].field.name, ret_error);
	if (train_rows_seen(r->rows) == 0)
		return text_refuse(ret_error,
			"no row is whole: in all %llu the target or a feature is missing or Bad",
			(unsigned long long)r->skipped);
	return 0;
}

#include "train_rows.h"

#include <errno.h>
#include <stdlib.h>

#include "number.h"
#include "random.h"

/* Apart from the streams of the trees, which are numbered from 0. */
static const uint64_t SAMPLING_STREAM = UINT64_MAX;

struct train_rows {
	size_t features, max, rows, cap;
	uint64_t seen;
	struct random random;
	float *values;
	uint16_t *target;
	char *labels[FOREST_OUTPUTS_MAX];
	size_t classes;
};

struct train_rows *train_rows_open(size_t features, size_t max, uint64_t seed)
{
	struct train_rows *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->features = features;
	r->max = max;
	random_seed(&r->random, seed, SAMPLING_STREAM);
	return r;
}

void train_rows_close(struct train_rows *r)
{
	for (size_t i = 0; i < r->classes; i++)
		free(r->labels[i]);
	free(r->values);
	free(r->target);
	free(r);
}

static int class_of(struct train_rows *r, struct str label)
{
	size_t i = 0;

	while (i < r->classes && !str_eq(label, str(r->labels[i])))
		i++;
	if (i == FOREST_OUTPUTS_MAX)
		return -E2BIG;
	if (i == r->classes) {
		r->labels[i] = strndup(label.data, label.len);
		if (!r->labels[i])
			abort();
		r->classes++;
	}
	return (int)i;
}

static void make_room(struct train_rows *r)
{
	if (r->rows < r->cap)
		return;
	r->cap = r->cap ? r->cap * 2 : 1024;
	r->values = realloc(r->values, r->cap * r->features * sizeof(*r->values));
	r->target = realloc(r->target, r->cap * sizeof(*r->target));
	if (!r->values || !r->target)
		abort();
}

int train_rows_add(struct train_rows *r, const float *values, struct str label)
{
	int class = class_of(r, label);
	size_t at = r->rows;

	if (class < 0)
		return class;
	r->seen++;
	if (r->rows == r->max) {
		at = random_below(&r->random, r->seen);
		if (at >= r->max)
			return 0;
	} else {
		make_room(r);
		r->rows++;
	}
	memcpy(r->values + at * r->features, values, r->features * sizeof(*values));
	r->target[at] = (uint16_t) class;
	return 0;
}

uint64_t train_rows_seen(const struct train_rows *r)
{
	return r->seen;
}

static bool label_number(const char *label, double *ret)
{
	bool integer;
	int64_t i;
	size_t len = strlen(label);

	return len && number_parse(label, len, ret, &integer, &i) == len;
}

static int by_number(const void *a, const void *b)
{
	double x = 0, y = 0;

	label_number(*(char *const *)a, &x);
	label_number(*(char *const *)b, &y);
	return (x > y) - (x < y);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_labels(struct train_rows *r)
{
	bool numbers = true;
	double v;

	for (size_t i = 0; i < r->classes; i++)
		numbers &= label_number(r->labels[i], &v);
	qsort(r->labels, r->classes, sizeof(*r->labels), numbers ? by_number : by_bytes);
}

void train_rows_set(struct train_rows *r, struct train_set *ret, const char *const **ret_labels)
{
	char *before[FOREST_OUTPUTS_MAX];
	uint16_t places[FOREST_OUTPUTS_MAX];

	memcpy(before, r->labels, sizeof(before));
	sort_labels(r);
	for (size_t i = 0; i < r->classes; i++)
		for (size_t j = 0; j < r->classes; j++)
			if (before[i] == r->labels[j])
				places[i] = (uint16_t)j;
	for (size_t i = 0; i < r->rows; i++)
		r->target[i] = places[r->target[i]];
	*ret = (struct train_set){ r->values, r->target, r->rows, r->features, r->classes };
	*ret_labels = (const char *const *)r->labels;
}

#include "train/rows.h"

#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "number.h"
#include "random.h"

/* Apart from the streams of the trees, which are numbered from 0. */
static const uint64_t SAMPLING_STREAM = UINT64_MAX;

struct train_rows {
	size_t features, max, rows, cap;
	uint64_t seen;
	struct random random;
	bool regression;
	float *values;
	int64_t *times;
	uint16_t *class;
	double *measure;
	char *labels[FOREST_OUTPUTS_MAX];
	size_t classes;
};

struct train_rows *train_rows_open(size_t features, bool regression, size_t max, uint64_t seed)
{
	struct train_rows *r = allocate(1, sizeof(*r));

	r->features = features;
	r->regression = regression;
	r->max = max;
	random_seed(&r->random, seed, SAMPLING_STREAM);
	return r;
}

void train_rows_close(struct train_rows *r)
{
	for (size_t i = 0; i < r->classes; i++)
		free(r->labels[i]);
	free(r->values);
	free(r->times);
	free(r->class);
	free(r->measure);
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
		r->labels[i] = or_abort(strndup(label.data, label.len));
		r->classes++;
	}
	return (int)i;
}

static void make_room(struct train_rows *r)
{
	if (r->rows < r->cap)
		return;
	r->cap = r->cap ? r->cap * 2 : 1024;
	r->values = reallocate(r->values, r->cap, r->features * sizeof(*r->values));
	r->times = reallocate(r->times, r->cap, sizeof(*r->times));
	if (r->regression)
		r->measure = reallocate(r->measure, r->cap, sizeof(*r->measure));
	else
		r->class = reallocate(r->class, r->cap, sizeof(*r->class));
}

/* Finds the place of one more row; false where it is not kept. */
static bool place_row(struct train_rows *r, int64_t time, const float *values, size_t *ret)
{
	size_t at = r->rows;

	r->seen++;
	if (r->rows == r->max) {
		at = random_below(&r->random, r->seen);
		if (at >= r->max)
			return false;
	} else {
		make_room(r);
		r->rows++;
	}
	memcpy(r->values + at * r->features, values, r->features * sizeof(*values));
	r->times[at] = time;
	*ret = at;
	return true;
}

int train_rows_add(struct train_rows *r, int64_t time, const float *values, struct str label)
{
	int class = class_of(r, label);
	size_t at;

	if (class < 0)
		return class;
	if (place_row(r, time, values, &at))
		r->class[at] = (uint16_t) class;
	return 0;
}

void train_rows_add_measure(struct train_rows *r, int64_t time, const float *values, double measure)
{
	size_t at;

	if (place_row(r, time, values, &at))
		r->measure[at] = measure;
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

static void order_classes(struct train_rows *r)
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
		r->class[i] = places[r->class[i]];
}

struct timed {
	int64_t time;
	uint32_t place;
};

static int by_time(const void *a, const void *b)
{
	const struct timed *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

/* Replaces the arrays of the set by those in the order of time. */
static void order_by_time(struct train_rows *r)
{
	struct train_set set = { r->values, r->class, r->measure, r->rows, r->features, 0 };
	struct timed *order = reallocate(NULL, r->rows + 1, sizeof(*order));
	uint32_t *places = reallocate(NULL, r->rows + 1, sizeof(*places));

	for (uint32_t i = 0; i < r->rows; i++)
		order[i] = (struct timed){ r->times[i], i };
	qsort(order, r->rows, sizeof(*order), by_time);
	for (size_t i = 0; i < r->rows; i++)
		places[i] = order[i].place;
	set = train_set_pick(&set, places, r->rows);
	free(r->values);
	free(r->class);
	free(r->measure);
	r->values = (float *)set.values;
	r->class = (uint16_t *)set.class;
	r->measure = (double *)set.measure;
	free(order);
	free(places);
}

void train_rows_set(
	struct train_rows *r, bool in_time, struct train_set *ret, const char *const **ret_labels)
{
	if (!r->regression)
		order_classes(r);
	if (in_time)
		order_by_time(r);
	*ret = (struct train_set){ r->values, r->class, r->measure, r->rows, r->features,
		r->classes };
	*ret_labels = (const char *const *)r->labels;
}

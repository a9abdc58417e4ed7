#include "train/report.h"

#include <math.h>
#include <stdlib.h>

#include "train/roc.h"

/* The likeliest class; of several the first, as scikit-learn's predict. */
static size_t predicted(const double *probabilities, size_t classes)
{
	size_t best = 0;

	for (size_t c = 1; c < classes; c++)
		if (probabilities[c] > probabilities[best])
			best = c;
	return best;
}

/* How many rows of class a were taken for b: counts[a * classes + b]. */
static uint64_t *confusion(const struct train_set *set, const double *out_of_bag)
{
	size_t n = set->classes;
	uint64_t *counts = calloc(n * n, sizeof(*counts));

	if (!counts)
		abort();
	for (size_t i = 0; i < set->rows; i++)
		if (!isnan(out_of_bag[i * n]))
			counts[set->target[i] * n + predicted(out_of_bag + i * n, n)]++;
	return counts;
}

static double area(const struct train_set *set, const double *out_of_bag, size_t class)
{
	double *scores = malloc((set->rows + 1) * sizeof(*scores)), result;
	bool *positive = malloc(set->rows + 1);
	size_t n = 0;

	if (!scores || !positive)
		abort();
	for (size_t i = 0; i < set->rows; i++) {
		if (isnan(out_of_bag[i * set->classes]))
			continue;
		scores[n] = out_of_bag[i * set->classes + class];
		positive[n++] = set->target[i] == class;
	}
	result = roc_area(scores, positive, n);
	free(scores);
	free(positive);
	return result;
}

static void print_ratio(struct buffer *to, double part, double whole)
{
	if (whole > 0)
		buffer_print(to, " %9.4f", part / whole);
	else
		buffer_print(to, " %9s", "-");
}

static void print_class(struct buffer *to, const uint64_t *counts, size_t classes, size_t c)
{
	double actual = 0, taken = 0, right = (double)counts[c * classes + c];

	for (size_t i = 0; i < classes; i++) {
		actual += (double)counts[c * classes + i];
		taken += (double)counts[i * classes + c];
	}
	buffer_print(to, " %9.0f", actual);
	print_ratio(to, right, taken);
	print_ratio(to, right, actual);
	print_ratio(to, 2 * right, actual + taken);
}

static void print_accuracy(struct buffer *to, const uint64_t *counts, size_t classes)
{
	uint64_t right = 0, all = 0;

	for (size_t a = 0; a < classes; a++) {
		right += counts[a * classes + a];
		for (size_t b = 0; b < classes; b++)
			all += counts[a * classes + b];
	}
	buffer_print(to, "out of bag: accuracy %.4f over %llu rows\n",
		all ? (double)right / (double)all : 0, (unsigned long long)all);
}

void train_report(struct buffer *to, const struct train_set *set, const char *const *labels,
	const double *out_of_bag)
{
	uint64_t *counts = confusion(set, out_of_bag);
	size_t n = set->classes;

	print_accuracy(to, counts, n);
	buffer_print(to, "%-12s %9s %9s %9s %9s %9s", "class", "rows", "precision", "recall", "F1",
		"ROC-AUC");
	for (size_t c = 0; c < n; c++)
		buffer_print(to, "  taken for %s", labels[c]);
	for (size_t c = 0; c < n; c++) {
		buffer_print(to, "\n%-12s", labels[c]);
		print_class(to, counts, n, c);
		print_ratio(to, area(set, out_of_bag, c), 1);
		for (size_t i = 0; i < n; i++)
			buffer_print(to, "  %*llu", (int)strlen(labels[i]) + 10,
				(unsigned long long)counts[c * n + i]);
	}
	buffer_print(to, "\n");
	free(counts);
}

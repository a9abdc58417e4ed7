#include "train/metrics.h"

#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "train/roc.h"

/* The likeliest class; of several the first, as scikit-learn's predict. */
static size_t likeliest(const double *probabilities, size_t classes)
{
	size_t best = 0;

	for (size_t c = 1; c < classes; c++)
		if (probabilities[c] > probabilities[best])
			best = c;
	return best;
}

static double ratio(double part, double whole)
{
	return whole > 0 ? part / whole : NAN;
}

static void calibrate(struct train_metrics *m, size_t actual, const double *p)
{
	size_t class = m->classes == 2 ? 1 : likeliest(p, m->classes);
	size_t bin = (size_t)(p[class] * CALIBRATION_BINS);
	struct calibration *c =
		&m->calibration[bin < CALIBRATION_BINS ? bin : CALIBRATION_BINS - 1];

	c->rows++;
	c->predicted += p[class];
	c->observed += actual == class;
}

static void count_rows(struct train_metrics *m, const struct train_set *set, const double *p)
{
	size_t n = m->classes;

	for (size_t i = 0; i < set->rows; i++) {
		if (isnan(p[i * n]))
			continue;
		m->rows++;
		m->confusion[set->class[i] * n + likeliest(p + i * n, n)]++;
		calibrate(m, set->class[i], p + i * n);
	}
	for (size_t i = 0; i < CALIBRATION_BINS; i++) {
		struct calibration *c = &m->calibration[i];
		c->predicted = ratio(c->predicted, (double)c->rows);
		c->observed = ratio(c->observed, (double)c->rows);
	}
}

static void measure_areas(
	struct class_metrics *m, const struct train_set *set, const double *p, size_t class)
{
	double *scores = allocate(set->rows, sizeof(*scores));
	bool *positive = allocate(set->rows, sizeof(*positive));
	size_t n = 0;

	for (size_t i = 0; i < set->rows; i++) {
		if (isnan(p[i * set->classes]))
			continue;
		scores[n] = p[i * set->classes + class];
		positive[n++] = set->class[i] == class;
	}
	roc_areas(scores, positive, n, &m->roc_area, &m->average_precision);
	free(scores);
	free(positive);
}

static void measure_class(struct train_metrics *m, size_t class)
{
	struct class_metrics *c = &m->class[class];

	c->right = m->confusion[class * m->classes + class];
	for (size_t i = 0; i < m->classes; i++) {
		c->rows += m->confusion[class * m->classes + i];
		c->predicted += m->confusion[i * m->classes + class];
	}
	c->precision = ratio((double)c->right, (double)c->predicted);
	c->recall = ratio((double)c->right, (double)c->rows);
	c->f1 = ratio(2 * (double)c->right, (double)(c->rows + c->predicted));
}

static void measure_classes(struct train_metrics *m, const struct train_set *set, const double *p)
{
	uint64_t right = 0;

	m->confusion = allocate(m->classes * m->classes, sizeof(*m->confusion));
	m->class = allocate(m->classes, sizeof(*m->class));
	count_rows(m, set, p);
	for (size_t c = 0; c < m->classes; c++) {
		measure_class(m, c);
		measure_areas(&m->class[c], set, p, c);
		right += m->class[c].right;
	}
	m->accuracy = ratio((double)right, (double)m->rows);
}

static double mean_of(const struct train_set *set, const double *p)
{
	double sum = 0, rows = 0;

	for (size_t i = 0; i < set->rows; i++) {
		if (isnan(p[i]))
			continue;
		sum += set->measure[i];
		rows++;
	}
	return ratio(sum, rows);
}

static void measure_errors(struct train_metrics *m, const struct train_set *set, const double *p)
{
	double mean = mean_of(set, p), squares = 0, absolute = 0, variance = 0;

	for (size_t i = 0; i < set->rows; i++) {
		double error = p[i] - set->measure[i], distance = set->measure[i] - mean;
		if (isnan(error))
			continue;
		m->rows++;
		squares += error * error;
		absolute += fabs(error);
		variance += distance * distance;
	}
	m->rmse = sqrt(ratio(squares, (double)m->rows));
	m->mae = ratio(absolute, (double)m->rows);
	m->r2 = 1 - ratio(squares, variance);
}

struct train_metrics train_metrics(const struct train_set *set, const double *predictions)
{
	struct train_metrics m = { .classes = set->classes };

	if (set->classes)
		measure_classes(&m, set, predictions);
	else
		measure_errors(&m, set, predictions);
	return m;
}

void train_metrics_free(struct train_metrics *m)
{
	free(m->confusion);
	free(m->class);
	*m = (struct train_metrics){ 0 };
}

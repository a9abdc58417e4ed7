#include "train/report.h"
#include "allocate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_WIDTH = 12 };

static void put_figure(struct buffer *to, double v)
{
	if (isnan(v))
		buffer_print(to, " %9s", "-");
	else
		buffer_print(to, " %9.4f", v);
}

static void put_classes(struct buffer *to, const struct train_report *r)
{
	size_t n = r->metrics.classes;

	buffer_print(to, "%-*s %9s %9s %9s %9s %9s %9s", NAME_WIDTH, "class", "rows", "precision",
		"recall", "F1", "ROC-AUC", "PR-AUC");
	for (size_t c = 0; c < n; c++)
		buffer_print(to, "  taken for %s", r->labels[c]);
	for (size_t c = 0; c < n; c++) {
		const struct class_metrics *m = &r->metrics.class[c];
		buffer_print(
			to, "\n%-*s %9llu", NAME_WIDTH, r->labels[c], (unsigned long long)m->rows);
		put_figure(to, m->precision);
		put_figure(to, m->recall);
		put_figure(to, m->f1);
		put_figure(to, m->roc_area);
		put_figure(to, m->average_precision);
		for (size_t i = 0; i < n; i++)
			buffer_print(to, "  %*llu", (int)strlen(r->labels[i]) + 10,
				(unsigned long long)r->metrics.confusion[c * n + i]);
	}
	buffer_print(to, "\n");
}

static void put_calibration(struct buffer *to, const struct train_report *r)
{
	if (r->metrics.classes == 2)
		buffer_print(to, "probability of %s", r->labels[1]);
	else
		buffer_print(to, "probability of the likeliest class");
	buffer_print(to, ", and how often it came true:\n");
	for (size_t i = 0; i < CALIBRATION_BINS; i++) {
		const struct calibration *c = &r->metrics.calibration[i];
		if (!c->rows)
			continue;
		buffer_print(to, "  %.1f to %.1f %9llu rows, mean", (double)i / CALIBRATION_BINS,
			(double)(i + 1) / CALIBRATION_BINS, (unsigned long long)c->rows);
		put_figure(to, c->predicted);
		buffer_print(to, ", true");
		put_figure(to, c->observed);
		buffer_print(to, "\n");
	}
}

/* Places of features, the most important first. */
static void order_features(const struct train_report *r, size_t *ret)
{
	for (size_t i = 0; i < r->feature_count; i++) {
		size_t j = i;
		for (; j && r->importance[ret[j - 1]] < r->importance[i]; j--)
			ret[j] = ret[j - 1];
		ret[j] = i;
	}
}

static void put_importance(struct buffer *to, const struct train_report *r)
{
	size_t *order = allocate(r->feature_count, sizeof(*order));
	order_features(r, order);
	buffer_print(to, "importance: %s when a feature's values are shuffled\n",
		r->metrics.classes ? "accuracy lost by a tree" : "squared error gained by a tree");
	for (size_t i = 0; i < r->feature_count; i++)
		buffer_print(
			to, "  %-24s %12.6g\n", r->features[order[i]], r->importance[order[i]]);
	free(order);
}

static void put_folds(struct buffer *to, const struct train_report *r)
{
	buffer_print(to, "%u folds, each predicted by a forest of the others:\n", r->folds);
	for (size_t i = 0; i < r->spread_count; i++)
		buffer_print(to, "  %-12s %.4f +- %.4f\n", r->spreads[i].name, r->spreads[i].mean,
			r->spreads[i].deviation);
}

void train_report_free(struct train_report *r)
{
	train_metrics_free(&r->metrics);
	free(r->importance);
	r->importance = NULL;
}

void train_report_text(struct buffer *to, const struct train_report *r)
{
	const struct train_metrics *m = &r->metrics;

	buffer_print(to,
		"%zu trees from %zu of %llu rows and %zu features; skipped %llu rows with a "
		"missing or Bad value\n",
		r->trees, r->rows, (unsigned long long)r->seen, r->feature_count,
		(unsigned long long)r->skipped);
	if (m->classes) {
		buffer_print(to, "%s: accuracy %.4f over %llu rows\n", r->from, m->accuracy,
			(unsigned long long)m->rows);
		put_classes(to, r);
		put_calibration(to, r);
	} else {
		buffer_print(to, "%s: RMSE %.6g, MAE %.6g, R2 %.4f over %llu rows\n", r->from,
			m->rmse, m->mae, m->r2, (unsigned long long)m->rows);
	}
	put_importance(to, r);
	if (r->folds)
		put_folds(to, r);
	buffer_print(to, "wrote %s, sha256 %s\n", r->model, r->digest);
}

static void add_spread(struct train_report *r, const char *name, const struct train_metrics *folds,
	uint32_t count, double (*figure)(const struct train_metrics *m))
{
	double mean = 0, squares = 0;

	for (uint32_t i = 0; i < count; i++)
		mean += figure(&folds[i]) / count;
	for (uint32_t i = 0; i < count; i++)
		squares += (figure(&folds[i]) - mean) * (figure(&folds[i]) - mean);
	r->spreads[r->spread_count++] =
		(struct train_spread){ name, mean, sqrt(squares / (count - 1)) };
}

static double accuracy(const struct train_metrics *m)
{
	return m->accuracy;
}

/* Of the last class: of 0 and 1 that is 1. */
static double f1(const struct train_metrics *m)
{
	return m->class[m->classes - 1].f1;
}

static double roc_area(const struct train_metrics *m)
{
	return m->class[m->classes - 1].roc_area;
}

static double average_precision(const struct train_metrics *m)
{
	return m->class[m->classes - 1].average_precision;
}

static double rmse(const struct train_metrics *m)
{
	return m->rmse;
}

static double mae(const struct train_metrics *m)
{
	return m->mae;
}

static double r2(const struct train_metrics *m)
{
	return m->r2;
}

void train_report_folds(struct train_report *r, const struct train_metrics *folds, uint32_t count)
{
	r->folds = count;
	if (folds[0].classes) {
		add_spread(r, "accuracy", folds, count, accuracy);
		add_spread(r, "F1", folds, count, f1);
		add_spread(r, "ROC-AUC", folds, count, roc_area);
		add_spread(r, "PR-AUC", folds, count, average_precision);
	} else {
		add_spread(r, "RMSE", folds, count, rmse);
		add_spread(r, "MAE", folds, count, mae);
		add_spread(r, "R2", folds, count, r2);
	}
}

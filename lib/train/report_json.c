#include <math.h>
#include <string.h>

#include "number.h"
#include "train/report.h"
#include "json/json.h"

static void put_name(struct buffer *to, const char *name)
{
	buffer_print(to, "%s", to->len && to->data[to->len - 1] != '{' ? "," : "");
	json_write_text(to, str(name));
	buffer_add_char(to, ':');
}

static void put_number(struct buffer *to, const char *name, double v)
{
	put_name(to, name);
	if (!isfinite(v)) {
		buffer_add_str(to, STR("null"));
		return;
	}
	buffer_reserve(to, NUMBER_TEXT);
	to->len += number_format((char *)to->data + to->len, v, false);
}

static void put_text(struct buffer *to, const char *name, const char *text)
{
	put_name(to, name);
	json_write_text(to, str(text));
}

static void put_begin(struct buffer *to, const char *name)
{
	put_name(to, name);
	buffer_add_char(to, '{');
}

static void put_end(struct buffer *to)
{
	buffer_add_char(to, '}');
}

static void put_class(struct buffer *to, const struct train_report *r, size_t class)
{
	const struct class_metrics *m = &r->metrics.class[class];

	put_begin(to, r->labels[class]);
	put_number(to, "rows", (double)m->rows);
	put_number(to, "precision", m->precision);
	put_number(to, "recall", m->recall);
	put_number(to, "f1", m->f1);
	put_number(to, "roc_auc", m->roc_area);
	put_number(to, "pr_auc", m->average_precision);
	put_begin(to, "taken_for");
	for (size_t i = 0; i < r->metrics.classes; i++)
		put_number(to, r->labels[i],
			(double)r->metrics.confusion[class * r->metrics.classes + i]);
	put_end(to);
	put_end(to);
}

static void put_calibration(struct buffer *to, const struct train_metrics *m)
{
	put_name(to, "calibration");
	buffer_add_char(to, '[');
	for (size_t i = 0; i < CALIBRATION_BINS; i++) {
		buffer_add_str(to, i ? STR(",{") : STR("{"));
		put_number(to, "rows", (double)m->calibration[i].rows);
		put_number(to, "predicted", m->calibration[i].predicted);
		put_number(to, "observed", m->calibration[i].observed);
		put_end(to);
	}
	buffer_add_char(to, ']');
}

static void put_metrics(struct buffer *to, const struct train_report *r)
{
	const struct train_metrics *m = &r->metrics;

	put_begin(to, "metrics");
	put_text(to, "of", r->from);
	put_number(to, "rows", (double)m->rows);
	if (m->classes) {
		put_number(to, "accuracy", m->accuracy);
		put_begin(to, "classes");
		for (size_t c = 0; c < m->classes; c++)
			put_class(to, r, c);
		put_end(to);
		put_calibration(to, m);
	} else {
		put_number(to, "rmse", m->rmse);
		put_number(to, "mae", m->mae);
		put_number(to, "r2", m->r2);
	}
	put_end(to);
}

static void put_folds(struct buffer *to, const struct train_report *r)
{
	put_begin(to, "folds");
	put_number(to, "count", r->folds);
	for (size_t i = 0; i < r->spread_count; i++) {
		put_begin(to, r->spreads[i].name);
		put_number(to, "mean", r->spreads[i].mean);
		put_number(to, "deviation", r->spreads[i].deviation);
		put_end(to);
	}
	put_end(to);
}

void train_report_json(struct buffer *to, const struct train_report *r)
{
	buffer_add_char(to, '{');
	put_text(to, "target", r->target);
	put_text(to, "task", r->metrics.classes ? "classification" : "regression");
	put_number(to, "trees", (double)r->trees);
	put_number(to, "rows", (double)r->rows);
	put_number(to, "seen", (double)r->seen);
	put_number(to, "skipped", (double)r->skipped);
	put_metrics(to, r);
	put_begin(to, "importance");
	for (size_t i = 0; i < r->feature_count; i++)
		put_number(to, r->features[i], r->importance[i]);
	put_end(to);
	if (r->folds)
		put_folds(to, r);
	put_text(to, "model", r->model);
	put_text(to, "sha256", r->digest);
	buffer_add_str(to, STR("}\n"));
}

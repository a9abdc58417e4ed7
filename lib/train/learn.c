#include "train/learn.h"

#include <stdlib.h>

#include "allocate.h"
#include "text.h"
#include "train/evaluate.h"
#include "train/importance.h"

static size_t rows_before_split(const struct train_set *set, const struct train_plan *plan)
{
	return (size_t)((double)set->rows * plan->split_share);
}

int train_check(const struct train_set *set, const char *const *labels,
	const struct train_plan *plan, char **ret_error)
{
	size_t earlier = rows_before_split(set, plan);

	if (set->classes == 1)
		return text_refuse(ret_error,
			"--target: it was %s in all %zu rows: two classes at least are needed",
			labels[0], set->rows);
	if (plan->folds > set->rows)
		return text_refuse(
			ret_error, "--folds: %zu rows are too few for %u", set->rows, plan->folds);
	if (plan->split_share > 0 && (earlier == 0 || earlier == set->rows))
		return text_refuse(ret_error, "--split: of %zu rows no part is left to %s",
			set->rows, earlier ? "report on" : "learn from");
	return 0;
}

static int try_folds(
	const struct train_set *set, const struct train_plan *plan, struct train_report *report)
{
	struct train_metrics *found = allocate(plan->folds, sizeof(*found));
	int r = train_folds(set, &plan->options, plan->folds, found);

	if (r == 0)
		train_report_folds(report, found, plan->folds);
	for (uint32_t i = 0; i < plan->folds; i++)
		train_metrics_free(&found[i]);
	free(found);
	return r;
}

/* Learns from all rows; metrics are of what the trees say of those they had not drawn. */
static int learn_all(const struct train_set *set, const struct train_options *o,
	struct forest **ret, struct train_metrics *ret_metrics)
{
	double *out_of_bag = allocate(set->rows * train_outputs(set), sizeof(*out_of_bag));
	int r = train_forest(set, o, ret, out_of_bag);

	if (r == 0)
		*ret_metrics = train_metrics(set, out_of_bag);
	free(out_of_bag);
	return r;
}

/* Leaves in set the rows that were learnt from. */
static int learn(struct train_set *set, const struct train_plan *plan, struct forest **ret,
	struct train_report *report)
{
	size_t earlier = rows_before_split(set, plan);
	int r;

	if (plan->split_share > 0) {
		report->from = "held out, the latest";
		r = train_split(set, &plan->options, earlier, ret, &report->metrics);
		set->rows = earlier;
	} else {
		report->from = "out of bag";
		r = learn_all(set, &plan->options, ret, &report->metrics);
	}
	report->rows = set->rows;
	return r;
}

int train_learn(const struct train_set *set, const struct train_plan *plan, struct forest **ret,
	struct train_report *report)
{
	struct train_set learnt = *set;
	struct forest *f = NULL;
	int r = plan->folds ? try_folds(set, plan, report) : 0;

	report->trees = plan->options.trees;
	report->feature_count = set->features;
	report->importance = allocate(set->features, sizeof(*report->importance));
	if (r == 0)
		r = learn(&learnt, plan, &f, report);
	if (r == 0)
		r = train_importance(&learnt, &plan->options, f, report->importance);
	if (r == 0)
		*ret = f;
	else
		forest_close(f);
	return r;
}

#include "forest/forest.h"

#include <math.h>
#include <stdlib.h>

#include "forest/evaluator.h"

void forest_close(struct forest *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->feature_count; i++)
		free(f->features[i]);
	for (size_t i = 0; i < f->output_count; i++)
		free(f->outputs[i]);
	for (size_t i = 0; f->trees && i < f->tree_count; i++) {
		free(f->trees[i].nodes);
		free(f->trees[i].leaves);
	}
	free(f->features);
	free(f->outputs);
	free(f->trees);
	free(f->base);
	scaler_free(&f->scaler);
	evaluator_drop(f);
	layout_free(f->layout);
	free(f);
}

int forest_output(const struct forest *f, struct str name)
{
	for (size_t i = 0; i < f->output_count; i++)
		if (str_eq(str(f->outputs[i]), name))
			return (int)i;
	return -1;
}

size_t forest_leaf_width(const struct forest *f)
{
	return f->link == FOREST_LOGISTIC && f->output_count == 2 ? 1 : f->output_count;
}

bool forest_is_votes(const struct forest *f)
{
	return !f->regression && !f->sum && !f->base && f->link == FOREST_IDENTITY;
}

static double logistic(double x)
{
	return 1 / (1 + exp(-x));
}

static void softmax(double *v, size_t n)
{
	double greatest = v[0], sum = 0;

	for (size_t i = 1; i < n; i++)
		greatest = fmax(greatest, v[i]);
	for (size_t i = 0; i < n; i++)
		sum += v[i] = exp(v[i] - greatest);
	for (size_t i = 0; i < n; i++)
		v[i] /= sum;
}

static void apply_link(const struct forest *f, double *v)
{
	if (f->link == FOREST_SOFTMAX)
		softmax(v, f->output_count);
	for (size_t i = 0; f->link == FOREST_LOGISTIC && i < f->leaf_width; i++)
		v[i] = logistic(v[i]);
	if (f->leaf_width < f->output_count) {
		v[1] = v[0];
		v[0] = 1 - v[1];
	}
}

void forest_predict(const struct forest *f, const double *row, double *ret)
{
	f->evaluator->sum(f->evaluator_state, f->layout, row, ret);
	for (size_t i = 0; !f->sum && i < f->leaf_width; i++)
		ret[i] /= (double)f->tree_count;
	for (size_t i = 0; f->base && i < f->leaf_width; i++)
		ret[i] += f->base[i];
	if (f->link != FOREST_IDENTITY)
		apply_link(f, ret);
}

void forest_predict_rows(const struct forest *f, const double *rows, size_t count, double *ret)
{
	for (size_t i = 0; i < count; i++)
		forest_predict(f, rows + i * f->feature_count, ret + i * f->output_count);
}

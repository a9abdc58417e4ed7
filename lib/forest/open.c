#include "forest/open.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "opt.h"
#include "text.h"

enum { FAR = 10 }; /* times the width of what a feature is compared with */

static int fold_scaler(const struct forest_source *source, struct forest *f, char **ret_error)
{
	struct scaler scaler;
	const char *missing;
	int r = scaler_load(source->scaler, &scaler, ret_error);

	if (r < 0)
		return r;
	r = forest_prepare(f, &scaler, source->name_count ? source->names : NULL, &missing);
	scaler_free(&scaler);
	if (r == -ENOENT)
		*ret_error = text_print("%s has no field %s, a feature of %s", source->scaler,
			missing, source->model);
	if (r == -EEXIST)
		*ret_error = text_print(
			"%s has a scaler inside already: leave --scaler out", source->model);
	return r;
}

static int fit(const struct forest_source *source, struct forest *f, char **ret_error)
{
	if (source->name_count && source->name_count != f->feature_count) {
		*ret_error = text_print("--features: %zu names for the %zu features of %s",
			source->name_count, f->feature_count, source->model);
		return -EINVAL;
	}
	return source->scaler ? fold_scaler(source, f, ret_error) : 0;
}

int forest_open(const struct forest_source *source, struct forest **ret, char **ret_error)
{
	struct forest *f;
	int r = forest_load(source->model, &f, ret_error);

	if (r < 0)
		return r;
	r = fit(source, f, ret_error);
	if (r < 0)
		forest_close(f);
	else
		*ret = f;
	return r;
}

static int choose_class(const struct forest *f, const char *path, const char *positive, size_t *ret,
	char **ret_error)
{
	int at = positive ? forest_output(f, str(positive)) : f->output_count == 2 ? 1 : -1;

	if (at >= 0) {
		*ret = (size_t)at;
		return 0;
	}
	if (!positive) {
		*ret_error = text_print("%s has %zu classes: --positive says which one is scored",
			path, f->output_count);
		return -EINVAL;
	}
	const char *meant = opt_suggest(positive, (const char *const *)f->outputs, f->output_count);
	*ret_error = text_print("--positive: %s has no class %s; there is %s", path, positive,
		meant ? meant : f->outputs[0]);
	return -EINVAL;
}

int forest_choose_output(const struct forest *f, const char *path, const char *positive,
	size_t *ret, char **ret_error)
{
	if (!f->regression)
		return choose_class(f, path, positive, ret, ret_error);
	*ret = 0;
	if (!positive)
		return 0;
	*ret_error = text_print("--positive: %s is a regression", path);
	return -EINVAL;
}

struct forest_range *forest_ranges(const struct forest *f)
{
	struct forest_range *ranges = allocate(f->feature_count, sizeof(*ranges));
	for (size_t i = 0; i < f->feature_count; i++) {
		struct forest_range *r = &ranges[i];
		bool used = forest_range(f, i, &r->low, &r->high) && r->low < r->high;
		double margin = used ? FAR * (r->high - r->low) : INFINITY;
		r->low -= margin;
		r->high += margin;
	}
	return ranges;
}

bool forest_range_is_far(const struct forest_range *r, double v)
{
	return v < r->low || v > r->high;
}

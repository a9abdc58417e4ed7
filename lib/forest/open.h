/* A forest as a stage names it: the model's file, the fields that are its features, a scaler. */
#ifndef DUTO_FOREST_OPEN_H
#define DUTO_FOREST_OPEN_H

#include "forest/forest.h"

struct forest_source {
	const char *model, *scaler; /* paths; no scaler: NULL */
	const char *const *names; /* the fields in the order of the features, where there are any */
	size_t name_count;
};

/* 0, or -errno with a malloc'ed message that names the file or the option (--features, --scaler) in
 * ret_error. */
int forest_open(const struct forest_source *source, struct forest **ret, char **ret_error);

/* Which output is scored: the class so named (NULL: the second of two), or a regression's only
 * one. As above; the option is --positive. */
int forest_choose_output(const struct forest *f, const char *path, const char *positive,
	size_t *ret, char **ret_error);

/* Readings scored by a model of scaled values, or the other way round, give no error, only
 * nonsense; such values lie far from all that a feature is compared with. One range a feature,
 * malloc'ed. NAN is not far. */
struct forest_range {
	double low, high;
};
struct forest_range *forest_ranges(const struct forest *f);
bool forest_range_is_far(const struct forest_range *r, double v);

#endif

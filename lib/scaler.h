/* Scaling models: what `scale --fit` learns and `scale`, `forest` and `train` apply, the same
 * numbers as scikit-learn's StandardScaler, MinMaxScaler (0..1) and RobustScaler (25..75 %).
 *
 *   standard   (x - mean) / scale      mean, population standard deviation (Welford 1962)
 *   min-max    x * f - min * f         f = 1 / (max - min)
 *   robust     (x - center) / scale    median, distance of the quartiles (lib/window/quantile.h)
 *
 * A field that does not vary has scale 1, as there. The file is YAML (schemas/scaler.md). */
#ifndef DUTO_SCALER_H
#define DUTO_SCALER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

enum scaler_method { SCALER_STANDARD, SCALER_MIN_MAX, SCALER_ROBUST };

enum {
	SCALER_QUANTILES = 19,	     /* at 5, 10, ..., 95 % */
	SCALER_QUANTILES_FROM = 200, /* values; fewer say little of a distribution */
};

/* The two numbers of a field: mean and scale, min and max, or center and scale; and how the values
 * were distributed from which it was learnt. */
struct scaler_field {
	char *name;
	double a, b;
	double factor, offset; /* of min-max, from a and b */
	bool has_quantiles;
	double quantiles[SCALER_QUANTILES]; /* none below the one before */
};

struct scaler {
	enum scaler_method method;
	struct scaler_field *fields;
	size_t count;
};

/* "standard", "min-max", "robust". -EINVAL for another name. */
const char *scaler_method_name(enum scaler_method m);
int scaler_method_parse(struct str name, enum scaler_method *ret);

/* Adds a field with its two numbers; -EINVAL where they cannot be (not finite, scale not above 0,
 * max below min). A zeroed struct is an empty model; the name is copied. */
int scaler_add(struct scaler *s, struct str name, double a, double b);

/* The field's place, or -1. */
int scaler_find(const struct scaler *s, struct str name);

/* -EINVAL, with a malloc'ed "WHERE has no field ..." in ret_error, where one of the names is not
 * in it. */
int scaler_check(const struct scaler *s, const char *const *names, size_t count, const char *where,
	char **ret_error);

static inline double scaler_apply(const struct scaler *s, const struct scaler_field *f, double x)
{
	return s->method == SCALER_MIN_MAX ? x * f->factor + f->offset : (x - f->a) / f->b;
}

static inline double scaler_invert(const struct scaler *s, const struct scaler_field *f, double x)
{
	return s->method == SCALER_MIN_MAX ? (x - f->offset) / f->factor : x * f->b + f->a;
}

/* 0; or -EINVAL for what is wrong in the file, -errno of reading it, with a malloc'ed
 * "scaler.yaml:4:9: ..." in ret_error. */
int scaler_load(const char *path, struct scaler *ret, char **ret_error);
int scaler_save(const struct scaler *s, const char *path); /* 0 or -errno */
void scaler_free(struct scaler *s);

/* Learning, in memory bounded per field. Values are added in any order; NAN is not a value. */
struct scaler_fit;
struct scaler_fit *scaler_fit_open(enum scaler_method m);
size_t scaler_fit_field(
	struct scaler_fit *f, struct str name); /* its place; made where it is new */
void scaler_fit_add(struct scaler_fit *f, size_t field, double x);

/* Fields that had no value are left out, and with flags_out those that were only ever 0 and 1;
 * they are named to left_out, where that is not NULL. The fit may go on. */
void scaler_fit_model(const struct scaler_fit *f, bool flags_out, struct scaler *ret,
	void (*left_out)(const char *name, uint64_t values));
void scaler_fit_close(struct scaler_fit *f);

#endif

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "scaler.h"
#include "window/quantile.h"

struct fit_field {
	char *name;
	uint64_t count;
	/* Welford: the sum of squared distances from the mean so far. Wider than double, so that
	 * long streams do not wear the last digits off. */
	long double mean, squares;
	double min, max;
	bool only_flags; /* never anything but 0 and 1 */
	struct quantile quantile;
};

struct scaler_fit {
	enum scaler_method method;
	struct fit_field *fields;
	size_t count;
};

struct scaler_fit *scaler_fit_open(enum scaler_method m)
{
	struct scaler_fit *f = allocate(1, sizeof(*f));
	f->method = m;
	return f;
}

size_t scaler_fit_field(struct scaler_fit *f, struct str name)
{
	for (size_t i = 0; i < f->count; i++)
		if (str_eq(name, str(f->fields[i].name)))
			return i;
	f->fields = reallocate(f->fields, f->count + 1, sizeof(*f->fields));
	f->fields[f->count] = (struct fit_field){
		.name = strndup(name.data, name.len),
		.min = INFINITY,
		.max = -INFINITY,
		.only_flags = true,
	};
	if (!f->fields[f->count].name)
		abort();
	return f->count++;
}

void scaler_fit_add(struct scaler_fit *f, size_t field, double x)
{
	struct fit_field *s = &f->fields[field];
	long double distance = x - s->mean;

	s->count++;
	s->mean += distance / (long double)s->count;
	s->squares += distance * (x - s->mean);
	s->min = x < s->min ? x : s->min;
	s->max = x > s->max ? x : s->max;
	s->only_flags &= x == 0 || x == 1;
	quantile_add(&s->quantile, x);
}

/* scikit-learn's rule for a variance within the error of its own computation (Chan, Golub and
 * LeVeque 1983). */
static double deviation(const struct fit_field *s)
{
	double n = (double)s->count, mean = (double)s->mean;
	double variance = (double)(s->squares / n), error = n * mean * DBL_EPSILON;

	return variance <= n * DBL_EPSILON * variance + error * error ? 1 : sqrt(variance);
}

static double quartile_distance(const struct quantile *q)
{
	double distance = quantile_at(q, 0.75) - quantile_at(q, 0.25);

	return distance < 10 * DBL_EPSILON ? 1 : distance;
}

static void add_quantiles(const struct quantile *q, struct scaler_field *to)
{
	to->has_quantiles = true;
	for (int i = 0; i < SCALER_QUANTILES; i++)
		to->quantiles[i] = quantile_at(q, (i + 1) / (SCALER_QUANTILES + 1.0));
}

static void add_model(const struct scaler_fit *f, const struct fit_field *s, struct scaler *model)
{
	switch (f->method) {
	case SCALER_STANDARD:
		scaler_add(model, str(s->name), (double)s->mean, deviation(s));
		break;
	case SCALER_MIN_MAX:
		scaler_add(model, str(s->name), s->min, s->max);
		break;
	case SCALER_ROBUST:
		scaler_add(model, str(s->name), quantile_at(&s->quantile, 0.5),
			quartile_distance(&s->quantile));
		break;
	}
	if (s->count >= SCALER_QUANTILES_FROM)
		add_quantiles(&s->quantile, &model->fields[model->count - 1]);
}

void scaler_fit_model(const struct scaler_fit *f, bool flags_out, struct scaler *ret,
	void (*left_out)(const char *name, uint64_t values))
{
	struct scaler model = { .method = f->method };

	for (size_t i = 0; i < f->count; i++) {
		const struct fit_field *s = &f->fields[i];
		if (s->count && !(flags_out && s->only_flags))
			add_model(f, s, &model);
		else if (left_out)
			left_out(s->name, s->count);
	}
	*ret = model;
}

void scaler_fit_close(struct scaler_fit *f)
{
	for (size_t i = 0; i < f->count; i++) {
		quantile_free(&f->fields[i].quantile);
		free(f->fields[i].name);
	}
	free(f->fields);
	free(f);
}

#include "anomaly/together.h"

#include <math.h>
#include <string.h>

enum {
	WARM = 100, /* rows before the first score */
	BEGIN = 20, /* rows before tails are learnt */
	FAR = 8,    /* deviations: farther values are taken for that */
};

struct row {
	size_t count;
	double z[TOGETHER_FIELDS], rest[TOGETHER_FIELDS]; /* standardised; beside the components */
	struct point points[TOGETHER_FIELDS];
};

static void standardise(
	struct anomaly_together *t, double memory, const double *values, struct row *r)
{
	double seen = (double)t->seen;

	for (size_t i = 0; i < r->count; i++) {
		struct point *p = &r->points[i];
		*p = (struct point){ .value = values[i], .seen = seen };
		p->forgetting = larger(1 / memory, 1 / (seen + 1));
		baseline_point(&t->fields[i], p);
		r->z[i] = clip((p->value - p->mean) / p->deviation, FAR);
		baseline_add(&t->fields[i], p);
	}
	memcpy(r->rest, r->z, sizeof(r->rest));
}

static double dot(const double *a, const double *b, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Takes the component out of what is left of the row, turns it a little towards that, and returns
 * the row's share of T2. */
static double take_component(double *component, struct row *r, double forgetting)
{
	double length = sqrt(dot(component, component, r->count));
	double along = length > 0 ? dot(r->rest, component, r->count) / length : 0;

	for (size_t i = 0; i < r->count; i++) {
		double direction = length > 0 ? component[i] / length : 0;
		double learnt = length > 0 ? along * r->rest[i] : r->rest[i];
		component[i] += forgetting * (learnt - component[i]);
		r->rest[i] -= along * direction;
	}
	return length > 0 ? along * along / length : 0;
}

static size_t components_of(size_t fields)
{
	return fields / 2 < TOGETHER_COMPONENTS ? fields / 2 : TOGETHER_COMPONENTS;
}

static size_t greatest(const double *v, size_t count)
{
	size_t at = 0;

	for (size_t i = 1; i < count; i++)
		if (fabs(v[i]) > fabs(v[at]))
			at = i;
	return at;
}

static size_t explain(const struct row *r, bool relation, struct anomaly *ret)
{
	size_t at = greatest(relation ? r->rest : r->z, r->count);
	const struct point *p = &r->points[at];

	ret->cause = relation ? ANOMALY_RELATION : ANOMALY_FAR;
	ret->expected = p->mean + (relation ? (r->z[at] - r->rest[at]) * p->deviation : 0);
	return at;
}

size_t anomaly_together_add(struct anomaly_together *t, const struct anomaly_settings *settings,
	const double *row, size_t count, struct anomaly *ret)
{
	struct row r = { .count = count };
	double squares = 0;

	standardise(t, settings->memory, row, &r);
	for (size_t i = 0; i < components_of(count); i++)
		squares += take_component(t->components[i], &r, r.points[0].forgetting);
	bool learn = t->seen > BEGIN;
	double far = tail_add(&t->far, squares, learn);
	double relation = tail_add(&t->relation, dot(r.rest, r.rest, count), learn);
	double surprise = anomaly_agree((double[]){ far, relation }, 2);
	anomaly_judge(&t->news, settings, surprise, t->seen++ > WARM, ret);
	return explain(&r, relation > far, ret);
}

void anomaly_together_save(const struct anomaly_together *t, struct buffer *to)
{
	wire_bin(to, (struct str){ (const char *)t, sizeof(*t) });
}

bool anomaly_together_load(struct anomaly_together *t, struct cursor *from)
{
	struct str state;

	if (wire_next_bin(from, &state) != 1 || state.len != sizeof(*t))
		return false;
	memcpy(t, state.data, sizeof(*t));
	return true;
}

#include <math.h>
#include <stdlib.h>

#include "aggregate_parts.h"
#include "allocate.h"

enum {
	SUMS = 1 << AGGREGATE_SUM | 1 << AGGREGATE_MEAN,
	MOMENTS = 1 << AGGREGATE_STDDEV,
};

bool aggregate_is_less(const struct wire *a, const struct wire *b)
{
	if (a->type != WIRE_DOUBLE && b->type != WIRE_DOUBLE)
		return wire_whole(a) < wire_whole(b);
	return wire_real(a) < wire_real(b);
}

double aggregate_distance(const struct wire *w, const struct wire *from)
{
	if (w->type != WIRE_DOUBLE && from->type != WIRE_DOUBLE)
		return (double)(wire_whole(w) - wire_whole(from));
	return wire_real(w) - wire_real(from);
}

/* B. P. Welford, Note on a Method for Calculating Corrected Sums of Squares and Products, 1962;
 * Knuth, The Art of Computer Programming 2, 4.2.2, (15) and (16). */
static void add_moments(struct aggregate *a, const struct wire *w)
{
	if (a->origin.type == WIRE_NIL)
		a->origin = *w;
	/* From the first number, which is near: far from 0 the squares would lose their digits. */
	double v = aggregate_distance(w, &a->origin), distance = v - a->mean;
	a->mean += distance / (double)a->numbers;
	a->squares += distance * (v - a->mean);
}

/* A. Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen, 1974. */
void aggregate_add_sum(struct aggregate *a, double v)
{
	double sum = a->sum + v;
	a->carry += fabs(a->sum) >= fabs(v) ? a->sum - sum + v : v - sum + a->sum;
	a->sum = sum;
}

struct quantile *aggregate_quantile(struct aggregate *a)
{
	if (!a->quantile)
		a->quantile = allocate(1, sizeof(*a->quantile));
	return a->quantile;
}

struct course *aggregate_course(struct aggregate *a)
{
	if (!a->course)
		a->course = allocate(1, sizeof(*a->course));
	return a->course;
}

static void add_number(struct aggregate *a, unsigned kinds, const struct wire *w, int64_t time)
{
	a->numbers++;
	a->doubles += w->type == WIRE_DOUBLE;
	if (kinds & MOMENTS)
		add_moments(a, w);
	if (kinds & SUMS && w->type == WIRE_DOUBLE)
		aggregate_add_sum(a, w->d);
	else if (kinds & SUMS)
		a->whole = wire_whole_sum(a->whole, wire_whole(w));
	if (a->least.type == WIRE_NIL || aggregate_is_less(w, &a->least))
		a->least = *w;
	if (a->greatest.type == WIRE_NIL || aggregate_is_less(&a->greatest, w))
		a->greatest = *w;
	if (kinds & AGGREGATE_ALL_QUANTILES)
		quantile_add(aggregate_quantile(a), wire_real(w));
	if (kinds & AGGREGATE_COURSES)
		course_add(aggregate_course(a), time, w);
}

static void keep(
	bool wanted, struct buffer *at, const struct wire *w, int64_t *at_time, int64_t time)
{
	*at_time = time;
	at->len = 0;
	if (wanted)
		wire_scalar(at, w);
}

static void leave_out(struct aggregate *a, uint32_t status)
{
	if (!a->bad++)
		a->first_bad = status_is_bad(status) ? status : STATUS_BAD_NO_DATA;
}

void aggregate_add(struct aggregate *a, unsigned kinds, const struct wire *value, uint32_t status,
	int64_t time)
{
	if (value->type == WIRE_NIL || status_is_bad(status) ||
		(value->type == WIRE_DOUBLE && !isfinite(value->d))) {
		leave_out(a, status);
		return;
	}
	if (!aggregate_is_value(value))
		return;
	a->worst = a->good++ ? status_worst(a->worst, status) : status;
	if (wire_is_number(value))
		add_number(a, kinds, value, time);
	if (a->good == 1 || time < a->first_time)
		keep(kinds & 1u << AGGREGATE_FIRST, &a->first, value, &a->first_time, time);
	if (a->good == 1 || time >= a->last_time)
		keep(kinds & 1u << AGGREGATE_LAST, &a->last, value, &a->last_time, time);
}

static struct wire double_wire(double v)
{
	return (struct wire){ .type = isfinite(v) ? WIRE_DOUBLE : WIRE_NIL, .d = v };
}

/* Rounding must not bring it beyond the values that it is the mean of. */
static struct wire mean_of(const struct aggregate *a)
{
	double mean = ((double)a->whole + (a->sum + a->carry)) / (double)a->numbers;
	if (isfinite(mean) && a->least.type != WIRE_NIL && a->greatest.type != WIRE_NIL)
		mean = fmin(fmax(mean, wire_real(&a->least)), wire_real(&a->greatest));
	return double_wire(mean);
}

static struct wire sum_of(const struct aggregate *a)
{
	if (a->doubles)
		return double_wire((double)a->whole + (a->sum + a->carry));
	if (a->whole < INT64_MIN || a->whole > UINT64_MAX)
		return double_wire((double)a->whole);
	if (a->whole < 0)
		return (struct wire){ .type = WIRE_INT, .i = (int64_t)a->whole };
	return (struct wire){ .type = WIRE_UINT, .u = (uint64_t)a->whole };
}

static struct wire rate_of(const struct aggregate *a)
{
	double seconds;
	struct wire delta = course_delta(a->course, &seconds);
	return delta.type == WIRE_NIL ? delta : double_wire(wire_real(&delta) / seconds);
}

static struct wire course_of(const struct aggregate *a, int kind, const struct aggregate_view *view)
{
	double seconds;
	if (!a->course)
		return double_wire(NAN);
	if (kind == AGGREGATE_INTEGRAL)
		return double_wire(course_integral(a->course, view->step, view->reach));
	return kind == AGGREGATE_RATE ? rate_of(a) : course_delta(a->course, &seconds);
}

static struct wire number_of(const struct aggregate *a, int kind, const struct aggregate_view *view)
{
	if (kind >= AGGREGATE_QUANTILE)
		return double_wire(a->quantile
					   ? quantile_at(a->quantile,
						     view->set->ranks[kind - AGGREGATE_QUANTILE])
					   : NAN);
	switch (kind) {
	case AGGREGATE_INTEGRAL:
	case AGGREGATE_DELTA:
	case AGGREGATE_RATE:
		return course_of(a, kind, view);
	case AGGREGATE_MEAN:
		return mean_of(a);
	case AGGREGATE_MIN:
		return a->least;
	case AGGREGATE_MAX:
		return a->greatest;
	case AGGREGATE_SUM:
		return sum_of(a);
	default:
		return double_wire(
			a->numbers > 1 ? sqrt(a->squares / (double)(a->numbers - 1)) : NAN);
	}
}

/* What a result is worth that has a value. */
static uint32_t status_of(const struct aggregate *a, double good_share)
{
	double share = (double)a->good / (double)(a->good + a->bad);
	uint32_t status = a->good ? a->worst : STATUS_GOOD;
	return share < good_share ? status_worst(status, STATUS_UNCERTAIN_DATA_SUBNORMAL) : status;
}

static void put_encoded(struct buffer *to, const struct buffer *value, uint32_t *status)
{
	buffer_add_str(to, value->len ? buffer_str(value) : STR("\xc0"));
	if (!value->len)
		*status = STATUS_BAD_NO_DATA;
}

static bool put_number(const struct aggregate *a, int kind, const struct aggregate_view *view,
	struct buffer *to, uint32_t *status)
{
	struct wire w = number_of(a, kind, view);
	if (!a->numbers)
		return false;
	wire_scalar(to, &w);
	if (w.type == WIRE_NIL)
		*status = a->numbers > 1 ? STATUS_BAD_OUT_OF_RANGE : STATUS_BAD_NO_DATA;
	return true;
}

bool aggregate_result(const struct aggregate *a, int kind, const struct aggregate_view *view,
	struct buffer *to, uint32_t *ret_status)
{
	if (!a->good && !a->bad)
		return false;
	*ret_status = status_of(a, view->good_share);
	if (kind == AGGREGATE_COUNT) {
		wire_uint(to, a->good);
	} else if (!a->good) {
		wire_nil(to);
		*ret_status = a->first_bad;
	} else if (kind == AGGREGATE_FIRST || kind == AGGREGATE_LAST) {
		put_encoded(to, kind == AGGREGATE_FIRST ? &a->first : &a->last, ret_status);
	} else {
		return put_number(a, kind, view, to, ret_status);
	}
	return true;
}

void aggregate_free(struct aggregate *a)
{
	buffer_free(&a->first);
	buffer_free(&a->last);
	if (a->quantile)
		quantile_free(a->quantile);
	if (a->course)
		course_free(a->course);
	free(a->quantile);
	free(a->course);
}

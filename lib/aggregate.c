#include "aggregate.h"

#include <errno.h>
#include <math.h>

enum {
	STATE_ITEMS = 16,
	SUMS = 1 << AGGREGATE_SUM | 1 << AGGREGATE_MEAN,
	MOMENTS = 1 << AGGREGATE_STDDEV,
};

const char *const aggregate_names[AGGREGATE_KINDS + 1] = {
	[AGGREGATE_MEAN] = "mean",
	[AGGREGATE_MIN] = "min",
	[AGGREGATE_MAX] = "max",
	[AGGREGATE_FIRST] = "first",
	[AGGREGATE_LAST] = "last",
	[AGGREGATE_SUM] = "sum",
	[AGGREGATE_COUNT] = "count",
	[AGGREGATE_STDDEV] = "stddev",
};

int aggregate_parse(struct str name, enum aggregate_kind *ret)
{
	for (int i = 0; i < AGGREGATE_KINDS; i++) {
		if (!str_eq(name, str(aggregate_names[i])))
			continue;
		*ret = (enum aggregate_kind)i;
		return 0;
	}
	return -EINVAL;
}

static bool is_number(const struct wire *w)
{
	return w->type == WIRE_BOOL || w->type == WIRE_INT || w->type == WIRE_UINT ||
	       w->type == WIRE_DOUBLE;
}

static bool is_value(const struct wire *w)
{
	return is_number(w) || w->type == WIRE_STR || w->type == WIRE_BIN;
}

static __int128 whole_number(const struct wire *w)
{
	return w->type == WIRE_BOOL ? w->b : w->type == WIRE_INT ? (__int128)w->i : (__int128)w->u;
}

static double as_double(const struct wire *w)
{
	return w->type == WIRE_DOUBLE ? w->d : (double)whole_number(w);
}

/* Integers are compared as integers: two that differ may be the same float 64. */
static bool is_less(const struct wire *a, const struct wire *b)
{
	if (a->type != WIRE_DOUBLE && b->type != WIRE_DOUBLE)
		return whole_number(a) < whole_number(b);
	return as_double(a) < as_double(b);
}

static void put(struct buffer *to, const struct wire *w)
{
	switch (w->type) {
	case WIRE_BOOL:
		return wire_bool(to, w->b);
	case WIRE_INT:
		return wire_int(to, w->i);
	case WIRE_UINT:
		return wire_uint(to, w->u);
	case WIRE_DOUBLE:
		return wire_double(to, w->d);
	case WIRE_STR:
		return wire_str(to, w->bytes);
	case WIRE_BIN:
		return wire_bin(to, w->bytes);
	default:
		return wire_nil(to);
	}
}

/* B. P. Welford, Note on a Method for Calculating Corrected Sums of Squares and Products, 1962;
 * Knuth, The Art of Computer Programming 2, 4.2.2, (15) and (16). */
static void add_moments(struct aggregate *a, double v)
{
	double distance = v - a->mean;
	a->mean += distance / (double)a->numbers;
	a->squares += distance * (v - a->mean);
}

/* A. Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen, 1974. */
static void add_double(struct aggregate *a, double v)
{
	double sum = a->sum + v;
	a->carry += fabs(a->sum) >= fabs(v) ? a->sum - sum + v : v - sum + a->sum;
	a->sum = sum;
}

/* 2^64 values of 64 bits fit; a state that was damaged may hold anything. */
static __int128 wrap_add(__int128 a, __int128 b)
{
	return (__int128)((unsigned __int128)a + (unsigned __int128)b);
}

static void add_number(struct aggregate *a, unsigned kinds, const struct wire *w)
{
	a->numbers++;
	a->doubles += w->type == WIRE_DOUBLE;
	if (kinds & MOMENTS)
		add_moments(a, as_double(w));
	if (kinds & SUMS && w->type == WIRE_DOUBLE)
		add_double(a, w->d);
	else if (kinds & SUMS)
		a->whole = wrap_add(a->whole, whole_number(w));
	if (a->least.type == WIRE_NIL || is_less(w, &a->least))
		a->least = *w;
	if (a->greatest.type == WIRE_NIL || is_less(&a->greatest, w))
		a->greatest = *w;
}

static void keep(struct buffer *at, const struct wire *w)
{
	at->len = 0;
	put(at, w);
}

static void leave_out(struct aggregate *a, uint32_t status)
{
	if (!a->bad++)
		a->first_bad = status_is_bad(status) ? status : STATUS_BAD_NO_DATA;
}

void aggregate_add(struct aggregate *a, unsigned kinds, const struct wire *value, uint32_t status)
{
	if (value->type == WIRE_NIL || status_is_bad(status) ||
		(value->type == WIRE_DOUBLE && !isfinite(value->d))) {
		leave_out(a, status);
		return;
	}
	if (!is_value(value))
		return;
	a->worst = a->good++ ? status_worst(a->worst, status) : status;
	if (is_number(value))
		add_number(a, kinds, value);
	if (kinds & 1u << AGGREGATE_FIRST && a->good == 1)
		keep(&a->first, value);
	if (kinds & 1u << AGGREGATE_LAST)
		keep(&a->last, value);
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
		mean = fmin(fmax(mean, as_double(&a->least)), as_double(&a->greatest));
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

static struct wire number_of(const struct aggregate *a, enum aggregate_kind kind)
{
	switch (kind) {
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

static bool put_number(
	const struct aggregate *a, enum aggregate_kind kind, struct buffer *to, uint32_t *status)
{
	struct wire w = number_of(a, kind);
	if (!a->numbers)
		return false;
	put(to, &w);
	if (w.type == WIRE_NIL)
		*status = a->numbers > 1 ? STATUS_BAD_OUT_OF_RANGE : STATUS_BAD_NO_DATA;
	return true;
}

bool aggregate_result(const struct aggregate *a, enum aggregate_kind kind, double good_share,
	struct buffer *to, uint32_t *ret_status)
{
	if (!a->good && !a->bad)
		return false;
	*ret_status = status_of(a, good_share);
	if (kind == AGGREGATE_COUNT) {
		wire_uint(to, a->good);
	} else if (!a->good) {
		wire_nil(to);
		*ret_status = a->first_bad;
	} else if (kind == AGGREGATE_FIRST || kind == AGGREGATE_LAST) {
		put_encoded(to, kind == AGGREGATE_FIRST ? &a->first : &a->last, ret_status);
	} else {
		return put_number(a, kind, to, ret_status);
	}
	return true;
}

void aggregate_save(const struct aggregate *a, struct buffer *to)
{
	wire_array(to, STATE_ITEMS);
	wire_uint(to, a->good);
	wire_uint(to, a->bad);
	wire_uint(to, a->numbers);
	wire_uint(to, a->doubles);
	wire_uint(to, a->worst);
	wire_uint(to, a->first_bad);
	wire_double(to, a->mean);
	wire_double(to, a->squares);
	wire_uint(to, (uint64_t)((unsigned __int128)a->whole >> 64));
	wire_uint(to, (uint64_t)a->whole);
	wire_double(to, a->sum);
	wire_double(to, a->carry);
	put(to, &a->least);
	put(to, &a->greatest);
	wire_bin(to, buffer_str(&a->first));
	wire_bin(to, buffer_str(&a->last));
}

static bool load_uint(struct cursor *from, uint64_t max, uint64_t *ret)
{
	struct wire w;
	if (wire_next(from, &w) != 1 || w.type != WIRE_UINT || w.u > max)
		return false;
	*ret = w.u;
	return true;
}

static bool load_double(struct cursor *from, double *ret)
{
	struct wire w;
	if (wire_next(from, &w) != 1 || w.type != WIRE_DOUBLE)
		return false;
	*ret = w.d;
	return true;
}

static bool load_number(struct cursor *from, struct wire *ret)
{
	return wire_next(from, ret) == 1 && (ret->type == WIRE_NIL || is_number(ret));
}

/* One encoded value, or none. */
static bool load_encoded(struct cursor *from, struct buffer *ret)
{
	struct wire w, value;
	if (wire_next(from, &w) != 1 || w.type != WIRE_BIN)
		return false;
	struct cursor inner = { (const uint8_t *)w.bytes.data,
		(const uint8_t *)w.bytes.data + w.bytes.len };
	if (w.bytes.len &&
		(wire_next(&inner, &value) != 1 || !is_value(&value) || inner.at < inner.end))
		return false;
	buffer_add_str(ret, w.bytes);
	return true;
}

static bool load_counts(struct aggregate *a, struct cursor *from)
{
	uint64_t worst, first_bad;
	if (!load_uint(from, UINT64_MAX, &a->good) || !load_uint(from, UINT64_MAX, &a->bad) ||
		!load_uint(from, a->good, &a->numbers) ||
		!load_uint(from, a->numbers, &a->doubles) || !load_uint(from, UINT32_MAX, &worst) ||
		!load_uint(from, UINT32_MAX, &first_bad))
		return false;
	a->worst = (uint32_t)worst;
	a->first_bad = (uint32_t)first_bad;
	return true;
}

static bool load_sums(struct aggregate *a, struct cursor *from)
{
	uint64_t high, low;
	if (!load_double(from, &a->mean) || !load_double(from, &a->squares) ||
		!load_uint(from, UINT64_MAX, &high) || !load_uint(from, UINT64_MAX, &low))
		return false;
	a->whole = (__int128)((unsigned __int128)high << 64 | low);
	return load_double(from, &a->sum) && load_double(from, &a->carry);
}

bool aggregate_load(struct aggregate *a, struct cursor *from)
{
	struct wire w;
	return wire_next(from, &w) == 1 && w.type == WIRE_ARRAY && w.size == STATE_ITEMS &&
	       load_counts(a, from) && load_sums(a, from) && load_number(from, &a->least) &&
	       load_number(from, &a->greatest) && load_encoded(from, &a->first) &&
	       load_encoded(from, &a->last);
}

void aggregate_free(struct aggregate *a)
{
	buffer_free(&a->first);
	buffer_free(&a->last);
}

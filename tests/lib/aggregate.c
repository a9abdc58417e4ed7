/* Aggregates: what they say of hand-made values, and their state: whole, cut short, and damaged. */
#include "window/aggregate.h"

#include <math.h>
#include <stdlib.h>

#include "hostile.h"
#include "random.h"

enum { ALL = (1 << AGGREGATE_KINDS) - 1, VALUES = 200, DAMAGES = 20000 };

static const struct aggregate_set set = { ALL, { "p50", "p90" },
	{ 0.5, 0.9, 0.1, 0.2, 0.3, 0.4, 1, 0 } };
static const struct aggregate_view view = { &set, 1, false, 5 };
static int64_t now;

static struct wire real(double v)
{
	return (struct wire){ .type = WIRE_DOUBLE, .d = v };
}

static struct wire text(const char *v)
{
	return (struct wire){ .type = WIRE_STR, .bytes = str(v) };
}

/* All results but one kind's, one after another, with their qualities. */
static void results_but(int omitted, const struct aggregate *a, struct buffer *to)
{
	uint32_t status;
	for (int kind = 0; kind < AGGREGATE_KINDS; kind++)
		if (kind != omitted && aggregate_result(a, kind, &view, to, &status))
			wire_uint(to, status);
}

static void results(const struct aggregate *a, struct buffer *to)
{
	results_but(-1, a, to);
}

/* Numbers of every type, Bad ones, texts, and what is no value. */
static void add_any_at(struct aggregate *a, struct random *r, int64_t time)
{
	struct wire w = { .type = WIRE_NIL };
	uint64_t bits = random_bits(r);
	switch (random_below(r, 8)) {
	case 0:
		w = (struct wire){ .type = WIRE_UINT, .u = bits };
		break;
	case 1:
		w = (struct wire){ .type = WIRE_INT, .i = -1 - (int64_t)(bits >> 1) };
		break;
	case 2:
		w = (struct wire){ .type = WIRE_BOOL, .b = bits & 1 };
		break;
	case 3:
		w = text("running");
		break;
	case 4:
		break;
	case 5:
		w = (struct wire){ .type = WIRE_MAP, .size = 3 };
		break;
	default:
		w = real((double)(int64_t)bits / 1e3);
	}
	aggregate_add(a, ALL, &w, bits % 5 ? bits % 7 ? STATUS_GOOD : STATUS_UNCERTAIN : STATUS_BAD,
		time);
}

static void add_any(struct aggregate *a, struct random *r)
{
	int64_t time = (int64_t)random_below(r, 1000);
	add_any_at(a, r, time);
}

static bool load(struct aggregate *a, struct buffer state)
{
	struct cursor c = wire_cursor(buffer_str(&state));
	return aggregate_load(a, &c) && c.at == c.end;
}

static void test_split(void)
{
	struct aggregate whole = { 0 };
	struct random r;
	int differ = 0;
	random_seed(&r, 1, 0);
	for (int i = 0; i < VALUES; i++) {
		struct aggregate again = { 0 };
		struct buffer state = { 0 }, same = { 0 }, expected = { 0 }, got = { 0 };
		aggregate_save(&whole, &state);
		bool loaded = load(&again, state);
		aggregate_save(&again, &same);
		struct random then = r;
		add_any(&whole, &r);
		add_any(&again, &then);
		results(&whole, &expected);
		results(&again, &got);
		differ += !loaded || !str_eq(buffer_str(&state), buffer_str(&same)) ||
			  !str_eq(buffer_str(&expected), buffer_str(&got));
		aggregate_free(&again);
		buffer_free(&state);
		buffer_free(&same);
		buffer_free(&expected);
		buffer_free(&got);
	}
	ok(differ == 0, "saved and loaded before each of %d values, it goes on the same", VALUES);
	aggregate_free(&whole);
}

/* Whatever is loaded is used, too. */
static bool survives(struct buffer state)
{
	struct aggregate a = { 0 };
	struct buffer results_of = { 0 };
	struct wire w = real(1);
	bool loaded = load(&a, state);
	if (loaded) {
		aggregate_add(&a, ALL, &w, STATUS_GOOD, now++);
		results(&a, &results_of);
	}
	buffer_free(&results_of);
	aggregate_free(&a);
	return loaded;
}

static void test_hostile(void)
{
	struct aggregate a = { 0 };
	struct buffer state = { 0 };
	struct random r;
	random_seed(&r, 2, 0);
	for (int i = 0; i < VALUES; i++)
		add_any(&a, &r);
	aggregate_save(&a, &state);
	hostile_states(state, 1, DAMAGES, survives);
	buffer_free(&state);
	aggregate_free(&a);
}

static double result(const struct aggregate *a, enum aggregate_kind kind)
{
	struct buffer encoded = { 0 };
	struct wire w = { 0 };
	uint32_t status;
	if (aggregate_result(a, kind, &view, &encoded, &status)) {
		struct cursor c = wire_cursor(buffer_str(&encoded));
		wire_next(&c, &w);
	}
	buffer_free(&encoded);
	return w.type == WIRE_DOUBLE ? w.d : NAN;
}

/* The same number again and again: however it rounds, no mean is beyond it, and nothing deviates. */
static void test_constant(void)
{
	struct random r;
	int off = 0, deviate = 0;
	random_seed(&r, 3, 0);
	for (int i = 0; i < 1000; i++) {
		struct aggregate a = { 0 };
		double v = (double)random_bits(&r) / 1e7;
		struct wire w = real(v);
		for (uint64_t n = 1 + random_below(&r, 300); n; n--)
			aggregate_add(&a, ALL, &w, STATUS_GOOD, now++);
		off += result(&a, AGGREGATE_MEAN) != v;
		deviate += a.good > 1 && result(&a, AGGREGATE_STDDEV) != 0;
		aggregate_free(&a);
	}
	ok(off == 0, "the mean of a constant is the constant");
	ok(deviate == 0, "and its deviation is 0");
}

/* Values in two stretches, one behind the other, are those of one stretch: the sums of squares but for
 * rounding. */
static void test_append(void)
{
	struct random r;
	int differ = 0, deviate = 0;
	random_seed(&r, 4, 0);
	for (int split = 0; split <= VALUES; split++) {
		struct aggregate whole = { 0 }, early = { 0 }, later = { 0 };
		struct buffer expected = { 0 }, got = { 0 };
		for (int i = 0; i < VALUES; i++) {
			struct random then = r;
			add_any_at(&whole, &r, i);
			add_any_at(i < split ? &early : &later, &then, i);
		}
		aggregate_append(&early, &later);
		double deviation = result(&whole, AGGREGATE_STDDEV);
		deviate += fabs(result(&early, AGGREGATE_STDDEV) / deviation - 1) > 1e-12;
		results_but(AGGREGATE_STDDEV, &whole, &expected);
		results_but(AGGREGATE_STDDEV, &early, &got);
		differ += !str_eq(buffer_str(&expected), buffer_str(&got));
		aggregate_free(&whole);
		aggregate_free(&early);
		aggregate_free(&later);
		buffer_free(&expected);
		buffer_free(&got);
	}
	ok(differ == 0, "two stretches are as one, wherever it is split");
	ok(deviate == 0, "their deviations, too");
}

static void test_names(void)
{
	const char *right[] = { "max", "mean", "p99.9", "p5", "p99.9" },
		   *wrong[] = { "mean", "maxx" }, *beyond[] = { "p101" },
		   *many[] = { "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9" };
	struct aggregate_set named;
	char *error = NULL;
	ok(aggregate_parse(&(struct opt_list){ right, 5 }, &named, &error) == 0 &&
			named.kinds == (1u << AGGREGATE_MEAN | 1u << AGGREGATE_MAX |
					       3u << AGGREGATE_QUANTILE) &&
			fabs(named.ranks[0] - 0.999) < 1e-15 && named.ranks[1] == 0.05,
		"names are read");
	is_str(aggregate_name(&named, AGGREGATE_QUANTILE), "p99.9", "and told");
	ok(aggregate_parse(&(struct opt_list){ wrong, 2 }, &named, &error) < 0,
		"wrong ones are not");
	is_str(error, "there is no maxx; did you mean max?", "and it says what was meant");
	free(error);
	ok(aggregate_parse(&(struct opt_list){ beyond, 1 }, &named, &error) < 0, "p101");
	free(error);
	ok(aggregate_parse(&(struct opt_list){ many, 9 }, &named, &error) < 0, "nine quantiles");
	is_str(error, "more than 8 quantiles", "are too many, and it says so");
	free(error);
}

int main(void)
{
	test_split();
	test_hostile();
	test_constant();
	test_append();
	test_names();
	return done();
}

/* Aggregates: what they say of hand-made values, and their state: whole, cut short, and damaged. */
#include "aggregate.h"

#include <math.h>
#include <stdlib.h>

#include "random.h"
#include "tap.h"

enum { ALL = (1 << AGGREGATE_KINDS) - 1, VALUES = 200, DAMAGES = 20000 };

static struct wire real(double v)
{
	return (struct wire){ .type = WIRE_DOUBLE, .d = v };
}

static struct wire text(const char *v)
{
	return (struct wire){ .type = WIRE_STR, .bytes = str(v) };
}

/* All results one after another, with their qualities. */
static void results(const struct aggregate *a, struct buffer *to)
{
	uint32_t status;
	for (int kind = 0; kind < AGGREGATE_KINDS; kind++)
		if (aggregate_result(a, (enum aggregate_kind)kind, 1, to, &status))
			wire_uint(to, status);
}

/* Numbers of every type, Bad ones, texts, and what is no value. */
static void add_any(struct aggregate *a, struct random *r)
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
	aggregate_add(
		a, ALL, &w, bits % 5 ? bits % 7 ? STATUS_GOOD : STATUS_UNCERTAIN : STATUS_BAD);
}

static bool load(struct aggregate *a, struct buffer state)
{
	struct cursor c = { state.data, state.data + state.len };
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
		aggregate_add(&a, ALL, &w, STATUS_GOOD);
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
	int short_ones = 0, taken = 0;
	random_seed(&r, 2, 0);
	for (int i = 0; i < VALUES; i++)
		add_any(&a, &r);
	aggregate_save(&a, &state);
	for (size_t len = 0; len < state.len; len++)
		short_ones += survives((struct buffer){ state.data, len, len });
	ok(short_ones == 0, "a state that is cut short is refused");
	for (int i = 0; i < DAMAGES; i++) {
		struct buffer damaged = { 0 };
		buffer_add_str(&damaged, buffer_str(&state));
		for (uint64_t n = 1 + random_below(&r, 3); n; n--)
			damaged.data[random_below(&r, damaged.len)] = (uint8_t)random_bits(&r);
		taken += survives(damaged);
		buffer_free(&damaged);
	}
	ok(taken < DAMAGES, "of %d damaged ones %d are refused, and the others do no harm", DAMAGES,
		DAMAGES - taken);
	buffer_free(&state);
	aggregate_free(&a);
}

static double result(const struct aggregate *a, enum aggregate_kind kind)
{
	struct buffer encoded = { 0 };
	struct wire w = { 0 };
	uint32_t status;
	if (aggregate_result(a, kind, 1, &encoded, &status)) {
		struct cursor c = { encoded.data, encoded.data + encoded.len };
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
			aggregate_add(&a, ALL, &w, STATUS_GOOD);
		off += result(&a, AGGREGATE_MEAN) != v;
		deviate += a.good > 1 && result(&a, AGGREGATE_STDDEV) != 0;
		aggregate_free(&a);
	}
	ok(off == 0, "the mean of a constant is the constant");
	ok(deviate == 0, "and its deviation is 0");
}

static void test_kinds(void)
{
	const char *right[] = { "max", "mean" }, *wrong[] = { "mean", "maxx" };
	unsigned kinds = 0;
	char *error = NULL;
	ok(aggregate_kinds(&(struct opt_list){ right, 2 }, &kinds, &error) == 0 &&
			kinds == (1u << AGGREGATE_MEAN | 1u << AGGREGATE_MAX),
		"names are read");
	ok(aggregate_kinds(&(struct opt_list){ wrong, 2 }, &kinds, &error) < 0,
		"wrong ones are not");
	is_str(error, "there is no maxx; did you mean max?", "and it says what was meant");
	free(error);
}

int main(void)
{
	test_split();
	test_hostile();
	test_constant();
	test_kinds();
	return done();
}

/* An engine with state: taken down and back anywhere in a stream it goes on the same, and no damaged
 * state does it harm. The test includes this behind
 *
 *     typedef struct windows engine;
 *     #define ENGINE(call) windows_##call
 *
 * with the engine's form, a stream of samples, and feed(), by which what comes of a sample goes to out
 * (an L where it is late). */
#ifndef DUTO_TEST_RESUME_H
#define DUTO_TEST_RESUME_H

#include "hostile.h"

static bool load(engine *e, struct buffer state)
{
	struct cursor c = wire_cursor(buffer_str(&state));
	return ENGINE(load)(e, &c) && c.at == c.end;
}

/* Another one with the same state; NULL where it cannot be made, or says another state. */
static engine *taken_over(engine *e)
{
	struct buffer state = { 0 }, same = { 0 };
	engine *other = ENGINE(open)(&form);
	ENGINE(save)(e, &state);
	bool loaded = load(other, state);
	ENGINE(save)(other, &same);
	loaded &= str_eq(buffer_str(&state), buffer_str(&same));
	ENGINE(close)(e);
	buffer_free(&state);
	buffer_free(&same);
	if (loaded)
		return other;
	ENGINE(close)(other);
	return NULL;
}

/* Feeds the stream; at each sample from first on, and every so many, the engine is replaced. False:
 * that failed. */
static bool run(int first, int every)
{
	struct sample s = { 0 };
	engine *e = ENGINE(open)(&form);
	int i = 0;
	out.len = 0;
	for (size_t at = 0; at < stream.len && e; at += s.len, i++) {
		if (i >= first && (i - first) % every == 0)
			e = taken_over(e);
		sample_decode(&s, stream.data + at, stream.len - at);
		if (e)
			feed(e, &s);
	}
	if (e)
		ENGINE(end)(e);
	ENGINE(close)(e);
	return e;
}

/* At a sample in every so many, then at each of them. */
static void test_split(int samples, int every, bool (*plausible)(struct buffer whole))
{
	struct buffer whole = { 0 };
	int differ = 0;
	run(samples, 1);
	buffer_add_str(&whole, buffer_str(&out));
	ok(plausible(whole), "%zu bytes of results", whole.len);
	ok(memchr(whole.data, 'L', whole.len), "some samples are late");
	for (int split = 0; split < samples; split += every)
		differ += !run(split, samples) || !str_eq(buffer_str(&whole), buffer_str(&out));
	ok(differ == 0, "saved and loaded at any of %d samples, the results are the same",
		samples / every);
	ok(run(0, 1) && str_eq(buffer_str(&whole), buffer_str(&out)), "and at each of them");
	buffer_free(&whole);
}

static bool survives(struct buffer state)
{
	engine *e = ENGINE(open)(&form);
	struct sample s = { 0 };
	bool loaded = load(e, state);
	if (loaded) {
		sample_decode(&s, stream.data, stream.len);
		feed(e, &s);
		ENGINE(end)(e);
	}
	ENGINE(close)(e);
	out.len = 0;
	return loaded;
}

static void state_at_half(struct buffer *to)
{
	engine *e = ENGINE(open)(&form);
	struct sample s = { 0 };
	for (size_t at = 0; at < stream.len / 2; at += s.len) {
		sample_decode(&s, stream.data + at, stream.len - at);
		feed(e, &s);
	}
	ENGINE(save)(e, to);
	ENGINE(close)(e);
	out.len = 0;
}

static void test_hostile(size_t every, int damages)
{
	struct buffer state = { 0 };
	state_at_half(&state);
	ok(survives(state), "a state of %zu bytes is taken", state.len);
	hostile_states(state, every, damages, survives);
	buffer_free(&state);
}

#endif

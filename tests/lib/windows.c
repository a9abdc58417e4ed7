/* Windows: their state taken down and back at every sample of a stream changes nothing. */
#include "windows.h"

#include <errno.h>
#include <stdlib.h>

#include "random.h"
#include "tap.h"

enum { SAMPLES = 400, SOURCES = 4, DAMAGES = 5000 };

static struct buffer out, stream;

static void on_closed(struct str source, int64_t start, struct window *window)
{
	static struct sample_writer w;
	sample_begin(&w, &out, start, source, 1, 1, STR(""));
	window_write(window, &w);
	sample_end(&w);
}

enum { ALL = (1 << AGGREGATE_KINDS) - 1 };

/* Fewer sources at once than there are: some leave. */
static struct windows_form form = { .every = 10,
	.late = 25,
	.set = { ALL, { "p50", "p90" }, { 0.5, 0.9, 0.1, 0.2, 0.3, 0.4, 1, 0 } },
	.good_share = 0.9,
	.sources = SOURCES - 1,
	.closed = on_closed };

/* Late ones, fields that come and go, Bad values, and marks. */
static void make_stream(void)
{
	static struct sample_writer w;
	struct random r;
	random_seed(&r, 1, 0);
	for (int i = 0; i < SAMPLES; i++) {
		char source[] = "p/0";
		source[2] = (char)('0' + random_below(&r, SOURCES) * random_below(&r, 2));
		bool mark = random_below(&r, 20) == 0;
		sample_begin(&w, &stream, i + (int64_t)random_below(&r, 60), str(source), 1,
			(uint64_t)i, mark ? STR("mark") : STR(""));
		if (random_below(&r, 2))
			sample_add_integer(&w, STR("count"), (int64_t)random_bits(&r) >> 1);
		if (random_below(&r, 3))
			sample_add_number(&w, STR("x"), (double)random_below(&r, 1000) / 7);
		if (random_below(&r, 10) == 0)
			sample_add_status(&w, STR("x"), STATUS_BAD);
		if (random_below(&r, 5) == 0)
			sample_add_text(&w, STR("state"), STR("running"));
		sample_end(&w);
	}
}

static void feed(struct windows *w, struct sample *s)
{
	if (!sample_is_measurement(s))
		windows_mark(w, s->source, s->time);
	else if (windows_add(w, s) == -ESTALE)
		buffer_add_char(&out, 'L');
}

static bool load(struct windows *w, struct buffer state)
{
	struct cursor c = wire_cursor(buffer_str(&state));
	return windows_load(w, &c) && c.at == c.end;
}

/* Other windows with the same state; NULL where they cannot be made, or say another state. */
static struct windows *taken_over(struct windows *w)
{
	struct buffer state = { 0 }, same = { 0 };
	struct windows *other = windows_open(&form);
	windows_save(w, &state);
	bool loaded = load(other, state);
	windows_save(other, &same);
	loaded &= str_eq(buffer_str(&state), buffer_str(&same));
	windows_close(w);
	buffer_free(&state);
	buffer_free(&same);
	if (loaded)
		return other;
	windows_close(other);
	return NULL;
}

/* Feeds the stream; at each sample from first on, and every so many, the windows are replaced. False:
 * that failed. */
static bool run(int first, int every)
{
	struct sample s = { 0 };
	struct windows *w = windows_open(&form);
	int i = 0;
	out.len = 0;
	for (size_t at = 0; at < stream.len && w; at += s.len, i++) {
		if (i >= first && (i - first) % every == 0)
			w = taken_over(w);
		sample_decode(&s, stream.data + at, stream.len - at);
		if (w)
			feed(w, &s);
	}
	if (w)
		windows_end(w);
	windows_close(w);
	return w;
}

static void test_split(void)
{
	struct buffer whole = { 0 };
	int differ = 0;
	run(SAMPLES, 1);
	buffer_add_str(&whole, buffer_str(&out));
	ok(whole.len > 1000, "%zu bytes of results", whole.len);
	ok(memchr(whole.data, 'L', whole.len), "some samples are late");
	for (int split = 0; split < SAMPLES; split++)
		differ += !run(split, SAMPLES) || !str_eq(buffer_str(&whole), buffer_str(&out));
	ok(differ == 0, "saved and loaded at any of %d samples, the results are the same", SAMPLES);
	ok(run(0, 1) && str_eq(buffer_str(&whole), buffer_str(&out)), "and at each of them");
	buffer_free(&whole);
}

static bool survives(struct buffer state)
{
	struct windows *w = windows_open(&form);
	struct sample s = { 0 };
	bool loaded = load(w, state);
	if (loaded) {
		sample_decode(&s, stream.data, stream.len);
		feed(w, &s);
		windows_end(w);
	}
	windows_close(w);
	out.len = 0;
	return loaded;
}

static void state_at_half(struct buffer *to)
{
	struct windows *w = windows_open(&form);
	struct sample s = { 0 };
	for (size_t at = 0; at < stream.len / 2; at += s.len) {
		sample_decode(&s, stream.data + at, stream.len - at);
		feed(w, &s);
	}
	windows_save(w, to);
	windows_close(w);
}

static void test_hostile(void)
{
	struct buffer state = { 0 };
	struct random r;
	int taken = 0;
	random_seed(&r, 2, 0);
	state_at_half(&state);
	ok(survives(state), "a state of %zu bytes is taken", state.len);
	for (size_t len = 0; len < state.len; len++)
		taken += survives((struct buffer){ state.data, len, len });
	ok(taken == 0, "cut short it is refused");
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
	ok(!survives((struct buffer){ (uint8_t *)"\xdd\xff\xff\xff\xff", 5, 5 }),
		"4 billion sources");
	buffer_free(&state);
}

int main(void)
{
	make_stream();
	test_split();
	test_hostile();
	form.every = 5;
	form.over = 20;
	form.late = 5;
	form.revise = 20;
	test_split();
	test_hostile();
	form.gap = 7;
	test_split();
	test_hostile();
	buffer_free(&stream);
	buffer_free(&out);
	return done();
}

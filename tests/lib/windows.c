/* Windows: their state taken down and back at every sample of a stream changes nothing. */
#include "window/windows.h"

#include <errno.h>
#include <stdlib.h>

#include "random.h"

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

typedef struct windows engine;
#define ENGINE(call) windows_##call
#include "resume.h"

static bool is_plausible(struct buffer whole)
{
	return whole.len > 1000;
}

static void test(void)
{
	test_split(SAMPLES, 1, is_plausible);
	test_hostile(1, DAMAGES);
	ok(!survives((struct buffer){ (uint8_t *)"\xdd\xff\xff\xff\xff", 5, 5 }),
		"4 billion sources");
}

int main(void)
{
	make_stream();
	test();
	form.every = 5;
	form.over = 20;
	form.late = 5;
	form.revise = 20;
	test();
	form.gap = 7;
	test();
	buffer_free(&stream);
	buffer_free(&out);
	return done();
}

/* Keeps and checkpoints on a disk that loses power, whose syncs fail and which fills up.
 *
 *     keep [CRASHES [SEED]]
 *
 * A recorded stream goes into keep A, sealed and thinned out as it grows; a stage adds it up and saves
 * its state at positions; its results go into keep B (schemas/keep.md). Whatever is lost at whatever
 * moment, what was accepted is there once, as it was, in order, and B holds what it would have held
 * without a crash. After each crash the stream is fed again from some way before what was accepted.
 */
#include <errno.h>
#include <stdlib.h>

#include "../lib/tap.h"
#include "clock.h"
#include "disk.h"
#include "filter/checkpoint.h"
#include "keep/keep.h"
#include "random.h"
#include "sample.h"
#include "text.h"

enum { STREAM = 400, SOURCES = 3, STAGE_OWNER = 77 };

static const char *const sources[SOURCES] = { "plant/m1", "plant/m2", "gappy" };
static struct str stream[STREAM + 1]; /* from 1: the samples, by number in A */
static struct str results[STREAM + 1];
static int result_of[STREAM + 1]; /* how many results the stage has made up to this number */
static struct buffer bytes, result_bytes;

static struct random chance;
static struct keep_writer *a, *b;
static struct keep_reader *stage;
static uint64_t accepted_a, accepted_b; /* in B: results */
static uint64_t cursor;			/* that is on disk for sure */
static int64_t now;
/* A writer was killed when syncs failed: readers may see what is in the page cache only, and is lost with the power unless the next writer comes before (schemas/keep.md). */
static bool doubtful;
static char trouble[512];

struct state {
	uint64_t sums[SOURCES], counts[SOURCES];
};

static struct {
	struct state state;
	uint64_t read, position, results, committed;
} at; /* where the stage stands */

static struct {
	uint64_t crashes, repeats, torn, unfinished, corrupt, sealed, gone, full, failed;
	int64_t slowest;
} seen;

__attribute__((format(printf, 1, 2))) static bool wrong(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (!*trouble)
		vsnprintf(trouble, sizeof(trouble), format, args);
	va_end(args);
	return false;
}

static uint64_t below(uint64_t n)
{
	return random_below(&chance, n);
}

/* The stream, and what the stage makes of it. */

static int source_index(struct str source)
{
	for (int i = 0; i < SOURCES; i++)
		if (str_eq(source, str(sources[i])))
			return i;
	return -1;
}

static void add_result(struct state *s, const struct sample *in, struct buffer *to)
{
	static struct sample_writer w;
	static struct field x = { .name = { "x", 1 } };
	struct wire value;
	int i = source_index(in->source);
	if (in->kind.len || i < 0 || !sample_find(in, &x, &value))
		return;
	s->sums[i] += value.u;
	sample_begin(&w, to, in->time, in->source, 99, ++s->counts[i], STR("score"));
	sample_add_unsigned(&w, STR("sum"), s->sums[i]);
	sample_end(&w);
}

static void add_sample(uint64_t number, uint64_t seqs[SOURCES])
{
	static struct sample_writer w;
	uint64_t i = below(SOURCES);
	bool schema = below(20) == 0;
	seqs[i] += i == 2 ? 1 + below(3) : 1;
	sample_begin(&w, &bytes, (int64_t)(1000 + number) * SECONDS, str(sources[i]), 5, seqs[i],
		schema ? STR("schema") : (struct str){ 0 });
	sample_add_unsigned(&w, STR("x"), below(1000000));
	sample_add_text(
		&w, STR("padding"), (struct str){ "................................", below(32) });
	sample_end(&w);
}

static void cut_into(const struct buffer *from, struct str *to)
{
	struct sample s = { 0 };
	for (size_t at = 0; at < from->len; at += s.len) {
		sample_decode(&s, from->data + at, from->len - at);
		*to++ = (struct str){ (char *)from->data + at, s.len };
	}
}

static void make_stream(void)
{
	struct state state = { 0 };
	struct sample s = { 0 };
	uint64_t seqs[SOURCES] = { 0 };
	bytes.len = result_bytes.len = 0;
	for (uint64_t number = 1; number <= STREAM; number++)
		add_sample(number, seqs);
	cut_into(&bytes, stream + 1);
	for (int number = 1; number <= STREAM; number++) {
		size_t before = result_bytes.len;
		sample_decode(&s, (uint8_t *)stream[number].data, stream[number].len);
		add_result(&state, &s, &result_bytes);
		result_of[number] = result_of[number - 1] + (result_bytes.len > before);
	}
	cut_into(&result_bytes, results + 1);
}

/* Opening, which is recovering. */

static bool open_keep(struct keep_writer **w, const char *path, const struct keep_limits *limits)
{
	struct keep_recovery found;
	char *error;
	int64_t start = clock_read(CLOCK_PROCESS_CPUTIME_ID);
	int r = keep_writer_open(w, path, limits, &found, &error);
	int64_t took = clock_read(CLOCK_PROCESS_CPUTIME_ID) - start;
	seen.slowest = took > seen.slowest ? took : seen.slowest;
	if (r) {
		*w = NULL;
		if (!crash_has_come())
			wrong("%s does not open: %s", path, error);
		free(error);
		return false;
	}
	seen.torn += found.torn > 0;
	seen.unfinished += found.unfinished > 0;
	seen.corrupt += found.corrupt;
	if (found.corrupt)
		wrong("%s: %s", path, found.message);
	free(found.message);
	return true;
}

static uint64_t position_number(const struct sample *s)
{
	static struct field number = { .name = { "number", 6 } };
	struct wire w = { 0 };
	sample_find(s, &number, &w);
	return w.u;
}

static uint64_t position_input(const struct sample *s)
{
	static struct field input = { .name = { "input", 5 } };
	struct wire w = { 0 };
	sample_find(s, &input, &w);
	return w.u;
}

static bool load_state(uint64_t number)
{
	struct buffer state = { 0 };
	int folder = checkpoint_open("/checkpoints");
	int r = folder < 0 ? folder : checkpoint_load(folder, number, STAGE_OWNER, &state);
	disk_close(folder);
	if (!r && state.len == sizeof(at.state))
		memcpy(&at.state, state.data, state.len);
	else if (!crash_has_come())
		wrong("the state at position %d is not to be had: %s", (int)number, strerror(-r));
	buffer_free(&state);
	return !r;
}

/* As the filters do: from the last position in B. */
static bool resume_stage(void)
{
	struct buffer position = { 0 };
	struct sample s = { 0 };
	char *error;
	memset(&at, 0, sizeof(at));
	if (keep_reader_open(&stage, "/a", &error)) {
		stage = NULL;
		free(error);
		return crash_has_come() || wrong("A does not open for reading");
	}
	keep_writer_position(b, &position);
	if (position.len) {
		sample_decode(&s, position.data, position.len);
		at.position = at.committed = position_number(&s);
		at.read = position_input(&s);
	}
	buffer_free(&position);
	at.results = (uint64_t)result_of[at.read];
	keep_reader_seek(stage, at.read);
	return !at.position || load_state(at.position);
}

static bool open_all(void)
{
	struct keep_limits for_a = { .segment = 3000, .size = 24000 };
	struct keep_limits for_b = { .segment = 2000 };
	return open_keep(&a, "/a", &for_a) && open_keep(&b, "/b", &for_b) && resume_stage();
}

static void close_all(void)
{
	keep_writer_close(a);
	keep_writer_close(b);
	keep_reader_close(stage);
	a = b = NULL;
	stage = NULL;
}

/* What is in the keeps. */

struct content {
	struct buffer samples;
	uint64_t count, first;
};

static bool read_keep(const char *path, struct content *ret)
{
	struct keep_reader *r;
	struct keep_block block;
	struct sample s = { 0 };
	char *error;
	int result = keep_reader_open(&r, path, &error);
	if (result == -ENOENT && !accepted_a) {
		free(error);
		return true;
	}
	if (result)
		return wrong("%s", error);
	while ((result = keep_reader_read(r, &block, &error)) == 1) {
		if (block.missing)
			wrong("%s: %d missing before %d", path, (int)block.missing,
				(int)block.first);
		ret->first = ret->first ? ret->first : block.first;
		buffer_add(&ret->samples, block.data, block.len);
		for (size_t done = 0; done < block.len; done += s.len, ret->count++)
			if (sample_decode(&s, block.data + done, block.len - done) <= 0)
				return wrong("%s: no samples", path);
	}
	keep_reader_close(r);
	return result == 0 || wrong("%s: %s", path, error ? error : strerror(-result));
}

static bool is_part(const struct content *c, const struct str *expected, uint64_t first)
{
	struct str e = { expected[first].data, c->samples.len };
	return !c->count || str_eq(buffer_str(&c->samples), e);
}

static bool check_a(void)
{
	struct content c = { 0 };
	bool good = read_keep("/a", &c);
	uint64_t last = c.first + c.count - 1;
	if (good && accepted_a && !c.count)
		good = wrong("A is empty, %d were accepted", (int)accepted_a);
	if (good && c.count && last < accepted_a)
		good = wrong("A ends at %d, %d were accepted", (int)last, (int)accepted_a);
	if (good && !is_part(&c, stream, c.first))
		good = wrong("A is not what was given, %d..%d", (int)c.first, (int)last);
	if (good && c.first > cursor + 1)
		good = wrong("A begins at %d, the cursor is at %d", (int)c.first, (int)cursor);
	if (c.count && last > accepted_a && !doubtful)
		accepted_a = last; /* whoever read it relies on it */
	seen.gone += c.first > 1;
	buffer_free(&c.samples);
	return good;
}

static bool check_b(void)
{
	struct content c = { 0 };
	bool good = read_keep("/b", &c);
	if (good && c.count < accepted_b)
		good = wrong("B has %d, %d were accepted", (int)c.count, (int)accepted_b);
	if (good && !is_part(&c, results, 1))
		good = wrong("B is not what it would have been, of %d", (int)c.count);
	if (c.count > accepted_b && !doubtful)
		accepted_b = c.count;
	buffer_free(&c.samples);
	return good;
}

/* What happens in a session. */

static bool syncs_fail;
static uint64_t fed; /* up to this number A was given the stream */

static void check_error(int r, const char *what)
{
	seen.full += r == -ENOSPC || r == -EFBIG;
	seen.failed += r == -EIO && !crash_has_come();
	if (r < 0 && r != -ENOSPC && r != -EFBIG && r != -EIO)
		wrong("%s: %s", what, strerror(-r));
}

static void feed(void)
{
	uint64_t to = fed + 1 + below(12);
	to = to < STREAM ? to : STREAM;
	if (fed == STREAM)
		return;
	const char *from = stream[fed + 1].data;
	size_t len = (size_t)(stream[to].data + stream[to].len - from);
	int r = keep_append(a, (const uint8_t *)from, len, ++now);
	check_error(r, "append to A");
	if (!r)
		fed = to;
}

static void commit_a(void)
{
	uint64_t number = fed;
	int r = keep_commit(a);
	check_error(r, "commit of A");
	if (r)
		return;
	accepted_a = number > accepted_a ? number : accepted_a;
	if (keep_writer_number(a) < accepted_a)
		wrong("A's number is %d, %d were accepted", (int)keep_writer_number(a),
			(int)accepted_a);
}

static void tidy(struct keep_writer *w)
{
	int r = keep_tidy(w, ++now);
	check_error(r, "tidying");
	seen.sealed += r == 1;
}

/* Samples of A up to the end of a block, and a position behind them. */
static void run_stage(void)
{
	struct keep_block block;
	struct sample s = { 0 };
	struct buffer out = { 0 };
	char *error;
	int r = keep_reader_read(stage, &block, &error);
	if (r < 0 && !crash_has_come())
		wrong("the stage reads: %s", error ? error : strerror(-r));
	if (r < 0)
		free(error);
	if (r != 1)
		return;
	if (block.missing)
		wrong("the stage misses %d", (int)block.missing);
	for (size_t done = 0; done < block.len; done += s.len) {
		sample_decode(&s, block.data + done, block.len - done);
		add_result(&at.state, &s, &out);
	}
	while ((r = keep_append(b, out.data, out.len, ++now)) != 0 && !crash_has_come()) {
		check_error(r, "append to B");
		crash_limit(0);
		crash_fail_syncs(0);
	}
	at.read = r ? at.read : block.last;
	buffer_free(&out);
}

static int save_state(uint64_t number)
{
	int folder = checkpoint_open("/checkpoints"), r;
	if (folder < 0)
		return folder;
	r = checkpoint_save(folder, number, STAGE_OWNER,
		(struct str){ (const char *)&at.state, sizeof(at.state) });
	if (!r && at.committed)
		r = checkpoint_forget(folder, at.committed, number);
	disk_close(folder);
	return r;
}

static void put_position(void)
{
	static struct sample_writer w;
	struct buffer position = { 0 };
	if (save_state(at.position + 1))
		return;
	sample_begin(&w, &position, now, STR("stage"), 0, 0, STR("position"));
	sample_add_unsigned(&w, STR("number"), ++at.position);
	sample_add_unsigned(&w, STR("input"), at.read);
	sample_end(&w);
	int r = keep_append(b, position.data, position.len, ++now);
	check_error(r, "position to B");
	buffer_free(&position);
	if (r || keep_commit(b))
		return;
	at.committed = at.position;
	accepted_b = (uint64_t)result_of[at.read];
	if (keep_cursor_write("/a", "stage", at.read) == 0)
		cursor = at.read;
}

static void act(void)
{
	switch (below(12)) {
	case 0 ... 2:
		feed();
		break;
	case 3 ... 4:
		commit_a();
		break;
	case 5 ... 6:
		tidy(below(4) ? a : b);
		break;
	case 7 ... 8:
		run_stage();
		break;
	case 9:
		put_position();
		break;
	case 10:
		crash_limit(below(4) ? 0 : 20000 + below(60000));
		break;
	default:
		syncs_fail = below(3) == 0;
		crash_fail_syncs(syncs_fail ? 2 + below(6) : 0);
	}
}

static void session(void)
{
	uint64_t repeated = below(30);
	enum crash_kind kind = below(5) ? CRASH_POWER : CRASH_KILL;
	crash_at(1 + below(below(4) ? 60 : 400), kind);
	fed = accepted_a > repeated ? accepted_a - repeated : 0;
	if (open_all())
		while (!crash_has_come() && !*trouble && accepted_b < (uint64_t)result_of[STREAM])
			act();
	if (a)
		seen.repeats += keep_writer_repeats(a);
	close_all();
	seen.crashes += crash_has_come();
	doubtful = kind == CRASH_KILL && (doubtful || syncs_fail);
	crash_fail_syncs(0);
	syncs_fail = false;
	crash_limit(0);
	crash_restart();
}

/* One stream from its first sample to the last result. */
static bool run(uint64_t seed)
{
	random_seed(&chance, seed, 1);
	crash_format(seed);
	make_stream();
	accepted_a = accepted_b = cursor = 0;
	doubtful = false;
	while (!*trouble && accepted_b < (uint64_t)result_of[STREAM]) {
		session();
		if (below(2) == 0 && check_a())
			check_b();
	}
	return !*trouble && open_all() && (close_all(), check_a()) && check_b();
}

int main(int argc, char **argv)
{
	uint64_t crashes = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	while (seen.crashes < crashes && run(seed))
		seed++;
	if (!ok(!*trouble, "every crash is recovered from"))
		printf("# seed %d, crash %d: %s\n", (int)seed, (int)seen.crashes, trouble);
	ok(seen.slowest < 2 * SECONDS, "in less than 2 s of CPU");
	ok(seen.repeats && seen.torn && seen.unfinished && seen.sealed && seen.gone && seen.full &&
			seen.failed,
		"all kinds of trouble were had");
	printf("# %d crashes, slowest recovery %d ms; %d repeats left out, %d torn tails, %d times unfinished; %d steps of "
	       "tidying, oldest gone %d times; no room %d times, %d syncs failed\n",
		(int)seen.crashes, (int)(seen.slowest / MILLISECONDS), (int)seen.repeats,
		(int)seen.torn, (int)seen.unfinished, (int)seen.sealed, (int)seen.gone,
		(int)seen.full, (int)seen.failed);
	return done();
}

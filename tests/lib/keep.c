/* A keep: what is given comes back, to readers that follow and to those that come later. */
#include "keep/keep.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "sample.h"
#include "tap.h"
#include "text.h"

static const struct keep_limits no_limits;
/* In memory: what is tested are files, not how long a disk takes to sync. */
static char folder[] = "/dev/shm/duto-keep.XXXXXX";

static void add(struct buffer *to, const char *source, uint64_t run, uint64_t seq, const char *kind)
{
	static struct sample_writer w;
	sample_begin(&w, to, (int64_t)seq * 1000000000, str(source), run, seq, str(kind));
	sample_add_number(&w, STR("x"), (double)seq);
	sample_end(&w);
}

static struct keep_writer *open_writer(const char *path, struct keep_recovery *recovery)
{
	struct keep_writer *w = NULL;
	char *error = NULL;
	int r = keep_writer_open(&w, path, &no_limits, recovery, &error);
	ok(r == 0, "opens for writing");
	if (r)
		printf("# %d %s\n", r, error);
	free(error);
	return w;
}

static struct keep_reader *open_reader(const char *path)
{
	struct keep_reader *r = NULL;
	char *error = NULL;
	ok(keep_reader_open(&r, path, &error) == 0, "opens for reading");
	free(error);
	return r;
}

static bool reads(struct keep_reader *r, const struct buffer *expected)
{
	struct buffer got = { 0 };
	struct keep_block block;
	char *error;
	while (keep_reader_read(r, &block, &error) == 1)
		buffer_add(&got, block.data, block.len);
	bool same = str_eq(buffer_str(&got), buffer_str(expected));
	buffer_free(&got);
	return same;
}

static void round_trip(void)
{
	char *path = text_print("%s/plain", folder);
	struct keep_recovery recovery;
	struct buffer all = { 0 }, none = { 0 };
	struct keep_writer *w = open_writer(path, &recovery);
	struct keep_reader *r = open_reader(path);
	for (uint64_t seq = 1; seq <= 100; seq++)
		add(&all, "plant/m1", 7, seq, "");
	ok(keep_append(w, all.data, all.len, 1) == 0, "appends");
	ok(reads(r, &none), "nothing is seen before it is synced");
	ok(keep_commit(w) == 0, "commits");
	ok(reads(r, &all), "what was committed is seen");
	ok(keep_append(w, all.data, all.len, 1) == 0 && keep_commit(w) == 0 &&
			keep_writer_repeats(w) == 100 && reads(r, &none),
		"the same again is left out");
	ok(!keep_reader_ended(r) && keep_end(w) == 0 && keep_reader_ended(r), "the end");
	keep_writer_close(w);
	keep_reader_close(r);
	r = open_reader(path);
	ok(reads(r, &all) && keep_reader_ended(r), "all of it without a writer");
	w = open_writer(path, &recovery);
	ok(keep_writer_number(w) == 100 && !recovery.message, "nothing to recover");
	ok(keep_append(w, all.data, all.len, 1) == 0 && keep_writer_repeats(w) == 100,
		"repeats are known after a restart");
	keep_writer_close(w);
	keep_reader_close(r);
	buffer_free(&all);
	free(path);
}

/* Small segments, so that a few hundred samples make many. */
static const struct keep_limits small = { .segment = 2000 };

static struct keep_writer *open_small(const char *path, const struct keep_limits *limits)
{
	struct keep_recovery recovery;
	struct keep_writer *w = NULL;
	char *error;
	keep_writer_open(&w, path, limits, &recovery, &error);
	free(recovery.message);
	return w;
}

static void append_each(struct keep_writer *w, uint64_t from, uint64_t to, uint64_t step)
{
	struct buffer one = { 0 };
	for (uint64_t seq = from; seq <= to; seq += step) {
		one.len = 0;
		add(&one, seq % 2 ? "plant/odd" : "plant/even", 3, seq, seq % 50 ? "" : "schema");
		int r;
		while ((r = keep_append(w, one.data, one.len, (int64_t)seq)) == -EFBIG)
			keep_tidy(w, 2);
		if (r || keep_commit(w))
			printf("# seq %d is not taken\n", (int)seq);
	}
	buffer_free(&one);
}

static void seal_all(struct keep_writer *w)
{
	while (keep_tidy(w, 0) == 1)
		;
}

static uint64_t count(struct keep_reader *r, uint64_t *ret_missing)
{
	struct keep_block block;
	struct sample s = { 0 };
	uint64_t n = 0;
	char *error;
	*ret_missing = 0;
	while (keep_reader_read(r, &block, &error) == 1) {
		*ret_missing += block.missing;
		for (size_t at = 0; at < block.len; at += s.len, n++)
			sample_decode(&s, block.data + at, block.len - at);
	}
	return n;
}

static void sealed(void)
{
	char *path = text_print("%s/sealed", folder), *error;
	struct keep_writer *w = open_small(path, &small);
	struct keep_reader *follower = open_reader(path), *r;
	struct keep_query query = { .source = STR("plant/odd") };
	struct keep_block block;
	struct keep_info info;
	struct buffer schemas = { 0 };
	uint64_t missing, number = 0;
	append_each(w, 1, 200, 1);
	ok(keep_reader_read(follower, &block, &error) == 1 && block.first == 1, "a reader begins");
	seal_all(w);
	append_each(w, 201, 400, 1);
	ok(count(follower, &missing) == 399 && !missing, "and goes on while segments are sealed");
	seal_all(w);
	ok(keep_info(path, &info, &error) == 0 && info.sealed > 5 && info.last == 400 &&
			info.segments == info.sealed + 1 && info.writing,
		"all but the newest segment are sealed");
	keep_info_free(&info);
	append_each(w, 1, 400, 1);
	ok(keep_writer_number(w) == 400 && keep_writer_repeats(w) == 400,
		"repeats of sealed samples");
	r = open_reader(path);
	keep_reader_seek(r, 123);
	ok(count(r, &missing) == 277 && !missing, "reading from a number in a sealed block");
	keep_reader_seek(r, 0);
	keep_reader_query(r, &query);
	ok(count(r, &missing) < 400, "blocks of sealed samples by source");
	ok(keep_reader_find(r, INT64_C(300) * 1000000000, &number) == 0 && number < 300 &&
			number > 200,
		"a time is found: behind %d", (int)number);
	ok(keep_reader_schemas(r, 199, &schemas) == 0 && schemas.len == 0,
		"schemas of that source");
	query.source = STR("plant");
	keep_reader_query(r, &query);
	struct sample s = { 0 };
	ok(keep_reader_schemas(r, 199, &schemas) == 0 &&
			sample_decode(&s, schemas.data, schemas.len) == (int)schemas.len &&
			s.seq == 150,
		"the last schema before a number");
	buffer_free(&schemas);
	keep_reader_close(r);
	keep_reader_close(follower);
	keep_writer_close(w);
	free(path);
}

/* Every third seq: more gaps than are held in memory. */
/* The first position of a stream stands behind nothing, and has the time 0. */
static void times(void)
{
	char *path = text_print("%s/times", folder), *error;
	struct keep_writer *w = open_small(path, &small);
	struct buffer position = { 0 };
	struct keep_info info;
	for (uint64_t seq = 0; seq <= 200; seq += 20) {
		position.len = 0;
		add(&position, "stage", 0, seq, "position");
		append_each(w, seq + 1, seq + 19, 1);
		keep_append(w, position.data, position.len, 1);
		keep_commit(w);
	}
	for (int sealed = 0; sealed <= 1; sealed++) {
		ok(keep_info(path, &info, &error) == 0 && !info.sealed == !sealed &&
				info.oldest == 1000000000 && info.newest == 219000000000,
			"positions are no readings' times");
		keep_info_free(&info);
		seal_all(w);
	}
	keep_writer_close(w);
	buffer_free(&position);
	free(path);
}

static void gaps(void)
{
	char *path = text_print("%s/gaps", folder);
	struct keep_writer *w = open_small(path, &small);
	append_each(w, 1, 1000, 3);
	seal_all(w);
	ok(keep_writer_number(w) == 334, "a stream with gaps is taken");
	append_each(w, 1, 1000, 3);
	ok(keep_writer_number(w) == 334 && keep_writer_repeats(w) == 334, "once");
	append_each(w, 2, 1000, 3);
	ok(keep_writer_number(w) == 667, "what fills its gaps is new");
	keep_writer_close(w);
	w = open_small(path, &small);
	append_each(w, 1, 1000, 1);
	ok(keep_writer_number(w) == 1000 && keep_writer_repeats(w) == 667, "also after a restart");
	keep_writer_close(w);
	free(path);
}

static void retention(void)
{
	static const struct keep_limits limits = { .size = 16000 },
					drop = { .size = 16000, .drop_oldest = true };
	char *path = text_print("%s/retention", folder);
	struct keep_writer *w = open_small(path, &limits);
	struct keep_reader *r = open_reader(path);
	struct buffer one = { 0 };
	uint64_t seq = 0, missing;
	int result = 0;
	ok(keep_cursor_write(path, "reader", 10) == 0, "a cursor");
	while (!result && ++seq < 2000) {
		one.len = 0;
		add(&one, "plant/m", 3, seq, "");
		result = keep_append(w, one.data, one.len, 1);
		keep_commit(w);
		while (keep_tidy(w, 2) == 1)
			;
	}
	ok(result == -EFBIG, "at its size a keep takes no more than its readers have left");
	ok(count(r, &missing) == seq - 1 && !missing, "and has all that they need");
	ok(keep_cursor_write(path, "reader", seq - 1) == 0 && keep_tidy(w, 2) == 1 &&
			keep_append(w, one.data, one.len, 1) == 0,
		"when they have come on, there is room");
	keep_cursor_write(path, "reader", 10);
	keep_writer_close(w);
	w = open_small(path, &drop);
	append_each(w, 10000, 11000, 1);
	while (keep_tidy(w, 2) == 1)
		;
	keep_reader_seek(r, 10);
	ok(count(r, &missing) > 0 && missing > 0, "or the oldest leave, leaving a gap");
	ok(keep_cursor_forget(path, "reader") == 0 &&
			keep_cursor_read(path, "reader", &missing) == -ENOENT &&
			keep_cursor_write(path, "../x", 1) == -EINVAL,
		"cursors are forgotten, and have names");
	keep_reader_close(r);
	keep_writer_close(w);
	buffer_free(&one);
	free(path);
}

static void newer_format(void)
{
	char *path = text_print("%s/newer", folder), *id = text_print("%s/ID", path), *error;
	struct keep_recovery recovery;
	struct keep_writer *w;
	struct keep_reader *r;
	keep_writer_close(open_small(path, &small));
	FILE *f = fopen(id, "w");
	fputs("duto keep 2\nsomething else\n", f);
	fclose(f);
	ok(keep_writer_open(&w, path, &small, &recovery, &error) == -ENOTSUP, "a newer format");
	ok(strstr(error, "of format 2") != NULL, "is named: %s", error);
	free(error);
	ok(keep_reader_open(&r, path, &error) == -ENOTSUP, "and is not read");
	free(error);
	free(id);
	free(path);
}

static int place(const char *path, const char *id, uint64_t number)
{
	struct keep_reader *r = open_reader(path);
	uint64_t found;
	int result = keep_reader_place(r, str(id), number, &found);
	keep_reader_close(r);
	return result ? result : (int)found;
}

static void read_id(const char *path, char ret[KEEP_ID_SIZE])
{
	struct keep_reader *r = open_reader(path);
	strcpy(ret, keep_reader_id(r));
	keep_reader_close(r);
}

/* As where a backup is restored, twice, with samples between. */
static void copies(void)
{
	char *path = text_print("%s/original", folder), *copy = text_print("%s/copy", folder);
	char *again = text_print("%s/again", folder), *error;
	char *damaged = text_print("%s/former", again);
	char first[KEEP_ID_SIZE], second[KEEP_ID_SIZE];
	struct keep_writer *w = open_small(path, &small);
	append_each(w, 1, 10, 1);
	read_id(path, first);
	ok(keep_copy_link(path, copy) == 0 && keep_copy_cut(path, copy, 10) == 0 &&
			place(copy, first, 7) == 7,
		"a copy");
	ok(keep_renew(copy, &error) == 0 && place(copy, first, 7) == 7, "in its original's place");
	read_id(copy, second);
	ok(strcmp(first, second) != 0 && place(copy, second, 12) == 12, "it has an id of its own");
	ok(place(copy, first, 12) == 10, "what its original gave behind it is not here");
	ok(place(path, second, 7) == -ENOENT, "nor is another keep");
	keep_writer_close(w);
	w = open_small(copy, &small);
	append_each(w, 11, 15, 1);
	ok(keep_copy_link(copy, again) == 0 && keep_copy_cut(copy, again, 15) == 0 &&
			keep_renew(again, &error) == 0,
		"a copy of it");
	ok(place(again, first, 12) == 10 && place(again, second, 12) == 12 &&
			place(again, second, 20) == 15,
		"knows both");
	FILE *f = fopen(damaged, "a");
	fputs("something\n", f);
	fclose(f);
	ok(place(again, "something else", 1) == -EBADMSG, "and says where it does not");
	keep_writer_close(w);
	free(damaged);
	free(again);
	free(copy);
	free(path);
}

static void one_writer(void)
{
	char *path = text_print("%s/plain", folder), *error;
	struct keep_recovery recovery;
	struct keep_writer *w = open_small(path, &small), *other;
	ok(keep_writer_open(&other, path, &small, &recovery, &error) == -EBUSY, "one writer");
	free(error);
	keep_writer_close(w);
	free(path);
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	round_trip();
	sealed();
	times();
	gaps();
	retention();
	newer_format();
	copies();
	one_writer();
	char *remove = text_print("rm -r %s", folder);
	if (system(remove))
		return 1;
	free(remove);
	return done();
}

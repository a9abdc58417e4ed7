/* A keep: what is given comes back, to readers that follow and to those that come later. */
#include "keep.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "sample.h"
#include "tap.h"
#include "text.h"

static const struct keep_limits no_limits;
static char folder[] = "/tmp/duto-keep.XXXXXX";

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

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	round_trip();
	char *remove = text_print("rm -r %s", folder);
	if (system(remove))
		return 1;
	free(remove);
	return done();
}

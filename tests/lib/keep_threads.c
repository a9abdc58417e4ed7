/* One thread appends, one commits, one tidies, one reads: all at once. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "keep/keep.h"
#include "sample.h"
#include "tap.h"
#include "text.h"

enum { SAMPLES = 20000, CALL = 20 };

/* In memory: what is tested is not how long a disk takes to sync. */
static char folder[] = "/dev/shm/duto-keep.XXXXXX";
static struct keep_writer *w;
static atomic_bool over, committed_all;
static atomic_int failed;

static void *append(void *unused)
{
	struct sample_writer writer = { 0 };
	struct buffer some = { 0 };
	for (uint64_t seq = 1; seq <= SAMPLES; seq++) {
		sample_begin(
			&writer, &some, (int64_t)seq, STR("plant/m"), 1, seq, (struct str){ 0 });
		sample_add_number(&writer, STR("x"), (double)seq);
		sample_end(&writer);
		if (seq % CALL)
			continue;
		failed += keep_append(w, some.data, some.len, 1) != 0;
		some.len = 0;
	}
	buffer_free(&some);
	over = true;
	return unused;
}

static void *commit(void *unused)
{
	for (bool last = false; !last;) {
		last = over;
		failed += keep_commit(w) != 0;
		sched_yield();
	}
	committed_all = true;
	return unused;
}

static void *tidy(void *unused)
{
	while (!committed_all)
		failed += keep_tidy(w, 1) < 0;
	return unused;
}

/* In order, and without a gap. */
static void *follow(void *unused)
{
	struct keep_reader *r;
	struct keep_block block;
	char *error;
	uint64_t next = 1;
	failed += keep_reader_open(&r, folder, &error) != 0;
	while (next <= SAMPLES && !failed) {
		int result = keep_reader_read(r, &block, &error);
		failed += result < 0 || (result == 1 && (block.first != next || block.missing));
		if (result == 1)
			next = block.last + 1;
		else
			sched_yield();
	}
	keep_reader_close(r);
	return unused;
}

int main(void)
{
	static void *(*const work[])(void *) = { append, commit, tidy, follow };
	static const struct keep_limits limits = { .segment = 30000 };
	struct keep_recovery recovery;
	pthread_t threads[4];
	char *error;
	if (!mkdtemp(folder) || keep_writer_open(&w, folder, &limits, &recovery, &error))
		return 1;
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, work[i], NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	ok(failed == 0 && keep_writer_number(w) == SAMPLES, "all at once, in order, without a gap");
	keep_writer_close(w);
	char *remove = text_print("rm -r %s", folder);
	return system(remove) ? 1 : done();
}

/* Keeps whose files were cut or had bytes changed: what is read is what was written, or not there; what
 * is damaged is named. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "disk.h"
#include "file.h"
#include "keep/keep.h"
#include "random.h"
#include "sample.h"
#include "tap.h"
#include "text.h"

enum { SAMPLES = 300, ATTEMPTS = 600 };

static const struct keep_limits limits = { .segment = 2000 };
/* In memory: what is tested are files, not how long a disk takes to sync. */
static char folder[] = "/dev/shm/duto-keep.XXXXXX";
static char *path;
static struct random chance;
static struct str originals[SAMPLES + 1]; /* by number */
static struct buffer bytes;
static char *names[64];
static struct buffer contents[64];
static int file_count;

static void make_samples(void)
{
	struct sample_writer w = { 0 };
	struct sample s = { 0 };
	for (uint64_t seq = 1; seq <= SAMPLES; seq++) {
		sample_begin(&w, &bytes, (int64_t)seq, STR("plant/m"), 1, seq, (struct str){ 0 });
		sample_add_number(&w, STR("x"), (double)random_below(&chance, 1000) / 10);
		sample_end(&w);
	}
	size_t at = 0;
	for (int i = 1; i <= SAMPLES; i++, at += s.len) {
		sample_decode(&s, bytes.data + at, bytes.len - at);
		originals[i] = (struct str){ (char *)bytes.data + at, s.len };
	}
}

static int open_writer(struct keep_writer **w)
{
	struct keep_recovery recovery = { 0 };
	char *error = NULL;
	int r = keep_writer_open(w, path, &limits, &recovery, &error);
	free(error);
	free(recovery.message);
	return r;
}

/* Half of its segments sealed. */
static void make_keep(void)
{
	struct keep_writer *w;
	open_writer(&w);
	for (int i = 1; i <= SAMPLES; i++) {
		keep_append(w, (const uint8_t *)originals[i].data, originals[i].len, i);
		if (i % 3 == 0)
			keep_commit(w);
		if (i == SAMPLES / 2)
			while (keep_tidy(w, i) == 1)
				;
	}
	keep_end(w);
	keep_writer_close(w);
}

static int remember(const char *name, void *context)
{
	(void)context;
	char *file = text_print("%s/%s", path, name);
	if (file_read(file, 1 << 20, &contents[file_count]) == 0)
		names[file_count++] = file;
	else
		free(file);
	return 0;
}

static int remove_each(const char *name, void *context)
{
	disk_remove(*(int *)context, name);
	return 0;
}

static void restore(void)
{
	int at = disk_folder(path, false);
	disk_list(at, remove_each, &at);
	disk_close(at);
	for (int i = 0; i < file_count; i++) {
		FILE *f = fopen(names[i], "w");
		fwrite(contents[i].data, 1, contents[i].len, f);
		fclose(f);
	}
}

static void damage(void)
{
	int i = (int)random_below(&chance, (uint64_t)file_count);
	size_t len = contents[i].len, at = len ? random_below(&chance, len) : 0;
	if (random_below(&chance, 4) == 0) {
		if (truncate(names[i], (off_t)at))
			abort();
		return;
	}
	FILE *f = fopen(names[i], "r+");
	fseek(f, (long)at, SEEK_SET);
	for (uint64_t n = 1 + random_below(&chance, 3); n; n--)
		fputc((int)random_below(&chance, 256), f);
	fclose(f);
}

static bool is_original(const struct keep_block *b)
{
	struct str expected = { originals[b->first].data, b->len };
	size_t len = 0;
	for (uint64_t n = b->first; n <= b->last && n <= SAMPLES; n++)
		len += originals[n].len;
	return b->last <= SAMPLES && len == b->len && memcmp(expected.data, b->data, len) == 0;
}

/* Samples read, or -1: something was wrong. Numbers add up to all of them. */
static int64_t read_all(uint64_t *ret_missing, bool *ret_named)
{
	struct keep_reader *r;
	struct keep_block block;
	int64_t count = 0;
	char *error;
	int result = keep_reader_open(&r, path, &error);
	if (result) {
		free(error);
		return 0;
	}
	while ((result = keep_reader_read(r, &block, &error)) == 1 || result == -EBADMSG) {
		if (result == 1 && !is_original(&block))
			count = -SAMPLES - 1;
		if (result == -EBADMSG)
			*ret_named &= strstr(error, path) && strstr(error, " byte ");
		free(result == -EBADMSG ? error : NULL);
		count += result == 1 ? (int64_t)(block.last - block.first + 1) : 0;
		*ret_missing += result == 1 ? block.missing : 0;
	}
	keep_reader_close(r);
	return count;
}

int main(void)
{
	int wrong = 0, damaged = 0, unnamed = 0, unopened = 0;
	if (!mkdtemp(folder))
		return 1;
	path = text_print("%s/keep", folder);
	random_seed(&chance, 7, 0);
	make_samples();
	make_keep();
	int at = disk_folder(path, false);
	disk_list(at, remember, NULL);
	disk_close(at);
	for (int i = 0; i < ATTEMPTS; i++) {
		uint64_t missing = 0;
		bool named = true;
		struct keep_writer *w;
		restore();
		damage();
		int64_t before = read_all(&missing, &named);
		int r = open_writer(&w);
		if (!r)
			keep_writer_close(w);
		int64_t after = read_all(&missing, &named);
		wrong += before < 0 || after < 0 || (!r && after < before);
		damaged += after < SAMPLES;
		unnamed += !named;
		unopened += r != 0;
	}
	ok(wrong == 0, "what is read is what was written");
	ok(unnamed == 0, "damage is named by file and byte");
	ok(damaged > ATTEMPTS / 10 && damaged < ATTEMPTS, "%d of %d were seen to be damaged",
		damaged, ATTEMPTS);
	ok(unopened < ATTEMPTS / 4, "all but %d open for writing (those with another ID)",
		unopened);
	char *remove = text_print("rm -r %s", folder);
	return system(remove) ? 1 : done();
}

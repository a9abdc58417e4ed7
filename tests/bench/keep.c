/* A keep beside what the disk can do: append with group commit against plain writes and fdatasync of
 * the same bytes; bytes on disk against zstd; opening 10 GB.
 *     keep [FOLDER [ROUNDS]] */
#include "keep/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "clock.h"
#include "disk.h"
#include "keep/format.h"
#include "sample.h"
#include "sim/meter.h"
#include "text.h"

enum { SAMPLES = 400000, SOURCES = 8, BATCH = 64 << 10, COMMIT = 4 << 20, ROUNDS_MAX = 99 };

static struct meter meters[SOURCES];
static struct buffer all;
static char *folder;

static double tenth(double v)
{
	return round(v * 10) / 10;
}

static void add_sample(struct sample_writer *w, uint64_t i)
{
	static const char *const names[] = { "voltage_l1", "voltage_l2", "voltage_l3",
		"voltage_l1_l2", "voltage_l2_l3", "voltage_l3_l1", "current_l1", "current_l2",
		"current_l3", "active_power", "reactive_power", "apparent_power", "power_factor",
		"frequency", "oil_temperature", "winding_temperature", "ambient_temperature",
		"load" };
	struct meter_row row;
	char source[32];
	double v[18];
	int64_t time = (int64_t)(1767225600 + i / SOURCES) * SECONDS;
	snprintf(source, sizeof(source), "plant/line%d/meter", (int)(i % SOURCES));
	meter_next(&meters[i % SOURCES], time, &row);
	memcpy(v, &row, 14 * sizeof(*v));
	v[14] = 60 + row.active_power / 1e4, v[15] = v[14] + 8, v[16] = 25 + row.frequency - 60;
	v[17] = row.active_power / 2500;
	sample_begin(w, &all, time, str(source), 1, i / SOURCES + 1, (struct str){ 0 });
	for (int f = 0; f < 18; f++)
		sample_add_number(w, str(names[f]), tenth(v[f]));
	sample_add_integer(w, STR("energy"), row.energy);
	sample_add_integer(w, STR("reactive_energy"), row.reactive_energy);
	sample_end(w);
}

static void die(const char *what, int r)
{
	fprintf(stderr, "%s: %s\n", what, strerror(-r));
	exit(111);
}

static void must(const char *what, int r)
{
	if (r < 0)
		die(what, r);
}

static void make_samples(void)
{
	struct sample_writer w = { 0 };
	for (uint64_t m = 0; m < SOURCES; m++)
		meter_begin(&meters[m], 1, m);
	for (uint64_t i = 0; i < SAMPLES; i++)
		add_sample(&w, i);
}

/* Whole samples, about a batch of them. */
static size_t batch_at(size_t at)
{
	struct sample s = { 0 };
	size_t len = 0;
	while (at + len < all.len && len < BATCH) {
		sample_decode(&s, all.data + at + len, all.len - at - len);
		len += s.len;
	}
	return len;
}

static size_t batches[1 << 16], batch_count;

static void cut(void)
{
	for (size_t at = 0; at < all.len; at += batches[batch_count++])
		batches[batch_count] = batch_at(at);
}

static struct keep_writer *open_keep(const char *path)
{
	static const struct keep_limits limits;
	struct keep_recovery recovery;
	struct keep_writer *w;
	char *error;
	if (keep_writer_open(&w, path, &limits, &recovery, &error)) {
		fprintf(stderr, "%s\n", error);
		exit(111);
	}
	free(recovery.message);
	return w;
}

static double append_all(const char *path)
{
	struct keep_writer *w = open_keep(path);
	int64_t start = clock_monotonic();
	size_t at = 0;
	for (size_t i = 0; i < batch_count; at += batches[i++]) {
		must("append", keep_append(w, all.data + at, batches[i], clock_wall()));
		if (keep_unsynced(w) >= COMMIT)
			must("commit", keep_commit(w));
	}
	must("commit", keep_commit(w));
	double seconds = (double)(clock_monotonic() - start) / 1e9;
	keep_writer_close(w);
	return seconds;
}

static double write_all(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	int64_t start = clock_monotonic();
	size_t at = 0, unsynced = 0;
	must("open", fd);
	for (size_t i = 0; i < batch_count; at += batches[i++]) {
		must("write", disk_write(fd, all.data + at, batches[i], at));
		unsynced += batches[i];
		if (unsynced >= COMMIT) {
			must("sync", disk_sync(fd));
			unsynced = 0;
		}
	}
	must("sync", disk_sync(fd));
	close(fd);
	return (double)(clock_monotonic() - start) / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void remove_all(const char *path)
{
	char *command = text_print("rm -rf '%s'", path);
	if (system(command))
		exit(111);
	free(command);
}

static void bench_append(int rounds)
{
	double ours[ROUNDS_MAX], plain[ROUNDS_MAX], ratio[ROUNDS_MAX];
	for (int i = 0; i < rounds; i++) {
		char *keep = text_print("%s/append", folder),
		     *file = text_print("%s/plain", folder);
		ours[i] = SAMPLES / append_all(keep);
		plain[i] = SAMPLES / write_all(file);
		ratio[i] = ours[i] / plain[i];
		remove_all(keep);
		remove_all(file);
		free(keep);
		free(file);
	}
	qsort(ours, (size_t)rounds, sizeof(*ours), by_value);
	qsort(plain, (size_t)rounds, sizeof(*plain), by_value);
	qsort(ratio, (size_t)rounds, sizeof(*ratio), by_value);
	printf("keep: append with group commit: %.0f samples/s (%.0f-%.0f); write and fdatasync of the same "
	       "%.0f bytes: %.0f (%.0f-%.0f); ratio %.2f (%.2f-%.2f)\n",
		ours[rounds / 2], ours[0], ours[rounds - 1], (double)all.len / SAMPLES,
		plain[rounds / 2], plain[0], plain[rounds - 1], ratio[rounds / 2], ratio[0],
		ratio[rounds - 1]);
}

/* A sample more, with segments so small that all before it is closed. */
static void close_segments(const char *path)
{
	static const struct keep_limits limits = { .segment = 1 };
	struct keep_recovery recovery;
	struct keep_writer *w;
	struct buffer sample = { 0 };
	struct sample_writer writer = { 0 };
	char *error;
	must("open", keep_writer_open(&w, path, &limits, &recovery, &error));
	sample_begin(&writer, &sample, 0, STR("last"), 1, 1, (struct str){ 0 });
	sample_end(&writer);
	must("append", keep_append(w, sample.data, sample.len, 1));
	must("commit", keep_commit(w));
	keep_writer_close(w);
	buffer_free(&sample);
}

static void bench_size(void)
{
	char *path = text_print("%s/sealed", folder), *error;
	struct keep_info info;
	append_all(path);
	close_segments(path);
	struct keep_writer *w = open_keep(path);
	int64_t start = clock_monotonic();
	int r;
	while ((r = keep_tidy(w, 0)) == 1)
		;
	must("seal", r);
	double seconds = (double)(clock_monotonic() - start) / 1e9;
	keep_writer_close(w);
	must("info", keep_info(path, &info, &error));
	size_t room = ZSTD_compressBound(all.len);
	void *packed = malloc(room);
	double ours = (double)info.bytes / SAMPLES;
	double peer = (double)ZSTD_compress(packed, room, all.data, all.len, 1) / SAMPLES;
	printf("keep: %.1f bytes on disk a sample of %.0f, sealed at %.0f MB/s; zstd -1 of the same %.1f; ratio "
	       "%.2f\n",
		ours, (double)all.len / SAMPLES, (double)all.len / seconds / 1e6, peer,
		ours / peer);
	free(packed);
	keep_info_free(&info);
	remove_all(path);
	free(path);
}

enum { OLD_SEGMENTS = 158, OLD_SIZE = 64 << 20, OLD_STEP = 1000 };

/* Closed segments without content: they are not read when a keep is opened. The newest is of real
 * samples, and nearly full. */
static void make_old_segments(const char *path)
{
	struct keep_header h = { .kind = KEEP_DIRECTORY,
		.first = (uint64_t)OLD_SEGMENTS * OLD_STEP + 1 };
	uint8_t header[KEEP_HEADER_SIZE];
	int at = disk_folder(path, true);
	must("folder", at);
	keep_header_write(&h, header);
	for (int i = 0; i < OLD_SEGMENTS; i++) {
		char name[KEEP_FILE_NAME_SIZE];
		bool last = i + 1 == OLD_SEGMENTS;
		snprintf(name, sizeof(name), "%020d.%s", i * OLD_STEP + 1, last ? "sealed" : "log");
		int fd = disk_open(at, name, DISK_NEW);
		must("segment", fd);
		if (last)
			must("write", disk_write(fd, header, sizeof(header), 0));
		must("size", disk_truncate(fd, OLD_SIZE));
		disk_close(fd);
	}
	disk_close(at);
}

static void bench_open(void)
{
	char *path = text_print("%s/large", folder), *error;
	struct keep_reader *r;
	struct keep_block block;
	keep_writer_close(open_keep(path));
	make_old_segments(path);
	struct keep_writer *w = open_keep(path);
	for (size_t i = 0, at = 0; at + batches[i] < OLD_SIZE / 16 * 15; at += batches[i++])
		must("append", keep_append(w, all.data + at, batches[i], 1));
	must("commit", keep_commit(w));
	uint64_t number = keep_writer_number(w);
	keep_writer_close(w);
	int64_t start = clock_monotonic();
	w = open_keep(path);
	int64_t opened = clock_monotonic();
	must("reader", keep_reader_open(&r, path, &error));
	keep_reader_seek(r, number - 1);
	must("read", keep_reader_read(r, &block, &error) == 1 ? 0 : -EIO);
	printf("keep: %d segments, %.1f GB: open for writing in %.0f ms, read the newest sample in %.0f ms\n",
		OLD_SEGMENTS + 1, (OLD_SEGMENTS + 1.0) * OLD_SIZE / 1e9,
		(double)(opened - start) / 1e6, (double)(clock_monotonic() - opened) / 1e6);
	keep_reader_close(r);
	keep_writer_close(w);
	remove_all(path);
	free(path);
}

int main(int argc, char **argv)
{
	char made[] = "/var/tmp/duto-bench.XXXXXX";
	folder = argc > 1 ? argv[1] : mkdtemp(made);
	int rounds = argc > 2 ? atoi(argv[2]) : 5;
	make_samples();
	cut();
	bench_append(rounds < ROUNDS_MAX ? rounds : ROUNDS_MAX);
	bench_size();
	bench_open();
	if (argc < 2)
		remove_all(folder);
	return 0;
}

/* A keep's segment of any bytes: read, recovered, and read again to the same end. */
#include "keep/keep.h"

#include <errno.h>
#include <string.h>

#include "copy.h"
#include "disk.h"
#include "fuzz.h"

static char folder[] = "/dev/shm/duto-fuzz-keep.XXXXXX";

static void put(const char *name, const void *data, size_t len)
{
	int at = disk_folder(folder, true), fd = disk_open(at, name, DISK_WRITE);
	if (fd < 0 || disk_truncate(fd, 0) || disk_write(fd, data, len, 0))
		abort();
	disk_close(fd);
	disk_close(at);
}

/* The number of the last sample, or 0. */
static uint64_t read_all(void)
{
	struct keep_reader *r;
	struct keep_block block;
	char *error;
	uint64_t last = 0;
	int result;
	if (keep_reader_open(&r, folder, &error))
		abort();
	while ((result = keep_reader_read(r, &block, &error)) == 1 || result == -EBADMSG) {
		if (result == 1 && block.first <= last)
			abort();
		if (result == 1)
			last = block.last;
		else
			free(error);
	}
	keep_reader_close(r);
	return last;
}

static void remove_folder(void)
{
	copy_remove(folder);
}

static void make_folder(void)
{
	if (!strstr(folder, "XXXXXX"))
		return;
	if (!mkdtemp(folder))
		abort();
	atexit(remove_folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char id[] = "duto keep 1\n00000000000000000000000000000000\n";
	static const struct keep_limits limits;
	struct keep_recovery recovery;
	struct keep_writer *w;
	char *error;
	make_folder();
	put("ID", id, sizeof(id) - 1);
	put("00000000000000000001.log", data, len);
	uint64_t last = read_all();
	int r = keep_writer_open(&w, folder, &limits, &recovery, &error);
	if (r == -ENOTSUP) { /* a block that claims to be of a newer version */
		free(error);
		return 0;
	}
	if (r)
		abort();
	if (keep_writer_number(w) < last)
		abort();
	free(recovery.message);
	keep_writer_close(w);
	return 0;
}

/* A keep's segment of any bytes: read, recovered, and read again to the same end. */
#include "keep/keep.h"

#include <errno.h>

#include "disk.h"
#include "fuzz.h"

static const char folder[] = "/dev/shm/duto-fuzz-keep";

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char id[] = "duto keep 1\n00000000000000000000000000000000\n";
	static const struct keep_limits limits;
	struct keep_recovery recovery;
	struct keep_writer *w;
	char *error;
	put("ID", id, sizeof(id) - 1);
	put("00000000000000000001.log", data, len);
	uint64_t last = read_all();
	if (keep_writer_open(&w, folder, &limits, &recovery, &error))
		abort();
	if (keep_writer_number(w) < last)
		abort();
	free(recovery.message);
	keep_writer_close(w);
	return 0;
}

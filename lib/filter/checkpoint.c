#include "checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "fnv.h"
#include "wire.h"

/* A file is named by its number and holds the state behind a head of four words, big end first:
 * magic that ends in the version, number, owner, and FNV-1a of these and the state. */
#define MAGIC "duto-cp1"
enum { HEAD = 32, NAME = 32, STATE_MAX = 1 << 30 };

static void name_of(char name[NAME], uint64_t number)
{
	snprintf(name, NAME, "%020" PRIu64, number);
}

static uint64_t checksum(const uint8_t *file, size_t len)
{
	return fnv_add(fnv_add(FNV_START, file, HEAD - 8), file + HEAD, len - HEAD);
}

int checkpoint_open(const char *path)
{
	return disk_folder(path, true);
}

int checkpoint_save(int folder, uint64_t number, uint64_t owner, struct str state)
{
	struct buffer file = { 0 };
	char name[NAME];
	uint8_t *head = buffer_reserve(&file, HEAD);
	file.len = HEAD;
	memcpy(head, MAGIC, 8);
	wire_store64(head + 8, number);
	wire_store64(head + 16, owner);
	buffer_add_str(&file, state);
	wire_store64(file.data + 24, checksum(file.data, file.len));
	name_of(name, number);
	int r = disk_replace(folder, name, file.data, file.len);
	buffer_free(&file);
	return r;
}

static int read_whole(int folder, uint64_t number, struct buffer *ret)
{
	char name[NAME];
	uint64_t size;
	name_of(name, number);
	int fd = disk_open(folder, name, DISK_READ);
	if (fd < 0)
		return fd;
	int r = disk_size(fd, &size);
	if (!r && (size < HEAD || size > STATE_MAX))
		r = -EBADMSG;
	ssize_t n = r ? r : disk_read(fd, buffer_reserve(ret, size), size, 0);
	disk_close(fd);
	if (n < 0)
		return (int)n;
	ret->len = (size_t)n;
	return ret->len == size ? 0 : -EBADMSG;
}

static int judge(const struct buffer *file, uint64_t number, uint64_t owner)
{
	if (memcmp(file->data, MAGIC, 7) == 0 && file->data[7] > MAGIC[7])
		return -ENOTSUP;
	if (memcmp(file->data, MAGIC, 8) != 0 || wire_load64(file->data + 8) != number ||
		wire_load64(file->data + 24) != checksum(file->data, file->len))
		return -EBADMSG;
	return wire_load64(file->data + 16) == owner ? 0 : -ESTALE;
}

int checkpoint_load(int folder, uint64_t number, uint64_t owner, struct buffer *ret)
{
	struct buffer file = { 0 };
	int r = read_whole(folder, number, &file);
	if (!r)
		r = judge(&file, number, owner);
	if (!r)
		buffer_add(ret, file.data + HEAD, file.len - HEAD);
	buffer_free(&file);
	return r;
}

struct range {
	int folder;
	uint64_t from, to;
};

static int forget_others(const char *name, void *context)
{
	const struct range *keep = context;
	char *end;
	uint64_t number = strtoull(name, &end, 10);
	if (!*end && (number < keep->from || number > keep->to))
		disk_remove(keep->folder, name);
	return 0;
}

int checkpoint_forget(int folder, uint64_t from, uint64_t to)
{
	struct range keep = { folder, from, to };
	return disk_list(folder, forget_others, &keep);
}

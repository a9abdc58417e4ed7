#include "disk.h"

#include <limits.h>
#include <stdio.h>

ssize_t disk_text(int folder, const char *name, char *to, size_t size)
{
	int fd = disk_open(folder, name, DISK_READ);
	if (fd < 0)
		return fd;
	ssize_t n = disk_read(fd, to, size - 1, 0);
	disk_close(fd);
	if (n >= 0)
		to[n] = 0;
	return n;
}

static int fill(int fd, const void *data, size_t len)
{
	int r = disk_truncate(fd, 0);
	if (!r)
		r = disk_write(fd, data, len, 0);
	return r ? r : disk_sync(fd);
}

int disk_replace(int folder, const char *name, const void *data, size_t len)
{
	char aside[NAME_MAX + 8];
	snprintf(aside, sizeof(aside), ".%s.new", name);
	int fd = disk_open(folder, aside, DISK_WRITE), r;
	if (fd < 0)
		return fd;
	r = fill(fd, data, len);
	disk_close(fd);
	if (!r)
		r = disk_rename(folder, aside, name);
	if (r)
		disk_remove(folder, aside);
	return r ? r : disk_sync_folder(folder);
}

#include "disk.h"

#include <limits.h>
#include <stdio.h>

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

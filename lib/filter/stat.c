#include "stat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clock.h"

static struct stat_page private_page;
struct stat_page *stat_page = &private_page;

static int map_own(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
	if (fd < 0)
		return -errno;
	void *map = MAP_FAILED;
	if (ftruncate(fd, sizeof(struct stat_page)) == 0)
		map = mmap(
			NULL, sizeof(struct stat_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	int error = errno;
	close(fd);
	if (map == MAP_FAILED)
		return -error;
	stat_page = map;
	return 0;
}

int stat_open(const char *path, const char *stage, const char *filter)
{
	int r = path ? map_own(path) : 0;
	uint32_t starts = memcmp(stat_page->magic, STAT_MAGIC, 8) == 0 ? stat_page->starts : 0;
	struct stat_page before = *stat_page;
	memset(stat_page, 0, sizeof(*stat_page));
	if (starts) {
		memcpy(stat_page->error, before.error, sizeof(before.error));
		stat_page->error_at = before.error_at;
	}
	stat_page->pid = getpid();
	stat_page->starts = starts + 1;
	stat_page->started = clock_wall();
	snprintf(stat_page->stage, sizeof(stat_page->stage), "%s", stage);
	snprintf(stat_page->filter, sizeof(stat_page->filter), "%s", filter);
	memcpy(stat_page->magic, STAT_MAGIC, 8);
	return r;
}

uint64_t stat_drop(const char *reason)
{
	struct stat_reason *r = stat_page->reasons;
	stat_page->dropped++;
	for (int i = 0; i < STAT_REASONS - 1 && r->text[0]; i++, r++)
		if (strncmp(r->text, reason, sizeof(r->text) - 1) == 0)
			return ++r->count;
	if (!r->text[0])
		snprintf(r->text, sizeof(r->text), "%s", reason);
	return ++r->count;
}

const struct stat_page *stat_map(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	off_t size = lseek(fd, 0, SEEK_END);
	void *map = MAP_FAILED;
	if (size >= (off_t)sizeof(struct stat_page))
		map = mmap(NULL, sizeof(struct stat_page), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return NULL;
	const struct stat_page *page = map;
	if (memcmp(page->magic, STAT_MAGIC, 8) == 0)
		return page;
	munmap(map, sizeof(struct stat_page));
	return NULL;
}

void stat_unmap(const struct stat_page *page)
{
	if (page)
		munmap((void *)page, sizeof(*page));
}

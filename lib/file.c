#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

enum { CHUNK = 64 << 10 };

static bool is_larger(int fd, size_t max)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size > max;
}

int file_read(const char *path, size_t max, struct buffer *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;
	size_t start = ret->len;
	ssize_t n;

	if (fd < 0)
		return -errno;
	r = is_larger(fd, max) ? -EFBIG : 0;
	while (r == 0 && (n = read(fd, buffer_reserve(ret, CHUNK), CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		r = n < 0 ? -errno : ret->len + n - start > max ? -EFBIG : 0;
		if (r == 0)
			ret->len += n;
	}
	close(fd);
	return r;
}

size_t file_peek(const char *path, void *to, size_t size)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, to, size);
	close(fd);
	return n > 0 ? (size_t)n : 0;
}

static int write_all(int fd, struct str data)
{
	while (data.len) {
		ssize_t n = write(fd, data.data, data.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data.data += n;
		data.len -= n;
	}
	return 0;
}

/* Writes and closes; a pipe or device cannot be synced, which is no failure. */
static int fill(int fd, struct str data)
{
	int r = write_all(fd, data);

	if (r == 0 && fsync(fd) < 0 && errno != EINVAL && errno != EROFS)
		r = -errno;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

static int sync_folder(const char *path)
{
	char *copy = strdup(path);
	int fd, r = 0;

	if (!copy)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		r = -errno;
	if (fd >= 0)
		close(fd);
	free(copy);
	return r;
}

static int write_aside(const char *path, const char *aside, struct str data)
{
	int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666), r;

	if (fd < 0)
		return -errno;
	r = fill(fd, data);
	if (r == 0 && rename(aside, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(aside);
	return r < 0 ? r : sync_folder(path);
}

int file_replace(const char *path, struct str data)
{
	struct stat st;
	char *aside;
	int r;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		int fd = open(path, O_WRONLY | O_CLOEXEC);
		return fd < 0 ? -errno : fill(fd, data);
	}
	aside = text_print("%s.%d.new", path, (int)getpid());
	r = write_aside(path, aside, data);
	free(aside);
	return r;
}

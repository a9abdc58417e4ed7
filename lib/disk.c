#include "disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int result(int r)
{
	return r < 0 ? -errno : r;
}

/* What is made is on disk before anything is put into it. */
static int make_folder(const char *path)
{
	if (mkdir(path, 0777))
		return errno == EEXIST ? 0 : -errno;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int above = fd < 0 ? -1 : openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = above < 0 ? -errno : result(fsync(above));
	if (above >= 0)
		close(above);
	if (fd >= 0)
		close(fd);
	return r;
}

static int make_folders(const char *path)
{
	char part[PATH_MAX];
	size_t len = strlen(path);
	if (len >= sizeof(part))
		return -ENAMETOOLONG;
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != 0)
			continue;
		memcpy(part, path, i);
		part[i] = 0;
		int r = make_folder(part);
		if (r)
			return r;
	}
	return 0;
}

int disk_folder(const char *path, bool make)
{
	int r = make ? make_folders(path) : 0;
	return r ? r : result(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

int disk_open(int folder, const char *name, enum disk_mode mode)
{
	static const int flags[] = { [DISK_READ] = O_RDONLY,
		[DISK_WRITE] = O_RDWR | O_CREAT,
		[DISK_NEW] = O_RDWR | O_CREAT | O_EXCL };
	return result(openat(folder, name, flags[mode] | O_CLOEXEC | O_NOFOLLOW, 0666));
}

void disk_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

ssize_t disk_read(int fd, void *to, size_t len, uint64_t offset)
{
	size_t done = 0;
	while (done < len) {
		ssize_t n = pread(fd, (char *)to + done, len - done, (off_t)(offset + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int disk_write(int fd, const void *from, size_t len, uint64_t offset)
{
	for (size_t done = 0; done < len;) {
		ssize_t n =
			pwrite(fd, (const char *)from + done, len - done, (off_t)(offset + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return 0;
}

int disk_truncate(int fd, uint64_t size)
{
	return result(ftruncate(fd, (off_t)size));
}

int disk_size(int fd, uint64_t *ret)
{
	struct stat st;
	if (fstat(fd, &st))
		return -errno;
	*ret = (uint64_t)st.st_size;
	return 0;
}

int disk_sync(int fd)
{
	return result(fdatasync(fd));
}

int disk_sync_folder(int folder)
{
	return result(fsync(folder));
}

int disk_rename(int folder, const char *from, const char *to)
{
	return result(renameat(folder, from, folder, to));
}

int disk_remove(int folder, const char *name)
{
	return result(unlinkat(folder, name, 0));
}

int disk_list(int folder, int (*each)(const char *name, void *context), void *context)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return -errno;
	for (const struct dirent *e; r == 0 && (e = readdir(dir));)
		if (e->d_name[0] != '.')
			r = each(e->d_name, context);
	closedir(dir);
	return r;
}

/* Locks of the open file description: they can be looked at without being taken, and another thread
 * closing the file elsewhere does not drop them (fcntl(2)). */
int disk_lock(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int r = result(fcntl(fd, F_OFD_SETLK, &lock));
	return r == -EACCES || r == -EAGAIN ? -EWOULDBLOCK : r;
}

bool disk_is_locked(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

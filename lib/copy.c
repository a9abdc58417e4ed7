#include "copy.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"
#include "folder.h"
#include "text.h"

enum { CHUNK = 1 << 20, OPEN_FOLDERS = 16 };

/* Without the right to give the owner it stays this user's. */
static int take_owner(int from, int to)
{
	struct stat st;
	if (fstat(from, &st))
		return -errno;
	if (fchown(to, st.st_uid, st.st_gid) && errno != EPERM)
		return -errno;
	return fchmod(to, st.st_mode & 07777) ? -errno : 0;
}

static int copy_bytes(int from, int to, uint64_t len)
{
	off_t at = 0;
	while ((uint64_t)at < len) {
		uint64_t rest = len - (uint64_t)at;
		ssize_t n = copy_file_range(from, &at, to, NULL, rest < CHUNK ? rest : CHUNK, 0);
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
	}
	return 0;
}

int copy_part(int fd, int folder, const char *name, uint64_t len)
{
	if (unlinkat(folder, name, 0) && errno != ENOENT)
		return -errno;
	int copy = disk_open(folder, name, DISK_NEW);
	if (copy < 0)
		return copy;
	int r = copy_bytes(fd, copy, len);
	r = r ? r : take_owner(fd, copy);
	disk_close(copy);
	return r;
}

static int copy_whole(int from, int to, const char *name)
{
	struct stat st;
	int fd = disk_open(from, name, DISK_READ);
	if (fd < 0)
		return fd;
	int r = fstat(fd, &st) ? -errno : copy_part(fd, to, name, (uint64_t)st.st_size);
	disk_close(fd);
	return r;
}

int copy_link(int from, int to, const char *name)
{
	if (linkat(from, name, to, name, 0) == 0)
		return 0;
	if (errno != EXDEV && errno != EPERM && errno != EMLINK)
		return -errno;
	return faccessat(to, name, F_OK, AT_SYMLINK_NOFOLLOW) ? copy_whole(from, to, name)
							      : -EEXIST;
}

static int copy_symbolic(int from, int to, const char *name)
{
	char target[4096];
	ssize_t len = readlinkat(from, name, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = 0;
	return symlinkat(target, to, name) ? -errno : 0;
}

struct pair {
	const char *to;
	int from_folder, to_folder;
};

static int copy_in(const char *path, const char *name, const struct pair *p)
{
	struct stat st;
	int r = fstatat(p->from_folder, name, &st, AT_SYMLINK_NOFOLLOW) ? -errno : 0;
	if (!r && S_ISDIR(st.st_mode)) {
		char *below = text_print("%s/%s", p->to, name);
		r = copy_tree(path, below);
		free(below);
	} else if (!r && S_ISREG(st.st_mode)) {
		r = copy_link(p->from_folder, p->to_folder, name);
	} else if (!r && S_ISLNK(st.st_mode)) {
		r = copy_symbolic(p->from_folder, p->to_folder, name);
	}
	return r == -ENOENT || r == -EEXIST ? 0 : r;
}

int copy_folder(const char *from, const char *to)
{
	if (access(to, F_OK) == 0)
		return 0;
	int folder = disk_folder(from, false), copy = folder < 0 ? folder : disk_folder(to, true);
	int r = copy < 0 ? copy : take_owner(folder, copy);
	disk_close(copy);
	disk_close(folder);
	return r;
}

int copy_entry(const char *from, const char *to, const char *name)
{
	struct pair p = { .to = to, .from_folder = disk_folder(from, false), .to_folder = -1 };
	char *path = text_print("%s/%s", from, name);
	int r = p.from_folder < 0 ? p.from_folder : copy_folder(from, to);
	if (!r)
		p.to_folder = disk_folder(to, false);
	r = p.to_folder < 0 ? (r ? r : p.to_folder) : copy_in(path, name, &p);
	disk_close(p.to_folder);
	disk_close(p.from_folder);
	free(path);
	return r;
}

struct trees {
	const char *from, *to;
};

static int copy_below(const char *path, const char *name, void *context)
{
	const struct trees *t = context;
	(void)path;
	return copy_entry(t->from, t->to, name);
}

int copy_tree(const char *from, const char *to)
{
	struct trees t = { from, to };
	int r = copy_folder(from, to);
	return r ? r : folder_each(from, copy_below, &t);
}

struct files {
	const char *within;
	int (*each)(const char *name, void *context);
	void *context;
};

static int look_at(const char *path, const char *name, void *context)
{
	const struct files *f = context;
	struct stat st;
	char *relative = text_print("%s%s%s", f->within, *f->within ? "/" : "", name);
	struct files below = { relative, f->each, f->context };
	int r = 0;
	if (lstat(path, &st) == 0)
		r = S_ISDIR(st.st_mode) ? folder_each(path, look_at, &below)
					: f->each(relative, f->context);
	free(relative);
	return r == -ENOENT ? 0 : r;
}

int copy_files(const char *path, int (*each)(const char *name, void *context), void *context)
{
	struct files f = { "", each, context };
	return folder_each(path, look_at, &f);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

int copy_remove(const char *path)
{
	if (nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT)
		return 0;
	return -errno;
}

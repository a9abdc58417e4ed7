#include "rundir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

enum { ROOTS = 3 };

struct roots {
	char paths[ROOTS][PATH_MAX];
	int count;
	bool given; /* by $DUTO_RUNTIME_DIR: whoever set it answers for it */
};

static const char *variable(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

static void add_root(struct roots *r, const char *path, const char *rest)
{
	snprintf(r->paths[r->count++], PATH_MAX, "%s%s", path, rest);
}

/* Where pipelines' folders may be, that of this user first. */
static struct roots find_roots(bool to_make)
{
	struct roots r = { .given = variable("DUTO_RUNTIME_DIR") };
	char own[32];
	if (r.given) {
		add_root(&r, variable("DUTO_RUNTIME_DIR"), "");
		return r;
	}
	if (geteuid() == 0 && (!to_make || access("/run", W_OK) == 0))
		add_root(&r, "/run/duto", "");
	if (variable("XDG_RUNTIME_DIR"))
		add_root(&r, variable("XDG_RUNTIME_DIR"), "/duto");
	snprintf(own, sizeof(own), "/tmp/duto-%u", geteuid());
	add_root(&r, own, "");
	if (geteuid() != 0 && !to_make && r.count < ROOTS)
		add_root(&r, "/run/duto", "");
	return r;
}

/* Of root, for a group that this process is in: what systemd made for the stages of a pipeline. */
static bool is_shared(const struct stat *st)
{
	return st->st_uid == 0 && st->st_gid == getegid() && !(st->st_mode & 02);
}

/* A folder that others can write to could have its sockets replaced. */
static bool is_own(const char *path, char **ret_error)
{
	struct stat st;
	const char *wrong = NULL;
	if (lstat(path, &st))
		wrong = strerror(errno);
	else if (!S_ISDIR(st.st_mode))
		wrong = "not a folder";
	else if (is_shared(&st))
		return true;
	else if (st.st_uid != geteuid())
		wrong = "belongs to another user";
	else if (st.st_mode & 022)
		wrong = "others may write to it";
	if (wrong)
		*ret_error = text_print("%s: %s", path, wrong);
	return !wrong;
}

static bool make(const char *path, bool check, char **ret_error)
{
	if (mkdir(path, 0700) && errno != EEXIST) {
		*ret_error = text_print("%s: %s", path, strerror(errno));
		return false;
	}
	return !check || is_own(path, ret_error);
}

char *rundir_make(const char *pipeline, char **ret_error)
{
	struct roots r = find_roots(true);
	if (!make(r.paths[0], !r.given, ret_error))
		return NULL;
	char *root = realpath(r.paths[0], NULL);
	char *path = text_print("%s/%s", root ? root : r.paths[0], pipeline);
	free(root);
	if (make(path, true, ret_error))
		return path;
	free(path);
	return NULL;
}

char *rundir_find(const char *pipeline)
{
	struct roots r = find_roots(false);
	for (int i = 0; i < r.count; i++) {
		char *path = text_print("%s/%s", r.paths[i], pipeline);
		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

void rundir_each(void (*each)(const char *pipeline, const char *path, void *context), void *context)
{
	struct roots r = find_roots(false);
	struct dirent **entries;
	for (int i = 0; i < r.count; i++) {
		int count = scandir(r.paths[i], &entries, is_visible, alphasort);
		for (int k = 0; k < count; k++) {
			char *path = text_print("%s/%s", r.paths[i], entries[k]->d_name);
			each(entries[k]->d_name, path, context);
			free(path);
			free(entries[k]);
		}
		if (count >= 0)
			free(entries);
	}
}

static char *read_lock(const char *path, long *ret_process)
{
	char *name = text_print("%s/lock", path), file[PATH_MAX];
	FILE *lock = fopen(name, "re");
	bool good =
		lock && fscanf(lock, "%ld\n", ret_process) == 1 && fgets(file, sizeof(file), lock);
	if (lock)
		fclose(lock);
	free(name);
	if (!good)
		return NULL;
	file[strcspn(file, "\n")] = 0;
	return strdup(file);
}

int rundir_lock(const char *path, const char *pipeline_file, char **ret_error)
{
	char *name = text_print("%s/lock", path), *file = realpath(pipeline_file, NULL);
	long process = 0;
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600), r = 0;
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB)) {
		r = errno == EWOULDBLOCK ? -EBUSY : -errno;
		char *other = r == -EBUSY ? read_lock(path, &process) : NULL;
		*ret_error = other ? text_print("this pipeline runs already (process %ld: %s)",
					     process, other)
				   : text_print("%s: %s", name, strerror(-r));
		free(other);
	} else if (ftruncate(fd, 0) ||
		   dprintf(fd, "%d\n%s\n", getpid(), file ? file : pipeline_file) < 0) {
		r = -errno;
		*ret_error = text_print("%s: %s", name, strerror(-r));
	}
	free(file);
	free(name);
	return r;
}

char *rundir_pipeline_file(const char *path)
{
	char *name = text_print("%s/lock", path), *file = NULL;
	long process;
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB))
		file = read_lock(path, &process);
	if (fd >= 0)
		close(fd);
	free(name);
	return file;
}

void rundir_clear(const char *path)
{
	DIR *dir = opendir(path);
	for (const struct dirent *e; dir && (e = readdir(dir));) {
		const char *end = strrchr(e->d_name, '.');
		if (end && (strcmp(end, ".stat") == 0 || strcmp(end, ".tap") == 0))
			unlinkat(dirfd(dir), e->d_name, 0);
	}
	if (dir)
		closedir(dir);
}

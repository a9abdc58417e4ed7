#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"
#include "unit_files.h"

static int write_all(int fd, struct str text)
{
	while (text.len) {
		ssize_t n = write(fd, text.data, text.len);
		if (n < 0)
			return -errno;
		text.data += n;
		text.len -= (size_t)n;
	}
	return 0;
}

/* Never through a link that lies in the folder. */
static int write_file(int folder, const struct unit_file *file)
{
	unlinkat(folder, file->name, 0);
	int fd = openat(folder, file->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int r = fd < 0 ? -errno : write_all(fd, buffer_str(&file->text));
	if (fd >= 0)
		close(fd);
	return r;
}

static int write_wanted(int folder, const char *name)
{
	char *target = text_print("../%s", name),
	     *link = text_print("multi-user.target.wants/%s", name);
	int r = mkdirat(folder, "multi-user.target.wants", 0755) && errno != EEXIST ? -errno : 0;
	unlinkat(folder, link, 0);
	if (!r && symlinkat(target, folder, link))
		r = -errno;
	free(link);
	free(target);
	return r;
}

int unit_files_write(const struct unit_files *files, const char *path, char **ret_error)
{
	int r = mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
	int folder = r ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = r ? r : folder < 0 ? -errno : 0;
	for (size_t i = 0; i < files->count && !r; i++)
		r = write_file(folder, &files->all[i]);
	if (!r && files->wanted)
		r = write_wanted(folder, files->wanted);
	if (r)
		*ret_error = text_print("%s: %s", path, strerror(-r));
	if (folder >= 0)
		close(folder);
	return r;
}

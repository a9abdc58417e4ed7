/* duto backup: what pipelines keep and remember, and how they are set up, in one file. */
#include "backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copy.h"
#include "file.h"
#include "filter.h"
#include "human.h"
#include "pipelines/commands.h"
#include "pipelines/failure.h"
#include "pipelines/process.h"
#include "pipelines/version.h"
#include "statedir.h"
#include "text.h"

static const char *name;

static const struct opt options[] = {
	{ .name = "file",
		.type = OPT_OUTPUT,
		.to = &name,
		.positional = true,
		.required = true,
		.help = "the file to write" },
	OPT_END,
};

/* The lock goes with the process; what one that was killed left is taken away. */
static int make_folder(const char *root, const char *path)
{
	char *lock = text_print("%s/.backup.lock", root);
	int r = statedir_make(root, 0750), fd = -1;
	if (!r)
		fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	free(lock);
	if (fd < 0)
		return r ? r : -errno;
	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	r = copy_remove(path);
	return r ? r : mkdir(path, 0700) ? -errno : 0;
}

char *backup_folder(char **ret_error)
{
	char *root = statedir_root(), *path = text_print("%s/.backup", root);
	int r = make_folder(root, path);
	if (r) {
		*ret_error = text_print("%s: %s", path,
			r == -EBUSY ? "another backup or restore is at work" : strerror(-r));
		free(path);
		path = NULL;
	}
	free(root);
	return path;
}

static int add_mark(const char *folder)
{
	char *path = text_print("%s/" BACKUP_MARK, folder);
	char *text = text_print("duto backup %d\n%s\n", BACKUP_VERSION, duto_version);
	int r = file_replace(path, str(text));
	free(text);
	free(path);
	return r;
}

static int add_config(const char *folder)
{
	char *config = statedir_config(), *to = text_print("%s/config", folder);
	int r = access(config, F_OK) ? 0 : copy_tree(config, to);
	free(to);
	free(config);
	return r;
}

/* tar's 1: a file changed while it was read. Keeps and checkpoints do not, here. */
static int pack(const char *folder, const char *file)
{
	char *argv[] = { "tar", "--create", "--zstd", "--sort=name", "--file", (char *)file,
		"--directory", (char *)folder, ".", NULL };
	int status = process_run(argv);
	if (status < 0 || status > 1)
		return failure(EXIT_SYSTEM, "tar could not write %s", file);
	return EXIT_OK;
}

/* Whoever looks finds the old file, none, or the new one whole. */
static int put_in_place(const char *part)
{
	int fd = open(part, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) || rename(part, name))
		return failure(EXIT_SYSTEM, "%s: %s", name, strerror(errno));
	close(fd);
	return EXIT_OK;
}

static void tell(void)
{
	struct stat st;
	char size[HUMAN_TEXT];
	if (stat(name, &st))
		return;
	human_size(size, (double)st.st_size);
	printf("%s: %sB\n", name, size);
}

static int write_file(const char *folder)
{
	char *part = text_print("%s.part", name);
	int status = pack(folder, part);
	status = status ? status : put_in_place(part);
	if (status)
		unlink(part);
	free(part);
	return status;
}

int command_backup(int argc, char **argv)
{
	char *error = NULL, *folder;
	int status = command_parse(options, argc, argv);
	if (status)
		return status;
	umask(077);
	folder = backup_folder(&error);
	if (!folder)
		return failure_with(EXIT_SYSTEM, error);
	int r = backup_state(folder, &error);
	if (!r && ((r = add_config(folder)) || (r = add_mark(folder))))
		error = text_print("%s: %s", folder, strerror(-r));
	status = r ? failure_with(EXIT_SYSTEM, error) : write_file(folder);
	copy_remove(folder);
	free(folder);
	if (!status)
		tell();
	return status;
}

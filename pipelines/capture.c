#include "capture.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "process.h"

enum { INPUT, OUTPUT, ERRORS, FILES };

static void run_child(const char *path, char *const argv[], const char *dir, const int files[FILES])
{
	for (int i = 0; i < FILES; i++)
		if (dup2(files[i], i) < 0)
			_exit(127);
	if (dir && chdir(dir) < 0)
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	alarm(CAPTURE_SECONDS);
	execv(path, argv);
	_exit(127);
}

static int write_all(int fd, struct str text)
{
	for (size_t done = 0; done < text.len;) {
		ssize_t n = write(fd, text.data + done, text.len - done);
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

static int read_all(int fd, struct buffer *to)
{
	ssize_t n;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	while ((n = read(fd, buffer_reserve(to, 1 << 16), 1 << 16)) > 0)
		to->len += (size_t)n;
	return n < 0 ? -errno : 0;
}

static int run(const char *path, char *const argv[], const char *dir, const int files[FILES],
	struct captured *ret)
{
	pid_t pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		run_child(path, argv, dir, files);
	int status = process_wait(pid);
	if (status < 0)
		return status;
	ret->status = status;
	int r = read_all(files[OUTPUT], &ret->output);
	return r < 0 ? r : read_all(files[ERRORS], &ret->errors);
}

/* Files in memory for all three: nobody waits for anybody. */
int capture_run(const char *path, char *const argv[], const char *dir, struct str input,
	struct captured *ret)
{
	int files[FILES], r = 0;
	struct captured c = { 0 };
	for (int i = 0; i < FILES; i++) {
		files[i] = memfd_create("duto", MFD_CLOEXEC);
		if (files[i] < 0)
			r = -errno;
	}
	if (r == 0)
		r = write_all(files[INPUT], input);
	if (r == 0)
		r = run(path, argv, dir, files, &c);
	for (int i = 0; i < FILES; i++)
		if (files[i] >= 0)
			close(files[i]);
	if (r < 0)
		capture_free(&c);
	else
		*ret = c;
	return r;
}

void capture_free(struct captured *c)
{
	buffer_free(&c->output);
	buffer_free(&c->errors);
}

#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static sigset_t before;
static bool listening, had_terminal;

static bool has_terminal(void)
{
	return isatty(STDIN_FILENO) || isatty(STDOUT_FILENO) || isatty(STDERR_FILENO);
}

int process_listen(void)
{
	sigset_t heard;
	sigemptyset(&heard);
	sigaddset(&heard, SIGINT);
	sigaddset(&heard, SIGTERM);
	sigaddset(&heard, SIGHUP);
	sigaddset(&heard, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &heard, listening ? NULL : &before))
		return -errno;
	listening = true;
	had_terminal = has_terminal();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_DFL); /* ignored it would not be heard */
	int fd = signalfd(-1, &heard, SFD_NONBLOCK | SFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int process_signal(int fd)
{
	struct signalfd_siginfo info;
	if (read(fd, &info, sizeof(info)) != sizeof(info))
		return 0;
	bool hung_up = info.ssi_signo == SIGHUP && had_terminal && !has_terminal();
	return hung_up ? SIGTERM : (int)info.ssi_signo;
}

/* From here on descriptors 0 to 2 are what they are to be, even where the streams stand crosswise.
 */
static void set_streams(const int streams[3])
{
	int copies[3];
	for (int i = 0; i < 3; i++)
		copies[i] = streams[i] < 0 ? -1 : fcntl(streams[i], F_DUPFD_CLOEXEC, 3);
	for (int i = 0; i < 3; i++)
		if (copies[i] >= 0)
			dup2(copies[i], i);
}

pid_t process_fork(const int streams[3])
{
	pid_t parent = getpid(), child = fork();
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(111);
	set_streams(streams);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGHUP, SIG_IGN);
	if (listening)
		sigprocmask(SIG_SETMASK, &before, NULL);
	listening = false;
	return 0;
}

static int exit_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

pid_t process_reap(int *ret_status)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG);
	if (pid <= 0)
		return 0;
	*ret_status = exit_status(status);
	return pid;
}

int process_wait(pid_t child)
{
	int status;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return exit_status(status);
}

int process_run(char *const argv[])
{
	pid_t child = fork();
	if (child < 0)
		return -errno;
	if (child == 0) {
		execvp(argv[0], argv);
		fprintf(stderr, "duto: error: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	return process_wait(child);
}

/* The path of one that was replaced ends with " (deleted)" (proc(5)). */
bool process_is_replaced(pid_t pid, char ret_program[PATH_MAX])
{
	char link[32];
	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	ssize_t len = readlink(link, ret_program, PATH_MAX - 1);
	ret_program[len > 0 ? len : 0] = 0;
	char *end = strstr(ret_program, " (deleted)");
	if (end)
		*end = 0;
	return end;
}

void process_status_text(int status, char text[PROCESS_STATUS_TEXT])
{
	if (status > 128)
		snprintf(text, PROCESS_STATUS_TEXT, "was killed by signal %d (%s)", status - 128,
			strsignal(status - 128));
	else
		snprintf(text, PROCESS_STATUS_TEXT, "left with status %d", status);
}

/* Signals: told to stop, or to load anew. */
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "filter.h"
#include "loop.h"

static volatile sig_atomic_t stop_signals, reload_asked;
static int signal_fd = -1;

/* A second signal stops at once; but timeout(1) and a terminal may send one and the same twice. */
static void on_signal(int signal_number)
{
	static int first;
	static int64_t heard;
	uint64_t one = 1;
	if (stop_signals && (signal_number != first || clock_monotonic() - heard > SECONDS / 2))
		_exit(EXIT_SYSTEM);
	if (stop_signals)
		return;
	first = signal_number;
	heard = clock_monotonic();
	stop_signals = 1;
	(void)!write(signal_fd, &one, sizeof(one));
}

static void on_hangup(int signal_number)
{
	uint64_t one = 1;
	(void)signal_number;
	reload_asked = 1;
	(void)!write(signal_fd, &one, sizeof(one));
}

static void listen_for_reload(void)
{
	struct sigaction action = { .sa_handler = on_hangup, .sa_flags = SA_RESTART };
	if (filter.reload)
		sigaction(SIGHUP, &action, NULL);
}

void loop_reload_if_asked(void)
{
	if (!reload_asked)
		return;
	reload_asked = 0;
	filter.reload();
}

void loop_listen(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	signal_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	listen_for_reload();
	signal(SIGPIPE, SIG_IGN);
}

bool stopping(void)
{
	return stop_signals > 0;
}

int loop_signal_fd(void)
{
	return signal_fd;
}

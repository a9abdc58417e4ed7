#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "pipelines/process.h"
#include "pipelines/stage/stage.h"

#define DELAY_MAX (30 * SECONDS)
#define RAN_WELL  (60 * SECONDS) /* a failure after that is not one in a row */

int unit_open(struct unit *u, const struct stage *stage, char *prefix, struct outlet *output,
	struct outlet *errors)
{
	*u = (struct unit){ .stage = stage, .prefix = prefix };
	int r = relay_open(&u->text, output, "");
	return r ? r : relay_open(&u->messages, errors, prefix);
}

void unit_close(struct unit *u)
{
	relay_close(&u->text);
	relay_close(&u->messages);
	free(u->prefix);
}

static void run(const struct unit *u, const struct site *site)
{
	setpgid(0, 0);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	_exit(stage_run(site, u->stage));
}

int unit_start(struct unit *u, const struct site *site)
{
	static int null = -1;
	if (null < 0)
		null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	u->started = clock_monotonic();
	u->clean = false;
	pid_t pid = process_fork((const int[]){ null, u->text.to, u->messages.to });
	if (pid == 0)
		run(u, site);
	if (pid < 0)
		return -errno;
	setpgid(pid, pid);
	u->pid = pid;
	u->state = UNIT_RUNNING;
	return 0;
}

void unit_delay(struct unit *u, int64_t first)
{
	bool in_a_row = u->delay && clock_monotonic() - u->started < RAN_WELL;
	u->delay = in_a_row ? 2 * u->delay : first;
	if (u->delay > DELAY_MAX)
		u->delay = DELAY_MAX;
	u->start_at = clock_monotonic() + u->delay;
	u->state = UNIT_WAITING;
	u->told = false;
}

void unit_tell(struct unit *u, int64_t patience)
{
	u->told = true;
	u->kill_at = patience ? clock_monotonic() + patience : 0;
	if (u->state == UNIT_RUNNING)
		kill(u->pid, SIGTERM);
	else
		u->state = UNIT_DONE;
}

void unit_kill(struct unit *u)
{
	u->kill_at = 0;
	if (u->pid)
		kill(-u->pid, SIGKILL);
}

void unit_reaped(struct unit *u, bool failed)
{
	u->pid = 0;
	relay_settle(&u->text, failed);
	relay_settle(&u->messages, false);
}

int64_t unit_deadline(const struct unit *u)
{
	if (u->state == UNIT_WAITING)
		return u->start_at + 1;
	return u->state == UNIT_RUNNING ? u->kill_at : 0;
}

static size_t add_poll(const struct relay *r, struct pollfd *to)
{
	*to = (struct pollfd){ .fd = r->from, .events = POLLIN };
	return !outlet_is_full(r->outlet);
}

size_t unit_polls(const struct unit *u, struct pollfd polls[UNIT_POLLS])
{
	size_t n = add_poll(&u->text, polls);
	return n + add_poll(&u->messages, polls + n);
}

void unit_relay(struct unit *u)
{
	if (!outlet_is_full(u->text.outlet))
		relay_service(&u->text);
	if (!outlet_is_full(u->messages.outlet))
		relay_service(&u->messages);
}

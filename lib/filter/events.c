#include "events.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "filter.h"
#include "loop.h"
#include "notify.h"

enum { WATCHES = 1024, WAKES = 8 };

static struct {
	int fd;
	void (*ready)(int fd);
} watches[WATCHES];
static int watch_count;

static struct {
	int64_t at;
	void (*wake)(void);
} wakes[WAKES];

void watch(int fd, void (*ready)(int fd))
{
	int i = 0;
	while (i < watch_count && watches[i].fd != fd)
		i++;
	if (!ready && i < watch_count) {
		watches[i] = watches[--watch_count];
		return;
	}
	if (i == WATCHES)
		die_system("more than %d descriptors to wait for", WATCHES);
	watches[i].fd = fd;
	watches[i].ready = ready;
	if (i == watch_count)
		watch_count++;
}

void wake_at(int64_t monotonic, void (*wake)(void))
{
	int free_slot = -1;
	for (int i = 0; i < WAKES; i++) {
		if (wakes[i].wake == wake) {
			wakes[i].at = monotonic;
			return;
		}
		if (!wakes[i].wake)
			free_slot = i;
	}
	if (free_slot < 0)
		die_system("more than %d deadlines", WAKES);
	wakes[free_slot].at = monotonic;
	wakes[free_slot].wake = wake;
}

bool events_run_wakes(void)
{
	bool any = false;
	for (int i = 0; i < WAKES; i++) {
		if (!wakes[i].at || wakes[i].at > clock_monotonic())
			continue;
		wakes[i].at = 0;
		wakes[i].wake();
		any = true;
	}
	return any;
}

void events_feed_watchdog(void)
{
	static int64_t interval = -1, fed;
	if (interval < 0)
		interval = notify_watchdog_interval();
	if (!interval || clock_monotonic() - fed < interval / 2)
		return;
	fed = clock_monotonic();
	notify("WATCHDOG=1");
}

static void earlier(int64_t *deadline, int64_t at)
{
	if (at && at < *deadline)
		*deadline = at;
}

static int timeout_ms(enum events_from from, int64_t until)
{
	int64_t now = clock_monotonic(), deadline = now + 60 * SECONDS,
		interval = notify_watchdog_interval();
	earlier(&deadline, until);
	if (interval)
		earlier(&deadline, now + interval);
	for (int i = 0; i < loop_input_count && from == EVENTS_ALL; i++)
		earlier(&deadline, loop_inputs[i]->deadline);
	for (int i = 0; i < loop_output_count; i++)
		earlier(&deadline, loop_outputs[i]->deadline);
	for (int i = 0; i < WAKES && from != EVENTS_OUTPUTS; i++)
		earlier(&deadline, wakes[i].at);
	return deadline <= now ? 0 : (int)((deadline - now + MILLISECONDS - 1) / MILLISECONDS);
}

static int add_waits(struct pollfd *polls, const struct link *l)
{
	memcpy(polls, l->waits, sizeof(*polls) * (size_t)l->wait_count);
	return l->wait_count;
}

static bool call_watches(const struct pollfd *polls, int count)
{
	bool any = false;
	for (int i = 0; i < count; i++) {
		if (!polls[i].revents)
			continue;
		for (int j = 0; j < watch_count; j++)
			if (watches[j].fd == polls[i].fd) {
				watches[j].ready(polls[i].fd);
				any = true;
				break;
			}
	}
	return any;
}

bool events_wait(enum events_from from, int64_t until)
{
	static struct pollfd polls[1 + 2 * LOOP_LINKS * LINK_WAITS + WATCHES];
	bool called = false;
	int n = 0;
	polls[n++] = (struct pollfd){ .fd = loop_signal_fd(), .events = POLLIN };
	for (int i = 0; i < loop_output_count; i++)
		n += add_waits(polls + n, loop_outputs[i]);
	for (int i = 0; i < loop_input_count && from == EVENTS_ALL; i++)
		n += add_waits(polls + n, loop_inputs[i]);
	int watched = n;
	for (int i = 0; i < watch_count && from != EVENTS_OUTPUTS; i++)
		polls[n++] = (struct pollfd){ .fd = watches[i].fd, .events = POLLIN };
	events_feed_watchdog();
	if (poll(polls, (nfds_t)n, timeout_ms(from, until)) > 0)
		called = call_watches(polls + watched, n - watched);
	if (polls[0].revents) {
		uint64_t count;
		(void)!read(loop_signal_fd(), &count, sizeof(count));
	}
	return called;
}

bool events_watched(void)
{
	return watch_count > 0;
}

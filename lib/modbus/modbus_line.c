#include "modbus_line.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "allocate.h"
#include "clock.h"

struct turn {
	struct modbus_device *device;
	int64_t every, due; /* wall clock */
	uint64_t left;
};

struct modbus_line {
	struct modbus_master *master;
	struct queue *to;
	uint64_t count;
	struct turn *turns;
	size_t turns_count;
};

/* The first multiple of the period after now, and after the one that was. */
static int64_t next_due(int64_t due, int64_t every)
{
	int64_t wall = clock_wall(), next = wall - wall % every + every;

	return next == due ? next + every : next;
}

static void wait_due(struct turn *t)
{
	for (;;) {
		int64_t left = t->due - clock_wall();
		struct timespec sleep = { left / SECONDS, left % SECONDS };
		if (left <= 0)
			return;
		if (left > 2 * t->every) /* the clock was set back */
			t->due = next_due(0, t->every);
		else
			nanosleep(&sleep, NULL);
	}
}

static struct turn *earliest(const struct modbus_line *line)
{
	struct turn *found = NULL;

	for (size_t i = 0; i < line->turns_count; i++) {
		struct turn *t = &line->turns[i];
		if ((t->left || !line->count) && (!found || t->due < found->due))
			found = t;
	}
	return found;
}

static void close_line(struct modbus_line *line)
{
	for (size_t i = 0; i < line->turns_count; i++)
		modbus_device_close(line->turns[i].device);
	modbus_master_close(line->master);
	free(line->turns);
	free(line);
}

static void *run(void *arg)
{
	struct modbus_line *line = arg;
	const struct modbus_reading *reading;
	struct turn *t;
	size_t size;

	while ((t = earliest(line))) {
		wait_due(t);
		reading = modbus_device_read(line->master, t->device, &size);
		if (!queue_put(line->to, reading, size))
			break;
		t->left--;
		t->due = next_due(t->due, t->every);
	}
	close_line(line);
	return NULL;
}

struct modbus_line *modbus_line_open(struct modbus_master *master, struct queue *to, uint64_t count)
{
	struct modbus_line *line = allocate(1, sizeof(*line));
	line->master = master;
	line->to = to;
	line->count = count;
	return line;
}

void modbus_line_add(struct modbus_line *line, const struct devlist_device *device, uint32_t number)
{
	line->turns = reallocate(line->turns, line->turns_count + 1, sizeof(*line->turns));
	line->turns[line->turns_count++] =
		(struct turn){ .device = modbus_device_open(line->master, device, number),
			.every = device->every,
			.left = line->count };
}

/* Signals are the main thread's. */
int modbus_line_start(struct modbus_line *line)
{
	sigset_t all, before;
	pthread_t thread;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&thread, NULL, run, line);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!r)
		pthread_detach(thread);
	return -r;
}

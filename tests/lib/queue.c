/* Four writers, one reader, a queue much smaller than what goes through it. */
#include "queue.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "tap.h"

enum { WRITERS = 4, MESSAGES = 5000 };

struct message {
	int writer, number;
	char filler[100];
};

static struct queue *queue;

static void *write_all(void *arg)
{
	struct message m = { .writer = (int)(intptr_t)arg };

	for (; m.number < MESSAGES; m.number++)
		queue_put(queue, &m, sizeof(int) * 2 + (size_t)m.number % sizeof(m.filler));
	return NULL;
}

static bool wait_for_message(struct str *ret)
{
	struct pollfd wait = { .fd = queue_fd(queue), .events = POLLIN };

	while (!queue_take(queue, ret)) {
		if (poll(&wait, 1, 10000) <= 0)
			return false;
		queue_acknowledge(queue);
	}
	return true;
}

static void through(void)
{
	pthread_t threads[WRITERS];
	int next[WRITERS] = { 0 }, wrong = 0, n = 0;
	struct str s;

	for (intptr_t i = 0; i < WRITERS; i++)
		pthread_create(&threads[i], NULL, write_all, (void *)i);
	while (n < WRITERS * MESSAGES && wait_for_message(&s)) {
		const struct message *m = (const void *)s.data;
		wrong += (uintptr_t)s.data % 16 != 0;
		wrong += m->number != next[m->writer]++;
		wrong += s.len != sizeof(int) * 2 + (size_t)m->number % sizeof(m->filler);
		n++;
	}
	ok(n == WRITERS * MESSAGES, "all messages came through");
	ok(wrong == 0, "whole, aligned and in order");
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	ok(!queue_take(queue, &s), "then there is none");
}

static void *fill(void *arg)
{
	while (queue_put(queue, "0123456789abcdef", 16))
		;
	return arg;
}

static void stop(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, fill, NULL);
	queue_stop(queue);
	ok(pthread_join(thread, NULL) == 0, "a writer that waits for room is let go");
	ok(!queue_put(queue, "x", 1), "nothing goes in any more");
}

int main(void)
{
	ok(queue_open(1024, &queue) == 0, "open");
	through();
	stop();
	queue_close(queue);
	return done();
}

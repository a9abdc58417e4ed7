#include "queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "allocate.h"
#include "buffer.h"

enum { ALIGN = 16 };

/* Each message is its length in ALIGN bytes, then itself, filled up to ALIGN. Writers append to
 * incoming; the reader swaps it with taken when it has used that up, so nothing is copied twice. */
struct queue {
	pthread_mutex_t lock;
	pthread_cond_t room;
	struct buffer incoming, taken;
	size_t taken_at, limit;
	bool stopped;
	int event;
};

int queue_open(size_t limit, struct queue **ret)
{
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct queue *q;

	if (event < 0)
		return -errno;
	q = allocate(1, sizeof(*q));
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->room, NULL);
	q->limit = limit;
	q->event = event;
	*ret = q;
	return 0;
}

static size_t padded(size_t len)
{
	return (len + ALIGN - 1) / ALIGN * ALIGN;
}

static void append(struct buffer *b, const void *data, size_t len)
{
	uint8_t *at = buffer_reserve(b, ALIGN + padded(len));

	memcpy(at, &len, sizeof(len));
	memcpy(at + ALIGN, data, len);
	b->len += ALIGN + padded(len);
}

bool queue_put(struct queue *q, const void *data, size_t len)
{
	bool first;

	pthread_mutex_lock(&q->lock);
	while (!q->stopped && q->incoming.len && q->incoming.len + ALIGN + padded(len) > q->limit)
		pthread_cond_wait(&q->room, &q->lock);
	if (q->stopped) {
		pthread_mutex_unlock(&q->lock);
		return false;
	}
	first = q->incoming.len == 0;
	append(&q->incoming, data, len);
	pthread_mutex_unlock(&q->lock);
	if (first)
		eventfd_write(q->event, 1);
	return true;
}

int queue_fd(const struct queue *q)
{
	return q->event;
}

void queue_acknowledge(struct queue *q)
{
	eventfd_t count;

	eventfd_read(q->event, &count);
}

static void swap(struct queue *q)
{
	struct buffer used = q->taken;

	used.len = 0;
	pthread_mutex_lock(&q->lock);
	q->taken = q->incoming;
	q->incoming = used;
	pthread_cond_broadcast(&q->room);
	pthread_mutex_unlock(&q->lock);
	q->taken_at = 0;
}

bool queue_take(struct queue *q, struct str *ret)
{
	const uint8_t *at;

	if (q->taken_at == q->taken.len)
		swap(q);
	if (q->taken_at == q->taken.len)
		return false;
	at = q->taken.data + q->taken_at;
	memcpy(&ret->len, at, sizeof(ret->len));
	ret->data = (const char *)at + ALIGN;
	q->taken_at += ALIGN + padded(ret->len);
	return true;
}

void queue_stop(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->stopped = true;
	pthread_cond_broadcast(&q->room);
	pthread_mutex_unlock(&q->lock);
}

void queue_close(struct queue *q)
{
	close(q->event);
	pthread_cond_destroy(&q->room);
	pthread_mutex_destroy(&q->lock);
	buffer_free(&q->incoming);
	buffer_free(&q->taken);
	free(q);
}

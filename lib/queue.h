/* Messages from many threads to one: how a thread that drives a blocking library hands over what it
 * read. A queue is bounded: a writer waits while it is full. Messages of one writer keep their
 * order. */
#ifndef DUTO_QUEUE_H
#define DUTO_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "str.h"

struct queue;

/* Holds up to limit bytes (one message always fits). 0 or -errno. */
int queue_open(size_t limit, struct queue **ret);

/* From any thread: copies the message in, waiting for room. False once the queue is stopped. */
bool queue_put(struct queue *q, const void *data, size_t len);

/* The reader's: a descriptor that is readable once something was put, and to be acknowledged then.
 */
int queue_fd(const struct queue *q);
void queue_acknowledge(struct queue *q);

/* The reader's: the next message, valid until the next call, aligned to 16 bytes. False: none now.
 */
bool queue_take(struct queue *q, struct str *ret);

/* Frees writers that wait; from then on queue_put fails. */
void queue_stop(struct queue *q);

/* Only when no other thread uses it any more. */
void queue_close(struct queue *q);

#endif

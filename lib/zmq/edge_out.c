/* The writer's side of an edge (edge.h): push:. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "allocate.h"
#include "clock.h"
#include "edge.h"
#include "socket.h"

enum { PAST = 8 }; /* readers of which a writer remembers that they were replaced */

struct edge_out {
	struct link link;
	void *push, *acks;
	int lock;
	const char *endpoint;
	uint64_t writer, reader, first;
	uint64_t missed;   /* how far a reader that is hungry had come, */
	int64_t hungry_at; /* and when; 0: it is not */
	struct batch *window[LINK_WINDOW];
	/* Numbers on the wire: behind the newest; the newest sent to this reader; the last settled. */
	uint64_t next, sent, acknowledged;
	uint64_t past[PAST];
	unsigned past_next;
	bool ending;
};

static struct edge_out *edge_out(struct link *l)
{
	return (struct edge_out *)l;
}

static int edge_out_open(struct link **ret, const char *address,
	const struct link_security *security, char **ret_error)
{
	char ack[128];
	int r = socket_check(address, security, ret_error);
	if (r)
		return r;
	struct edge_out *e = allocate(1, sizeof(*e));
	e->endpoint = address;
	e->writer = socket_random();
	e->next = 1;
	socket_ack_endpoint(address, ack, sizeof(ack));
	r = socket_lock(address, &e->lock, ret_error);
	if (!r)
		r = socket_open(&e->push, ZMQ_PUSH, true, address, security, ret_error);
	if (!r)
		r = socket_open(&e->acks, ZMQ_PULL, true, ack, security, ret_error);
	socket_wait(&e->link, e->push);
	socket_wait(&e->link, e->acks);
	socket_wait_gate(&e->link);
	*ret = &e->link;
	return r;
}

static void release(void *data, void *hint)
{
	(void)data;
	batch_unref(hint);
}

/* Without a batch: the end of the stream, or number 0. */
static bool edge_send(struct edge_out *e, struct batch *b, uint64_t number)
{
	zmq_msg_t message;
	uint8_t address[SOCKET_NUMBERS];
	size_t len = socket_put_numbers(
		address, (uint64_t[]){ e->reader, e->writer, number, e->first }, 4);
	if (b) {
		batch_ref(b);
		zmq_msg_init_data(&message, b->bytes.data, b->bytes.len, release, b);
	} else {
		zmq_msg_init(&message);
	}
	if (zmq_msg_send(&message, e->push, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0) {
		zmq_msg_close(&message);
		return false;
	}
	return zmq_send(e->push, address, len, ZMQ_DONTWAIT) >= 0;
}

static bool has_unsent(const struct edge_out *e)
{
	return e->reader && e->sent + 1 < e->next;
}

static void edge_pump(struct edge_out *e)
{
	while (has_unsent(e)) {
		uint64_t number = e->sent + 1;
		bool end = e->ending && number + 1 == e->next;
		if (!edge_send(e, end ? NULL : e->window[number % LINK_WINDOW], number))
			return;
		e->sent = number;
	}
}

static void edge_settled(struct edge_out *e, uint64_t number)
{
	while (e->acknowledged < number && e->acknowledged + 1 < e->next) {
		struct batch **b = &e->window[++e->acknowledged % LINK_WINDOW];
		if (*b) {
			e->link.settled = (*b)->number;
			batch_unref(*b);
		}
		*b = NULL;
	}
}

/* A reader that another has taken over from: what it still says must not bring it back. */
static bool is_past(const struct edge_out *e, uint64_t reader)
{
	for (int i = 0; i < PAST; i++)
		if (e->past[i] == edge_reader_base(reader))
			return true;
	return false;
}

static void change_reader(struct edge_out *e, uint64_t reader, uint64_t sent)
{
	if (e->reader && edge_reader_base(reader) != edge_reader_base(e->reader))
		e->past[e->past_next++ % PAST] = edge_reader_base(e->reader);
	e->reader = reader;
	e->sent = sent;
	e->first = sent + 1;
	e->hungry_at = 0;
}

static void edge_feed(struct edge_out *e, uint64_t position, bool hungry)
{
	int64_t now = clock_monotonic();
	if (!hungry || position >= e->sent) {
		e->hungry_at = 0;
	} else if (!e->hungry_at || position != e->missed) {
		e->hungry_at = now;
		e->missed = position;
	} else if (now - e->hungry_at >= EDGE_REPEAT * MILLISECONDS / 2) {
		e->hungry_at = 0;
		e->sent = position;
	}
}

static void edge_hear(struct edge_out *e, const uint64_t ack[EDGE_ACK_NUMBERS])
{
	if (is_past(e, ack[EDGE_READER]))
		return;
	bool knows = ack[EDGE_WRITER] == e->writer && ack[EDGE_RECEIVED] < e->next &&
		     ack[EDGE_SETTLED] <= ack[EDGE_RECEIVED];
	if (knows)
		edge_settled(e, ack[EDGE_SETTLED]);
	if (ack[EDGE_READER] != e->reader)
		change_reader(e, ack[EDGE_READER],
			knows && ack[EDGE_RECEIVED] > e->acknowledged ? ack[EDGE_RECEIVED]
								      : e->acknowledged);
	edge_feed(e, knows ? ack[EDGE_RECEIVED] : e->first - 1, ack[EDGE_HUNGRY]);
	if (e->ending && e->acknowledged + 1 == e->next)
		edge_send(e, NULL, 0);
}

static int edge_out_service(struct link *l)
{
	struct edge_out *e = edge_out(l);
	uint8_t frame[SOCKET_NUMBERS];
	uint64_t ack[EDGE_ACK_NUMBERS];
	int len;
	socket_answer_gate();
	while ((len = zmq_recv(e->acks, frame, sizeof(frame), ZMQ_DONTWAIT)) >= 0)
		if ((size_t)len <= sizeof(frame) &&
			socket_take_numbers(frame, (size_t)len, ack, EDGE_ACK_NUMBERS))
			edge_hear(e, ack);
	/* Asking takes the news of room from the descriptor: it has to be acted upon now. */
	do
		edge_pump(e);
	while (socket_ready(e->push, ZMQ_POLLOUT) && has_unsent(e));
	return 0;
}

static bool edge_has_room(const struct edge_out *e)
{
	return e->next - e->acknowledged <= LINK_WINDOW;
}

static int edge_out_write(struct link *l, struct batch *b)
{
	struct edge_out *e = edge_out(l);
	if (!edge_has_room(e))
		edge_out_service(l);
	if (!edge_has_room(e))
		return -EAGAIN;
	batch_ref(b);
	e->window[e->next % LINK_WINDOW] = b;
	e->next++;
	edge_pump(e);
	return 0;
}

static int edge_out_finish(struct link *l, bool end)
{
	struct edge_out *e = edge_out(l);
	if (end && !e->ending && edge_has_room(e)) {
		e->ending = true;
		e->next++;
	}
	edge_out_service(l);
	return (!end || e->ending) && e->acknowledged + 1 == e->next;
}

static void edge_out_close(struct link *l)
{
	struct edge_out *e = edge_out(l);
	socket_close(e->push, 500); /* the word that the end was heard */
	socket_close(e->acks, 0);
	socket_unlock(e->endpoint, e->lock);
	free(e);
}

const struct link_driver edge_out_driver = { .prefix = "push:",
	.open = edge_out_open,
	.write = edge_out_write,
	.finish = edge_out_finish,
	.service = edge_out_service,
	.close = edge_out_close };

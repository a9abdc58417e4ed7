/* The reader's side of an edge (edge.h): pull:. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "allocate.h"
#include "clock.h"
#include "edge.h"
#include "socket.h"

enum {
	TELL_EVERY = 4,	 /* messages settled are told together, */
	TELL_AFTER = 2,	 /* or so many ms later: each telling wakes two threads on the other side */
	FAREWELL = 2000, /* ms that a reader waits at the end for the writer to hear of it */
};

struct edge_in {
	struct link link;
	void *pull, *ack, *monitor;
	uint64_t base, reader,
		writer; /* reader's upper bits stay the same while the process lives */
	uint64_t start, received, settled, told; /* of this writer's numbers; start: those before */
	uint64_t earlier;			 /* messages of earlier writers */
	bool heard_own, farewell, hungry;
	zmq_msg_t message;
};

static struct edge_in *edge_in(struct link *l)
{
	return (struct edge_in *)l;
}

static int edge_in_open(struct link **ret, const char *address,
	const struct link_security *security, char **ret_error)
{
	char ack[128];
	int r = socket_check(address, security, ret_error);
	if (r)
		return r;
	struct edge_in *e = allocate(1, sizeof(*e));
	e->link.acknowledged = true;
	e->base = e->reader = edge_reader_base(socket_random());
	zmq_msg_init(&e->message);
	socket_ack_endpoint(address, ack, sizeof(ack));
	r = socket_open(&e->ack, ZMQ_PUSH, false, ack, security, ret_error);
	if (!r)
		r = socket_new(&e->pull, ZMQ_PULL, false, address, security, ret_error);
	if (!r) /* before the connection is there to be missed */
		e->monitor = socket_monitor(
			e->pull, ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
	if (!r)
		r = socket_join(e->pull, false, address, ret_error);
	socket_wait(&e->link, e->pull);
	socket_wait(&e->link, e->ack);
	socket_wait(&e->link, e->monitor);
	*ret = &e->link;
	return r;
}

static void tell(struct edge_in *e)
{
	uint8_t frame[SOCKET_NUMBERS];
	size_t len = socket_put_numbers(frame,
		(uint64_t[]){ e->reader, e->writer, e->received, e->settled, e->hungry },
		EDGE_ACK_NUMBERS);
	if (zmq_send(e->ack, frame, len, ZMQ_DONTWAIT) >= 0)
		e->told = e->settled;
	e->link.deadline = clock_monotonic() + EDGE_REPEAT * MILLISECONDS;
}

/* Whatever was on its way over a connection that broke is lost: ask for it under a new name. */
static void watch_events(struct edge_in *e)
{
	uint8_t event[16], endpoint[256];
	int len;
	while ((len = zmq_recv(e->monitor, event, sizeof(event), ZMQ_DONTWAIT)) >= 0) {
		uint16_t kind;
		zmq_recv(e->monitor, endpoint, sizeof(endpoint), ZMQ_DONTWAIT);
		memcpy(&kind, event, sizeof(kind));
		e->link.connected = kind == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
		if (e->link.connected)
			continue;
		e->reader++;
		e->heard_own = false;
		if (!e->link.ended)
			tell(e);
	}
}

static int edge_in_service(struct link *l)
{
	struct edge_in *e = edge_in(l);
	watch_events(e);
	if (e->settled - e->told >= TELL_EVERY || clock_monotonic() >= l->deadline)
		tell(e);
	socket_ready(e->ack, ZMQ_POLLOUT);
	return 0;
}

/* 1: the message counts; 0: it is not for us, or came before. */
static int accept_message(struct edge_in *e, const uint64_t address[4], size_t len)
{
	uint64_t reader = address[0], writer = address[1], number = address[2];
	if (reader != e->reader) {
		bool other = edge_reader_base(reader) != e->base;
		return other && e->heard_own ? -EBUSY : 0;
	}
	e->heard_own = true;
	if (writer != e->writer) {
		e->earlier += e->received - e->start;
		e->writer = writer;
		e->start = address[3] - 1;
		e->received = e->settled = e->told = e->start;
	}
	if (number == 0)
		e->farewell = true;
	if (number != e->received + 1)
		return 0;
	e->received = number;
	e->link.ended = len == 0;
	return 1;
}

static int read_address(struct edge_in *e, uint64_t address[4])
{
	uint8_t frame[SOCKET_NUMBERS];
	if (!zmq_msg_more(&e->message))
		return -EBADMSG;
	int len = zmq_recv(e->pull, frame, sizeof(frame), ZMQ_DONTWAIT);
	if (len < 0 || (size_t)len > sizeof(frame) ||
		!socket_take_numbers(frame, (size_t)len, address, 4))
		return -EBADMSG;
	return 0;
}

static int edge_in_read(struct link *l, struct link_input *ret)
{
	struct edge_in *e = edge_in(l);
	uint64_t address[4];
	for (;;) {
		e->hungry = zmq_msg_recv(&e->message, e->pull, ZMQ_DONTWAIT) < 0;
		if (e->hungry)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		int r = read_address(e, address);
		if (r)
			return r;
		r = accept_message(e, address, zmq_msg_size(&e->message));
		if (r < 0)
			return r;
		if (r == 0)
			continue;
		*ret = (struct link_input){ .data = zmq_msg_data(&e->message),
			.len = zmq_msg_size(&e->message),
			.number = e->earlier + e->received - e->start,
			.last = l->ended,
			.whole = true };
		return 1;
	}
}

/* What came from an earlier writer is of no interest to this one. */
static void edge_in_settle(struct link *l, uint64_t number)
{
	struct edge_in *e = edge_in(l);
	if (number <= e->earlier)
		return;
	if (e->settled == e->told)
		l->deadline = clock_monotonic() + TELL_AFTER * MILLISECONDS;
	e->settled = e->start + number - e->earlier;
}

/* The writer goes only when it knows that its end was heard: stay a moment until it says so. */
static void say_farewell(struct edge_in *e)
{
	struct link_input ignored;
	int64_t until = clock_monotonic() + FAREWELL * MILLISECONDS;
	while (!e->farewell && e->link.connected && clock_monotonic() < until) {
		zmq_pollitem_t items[] = { { e->pull, 0, ZMQ_POLLIN, 0 },
			{ e->monitor, 0, ZMQ_POLLIN, 0 } };
		zmq_poll(items, 2, 100);
		edge_in_read(&e->link, &ignored);
		watch_events(e);
		if (!e->farewell)
			tell(e);
	}
}

static void edge_in_close(struct link *l)
{
	struct edge_in *e = edge_in(l);
	if (e->writer)
		tell(e);
	if (l->ended && e->settled == e->received)
		say_farewell(e);
	zmq_msg_close(&e->message);
	zmq_socket_monitor(e->pull, NULL, 0);
	socket_close(e->monitor, 0);
	socket_close(e->pull, 0);
	socket_close(e->ack, e->farewell || !l->connected ? 0 : 500);
	free(e);
}

const struct link_driver edge_in_driver = { .prefix = "pull:",
	.open = edge_in_open,
	.read = edge_in_read,
	.used = socket_message_used,
	.settle = edge_in_settle,
	.service = edge_in_service,
	.close = edge_in_close };

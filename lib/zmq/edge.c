/* Edges: push: and pull:.
 *
 * An edge is two pairs of sockets: PUSH to PULL for batches, and PUSH to PULL the other way, at
 * ENDPOINT.ack (tcp: the next port), for what the reader says. A batch is two frames, the samples
 * and an address; no samples: the end of the stream.
 *
 *     address        [reader, writer, number, first]
 *     acknowledgement [reader, writer, received, settled, hungry]
 *
 * number 0 says that the writer heard that its end arrived; first is the number from which on this
 * reader is served. writer is drawn at each start of the writer; reader at each start of the reader
 * and whenever its connection breaks. The writer sends nothing before a reader has spoken; when a
 * new reader speaks, it sends again, addressed to that reader, what is not settled. A reader passes
 * over what is addressed to another, so nothing that hung in a queue counts twice.
 *
 * While the connection of a reader that was killed is not yet known to be dead, PUSH gives it a
 * share of what goes to the new one: the new one then misses some, takes nothing behind the gap, and
 * says that it is hungry. The writer sends again to a reader that is hungry twice over for what was
 * sent long ago. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "allocate.h"
#include "clock.h"
#include "socket.h"

enum {
	REPEAT = 500,	 /* ms after which an idle reader says again where it stands */
	TELL_EVERY = 4,	 /* messages settled are told together, */
	TELL_AFTER = 2,	 /* or so many ms later: each telling wakes two threads on the other side */
	PAST = 8,	 /* readers of which a writer remembers that they were replaced */
	FAREWELL = 2000, /* ms that a reader waits at the end for the writer to hear of it */
};

/* The writer's side of an edge. */

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

static uint64_t base_of(uint64_t reader)
{
	return reader & ~UINT64_C(0xffff);
}

/* A reader that another has taken over from: what it still says must not bring it back. */
static bool is_past(const struct edge_out *e, uint64_t reader)
{
	for (int i = 0; i < PAST; i++)
		if (e->past[i] == base_of(reader))
			return true;
	return false;
}

static void change_reader(struct edge_out *e, uint64_t reader, uint64_t sent)
{
	if (e->reader && base_of(reader) != base_of(e->reader))
		e->past[e->past_next++ % PAST] = base_of(e->reader);
	e->reader = reader;
	e->sent = sent;
	e->first = sent + 1;
	e->hungry_at = 0;
}

enum { READER, WRITER, RECEIVED, SETTLED, HUNGRY, ACK_NUMBERS };

static void edge_feed(struct edge_out *e, uint64_t position, bool hungry)
{
	int64_t now = clock_monotonic();
	if (!hungry || position >= e->sent) {
		e->hungry_at = 0;
	} else if (!e->hungry_at || position != e->missed) {
		e->hungry_at = now;
		e->missed = position;
	} else if (now - e->hungry_at >= REPEAT * MILLISECONDS / 2) {
		e->hungry_at = 0;
		e->sent = position;
	}
}

static void edge_hear(struct edge_out *e, const uint64_t ack[ACK_NUMBERS])
{
	if (is_past(e, ack[READER]))
		return;
	bool knows = ack[WRITER] == e->writer && ack[RECEIVED] < e->next &&
		     ack[SETTLED] <= ack[RECEIVED];
	if (knows)
		edge_settled(e, ack[SETTLED]);
	if (ack[READER] != e->reader)
		change_reader(e, ack[READER],
			knows && ack[RECEIVED] > e->acknowledged ? ack[RECEIVED] : e->acknowledged);
	edge_feed(e, knows ? ack[RECEIVED] : e->first - 1, ack[HUNGRY]);
	if (e->ending && e->acknowledged + 1 == e->next)
		edge_send(e, NULL, 0);
}

static int edge_out_service(struct link *l)
{
	struct edge_out *e = edge_out(l);
	uint8_t frame[SOCKET_NUMBERS];
	uint64_t ack[ACK_NUMBERS];
	int len;
	socket_answer_gate();
	while ((len = zmq_recv(e->acks, frame, sizeof(frame), ZMQ_DONTWAIT)) >= 0)
		if ((size_t)len <= sizeof(frame) &&
			socket_take_numbers(frame, (size_t)len, ack, ACK_NUMBERS))
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

/* The reader's side of an edge. */

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
	e->base = e->reader = socket_random() & ~UINT64_C(0xffff);
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
		ACK_NUMBERS);
	if (zmq_send(e->ack, frame, len, ZMQ_DONTWAIT) >= 0)
		e->told = e->settled;
	e->link.deadline = clock_monotonic() + REPEAT * MILLISECONDS;
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
		bool other = base_of(reader) != e->base;
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

const struct link_driver edge_out_driver = { .prefix = "push:",
	.open = edge_out_open,
	.write = edge_out_write,
	.finish = edge_out_finish,
	.service = edge_out_service,
	.close = edge_out_close };
const struct link_driver edge_in_driver = { .prefix = "pull:",
	.open = edge_in_open,
	.read = edge_in_read,
	.used = socket_message_used,
	.settle = edge_in_settle,
	.service = edge_in_service,
	.close = edge_in_close };

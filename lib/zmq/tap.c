/* Taps: pub: and sub:. A message is three frames: the source, samples of that source, and [run of
 * the writer, count of this source's messages], from which a listener knows what it lost. */
#include <errno.h>
#include <string.h>

#include "allocate.h"
#include "sample.h"
#include "series.h"
#include "socket.h"

enum { TAP_TOPICS = 65536 };

struct tap_out {
	struct link link;
	void *pub;
	int lock;
	const char *endpoint;
	uint64_t run;
	size_t subscriptions;
	struct series *topics;
	struct buffer group;
};

struct topic {
	uint64_t messages, batch; /* the batch in which it was sent last */
};

static struct tap_out *tap_out(struct link *l)
{
	return (struct tap_out *)l;
}

static int tap_out_open(struct link **ret, const char *address,
	const struct link_security *security, char **ret_error)
{
	int r = socket_check(address, security, ret_error);
	if (r)
		return r;
	struct tap_out *t = allocate(1, sizeof(*t));
	t->endpoint = address;
	t->run = socket_random() >> 11;
	t->topics = series_open(sizeof(struct topic), TAP_TOPICS, NULL);
	r = socket_lock(address, &t->lock, ret_error);
	if (!r)
		r = socket_open(&t->pub, ZMQ_XPUB, true, address, security, ret_error);
	if (!r)
		socket_set(t->pub, ZMQ_XPUB_VERBOSER, 1);
	socket_wait(&t->link, t->pub);
	socket_wait_gate(&t->link);
	*ret = &t->link;
	return r;
}

static int tap_out_service(struct link *l)
{
	struct tap_out *t = tap_out(l);
	uint8_t frame[256];
	int len;
	socket_answer_gate();
	while ((len = zmq_recv(t->pub, frame, sizeof(frame), ZMQ_DONTWAIT)) >= 0)
		if (len > 0 && frame[0] <= 1)
			t->subscriptions += frame[0] == 1 ? 1 : t->subscriptions ? -1u : 0;
	return 0;
}

static void publish(struct tap_out *t, struct str source, struct topic *topic)
{
	uint8_t count[SOCKET_NUMBERS];
	size_t len = socket_put_numbers(count, (uint64_t[]){ t->run, ++topic->messages }, 2);
	zmq_send(t->pub, source.data, source.len, ZMQ_DONTWAIT | ZMQ_SNDMORE);
	zmq_send(t->pub, t->group.data, t->group.len, ZMQ_DONTWAIT | ZMQ_SNDMORE);
	zmq_send(t->pub, count, len, ZMQ_DONTWAIT);
}

/* All samples of one source in what is left of a batch, in one message. */
static void publish_source(
	struct tap_out *t, struct str source, uint8_t *at, uint8_t *end, struct topic *topic)
{
	struct sample s;
	t->group.len = 0;
	for (int len; (len = sample_decode(&s, at, (size_t)(end - at))) > 0; at += len)
		if (str_eq(s.source, source))
			buffer_add(&t->group, at, (size_t)len);
	publish(t, source, topic);
}

static int tap_out_write(struct link *l, struct batch *b)
{
	struct tap_out *t = tap_out(l);
	struct sample s;
	uint8_t *at = b->bytes.data, *end = at + b->bytes.len;
	bool is_new;
	l->settled = b->number;
	tap_out_service(l);
	for (int len; t->subscriptions && (len = sample_decode(&s, at, (size_t)(end - at))) > 0;
		at += len) {
		struct topic *topic = series_get(t->topics, s.source, &is_new);
		if (topic->batch == b->number)
			continue;
		topic->batch = b->number;
		publish_source(t, s.source, at, end, topic);
	}
	return 0;
}

static int tap_out_finish(struct link *l, bool end)
{
	(void)l;
	(void)end;
	return 1;
}

static void tap_out_close(struct link *l)
{
	struct tap_out *t = tap_out(l);
	socket_close(t->pub, 200);
	socket_unlock(t->endpoint, t->lock);
	series_close(t->topics);
	buffer_free(&t->group);
	free(t);
}

struct tap_in {
	struct link link;
	void *sub;
	char *endpoint;
	struct str path;
	struct series *topics;
	zmq_msg_t message;
};

struct heard {
	uint64_t run, messages;
};

static struct tap_in *tap_in(struct link *l)
{
	return (struct tap_in *)l;
}

static int tap_in_open(struct link **ret, const char *address, const struct link_security *security,
	char **ret_error)
{
	struct tap_in *t = allocate(1, sizeof(*t));
	t->endpoint = strdup(address);
	char *path = strchr(t->endpoint, '#');
	if (path)
		*path++ = 0;
	t->path = str(path ? path : "");
	int r = socket_check(t->endpoint, security, ret_error);
	if (r)
		return r;
	zmq_msg_init(&t->message);
	t->topics = series_open(sizeof(struct heard), TAP_TOPICS, NULL);
	r = socket_open(&t->sub, ZMQ_SUB, false, t->endpoint, security, ret_error);
	if (!r)
		zmq_setsockopt(t->sub, ZMQ_SUBSCRIBE, t->path.data, t->path.len);
	socket_wait(&t->link, t->sub);
	*ret = &t->link;
	return r;
}

/* plant/line1 is not meant by plant/line10. */
static bool in_path(struct str topic, struct str path)
{
	return path.len == 0 || topic.len == path.len || path.data[path.len - 1] == '/' ||
	       topic.data[path.len] == '/';
}

static void count_lost(struct tap_in *t, struct str topic, const uint64_t numbers[2])
{
	bool is_new;
	struct heard *h = series_get(t->topics, topic, &is_new);
	if (!is_new && h->run == numbers[0] && numbers[1] > h->messages + 1)
		t->link.lost += numbers[1] - h->messages - 1;
	*h = (struct heard){ numbers[0], numbers[1] };
}

static int tap_in_read(struct link *l, struct link_input *ret)
{
	struct tap_in *t = tap_in(l);
	char topic[1024];
	uint8_t frame[SOCKET_NUMBERS];
	uint64_t numbers[2];
	for (;;) {
		int len = zmq_recv(t->sub, topic, sizeof(topic), ZMQ_DONTWAIT);
		if (len < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		struct str name = { topic,
			(size_t)len < sizeof(topic) ? (size_t)len : sizeof(topic) };
		if (zmq_msg_recv(&t->message, t->sub, ZMQ_DONTWAIT) < 0 ||
			!zmq_msg_more(&t->message))
			return -EBADMSG;
		len = zmq_recv(t->sub, frame, sizeof(frame), ZMQ_DONTWAIT);
		if (len < 0 || (size_t)len > sizeof(frame) ||
			!socket_take_numbers(frame, (size_t)len, numbers, 2))
			return -EBADMSG;
		if (!in_path(name, t->path))
			continue;
		count_lost(t, name, numbers);
		*ret = (struct link_input){ .data = zmq_msg_data(&t->message),
			.len = zmq_msg_size(&t->message),
			.whole = true };
		return 1;
	}
}

static void tap_in_close(struct link *l)
{
	struct tap_in *t = tap_in(l);
	zmq_msg_close(&t->message);
	socket_close(t->sub, 0);
	series_close(t->topics);
	free(t->endpoint);
	free(t);
}

const struct link_driver tap_out_driver = { .prefix = "pub:",
	.open = tap_out_open,
	.write = tap_out_write,
	.finish = tap_out_finish,
	.service = tap_out_service,
	.close = tap_out_close };
const struct link_driver tap_in_driver = { .prefix = "sub:",
	.open = tap_in_open,
	.read = tap_in_read,
	.used = socket_message_used,
	.close = tap_in_close };

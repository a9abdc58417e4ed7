#include "tcp_server.h"
#include "allocate.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct client {
	int fd;
	uint64_t heard; /* counted in requests: the smallest has been idle for longest */
	size_t len;
	uint8_t data[TCP_SERVER_REQUEST_MAX];
};

struct tcp_server {
	int listener;
	const struct tcp_server_calls *calls;
	struct client *clients;
	size_t count, max;
	uint64_t requests;
	struct buffer answer;
	struct pollfd *waits;
};

struct tcp_server *tcp_server_open(
	int listener, size_t clients_max, const struct tcp_server_calls *calls)
{
	struct tcp_server *s = allocate(1, sizeof(*s));
	s->listener = listener;
	s->calls = calls;
	s->max = clients_max;
	s->clients = allocate(clients_max, sizeof(*s->clients));
	s->waits = allocate(clients_max + 1, sizeof(*s->waits));
	return s;
}

static void let_go(struct tcp_server *s, struct client *c)
{
	s->calls->client(c->fd, false);
	close(c->fd);
	*c = s->clients[--s->count];
}

static void let_idlest_go(struct tcp_server *s)
{
	struct client *idlest = s->clients;

	for (struct client *c = s->clients; c < s->clients + s->count; c++)
		if (c->heard < idlest->heard)
			idlest = c;
	if (s->count)
		let_go(s, idlest);
}

static void accept_client(struct tcp_server *s)
{
	int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
		let_idlest_go(s);
	if (fd < 0)
		return;
	if (s->count == s->max)
		let_idlest_go(s);
	s->clients[s->count++] = (struct client){ .fd = fd, .heard = ++s->requests };
	s->calls->client(fd, true);
}

/* False: the answers do not fit the socket, the client does not read them. */
static bool send_answer(struct tcp_server *s, const struct client *c)
{
	ssize_t n = send(c->fd, s->answer.data, s->answer.len, MSG_NOSIGNAL | MSG_DONTWAIT);

	return n == (ssize_t)s->answer.len;
}

/* Answers the requests that are whole. False: the client is to be let go. */
static bool answer_all(struct tcp_server *s, struct client *c)
{
	size_t at = 0;
	int used;

	s->answer.len = 0;
	while ((used = s->calls->answer(c->data + at, c->len - at, &s->answer)) > 0) {
		at += (size_t)used;
		c->heard = ++s->requests;
	}
	c->len -= at;
	memmove(c->data, c->data + at, c->len);
	return used == 0 && c->len < sizeof(c->data) && (!s->answer.len || send_answer(s, c));
}

static void read_client(struct tcp_server *s, struct client *c)
{
	ssize_t n = recv(c->fd, c->data + c->len, sizeof(c->data) - c->len, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		c->len += (size_t)n;
	if (n <= 0 || !answer_all(s, c))
		let_go(s, c);
}

void tcp_server_ready(struct tcp_server *s, int fd)
{
	if (fd == s->listener) {
		accept_client(s);
		return;
	}
	for (size_t i = 0; i < s->count; i++)
		if (s->clients[i].fd == fd) {
			read_client(s, &s->clients[i]);
			return;
		}
}

void tcp_server_wait(struct tcp_server *s, int timeout_ms)
{
	size_t n = 0;

	for (; n < s->count; n++)
		s->waits[n] = (struct pollfd){ .fd = s->clients[n].fd, .events = POLLIN };
	s->waits[n++] = (struct pollfd){ .fd = s->listener, .events = POLLIN };
	if (poll(s->waits, n, timeout_ms) <= 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (s->waits[i].revents)
			tcp_server_ready(s, s->waits[i].fd);
}

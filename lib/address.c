#include "address.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int parse_port(struct str text, char *ret, size_t room)
{
	unsigned long port = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' || port > 65535)
			return -EINVAL;
		port = port * 10 + (unsigned long)(text.data[i] - '0');
	}
	if (!text.len || port > 65535)
		return -EINVAL;
	snprintf(ret, room, "%lu", port);
	return 0;
}

/* Cuts the host off the text, which then begins with the port's colon or is empty. */
static struct str take_host(struct str *text)
{
	bool bracket = text->len && text->data[0] == '[';
	const char *end = memchr(text->data, bracket ? ']' : ':', text->len);
	size_t len = end ? (size_t)(end - text->data) : text->len, used = len + (bracket && end);
	struct str host = { text->data + bracket, len - bracket };

	if (bracket && !end)
		host.len = 0;
	*text = (struct str){ text->data + used, text->len - used };
	return host;
}

int address_parse(struct str text, const char *port, struct address *ret)
{
	struct address address;
	struct str host;

	if (str_starts(text, STR("tcp://")))
		text = (struct str){ text.data + 6, text.len - 6 };
	host = take_host(&text);
	if (!host.len || host.len >= sizeof(address.host) || memchr(host.data, '/', host.len))
		return -EINVAL;
	snprintf(address.host, sizeof(address.host), "%.*s", STR_ARG(host));
	if (text.len && text.data[0] != ':')
		return -EINVAL;
	text = text.len ? (struct str){ text.data + 1, text.len - 1 } : str(port ?: "");
	if (parse_port(text, address.port, sizeof(address.port)) < 0)
		return -EINVAL;
	*ret = address;
	return 0;
}

static int listen_on(const struct addrinfo *info, int backlog)
{
	int one = 1, r, fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, backlog) == 0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

static void note_port(int fd, struct address *at)
{
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);

	if (getsockname(fd, (struct sockaddr *)&bound, &len) == 0)
		getnameinfo((struct sockaddr *)&bound, len, NULL, 0, at->port, sizeof(at->port),
			NI_NUMERICSERV);
}

int address_listen(struct address *at, int backlog)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *found;
	int fd = -EADDRNOTAVAIL;

	if (getaddrinfo(at->host, at->port, &hints, &found))
		return fd;
	for (const struct addrinfo *info = found; info && fd < 0; info = info->ai_next)
		fd = listen_on(info, backlog);
	freeaddrinfo(found);
	if (fd >= 0)
		note_port(fd, at);
	return fd;
}

/* Waits for a connection under way. 0 or -errno. */
static int wait_connected(int fd, int64_t timeout)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	struct timespec limit = { timeout / 1000000000, timeout % 1000000000 };
	socklen_t len = sizeof(int);
	int error = 0, r;

	do
		r = ppoll(&wait, 1, &limit, NULL);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return -ETIMEDOUT;
	if (r < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return -errno;
	return -error;
}

static int connect_to(const struct addrinfo *info, int64_t timeout)
{
	int one = 1, r = 0,
	    fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (connect(fd, info->ai_addr, info->ai_addrlen) < 0)
		r = errno == EINPROGRESS ? wait_connected(fd, timeout) : -errno;
	if (r < 0) {
		close(fd);
		return r;
	}
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

int address_connect(const struct address *to, int64_t timeout, const char **ret_problem)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	int fd = -EADDRNOTAVAIL, r = getaddrinfo(to->host, to->port, &hints, &found);

	if (r) {
		*ret_problem = gai_strerror(r);
		return fd;
	}
	for (const struct addrinfo *info = found; info && fd < 0; info = info->ai_next)
		fd = connect_to(info, timeout);
	freeaddrinfo(found);
	if (fd < 0)
		*ret_problem = strerrordesc_np(-fd) ?: "cannot be reached";
	return fd;
}

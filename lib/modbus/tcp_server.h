/* A TCP server of requests and answers that no client can hold up: nothing blocks, one that does
 * not read its answers is let go, and where there are too many the one that has been idle for
 * longest makes room. */
#ifndef DUTO_TCP_SERVER_H
#define DUTO_TCP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

enum { TCP_SERVER_REQUEST_MAX = 1024 };

struct tcp_server;

struct tcp_server_calls {
	/* Answers the first request in data by appending to answer. Returns the bytes it took; 0:
	 * it is not all there yet; negative: the client talks nonsense and is let go. */
	int (*answer)(const uint8_t *data, size_t len, struct buffer *answer);
	/* A client's descriptor is to be waited for, or no longer. */
	void (*client)(int fd, bool open);
};

/* Takes over a listening, non-blocking socket. */
struct tcp_server *tcp_server_open(
	int listener, size_t clients_max, const struct tcp_server_calls *calls);

/* The listener or a client's descriptor is readable. */
void tcp_server_ready(struct tcp_server *s, int fd);

/* For those without a loop: waits for up to timeout_ms and serves what is ready. */
void tcp_server_wait(struct tcp_server *s, int timeout_ms);

#endif

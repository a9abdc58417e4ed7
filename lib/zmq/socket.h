/* What edges and taps share: ZeroMQ sockets with endpoints checked, locked and, over tcp, secured.
 * lib/zmq is built as link-zmq.so, which lib/link/link.c loads when a link asks for it. */
#ifndef DUTO_SOCKET_H
#define DUTO_SOCKET_H

#include <zmq.h>

#include "link/link.h"

/* Errors as lib/link/link.h tells: -errno with a malloc'ed message. */
int socket_complain(char **ret_error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ipc://PATH or tcp://HOST:PORT; beyond loopback only with keys, or insecure on purpose. */
int socket_check(const char *endpoint, const struct link_security *security, char **ret_error);

/* Where acknowledgements go: PATH.ack, or the next port. */
void socket_ack_endpoint(const char *endpoint, char *to, size_t size);

/* libzmq takes an ipc path over without asking: whoever binds one holds the lock beside it. */
int socket_lock(const char *endpoint, int *ret_fd, char **ret_error);
void socket_unlock(const char *endpoint, int fd);

/* socket_open is socket_new, then socket_join: it binds (a server) or connects. */
int socket_new(void **ret, int type, bool server, const char *endpoint,
	const struct link_security *security, char **ret_error);
int socket_join(void *socket, bool server, const char *endpoint, char **ret_error);
int socket_open(void **ret, int type, bool server, const char *endpoint,
	const struct link_security *security, char **ret_error);
void socket_close(void *socket, int linger_ms);
void socket_set(void *socket, int option, int value);

/* Adds what to wait for to the link. */
void socket_wait(struct link *l, void *socket);
void socket_wait_gate(struct link *l);
/* libzmq's descriptors tell of changes only: ask before waiting what stands there already. */
bool socket_ready(void *socket, int event);

/* Lets in, or not, those who knock with a key; part of every server's service. */
void socket_answer_gate(void);

/* Never 0. */
uint64_t socket_random(void);

/* Arrays of n unsigned integers: the address, acknowledgement and count frames. */
enum { SOCKET_NUMBERS = 64 };
bool socket_take_numbers(const void *data, size_t len, uint64_t *ret, uint32_t n);
size_t socket_put_numbers(uint8_t room[SOCKET_NUMBERS], const uint64_t *numbers, uint32_t n);

/* A message is used whole. */
uint64_t socket_message_used(struct link *l, size_t bytes);

/* A connected inproc pair's end for a socket's monitor events. */
void *socket_monitor(void *socket, int events);

extern const struct link_driver edge_out_driver, edge_in_driver, tap_out_driver, tap_in_driver;

#endif

/* Network addresses as options and files name them: HOST:PORT, tcp://HOST:PORT; a host is a name,
 * an IPv4 address or an IPv6 address in brackets. */
#ifndef DUTO_ADDRESS_H
#define DUTO_ADDRESS_H

#include <stdint.h>

#include "str.h"

enum { ADDRESS_HOST_MAX = 256 };

struct address {
	char host[ADDRESS_HOST_MAX];
	char port[8];
};

/* port: where the text names none; NULL: it must. 0 or -EINVAL. */
int address_parse(struct str text, const char *port, struct address *ret);

/* A socket that listens there, non-blocking, close-on-exec. Port 0 is any free one: what it became
 * is put into the address. The socket, or -errno (-EADDRNOTAVAIL too for a host that is not known).
 */
int address_listen(struct address *at, int backlog);

/* Connects there, waiting at most timeout nanoseconds for each of the host's addresses. The socket,
 * blocking and close-on-exec; or -errno and in *ret_problem what to tell a person (a constant, or
 * strerror's). */
int address_connect(const struct address *to, int64_t timeout, const char **ret_problem);

#endif

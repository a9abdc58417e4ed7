#include "socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"
#include "wire.h"

enum { TAP_WINDOW = 64 }; /* messages kept for a slow tap before it loses some */

static void *context;
static int open_sockets;

uint64_t socket_random(void)
{
	uint64_t id;
	if (getrandom(&id, sizeof(id), 0) != sizeof(id))
		abort();
	return id | 1;
}

__attribute__((format(printf, 2, 3))) int socket_complain(char **ret_error, const char *format, ...)
{
	int error = errno ? errno : EINVAL;
	va_list args;
	va_start(args, format);
	*ret_error = text_vprint(format, args);
	va_end(args);
	return error > 0 && error < ZMQ_HAUSNUMERO ? -error : -EIO;
}

void socket_set(void *socket, int option, int value)
{
	zmq_setsockopt(socket, option, &value, sizeof(value));
}

static bool is_loopback(const char *endpoint)
{
	return strncmp(endpoint, "tcp://127.", 10) == 0 ||
	       strncmp(endpoint, "tcp://localhost:", 16) == 0 ||
	       strncmp(endpoint, "tcp://[::1]:", 12) == 0;
}

int socket_check(const char *endpoint, const struct link_security *security, char **ret_error)
{
	errno = EINVAL;
	bool tcp = strncmp(endpoint, "tcp://", 6) == 0;
	if (!tcp && (strncmp(endpoint, "ipc://", 6) != 0 || !endpoint[6]))
		return socket_complain(ret_error,
			"%s is not an endpoint: expected ipc://PATH or tcp://HOST:PORT", endpoint);
	if (!tcp && strlen(endpoint + 6) + strlen(".ack") >= 107)
		return socket_complain(
			ret_error, "%s: a socket's path has at most 102 characters", endpoint);
	const char *port = strrchr(endpoint, ':');
	char *end;
	long number = strtol(port + 1, &end, 10);
	if (tcp && (port < endpoint + 6 || number < 1 || number > 65534 || *end))
		return socket_complain(
			ret_error, "%s: expected a port from 1 to 65534 at the end", endpoint);
	if (tcp && !is_loopback(endpoint) && !security->key_file && !security->insecure)
		return socket_complain(ret_error,
			"%s reaches beyond this machine: expected --key and --peers (see `duto "
			"keygen`), or --insecure",
			endpoint);
	return 0;
}

/* Where acknowledgements go. */
void socket_ack_endpoint(const char *endpoint, char *to, size_t size)
{
	const char *port = strrchr(endpoint, ':');
	if (strncmp(endpoint, "tcp:", 4) == 0)
		snprintf(to, size, "%.*s:%ld", (int)(port - endpoint), endpoint,
			strtol(port + 1, NULL, 10) + 1);
	else
		snprintf(to, size, "%s.ack", endpoint);
}

/* libzmq takes over an ipc path without asking: whoever binds it holds a lock beside it. */
int socket_lock(const char *endpoint, int *ret_fd, char **ret_error)
{
	char path[128];
	*ret_fd = -1;
	if (strncmp(endpoint, "ipc://", 6) != 0)
		return 0;
	snprintf(path, sizeof(path), "%s.lock", endpoint + 6);
	for (;;) {
		struct stat there, held;
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
		if (fd < 0)
			return socket_complain(ret_error, "%s: %s", path, strerror(errno));
		if (flock(fd, LOCK_EX | LOCK_NB)) {
			close(fd);
			errno = EBUSY;
			return socket_complain(
				ret_error, "%s: another process writes to this endpoint", endpoint);
		}
		if (fstat(fd, &held) == 0 && stat(path, &there) == 0 &&
			held.st_ino == there.st_ino) {
			*ret_fd = fd;
			return 0;
		}
		close(fd); /* its holder took the file away between our open and our lock */
	}
}

void socket_unlock(const char *endpoint, int fd)
{
	char path[128], ack[128];
	if (fd < 0)
		return;
	socket_ack_endpoint(endpoint, ack, sizeof(ack));
	snprintf(path, sizeof(path), "%s.lock", endpoint + 6);
	unlink(endpoint + strlen("ipc://"));
	unlink(ack + strlen("ipc://"));
	unlink(path);
	close(fd);
}

/* Key files: one Z85 key of 40 characters a line; what stands behind it is a comment or, for a
 * server, its endpoint. Lines that begin with # are comments, unless they hold a key: # is a digit
 * of Z85. */
static int read_key(const char *path, const char *wanted, char key[41], char **ret_error)
{
	char line[512], word[256];
	int lines = 0, found = 0;
	FILE *f = fopen(path, "re");
	if (!f)
		return socket_complain(ret_error, "%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		char candidate[64];
		lines++;
		int words = sscanf(line, "%63s %255s", candidate, word);
		if (words < 1 || (candidate[0] == '#' && strlen(candidate) != 40))
			continue;
		if (strlen(candidate) != 40) {
			fclose(f);
			errno = EINVAL;
			return socket_complain(
				ret_error, "%s:%d:1: expected a key of 40 characters", path, lines);
		}
		bool named = words == 2 && wanted && strcmp(word, wanted) == 0;
		if (!found || named)
			strcpy(key, candidate);
		found++;
		if (named)
			break;
	}
	fclose(f);
	errno = EINVAL;
	return found ? 0 : socket_complain(ret_error, "%s: expected a key, found none", path);
}

/* Who may connect to this process: answered to libzmq by its authentication protocol
 * (rfc.zeromq.org/spec/27). */
static struct {
	void *socket;
	const char *peer_file;
} gate;

static bool is_allowed(const uint8_t *key, size_t len)
{
	char text[41], line[512], word[64];
	if (len != 32 || !zmq_z85_encode(text, key, 32))
		return false;
	FILE *f = fopen(gate.peer_file, "re");
	bool allowed = false;
	while (f && !allowed && fgets(line, sizeof(line), f))
		allowed = sscanf(line, "%63s", word) == 1 && strcmp(word, text) == 0;
	if (f)
		fclose(f);
	return allowed;
}

void socket_answer_gate(void)
{
	char frames[7][256];
	size_t lens[7] = { 0 };
	int n = 0, more = 1;
	size_t size = sizeof(more);
	if (!gate.socket)
		return;
	for (; more; n++) {
		int len = zmq_recv(
			gate.socket, frames[n < 7 ? n : 6], sizeof(frames[0]), ZMQ_DONTWAIT);
		if (len < 0)
			return;
		lens[n < 7 ? n : 6] = (size_t)len;
		zmq_getsockopt(gate.socket, ZMQ_RCVMORE, &more, &size);
	}
	bool good = n == 7 && lens[5] == 5 && memcmp(frames[5], "CURVE", 5) == 0 &&
		    is_allowed((uint8_t *)frames[6], lens[6]);
	zmq_send(gate.socket, "1.0", 3, ZMQ_SNDMORE);
	zmq_send(gate.socket, frames[1], lens[1], ZMQ_SNDMORE);
	zmq_send(gate.socket, good ? "200" : "400", 3, ZMQ_SNDMORE);
	zmq_send(gate.socket, "", 0, ZMQ_SNDMORE);
	zmq_send(gate.socket, "", 0, ZMQ_SNDMORE);
	zmq_send(gate.socket, "", 0, 0);
}

static void open_gate(const char *peer_file)
{
	if (gate.socket)
		return;
	gate.peer_file = peer_file;
	gate.socket = zmq_socket(context, ZMQ_REP);
	socket_set(gate.socket, ZMQ_LINGER, 0);
	zmq_bind(gate.socket, "inproc://zeromq.zap.01");
}

static int secure(void *socket, bool server, const char *endpoint,
	const struct link_security *security, char **ret_error)
{
	char secret[41], public[41], peer[41];
	if (!security->key_file || strncmp(endpoint, "tcp:", 4) != 0)
		return 0;
	errno = EINVAL;
	if (!security->peer_file)
		return socket_complain(
			ret_error, "--key needs --peers: the public keys of the other side");
	int r = read_key(security->key_file, NULL, secret, ret_error);
	if (!r)
		r = read_key(security->peer_file, endpoint, peer, ret_error);
	if (r)
		return r;
	if (zmq_curve_public(public, secret))
		return socket_complain(
			ret_error, "%s:1:1: expected a CURVE secret key", security->key_file);
	zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, 40);
	explicit_bzero(secret, sizeof(secret));
	if (server) {
		socket_set(socket, ZMQ_CURVE_SERVER, 1);
		zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, "duto", 4);
		open_gate(security->peer_file);
		return 0;
	}
	zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, public, 40);
	zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, peer, 40);
	return 0;
}

int socket_new(void **ret, int type, bool server, const char *endpoint,
	const struct link_security *security, char **ret_error)
{
	if (!context)
		context = zmq_ctx_new();
	void *socket = zmq_socket(context, type);
	if (!socket)
		return socket_complain(ret_error, "%s: %s", endpoint, zmq_strerror(errno));
	*ret = socket;
	open_sockets++;
	socket_set(socket, ZMQ_LINGER, 0);
	socket_set(socket, ZMQ_RECONNECT_IVL, 20);
	socket_set(socket, ZMQ_RECONNECT_IVL_MAX, 1000);
	socket_set(socket, ZMQ_TCP_KEEPALIVE, 1);
	socket_set(socket, ZMQ_HEARTBEAT_IVL, strncmp(endpoint, "tcp:", 4) == 0 ? 5000 : 0);
	socket_set(socket, ZMQ_SNDHWM, type == ZMQ_XPUB ? TAP_WINDOW : 2 * LINK_WINDOW);
	socket_set(socket, ZMQ_RCVHWM, type == ZMQ_SUB ? TAP_WINDOW : 2 * LINK_WINDOW);
	return secure(socket, server, endpoint, security, ret_error);
}

int socket_join(void *socket, bool server, const char *endpoint, char **ret_error)
{
	if (server ? zmq_bind(socket, endpoint) : zmq_connect(socket, endpoint))
		return socket_complain(ret_error, "%s: %s", endpoint, zmq_strerror(errno));
	return 0;
}

int socket_open(void **ret, int type, bool server, const char *endpoint,
	const struct link_security *security, char **ret_error)
{
	int r = socket_new(ret, type, server, endpoint, security, ret_error);
	return r ? r : socket_join(*ret, server, endpoint, ret_error);
}

void socket_close(void *socket, int linger_ms)
{
	if (!socket)
		return;
	socket_set(socket, ZMQ_LINGER, linger_ms);
	zmq_close(socket);
	open_sockets--;
}

void *socket_monitor(void *socket, int events)
{
	char name[64];
	snprintf(name, sizeof(name), "inproc://monitor-%p", socket);
	if (zmq_socket_monitor(socket, name, events))
		return NULL;
	void *monitor = zmq_socket(context, ZMQ_PAIR);
	open_sockets++;
	return zmq_connect(monitor, name) ? NULL : monitor;
}

uint64_t socket_message_used(struct link *l, size_t bytes)
{
	(void)l;
	(void)bytes;
	return 0;
}

void socket_wait_gate(struct link *l)
{
	socket_wait(l, gate.socket);
}

void socket_wait(struct link *l, void *socket)
{
	int fd;
	size_t size = sizeof(fd);
	if (socket && zmq_getsockopt(socket, ZMQ_FD, &fd, &size) == 0)
		l->waits[l->wait_count++] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

/* libzmq's descriptors tell of changes only: what stands there already has to be asked for before
 * waiting. */
bool socket_ready(void *socket, int event)
{
	int events = 0;
	size_t size = sizeof(events);
	zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size);
	return events & event;
}

bool socket_take_numbers(const void *data, size_t len, uint64_t *ret, uint32_t n)
{
	struct cursor c = { data, (const uint8_t *)data + len };
	struct wire w;
	if (wire_next(&c, &w) != 1 || w.type != WIRE_ARRAY || w.size != n)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (wire_next(&c, &w) != 1 || w.type != WIRE_UINT)
			return false;
		ret[i] = w.u;
	}
	return true;
}

size_t socket_put_numbers(uint8_t room[SOCKET_NUMBERS], const uint64_t *numbers, uint32_t n)
{
	struct buffer b = { room, 0, SOCKET_NUMBERS };
	wire_array(&b, n);
	for (uint32_t i = 0; i < n; i++)
		wire_uint64(&b, numbers[i]);
	return b.len;
}

/* Sockets linger in the background until here; only then may the process go. */
static void __attribute__((destructor)) leave(void)
{
	if (gate.socket)
		zmq_close(gate.socket);
	if (context && !open_sockets)
		zmq_ctx_term(context);
}

const struct link_driver *const link_zmq_drivers[] = { &edge_out_driver, &edge_in_driver,
	&tap_out_driver, &tap_in_driver, NULL };

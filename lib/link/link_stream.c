/* Links over plain file descriptors: `-` and file:PATH.
 *
 * Between the filters of a stage the supervisor lays a second pipe beside the first, the other way:
 * the reader of the first ($DUTO_ACK_IN) says in it up to which byte it has passed everything on for
 * good, the writer ($DUTO_ACK_OUT) takes nothing for settled before. So a filter that is killed in
 * the middle of a stage loses nothing that came over an edge. A number is eight bytes in the
 * machine's order.
 *
 * The first thing the reader says there is whether it wants positions (lib/filter/position.h): 0 for no; else
 * 1 more than the length of the last position sample that it has, which follows. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allocate.h"
#include "clock.h"
#include "link.h"
#include "text.h"

enum { READ_AT_ONCE = 128 << 10, PIPE_ROOM = 1 << 20, MARKS = 256, TOLD_MAX = PIPE_BUF - 8 };

/* A batch that was written, and the byte behind it. */
struct mark {
	uint64_t number, end;
};

struct stream {
	struct link link;
	int fd;
	bool owned, regular, follow, over;
	/* in: bytes read, of which the first `used` are dealt with */
	struct buffer bytes;
	size_t used;
	/* out: the batch being written, and how much of it is */
	struct batch *batch;
	size_t written;
	int acks; /* -1: not acknowledged */
	/* in: bytes of the stream before those at hand, passed on, and acknowledged; out: written */
	uint64_t offset, settled, told;
	struct mark marks[MARKS];
	unsigned mark_first, mark_count;
};

static struct stream *of(struct link *l)
{
	return (struct stream *)l;
}

static int open_fd(struct link **ret, int fd, bool owned, char **ret_error)
{
	struct stat st;
	if (fstat(fd, &st)) {
		int error = errno;
		*ret_error = text_print("standard stream %d: %s", fd, strerror(error));
		return -error;
	}
	struct stream *s = allocate(1, sizeof(*s));
	s->fd = fd;
	s->acks = -1;
	s->owned = owned;
	s->regular = S_ISREG(st.st_mode);
	s->link.connected = true;
	if (S_ISFIFO(st.st_mode))
		fcntl(fd, F_SETPIPE_SZ, PIPE_ROOM);
	*ret = &s->link;
	return 0;
}

/* The pipe of acknowledgements that a supervisor has laid beside a standard stream. */
static void open_acks(struct stream *s, const char *variable)
{
	const char *fd = getenv(variable);
	if (!fd)
		return;
	s->acks = atoi(fd);
	s->link.acknowledged = true;
	fcntl(s->acks, F_SETFL, O_NONBLOCK);
	fcntl(s->acks, F_SETFD, FD_CLOEXEC);
}

static int open_in(struct link **ret, const char *address, const struct link_security *security,
	char **ret_error)
{
	(void)address;
	int r = open_fd(ret, STDIN_FILENO, false, ret_error);
	if (r)
		return r;
	of(*ret)->follow = security->follow && of(*ret)->regular;
	open_acks(of(*ret), "DUTO_ACK_IN");
	return 0;
}

/* A pipe's own open file description can be made non-blocking without changing that of whoever
 * shares ours. */
static int reopen(int fd)
{
	char path[32];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

static int open_out(struct link **ret, const char *address, const struct link_security *security,
	char **ret_error)
{
	struct stat st;
	(void)address;
	(void)security;
	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode)) {
		int fd = reopen(STDOUT_FILENO);
		if (fd >= 0) {
			dup2(fd, STDOUT_FILENO);
			close(fd);
		}
	}
	int r = open_fd(ret, STDOUT_FILENO, false, ret_error);
	if (r)
		return r;
	open_acks(of(*ret), "DUTO_ACK_OUT");
	(*ret)->positions = of(*ret)->acks >= 0 ? LINK_ASKING : LINK_NO_POSITIONS;
	return 0;
}

static int open_path(struct link **ret, const char *path, int flags, char **ret_error)
{
	int fd = open(path, flags | O_CLOEXEC, 0666);
	if (fd >= 0)
		return open_fd(ret, fd, true, ret_error);
	int error = errno;
	*ret_error = text_print("%s: %s", path, strerror(error));
	return -error;
}

static int open_file_in(
	struct link **ret, const char *path, const struct link_security *security, char **ret_error)
{
	int r = open_path(ret, path, O_RDONLY, ret_error);
	if (!r)
		of(*ret)->follow = security->follow && of(*ret)->regular;
	return r;
}

/* A writer that was killed may have left half a line. */
static int end_torn_line(int fd)
{
	char last;
	off_t size = lseek(fd, 0, SEEK_END);
	if (size <= 0 || pread(fd, &last, 1, size - 1) != 1 || last == '\n')
		return 0;
	return write(fd, "\n", 1) == 1 ? 0 : -errno;
}

static int open_file_out(
	struct link **ret, const char *path, const struct link_security *security, char **ret_error)
{
	struct stat st;
	bool lines = security->lines && stat(path, &st) == 0 && S_ISREG(st.st_mode);
	int r = open_path(ret, path, (lines ? O_RDWR : O_WRONLY) | O_CREAT | O_APPEND, ret_error);
	return r || !lines ? r : end_torn_line(of(*ret)->fd);
}

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	return poll(&p, 1, 0) == 1;
}

static void wait_for(struct link *l, int fd, short events)
{
	l->wait_count = fd >= 0;
	l->waits[0] = (struct pollfd){ .fd = fd, .events = events };
}

/* A file that is followed tells nobody that it grew: look again soon. */
static int at_end(struct stream *s, struct link_input *ret)
{
	if (!s->follow) {
		s->link.ended = true;
		wait_for(&s->link, -1, 0);
		*ret = (struct link_input){
			.data = s->bytes.data, .len = s->bytes.len, .last = true
		};
		return 1;
	}
	s->link.deadline = clock_monotonic() + 100 * MILLISECONDS;
	wait_for(&s->link, -1, 0);
	return 0;
}

static int stream_read(struct link *l, struct link_input *ret)
{
	struct stream *s = of(l);
	if (l->ended)
		return 0;
	buffer_shift(&s->bytes, s->used);
	s->offset += s->used;
	s->used = 0;
	wait_for(l, s->fd, POLLIN);
	if (!s->regular && !readable(s->fd))
		return 0;
	ssize_t n = read(s->fd, buffer_reserve(&s->bytes, READ_AT_ONCE), READ_AT_ONCE);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	if (n == 0)
		return at_end(s, ret);
	s->bytes.len += (size_t)n;
	*ret = (struct link_input){ .data = s->bytes.data, .len = s->bytes.len };
	return 1;
}

static uint64_t stream_used(struct link *l, size_t bytes)
{
	struct stream *s = of(l);
	s->used = bytes;
	return s->acks < 0 ? 0 : s->offset + bytes;
}

static void stream_settle(struct link *l, uint64_t number)
{
	of(l)->settled = number;
}

/* In one write, which a pipe takes whole or not at all. */
static int stream_tell_position(struct link *l, bool positions, struct str position)
{
	struct stream *s = of(l);
	uint8_t told[8 + TOLD_MAX];
	uint64_t size = positions ? position.len + 1 : 0;
	if (s->acks < 0)
		return 0;
	if (position.len > TOLD_MAX)
		return -EMSGSIZE;
	memcpy(told, &size, 8);
	if (position.len)
		memcpy(told + 8, position.data, position.len);
	return write(s->acks, told, 8 + position.len) < 0 ? -errno : 0;
}

/* One that finds no room is told by the next: each says all that was said before. */
static int stream_tell(struct link *l)
{
	struct stream *s = of(l);
	if (s->acks >= 0 && s->told != s->settled &&
		write(s->acks, &s->settled, sizeof(s->settled)) > 0)
		s->told = s->settled;
	return 0;
}

/* Where there are too many marks, the newest takes the place of the one before it. */
static void add_mark(struct stream *s, uint64_t number)
{
	if (s->mark_count < MARKS)
		s->mark_count++;
	s->marks[(s->mark_first + s->mark_count - 1) % MARKS] = (struct mark){ number, s->offset };
}

static void take_acknowledged(struct stream *s, uint64_t offset)
{
	while (s->mark_count && s->marks[s->mark_first].end <= offset) {
		s->link.settled = s->marks[s->mark_first].number;
		s->mark_first = (s->mark_first + 1) % MARKS;
		s->mark_count--;
	}
}

static int hear_position(struct stream *s)
{
	uint64_t size;
	ssize_t n = read(s->acks, &size, sizeof(size));
	if (n != sizeof(size))
		return n < 0 ? -errno : -EPIPE;
	struct buffer *to = &s->link.position;
	if (size > 1 && (size > TOLD_MAX || read(s->acks, buffer_reserve(to, size - 1), size - 1) !=
						    (ssize_t)size - 1))
		return -EPROTO;
	to->len = size ? size - 1 : 0;
	s->link.positions = size ? LINK_POSITIONS : LINK_NO_POSITIONS;
	return 0;
}

static int read_acks(struct stream *s)
{
	uint64_t offsets[64];
	ssize_t n;
	int r = s->link.positions == LINK_ASKING ? hear_position(s) : 0;
	if (r)
		return r == -EAGAIN ? 0 : r;
	while (s->acks >= 0 && (n = read(s->acks, offsets, sizeof(offsets))) != -1) {
		if (n == 0)
			return -EPIPE; /* the reader went, and left something */
		take_acknowledged(s, offsets[(size_t)n / sizeof(*offsets) - 1]);
	}
	return 0;
}

static int stream_write_some(struct stream *s)
{
	while (s->batch) {
		ssize_t n = write(
			s->fd, s->batch->bytes.data + s->written, s->batch->bytes.len - s->written);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		s->written += (size_t)n;
		if (s->written < s->batch->bytes.len)
			continue;
		s->offset += s->written;
		if (s->acks < 0)
			s->link.settled = s->batch->number;
		else
			add_mark(s, s->batch->number);
		batch_unref(s->batch);
		s->batch = NULL;
		s->written = 0;
	}
	return 0;
}

static int stream_service(struct link *l)
{
	struct stream *s = of(l);
	int r = stream_write_some(s), acks = read_acks(s);
	bool expects = s->mark_count || l->positions == LINK_ASKING;
	wait_for(l, s->batch ? s->fd : -1, POLLOUT);
	if (expects && s->acks >= 0)
		l->waits[l->wait_count++] = (struct pollfd){ .fd = s->acks, .events = POLLIN };
	return r && r != -EAGAIN ? r : expects ? acks : 0;
}

static int stream_write(struct link *l, struct batch *b)
{
	int r = stream_service(l);
	if (r || of(l)->batch)
		return r ? r : -EAGAIN;
	batch_ref(b);
	of(l)->batch = b;
	return stream_service(l);
}

/* The reader hears of the end before it has acknowledged all: it may hold back half a record until
 * then. */
static void end_stream(struct stream *s)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0)
		dup2(null, s->fd);
	close(null);
	s->over = true;
}

static int stream_finish(struct link *l, bool end)
{
	struct stream *s = of(l);
	(void)end;
	int r = stream_service(l);
	if (r || s->batch)
		return r;
	if (s->acks >= 0 && !s->over)
		end_stream(s);
	return !s->mark_count;
}

static void stream_close(struct link *l)
{
	struct stream *s = of(l);
	if (s->acks >= 0)
		close(s->acks);
	if (s->owned)
		close(s->fd);
	if (s->batch)
		batch_unref(s->batch);
	buffer_free(&s->bytes);
	free(s);
}

static void stream_in_close(struct link *l)
{
	stream_tell(l);
	stream_close(l);
}

const struct link_driver link_stream_in = { .prefix = "-",
	.open = open_in,
	.read = stream_read,
	.used = stream_used,
	.settle = stream_settle,
	.service = stream_tell,
	.close = stream_in_close,
	.tell = stream_tell_position };
const struct link_driver link_file_in = { .prefix = "file:",
	.open = open_file_in,
	.read = stream_read,
	.used = stream_used,
	.close = stream_close };
const struct link_driver link_stream_out = { .prefix = "-",
	.open = open_out,
	.write = stream_write,
	.finish = stream_finish,
	.service = stream_service,
	.close = stream_close };
const struct link_driver link_file_out = { .prefix = "file:",
	.open = open_file_out,
	.write = stream_write,
	.finish = stream_finish,
	.service = stream_service,
	.close = stream_close };

#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_AT_ONCE = 64 << 10, OUTLET_FULL = 256 << 10, LINE_MAX_BYTES = 1 << 20 };

void outlet_open(struct outlet *o, int fd)
{
	char path[32];
	struct stat st;
	*o = (struct outlet){ .fd = fd };
	if (fstat(fd, &st) || !(S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)))
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (own >= 0)
		o->fd = own;
}

bool outlet_is_full(const struct outlet *o)
{
	return o->bytes.len >= OUTLET_FULL;
}

void outlet_flush(struct outlet *o)
{
	size_t done = 0;
	while (done < o->bytes.len && !o->broken) {
		ssize_t n = write(o->fd, o->bytes.data + done, o->bytes.len - done);
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0 && errno != EINTR)
			o->broken = true;
		done += n > 0 ? (size_t)n : 0;
	}
	buffer_shift(&o->bytes, o->broken ? o->bytes.len : done);
}

void outlet_break(struct outlet *o)
{
	o->broken = true;
	o->bytes.len = 0;
}

int relay_open(struct relay *r, struct outlet *outlet, const char *prefix)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*r = (struct relay){ ends[0], ends[1], outlet, prefix, { 0 } };
	return 0;
}

void relay_close(struct relay *r)
{
	close(r->from);
	close(r->to);
	buffer_free(&r->line);
}

static void pass_line(struct relay *r, const char *text, size_t len)
{
	struct buffer *out = &r->outlet->bytes;
	buffer_add_str(out, str(r->prefix));
	buffer_add_str(out, buffer_str(&r->line));
	buffer_add(out, text, len);
	buffer_add_char(out, '\n');
	r->line.len = 0;
}

static void pass_lines(struct relay *r, const char *text, size_t len)
{
	const char *end;
	while ((end = memchr(text, '\n', len))) {
		size_t used = (size_t)(end - text) + 1;
		pass_line(r, text, used - 1);
		text += used;
		len -= used;
	}
	buffer_add(&r->line, text, len);
	if (r->line.len > LINE_MAX_BYTES)
		pass_line(r, "", 0);
}

bool relay_service(struct relay *r)
{
	char text[READ_AT_ONCE];
	ssize_t n = read(r->from, text, sizeof(text));
	if (n > 0)
		pass_lines(r, text, (size_t)n);
	return n > 0;
}

void relay_settle(struct relay *r, bool failed)
{
	while (relay_service(r))
		;
	if (failed)
		r->line.len = 0;
	else if (r->line.len)
		pass_line(r, "", 0);
}

/* Links from keeps: keep:DIR#CURSOR. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "keep/keep.h"
#include "link.h"
#include "text.h"

#define POST_EVERY (SECONDS / 4)

struct in {
	struct link link;
	struct keep_reader *keep;
	char *path, *cursor; /* cursor NULL: nobody's place is kept */
	struct keep_block block;
	bool given; /* block is with the caller */
	uint64_t settled, posted;
	int64_t posted_at;
	int post_error; /* that was told of */
};

static struct in *in(struct link *l)
{
	return (struct in *)l;
}

static void free_in(struct in *i)
{
	free(i->path);
	free(i->cursor);
	free(i);
}

/* A cursor that is new stands before the oldest that is there. */
static int read_cursor(struct in *i, uint64_t *ret)
{
	int r = keep_cursor_read(i->path, i->cursor, ret);
	if (r != -ENOENT)
		return r;
	r = keep_reader_find(i->keep, INT64_MIN, ret);
	return r ? r : keep_cursor_write(i->path, i->cursor, *ret);
}

static int go_to_cursor(struct in *i, char **ret_error)
{
	uint64_t number = 0;
	if (!i->cursor)
		return 0;
	int r = read_cursor(i, &number);
	if (!r)
		r = keep_reader_seek(i->keep, number);
	if (r)
		*ret_error = text_print("%s: cursor %s: %s", i->path, i->cursor, strerror(-r));
	i->link.number = i->settled = i->posted = number;
	return r;
}

static int open_in(struct link **ret, const char *address, const struct link_security *security,
	char **ret_error)
{
	struct in *i = calloc(1, sizeof(*i));
	size_t len = strcspn(address, "#");
	if (!i)
		abort();
	(void)security;
	i->path = text_print("%.*s", (int)len, address);
	i->cursor = address[len] ? text_print("%s", address + len + 1) : NULL;
	int r = keep_reader_open(&i->keep, i->path, ret_error);
	if (!r)
		r = go_to_cursor(i, ret_error);
	if (r) {
		keep_reader_close(i->keep);
		free_in(i);
		return r == -ENOTSUP ? -EINVAL : r;
	}
	i->link.keep = keep_reader_id(i->keep);
	i->link.acknowledged = i->link.connected = true;
	i->link.waits[0] = (struct pollfd){ .fd = keep_reader_fd(i->keep), .events = POLLIN };
	i->link.wait_count = 1;
	*ret = &i->link;
	return 0;
}

static int give(struct in *i, struct link_input *ret)
{
	i->given = true;
	i->link.connected = true;
	i->link.lost += i->block.missing;
	if (i->block.missing)
		link_note(&i->link,
			text_print("%s: %" PRIu64 " samples before number %" PRIu64 " are gone",
				i->path, i->block.missing, i->block.first));
	*ret = (struct link_input){ .data = i->block.data,
		.len = i->block.len,
		.number = i->block.last,
		.first = i->block.first,
		.whole = true };
	return 1;
}

/* The end of the stream has no bytes: what came before it is settled already under its number. */
static int end_in(struct in *i, struct link_input *ret)
{
	i->link.ended = true;
	i->link.wait_count = 0;
	*ret = (struct link_input){ .last = true, .whole = true };
	return 1;
}

/* Blocks that are corrupt are told of and passed over. */
static int read_block(struct in *i)
{
	char *error;
	int r;
	do {
		r = keep_reader_read(i->keep, &i->block, &error);
		if (error)
			link_note(&i->link, error);
	} while (r == -EBADMSG);
	return r;
}

static int read_in(struct link *l, struct link_input *ret)
{
	struct in *i = in(l);
	if (l->ended)
		return 0;
	keep_reader_heard(i->keep);
	int r = read_block(i);
	if (r == 1)
		return give(i, ret);
	if (r < 0)
		return r;
	if (keep_reader_ended(i->keep)) /* now: what it did not give may have been the last */
		return end_in(i, ret);
	l->connected = false;
	return 0;
}

static uint64_t used_in(struct link *l, size_t bytes)
{
	struct in *i = in(l);
	(void)bytes;
	if (i->given)
		l->number = i->block.last;
	i->given = false;
	return 0;
}

/* Lost, a cursor only holds back what may leave, and has some samples come again. */
static int service_in(struct link *l)
{
	struct in *i = in(l);
	int64_t now = clock_monotonic();
	if (!i->cursor || i->settled == i->posted)
		return 0;
	l->deadline = i->posted_at + POST_EVERY;
	if (now < l->deadline)
		return 0;
	l->deadline = 0;
	i->posted_at = now;
	int r = keep_cursor_write(i->path, i->cursor, i->settled);
	if (!r)
		i->posted = i->settled;
	else if (r != i->post_error)
		link_note(l, text_print("%s: cursor %s: %s", i->path, i->cursor, strerror(-r)));
	i->post_error = r;
	return 0;
}

/* A reader that never has to wait is not serviced. */
static void settle_in(struct link *l, uint64_t number)
{
	in(l)->settled = number;
	service_in(l);
}

static void close_in(struct link *l)
{
	struct in *i = in(l);
	i->posted_at = 0;
	service_in(l);
	keep_reader_close(i->keep);
	free_in(i);
}

static int seek_in(struct link *l, struct str keep, uint64_t number)
{
	struct in *i = in(l);
	int r = keep_reader_place(i->keep, keep, number, &number);
	r = r ? r : keep_reader_seek(i->keep, number);
	if (!r)
		l->number = i->settled = number;
	return r;
}

const struct link_driver link_keep_in = { .prefix = "keep:",
	.open = open_in,
	.read = read_in,
	.used = used_in,
	.settle = settle_in,
	.service = service_in,
	.close = close_in,
	.seek = seek_in };

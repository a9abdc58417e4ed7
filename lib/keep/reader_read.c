/* Blocks in order, from segment to segment, also while the writer seals or removes them. */
#include <errno.h>
#include <inttypes.h>

#include "disk.h"
#include "keep/reader_parts.h"
#include "sample.h"
#include "text.h"

void keep_reader_leave(struct keep_reader *r)
{
	keep_directory_free(&r->directory);
	disk_close(r->walk.fd);
	r->walk.fd = -1;
}

/* Opens the segment that holds r->next. 0: there is none. The folder may be older than what
 * is in it. */
static int enter_segment(struct keep_reader *r)
{
	int fd = -ENOENT, result = 0;
	for (int attempt = 0; fd == -ENOENT && attempt < 3; attempt++) {
		result = keep_segments_list(r->folder, &r->segments);
		if (result || !r->segments.count)
			return result;
		size_t i = keep_segments_find(&r->segments, r->next);
		r->segment = r->segments.all[i];
		r->behind = keep_segments_behind(&r->segments, i);
		fd = keep_segment_open(r->folder, &r->segment);
	}
	if (fd < 0)
		return fd;
	r->walk.fd = fd;
	r->walk.next = r->segment.first;
	r->walk.offset = 0;
	if (r->segment.sealed && r->query.source.len)
		keep_directory_read(fd, r->query.source, &r->directory);
	if (r->from_oldest && r->segment.first > r->next)
		r->next = r->segment.first;
	r->from_oldest = false;
	return 1;
}

/* Whether the segment is used up; while it is the newest, this is asked of the folder. */
static int is_used_up(struct keep_reader *r)
{
	if (r->behind == UINT64_MAX) {
		int result = keep_segments_list(r->folder, &r->segments);
		if (result)
			return result;
		for (size_t i = r->segments.count;
			i && r->segments.all[i - 1].first > r->segment.first; i--)
			r->behind = r->segments.all[i - 1].first;
	}
	return r->behind != UINT64_MAX;
}

static bool is_wanted(const struct keep_reader *r, const struct keep_header *h)
{
	const struct keep_query *q = &r->query;
	if (h->kind == KEEP_POSITION)
		return q->positions;
	const struct keep_directory_entry *entry = keep_directory_at(&r->directory, r->walk.at);
	if (entry && !entry->wanted)
		return false;
	return (!q->since || h->time_last >= q->since) && (!q->until || h->time_first < q->until);
}

/* Everything before number has been seen, or is not to be. */
static void move_to(struct keep_reader *r, uint64_t number, uint64_t first)
{
	r->missed += first > r->next ? first - r->next : 0;
	r->reopened = false;
	r->next = number;
}

static int corrupt(struct keep_reader *r, char **ret_error)
{
	char name[KEEP_FILE_NAME_SIZE];
	keep_segment_name(&r->segment, name);
	*ret_error = text_print("%s/%s: %" PRIu64 " bytes from byte %" PRIu64 " on are corrupt",
		r->path, name, r->walk.bad_to - r->walk.bad_from, r->walk.bad_from);
	return -EBADMSG;
}

/* Leaves out the samples before r->next. */
static void trim(struct keep_reader *r, uint64_t first)
{
	struct sample s = { 0 };
	size_t at = 0;
	for (; first < r->next && at < r->samples.len; first++) {
		if (sample_decode(&s, r->samples.data + at, r->samples.len - at) <= 0)
			break;
		at += s.len;
	}
	buffer_shift(&r->samples, at);
}

/* The block at hand, of which the header has been read. 1, or an error. */
static int take_block(struct keep_reader *r, struct keep_block *ret, char **ret_error)
{
	const struct keep_header *h = &r->walk.header;
	struct str source = h->first < r->next ? (struct str){ 0 } : r->query.source;
	uint64_t first = h->first > r->next ? h->first : r->next;
	int result = keep_walk_payload(&r->walk);
	if (!result)
		result = keep_walk_unpack(&r->walk, r->seal, source, &r->samples);
	if (result == -EBADMSG) {
		move_to(r, r->walk.next, r->walk.next);
		return corrupt(r, ret_error);
	}
	if (result)
		return result;
	trim(r, h->first);
	*ret = (struct keep_block){ .data = r->samples.data,
		.len = r->samples.len,
		.first = first,
		.last = keep_header_behind(h) - 1,
		.missing = r->missed + first - r->next };
	r->missed = 0;
	r->next = ret->last + 1;
	r->reopened = false;
	return 1;
}

/* The file ends before what may be seen of it. A segment may have been begun anew under its name, so
 * it is opened once more before it is called damaged. */
static int at_end(struct keep_reader *r, char **ret_error)
{
	uint64_t end = r->walk.offset;
	int result = is_used_up(r);
	if (result < 0)
		return result;
	keep_reader_leave(r);
	if (result) {
		move_to(r, r->behind, r->behind);
		return 0;
	}
	if (!r->reopened) {
		r->reopened = true;
		return 0;
	}
	move_to(r, r->limit + 1, r->limit + 1);
	char name[KEEP_FILE_NAME_SIZE];
	keep_segment_name(&r->segment, name);
	*ret_error = text_print("%s/%s: ends at byte %" PRIu64 ", before number %" PRIu64, r->path,
		name, end, r->limit);
	return -EBADMSG;
}

static int pass_block(struct keep_reader *r)
{
	const struct keep_header *h = &r->walk.header;
	keep_walk_pass(&r->walk);
	if (h->count && r->walk.next > r->next)
		move_to(r, r->walk.next, h->first);
	return 0;
}

static int take_header(struct keep_reader *r, struct keep_block *ret, char **ret_error)
{
	const struct keep_header *h = &r->walk.header;
	if (h->first > r->limit)
		return -EAGAIN;
	if (!h->count || keep_header_behind(h) <= r->next || !is_wanted(r, h))
		return pass_block(r);
	return take_block(r, ret, ret_error);
}

/* 1: a block; 0: a step further; -EAGAIN: no more for now; other errors. */
static int step(struct keep_reader *r, struct keep_block *ret, char **ret_error)
{
	int result = r->walk.fd < 0 ? enter_segment(r) : 1;
	if (result != 1)
		return result ? result : -EAGAIN;
	if (r->walk.next >= r->behind) {
		keep_reader_leave(r);
		if (r->behind > r->next)
			move_to(r, r->behind, r->behind);
		return 0;
	}
	result = keep_walk_header(&r->walk);
	if (result == 0)
		return at_end(r, ret_error);
	if (result == -EBADMSG)
		return corrupt(r, ret_error);
	return result < 0 ? result : take_header(r, ret, ret_error);
}

static int read_next(struct keep_reader *r, struct keep_block *ret, char **ret_error)
{
	int result = 0;
	while (result == 0) {
		if (r->next > r->limit)
			result = keep_reader_look(r);
		if (result || r->next > r->limit)
			return result;
		uint64_t limit = r->limit;
		result = step(r, ret, ret_error);
		if (result == -EAGAIN)
			result = keep_reader_look(r);
		else
			continue;
		if (result || r->limit == limit)
			return result;
	}
	return result;
}

int keep_reader_read(struct keep_reader *r, struct keep_block *ret, char **ret_error)
{
	*ret_error = NULL;
	int result = read_next(r, ret, ret_error);
	if (result < 0 && !*ret_error)
		*ret_error = text_print("keep %s: %s", r->path, keep_error(result));
	return result;
}

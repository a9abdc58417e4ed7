/* A closed segment as columns. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "crc32c.h"
#include "disk.h"
#include "keep/directory.h"
#include "keep/parts.h"
#include "keep/walk.h"
#include "seal/seal.h"

enum { BATCH_SAMPLES = 1000, BATCH_BYTES = 1 << 20 };

struct sealing {
	struct keep_writer *w;
	uint64_t behind; /* numbers from here on are the next segment's */
	struct keep_walk walk;
	struct seal *seal;
	struct keep_directory_writer *directory;
	int fd;
	uint64_t offset;
	struct buffer batch, block;
	struct keep_header header; /* of the batch; count 0: it is empty */
};

static int write_out(struct sealing *s)
{
	int r = disk_write(s->fd, s->block.data, s->block.len, s->offset);
	s->offset += s->block.len;
	return r;
}

static int write_block(struct sealing *s, struct keep_header *h)
{
	h->flags = 0;
	h->synced = s->behind - 1;
	h->len = (uint32_t)(s->block.len - KEEP_HEADER_SIZE);
	h->crc = crc32c(0, s->block.data + KEEP_HEADER_SIZE, h->len);
	keep_header_write(h, s->block.data);
	if (h->count)
		keep_directory_block(s->directory, s->offset, h);
	return write_out(s);
}

static void begin_block(struct sealing *s)
{
	buffer_reserve(&s->block, KEEP_HEADER_SIZE);
	s->block.len = KEEP_HEADER_SIZE;
}

static int write_batch(struct sealing *s)
{
	if (!s->header.count)
		return 0;
	begin_block(s);
	s->header.raw_len = (uint32_t)s->batch.len;
	int r = seal_pack(s->seal, buffer_str(&s->batch), &s->block);
	if (!r)
		r = write_block(s, &s->header);
	s->batch.len = 0;
	s->header.count = 0;
	return r;
}

static int copy_block(struct sealing *s)
{
	int r = write_batch(s);
	if (r)
		return r;
	begin_block(s);
	buffer_add_str(&s->block, buffer_str(&s->walk.payload));
	struct keep_header h = s->walk.header;
	return write_block(s, &h);
}

static int add_sample(struct sealing *s, const struct sample *sample, uint64_t number)
{
	const struct keep_header *from = &s->walk.header;
	struct keep_header *h = &s->header;
	bool full = h->count == BATCH_SAMPLES || s->batch.len + sample->len > BATCH_BYTES;
	int r = full || keep_header_behind(h) != number ? write_batch(s) : 0;
	if (!h->count)
		*h = (struct keep_header){ .kind = KEEP_SEALED,
			.first = number,
			.arrived_first = from->arrived_first,
			.time_first = INT64_MAX,
			.time_last = INT64_MIN };
	buffer_add(&s->batch, sample->data, sample->len);
	h->count++;
	h->arrived_last = from->arrived_last;
	if (!sample_is_position(sample)) /* one that stands behind nothing yet has none */
		keep_header_time(h, sample->time);
	keep_directory_source(s->directory, sample->source);
	return r;
}

static int add_samples(struct sealing *s)
{
	struct sample sample = { 0 };
	struct buffer *b = &s->walk.payload;
	uint64_t number = s->walk.header.first;
	int r = 0;
	for (size_t at = 0; !r && at < b->len; at += sample.len) {
		r = sample_decode(&sample, b->data + at, b->len - at);
		r = r <= 0 ? -EBADMSG : add_sample(s, &sample, number++);
	}
	return r;
}

/* A damaged segment stays as it is: nothing is gained by writing what is left of it anew. */
static int write_all(struct sealing *s)
{
	int r;
	while ((r = keep_walk_block(&s->walk)) == 1 && s->walk.header.first < s->behind) {
		r = s->walk.header.kind == KEEP_SAMPLES ? add_samples(s) : copy_block(s);
		if (r)
			return r;
	}
	if (r >= 0)
		r = write_batch(s);
	if (r)
		return r;
	s->block.len = 0;
	r = keep_directory_end(s->directory, s->offset, s->behind, &s->block);
	if (!r)
		r = write_out(s);
	return r ? r : disk_sync(s->fd);
}

static int write_file(struct sealing *s, int from, const char *name)
{
	s->fd = disk_open(s->w->folder, name, DISK_WRITE);
	if (s->fd < 0)
		return s->fd;
	s->walk.fd = from;
	s->seal = seal_open();
	s->directory = keep_directory_begin();
	int r = disk_truncate(s->fd, 0);
	if (!r)
		r = write_all(s);
	disk_close(s->fd);
	seal_close(s->seal);
	keep_directory_writer_free(s->directory);
	buffer_free(&s->batch);
	buffer_free(&s->block);
	buffer_free(&s->walk.payload);
	return r;
}

int keep_seal(struct keep_writer *w, const struct keep_segment *segment, uint64_t behind,
	uint64_t *ret_size)
{
	struct sealing s = { .w = w, .behind = behind, .walk = { .next = segment->first } };
	struct keep_segment sealed = { .first = segment->first, .sealed = true };
	char aside[KEEP_FILE_NAME_SIZE], name[KEEP_FILE_NAME_SIZE];
	int from = keep_segment_open(w->folder, segment);
	if (from < 0)
		return from;
	snprintf(aside, sizeof(aside), "%020" PRIu64 ".sealing", segment->first);
	keep_segment_name(&sealed, name);
	int r = write_file(&s, from, aside);
	disk_close(from);
	if (!r)
		r = disk_rename(w->folder, aside, name);
	if (r)
		disk_remove(w->folder, aside);
	*ret_size = s.offset;
	return r ? r : disk_sync_folder(w->folder);
}

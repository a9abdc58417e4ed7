#include "keep/walk.h"

#include <errno.h>

#include "disk.h"
#include "seal/seal.h"

/* Blocks with numbers that were passed already are part of the damage: bytes in a sample that look
 * like a block. */
static int find_on(struct keep_walk *w)
{
	struct keep_header h;
	uint64_t found = w->offset;
	int r;
	do
		r = keep_block_find(w->fd, found + 1, &found, &h);
	while (r == 1 && h.first < w->next);
	if (r < 0)
		return r;
	w->bad_from = w->offset;
	if (r == 0)
		r = disk_size(w->fd, &found);
	w->offset = w->bad_to = found;
	return r < 0 ? r : -EBADMSG;
}

int keep_walk_header(struct keep_walk *w)
{
	int r = keep_block_header(w->fd, w->offset, &w->header);
	if (r == 1 && w->header.first < w->next)
		r = -EBADMSG;
	w->at = w->offset;
	if (r == 1 && w->header.kind == KEEP_DIRECTORY)
		return 0;
	return r == -EBADMSG ? find_on(w) : r;
}

void keep_walk_pass(struct keep_walk *w)
{
	w->offset = keep_block_behind(w->at, &w->header);
	w->next = keep_header_behind(&w->header);
}

int keep_walk_payload(struct keep_walk *w)
{
	w->payload.len = 0;
	int r = keep_block_payload(w->fd, w->at, &w->header, &w->payload);
	keep_walk_pass(w);
	w->bad_from = w->at;
	w->bad_to = w->offset;
	return r;
}

int keep_walk_block(struct keep_walk *w)
{
	int r = keep_walk_header(w);
	if (r == 1)
		r = keep_walk_payload(w);
	else
		return r;
	return r ? r : 1;
}

int keep_walk_unpack(struct keep_walk *w, struct seal *seal, struct str source, struct buffer *ret)
{
	struct buffer before = *ret;
	ret->len = 0;
	if (w->header.kind == KEEP_SEALED) {
		w->bad_from = w->at;
		w->bad_to = w->offset;
		return seal_unpack(seal, buffer_str(&w->payload), source, ret);
	}
	if (!w->header.count)
		return 0;
	*ret = w->payload;
	w->payload = before;
	return 0;
}

int keep_walk_samples(struct keep_walk *w, struct seal *seal, struct str source, struct buffer *ret)
{
	int r = keep_walk_block(w);
	if (r != 1)
		return r;
	r = keep_walk_unpack(w, seal, source, ret);
	return r ? r : 1;
}

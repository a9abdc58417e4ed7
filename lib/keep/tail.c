#include "keep/tail.h"

#include <errno.h>

#include "disk.h"
#include "keep/walk.h"

/* Whether a sound block behind offset says that the number was on disk when it was written. */
static int was_synced(int fd, uint64_t offset, uint64_t number)
{
	struct keep_header h;
	int r;
	while ((r = keep_block_find(fd, offset, &offset, &h)) == 1) {
		if (h.synced >= number)
			return 1;
		offset = keep_block_behind(offset, &h);
	}
	return r;
}

/* An empty snapshot settles nothing: the segment goes on with what the one before could not sync. */
static void take_block(struct keep_tail *t, const struct keep_walk *w, uint64_t synced)
{
	const struct keep_header *h = &w->header;
	if (t->begun && h->synced + 1 == t->next)
		t->synced_end = t->end;
	t->end = w->offset;
	t->next = w->next;
	if (h->count && synced + 1 >= t->next)
		t->synced_end = t->end;
	if (h->count && !t->begun)
		t->begun = h->arrived_first;
	if (h->flags & KEEP_PENDING || (h->kind == KEEP_SNAPSHOT && !h->len))
		return;
	t->settled_end = t->end;
	t->settled_next = t->next;
}

int keep_tail_scan(int fd, uint64_t first, uint64_t synced, struct keep_tail *ret,
	int (*corrupt)(void *context, uint64_t from, uint64_t to), void *context)
{
	struct keep_walk w = { .fd = fd, .next = first };
	int r = disk_size(fd, &ret->size);
	*ret = (struct keep_tail){ .size = ret->size, .next = first };
	while (!r && (r = keep_walk_block(&w)) != 0) {
		if (r == 1) {
			take_block(ret, &w, synced);
			r = 0;
		} else if (r == -EBADMSG) {
			r = ret->next <= synced ? 1 : was_synced(fd, w.bad_to, ret->next);
			if (r <= 0)
				break;
			r = corrupt(context, w.bad_from, w.bad_to);
			ret->end = w.bad_to;
		}
	}
	if (!r && ret->next <= synced) {
		ret->next = ret->settled_next = synced + 1;
		ret->settled_end = ret->synced_end = ret->end;
	}
	buffer_free(&w.payload);
	return r;
}

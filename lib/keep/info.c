/* What a keep holds, by its headers alone. */
#include <errno.h>
#include <string.h>

#include "allocate.h"
#include "disk.h"
#include "keep/cursors.h"
#include "keep/reader_parts.h"
#include "keep/remember.h"
#include "text.h"

enum { TRIES = 100 };

static void add_times(struct keep_info *info, const struct keep_header *h)
{
	if (h->kind == KEEP_POSITION || h->time_first > h->time_last)
		return;
	bool is_first = !info->oldest && !info->newest;
	info->oldest = is_first || h->time_first < info->oldest ? h->time_first : info->oldest;
	info->newest = is_first || h->time_last > info->newest ? h->time_last : info->newest;
}

static void add_block(struct keep_info *info, const struct keep_header *h)
{
	if (!h->count)
		return;
	if (!info->first) {
		info->first = h->first;
		info->arrived_first = h->arrived_first;
	}
	info->last = keep_header_behind(h) - 1;
	info->raw_bytes += h->raw_len;
	add_times(info, h);
	info->arrived_last = h->arrived_last;
}

static int read_segment(
	struct keep_reader *r, const struct keep_segment *s, uint64_t last, struct keep_info *info)
{
	struct keep_walk walk = { .next = s->first };
	uint64_t size = 0;
	int result;
	walk.fd = keep_segment_open(r->folder, s);
	if (walk.fd < 0)
		return walk.fd;
	while ((result = keep_walk_header(&walk)) == 1 || result == -EBADMSG) {
		if (result == 1 && walk.header.first > last)
			break;
		if (result == 1) {
			add_block(info, &walk.header);
			keep_walk_pass(&walk);
		}
	}
	if (result >= 0)
		result = disk_size(walk.fd, &size);
	disk_close(walk.fd);
	info->segments++;
	info->sealed += s->sealed;
	info->bytes += size;
	return result;
}

static int read_segments(struct keep_reader *r, struct keep_info *info)
{
	int result = keep_segments_list(r->folder, &r->segments);
	for (size_t i = 0; !result && i < r->segments.count; i++) {
		uint64_t last = keep_segments_behind(&r->segments, i) - 1;
		result = read_segment(
			r, &r->segments.all[i], last < r->limit ? last : r->limit, info);
	}
	return result;
}

static int read_repeats(struct keep_reader *r, struct keep_info *info)
{
	struct keep_memory memory = { 0 };
	struct keep_segments *s = &r->segments;
	int result = 0;
	if (s->count)
		result = keep_remember(r->folder, s, s->all[s->count - 1].first, &memory);
	info->repeats = memory.repeats;
	keep_forget(&memory);
	return result;
}

static int add_cursor(const struct keep_cursor *cursor, void *context)
{
	struct keep_info *info = context;
	info->cursors = reallocate(info->cursors, info->cursor_count + 1, sizeof(*info->cursors));
	info->cursors[info->cursor_count++] = *cursor;
	return 0;
}

static int open_subfolder(const struct keep_reader *r, const char *name)
{
	char *path = text_print("%s/%s", r->path, name);
	int folder = disk_folder(path, false);
	free(path);
	return folder;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct keep_cursor *)a)->name, ((const struct keep_cursor *)b)->name);
}

static int read_cursors(struct keep_reader *r, struct keep_info *info)
{
	int folder = open_subfolder(r, "cursors");
	if (folder < 0)
		return folder == -ENOENT ? 0 : folder;
	int result = keep_cursors_each(folder, add_cursor, info);
	disk_close(folder);
	if (info->cursor_count)
		qsort(info->cursors, info->cursor_count, sizeof(*info->cursors), by_name);
	return result;
}

struct aside {
	int folder;
	struct keep_info *info;
};

static int add_aside(const char *name, void *context)
{
	const struct aside *a = context;
	uint64_t size = 0;
	int fd = disk_open(a->folder, name, DISK_READ);
	int result = fd < 0 ? fd : disk_size(fd, &size);
	disk_close(fd);
	a->info->aside_files++;
	a->info->aside_bytes += size;
	return result;
}

static int read_aside(struct keep_reader *r, struct keep_info *info)
{
	struct aside a = { open_subfolder(r, "aside"), info };
	if (a.folder < 0)
		return a.folder == -ENOENT ? 0 : a.folder;
	int result = disk_list(a.folder, add_aside, &a);
	disk_close(a.folder);
	return result;
}

static int read_all(struct keep_reader *r, struct keep_info *info)
{
	memcpy(info->id, r->id, sizeof(info->id));
	info->version = KEEP_VERSION;
	int result = keep_reader_look(r);
	info->writing = r->lock_file >= 0 && disk_is_locked(r->lock_file);
	info->ended = r->ended;
	if (!result)
		result = read_segments(r, info);
	if (!result)
		result = read_repeats(r, info);
	if (!result)
		result = read_cursors(r, info);
	return result ? result : read_aside(r, info);
}

/* A segment that was listed may be gone when it is opened: sealed, or too old. Then all is looked at
 * anew. */
int keep_info(const char *path, struct keep_info *ret, char **ret_error)
{
	struct keep_reader *r;
	int result = -ENOENT;
	for (int tries = 0; result == -ENOENT && tries < TRIES; tries++) {
		struct keep_info info = { 0 };
		result = keep_reader_open(&r, path, ret_error);
		if (result)
			return result;
		result = read_all(r, &info);
		keep_reader_close(r);
		if (result)
			keep_info_free(&info);
		else
			*ret = info;
	}
	if (result)
		*ret_error = text_print("keep %s: %s", path, keep_error(result));
	return result;
}

void keep_info_free(struct keep_info *info)
{
	free(info->cursors);
	info->cursors = NULL;
	info->cursor_count = 0;
}

/* A copy of a keep as readers see it at one moment, while it is written. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "copy.h"
#include "disk.h"
#include "keep/keep.h"
#include "keep/reader_parts.h"
#include "text.h"

enum { TRIES = 100 };

int keep_visible(const char *path, uint64_t *ret, char **ret_error)
{
	struct keep_reader *r;
	int result = keep_reader_open(&r, path, ret_error);
	if (result)
		return result;
	result = keep_reader_look(r);
	*ret = r->limit;
	keep_reader_close(r);
	if (result)
		*ret_error = text_print("keep %s: %s", path, keep_error(result));
	return result;
}

/* A segment is linked once: its log is not replaced by its sealed form, which may reach further. */
static bool has(const struct keep_segments *s, uint64_t first)
{
	return s->count && s->all[keep_segments_find(s, first)].first == first;
}

static int link_new(int from, int to, const struct keep_segments *there)
{
	struct keep_segments all = { 0 };
	char name[KEEP_FILE_NAME_SIZE];
	int r = keep_segments_list(from, &all);
	for (size_t i = 0; i < all.count && !r; i++) {
		if (has(there, all.all[i].first))
			continue;
		keep_segment_name(&all.all[i], name);
		r = copy_link(from, to, name);
	}
	free(all.all);
	return r;
}

/* A segment that was listed may be gone when it is to be linked: sealed, or too old. */
static int link_segments(int from, int to)
{
	struct keep_segments there = { 0 };
	int r = -ENOENT;
	for (int i = 0; i < TRIES && r == -ENOENT; i++) {
		r = keep_segments_list(to, &there);
		r = r ? r : link_new(from, to, &there);
	}
	free(there.all);
	return r;
}

int keep_copy_link(const char *path, const char *to)
{
	int from = disk_folder(path, false), copy = from < 0 ? from : disk_folder(to, true);
	int r = copy < 0 ? copy : link_segments(from, copy);
	disk_close(copy);
	disk_close(from);
	return r;
}

/* Where what is numbered beyond last begins; ret_beyond: there is such. */
static int find_end(
	int fd, const struct keep_segment *s, uint64_t last, uint64_t *ret, bool *ret_beyond)
{
	struct keep_walk walk = { .fd = fd, .next = s->first };
	int r;
	while ((r = keep_walk_header(&walk)) == 1 || r == -EBADMSG) {
		if (r == 1 && walk.header.first > last)
			break;
		if (r == 1)
			keep_walk_pass(&walk);
	}
	*ret = walk.offset;
	*ret_beyond = r == 1 || walk.next - 1 > last;
	return r < 0 ? r : 0;
}

static int cut_segment(int folder, const struct keep_segment *s, uint64_t last)
{
	char name[KEEP_FILE_NAME_SIZE];
	uint64_t end = 0;
	bool beyond = false;
	int fd = keep_segment_open(folder, s);
	if (fd < 0)
		return fd;
	keep_segment_name(s, name);
	int r = find_end(fd, s, last, &end, &beyond);
	if (!r && s->sealed)
		r = beyond ? -EAGAIN : 0;
	else if (!r)
		r = copy_part(fd, folder, name, end);
	disk_close(fd);
	return r;
}

static int cut_segments(int folder, uint64_t last)
{
	struct keep_segments all = { 0 };
	char name[KEEP_FILE_NAME_SIZE];
	int r = keep_segments_list(folder, &all);
	while (!r && all.count && all.all[all.count - 1].first > last) {
		keep_segment_name(&all.all[--all.count], name);
		r = disk_remove(folder, name);
	}
	if (!r && all.count)
		r = cut_segment(folder, &all.all[all.count - 1], last);
	free(all.all);
	return r;
}

static int put_head(int to, const struct keep_head *head)
{
	uint8_t bytes[KEEP_HEAD_SIZE];
	int fd = disk_open(to, "head", DISK_WRITE);
	keep_head_write(head, bytes);
	int r = fd < 0 ? fd : disk_write(fd, bytes, sizeof(bytes), 0);
	disk_close(fd);
	return r;
}

/* Owner and mode are those of the one that is copied: its writer writes on in this one. */
static int write_head(int from, int to, uint64_t last)
{
	struct keep_head head = { 0 };
	int fd = disk_open(from, "head", DISK_READ);
	bool ended = keep_head_load(fd, &head) == 0 && head.ended && head.visible == last;
	int r = fd < 0 ? 0 : copy_part(fd, to, "head", 0);
	disk_close(fd);
	head = (struct keep_head){ last, head.counter + 1, ended };
	return r ? r : put_head(to, &head);
}

static int link_once(int from, int to, const char *name)
{
	int r = copy_link(from, to, name);
	return r == -EEXIST ? 0 : r;
}

int keep_copy_cut(const char *path, const char *to, uint64_t last)
{
	int from = disk_folder(path, false), copy = from < 0 ? from : disk_folder(to, false);
	int r = copy < 0 ? copy : link_segments(from, copy);
	r = r ? r : cut_segments(copy, last);
	r = r ? r : write_head(from, copy, last);
	r = r ? r : link_once(from, copy, "ID");
	if (!r && (r = link_once(from, copy, "former")) == -ENOENT)
		r = 0;
	disk_close(copy);
	disk_close(from);
	return r;
}

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "allocate.h"
#include "disk.h"
#include "keep/parts.h"
#include "text.h"

/* Where no sync is promised the head is left to the page cache: what is lost of it is found again
 * from the segments. */
static int publish(struct keep_writer *w, uint64_t visible, bool ended)
{
	uint8_t bytes[KEEP_HEAD_SIZE];
	struct keep_head head = { visible, w->head.counter + 1, ended };
	w->head_due = true;
	keep_head_write(&head, bytes);
	int r = disk_write(w->head_file, bytes, sizeof(bytes), 0);
	if (r)
		return r;
	w->head = head;
	w->head_due = false;
	return 0;
}

/* Called without the mutex, while w->syncing keeps the segment open. */
static int sync_files(struct keep_writer *w, int fd, bool entry)
{
	int r = disk_sync(fd);
	return !r && entry ? disk_sync_folder(w->folder) : r;
}

/* A page that could not be written is taken for clean by the kernel: to sync it again would tell
 * nothing. So the segment ends where it was last known to be good. */
static void give_up_tail(struct keep_writer *w)
{
	disk_truncate(w->fd, w->synced_end);
	w->broken = true;
}

static int sync_once(struct keep_writer *w, bool alone)
{
	uint64_t end = w->end, number = w->number, settled = w->settled;
	bool entry = w->entry_due;
	w->syncing = true;
	if (!alone)
		pthread_mutex_unlock(&w->mutex);
	int r = sync_files(w, w->fd, entry);
	if (!alone)
		pthread_mutex_lock(&w->mutex);
	w->syncing = false;
	pthread_cond_broadcast(&w->calm);
	if (r) {
		give_up_tail(w);
		return r;
	}
	buffer_shift(&w->unsynced, end - (w->end - w->unsynced.len));
	w->unsynced_len = w->unsynced.len;
	w->synced_end = end;
	w->synced = number;
	w->entry_due = false;
	return publish(w, settled, false);
}

/* What was left of a failed sync is written first. */
static int sync_rest(struct keep_writer *w, bool alone)
{
	while (w->syncing)
		pthread_cond_wait(&w->calm, &w->mutex);
	int r = w->broken ? keep_writer_ready(w, 0) : 0;
	if (r)
		return r;
	if (w->unsynced.len)
		return sync_once(w, alone);
	return w->head_due ? publish(w, w->settled, false) : 0;
}

int keep_writer_sync(struct keep_writer *w)
{
	return sync_rest(w, true);
}

int keep_commit(struct keep_writer *w)
{
	pthread_mutex_lock(&w->mutex);
	int r = sync_rest(w, false);
	pthread_mutex_unlock(&w->mutex);
	return r;
}

int keep_end(struct keep_writer *w)
{
	pthread_mutex_lock(&w->mutex);
	int r = keep_writer_sync(w);
	if (!r)
		r = publish(w, w->head.visible, true);
	if (!r)
		r = disk_sync(w->head_file);
	pthread_mutex_unlock(&w->mutex);
	return r;
}

uint64_t keep_unsynced(const struct keep_writer *w)
{
	return w->unsynced_len;
}

uint64_t keep_writer_number(const struct keep_writer *w)
{
	return w->number;
}

uint64_t keep_writer_repeats(const struct keep_writer *w)
{
	return w->repeats;
}

int keep_writer_position(struct keep_writer *w, struct buffer *ret)
{
	buffer_add_str(ret, buffer_str(&w->memory.position));
	return 0;
}

/* Who holds the lock stands in its file, for people: it does not matter where it cannot be written. */
static void sign_lock(int file)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	disk_truncate(file, 0);
	disk_write(file, text, (size_t)len, 0);
}

static void name_holder(int file, char **ret_error)
{
	char text[32];
	ssize_t n = disk_read(file, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = 0;
	if (atoi(text))
		text_refuse(ret_error, "another writer has it: process %d", atoi(text));
	else
		text_refuse(ret_error, "another writer has it");
}

/* The lock file is made anew where it is gone: whoever holds a lock holds it on that file. */
static int take_lock(struct keep_writer *w, char **ret_error)
{
	w->lock_file = disk_open(w->folder, "lock", DISK_WRITE);
	int r = w->lock_file < 0 ? w->lock_file : disk_lock(w->lock_file);
	if (!r)
		sign_lock(w->lock_file);
	if (r != -EWOULDBLOCK)
		return r;
	name_holder(w->lock_file, ret_error);
	return -EBUSY;
}

static int take_id(struct keep_writer *w, char **ret_error)
{
	int r = keep_id_read(w->folder, w->id, ret_error);
	if (r != -ENOENT)
		return r;
	r = keep_segments_list(w->folder, &w->segments);
	if (!r && w->segments.count) {
		text_refuse(ret_error, "ID: gone, though there are segments");
		return -EBADMSG;
	}
	return r ? r : keep_id_make(w->folder, w->id);
}

static int open_subfolder(const char *path, const char *name)
{
	char *joined = text_print("%s/%s", path, name);
	int fd = disk_folder(joined, true);
	free(joined);
	return fd;
}

static int open_folders(struct keep_writer *w, const char *path)
{
	w->cursors = open_subfolder(path, "cursors");
	if (w->cursors < 0)
		return w->cursors;
	w->aside = open_subfolder(path, "aside");
	if (w->aside < 0)
		return w->aside;
	w->head_file = disk_open(w->folder, "head", DISK_WRITE);
	return w->head_file < 0 ? w->head_file : disk_sync_folder(w->folder);
}

static int open_parts(
	struct keep_writer *w, const char *path, struct keep_recovery *recovery, char **ret_error)
{
	w->folder = disk_folder(path, true);
	if (w->folder < 0)
		return w->folder;
	int r = keep_id_read(w->folder, w->id, ret_error);
	if (!r || r == -ENOENT)
		r = take_lock(w, ret_error);
	if (!r)
		r = take_id(w, ret_error);
	if (!r)
		r = open_folders(w, path);
	if (!r)
		r = keep_recover(w, recovery, ret_error);
	return r ? r : publish(w, w->settled, false);
}

int keep_writer_open(struct keep_writer **ret, const char *path, const struct keep_limits *limits,
	struct keep_recovery *ret_recovery, char **ret_error)
{
	struct keep_writer *w = allocate(1, sizeof(*w));
	w->folder = w->lock_file = w->head_file = w->aside = w->cursors = w->fd = -1;
	w->limits = *limits;
	pthread_mutex_init(&w->mutex, NULL);
	pthread_cond_init(&w->calm, NULL);
	w->lookup = keep_lookup_open();
	*ret_recovery = (struct keep_recovery){ 0 };
	*ret_error = NULL;
	int r = open_parts(w, path, ret_recovery, ret_error);
	if (!r) {
		*ret = w;
		return 0;
	}
	free(ret_recovery->message);
	ret_recovery->message = NULL;
	char *what = *ret_error ? *ret_error : text_print("%s", keep_error(r));
	*ret_error = text_print("keep %s: %s", path, what);
	free(what);
	keep_writer_close(w);
	return r;
}

void keep_writer_close(struct keep_writer *w)
{
	if (!w)
		return;
	disk_close(w->fd);
	disk_close(w->head_file);
	disk_close(w->aside);
	disk_close(w->cursors);
	disk_close(w->lock_file);
	disk_close(w->folder);
	keep_lookup_close(w->lookup);
	keep_forget(&w->memory);
	free(w->segments.all);
	buffer_free(&w->unsynced);
	pthread_mutex_destroy(&w->mutex);
	pthread_cond_destroy(&w->calm);
	free(w);
}

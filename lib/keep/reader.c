#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "allocate.h"
#include "disk.h"
#include "keep/reader_parts.h"
#include "seal/seal.h"
#include "text.h"

static int open_parts(struct keep_reader *r, char **ret_error)
{
	r->folder = disk_folder(r->path, false);
	if (r->folder < 0)
		return r->folder;
	int result = keep_id_read(r->folder, r->id, ret_error);
	if (result)
		return result;
	r->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (r->notify >= 0)
		inotify_add_watch(r->notify, r->path, IN_MODIFY | IN_MOVED_TO | IN_CREATE);
	return 0;
}

int keep_reader_open(struct keep_reader **ret, const char *path, char **ret_error)
{
	struct keep_reader *r = allocate(1, sizeof(*r));
	r->folder = r->lock_file = r->head_file = r->notify = r->walk.fd = -1;
	r->path = text_print("%s", path);
	r->seal = seal_open();
	r->next = 1;
	r->from_oldest = true;
	*ret_error = NULL;
	int result = open_parts(r, ret_error);
	if (!result) {
		*ret = r;
		return 0;
	}
	char *what = *ret_error ? *ret_error : text_print("%s", keep_error(result));
	*ret_error = text_print("keep %s: %s", path, what);
	free(what);
	keep_reader_close(r);
	return result;
}

void keep_reader_close(struct keep_reader *r)
{
	if (!r)
		return;
	keep_reader_leave(r);
	disk_close(r->head_file);
	disk_close(r->lock_file);
	disk_close(r->folder);
	if (r->notify >= 0)
		close(r->notify);
	buffer_free(&r->walk.payload);
	buffer_free(&r->samples);
	seal_close(r->seal);
	free(r->segments.all);
	free(r->path);
	free(r);
}

const char *keep_reader_id(const struct keep_reader *r)
{
	return r->id;
}

void keep_reader_query(struct keep_reader *r, const struct keep_query *query)
{
	keep_reader_leave(r);
	r->query = *query;
}

int keep_reader_seek(struct keep_reader *r, uint64_t number)
{
	keep_reader_leave(r);
	r->next = number + 1;
	r->missed = 0;
	r->from_oldest = false;
	return 0;
}

int keep_reader_fd(const struct keep_reader *r)
{
	return r->notify;
}

void keep_reader_heard(struct keep_reader *r)
{
	char events[4096];
	while (read(r->notify, events, sizeof(events)) > 0)
		;
}

bool keep_reader_ended(struct keep_reader *r)
{
	return keep_reader_look(r) == 0 && r->ended && r->next > r->limit;
}

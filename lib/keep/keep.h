/* Keeps: durable, replayable logs of samples (schemas/keep.md has the format on disk).
 *
 * A keep is a folder. One writer appends; any number of readers, in any process, follow. A sample
 * has a number in its keep, from 1 up, which stays its own when blocks are sealed and old segments
 * leave. Bytes come back as they were given.
 *
 *     ID      what the keep is: format version and a random id, by which positions name it
 *     lock    held by the writer
 *     head    what readers may see: written after each sync, never before
 *     *.log, *.sealed   segments, named by the number of their first sample
 *     former  the ids of which it is a restored copy
 *     cursors/NAME      how far a reader has come
 *     aside/            what was found torn or corrupt, for people
 *
 * Errors are 0 or -errno, with a message that names file and offset where there is one. -ENOTSUP: of
 * a newer format, untouched. -EBUSY: another writer has it, which is named. */
#ifndef DUTO_KEEP_H
#define DUTO_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "str.h"

enum {
	KEEP_ID_SIZE = 33,	     /* 32 hexadecimal digits and the 0 */
	KEEP_NAME_MAX = 64,	     /* bytes of a cursor's name: a-z A-Z 0-9 . _ - */
	KEEP_UNSYNCED_MAX = 4 << 20, /* bytes after which a commit is due at once */
};

struct keep_limits {
	int64_t age;	  /* ns since arrival after which a sample may leave; 0: never */
	uint64_t size;	  /* bytes on disk at most; 0: no limit */
	bool drop_oldest; /* at size: what readers still need goes too, leaving a gap; else the
			      writer waits */
	uint64_t segment; /* bytes of raw samples at which a segment is closed; 0: 64 MiB */
};

/* Writer. keep_append, keep_commit and keep_tidy may each be called by a thread of its own, all at
 * once; the others by one that knows that none of these runs. */
struct keep_writer;

/* What opening found to do. */
struct keep_recovery {
	uint64_t torn; /* bytes behind the last good block, set aside */
	uint64_t
		unfinished; /* samples behind the last position, cut: whoever made them makes them again */
	uint64_t corrupt; /* blocks in the middle, set aside */
	char *message; /* what a person should know of these, with file and offset; NULL: nothing;
				the caller's */
};

/* Opens, makes or recovers the keep for writing; takes the lock, marks the stream as going on. */
int keep_writer_open(struct keep_writer **ret, const char *path, const struct keep_limits *limits,
	struct keep_recovery *ret_recovery, char **ret_error);

/* Appends whole samples in order; those whose identity (source, kind, run, seq) is in the keep are
 * left out, and counted. Nothing is promised before keep_commit. A sample of kind position has to be
 * the last of its call; from the first one on in a session (a writer's life), readers see nothing
 * beyond the last position that is synced.
 * -ENOSPC, -EDQUOT: no room on the disk; -EFBIG: no room within limits.size, keep_tidy may make
 * some. In these cases nothing of the call is taken, and it may be tried again. now: wall clock. */
int keep_append(struct keep_writer *w, const uint8_t *data, size_t len, int64_t now);

/* Bytes appended and not yet synced. */
uint64_t keep_unsynced(const struct keep_writer *w);

/* Syncs what was appended before the call, and lets readers see it. Returns 0 when it is on disk for
 * good; an error: nothing is lost, the next call writes the same to a new segment. */
int keep_commit(struct keep_writer *w);

/* One step of housekeeping: seals a closed segment, or removes one by age or size. Returns 1 where
 * there may be more to do, 0, or -errno. */
int keep_tidy(struct keep_writer *w, int64_t now);

uint64_t keep_writer_number(const struct keep_writer *w);  /* of the newest sample, synced or not */
uint64_t keep_writer_repeats(const struct keep_writer *w); /* left out since it was opened */
/* Appends the newest position sample of the keep to ret; nothing where there is none. */
int keep_writer_position(struct keep_writer *w, struct buffer *ret);

/* Says that the stream is over: readers that have all of it end. With keep_writer_open it goes on. */
int keep_end(struct keep_writer *w);

/* Closes without a commit. */
void keep_writer_close(struct keep_writer *w);

/* Reader. Sees what the writer has published; where no writer runs, whatever is good on disk. */
struct keep_reader;

int keep_reader_open(struct keep_reader **ret, const char *path, char **ret_error);
const char *keep_reader_id(const struct keep_reader *r);

/* What is asked for; blocks without any of it are passed over unread. Zeroed: all. Whoever asks
 * still has to look at each sample of what comes. */
struct keep_query {
	int64_t since, until; /* sample time: since <= time < until; 0: no bound */
	struct str source;    /* this source and what lies under it; empty: all. Borrowed */
	bool positions;	      /* position samples too */
};
void keep_reader_query(struct keep_reader *r, const struct keep_query *query);

/* The next sample read is the first with a greater number; what has left behind it counts as missing.
 * Without this a reader begins at the oldest there is. */
int keep_reader_seek(struct keep_reader *r, uint64_t number);

/* The number in this keep of the sample that has that number in the keep of that id: of this one, or
 * of one that this is a restored copy of. What was numbered there behind the copy is not here: then
 * the last that is. -ENOENT: it is another keep; -EBADMSG. */
int keep_reader_place(
	const struct keep_reader *r, struct str id, uint64_t number, uint64_t *ret_number);

struct keep_block {
	uint8_t *
		data; /* whole samples; the caller may change them in place; valid until the next call */
	size_t len;
	uint64_t first, last; /* numbers of the samples that the block spans */
	uint64_t missing;     /* numbers before it that have left, or are corrupt: a gap */
};

/* 1: a block; 0: nothing more for now; -EBADMSG: a block is corrupt (ret_error names it): the next
 * call goes on behind it; other errors. *ret_error is the caller's. */
int keep_reader_read(struct keep_reader *r, struct keep_block *ret, char **ret_error);

/* Whether all was read of a stream that its writer has ended. */
bool keep_reader_ended(struct keep_reader *r);
/* Readable when there may be more: to be waited for, then passed to keep_reader_heard. */
int keep_reader_fd(const struct keep_reader *r);
void keep_reader_heard(struct keep_reader *r);

/* Appends, for each source, the last schema sample (of those that keep_reader_query lets through by
 * source) among the samples numbered up to number: what a replay from there begins with. */
int keep_reader_schemas(struct keep_reader *r, uint64_t number, struct buffer *ret);
/* The number behind which the first sample with time >= since may be found: seek there. */
int keep_reader_find(struct keep_reader *r, int64_t since, uint64_t *ret);
void keep_reader_close(struct keep_reader *r);

/* Cursors. A cursor holds back retention: what it has not passed stays. -EINVAL: not a name. */
int keep_cursor_read(
	const char *path, const char *name, uint64_t *ret); /* -ENOENT: there is none */
int keep_cursor_write(const char *path, const char *name, uint64_t number);
int keep_cursor_forget(const char *path, const char *name);

/* A copy of a keep while it is written: keep_visible tells how far readers see at this moment; the copy
 * is a folder that holds the keep up to there. Closed segments are hard links where they can be, the
 * newest is cut behind `last`. keep_copy_link may be called before, so that what retention takes
 * meanwhile is there. Cursors are not copied. Nothing is synced.
 * -EAGAIN: a segment was sealed meanwhile that goes beyond `last`: begin anew with an empty folder. */
int keep_visible(const char *path, uint64_t *ret, char **ret_error);
int keep_copy_link(const char *path, const char *to);
int keep_copy_cut(const char *path, const char *to, uint64_t last);

/* Of a copy that takes the place of its original, as where a backup is restored: gives it another id,
 * since from here on it gives numbers that the original may have given to other samples. */
int keep_renew(const char *path, char **ret_error);

/* What is there, for people. Everything in it is the caller's: keep_info_free. */
struct keep_cursor {
	char name[KEEP_NAME_MAX + 1];
	uint64_t number;
};
struct keep_info {
	char id[KEEP_ID_SIZE];
	int version;
	bool writing, ended;
	uint64_t segments, sealed; /* sealed ones are among segments */
	uint64_t first, last;	   /* numbers that are there; 0, 0: none */
	uint64_t bytes, raw_bytes; /* on disk, and of the samples as they were given */
	int64_t oldest, newest;	   /* sample times */
	int64_t arrived_first, arrived_last;
	uint64_t repeats; /* left out since the keep was made, as far as segments tell */
	uint64_t aside_files, aside_bytes;
	struct keep_cursor *cursors;
	size_t cursor_count;
};
int keep_info(const char *path, struct keep_info *ret, char **ret_error);
void keep_info_free(struct keep_info *info);

/* Reads every block. Calls found for each that is corrupt, with a message that names file and
 * offset. Returns how many there are, or -errno. */
int64_t keep_verify(const char *path, void (*found)(const char *message, void *context),
	void *context, char **ret_error);

#endif

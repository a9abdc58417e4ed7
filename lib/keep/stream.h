/* The samples of a keep in a period, one after another, in the keep's order and as they were. */
#ifndef DUTO_KEEP_STREAM_H
#define DUTO_KEEP_STREAM_H

#include "keep/keep.h"
#include "sample.h"

/* What is asked for. Zeroed: all. */
struct keep_period {
	int64_t since, until; /* sample time: since <= time < until; 0: no bound */
	const char **sources; /* these, and what lies under them; none: all. Borrowed */
	size_t source_count;
	uint64_t behind; /* only samples with a greater number */
};

struct series;

struct keep_stream {
	/* After keep_stream_next has returned 1, until it is called again: */
	struct sample sample;
	bool announced; /* a schema from before the period, handed out before the first sample of
			   its source */
	/* At any time: */
	uint64_t number;  /* what was asked for up to this number has been handed out */
	uint64_t missing; /* numbers that have left or are corrupt where there should be samples */

	/* ---- */
	struct keep_period period;
	struct keep_reader *reader;
	struct keep_block block;
	size_t at;	/* in the block: what is next */
	uint64_t index; /* of it */
	struct series *schemas;
	size_t schema_count; /* not yet handed out */
	struct buffer schema, room;
};

/* Opens the keep for reading. Before the first sample of a source comes the last schema that the
 * source sent before, where there is one. Errors as of keep_reader_open. */
int keep_stream_open(struct keep_stream **ret, const char *path, const struct keep_period *period,
	char **ret_error);

/* 1: the next sample; 0: no more for now; -EBADMSG: a block is corrupt (*ret_error, the caller's,
 * names it), and the next call goes on behind it; other errors. Positions are left out. */
int keep_stream_next(struct keep_stream *s, char **ret_error);

void keep_stream_close(struct keep_stream *s);

#endif

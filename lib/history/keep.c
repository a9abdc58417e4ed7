/* The past in a keep: the history of a plant that has no database. */
#include <errno.h>
#include <stdlib.h>

#include "history/history.h"
#include "keep/stream.h"
#include "statedir.h"
#include "text.h"

static int open_keep(
	void **ret, const char *address, const struct history_query *query, char **ret_error)
{
	struct keep_period period = { .since = query->since,
		.until = query->until,
		.sources = query->sources.words,
		.source_count = query->sources.count };
	struct keep_stream *stream;
	char *path = statedir_find(address);
	if (!path)
		return text_refuse(ret_error,
			"%s: there is no such folder, and no keep of that name", address);
	int r = keep_stream_open(&stream, path, &period, ret_error);
	free(path);
	if (!r)
		*ret = stream;
	return r == 0 || r == -EIO || r == -ENOMEM || r == -EMFILE ? r : -EINVAL;
}

static int next_sample(void *store, struct sample **ret, char **ret_error)
{
	struct keep_stream *stream = store;
	int r = keep_stream_next(stream, ret_error);
	*ret = &stream->sample;
	return r;
}

const struct history_store history_keep = { open_keep, next_sample };

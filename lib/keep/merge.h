/* Several keeps as one stream: by time, source, run and seq. Each keep's own order stays, so that of
 * late samples does too. */
#ifndef DUTO_KEEP_MERGE_H
#define DUTO_KEEP_MERGE_H

#include "keep/stream.h"

struct keep_merge;

struct keep_merge *keep_merge_open(void);

/* Adds a keep, which belongs to the merge from then on. */
void keep_merge_add(struct keep_merge *m, struct keep_stream *stream);

/* As keep_stream_next; *ret is the stream that the sample is of, or that the error came from. One
 * that has nothing for now holds back none of the others. */
int keep_merge_next(struct keep_merge *m, struct keep_stream **ret, char **ret_error);

#endif

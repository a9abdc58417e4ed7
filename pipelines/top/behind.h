/* How far those who read keeps are behind what is kept, in samples. Of keeps that this user may not
 * read nothing is known. */
#ifndef DUTO_BEHIND_H
#define DUTO_BEHIND_H

#include "buffer.h"
#include "pipelines/stage/traits.h"

/* A stage, of all keeps that it reads together; -1: it reads none, or that is not known. */
int64_t behind_stage(
	const struct pipeline *p, const struct traits *all, const struct stage *reader);

/* Appends "read elsewhere: monthly is 1.2k samples behind": the slowest of those who are no stage of
 * the pipeline; nothing where there is none. */
void behind_tell(const struct pipeline *p, const struct stage *keeper, struct buffer *to);

#endif

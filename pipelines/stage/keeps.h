/* The keeps of a pipeline's stages. */
#ifndef DUTO_KEEPS_H
#define DUTO_KEEPS_H

#include "traits.h"

/* What --out and --in take, malloc'ed: the keep of a stage with what its file says of it, and the
 * same for a stage that reads it. */
char *keeps_out(const struct pipeline *p, const struct stage *stage);
char *keeps_in(const struct pipeline *p, const struct stage *stage, const struct stage *reader);

/* "keeps 30d, 20G at most, then the oldest go": for people. Malloc'ed. */
char *keeps_text(const struct stage *stage);

/* Makes the folders that a stage writes to: its keep, and where its filters save their state. 0 or
 * -errno with a malloc'ed message. */
int keeps_make(const struct pipeline *p, const struct stage *stage, const struct traits *t,
	char **ret_error);

/* Opens every keep of the pipeline for writing and closes it: what a kill left is mended, and a
 * reader that comes before the writer does not take the end of an earlier run for that of this one.
 * said gets what recovery has to tell. 0 or -errno with a malloc'ed message. */
int keeps_begin(const struct pipeline *p, const struct traits *all,
	void (*said)(const char *message, void *context), void *context, char **ret_error);

/* The same for one stage's keep, whose folder is there; waits so many nanoseconds for another
 * writer to be gone: -EBUSY. */
int keeps_begin_one(const struct pipeline *p, const struct stage *stage, int64_t patience,
	void (*said)(const char *message, void *context), void *context, char **ret_error);

/* Calls each with every cursor in the stage's keep that belongs to no stage that reads it there: as
 * long as it is there, nothing leaves the keep that is behind it. */
void keeps_strangers(const struct pipeline *p, const struct stage *stage,
	void (*each)(const struct stage *stage, const char *cursor, void *context), void *context);

/* The same for all stages that keep, with a message. */
void keeps_tell_strangers(const struct pipeline *p, const struct traits *all,
	void (*each)(const struct stage *stage, const char *message, void *context), void *context);

#endif

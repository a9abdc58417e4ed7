/* The keeps of a pipeline's stages. */
#ifndef DUTO_KEEPS_H
#define DUTO_KEEPS_H

#include "traits.h"

/* What --out and --in take, malloc'ed: the keep of a stage with what its file says of it, and the
 * same for a stage that reads it. */
char *keeps_out(const struct pipeline *p, const struct stage *stage);
char *keeps_in(const struct pipeline *p, const struct stage *stage, const struct stage *reader);

/* "30d, 20G at most, then the oldest go": for people. Malloc'ed. */
char *keeps_text(const struct stage *stage);

/* Makes the folders that a stage writes to: its keep, and where its filters save their state. 0 or
 * -errno with a malloc'ed message. */
int keeps_make(const struct pipeline *p, const struct stage *stage, const struct traits *t,
	char **ret_error);

#endif

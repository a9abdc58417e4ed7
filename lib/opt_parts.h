/* Values of options. Only for lib/opt*.c. */
#ifndef DUTO_OPT_PARTS_H
#define DUTO_OPT_PARTS_H

#include "opt.h"

/* Whether the value is a text. */
static inline bool opt_is_text(enum opt_type type)
{
	return type == OPT_TEXT || type == OPT_CHOICE || type == OPT_FILE || type == OPT_OUTPUT ||
	       type == OPT_KEEP;
}

/* As opt_duration and opt_size. now: what a time that is relative counts from. */
int opt_time(struct str text, int64_t now, int64_t *ret_ns);
int opt_integer(struct str text, int64_t *ret);
int opt_number(struct str text, double *ret);

#endif

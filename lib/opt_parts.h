/* Values of options. Only for lib/opt*.c. */
#ifndef DUTO_OPT_PARTS_H
#define DUTO_OPT_PARTS_H

#include "opt.h"

/* As opt_duration and opt_size. now: what a time that is relative counts from. */
int opt_time(struct str text, int64_t now, int64_t *ret_ns);
int opt_integer(struct str text, int64_t *ret);
int opt_number(struct str text, double *ret);

#endif

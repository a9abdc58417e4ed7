/* The past as what a filter reads. Only for filters: where it cannot be read, these say so by
 * die_config or die_system, and do not return. */
#ifndef DUTO_PAST_H
#define DUTO_PAST_H

#include "history/history.h"

/* NULL where the address is a database's and all is only checked. */
struct history *past_open(const char *address, const struct history_query *query);

/* The next sample, as history_next gives it; NULL: there is no more. Damaged parts are told of and
 * passed over. */
struct sample *past_next(struct history *history);

#endif

#include "past.h"

#include <errno.h>
#include <stdlib.h>

#include "filter.h"

struct history *past_open(const char *address, const struct history_query *query)
{
	struct history *history;
	char *error;
	bool database = history_is_database(address);
	if (!database && (query->password_file || query->insecure))
		die_config("--password-file and --insecure go with postgresql://...");
	if (checking() && database)
		return NULL;
	int r = history_open(&history, address, query, &error);
	if (r == -EINVAL)
		die_config("%s", error);
	if (r)
		die_system("%s", error);
	return history;
}

struct sample *past_next(struct history *history)
{
	struct sample *s;
	char *error;
	int r;
	while ((r = history_next(history, &s, &error)) == -EBADMSG) {
		warning("%s", error);
		free(error);
	}
	if (r < 0)
		die_system("%s", error);
	return r ? s : NULL;
}

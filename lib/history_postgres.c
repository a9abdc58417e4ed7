/* The past in PostgreSQL, as `duto historian` stores it. */
#include <errno.h>

#include "history.h"
#include "text.h"

static int open_database(
	void **ret, const char *address, const struct history_query *query, char **ret_error)
{
	(void)ret;
	(void)query;
	return text_refuse(ret_error, "%s: databases cannot be read yet", address);
}

static int next_sample(void *store, struct sample **ret, char **ret_error)
{
	(void)store;
	(void)ret;
	(void)ret_error;
	return 0;
}

static void close_database(void *store)
{
	(void)store;
}

const struct history_store history_postgres = { open_database, next_sample, close_database };

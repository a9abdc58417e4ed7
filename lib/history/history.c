#include "history/history.h"
#include "allocate.h"

#include <stdlib.h>

struct history {
	const struct history_store *store;
	void *state;
	bool all; /* of whatever kind */
};

bool history_is_database(const char *address)
{
	return str_starts(str(address), STR("postgresql:")) ||
	       str_starts(str(address), STR("postgres:"));
}

int history_open(struct history **ret, const char *address, const struct history_query *query,
	char **ret_error)
{
	struct history *h = allocate(1, sizeof(*h));
	h->all = query->identities;
	h->store = history_is_database(address) ? &history_postgres : &history_keep;
	int r = h->store->open(&h->state, address, query, ret_error);
	if (r)
		free(h);
	else
		*ret = h;
	return r;
}

int history_next(struct history *h, struct sample **ret, char **ret_error)
{
	int r;
	do
		r = h->store->next(h->state, ret, ret_error);
	while (r == 1 && !h->all && !sample_is_measurement(*ret) &&
		!str_eq((*ret)->kind, STR("schema")));
	return r;
}

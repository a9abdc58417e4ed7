/* Measurements of the past, wherever they are kept: a keep's folder, or PostgreSQL. For reports,
 * exports and screens, which read what was without knowing where it lies. */
#ifndef DUTO_HISTORY_H
#define DUTO_HISTORY_H

#include "opt.h"
#include "sample.h"

/* What is asked for. All texts are borrowed and have to stay as long as it is read. */
struct history_query {
	int64_t since, until;	 /* sample time: since <= time < until; 0: no bound */
	struct opt_list sources; /* these and what lies under them; none: all */
	struct opt_list fields;	 /* a store may leave out others; none: all. Who asks still looks */
	const char *password_file; /* of a database; NULL: the credential (postgres/postgres.h) */
	bool insecure;		   /* of a database: as postgres_login's */
	bool identities;	   /* every sample, of whatever kind, though without its values,
				      but for those of gaps */
};

struct history;

/* address: one that begins with postgresql: or postgres: is a database (libpq's connection URI),
 * any other the folder of a keep, or PIPELINE/STAGE. 0, or -errno with a message, which is the
 * caller's: -EINVAL where a person has to mend it, else a later try may help. */
int history_open(struct history **ret, const char *address, const struct history_query *query,
	char **ret_error);

/* The next sample: 1; 0: there is no more; -errno with a message. -EBADMSG: a part of the past is
 * damaged, the next call goes on behind it.
 *
 * Measurements and schemas come, no other kinds but for query's identities: before the first sample of a source its last
 * schema from before, where there is one. The samples of one source come as they were stored,
 * mostly in the order of time. *ret stays until the next call and may be edited. */
int history_next(struct history *h, struct sample **ret, char **ret_error);

/* Whether the address is that of a database. */
bool history_is_database(const char *address);

/* One for each sort of store. open and next as above; next may give other kinds too. */
struct history_store {
	int (*open)(void **ret, const char *address, const struct history_query *query,
		char **ret_error);
	int (*next)(void *store, struct sample **ret, char **ret_error);
};
extern const struct history_store history_keep, history_postgres;

#endif

/* Measurements of the past, wherever they are kept: a keep's folder, or PostgreSQL. For reports,
 * exports and screens, which read what was without knowing where it lies. */
#ifndef DUTO_HISTORY_H
#define DUTO_HISTORY_H

#include "opt.h"
#include "sample.h"

/* What is asked for. All texts are borrowed and have to stay until history_close. */
struct history_query {
	int64_t since, until;	/* sample time: since <= time < until; 0: no bound */
	struct str source;	/* this source and what lies under it; empty: all */
	struct opt_list fields; /* only these; none named: all */
};

struct history;

/* address: postgresql: or postgres: begins a connection URI (libpq), anything else is the folder of a
 * keep. 0, or -errno with a message, which is the caller's. -ENOENT, -EINVAL: a person has to mend
 * it. */
int history_open(struct history **ret, const char *address, const struct history_query *query,
	char **ret_error);

/* The next sample: 1; 0: there is no more; -errno with a message. -EBADMSG: a part of the past is
 * damaged, the next call goes on behind it.
 *
 * For each source its last schema sample comes before its measurements; no other kinds come. The
 * samples of one source come in the order of their time, as far as they were stored so. Samples lack
 * the fields that were not asked for, and those left with none do not come. ret is borrowed until
 * the next call and may be edited. */
int history_next(struct history *h, struct sample *ret, char **ret_error);

void history_close(struct history *h);

/* What stands behind an address: one for each sort of store (lib/history_keep.c,
 * lib/history_postgres.c). next need not look at anything but what the query bounds by itself:
 * history_next leaves out what was not asked for. */
struct history_store {
	int (*open)(void **ret, const char *address, const struct history_query *query,
		char **ret_error);
	int (*next)(void *store, struct sample *ret, char **ret_error);
	void (*close)(void *store);
};
extern const struct history_store history_keep, history_postgres;

#endif

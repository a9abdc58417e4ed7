/* The historian's catalogue as one connection knows it: ids of sources and series, and where in time
 * something of each source is stored. What lies outside cannot be in the database yet, so it goes
 * there unseen; all else has to be compared with what is stored.
 *
 * Valid until a transaction fails: then it is closed with its connection. */
#ifndef DUTO_HISTORIAN_CATALOGUE_H
#define DUTO_HISTORIAN_CATALOGUE_H

#include <stdint.h>

#include "historian/schema.h"
#include "historian/stretches.h"
#include "sample.h"

struct historian_catalogue;

struct historian_field {
	char *name;
	size_t len;
	int32_t id;
	bool typed;
};

/* A source and a kind. */
struct historian_source {
	int32_t id;
	bool refused;			 /* its name cannot be stored */
	struct stretches stored, before; /* as of this transaction, and in the database */
	bool touched;			 /* in this transaction */
	struct historian_source *next_touched;
	uint64_t schema; /* hash of the last schema sample that was taken */
	struct historian_field *fields;
	uint32_t count;
};

struct historian_catalogue *historian_catalogue_open(PGconn *conn);
void historian_catalogue_close(struct historian_catalogue *c);

/* All that returns a number: 0, or as postgres_run.
 *
 * The entry of a source and kind, made where it is not there; it stays until the next call. -ESTALE:
 * another connection made it just now. */
int historian_catalogue_source(struct historian_catalogue *c, struct str source, struct str kind,
	struct historian_source **ret, char **ret_problem);

/* The series of a field; likely: where it stands if the sample is like the one before. *ret 0: its
 * name cannot be stored. */
int historian_catalogue_series(struct historian_catalogue *c, struct historian_source *s,
	struct str source, struct str field, uint32_t likely, enum historian_table table,
	int32_t *ret, char **ret_problem);

/* Takes over what a schema sample tells. */
int historian_catalogue_schema(
	struct historian_catalogue *c, const struct sample *s, char **ret_problem);

/* Marks the entry as written to in this transaction, by a sample of that time. True: nothing of the
 * source is stored there yet. */
bool historian_catalogue_touch(
	struct historian_catalogue *c, struct historian_source *s, int64_t time);

/* Locks the entries that were touched and writes where they have samples now. -ESTALE: another
 * connection wrote elsewhere in one of them since; nothing of what was compared with them holds. */
int historian_catalogue_save(struct historian_catalogue *c, char **ret_problem);

/* The transaction is committed. */
void historian_catalogue_saved(struct historian_catalogue *c);

#endif

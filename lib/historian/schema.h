/* The historian's tables (schemas/historian.md): made and migrated by itself. */
#ifndef DUTO_HISTORIAN_SCHEMA_H
#define DUTO_HISTORIAN_SCHEMA_H

#include "postgres/postgres.h"

/* Brings the schema `duto` of the database to the version known here; each step is a transaction,
 * under a lock, so that several may try at once. 0, or -EAGAIN with a message, which is the
 * caller's; a newer schema is refused so. */
int historian_migrate(PGconn *conn, char **ret_problem);

/* Taken, within a transaction, by whoever changes tables: "duto" in ASCII. */
#define HISTORIAN_LOCK "pg_advisory_xact_lock(1685420143)"

/* Tables that are cut into months. Values of measurements lie by type; the others hold one row a
 * sample. */
enum historian_table {
	HISTORIAN_NUMBERS,
	HISTORIAN_INTEGERS,
	HISTORIAN_FLAGS,
	HISTORIAN_TEXTS,
	HISTORIAN_BINARIES,
	HISTORIAN_EVENTS,
	HISTORIAN_BILLS,
	HISTORIAN_INSIGHTS,
	HISTORIAN_TABLES,
	HISTORIAN_TYPES = HISTORIAN_EVENTS, /* the first so many hold values by type */
};

extern const char *const historian_tables[HISTORIAN_TABLES];

/* Column lists, in the order in which rows are written. */
#define HISTORIAN_VALUE_COLUMNS	 "time, run, seq, nano, revision, series, quality, value"
#define HISTORIAN_RECORD_COLUMNS "time, run, seq, nano, revision, source, values, quality, via"

/* The table for samples of a kind that is not a measurement. */
enum historian_table historian_table_of(struct str kind);

#endif

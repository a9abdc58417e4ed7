/* What history asks the historian's tables for. Texts are malloc'ed. */
#ifndef DUTO_HISTORY_SQL_H
#define DUTO_HISTORY_SQL_H

#include "history/history.h"
#include "postgres/postgres.h"

/* source, field, unit, label, low, high, decimals, step of the series that were announced. */
char *history_sql_schemas(PGconn *conn, const struct history_query *query);

/* One row a value: time, nano, run, seq, source, field, type, quality, number, integer, flag, text,
 * bytes. Times are asked for to the microsecond, both ends included: whoever reads looks again. */
char *history_sql_rows(PGconn *conn, const struct history_query *query);

/* One row a sample, of every kind: time, nano, source, kind, run, seq, and of a gap what it tells:
 * stage, reason, kind, run, first, last, count. Times as above. */
char *history_sql_identities(PGconn *conn, const struct history_query *query);

#endif

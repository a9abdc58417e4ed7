#include "historian/staging.h"

#include <errno.h>
#include <stdlib.h>

#include "clock.h"
#include "postgres/copy.h"
#include "text.h"
#include "timestamp.h"

/* Times further apart than this are looked for separately, so that two late values of two years do
 * not make the server read what lies between. */
#define SPAN_GAP (3600 * SECONDS)

struct span {
	int64_t from, to; /* nanoseconds, both included */
};

static int compare_times(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static void find_spans(struct buffer *times, struct buffer *spans)
{
	int64_t *time = (int64_t *)times->data, *end = time + times->len / sizeof(*time);
	struct span *last = NULL;
	if (time != end)
		qsort(time, (size_t)(end - time), sizeof(*time), compare_times);
	for (; time != end; time++) {
		if (last && *time - last->to <= SPAN_GAP) {
			last->to = *time;
			continue;
		}
		buffer_add(spans, &(struct span){ *time, *time }, sizeof(struct span));
		last = (struct span *)(spans->data + spans->len) - 1;
	}
}

int historian_staging_open(PGconn *conn, char **ret_problem)
{
	return postgres_run(conn,
		"CREATE TEMP TABLE duto_values (place integer, type smallint, time timestamptz, "
		"run bigint, seq bigint, nano smallint, revision smallint, series integer, "
		"quality integer, number double precision, integer bigint, flag boolean, text text, "
		"bytes bytea) ON COMMIT DELETE ROWS;"
		"CREATE TEMP TABLE duto_stored (type integer, time timestamptz, run bigint, "
		"seq bigint, nano smallint, revision smallint, series integer) "
		"ON COMMIT DELETE ROWS;"
		"CREATE TEMP TABLE duto_records (place integer, type smallint, time timestamptz, "
		"run bigint, seq bigint, nano smallint, revision smallint, source integer, "
		"values jsonb, quality jsonb, via jsonb) ON COMMIT DELETE ROWS",
		ret_problem);
}

/* Runs one statement and adds the rows that it changed to *count, where that is not NULL. */
static int change(PGconn *conn, const char *sql, uint64_t *count, char **ret_problem)
{
	PGresult *result = PQexec(conn, sql);
	uint64_t changed = strtoull(PQcmdTuples(result), NULL, 10);
	int r = postgres_expect(conn, result, ret_problem);
	if (r == 0 && count)
		*count += changed;
	return r;
}

/* The same for each span: it ends the statement, behind "AND e.time". */
static int change_spans(PGconn *conn, const char *statement, const struct buffer *spans,
	uint64_t *count, char **ret_problem)
{
	const struct span *span = (const struct span *)spans->data,
			  *end = span + spans->len / sizeof(*span);
	int r = 0;
	for (; span < end && r == 0; span++) {
		char from[TIMESTAMP_TEXT], to[TIMESTAMP_TEXT];
		size_t from_len = timestamp_format(from, span->from - 1000),
		       to_len = timestamp_format(to, span->to + 1000);
		char *sql = text_print("%s BETWEEN '%.*s' AND '%.*s'", statement, (int)from_len,
			from, (int)to_len, to);
		r = change(conn, sql, count, ret_problem);
		free(sql);
	}
	return r;
}

#define SAME_PLACE    "e.series = s.series AND e.time = s.time AND e.nano = s.nano"
#define SAME_IDENTITY "e.run = s.run AND e.seq = s.seq"

/* Of one identity given several times, the last; then what is stored in the same places. */
static const char drop_repeats[] = "DELETE FROM duto_values e USING duto_values s WHERE " SAME_PLACE
				   " AND " SAME_IDENTITY " AND e.place < s.place";
static const char find_stored[] =
	"INSERT INTO duto_stored SELECT e.* FROM duto.identities e WHERE (e.series, e.time, e.nano) "
	"IN (SELECT series, time, nano FROM duto_values) AND e.time";
static const char drop_older[] = "DELETE FROM duto_values s USING duto_stored e WHERE " SAME_PLACE
				 " AND e.run = s.run AND e.seq > s.seq";

/* Each place's rows are ranked; the first one's revision counts those that it replaces. */
static const char rank[] =
	"UPDATE duto_values s SET place = -w.rank, revision = least(32767, greatest(s.revision, "
	"coalesce(w.stored, -1) + w.new)) FROM ("
	"SELECT x.place, row_number() OVER (p ORDER BY x.last DESC, x.seq DESC) AS rank, "
	"max(e.revision) OVER p AS stored, "
	"count(*) OVER p - count(*) FILTER (WHERE "
	"e.run = x.run AND e.seq = x.seq"
	") OVER p "
	"AS new FROM (SELECT *, max(place) OVER (PARTITION BY series, time, nano, run) AS last "
	"FROM duto_values) x LEFT JOIN duto_stored e USING (series, time, nano) "
	"WINDOW p AS (PARTITION BY x.series, x.time, x.nano)) w WHERE s.place = w.place";
static const char drop_losers[] = "DELETE FROM duto_values WHERE place <> -1";
static const char count_revised[] =
	"DELETE FROM duto_stored e USING duto_values s WHERE " SAME_PLACE " AND NOT (" SAME_IDENTITY
	")";

static int replace_stored(
	PGconn *conn, enum historian_table table, const struct buffer *spans, char **ret_problem)
{
	char *sql = text_print("DELETE FROM duto.%s e USING duto_values s WHERE " SAME_PLACE
			       " AND e.time",
		historian_tables[table]);
	int r = change_spans(conn, sql, spans, NULL, ret_problem);
	free(sql);
	return r;
}

/* A value may have been of another type before: every table is looked at that has one. */
static int replace_all_stored(PGconn *conn, const struct buffer *spans, char **ret_problem)
{
	PGresult *result = PQexec(conn, "SELECT DISTINCT type FROM duto_stored");
	int r = 0;
	for (int i = 0; i < PQntuples(result) && r == 0; i++)
		r = replace_stored(conn, (enum historian_table)atoi(PQgetvalue(result, i, 0)),
			spans, ret_problem);
	if (r < 0) {
		PQclear(result);
		return r;
	}
	return postgres_expect(conn, result, ret_problem);
}

/* The columns of the temporary table, by type. */
static const char *const value_columns[HISTORIAN_TYPES] = { "number", "integer", "flag", "text",
	"bytes" };

static int insert_values(PGconn *conn, uint32_t tables, char **ret_problem)
{
	int r = 0;
	for (int i = 0; i < HISTORIAN_TYPES && r == 0; i++) {
		if (!(tables & 1u << i))
			continue;
		char *sql = text_print("INSERT INTO duto.%s (" HISTORIAN_VALUE_COLUMNS
				       ") SELECT time, run, seq, nano, revision, series, quality, "
				       "%s FROM duto_values WHERE type = %d",
			historian_tables[i], value_columns[i], i);
		r = change(conn, sql, NULL, ret_problem);
		free(sql);
	}
	return r;
}

static int settle_values(PGconn *conn, const struct historian_rows *rows,
	const struct buffer *spans, uint64_t *revised, uint64_t *older, char **ret_problem)
{
	int r = copy_rows(conn, "COPY duto_values (" HISTORIAN_STAGED_VALUES ") FROM STDIN BINARY",
		buffer_str(&rows->staged_values), ret_problem);
	if (r == 0)
		r = change(conn, "ANALYZE duto_values", NULL, ret_problem);
	if (r == 0)
		r = change(conn, drop_repeats, NULL, ret_problem);
	if (r == 0)
		r = change_spans(conn, find_stored, spans, NULL, ret_problem);
	if (r == 0)
		r = change(conn, drop_older, older, ret_problem);
	if (r == 0)
		r = replace_all_stored(conn, spans, ret_problem);
	if (r == 0)
		r = change(conn, rank, NULL, ret_problem);
	if (r == 0)
		r = change(conn, drop_losers, NULL, ret_problem);
	if (r == 0)
		r = change(conn, count_revised, revised, ret_problem);
	return r < 0 ? r : insert_values(conn, rows->staged_tables, ret_problem);
}

#define SAME_RECORD_PLACE "e.source = s.source AND e.time = s.time AND e.nano = s.nano"

static int settle_records_of(PGconn *conn, enum historian_table table, const struct buffer *spans,
	uint64_t *revised, uint64_t *older, char **ret_problem)
{
	const char *name = historian_tables[table];
	char *drop_late = text_print(
		"DELETE FROM duto_records s USING duto.%s e WHERE s.type = %d AND " SAME_RECORD_PLACE
		" AND NOT (" SAME_IDENTITY ") AND e.revision > s.revision AND e.time",
		name, table);
	char *replace_same =
		text_print("DELETE FROM duto.%s e USING duto_records s WHERE " SAME_RECORD_PLACE
			   " AND " SAME_IDENTITY " AND e.time",
			name);
	char *replace_lower =
		text_print("DELETE FROM duto.%s e USING duto_records s WHERE " SAME_RECORD_PLACE
			   " AND s.revision > e.revision AND e.time",
			name);
	char *insert = text_print("INSERT INTO duto.%s (" HISTORIAN_RECORD_COLUMNS ") SELECT "
				  "time, run, seq, nano, revision, source, values, quality, via "
				  "FROM duto_records WHERE type = %d",
		name, table);
	int r = change_spans(conn, drop_late, spans, older, ret_problem);
	if (r == 0)
		r = change_spans(conn, replace_same, spans, NULL, ret_problem);
	if (r == 0)
		r = change_spans(conn, replace_lower, spans, revised, ret_problem);
	if (r == 0)
		r = change(conn, insert, NULL, ret_problem);
	free(drop_late);
	free(replace_same);
	free(replace_lower);
	free(insert);
	return r;
}

static const char drop_repeated_records[] =
	"DELETE FROM duto_records e USING duto_records s WHERE " SAME_RECORD_PLACE
	" AND ((" SAME_IDENTITY " AND e.place < s.place) OR e.revision < s.revision)";

static int settle_records(PGconn *conn, const struct historian_rows *rows,
	const struct buffer *spans, uint64_t *revised, uint64_t *older, char **ret_problem)
{
	int r = copy_rows(conn,
		"COPY duto_records (" HISTORIAN_STAGED_RECORDS ") FROM STDIN BINARY",
		buffer_str(&rows->staged_records), ret_problem);
	if (r == 0)
		r = change(conn, drop_repeated_records, NULL, ret_problem);
	for (int i = HISTORIAN_TYPES; i < HISTORIAN_TABLES && r == 0; i++)
		if (rows->staged_tables & 1u << i)
			r = settle_records_of(conn, i, spans, revised, older, ret_problem);
	return r;
}

int historian_staging(PGconn *conn, struct historian_rows *rows, uint64_t *ret_revised,
	uint64_t *ret_older, char **ret_problem)
{
	struct buffer spans = { 0 };
	int r = 0;
	*ret_revised = *ret_older = 0;
	find_spans(&rows->staged_times, &spans);
	if (rows->staged_values.len)
		r = settle_values(conn, rows, &spans, ret_revised, ret_older, ret_problem);
	if (r == 0 && rows->staged_records.len)
		r = settle_records(conn, rows, &spans, ret_revised, ret_older, ret_problem);
	buffer_free(&spans);
	return r;
}

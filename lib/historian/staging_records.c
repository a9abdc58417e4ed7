/* Samples of the kinds that have one row each. */
#include "historian/staging_parts.h"
#include "postgres/copy.h"

#define SAME_PLACE "e.source = s.source AND e.time = s.time AND e.nano = s.nano"

static int drop_late(PGconn *conn, enum historian_table table, const char *times, uint64_t *older,
	char **ret_problem)
{
	return staging_change_by(conn, older, ret_problem,
		"DELETE FROM duto_records s USING duto.%s e WHERE s.type = %d AND " SAME_PLACE
		" AND NOT (" SAME_IDENTITY ") AND e.revision > s.revision AND %s",
		historian_tables[table], table, times);
}

static int replace_same(
	PGconn *conn, enum historian_table table, const char *times, char **ret_problem)
{
	return staging_change_by(conn, NULL, ret_problem,
		"DELETE FROM duto.%s e USING duto_records s WHERE " SAME_PLACE " AND " SAME_IDENTITY
		" AND %s",
		historian_tables[table], times);
}

static int replace_lower(PGconn *conn, enum historian_table table, const char *times,
	uint64_t *revised, char **ret_problem)
{
	return staging_change_by(conn, revised, ret_problem,
		"DELETE FROM duto.%s e USING duto_records s WHERE " SAME_PLACE
		" AND s.revision > e.revision AND %s",
		historian_tables[table], times);
}

static int insert(PGconn *conn, enum historian_table table, char **ret_problem)
{
	return staging_change_by(conn, NULL, ret_problem,
		"INSERT INTO duto.%s (" HISTORIAN_RECORD_COLUMNS ") SELECT time, run, seq, nano, "
		"revision, source, values, quality, via FROM duto_records WHERE type = %d",
		historian_tables[table], table);
}

static int settle(PGconn *conn, enum historian_table table, const char *times, uint64_t *revised,
	uint64_t *older, char **ret_problem)
{
	int r = drop_late(conn, table, times, older, ret_problem);
	if (r == 0)
		r = replace_same(conn, table, times, ret_problem);
	if (r == 0)
		r = replace_lower(conn, table, times, revised, ret_problem);
	return r < 0 ? r : insert(conn, table, ret_problem);
}

static const char drop_repeats[] =
	"DELETE FROM duto_records e USING duto_records s WHERE " SAME_PLACE " AND ((" SAME_IDENTITY
	" AND e.place < s.place) OR e.revision < s.revision)";

int staging_records(PGconn *conn, const struct historian_rows *rows, const char *times,
	uint64_t *revised, uint64_t *older, char **ret_problem)
{
	int r = copy_rows(conn,
		"COPY duto_records (" HISTORIAN_STAGED_RECORDS ") FROM STDIN BINARY",
		buffer_str(&rows->staged_records), ret_problem);
	if (r == 0)
		r = staging_change(conn, drop_repeats, NULL, ret_problem);
	for (int i = HISTORIAN_TYPES; i < HISTORIAN_TABLES && r == 0; i++)
		if (rows->staged_tables & 1u << i)
			r = settle(conn, i, times, revised, older, ret_problem);
	return r;
}

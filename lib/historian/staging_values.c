/* Values of measurements: what came is given; of it, values are those that change what is stored;
 * stored is what stands in their places. */
#include <stdlib.h>

#include "historian/staging_parts.h"
#include "postgres/copy.h"

#define SAME_PLACE "e.series = s.series AND e.time = s.time AND e.nano = s.nano"

/* The columns of the temporary tables, by type. */
static const char *const columns[HISTORIAN_TYPES] = { "number", "integer", "flag", "text",
	"bytes" };

/* A stream that is fed again is mostly as it is stored. */
static int find_changed(
	PGconn *conn, uint32_t tables, const char *times, uint64_t *ret_changed, char **ret_problem)
{
	int r = 0;
	for (int i = 0; i < HISTORIAN_TYPES && r == 0; i++)
		if (tables & 1u << i)
			r = staging_change_by(conn, ret_changed, ret_problem,
				"INSERT INTO duto_values SELECT s.* FROM duto_given s "
				"WHERE s.type = %d AND NOT EXISTS (SELECT FROM duto.%s e "
				"WHERE " SAME_PLACE " AND " SAME_IDENTITY
				" AND e.quality = s.quality AND e.revision >= s.revision "
				"AND e.value IS NOT DISTINCT FROM s.%s AND %s)",
				i, historian_tables[i], columns[i], times);
	return r;
}

/* What is as stored counts all the same where another came for its place: which of them came last
 * decides. */
static const char find_rivals[] =
	"INSERT INTO duto_values SELECT e.* FROM duto_given e WHERE (series, time, nano) IN "
	"(SELECT series, time, nano FROM duto_values) AND place NOT IN (SELECT place FROM "
	"duto_values)";

/* Of one identity given several times, the last. */
static const char drop_repeats[] = "DELETE FROM duto_values e USING duto_values s WHERE " SAME_PLACE
				   " AND " SAME_IDENTITY " AND e.place < s.place";
static const char drop_older[] = "DELETE FROM duto_values s USING duto_stored e WHERE " SAME_PLACE
				 " AND e.run = s.run AND e.seq > s.seq";

static int find_stored(PGconn *conn, const char *times, uint64_t *ret_stored, char **ret_problem)
{
	return staging_change_by(conn, ret_stored, ret_problem,
		"INSERT INTO duto_stored SELECT e.* FROM duto.identities e WHERE (e.series, e.time, "
		"e.nano) IN (SELECT series, time, nano FROM duto_values) AND %s",
		times);
}

/* Each place's rows are ranked; the first one's revision counts those that it replaces. */
static const char rank[] =
	"UPDATE duto_values s SET place = -w.rank, revision = least(32767, greatest(s.revision, "
	"coalesce(w.stored, -1) + w.new)) FROM ("
	"SELECT x.place, row_number() OVER (p ORDER BY x.last DESC, x.seq DESC) AS rank, "
	"max(e.revision) OVER p AS stored, "
	"count(*) OVER p - count(*) FILTER (WHERE e.run = x.run AND e.seq = x.seq) OVER p AS new "
	"FROM (SELECT *, max(place) OVER (PARTITION BY series, time, nano, run) AS last "
	"FROM duto_values) x LEFT JOIN duto_stored e USING (series, time, nano) "
	"WINDOW p AS (PARTITION BY x.series, x.time, x.nano)) w WHERE s.place = w.place";
static const char drop_losers[] = "DELETE FROM duto_values WHERE place <> -1";
static const char count_revised[] =
	"DELETE FROM duto_stored e USING duto_values s WHERE " SAME_PLACE " AND NOT (" SAME_IDENTITY
	")";

/* A value may have been of another type before: every table is looked at that has one. */
static int replace_stored(PGconn *conn, const char *times, char **ret_problem)
{
	PGresult *result = PQexec(conn, "SELECT DISTINCT type FROM duto_stored");
	int r = 0;
	for (int i = 0; i < PQntuples(result) && r == 0; i++)
		r = staging_change_by(conn, NULL, ret_problem,
			"DELETE FROM duto.%s e USING duto_values s WHERE " SAME_PLACE " AND %s",
			historian_tables[atoi(PQgetvalue(result, i, 0))], times);
	if (r < 0) {
		PQclear(result);
		return r;
	}
	return postgres_expect(conn, result, ret_problem);
}

static int settle_rivals(PGconn *conn, char **ret_problem)
{
	int r = staging_change(conn, rank, NULL, ret_problem);
	return r < 0 ? r : staging_change(conn, drop_losers, NULL, ret_problem);
}

/* Against what stands in the places of the values. */
static int settle(
	PGconn *conn, const char *times, uint64_t *revised, uint64_t *older, char **ret_problem)
{
	int r = staging_change(conn, drop_older, older, ret_problem);
	if (r == 0)
		r = replace_stored(conn, times, ret_problem);
	if (r == 0)
		r = settle_rivals(conn, ret_problem);
	return r < 0 ? r : staging_change(conn, count_revised, revised, ret_problem);
}

static int insert_values(PGconn *conn, uint32_t tables, char **ret_problem)
{
	int r = 0;
	for (int i = 0; i < HISTORIAN_TYPES && r == 0; i++)
		if (tables & 1u << i)
			r = staging_change_by(conn, NULL, ret_problem,
				"INSERT INTO duto.%s (" HISTORIAN_VALUE_COLUMNS
				") SELECT time, run, seq, nano, revision, series, quality, "
				"%s FROM duto_values WHERE type = %d",
				historian_tables[i], columns[i], i);
	return r;
}

static int settle_changed(PGconn *conn, const struct historian_rows *rows, const char *times,
	uint64_t *revised, uint64_t *older, char **ret_problem)
{
	uint64_t stored = 0;
	int r = staging_change(conn, find_rivals, NULL, ret_problem);
	if (r == 0)
		r = staging_change(conn, "ANALYZE duto_values", NULL, ret_problem);
	if (r == 0)
		r = staging_change(conn, drop_repeats, NULL, ret_problem);
	if (r == 0)
		r = find_stored(conn, times, &stored, ret_problem);
	if (r == 0)
		r = stored ? settle(conn, times, revised, older, ret_problem)
			   : settle_rivals(conn, ret_problem);
	return r < 0 ? r : insert_values(conn, rows->staged_tables, ret_problem);
}

int staging_values(PGconn *conn, const struct historian_rows *rows, const char *times,
	uint64_t *revised, uint64_t *older, char **ret_problem)
{
	uint64_t changed = 0;
	int r = copy_rows(conn, "COPY duto_given (" HISTORIAN_STAGED_VALUES ") FROM STDIN BINARY",
		buffer_str(&rows->staged_values), ret_problem);
	if (r == 0)
		r = find_changed(conn, rows->staged_tables, times, &changed, ret_problem);
	if (r < 0 || !changed)
		return r;
	return settle_changed(conn, rows, times, revised, older, ret_problem);
}

#include "historian/schema.h"

#include <errno.h>
#include <stdlib.h>

#include "text.h"

const char *const historian_tables[HISTORIAN_TABLES] = { "numbers", "integers", "flags", "texts",
	"binaries", "events", "bills", "insights" };

/* Tables whose rows are cut into months. Where TimescaleDB is there it does that, by hypertables. */
#define MONTHLY_TABLES                                                                              \
	"DO $$ DECLARE t record; hyper boolean := EXISTS "                                          \
	"(SELECT FROM pg_extension WHERE extname = 'timescaledb'); "                                \
	"BEGIN FOR t IN SELECT * FROM (VALUES "                                                     \
	"('numbers', 'double precision', 'measured values that are numbers; NULL: no value'), "     \
	"('integers', 'bigint', 'measured values that are integers: counters, registers'), "        \
	"('flags', 'boolean', 'measured values that are true or false'), "                          \
	"('texts', 'text', 'measured values that are texts'), "                                     \
	"('binaries', 'bytea', 'measured values that are bytes'), "                                 \
	"('events', NULL, 'events, alarms, commands and gaps'), "                                   \
	"('bills', NULL, 'bills'), "                                                                \
	"('insights', NULL, 'scores, and samples of every other kind')"                             \
	") AS v (name, type, comment) LOOP "                                                        \
	"EXECUTE format('CREATE TABLE duto.%I (time timestamptz NOT NULL, run bigint NOT NULL, "    \
	"seq bigint NOT NULL, nano smallint NOT NULL, revision smallint NOT NULL, %s) %s', t.name," \
	" coalesce('series integer NOT NULL, quality integer NOT NULL, value ' || t.type, "         \
	"'source integer NOT NULL, values jsonb NOT NULL, quality jsonb, via jsonb'), "             \
	"CASE WHEN hyper THEN '' ELSE 'PARTITION BY RANGE (time)' END); "                           \
	"IF hyper THEN EXECUTE format('SELECT create_hypertable(%L, ''time'', "                     \
	"chunk_time_interval => interval ''1 month'', create_default_indexes => false)', "          \
	"'duto.' || t.name); "                                                                      \
	"ELSE EXECUTE format('CREATE TABLE duto.%I PARTITION OF duto.%I DEFAULT', "                 \
	"t.name || '_default', t.name); END IF; "                                                   \
	"EXECUTE format('CREATE INDEX %I ON duto.%I USING brin (time)', t.name || '_time', "        \
	"t.name); "                                                                                 \
	"EXECUTE format('COMMENT ON TABLE duto.%I IS %L', t.name, t.comment); "                     \
	"EXECUTE format('COMMENT ON COLUMN duto.%I.time IS %L', t.name, "                           \
	"'when it was measured, to the microsecond'); "                                             \
	"EXECUTE format('COMMENT ON COLUMN duto.%I.nano IS %L', t.name, "                           \
	"'nanoseconds of the time beyond the microsecond, 0 to 999'); "                             \
	"EXECUTE format('COMMENT ON COLUMN duto.%I.run IS %L', t.name, "                            \
	"'incarnation of who made the sample: with seq and what it is of, its identity'); "         \
	"EXECUTE format('COMMENT ON COLUMN duto.%I.revision IS %L', t.name, "                       \
	"'how often what stood here was replaced by something newer'); "                            \
	"END LOOP; END $$;"

/* What rows of one table look like in the view of all measurements. */
#define AS_MEASUREMENT(table, number, integer, text)                                               \
	"SELECT v.time, s.source, s.field, s.unit, s.label, " number " AS value, " integer         \
	" AS integer, " text " AS text, "                                                          \
	"CASE WHEN v.quality < 0 THEN 'Bad' WHEN v.quality >= 1073741824 THEN 'Uncertain' "        \
	"ELSE 'Good' END AS quality, v.quality >= 0 AND v.quality < 1073741824 AS good, "          \
	"v.quality::bigint & 4294967295 AS status, "                                               \
	"v.series, v.run, v.seq, v.nano, v.revision "                                              \
	"FROM duto." table " v JOIN duto.series s ON s.id = v.series "

#define RECORDS_VIEW(view, table)                                                                  \
	"CREATE VIEW duto." view " AS SELECT v.time, s.source, s.kind, v.values, v.quality, "      \
	"v.via, v.run, v.seq, v.nano, v.revision "                                                 \
	"FROM duto." table " v JOIN duto.sources s ON s.id = v.source;"

#define IDENTITIES(type, table)                                                                    \
	"SELECT " type " AS type, time, run, seq, nano, revision, series FROM duto." table

#define CATALOGUE                                                                                  \
	"CREATE TABLE duto.sources (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "         \
	"source text NOT NULL, kind text NOT NULL, newest bigint NOT NULL, "                       \
	"UNIQUE (source, kind));"                                                                  \
	"COMMENT ON TABLE duto.sources IS 'what samples came of: one row a source and kind';"      \
	"COMMENT ON COLUMN duto.sources.kind IS 'empty: measurements';"                            \
	"COMMENT ON COLUMN duto.sources.newest IS 'time of its newest sample, nanoseconds since "  \
	"1970';"                                                                                   \
	"CREATE TABLE duto.series (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "          \
	"source text NOT NULL, field text NOT NULL, unit text, label text, type text, "            \
	"low double precision, high double precision, decimals integer, "                          \
	"step boolean NOT NULL DEFAULT false, UNIQUE (source, field));"                            \
	"COMMENT ON TABLE duto.series IS 'each field of each source, as its schema samples told';" \
	"COMMENT ON COLUMN duto.series.type IS 'the table in which its first value was stored';"   \
	"CREATE TABLE duto.positions (stage text PRIMARY KEY, position bytea NOT NULL, "           \
	"stored timestamptz NOT NULL DEFAULT now());"                                              \
	"COMMENT ON TABLE duto.positions IS 'how far the input of each stage is stored';"

#define VIEWS                                                                                                                                            \
	"CREATE VIEW duto.measurements AS " AS_MEASUREMENT("numbers", "v.value", "NULL::bigint",                                                         \
		"NULL::text") "UNION ALL " AS_MEASUREMENT("integers", "v.value::double precision",                                                       \
		"v.value", "NULL") "UNION ALL " AS_MEASUREMENT("flags",                                                                                  \
		"v.value::integer::double precision", "v.value::integer",                                                                                \
		"NULL") "UNION ALL " AS_MEASUREMENT("texts", "NULL", "NULL",                                                                             \
		"v.value") "UNION ALL " AS_MEASUREMENT("binaries", "NULL", "NULL",                                                                       \
		"encode(v.value, 'hex')") ";"                                                                                                            \
					  "COMMENT ON VIEW duto.measurements IS 'every measured value, whatever its type, with "                         \
					  "source, field and unit';"                                                                                     \
					  "CREATE VIEW duto.good_measurements AS SELECT time, source, field, unit, label, value "                        \
					  "FROM duto.measurements WHERE good AND value IS NOT NULL;"                                                     \
					  "COMMENT ON VIEW duto.good_measurements IS 'numbers to compute with: what is not Good is "                     \
					  "left out';" RECORDS_VIEW(                                                                                     \
						  "event_log", "events") RECORDS_VIEW("bill_log",                                                        \
						  "bills") RECORDS_VIEW("insight_log",                                                                   \
						  "insights") "CREATE VIEW duto.identities AS " IDENTITIES("0",                                          \
						  "numbers") " UNION ALL " IDENTITIES("1",                                                               \
						  "integers") " UNION ALL " IDENTITIES("2",                                                              \
						  "flags") " UNION ALL " IDENTITIES("3",                                                                 \
						  "texts") " UNION ALL " IDENTITIES("4",                                                                 \
						  "binaries") ";"                                                                                        \
							      "COMMENT ON VIEW duto.identities IS 'which values of measurements are stored where: type " \
							      "is the place of the table in numbers, integers, flags, texts, binaries';"

/* Where the first version's samples begin, nobody wrote down. */
#define STRETCHES                                                                                  \
	"ALTER TABLE duto.sources ADD COLUMN stretches bigint[] NOT NULL DEFAULT '{}';"            \
	"UPDATE duto.sources SET stretches = ARRAY[-9223372036854775808, newest] "                 \
	"WHERE newest > -9223372036854775808;"                                                     \
	"COMMENT ON COLUMN duto.sources.stretches IS 'where it has samples: from, to, from, to, "  \
	"..., nanoseconds since 1970, both included; nothing lies outside'"

/* Steps from one version to the next; one that was given out is never changed. */
static const char *const migrations[] = {
	CATALOGUE MONTHLY_TABLES VIEWS,
	STRETCHES,
};

enum { VERSION = sizeof(migrations) / sizeof(*migrations) };

/* The version of the database's schema; 0 where there is none. What to_regclass() remembers from
 * before the lock would still hold: a query of the catalogue sees what others have made since. */
static int read_version(PGconn *conn, int *ret, char **ret_problem)
{
	PGresult *result = PQexec(conn, "SELECT NOT EXISTS (SELECT FROM pg_tables WHERE schemaname "
					"= 'duto' AND tablename = 'version')");
	bool absent = PQntuples(result) == 1 && *PQgetvalue(result, 0, 0) == 't';
	int r = postgres_expect(conn, result, ret_problem);
	*ret = 0;
	if (r < 0 || absent)
		return r;
	result = PQexec(conn, "SELECT coalesce(max(version), 0) FROM duto.version");
	if (PQntuples(result) == 1)
		*ret = atoi(PQgetvalue(result, 0, 0));
	return postgres_expect(conn, result, ret_problem);
}

static int apply(PGconn *conn, int version, char **ret_problem)
{
	char *sql = text_print("%s; INSERT INTO duto.version (version) VALUES (%d)",
		migrations[version], version + 1);
	int r = 0;
	if (version == 0)
		r = postgres_run(conn,
			"CREATE SCHEMA IF NOT EXISTS duto; CREATE TABLE duto.version (version integer "
			"PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())",
			ret_problem);
	if (r == 0)
		r = postgres_run(conn, sql, ret_problem);
	free(sql);
	return r;
}

/* One step under the lock; *ret_version is what was there before it. */
static int step(PGconn *conn, int *ret_version, char **ret_problem)
{
	int r = postgres_run(conn, "BEGIN; SELECT " HISTORIAN_LOCK, ret_problem);
	if (r == 0)
		r = read_version(conn, ret_version, ret_problem);
	if (r == 0 && *ret_version < VERSION)
		r = apply(conn, *ret_version, ret_problem);
	if (r == 0)
		return postgres_run(conn, "COMMIT", ret_problem);
	PQclear(PQexec(conn, "ROLLBACK"));
	return r;
}

int historian_migrate(PGconn *conn, char **ret_problem)
{
	int version, r = read_version(conn, &version, ret_problem);
	while (r == 0 && version < VERSION)
		r = step(conn, &version, ret_problem);
	if (r == 0 && version > VERSION) {
		*ret_problem =
			text_print("the schema duto of this database has version %d, made by "
				   "a newer duto; this one knows up to %d: install the newer",
				version, VERSION);
		r = -EAGAIN;
	}
	return r;
}

enum historian_table historian_table_of(struct str kind)
{
	if (str_eq(kind, STR("bill")))
		return HISTORIAN_BILLS;
	if (str_eq(kind, STR("event")) || str_eq(kind, STR("alarm")) ||
		str_eq(kind, STR("command")) || str_eq(kind, STR("gap")))
		return HISTORIAN_EVENTS;
	return HISTORIAN_INSIGHTS;
}

#include "history/sql.h"

#include <stdlib.h>

#include "timestamp.h"

static void add_literal(struct buffer *to, PGconn *conn, const char *text, size_t len)
{
	char *literal = PQescapeLiteral(conn, text, len);
	if (!literal)
		abort();
	buffer_add_str(to, str(literal));
	PQfreemem(literal);
}

/* A path, and what lies under it. */
static void add_source(struct buffer *to, PGconn *conn, const char *path)
{
	size_t len = strlen(path);
	while (len > 1 && path[len - 1] == '/')
		len--;
	buffer_print(to, "s.source = ");
	add_literal(to, conn, path, len);
	buffer_print(to, " OR starts_with(s.source, ");
	add_literal(to, conn, path, len);
	buffer_print(to, " || '/')");
}

static void add_sources(struct buffer *to, PGconn *conn, const struct history_query *query)
{
	buffer_print(to, "TRUE");
	for (size_t i = 0; i < query->sources.count; i++) {
		buffer_print(to, i ? " OR " : " AND (");
		add_source(to, conn, query->sources.words[i]);
	}
	buffer_print(to, query->sources.count ? ")" : "");
}

static void add_series(struct buffer *to, PGconn *conn, const struct history_query *query)
{
	add_sources(to, conn, query);
	for (size_t i = 0; i < query->fields.count; i++) {
		buffer_print(to, i ? ", " : " AND s.field IN (");
		add_literal(to, conn, query->fields.words[i], strlen(query->fields.words[i]));
	}
	buffer_print(to, query->fields.count ? ")" : "");
}

static void add_bound(struct buffer *to, const char *comparison, int64_t time)
{
	char text[TIMESTAMP_TEXT];
	if (time)
		buffer_print(to, " AND v.time %s '%.*s'", comparison,
			(int)timestamp_format(text, time - time % 1000), text);
}

static char *text_of(struct buffer *b)
{
	buffer_add_char(b, '\0');
	return (char *)b->data;
}

char *history_sql_schemas(PGconn *conn, const struct history_query *query)
{
	struct buffer sql = { 0 };
	buffer_print(&sql,
		"SELECT source, field, unit, label, low, high, decimals, step FROM duto.series s "
		"WHERE (unit IS NOT NULL OR label IS NOT NULL OR low IS NOT NULL OR high IS NOT "
		"NULL OR decimals IS NOT NULL OR step) AND ");
	add_series(&sql, conn, query);
	buffer_print(&sql, " ORDER BY source, id");
	return text_of(&sql);
}

static void add_table(struct buffer *to, int type, const char *table, const char *values)
{
	buffer_print(to,
		"%sSELECT time, nano, run, seq, series, %d AS type, quality, %s FROM duto.%s",
		type ? " UNION ALL " : "", type, values, table);
}

char *history_sql_rows(PGconn *conn, const struct history_query *query)
{
	struct buffer sql = { 0 };
	buffer_print(&sql, "SELECT v.time, v.nano, v.run, v.seq, s.source, s.field, v.type, "
			   "v.quality, v.number, v.integer, v.flag, v.text, v.bytes FROM (");
	add_table(&sql, 0, "numbers",
		"value AS number, NULL::bigint AS integer, NULL::boolean AS flag, "
		"NULL::text AS text, NULL::bytea AS bytes");
	add_table(&sql, 1, "integers", "NULL, value, NULL, NULL, NULL");
	add_table(&sql, 2, "flags", "NULL, NULL, value, NULL, NULL");
	add_table(&sql, 3, "texts", "NULL, NULL, NULL, value, NULL");
	add_table(&sql, 4, "binaries", "NULL, NULL, NULL, NULL, value");
	buffer_print(&sql, ") v JOIN duto.series s ON s.id = v.series WHERE ");
	add_series(&sql, conn, query);
	add_bound(&sql, ">=", query->since);
	add_bound(&sql, "<=", query->until);
	buffer_print(&sql, " ORDER BY v.time, v.nano, s.source COLLATE \"C\", v.run, v.seq, s.id");
	return text_of(&sql);
}

static void add_identities(struct buffer *to, PGconn *conn, const struct history_query *query,
	const char *table, const char *columns, const char *catalogue)
{
	buffer_print(to, "%sSELECT v.time, v.nano, s.source, %s FROM duto.%s v JOIN duto.%s WHERE ",
		to->len ? " UNION " : "", columns, table, catalogue);
	add_sources(to, conn, query);
	add_bound(to, ">=", query->since);
	add_bound(to, "<=", query->until);
}

/* UNION leaves each sample once, of however many values it has rows. */
char *history_sql_identities(PGconn *conn, const struct history_query *query)
{
	static const char records[] = "s.kind, v.run, v.seq, NULL, NULL, NULL, NULL, NULL, NULL, "
				      "NULL",
			  catalogue[] = "sources s ON s.id = v.source";
	struct buffer sql = { 0 };
	add_identities(&sql, conn, query, "identities",
		"'' AS kind, v.run, v.seq, NULL AS stage, NULL AS reason, NULL AS gap_kind, "
		"NULL::bigint AS gap_run, NULL::bigint AS first, NULL::bigint AS last, "
		"NULL::bigint AS count",
		"series s ON s.id = v.series");
	add_identities(&sql, conn, query, "events",
		"s.kind, v.run, v.seq, g.stage, g.reason, g.kind, g.run, g.first, g.last, g.count",
		"sources s ON s.id = v.source LEFT JOIN LATERAL jsonb_to_record(v.values) AS g "
		"(stage text, reason text, kind text, run bigint, first bigint, last bigint, "
		"count bigint) ON s.kind = 'gap'");
	add_identities(&sql, conn, query, "bills", records, catalogue);
	add_identities(&sql, conn, query, "insights", records, catalogue);
	buffer_print(&sql, " ORDER BY 1, 2, 3, 4, 5, 6");
	return text_of(&sql);
}

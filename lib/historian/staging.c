#include "historian/staging.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "clock.h"
#include "historian/staging_parts.h"
#include "text.h"
#include "timestamp.h"

/* Times further apart than this are looked for separately, so that two late values of two years do
 * not make the server read what lies between; unless there are too many of them. */
#define SPAN_GAP (3600 * SECONDS)
enum { SPANS_MAX = 32 };

struct span {
	int64_t from, to; /* nanoseconds, both included */
};

static int compare_times(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* false: too many. The difference of two times is more than a signed number may hold. */
static bool find_spans(
	const struct buffer *times, uint64_t gap, struct span spans[static SPANS_MAX], int *ret)
{
	const int64_t *time = (const int64_t *)times->data,
		      *end = time + times->len / sizeof(*time);
	int count = 0;
	for (; time != end; time++) {
		if (count && (uint64_t)*time - (uint64_t)spans[count - 1].to <= gap)
			spans[count - 1].to = *time;
		else if (count == SPANS_MAX)
			return false;
		else
			spans[count++] = (struct span){ *time, *time };
	}
	*ret = count;
	return true;
}

static void add_span(struct buffer *to, const struct span *span)
{
	char from[TIMESTAMP_TEXT], until[TIMESTAMP_TEXT];
	size_t from_len = timestamp_format(from, span->from - span->from % 1000 - 1000),
	       until_len = timestamp_format(until, span->to - span->to % 1000 + 1000);
	buffer_print(
		to, "e.time BETWEEN '%.*s' AND '%.*s'", (int)from_len, from, (int)until_len, until);
}

/* The times, sorted, as a condition for the server. The caller's. */
static char *condition(struct buffer *times)
{
	struct span spans[SPANS_MAX];
	struct buffer sql = { 0 };
	uint64_t gap = SPAN_GAP;
	int count;
	qsort(times->data, times->len / sizeof(int64_t), sizeof(int64_t), compare_times);
	while (!find_spans(times, gap, spans, &count))
		gap *= 2;
	for (int i = 0; i < count; i++) {
		buffer_print(&sql, i ? " OR " : "(");
		add_span(&sql, &spans[i]);
	}
	buffer_print(&sql, ")");
	buffer_add_char(&sql, '\0');
	return (char *)sql.data;
}

int staging_change(PGconn *conn, const char *sql, uint64_t *count, char **ret_problem)
{
	PGresult *result = PQexec(conn, sql);
	uint64_t changed = strtoull(PQcmdTuples(result), NULL, 10);
	int r = postgres_expect(conn, result, ret_problem);
	if (r == 0 && count)
		*count += changed;
	return r;
}

int staging_change_by(PGconn *conn, uint64_t *count, char **ret_problem, const char *format, ...)
{
	char *sql;
	va_list args;
	va_start(args, format);
	int len = vasprintf(&sql, format, args);
	va_end(args);
	if (len < 0)
		abort();
	int r = staging_change(conn, sql, count, ret_problem);
	free(sql);
	return r;
}

/* Thousands of rows are compared with thousands, of which the server has no statistics: loop over
 * loop is never the way. */
int historian_staging_open(PGconn *conn, char **ret_problem)
{
	return postgres_run(conn,
		"SET enable_nestloop = off;"
		"CREATE TEMP TABLE duto_given (place integer, type smallint, time timestamptz, "
		"run bigint, seq bigint, nano smallint, revision smallint, series integer, "
		"quality integer, number double precision, integer bigint, flag boolean, text text, "
		"bytes bytea) ON COMMIT DELETE ROWS;"
		"CREATE TEMP TABLE duto_values (LIKE duto_given) ON COMMIT DELETE ROWS;"
		"CREATE TEMP TABLE duto_stored (type integer, time timestamptz, run bigint, "
		"seq bigint, nano smallint, revision smallint, series integer) "
		"ON COMMIT DELETE ROWS;"
		"CREATE TEMP TABLE duto_records (place integer, type smallint, time timestamptz, "
		"run bigint, seq bigint, nano smallint, revision smallint, source integer, "
		"values jsonb, quality jsonb, via jsonb) ON COMMIT DELETE ROWS",
		ret_problem);
}

int historian_staging(PGconn *conn, struct historian_rows *rows, uint64_t *ret_revised,
	uint64_t *ret_older, char **ret_problem)
{
	int r = 0;
	*ret_revised = *ret_older = 0;
	if (!rows->staged_values.len && !rows->staged_records.len)
		return 0;
	char *times = condition(&rows->staged_times);
	if (rows->staged_values.len)
		r = staging_values(conn, rows, times, ret_revised, ret_older, ret_problem);
	if (r == 0 && rows->staged_records.len)
		r = staging_records(conn, rows, times, ret_revised, ret_older, ret_problem);
	free(times);
	return r;
}

/* The limit that the historian is measured by: rows like its own by a bare binary COPY loop, a
 * transaction each of the same size.
 *     historian CONNINFO TABLE ROWS BATCH */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "clock.h"
#include "postgres/copy.h"
#include "text.h"

static void add_row(struct buffer *to, int64_t i)
{
	int64_t sample = i / 20;
	copy_columns(to, 8);
	copy_int64(to, (1767225600 + sample) * 1000000 - POSTGRES_EPOCH);
	copy_int64(to, 7);
	copy_int64(to, sample + 1);
	copy_int16(to, 0);
	copy_int16(to, 0);
	copy_int32(to, (int32_t)(sample % 3 * 20 + i % 20 + 1));
	copy_int32(to, 0);
	copy_double(to, 230.5 + i % 20 + sample % 10);
}

static void check(PGconn *conn, int r, char *problem)
{
	if (r == 0)
		return;
	fprintf(stderr, "%s\n", problem ? problem : PQerrorMessage(conn));
	exit(111);
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 100;
	PGconn *conn = PQconnectdb(argv[1]);
	int64_t rows = atoll(argv[3]), batch = atoll(argv[4]);
	struct buffer data = { 0 };
	char *problem = NULL;
	char *sql = text_print("COPY %s (time, run, seq, nano, revision, series, quality, value) "
			       "FROM STDIN BINARY",
		argv[2]);
	for (int64_t i = 0; i < rows;) {
		data.len = 0;
		for (int64_t end = i + batch; i < end && i < rows; i++)
			add_row(&data, i);
		check(conn, postgres_run(conn, "BEGIN", &problem), problem);
		check(conn, copy_rows(conn, sql, buffer_str(&data), &problem), problem);
		check(conn, postgres_run(conn, "COMMIT", &problem), problem);
	}
	PQfinish(conn);
	buffer_free(&data);
	free(sql);
	return 0;
}

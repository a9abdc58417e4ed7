#include "postgres/copy.h"

#include <errno.h>

/* Signature, no flags, no header extension; and what stands for the number of columns at the end. */
static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", tail[] = "\377\377";

int copy_rows(PGconn *conn, const char *statement, struct str rows, char **ret_problem)
{
	int r = postgres_run(conn, statement, ret_problem);
	if (r < 0)
		return r;
	bool sent = PQputCopyData(conn, head, sizeof(head) - 1) == 1 &&
		    PQputCopyData(conn, rows.data, (int)rows.len) == 1 &&
		    PQputCopyData(conn, tail, sizeof(tail) - 1) == 1 &&
		    PQputCopyEnd(conn, NULL) == 1;
	r = postgres_expect(conn, PQgetResult(conn), ret_problem);
	if (r == 0 && !sent) {
		*ret_problem = postgres_problem(conn, NULL);
		r = -EAGAIN;
	}
	PQclear(PQgetResult(conn));
	return r;
}

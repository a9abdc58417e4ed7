/* What the files of historian/staging.h share. */
#ifndef DUTO_HISTORIAN_STAGING_PARTS_H
#define DUTO_HISTORIAN_STAGING_PARTS_H

#include "historian/rows.h"

/* e is a stored row, s one that came. */
#define SAME_IDENTITY "e.run = s.run AND e.seq = s.seq"

/* Runs one statement and adds the rows that it changed to *count, where that is not NULL. */
int staging_change(PGconn *conn, const char *sql, uint64_t *count, char **ret_problem);

/* The same for a statement that is made as by printf. */
__attribute__((format(printf, 4, 5))) int staging_change_by(
	PGconn *conn, uint64_t *count, char **ret_problem, const char *format, ...);

/* times: a condition on e.time that holds for the times of all rows that came; so the server reads
 * only what lies there. */
int staging_values(PGconn *conn, const struct historian_rows *rows, const char *times,
	uint64_t *revised, uint64_t *older, char **ret_problem);
int staging_records(PGconn *conn, const struct historian_rows *rows, const char *times,
	uint64_t *revised, uint64_t *older, char **ret_problem);

#endif

/* Rows that may be in the database already, or may replace what is there: late, revised and repeated
 * samples.
 *
 * Of measurements, one value stands for a series and a time. Which: of the same run, the one with
 * the greatest seq; of several runs, that of the run that came last. The same identity again takes
 * its own place, so that feeding a stream twice changes nothing; another identity takes the place
 * of what is there, and revision counts it. Of the other kinds every identity stays, but that a
 * sample with via.revision takes the place of those of its source, kind and time whose revision is
 * lower. */
#ifndef DUTO_HISTORIAN_STAGING_H
#define DUTO_HISTORIAN_STAGING_H

#include "historian/rows.h"

/* Makes the temporary tables of a connection. */
int historian_staging_open(PGconn *conn, char **ret_problem);

/* Within a transaction: takes the staged rows to where they belong; the partitions for them are
 * there. *ret_revised counts the values that took the place of others, *ret_older those that were
 * left out as something newer stands in their place. 0, or as postgres_run. */
int historian_staging(PGconn *conn, struct historian_rows *rows, uint64_t *ret_revised,
	uint64_t *ret_older, char **ret_problem);

#endif

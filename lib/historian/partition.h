/* Monthly partitions of the historian's tables, made when first needed. */
#ifndef DUTO_HISTORIAN_PARTITION_H
#define DUTO_HISTORIAN_PARTITION_H

#include "historian/rows.h"

enum { HISTORIAN_PARTITION_NAME = 64 };

/* What one connection knows to be there. Zeroed: nothing. */
struct historian_partitions {
	bool whole; /* the tables are not cut into partitions: hypertables */
	uint32_t *known;
	size_t count;
};

/* Reads how the tables are cut, and from when on times are outside reason: more than a year ahead
 * of the server's clock. Those, and what comes before 2000, go to the default partition. 0, or
 * -EAGAIN with a message. */
int historian_partitions_open(
	PGconn *conn, struct historian_partitions *ret, int64_t *ret_limit, char **ret_problem);

/* Makes sure, within the transaction, that there is a place for the target's rows, and writes its
 * name without the schema to ret. What lies in the default partition for a month that is made moves
 * there. 0, or as postgres_run. */
int historian_partition(PGconn *conn, struct historian_partitions *p,
	const struct historian_target *target, char ret[static HISTORIAN_PARTITION_NAME],
	char **ret_problem);
void historian_partitions_close(struct historian_partitions *p);

#endif

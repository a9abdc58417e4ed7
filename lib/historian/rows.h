/* Samples as rows of the historian's tables: those that go straight into their partitions, and those
 * that have to be compared with what is stored. */
#ifndef DUTO_HISTORIAN_ROWS_H
#define DUTO_HISTORIAN_ROWS_H

#include "historian/catalogue.h"

/* Rows for one month of a table; year 0: for its default partition. */
struct historian_target {
	enum historian_table table;
	int year, month;  /* month from 1 */
	int64_t from, to; /* nanoseconds: its times, from <= time < to */
	struct buffer rows;
	uint64_t count;
};

/* What a transaction is to write. Zeroed: nothing; historian_rows_clear makes it so again and keeps
 * the room, but for limit. */
struct historian_rows {
	int64_t limit; /* nanoseconds: times from here on are outside reason */
	struct historian_target *targets;
	size_t target_count;
	struct buffer staged_values, staged_records; /* rows of the temporary tables */
	struct buffer staged_times;		     /* int64_t nanoseconds, one a staged sample */
	uint32_t staged_tables;			     /* bits by enum historian_table */
	int32_t place;				     /* of the next staged row */
	struct buffer row, text;

	/* What cannot be stored, for the one who asked. */
	void (*refuse)(void *context, const char *reason, const struct sample *s, struct str field);
	void *context;
};

/* Adds a sample of any kind. Positions and marks have no rows. 0, or as
 * historian_catalogue_source. */
int historian_rows_add(struct historian_rows *rows, struct historian_catalogue *c,
	const struct sample *s, char **ret_problem);
void historian_rows_clear(struct historian_rows *rows);
void historian_rows_free(struct historian_rows *rows);

#define HISTORIAN_STAGED_VALUES                                                                    \
	"place, type, time, run, seq, nano, revision, series, quality, number, integer, flag, "    \
	"text, bytes"
#define HISTORIAN_STAGED_RECORDS                                                                   \
	"place, type, time, run, seq, nano, revision, source, values, quality, via"

#endif

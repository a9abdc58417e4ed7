/* What PostgreSQL has of every sample, whatever its kind: the identity and the time, once each, and
 * of gaps what they tell. In the order of time, source, run and seq. */
#include "history/identities.h"

#include <stdlib.h>

#include "history/sql.h"
#include "postgres/copy.h"

enum column {
	TIME,
	NANO,
	SOURCE,
	KIND,
	RUN,
	SEQ,
	STAGE,
	REASON,
	GAP_KIND,
	GAP_RUN,
	FIRST,
	LAST,
	COUNT
};

static struct str text(const PGresult *row, enum column c)
{
	return (struct str){ PQgetvalue(row, 0, c), (size_t)PQgetlength(row, 0, c) };
}

static int64_t integer(const PGresult *row, enum column c)
{
	return (int64_t)wire_load64((const uint8_t *)PQgetvalue(row, 0, c));
}

static void add_text(struct sample_writer *w, const PGresult *row, enum column c, struct str name)
{
	if (!PQgetisnull(row, 0, c))
		sample_add_text(w, name, text(row, c));
}

static void add_integer(
	struct sample_writer *w, const PGresult *row, enum column c, struct str name)
{
	if (!PQgetisnull(row, 0, c))
		sample_add_integer(w, name, integer(row, c));
}

void history_identity_write(struct sample_writer *w, struct buffer *to, const PGresult *row)
{
	int64_t micros = integer(row, TIME) + POSTGRES_EPOCH;
	int16_t nano = (int16_t)wire_load16((const uint8_t *)PQgetvalue(row, 0, NANO));
	sample_begin(w, to, micros * 1000 + nano, text(row, SOURCE), (uint64_t)integer(row, RUN),
		(uint64_t)integer(row, SEQ), text(row, KIND));
	add_text(w, row, STAGE, STR("stage"));
	add_text(w, row, REASON, STR("reason"));
	add_text(w, row, GAP_KIND, STR("kind"));
	add_integer(w, row, GAP_RUN, STR("run"));
	add_integer(w, row, FIRST, STR("first"));
	add_integer(w, row, LAST, STR("last"));
	add_integer(w, row, COUNT, STR("count"));
	sample_end(w);
}

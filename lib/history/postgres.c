/* The past in PostgreSQL, as `duto historian` stores it: rows become samples again. The order is by
 * time, source, run and seq; what was revised stands there as it was revised last. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "history/history.h"
#include "history/identities.h"
#include "history/sql.h"
#include "postgres/copy.h"
#include "postgres/postgres.h"
#include "series.h"
#include "text.h"

enum { SOURCES_MAX = 1 << 20 };

/* Columns of the rows, in binary form. */
enum column {
	TIME,
	NANO,
	RUN,
	SEQ,
	SOURCE,
	FIELD,
	TYPE,
	QUALITY,
	NUMBER,
	INTEGER,
	FLAG,
	TEXT,
	BYTES
};

struct database {
	PGconn *conn;
	PGresult *schemas; /* by source: source, field, unit, label, low, high, decimals, step */
	PGresult *row;	   /* the first row of the next sample; NULL: not read yet, or the end */
	struct history_query query;
	struct series *told; /* sources whose schema has been given */
	struct buffer bytes;
	struct sample_writer writer;
	struct sample sample;
	bool over;
};

static const uint8_t *cell(const PGresult *row, enum column c)
{
	return (const uint8_t *)PQgetvalue(row, 0, c);
}

static struct str text_cell(const PGresult *row, enum column c)
{
	return (struct str){ PQgetvalue(row, 0, c), (size_t)PQgetlength(row, 0, c) };
}

/* Nanoseconds since 1970. */
static int64_t time_of(const PGresult *row)
{
	int64_t micros = (int64_t)wire_load64(cell(row, TIME)) + POSTGRES_EPOCH;
	return micros * 1000 + (int16_t)wire_load16(cell(row, NANO));
}

static bool same_sample(const PGresult *a, const PGresult *b)
{
	return time_of(a) == time_of(b) && str_eq(text_cell(a, SOURCE), text_cell(b, SOURCE)) &&
	       wire_load64(cell(a, RUN)) == wire_load64(cell(b, RUN)) &&
	       wire_load64(cell(a, SEQ)) == wire_load64(cell(b, SEQ));
}

static bool is_in_time(const struct database *d, const PGresult *row)
{
	int64_t time = time_of(row);
	return (!d->query.since || time >= d->query.since) &&
	       (!d->query.until || time < d->query.until);
}

/* The next row that was asked for, in d->row. 1, 0 at the end, or -errno. */
static int fetch(struct database *d, char **ret_error)
{
	while (!d->over) {
		PGresult *row = PQgetResult(d->conn);
		bool good = row && PQresultStatus(row) == PGRES_SINGLE_TUPLE;
		if (good && is_in_time(d, row)) {
			d->row = row;
			return 1;
		}
		bool failed = row && !good && PQresultStatus(row) != PGRES_TUPLES_OK;
		if (failed)
			*ret_error = postgres_problem(d->conn, row);
		d->over = !row || failed;
		PQclear(row);
		if (failed)
			return -EIO;
	}
	return 0;
}

static void add_value(struct sample_writer *w, const PGresult *row)
{
	struct str name = text_cell(row, FIELD);
	if (!PQgetisnull(row, 0, NUMBER))
		sample_add_number(w, name, wire_load_double(cell(row, NUMBER)));
	else if (!PQgetisnull(row, 0, INTEGER))
		sample_add_integer(w, name, (int64_t)wire_load64(cell(row, INTEGER)));
	else if (!PQgetisnull(row, 0, FLAG))
		sample_add_bool(w, name, *cell(row, FLAG));
	else if (!PQgetisnull(row, 0, TEXT))
		sample_add_text(w, name, text_cell(row, TEXT));
	else if (!PQgetisnull(row, 0, BYTES)) {
		sample_add_name(w, name);
		wire_bin(w->out, text_cell(row, BYTES));
	} else {
		sample_add_nil(w, name);
	}
	uint32_t status = wire_load32(cell(row, QUALITY));
	if (status)
		sample_add_status(w, name, status);
}

static void begin(struct database *d, struct str kind)
{
	d->bytes.len = 0;
	sample_begin(&d->writer, &d->bytes, time_of(d->row), text_cell(d->row, SOURCE),
		wire_load64(cell(d->row, RUN)), wire_load64(cell(d->row, SEQ)), kind);
}

static int decode(struct database *d, struct sample **ret)
{
	if (sample_decode(&d->sample, d->bytes.data, d->bytes.len) <= 0)
		abort();
	*ret = &d->sample;
	return 1;
}

static int finish(struct database *d, struct sample **ret)
{
	sample_end(&d->writer);
	return decode(d, ret);
}

/* All rows of the sample that d->row begins. */
static int make_sample(struct database *d, struct sample **ret, char **ret_error)
{
	int r;
	begin(d, STR(""));
	for (;;) {
		PGresult *before = d->row;
		add_value(&d->writer, before);
		d->row = NULL;
		r = fetch(d, ret_error);
		bool more = r == 1 && same_sample(before, d->row);
		PQclear(before);
		if (!more)
			break;
	}
	return r < 0 ? r : finish(d, ret);
}

static struct str schema_text(const struct database *d, int row, int column)
{
	return (struct str){ PQgetvalue(d->schemas, row, column),
		(size_t)PQgetlength(d->schemas, row, column) };
}

static double schema_number(const struct database *d, int row, int column)
{
	return PQgetisnull(d->schemas, row, column)
		       ? NAN
		       : strtod(PQgetvalue(d->schemas, row, column), NULL);
}

static void add_schema(struct database *d, int row)
{
	struct sample_field_schema schema = { .unit = schema_text(d, row, 2),
		.label = schema_text(d, row, 3),
		.low = schema_number(d, row, 4),
		.high = schema_number(d, row, 5),
		.decimals =
			PQgetisnull(d->schemas, row, 6) ? -1 : atoi(PQgetvalue(d->schemas, row, 6)),
		.step = *PQgetvalue(d->schemas, row, 7) == 't' };
	sample_add_schema(&d->writer, schema_text(d, row, 1), &schema);
}

/* The schema of the source at hand, where it was ever told and not yet given. */
static bool make_schema(struct database *d, struct sample **ret)
{
	bool is_new, any = false;
	series_get(d->told, text_cell(d->row, SOURCE), &is_new);
	for (int i = 0; is_new && i < PQntuples(d->schemas); i++) {
		if (!str_eq(schema_text(d, i, 0), text_cell(d->row, SOURCE)))
			continue;
		if (!any)
			begin(d, STR("schema"));
		any = true;
		add_schema(d, i);
	}
	return any && finish(d, ret) == 1;
}

static int make_identity(struct database *d, struct sample **ret)
{
	d->bytes.len = 0;
	history_identity_write(&d->writer, &d->bytes, d->row);
	PQclear(d->row);
	d->row = NULL;
	return decode(d, ret);
}

static int next_sample(void *store, struct sample **ret, char **ret_error)
{
	struct database *d = store;
	int r = d->row ? 1 : fetch(d, ret_error);
	if (r <= 0)
		return r;
	if (d->query.identities)
		return make_identity(d, ret);
	return make_schema(d, ret) ? 1 : make_sample(d, ret, ret_error);
}

static void close_database(void *store)
{
	struct database *d = store;
	PQclear(d->row);
	PQclear(d->schemas);
	PQfinish(d->conn);
	series_close(d->told);
	buffer_free(&d->bytes);
	free(d);
}

/* Reads what schemas there are, and begins to read rows. */
static int ask(struct database *d, char **ret_error)
{
	char *schemas = history_sql_schemas(d->conn, &d->query),
	     *rows = d->query.identities ? history_sql_identities(d->conn, &d->query)
					 : history_sql_rows(d->conn, &d->query);
	int r = 0;
	d->schemas = PQexec(d->conn, schemas);
	if (PQresultStatus(d->schemas) != PGRES_TUPLES_OK) {
		*ret_error = postgres_problem(d->conn, d->schemas);
		r = -EIO;
	} else if (!PQsendQueryParams(d->conn, rows, 0, NULL, NULL, NULL, NULL, 1) ||
		   !PQsetSingleRowMode(d->conn)) {
		*ret_error = postgres_problem(d->conn, NULL);
		r = -EIO;
	}
	free(schemas);
	free(rows);
	return r;
}

static int open_database(
	void **ret, const char *address, const struct history_query *query, char **ret_error)
{
	struct postgres_login login = {
		.url = address, .password_file = query->password_file, .insecure = query->insecure
	};
	int r = postgres_check(&login, ret_error);
	if (r < 0)
		return r;
	struct database *d = allocate(1, sizeof(*d));
	d->query = *query;
	d->told = series_open(0, SOURCES_MAX, NULL);
	r = postgres_connect(&login, &d->conn, ret_error) < 0 ? -EIO : ask(d, ret_error);
	if (r < 0)
		close_database(d);
	else
		*ret = d;
	return r;
}

const struct history_store history_postgres = { open_database, next_sample };

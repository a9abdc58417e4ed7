#include "historian/store.h"

#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "historian/partition.h"
#include "historian/staging.h"
#include "postgres/copy.h"
#include "text.h"

struct historian_store {
	PGconn *conn;
	struct historian_catalogue *catalogue;
	struct historian_partitions partitions;
	struct historian_rows rows;
};

void historian_store_close(struct historian_store *store)
{
	if (!store)
		return;
	historian_catalogue_close(store->catalogue);
	historian_partitions_close(&store->partitions);
	historian_rows_free(&store->rows);
	PQfinish(store->conn);
	free(store);
}

int historian_store_open(
	const struct postgres_login *login, struct historian_store **ret, char **ret_problem)
{
	struct historian_store *store = allocate(1, sizeof(*store));
	int r = postgres_connect(login, &store->conn, ret_problem);
	if (r < 0) {
		free(store);
		return r;
	}
	store->catalogue = historian_catalogue_open(store->conn);
	r = historian_migrate(store->conn, ret_problem);
	if (r == 0)
		r = historian_partitions_open(
			store->conn, &store->partitions, &store->rows.limit, ret_problem);
	if (r == 0)
		r = historian_staging_open(store->conn, ret_problem);
	if (r < 0)
		historian_store_close(store);
	else
		*ret = store;
	return r;
}

int historian_store_position(
	struct historian_store *store, const char *stage, struct buffer *ret, char **ret_problem)
{
	const struct str value = str(stage);
	PGresult *result = postgres_query(
		store->conn, "SELECT position FROM duto.positions WHERE stage = $1", &value, 1);
	size_t len = 0;
	unsigned char *bytes = NULL;
	if (PQntuples(result) == 1)
		bytes = PQunescapeBytea((unsigned char *)PQgetvalue(result, 0, 0), &len);
	buffer_add(ret, bytes, len);
	PQfreemem(bytes);
	return postgres_expect(store->conn, result, ret_problem);
}

static int save_position(
	struct historian_store *store, const char *stage, struct str position, char **ret_problem)
{
	size_t len;
	if (!position.len)
		return 0;
	unsigned char *escaped = PQescapeByteaConn(
		store->conn, (const unsigned char *)position.data, position.len, &len);
	const struct str values[] = { str(stage), str((char *)escaped) };
	PGresult *result = postgres_query(store->conn,
		"INSERT INTO duto.positions (stage, position) VALUES ($1, $2) ON CONFLICT (stage) "
		"DO UPDATE SET position = EXCLUDED.position, stored = now()",
		values, 2);
	PQfreemem(escaped);
	return postgres_expect(store->conn, result, ret_problem);
}

static int make_rows(struct historian_store *store, struct str samples, char **ret_problem)
{
	struct sample s = { 0 };
	int len, r = 0;
	for (size_t at = 0; at < samples.len && r == 0; at += (size_t)len) {
		len = sample_decode(&s, (uint8_t *)samples.data + at, samples.len - at);
		if (len <= 0)
			abort();
		r = historian_rows_add(&store->rows, store->catalogue, &s, ret_problem);
	}
	return r;
}

static int copy_target(
	struct historian_store *store, const struct historian_target *t, char **ret_problem)
{
	char name[HISTORIAN_PARTITION_NAME];
	int r = historian_partition(store->conn, &store->partitions, t, name, ret_problem);
	if (r < 0 || !t->count)
		return r;
	char *sql = text_print("COPY duto.%s (%s) FROM STDIN BINARY", name,
		t->table < HISTORIAN_TYPES ? HISTORIAN_VALUE_COLUMNS : HISTORIAN_RECORD_COLUMNS);
	r = copy_rows(store->conn, sql, buffer_str(&t->rows), ret_problem);
	free(sql);
	return r;
}

static int write_rows(
	struct historian_store *store, struct historian_result *result, char **ret_problem)
{
	struct historian_rows *rows = &store->rows;
	int r = historian_catalogue_save(store->catalogue, ret_problem);
	for (size_t i = 0; i < rows->target_count && r == 0; i++) {
		r = copy_target(store, &rows->targets[i], ret_problem);
		result->rows += rows->targets[i].count;
	}
	result->staged = rows->staged_times.len / sizeof(int64_t);
	if (r == 0 && result->staged)
		r = historian_staging(
			store->conn, rows, &result->revised, &result->older, ret_problem);
	return r;
}

int historian_store_batch(struct historian_store *store, struct str samples, const char *stage,
	struct str position, historian_refuse *refuse, void *context, struct historian_result *ret,
	char **ret_problem)
{
	*ret = (struct historian_result){ 0 };
	store->rows.refuse = refuse;
	store->rows.context = context;
	historian_rows_clear(&store->rows);
	int r = postgres_run(store->conn, "BEGIN", ret_problem);
	if (r == 0)
		r = make_rows(store, samples, ret_problem);
	if (r == 0)
		r = write_rows(store, ret, ret_problem);
	if (r == 0)
		r = save_position(store, stage, position, ret_problem);
	if (r == 0)
		r = postgres_run(store->conn, "COMMIT", ret_problem);
	if (r == 0)
		historian_catalogue_saved(store->catalogue);
	return r;
}

#include "historian/partition.h"

#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "clock.h"
#include "text.h"

int historian_partitions_open(
	PGconn *conn, struct historian_partitions *ret, int64_t *ret_limit, char **ret_problem)
{
	PGresult *result = PQexec(conn,
		"SELECT relkind <> 'p', extract(epoch FROM now() + interval '1 year')::bigint "
		"FROM pg_class WHERE oid = 'duto.numbers'::regclass");
	*ret = (struct historian_partitions){ 0 };
	if (PQntuples(result) == 1) {
		ret->whole = *PQgetvalue(result, 0, 0) == 't';
		*ret_limit = strtoll(PQgetvalue(result, 0, 1), NULL, 10) * SECONDS;
	}
	return postgres_expect(conn, result, ret_problem);
}

void historian_partitions_close(struct historian_partitions *p)
{
	free(p->known);
	*p = (struct historian_partitions){ 0 };
}

static uint32_t number_of(const struct historian_target *t)
{
	return ((uint32_t)t->year * 12 + (uint32_t)t->month) * HISTORIAN_TABLES + t->table;
}

static bool is_known(const struct historian_partitions *p, uint32_t number)
{
	for (size_t i = p->count; i--;)
		if (p->known[i] == number)
			return true;
	return false;
}

static void learn(struct historian_partitions *p, uint32_t number)
{
	p->known = reallocate(p->known, p->count + 1, sizeof(*p->known));
	p->known[p->count++] = number;
}

/* Attached instead of made in place: so readers of the table do not have to wait. */
static int make(
	PGconn *conn, const struct historian_target *t, const char *name, char **ret_problem)
{
	const char *table = historian_tables[t->table];
	char from[32], to[32];
	snprintf(from, sizeof(from), "%d-%02d-01 00:00:00+00", t->year, t->month);
	snprintf(to, sizeof(to), "%d-%02d-01 00:00:00+00", t->year + (t->month == 12),
		t->month % 12 + 1);
	char *sql = text_print(
		"CREATE TABLE duto.%s (LIKE duto.%s INCLUDING DEFAULTS INCLUDING CONSTRAINTS);"
		"WITH moved AS (DELETE FROM duto.%s_default WHERE time >= '%s' AND time < '%s' "
		"RETURNING *) INSERT INTO duto.%s SELECT * FROM moved;"
		"ALTER TABLE duto.%s ATTACH PARTITION duto.%s FOR VALUES FROM ('%s') TO ('%s')",
		name, table, table, from, to, name, table, name, from, to);
	int r = postgres_run(conn, sql, ret_problem);
	free(sql);
	return r;
}

/* Under a lock, as another historian may be about the same. */
static int make_if_absent(
	PGconn *conn, const struct historian_target *t, const char *name, char **ret_problem)
{
	int r = postgres_run(conn, "SELECT " HISTORIAN_LOCK, ret_problem);
	if (r < 0)
		return r;
	char *sql = text_print("SELECT to_regclass('duto.%s') IS NULL", name);
	PGresult *result = PQexec(conn, sql);
	bool absent = PQntuples(result) == 1 && *PQgetvalue(result, 0, 0) == 't';
	free(sql);
	r = postgres_expect(conn, result, ret_problem);
	return r < 0 || !absent ? r : make(conn, t, name, ret_problem);
}

int historian_partition(PGconn *conn, struct historian_partitions *p,
	const struct historian_target *t, char ret[static HISTORIAN_PARTITION_NAME],
	char **ret_problem)
{
	const char *table = historian_tables[t->table];
	if (p->whole)
		snprintf(ret, HISTORIAN_PARTITION_NAME, "%s", table);
	else if (!t->year)
		snprintf(ret, HISTORIAN_PARTITION_NAME, "%s_default", table);
	else
		snprintf(ret, HISTORIAN_PARTITION_NAME, "%s_%d_%02d", table, t->year, t->month);
	if (p->whole || !t->year || is_known(p, number_of(t)))
		return 0;
	int r = make_if_absent(conn, t, ret, ret_problem);
	if (r == 0)
		learn(p, number_of(t));
	return r;
}

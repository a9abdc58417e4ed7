#include "historian/catalogue.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "allocate.h"
#include "fnv.h"
#include "historian/storable.h"
#include "series.h"
#include "text.h"
#include "utf8.h"

enum {
	/* Known at once; others are looked up anew. A transaction touches far fewer, so that none
	 * of these leaves meanwhile. */
	SOURCES_MAX = 200000,
};

struct historian_catalogue {
	PGconn *conn;
	struct series *sources;
	struct buffer key, sql;
	struct historian_source *touched;
	uint64_t touched_count;
};

static void free_source(void *state)
{
	struct historian_source *s = state;
	for (uint32_t i = 0; i < s->count; i++)
		free(s->fields[i].name);
	free(s->fields);
}

struct historian_catalogue *historian_catalogue_open(PGconn *conn)
{
	struct historian_catalogue *c = allocate(1, sizeof(*c));
	c->conn = conn;
	c->sources = series_open(sizeof(struct historian_source), SOURCES_MAX, free_source);
	return c;
}

void historian_catalogue_close(struct historian_catalogue *c)
{
	if (!c)
		return;
	series_close(c->sources);
	buffer_free(&c->key);
	buffer_free(&c->sql);
	free(c);
}

static bool can_be_stored(struct str name)
{
	return !name.len || (!memchr(name.data, '\0', name.len) && utf8_valid(name));
}

static void add_field(struct historian_source *s, struct str name, int32_t id, bool typed)
{
	s->fields = reallocarray(s->fields, s->count + 1, sizeof(*s->fields));
	char *copy = s->fields ? malloc(name.len + 1) : NULL;
	if (!copy)
		abort();
	memcpy(copy, name.data, name.len);
	s->fields[s->count++] = (struct historian_field){ copy, name.len, id, typed };
}

static int load_fields(struct historian_catalogue *c, struct historian_source *s, struct str source,
	char **ret_problem)
{
	PGresult *result = postgres_query(c->conn,
		"SELECT id, field, type IS NOT NULL FROM duto.series WHERE source = $1 ORDER BY id",
		&source, 1);
	for (int i = 0; i < PQntuples(result); i++)
		add_field(s, str(PQgetvalue(result, i, 1)), atoi(PQgetvalue(result, i, 0)),
			*PQgetvalue(result, i, 2) == 't');
	return postgres_expect(c->conn, result, ret_problem);
}

/* A name that is new is written with a time before all others. */
static int load_source(struct historian_catalogue *c, struct historian_source *s, struct str source,
	struct str kind, char **ret_problem)
{
	const struct str values[] = { source, kind.len ? kind : STR("") };
	PGresult *result = postgres_query(c->conn,
		"WITH made AS (INSERT INTO duto.sources (source, kind, newest) "
		"VALUES ($1, $2, -9223372036854775808) ON CONFLICT (source, kind) DO NOTHING "
		"RETURNING id, stretches) SELECT id, stretches FROM made UNION ALL "
		"SELECT id, stretches FROM duto.sources WHERE source = $1 AND kind = $2",
		values, 2);
	bool found = PQntuples(result) == 1;
	bool good = found && stretches_read(&s->stored, PQgetvalue(result, 0, 1));
	if (good)
		s->id = atoi(PQgetvalue(result, 0, 0));
	s->before = s->stored;
	int r = postgres_expect(c->conn, result, ret_problem);
	if (r == 0 && !found)
		return -ESTALE;
	if (r == 0 && !good) {
		*ret_problem = text_print("duto.sources.stretches of %.*s is not what a historian "
					  "writes",
			STR_ARG(source));
		r = -EAGAIN;
	}
	if (r == 0 && !kind.len)
		r = load_fields(c, s, source, ret_problem);
	return r;
}

static struct str key_of(struct historian_catalogue *c, struct str source, struct str kind)
{
	c->key.len = 0;
	buffer_add_str(&c->key, kind);
	buffer_add_char(&c->key, '\0');
	buffer_add_str(&c->key, source);
	return buffer_str(&c->key);
}

int historian_catalogue_source(struct historian_catalogue *c, struct str source, struct str kind,
	struct historian_source **ret, char **ret_problem)
{
	bool new;
	struct historian_source *s = series_get(c->sources, key_of(c, source, kind), &new);
	*ret = s;
	if (!new)
		return 0;
	s->refused = !can_be_stored(source) || !can_be_stored(kind);
	return s->refused ? 0 : load_source(c, s, source, kind, ret_problem);
}

static struct historian_field *find_field(
	struct historian_source *s, struct str name, uint32_t likely)
{
	for (uint32_t i = 0; i < s->count; i++) {
		struct historian_field *f = &s->fields[(likely + i) % s->count];
		if (f->len == name.len && memcmp(f->name, name.data, name.len) == 0)
			return f;
	}
	return NULL;
}

static int make_field(struct historian_catalogue *c, struct str source, struct str field,
	const char *type, int32_t *ret, char **ret_problem)
{
	const struct str values[] = { source, field, type ? str(type) : (struct str){ 0 } };
	PGresult *result = postgres_query(c->conn,
		"INSERT INTO duto.series AS s (source, field, type) VALUES ($1, $2, $3) "
		"ON CONFLICT (source, field) DO UPDATE SET type = coalesce(s.type, EXCLUDED.type) "
		"RETURNING id",
		values, 3);
	*ret = PQntuples(result) ? atoi(PQgetvalue(result, 0, 0)) : 0;
	return postgres_expect(c->conn, result, ret_problem);
}

int historian_catalogue_series(struct historian_catalogue *c, struct historian_source *s,
	struct str source, struct str field, uint32_t likely, enum historian_table table,
	int32_t *ret, char **ret_problem)
{
	struct historian_field *f = find_field(s, field, likely);
	bool storable = f || can_be_stored(field);
	int r = 0;
	*ret = f ? f->id : 0;
	if ((f && f->typed) || !storable)
		return 0;
	r = make_field(c, source, field, historian_tables[table], ret, ret_problem);
	if (r < 0)
		return r;
	if (f)
		f->typed = true;
	else
		add_field(s, field, *ret, true);
	return 0;
}

/* Whatever stands in the map, it is no error: what is not of its type is not announced. */
#define TAKE_SCHEMA                                                                                \
	"INSERT INTO duto.series (source, field, unit, label, low, high, decimals, step) "         \
	"SELECT $1, key, value->>'unit', value->>'label', "                                        \
	"CASE jsonb_typeof(value->'low') WHEN 'number' THEN (value->>'low')::float8 END, "         \
	"CASE jsonb_typeof(value->'high') WHEN 'number' THEN (value->>'high')::float8 END, "       \
	"CASE jsonb_typeof(value->'decimals') WHEN 'number' THEN "                                 \
	"greatest(0, least(99, (value->>'decimals')::numeric))::integer END, "                     \
	"value->'step' IS NOT DISTINCT FROM 'true'::jsonb FROM jsonb_each($2::jsonb) "             \
	"ON CONFLICT (source, field) DO UPDATE SET unit = EXCLUDED.unit, label = EXCLUDED.label, " \
	"low = EXCLUDED.low, high = EXCLUDED.high, decimals = EXCLUDED.decimals, "                 \
	"step = EXCLUDED.step"

int historian_catalogue_schema(
	struct historian_catalogue *c, const struct sample *s, char **ret_problem)
{
	struct historian_source *source;
	struct buffer json = { 0 };
	uint64_t hash =
		fnv_add(FNV_START, s->data + s->values.head, s->values.end - s->values.head);
	int r = historian_catalogue_source(c, s->source, s->kind, &source, ret_problem);
	if (r < 0 || source->refused || source->schema == hash)
		return r;
	historian_json(&json, s, &s->values);
	r = postgres_expect(c->conn,
		postgres_query(
			c->conn, TAKE_SCHEMA, (struct str[]){ s->source, buffer_str(&json) }, 2),
		ret_problem);
	buffer_free(&json);
	if (r == 0)
		source->schema = hash;
	return r;
}

bool historian_catalogue_touch(
	struct historian_catalogue *c, struct historian_source *s, int64_t time)
{
	if (!s->touched) {
		s->touched = true;
		s->next_touched = c->touched;
		c->touched = s;
		c->touched_count++;
	}
	return stretches_add(&s->stored, time);
}

static void write_entry(struct buffer *to, const struct historian_source *s)
{
	buffer_print(
		to, "(%d, '%" PRId64 "'::bigint, '", s->id, s->stored.at[s->stored.count - 1].to);
	stretches_write(&s->before, to);
	buffer_print(to, "'::bigint[], '");
	stretches_write(&s->stored, to);
	buffer_print(to, "'::bigint[])%s", s->next_touched ? "," : "");
}

int historian_catalogue_save(struct historian_catalogue *c, char **ret_problem)
{
	if (!c->touched)
		return 0;
	c->sql.len = 0;
	buffer_print(&c->sql,
		"UPDATE duto.sources s SET newest = v.newest, stretches = v.after FROM (VALUES ");
	for (struct historian_source *s = c->touched; s; s = s->next_touched)
		write_entry(&c->sql, s);
	buffer_print(&c->sql, ") AS v (id, newest, before, after) "
			      "WHERE s.id = v.id AND s.stretches = v.before");
	buffer_add_char(&c->sql, '\0');
	PGresult *result = PQexec(c->conn, (char *)c->sql.data);
	uint64_t found = strtoull(PQcmdTuples(result), NULL, 10);
	int r = postgres_expect(c->conn, result, ret_problem);
	return r < 0 || found == c->touched_count ? r : -ESTALE;
}

void historian_catalogue_saved(struct historian_catalogue *c)
{
	for (struct historian_source *s = c->touched; s; s = s->next_touched) {
		s->touched = false;
		s->before = s->stored;
	}
	c->touched = NULL;
	c->touched_count = 0;
}

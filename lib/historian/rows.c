#include "historian/rows.h"

#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "historian/storable.h"
#include "postgres/copy.h"

/* What all rows of a sample begin with. */
struct row_head {
	int64_t micros, run, seq; /* microseconds since 2000 */
	int16_t nano, revision;
};

#define REASON_BEGINS (POSTGRES_EPOCH * 1000) /* nanoseconds: the year 2000 */

static int64_t floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t month_begin(int year, int month)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = 1 };
	return timegm(&tm) * SECONDS;
}

static bool is_reasonable(const struct historian_rows *rows, int64_t time)
{
	return time >= REASON_BEGINS && time < rows->limit;
}

static struct historian_target *make_target(
	struct historian_rows *rows, enum historian_table table, int64_t time)
{
	time_t seconds = floor_divide(time, SECONDS);
	struct tm tm;
	struct historian_target *t;
	rows->targets = reallocarray(rows->targets, rows->target_count + 1, sizeof(*rows->targets));
	if (!rows->targets || !gmtime_r(&seconds, &tm))
		abort();
	t = &rows->targets[rows->target_count++];
	*t = (struct historian_target){ .table = table };
	if (!is_reasonable(rows, time))
		return t;
	t->year = tm.tm_year + 1900;
	t->month = tm.tm_mon + 1;
	t->from = month_begin(t->year, t->month);
	t->to = month_begin(t->year, t->month + 1);
	return t;
}

/* Made where it is not there yet. */
static struct historian_target *target_for(
	struct historian_rows *rows, enum historian_table table, int64_t time)
{
	bool reasonable = is_reasonable(rows, time);
	for (size_t i = rows->target_count; i--;) {
		struct historian_target *t = &rows->targets[i];
		if (t->table == table &&
			(reasonable ? t->from <= time && time < t->to : t->year == 0))
			return t;
	}
	return make_target(rows, table, time);
}

/* The revision that a sample itself tells of, in via. */
static int16_t revision_of(const struct sample *s)
{
	struct cursor c = { s->data + s->via.start, s->data + s->via.end };
	struct str key;
	struct wire w;
	for (uint32_t i = 0; i < s->via.count && wire_next_str(&c, &key) == 1; i++) {
		if (str_eq(key, STR("revision")))
			return wire_next(&c, &w) == 1 && w.type == WIRE_UINT && w.u <= INT16_MAX
				       ? (int16_t)w.u
				       : 0;
		if (wire_skip(&c) != 1)
			break;
	}
	return 0;
}

static struct row_head head_of(const struct sample *s)
{
	int64_t micros = floor_divide(s->time, 1000);
	return (struct row_head){ .micros = micros - POSTGRES_EPOCH,
		.nano = (int16_t)(s->time - micros * 1000),
		.run = (int64_t)s->run,
		.seq = (int64_t)s->seq,
		.revision = s->via.count ? revision_of(s) : 0 };
}

static void write_head(struct buffer *to, const struct row_head *h)
{
	copy_int64(to, h->micros);
	copy_int64(to, h->run);
	copy_int64(to, h->seq);
	copy_int16(to, h->nano);
	copy_int16(to, h->revision);
}

/* The table for a value; HISTORIAN_TABLES: there is none. */
static enum historian_table table_for(const struct wire *v)
{
	switch (v->type) {
	case WIRE_DOUBLE:
	case WIRE_NIL:
		return HISTORIAN_NUMBERS;
	case WIRE_INT:
		return HISTORIAN_INTEGERS;
	case WIRE_UINT: /* what a signed integer does not hold is kept exactly, as text */
		return v->u <= INT64_MAX ? HISTORIAN_INTEGERS : HISTORIAN_TEXTS;
	case WIRE_BOOL:
		return HISTORIAN_FLAGS;
	case WIRE_STR:
		return HISTORIAN_TEXTS;
	case WIRE_BIN:
		return HISTORIAN_BINARIES;
	default:
		return HISTORIAN_TABLES;
	}
}

static struct str text_value(struct historian_rows *rows, const struct wire *v)
{
	if (v->type == WIRE_STR)
		return historian_text(v->bytes, &rows->text);
	rows->text.len = 0;
	buffer_print(&rows->text, "%llu", (unsigned long long)v->u);
	return buffer_str(&rows->text);
}

static void write_value(struct historian_rows *rows, struct buffer *to, const struct wire *v,
	enum historian_table table)
{
	if (v->type == WIRE_NIL)
		copy_null(to);
	else if (table == HISTORIAN_NUMBERS)
		copy_double(to, v->d);
	else if (table == HISTORIAN_INTEGERS)
		copy_int64(to, v->i);
	else if (table == HISTORIAN_FLAGS)
		copy_bool(to, v->b);
	else if (table == HISTORIAN_TEXTS)
		copy_bytes(to, text_value(rows, v));
	else
		copy_bytes(to, v->bytes);
}

/* One row with a column for each type, of which one is filled. */
static void stage_value(struct historian_rows *rows, const struct row_head *head, int64_t time,
	int32_t series, uint32_t status, const struct wire *v, enum historian_table table)
{
	struct buffer *to = &rows->staged_values;
	copy_columns(to, 9 + HISTORIAN_TYPES);
	copy_int32(to, rows->place++);
	copy_int16(to, (int16_t)table);
	write_head(to, head);
	copy_int32(to, series);
	copy_int32(to, (int32_t)status);
	for (int i = 0; i < HISTORIAN_TYPES; i++)
		if (i == (int)table)
			write_value(rows, to, v, table);
		else
			copy_null(to);
	rows->staged_tables |= 1u << table;
	target_for(rows, table, time);
}

/* The head is the same for all rows of a sample: it is copied whole. */
static void write_direct(struct historian_rows *rows, int64_t time, int32_t series, uint32_t status,
	const struct wire *v, enum historian_table table)
{
	struct historian_target *t = target_for(rows, table, time);
	buffer_add(&t->rows, rows->row.data, rows->row.len);
	copy_int32(&t->rows, series);
	copy_int32(&t->rows, (int32_t)status);
	write_value(rows, &t->rows, v, table);
	t->count++;
}

static int add_value(struct historian_rows *rows, struct historian_catalogue *c,
	struct historian_source *source, const struct sample *s, uint32_t i,
	const struct row_head *head, bool direct, char **ret_problem)
{
	struct str name;
	struct wire v;
	int32_t series;
	sample_value(s, i, &name, &v);
	enum historian_table table = table_for(&v);
	if (table == HISTORIAN_TABLES) {
		rows->refuse(rows->context, "a map, an array or an extension as a value", s, name);
		return 0;
	}
	int r = historian_catalogue_series(
		c, source, s->source, name, i, table, &series, ret_problem);
	if (r < 0)
		return r;
	uint32_t status = s->quality.count ? sample_status(s, name) : STATUS_GOOD;
	if (!series)
		rows->refuse(rows->context, "a name that is not text", s, name);
	else if (direct)
		write_direct(rows, s->time, series, status, &v, table);
	else
		stage_value(rows, head, s->time, series, status, &v, table);
	return 0;
}

static int add_measurement(struct historian_rows *rows, struct historian_catalogue *c,
	struct historian_source *source, const struct sample *s, bool direct, char **ret_problem)
{
	struct row_head head = head_of(s);
	int r = 0;
	rows->row.len = 0;
	copy_columns(&rows->row, 8);
	write_head(&rows->row, &head);
	for (uint32_t i = 0; i < s->values.count && r == 0; i++)
		r = add_value(rows, c, source, s, i, &head, direct, ret_problem);
	return r;
}

static void write_map(struct historian_rows *rows, struct buffer *to, const struct sample *s,
	const struct sample_map *map)
{
	rows->text.len = 0;
	historian_json(&rows->text, s, map);
	copy_jsonb(to, buffer_str(&rows->text));
}

static void add_record(struct historian_rows *rows, const struct historian_source *source,
	const struct sample *s, bool direct)
{
	enum historian_table table = historian_table_of(s->kind);
	struct row_head head = head_of(s);
	struct historian_target *t = target_for(rows, table, s->time);
	struct buffer *to = direct ? &t->rows : &rows->staged_records;
	copy_columns(to, direct ? 9 : 11);
	if (!direct) {
		copy_int32(to, rows->place++);
		copy_int16(to, (int16_t)table);
		rows->staged_tables |= 1u << table;
	} else {
		t->count++;
	}
	write_head(to, &head);
	copy_int32(to, source->id);
	write_map(rows, to, s, &s->values);
	if (s->quality.count)
		write_map(rows, to, s, &s->quality);
	else
		copy_null(to);
	if (s->via.count)
		write_map(rows, to, s, &s->via);
	else
		copy_null(to);
}

static bool has_no_rows(const struct sample *s)
{
	return str_eq(s->kind, STR("position")) || str_eq(s->kind, STR("mark"));
}

int historian_rows_add(struct historian_rows *rows, struct historian_catalogue *c,
	const struct sample *s, char **ret_problem)
{
	struct historian_source *source;
	if (has_no_rows(s))
		return 0;
	if (str_eq(s->kind, STR("schema")))
		return historian_catalogue_schema(c, s, ret_problem);
	int r = historian_catalogue_source(c, s->source, s->kind, &source, ret_problem);
	if (r < 0)
		return r;
	if (source->refused) {
		rows->refuse(rows->context, "a name that is not text", s, s->source);
		return 0;
	}
	bool direct = historian_catalogue_touch(c, source, s->time);
	if (!direct)
		buffer_add(&rows->staged_times, &s->time, sizeof(s->time));
	if (sample_is_measurement(s) && s->values.count)
		return add_measurement(rows, c, source, s, direct, ret_problem);
	add_record(rows, source, s, direct);
	return 0;
}

void historian_rows_clear(struct historian_rows *rows)
{
	for (size_t i = 0; i < rows->target_count; i++) {
		rows->targets[i].rows.len = 0;
		rows->targets[i].count = 0;
	}
	rows->staged_values.len = rows->staged_records.len = rows->staged_times.len = 0;
	rows->staged_tables = 0;
	rows->place = 0;
}

void historian_rows_free(struct historian_rows *rows)
{
	for (size_t i = 0; i < rows->target_count; i++)
		buffer_free(&rows->targets[i].rows);
	free(rows->targets);
	buffer_free(&rows->staged_times);
	buffer_free(&rows->staged_values);
	buffer_free(&rows->staged_records);
	buffer_free(&rows->row);
	buffer_free(&rows->text);
	*rows = (struct historian_rows){ 0 };
}

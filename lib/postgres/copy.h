/* Rows for COPY ... FROM STDIN BINARY (PostgreSQL 15 manual, COPY, "Binary Format"): each is its
 * number of columns, then each column's length and bytes, big-endian; length -1 is NULL. */
#ifndef DUTO_POSTGRES_COPY_H
#define DUTO_POSTGRES_COPY_H

#include "buffer.h"
#include "postgres/postgres.h"
#include "wire.h"

/* Microseconds from 1970 to 2000, where PostgreSQL's timestamps begin. */
#define POSTGRES_EPOCH INT64_C(946684800000000)

static inline void copy_columns(struct buffer *b, uint16_t count)
{
	wire_store16(buffer_reserve(b, 2), count);
	b->len += 2;
}

static inline void copy_null(struct buffer *b)
{
	wire_store32(buffer_reserve(b, 4), UINT32_MAX);
	b->len += 4;
}

static inline void copy_int16(struct buffer *b, int16_t v)
{
	uint8_t *at = buffer_reserve(b, 6);
	wire_store32(at, 2);
	wire_store16(at + 4, (uint16_t)v);
	b->len += 6;
}

static inline void copy_int32(struct buffer *b, int32_t v)
{
	uint8_t *at = buffer_reserve(b, 8);
	wire_store32(at, 4);
	wire_store32(at + 4, (uint32_t)v);
	b->len += 8;
}

static inline void copy_int64(struct buffer *b, int64_t v)
{
	uint8_t *at = buffer_reserve(b, 12);
	wire_store32(at, 8);
	wire_store64(at + 4, (uint64_t)v);
	b->len += 12;
}

static inline void copy_double(struct buffer *b, double v)
{
	uint8_t *at = buffer_reserve(b, 12);
	wire_store32(at, 8);
	wire_store_double(at + 4, v);
	b->len += 12;
}

static inline void copy_bool(struct buffer *b, bool v)
{
	uint8_t *at = buffer_reserve(b, 5);
	wire_store32(at, 1);
	at[4] = v;
	b->len += 5;
}

/* text and bytea alike. */
static inline void copy_bytes(struct buffer *b, struct str v)
{
	uint8_t *at = buffer_reserve(b, 4 + v.len);
	wire_store32(at, (uint32_t)v.len);
	if (v.len)
		memcpy(at + 4, v.data, v.len);
	b->len += 4 + v.len;
}

/* jsonb is a version and the text; json: the text. */
static inline void copy_jsonb(struct buffer *b, struct str json)
{
	uint8_t *at = buffer_reserve(b, 5 + json.len);
	wire_store32(at, (uint32_t)json.len + 1);
	at[4] = 1;
	memcpy(at + 5, json.data, json.len);
	b->len += 5 + json.len;
}

/* Runs one COPY of the rows. statement: "COPY t (a, b) FROM STDIN BINARY". 0, or as
 * postgres_run. */
int copy_rows(PGconn *conn, const char *statement, struct str rows, char **ret_problem);

#endif

/* Samples: what one source measured at one time, as one MessagePack map (schemas/sample.md).
 *
 * A struct sample is a view: it points into the bytes it was decoded from and is borrowed until
 * the function it was handed to returns. Zero it before the first use. Reading allocates nothing.
 * Edits patch in place where the size stays (a float 64); others move the sample into its room, a
 * buffer its owner lends. */
#ifndef DUTO_SAMPLE_H
#define DUTO_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "status.h"
#include "str.h"
#include "wire.h"

enum {
	SAMPLE_MAX = 16 << 20, /* bytes; more is taken for corrupt framing */
	SAMPLE_INDEXED = 48,   /* so many fields are found without walking */
};

/* One of a sample's maps: its header at head, its entries from start to end. start 0: no such map.
 */
struct sample_map {
	uint32_t head, start, end, count;
};

struct sample {
	uint8_t *data;
	uint32_t len;
	int64_t time; /* nanoseconds since the epoch, UTC */
	struct str source;
	struct str kind;   /* empty: a measurement */
	uint64_t run, seq; /* 0 where absent */
	struct sample_map values, quality, via;
	struct buffer *room;
	uint32_t at[SAMPLE_INDEXED +
		    1]; /* where each of the first values starts, from values.start */
};

/* A field that a filter looks for, with the place it was last found at: samples of one source are
 * alike, so the next search is one comparison. Zero place to begin with. */
struct field {
	struct str name;
	uint32_t place;
};

/* Decodes the sample at data. Returns its length; 0 where data hold only its beginning; -EBADMSG
 * where they are not a sample's framing (not MessagePack, not a map, longer than SAMPLE_MAX);
 * -EPROTO where a well-framed map is not of a sample's shape: ret->len then tells how much to pass
 * or drop. */
int sample_decode(struct sample *ret, uint8_t *data, size_t len);

static inline bool sample_is_measurement(const struct sample *s)
{
	return s->kind.len == 0;
}

/* How far a stream has come, of those who keep it (schemas/keep.md): no reading of anything. */
static inline bool sample_is_position(const struct sample *s)
{
	return str_eq(s->kind, STR("position"));
}

/* Value i of the sample (i < values.count), its name in ret_name. Of a map or array only the
 * header. */
void sample_value_other(const struct sample *s, uint32_t i, struct str *ret_name, struct wire *ret);

/* A float 64 under a short name is read in line. */
static inline void sample_value(
	const struct sample *s, uint32_t i, struct str *ret_name, struct wire *ret)
{
	const uint8_t *at = s->data + s->values.start + s->at[i < SAMPLE_INDEXED ? i : 0];
	size_t len = *at - (size_t)0xa0;
	if (i < SAMPLE_INDEXED && len < 32 && at[1 + len] == 0xcb) {
		*ret_name = (struct str){ (const char *)at + 1, len };
		ret->type = WIRE_DOUBLE;
		ret->d = wire_load_double(at + 2 + len);
		return;
	}
	sample_value_other(s, i, ret_name, ret);
}

/* The encoded bytes of value i, without its name. */
struct str sample_value_bytes(const struct sample *s, uint32_t i);

/* Finds a field; false where the sample does not have it. */
bool sample_find(const struct sample *s, struct field *f, struct wire *ret);

/* The quality of a field by name: STATUS_GOOD where the sample says nothing of it. */
uint32_t sample_status(const struct sample *s, struct str name);

/* A field as a number. Returns its status: that of the sample; STATUS_BAD_NO_DATA where the field
 * is absent, nil or not a number. *ret is NAN where the status is Bad. Bool counts as 0 and 1. */
uint32_t sample_number(const struct sample *s, struct field *f, double *ret);

/* Sets a field: a float 64 there already is patched in place, anything else replaced, an absent one
 * appended behind the others. */
void sample_set_number(struct sample *s, struct field *f, double v);
void sample_set_integer(struct sample *s, struct field *f, int64_t v);
void sample_set_bool(struct sample *s, struct field *f, bool v);
void sample_set_text(struct sample *s, struct field *f, struct str v);
void sample_set_nil(struct sample *s, struct field *f);

/* The same with one wire object that the caller has written. */
void sample_set_encoded(struct sample *s, struct field *f, struct str v);

/* Sets the quality of a field. STATUS_GOOD takes an entry away. */
void sample_set_status(struct sample *s, struct str name, uint32_t status);

/* Sets one entry of via, a text. */
void sample_set_via(struct sample *s, struct str key, struct str v);

/* Leaves only the values, and their qualities, for which keep says so. */
void sample_select(struct sample *s, bool (*keep)(struct str name));

/* Writing a sample from nothing: begin, any number of values and statuses in any order, end. The
 * sample is appended to out. Zero the struct first and use it again: it keeps its room. */
struct sample_writer {
	struct buffer *out;
	size_t start, seq_at, run_at, values_at;
	uint32_t count, bad;
	struct buffer quality, via;
	uint32_t via_count;
};

void sample_begin(struct sample_writer *w, struct buffer *out, int64_t time, struct str source,
	uint64_t run, uint64_t seq, struct str kind);
size_t sample_end(struct sample_writer *w); /* returns the sample's length */

/* Of the sample that is being written. */
static inline uint64_t sample_writer_seq(const struct sample_writer *w)
{
	return wire_load64(w->out->data + w->seq_at);
}

static inline void sample_add_name(struct sample_writer *w, struct str name)
{
	wire_str(w->out, name);
	w->count++;
}

static inline void sample_add_number(struct sample_writer *w, struct str name, double v)
{
	wire_named_double(w->out, name, v);
	w->count++;
}

static inline void sample_add_integer(struct sample_writer *w, struct str name, int64_t v)
{
	sample_add_name(w, name);
	wire_int(w->out, v);
}

static inline void sample_add_unsigned(struct sample_writer *w, struct str name, uint64_t v)
{
	sample_add_name(w, name);
	wire_uint(w->out, v);
}

static inline void sample_add_bool(struct sample_writer *w, struct str name, bool v)
{
	sample_add_name(w, name);
	wire_bool(w->out, v);
}

static inline void sample_add_text(struct sample_writer *w, struct str name, struct str v)
{
	sample_add_name(w, name);
	wire_str(w->out, v);
}

static inline void sample_add_nil(struct sample_writer *w, struct str name)
{
	sample_add_name(w, name);
	wire_nil(w->out);
}

/* Anything else, laid out by the caller: sample_add_name, then one wire_ object into w->out. */

/* The quality of a field, where it is not Good. */
void sample_add_status(struct sample_writer *w, struct str name, uint32_t status);
void sample_add_via(struct sample_writer *w, struct str key, struct str v);
void sample_add_via_integer(struct sample_writer *w, struct str key, int64_t v);

/* What one field is, for kind "schema" (schemas/sample.md). NAN and empty text: not announced. */
struct sample_field_schema {
	struct str unit, label;
	double low, high;
	int decimals; /* -1: not announced */
	bool step;    /* holds until the next value, instead of moving linearly towards it */
};
void sample_add_schema(
	struct sample_writer *w, struct str field, const struct sample_field_schema *schema);

/* Whether one field's entry of a schema, as it is encoded, says step. */
bool sample_schema_step(struct str entry);

#endif

#include "emit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "filter.h"
#include "fnv.h"
#include "link/link.h"
#include "loop.h"
#include "series.h"
#include "stat.h"

enum {
	SOURCES_MAX = 1 << 20,
	KEY_MAX = 1024,
};
#define SCHEMA_EVERY (60 * SECONDS)
#define RUN_BITS     ((UINT64_C(1) << 53) - 1)

/* What is known of one source and kind: its identity and, where kind is empty, its schema sample.
 */
struct identity {
	uint64_t run, seq;
	struct buffer schema; /* encoded entries */
	uint32_t schema_count;
	int64_t schema_time;
};

static struct batch *open_batch;
static uint64_t batch_number, position;
static struct series *identities;
static struct sample_writer writer;
static struct identity *writing; /* the sample between emit_begin and emit_end */
static bool random_runs;
static uint64_t given_run, options_hash;

static void leave_identity(void *state)
{
	buffer_free(&((struct identity *)state)->schema);
}

void emit_setup(bool clocked, uint64_t hash, int64_t run)
{
	random_runs = clocked;
	given_run = (uint64_t)run;
	options_hash = hash;
	identities = series_open(sizeof(struct identity), SOURCES_MAX, leave_identity);
}

void run_by_clock(void)
{
	random_runs = true;
}

static struct buffer *out(void)
{
	if (!open_batch) {
		open_batch = batch_new();
		buffer_reserve(&open_batch->bytes, LINK_BATCH);
	}
	return &open_batch->bytes;
}

static void hand_over(struct link *l)
{
	int r;
	while ((r = link_write(l, open_batch)) == -EAGAIN)
		loop_wait_for_room();
	if (r)
		loop_output_failed(l, r);
}

void emit_flush(void)
{
	if (!open_batch || !open_batch->bytes.len)
		return;
	open_batch->number = ++batch_number;
	stat_page->out_bytes += open_batch->bytes.len;
	for (int i = 0; i < loop_output_count; i++)
		hand_over(loop_outputs[i]);
	batch_unref(open_batch);
	open_batch = NULL;
}

uint64_t emit_position(void)
{
	return position;
}

uint64_t emit_settled(void)
{
	uint64_t least = batch_number;
	for (int i = 0; i < loop_output_count; i++) {
		const struct link *l = loop_outputs[i];
		if (l->settled < l->given && l->settled < least)
			least = l->settled;
	}
	return least;
}

void emit_position_sample(struct str sample)
{
	emit_flush();
	buffer_add_str(out(), sample);
	open_batch->position = true;
	position = batch_number + 1;
	emit_flush();
}

static inline void added(size_t last)
{
	position = batch_number + 1;
	stat_page->out++;
	if (open_batch->bytes.len + last > LINK_BATCH)
		emit_flush();
}

void emit(const struct sample *s)
{
	buffer_add(out(), s->data, s->len);
	added(s->len);
}

static uint64_t mix(uint64_t hash, const void *data, size_t len)
{
	hash = fnv_add(hash, data, len);
	return hash ^ hash >> 31;
}

static uint64_t as_run(uint64_t hash)
{
	hash *= 0x9e3779b97f4a7c15;
	hash = (hash ^ hash >> 32) & RUN_BITS;
	return hash ? hash : 1;
}

static uint64_t random_run(void)
{
	static uint64_t run;
	if (!run && getrandom(&run, sizeof(run), 0) != sizeof(run))
		die_system("getrandom: %s", strerror(errno));
	return as_run(run);
}

/* A derived run depends on where its input stood too: a filter that starts again in the middle of a
 * stream makes other samples than the one before it, and must not give them the same identities. */
static uint64_t derive_run(void)
{
	const struct sample *s = loop_current();
	const char *stage = stage_name();
	uint64_t hash = mix(options_hash, stage, strlen(stage));
	if (s) {
		hash = mix(hash, &s->run, sizeof(s->run));
		hash = mix(hash, &s->seq, sizeof(s->seq));
		return as_run(mix(hash, s->source.data, s->source.len));
	}
	/* Fixed data: the first sample itself, its time included. */
	return as_run(mix(hash, writer.out->data + writer.start, writer.out->len - writer.start));
}

static struct identity *identify(struct str source, struct str kind)
{
	char key[KEY_MAX];
	bool is_new;
	if (!kind.len)
		return series_get(identities, source, &is_new);
	if (source.len + kind.len + 1 > sizeof(key))
		die_config("a source's name has at most %d bytes: %.*s", KEY_MAX - 100, 80,
			source.data);
	memcpy(key, source.data, source.len);
	key[source.len] = 0;
	memcpy(key + source.len + 1, kind.data, kind.len);
	return series_get(identities, (struct str){ key, source.len + 1 + kind.len }, &is_new);
}

static struct sample_writer *begin(
	struct identity *id, int64_t time, struct str source, struct str kind)
{
	if (!id->run)
		id->run = given_run ? given_run : random_runs ? random_run() : 0;
	writing = id;
	atomic_store_explicit(&stat_page->newest, time, memory_order_relaxed);
	sample_begin(&writer, out(), time, source, id->run, ++id->seq, kind);
	return &writer;
}

static void emit_schema(int64_t time, struct str source, const struct identity *of)
{
	uint32_t count = of->schema_count;
	struct buffer entries =
		of->schema; /* identify may move nothing: states stay where they are */
	struct sample_writer *w =
		begin(identify(source, STR("schema")), time, source, STR("schema"));
	buffer_add(w->out, entries.data, entries.len);
	w->count = count;
	emit_end();
}

struct sample_writer *emit_begin(int64_t time, struct str source, struct str kind)
{
	struct identity *id = identify(source, kind);
	if (id->schema_count && time - id->schema_time >= SCHEMA_EVERY) {
		id->schema_time = time;
		emit_schema(time, source, id);
		id = identify(source, kind);
	}
	return begin(id, time, source, kind);
}

struct sample_writer *emit_begin_as(
	int64_t time, struct str source, uint64_t run, uint64_t seq, struct str kind)
{
	writing = NULL;
	atomic_store_explicit(&stat_page->newest, time, memory_order_relaxed);
	sample_begin(&writer, out(), time, source, run, seq, kind);
	return &writer;
}

void emit_end(void)
{
	size_t len = sample_end(&writer);
	if (writing && !writing->run) {
		writing->run = derive_run();
		wire_store64(writer.out->data + writer.run_at, writing->run);
	}
	writing = NULL;
	added(len);
}

void emit_at(int64_t time, const struct sample *s)
{
	struct sample_writer *w = emit_begin_as(time, s->source, s->run, s->seq, s->kind);
	buffer_add(w->out, s->data + s->values.start, s->values.end - s->values.start);
	w->count = s->values.count;
	emit_end();
}

void announce(int64_t time, struct str source, const struct announced_field *fields, size_t count)
{
	struct identity *id = identify(source, (struct str){ 0 });
	struct sample_writer w = { .out = &id->schema };
	id->schema.len = 0;
	id->schema_count = (uint32_t)count;
	id->schema_time = time;
	for (size_t i = 0; i < count; i++)
		sample_add_schema(&w, fields[i].name, &fields[i].schema);
	emit_schema(time, source, id);
}

static void save_identity(const void *state, struct buffer *to)
{
	const struct identity *id = state;
	wire_array(to, 5);
	wire_uint(to, id->run);
	wire_uint(to, id->seq);
	wire_bin(to, buffer_str(&id->schema));
	wire_uint(to, id->schema_count);
	wire_int(to, id->schema_time);
}

void emit_save(struct buffer *to)
{
	series_save(identities, to, save_identity);
}

static bool load_identity(void *context, struct str key, void *state, struct cursor *from)
{
	struct identity *id = state;
	struct str schema;
	uint64_t count;
	uint32_t size;
	(void)context;
	(void)key;
	if (wire_next_array(from, &size) != 1 || size != 5 || wire_next_uint(from, &id->run) != 1 ||
		wire_next_uint(from, &id->seq) != 1 || wire_next_bin(from, &schema) != 1 ||
		wire_next_uint(from, &count) != 1 || wire_next_int(from, &id->schema_time) != 1)
		return false;
	buffer_add_str(&id->schema, schema);
	id->schema_count = (uint32_t)count;
	return true;
}

bool emit_load(struct cursor *from)
{
	return series_load(identities, from, load_identity, NULL);
}

bool emit_made_any(void)
{
	return series_count(identities) > 0;
}

struct buffer *text_buffer(void)
{
	return out();
}

void text_done(void)
{
	added(1024);
}

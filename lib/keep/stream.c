#include "keep/stream.h"

#include <errno.h>
#include <inttypes.h>

#include "allocate.h"
#include "series.h"
#include "source.h"
#include "text.h"

enum { SOURCES_MAX = 1 << 20 };

/* A schema waits for the first sample of its source. */
static void leave_schema(void *state)
{
	buffer_free(state);
}

static void hold_schema(struct keep_stream *s, const struct sample *schema)
{
	bool is_new;
	struct buffer *held = series_get(s->schemas, schema->source, &is_new);
	s->schema_count += held->len == 0;
	held->len = 0;
	buffer_add(held, schema->data, schema->len);
}

/* Takes the schema that waits for this source out of the waiting ones; empty: there is none. */
static void take_schema(struct keep_stream *s, struct str source)
{
	bool is_new;
	struct buffer *held = series_get(s->schemas, source, &is_new);
	s->schema.len = 0;
	buffer_add_str(&s->schema, buffer_str(held));
	s->schema_count -= held->len > 0;
	held->len = 0;
}

static int hold_schemas(struct keep_stream *s, uint64_t number)
{
	struct buffer found = { 0 };
	struct sample schema = { .room = &s->room };
	size_t at = 0;
	int r = number ? keep_reader_schemas(s->reader, number, &found) : 0;
	while (!r && at < found.len) {
		int len = sample_decode(&schema, found.data + at, found.len - at);
		r = len > 0 ? 0 : -EBADMSG;
		if (!r)
			hold_schema(s, &schema);
		at += r ? 0 : (size_t)len;
	}
	buffer_free(&found);
	return r;
}

/* The keep passes over blocks without the one source that is asked for; of several each sample is
 * looked at here. */
static int ask(struct keep_stream *s)
{
	const struct keep_period *p = &s->period;
	struct keep_query query = { .since = p->since, .until = p->until, .positions = true };
	if (p->source_count == 1)
		query.source = str(p->sources[0]);
	uint64_t number = p->behind, found = 0;
	keep_reader_query(s->reader, &query);
	int r = p->since ? keep_reader_find(s->reader, p->since, &found) : 0;
	if (r)
		return r;
	s->number = number > found ? number : found;
	r = hold_schemas(s, s->number);
	return r || !s->number ? r : keep_reader_seek(s->reader, s->number);
}

int keep_stream_open(struct keep_stream **ret, const char *path, const struct keep_period *period,
	char **ret_error)
{
	struct keep_reader *reader;
	int r = keep_reader_open(&reader, path, ret_error);
	if (r)
		return r;
	struct keep_stream *s = allocate(1, sizeof(*s));
	s->reader = reader;
	s->period = *period;
	s->sample.room = &s->room;
	s->schemas = series_open(sizeof(struct buffer), SOURCES_MAX, leave_schema);
	r = ask(s);
	if (!r) {
		*ret = s;
		return 0;
	}
	*ret_error = text_print("%s: %s", path, strerror(-r));
	keep_stream_close(s);
	return r;
}

static bool is_wanted_source(const struct keep_period *p, struct str source)
{
	for (size_t i = 0; i < p->source_count; i++)
		if (source_under(source, str(p->sources[i])))
			return true;
	return !p->source_count;
}

static bool is_wanted(struct keep_stream *s)
{
	const struct sample *sample = &s->sample;
	const struct keep_period *p = &s->period;
	if (sample_is_position(sample) || !is_wanted_source(p, sample->source))
		return false;
	if (sample->time >= p->since)
		return !p->until || sample->time < p->until;
	if (str_eq(sample->kind, STR("schema")))
		hold_schema(s, sample);
	return false;
}

/* Puts the schema of the sample's source in its place, where one waits; the sample comes again. */
static bool announce_first(struct keep_stream *s)
{
	if (!s->schema_count)
		return false;
	bool is_schema = str_eq(s->sample.kind, STR("schema"));
	take_schema(s, s->sample.source);
	if (!s->schema.len || is_schema)
		return false;
	sample_decode(&s->sample, s->schema.data, s->schema.len);
	return true;
}

/* The next of the block that is asked for. Numbers that the block leaves out are counted with its
 * last sample: until then number is too low rather than too high. */
static int next_of_block(struct keep_stream *s, char **ret_error)
{
	while (s->at < s->block.len) {
		int len = sample_decode(&s->sample, s->block.data + s->at, s->block.len - s->at);
		if (len <= 0)
			break;
		bool wanted = is_wanted(s);
		s->announced = wanted && announce_first(s);
		if (s->announced)
			return 1;
		s->at += (size_t)len;
		s->number = s->at < s->block.len ? s->block.first + s->index++ : s->block.last;
		if (wanted)
			return 1;
	}
	if (s->at == s->block.len)
		return 0;
	*ret_error = text_print("keep %s: number %" PRIu64 ": expected a sample, found other bytes",
		keep_reader_id(s->reader), s->block.first + s->index);
	s->missing += s->block.last - s->number;
	s->number = s->block.last;
	s->at = s->block.len;
	return -EBADMSG;
}

int keep_stream_next(struct keep_stream *s, char **ret_error)
{
	for (;;) {
		int r = next_of_block(s, ret_error);
		if (r)
			return r;
		r = keep_reader_read(s->reader, &s->block, ret_error);
		s->at = s->index = 0;
		if (r <= 0) {
			s->block.len = 0;
			return r;
		}
		s->missing += s->block.missing;
	}
}

void keep_stream_close(struct keep_stream *s)
{
	if (!s)
		return;
	keep_reader_close(s->reader);
	series_close(s->schemas);
	buffer_free(&s->schema);
	buffer_free(&s->room);
	free(s);
}

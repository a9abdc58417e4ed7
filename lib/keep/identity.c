#include "keep/identity.h"

#include <stdlib.h>

#include "allocate.h"
#include "keep/identity_parts.h"
#include "series.h"

struct keep_identities *keep_identities_open(void)
{
	struct keep_identities *all = allocate(1, sizeof(*all));
	all->by_key = series_open(sizeof(struct keep_identity *), SIZE_MAX, NULL);
	all->schemas_by_source = series_open(sizeof(struct buffer *), SIZE_MAX, NULL);
	return all;
}

static void free_identity(struct keep_identity *i)
{
	free((char *)i->key.data);
	free(i);
}

void keep_identities_close(struct keep_identities *all)
{
	for (size_t i = 0; i < all->count; i++)
		free_identity(all->list[i]);
	for (size_t i = 0; i < all->schema_count; i++) {
		buffer_free(all->schemas[i]);
		free(all->schemas[i]);
	}
	series_close(all->by_key);
	series_close(all->schemas_by_source);
	free(all->list);
	free(all->schemas);
	buffer_free(&all->key);
	free(all);
}

/* Room for one more pointer at count, doubled as it grows. */
static void *grow(void *list, size_t count)
{
	if (count && (count & (count - 1)))
		return list;
	return or_abort(realloc(list, (count ? count * 2 : 1) * sizeof(void *)));
}

static struct keep_identity *add_identity(struct keep_identities *all, struct str key, uint64_t run)
{
	struct keep_identity *i = allocate(1, sizeof(*i));
	char *copy = or_abort(malloc(key.len));
	memcpy(copy, key.data, key.len);
	i->key = (struct str){ copy, key.len };
	i->run = run;
	all->list = grow(all->list, all->count);
	all->list[all->count++] = i;
	return i;
}

struct keep_identity *keep_identity_by_key(
	struct keep_identities *all, struct str key, uint64_t run)
{
	bool is_new;
	struct keep_identity **at = series_get(all->by_key, key, &is_new);
	if (is_new)
		*at = add_identity(all, key, run);
	return *at;
}

bool keep_identifies(const struct sample *s)
{
	return (s->run || s->seq) && !sample_is_position(s);
}

struct keep_identity *keep_identity_of(struct keep_identities *all, const struct sample *s)
{
	struct buffer *key = &all->key;
	key->len = 0;
	buffer_add_str(key, s->source);
	buffer_add_char(key, 0);
	buffer_add_str(key, s->kind);
	buffer_add_char(key, 0);
	buffer_add(key, &s->run, sizeof(s->run));
	return keep_identity_by_key(all, buffer_str(key), s->run);
}

/* The first span that ends at or behind seq. */
static uint32_t place(const struct keep_identity *i, uint64_t seq)
{
	uint32_t at = i->count;
	while (at && i->spans[at - 1].to >= seq)
		at--;
	return at;
}

enum keep_known keep_identity_look(const struct keep_identity *i, uint64_t seq)
{
	uint32_t at = place(i, seq);
	if (at < i->count && i->spans[at].from <= seq)
		return KEEP_IS_KNOWN;
	return seq >= i->unclear_from && seq < i->unclear_below ? KEEP_IS_UNCLEAR : KEEP_IS_NEW;
}

static void remove_span(struct keep_identity *i, uint32_t at)
{
	i->count--;
	memmove(i->spans + at, i->spans + at + 1, (i->count - at) * sizeof(*i->spans));
}

static void insert_span(struct keep_identity *i, uint32_t at, struct keep_span span)
{
	memmove(i->spans + at + 1, i->spans + at, (i->count - at) * sizeof(*i->spans));
	i->spans[at] = span;
	i->count++;
}

/* The lowest span becomes unclear, with what lies below it. */
static void collapse(struct keep_identity *i)
{
	if (!i->unclear_below)
		i->unclear_from = i->spans[0].from;
	if (i->spans[0].from < i->unclear_from)
		i->unclear_from = i->spans[0].from;
	if (i->spans[0].to + 1 > i->unclear_below)
		i->unclear_below = i->spans[0].to + 1;
	remove_span(i, 0);
}

void keep_identity_add(struct keep_identity *i, uint64_t seq, uint64_t number)
{
	i->newest = number > i->newest ? number : i->newest;
	if (keep_identity_look(i, seq) != KEEP_IS_NEW)
		return;
	uint32_t at = place(i, seq);
	bool follows = at && i->spans[at - 1].to + 1 == seq;
	bool leads = at < i->count && i->spans[at].from == seq + 1;
	if (follows && leads) {
		i->spans[at - 1].to = i->spans[at].to;
		remove_span(i, at);
	} else if (follows) {
		i->spans[at - 1].to = seq;
	} else if (leads) {
		i->spans[at].from = seq;
	} else {
		insert_span(i, at, (struct keep_span){ seq, seq });
		if (i->count > KEEP_SPANS)
			collapse(i);
	}
}

void keep_identity_remove(struct keep_identity *i, uint64_t seq)
{
	uint32_t at = place(i, seq);
	if (at == i->count || i->spans[at].from > seq)
		return;
	struct keep_span *span = &i->spans[at];
	if (span->from == span->to) {
		remove_span(i, at);
	} else if (span->to == seq) {
		span->to--;
	} else if (span->from == seq) {
		span->from++;
	} else {
		struct keep_span left = { span->from, seq - 1 };
		span->from = seq + 1;
		insert_span(i, at, left);
		if (i->count > KEEP_SPANS)
			collapse(i);
	}
}

static void move_identity(struct keep_identities *to, struct keep_identity *i)
{
	bool is_new;
	struct keep_identity **at = series_get(to->by_key, i->key, &is_new);
	*at = i;
	to->list = grow(to->list, to->count);
	to->list[to->count++] = i;
}

void keep_identities_forget(struct keep_identities *all, uint64_t first)
{
	struct keep_identities left = { .by_key = series_open(
						sizeof(struct keep_identity *), SIZE_MAX, NULL) };
	for (size_t i = 0; i < all->count; i++) {
		if (all->list[i]->newest >= first)
			move_identity(&left, all->list[i]);
		else
			free_identity(all->list[i]);
	}
	series_close(all->by_key);
	free(all->list);
	all->by_key = left.by_key;
	all->list = left.list;
	all->count = left.count;
}

void keep_schema_add(struct keep_identities *all, const struct sample *s)
{
	bool is_new;
	struct buffer **at = series_get(all->schemas_by_source, s->source, &is_new);
	if (is_new) {
		*at = allocate(1, sizeof(**at));
		all->schemas = grow(all->schemas, all->schema_count);
		all->schemas[all->schema_count++] = *at;
	}
	(*at)->len = 0;
	buffer_add(*at, s->data, s->len);
}

#include "series.h"
#include "allocate.h"

#include <stdlib.h>

/* Chained hashing; nodes are also linked in order of use, and in order of arrival. */
struct node {
	struct node *chain;
	struct node *newer, *older; /* by use */
	struct node *next, *before; /* by arrival */
	uint64_t hash, rank;	    /* rank: in order of use, while it is saved */
	size_t key_len;
	char *key;
	_Alignas(16) char state[];
};

struct series {
	size_t state_size, max, count, slots;
	void (*leave)(void *state);
	struct node **table;
	struct node *newest, *oldest, *first, *last;
};

static uint64_t hash_key(struct str key)
{
	uint64_t hash = 0x9e3779b97f4a7c15 ^ key.len;
	size_t i = 0;
	for (; i + 8 <= key.len; i += 8) {
		uint64_t word;
		memcpy(&word, key.data + i, 8);
		hash = (hash ^ word) * 0xff51afd7ed558ccd;
		hash ^= hash >> 32;
	}
	for (; i < key.len; i++)
		hash = (hash ^ (uint8_t)key.data[i]) * 0x100000001b3;
	return hash ^ hash >> 29;
}

struct series *series_open(size_t state_size, size_t max, void (*leave)(void *state))
{
	struct series *s = allocate(1, sizeof(*s));
	s->state_size = state_size;
	s->max = max ? max : 1;
	s->leave = leave;
	s->slots = 16;
	s->table = allocate(s->slots, sizeof(*s->table));
	return s;
}

static void unlink_use(struct series *s, struct node *n)
{
	*(n->newer ? &n->newer->older : &s->newest) = n->older;
	*(n->older ? &n->older->newer : &s->oldest) = n->newer;
}

static void link_use(struct series *s, struct node *n)
{
	n->newer = NULL;
	n->older = s->newest;
	*(s->newest ? &s->newest->newer : &s->oldest) = n;
	s->newest = n;
}

static void link_arrival(struct series *s, struct node *n)
{
	n->next = NULL;
	n->before = s->last;
	*(s->last ? &s->last->next : &s->first) = n;
	s->last = n;
}

static void free_node(struct series *s, struct node *n)
{
	if (s->leave)
		s->leave(n->state);
	free(n->key);
	free(n);
}

static void remove_node(struct series *s, struct node *n)
{
	struct node **at = &s->table[n->hash & (s->slots - 1)];
	while (*at != n)
		at = &(*at)->chain;
	*at = n->chain;
	unlink_use(s, n);
	*(n->before ? &n->before->next : &s->first) = n->next;
	*(n->next ? &n->next->before : &s->last) = n->before;
	s->count--;
	free_node(s, n);
}

static void grow(struct series *s)
{
	free(s->table);
	s->slots *= 2;
	s->table = allocate(s->slots, sizeof(*s->table));
	for (struct node *n = s->first; n; n = n->next) {
		struct node **slot = &s->table[n->hash & (s->slots - 1)];
		n->chain = *slot;
		*slot = n;
	}
}

static struct node *add_node(struct series *s, struct str key, uint64_t hash)
{
	struct node *n = calloc(1, sizeof(*n) + s->state_size);
	if (!n || !(n->key = malloc(key.len + 1)))
		abort();
	if (key.len)
		memcpy(n->key, key.data, key.len);
	n->key_len = key.len;
	n->hash = hash;
	struct node **slot = &s->table[hash & (s->slots - 1)];
	n->chain = *slot;
	*slot = n;
	link_use(s, n);
	link_arrival(s, n);
	s->count++;
	return n;
}

static bool has_key(const struct node *n, struct str key)
{
	return n->key_len == key.len && (key.len == 0 || memcmp(n->key, key.data, key.len) == 0);
}

void *series_get(struct series *s, struct str key, bool *ret_new)
{
	*ret_new = false;
	if (s->newest && has_key(s->newest, key))
		return s->newest->state;
	uint64_t hash = hash_key(key);
	for (struct node *n = s->table[hash & (s->slots - 1)]; n; n = n->chain) {
		if (n->hash != hash || !has_key(n, key))
			continue;
		unlink_use(s, n);
		link_use(s, n);
		return n->state;
	}
	if (s->count == s->max)
		remove_node(s, s->oldest);
	if (s->count >= s->slots)
		grow(s);
	*ret_new = true;
	return add_node(s, key, hash)->state;
}

void series_each(struct series *s, void (*each)(struct str key, void *state))
{
	for (struct node *n = s->first; n; n = n->next)
		each((struct str){ n->key, n->key_len }, n->state);
}

/* Each entry is an array of key, rank by use from the oldest, and state. */
void series_save(
	struct series *s, struct buffer *to, void (*save)(const void *state, struct buffer *to))
{
	uint64_t rank = 0;
	for (struct node *n = s->oldest; n; n = n->newer)
		n->rank = rank++;
	wire_array(to, (uint32_t)s->count);
	for (struct node *n = s->first; n; n = n->next) {
		wire_array(to, 3);
		wire_bin(to, (struct str){ n->key, n->key_len });
		wire_uint(to, n->rank);
		save(n->state, to);
	}
}

struct loading {
	bool (*load)(void *context, struct str key, void *state, struct cursor *from);
	void *context;
	struct node **by_rank;
	uint32_t count;
};

static bool load_node(struct series *s, const struct loading *l, struct cursor *from)
{
	struct str key;
	uint32_t items;
	uint64_t rank;
	bool is_new;
	if (wire_next_array(from, &items) != 1 || items != 3 || wire_next_bin(from, &key) != 1 ||
		wire_next_uint(from, &rank) != 1 || rank >= l->count || l->by_rank[rank])
		return false;
	void *state = series_get(s, key, &is_new);
	l->by_rank[rank] = s->newest;
	return is_new && l->load(l->context, key, state, from);
}

static bool load_nodes(struct series *s, const struct loading *l, struct cursor *from)
{
	for (uint32_t i = 0; i < l->count; i++)
		if (!load_node(s, l, from))
			return false;
	for (uint32_t i = 0; i < l->count; i++) {
		unlink_use(s, l->by_rank[i]);
		link_use(s, l->by_rank[i]);
	}
	return true;
}

bool series_load(struct series *s, struct cursor *from,
	bool (*load)(void *context, struct str key, void *state, struct cursor *from),
	void *context)
{
	struct wire all;
	if (s->count || wire_next(from, &all) != 1 || all.type != WIRE_ARRAY || all.size > s->max ||
		all.size > (size_t)(from->end - from->at))
		return false;
	struct loading l = { load, context, NULL, all.size };
	l.by_rank = allocate((size_t)all.size + 1, sizeof(*l.by_rank));
	bool loaded = load_nodes(s, &l, from);
	free(l.by_rank);
	return loaded;
}

size_t series_count(const struct series *s)
{
	return s->count;
}

void series_close(struct series *s)
{
	if (!s)
		return;
	for (struct node *n = s->first, *next; n; n = next) {
		next = n->next;
		free_node(s, n);
	}
	free(s->table);
	free(s);
}

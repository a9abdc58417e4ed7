#include "ledger.h"

#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "series.h"

enum { ACCOUNTS_MAX = 1 << 20, DROPS_MAX = 1 << 16 };

struct account {
	struct str source, kind;
	uint64_t run;
	size_t index; /* in the order in which they came */
	struct intervals stored;
	bool counted;
	uint64_t first, last, repeated; /* in the period */
	struct ledger_drop *drops;
	size_t drop_count;
};

struct ledger {
	struct account **accounts;
	size_t count, room;
	struct series *by_key; /* of struct account * */
	struct buffer key;
	bool whole;
};

static void free_account(struct account *a)
{
	for (size_t i = 0; i < a->drop_count; i++)
		free((char *)a->drops[i].stage);
	free(a->drops);
	free((char *)a->source.data);
	intervals_free(&a->stored);
	free(a);
}

struct ledger *ledger_open(bool whole)
{
	struct ledger *l = allocate(1, sizeof(*l));
	l->whole = whole;
	l->by_key = series_open(sizeof(struct account *), ACCOUNTS_MAX, NULL);
	return l;
}

/* Texts one after another, each with a NUL behind it. */
static char *copy_two(struct str a, struct str b)
{
	char *to = or_abort(malloc(a.len + b.len + 2));
	memcpy(to, a.data, a.len);
	to[a.len] = 0;
	memcpy(to + a.len + 1, b.data ? b.data : "", b.len);
	to[a.len + 1 + b.len] = 0;
	return to;
}

static struct account *add_account(
	struct ledger *l, struct str source, struct str kind, uint64_t run)
{
	struct account *a = calloc(1, sizeof(*a));
	char *names = copy_two(source, kind);
	if (l->count == l->room) {
		l->room = l->room ? 2 * l->room : 64;
		l->accounts = reallocarray(l->accounts, l->room, sizeof(struct account *));
	}
	if (!a || !l->accounts)
		abort();
	a->source = (struct str){ names, source.len };
	a->kind = (struct str){ names + source.len + 1, kind.len };
	a->run = run;
	a->index = l->count;
	l->accounts[l->count++] = a;
	return a;
}

/* NULL: too many. */
static struct account *find_account(
	struct ledger *l, struct str source, struct str kind, uint64_t run)
{
	bool is_new;
	l->key.len = 0;
	buffer_add(&l->key, &run, sizeof(run));
	buffer_add_str(&l->key, source);
	buffer_add_char(&l->key, 0);
	buffer_add_str(&l->key, kind);
	struct account **a = series_get(l->by_key, buffer_str(&l->key), &is_new);
	if (is_new && l->count == ACCOUNTS_MAX)
		return NULL;
	if (is_new)
		*a = add_account(l, source, kind, run);
	return *a;
}

static void widen(struct account *a, uint64_t first, uint64_t last)
{
	a->first = a->counted && a->first < first ? a->first : first;
	a->last = a->counted && a->last > last ? a->last : last;
	a->counted = true;
}

struct gap {
	struct str stage, reason, kind;
	uint64_t run, first, last, count;
};

static void read_text(const struct sample *s, struct str name, struct str *ret)
{
	struct field f = { .name = name };
	struct wire w;
	if (sample_find(s, &f, &w) && w.type == WIRE_STR)
		*ret = w.bytes;
}

static void read_unsigned(const struct sample *s, struct str name, uint64_t *ret)
{
	struct field f = { .name = name };
	struct wire w;
	if (sample_find(s, &f, &w) && w.type == WIRE_UINT)
		*ret = w.u;
}

static struct gap read_gap(const struct sample *s)
{
	struct gap g = { .first = UINT64_MAX };
	read_text(s, STR("stage"), &g.stage);
	read_text(s, STR("reason"), &g.reason);
	read_text(s, STR("kind"), &g.kind);
	read_unsigned(s, STR("run"), &g.run);
	read_unsigned(s, STR("first"), &g.first);
	read_unsigned(s, STR("last"), &g.last);
	read_unsigned(s, STR("count"), &g.count);
	return g;
}

/* A gap that counts fewer than lie between its ends may end in other periods. */
static int add_gap(struct ledger *l, const struct sample *s, bool in_period)
{
	struct gap g = read_gap(s);
	if (g.first > g.last || !g.count)
		return -EPROTO;
	struct account *a = find_account(l, s->source, g.kind, g.run);
	if (!a || a->drop_count == DROPS_MAX)
		return -ENOBUFS;
	a->drops = reallocate(a->drops, a->drop_count + 1, sizeof(*a->drops));
	char *names = copy_two(g.stage, g.reason);
	a->drops[a->drop_count++] =
		(struct ledger_drop){ names, names + g.stage.len + 1, g.first, g.last, g.count };
	if (in_period && g.last - g.first == g.count - 1)
		widen(a, g.first, g.last);
	return 0;
}

int ledger_add(struct ledger *l, const struct sample *s, bool in_period)
{
	struct account *a = find_account(l, s->source, s->kind, s->run);
	int r = a ? intervals_add(&a->stored, s->seq) : -ENOBUFS;
	if (r < 0)
		return r;
	if (in_period) {
		widen(a, s->seq, s->seq);
		a->repeated += r == 0;
	}
	return r && str_eq(s->kind, STR("gap")) ? add_gap(l, s, in_period) : 0;
}

/* What is absent was dropped as far as gaps say so. */
static void settle(const struct account *a, bool whole, void (*each)(const struct ledger_line *))
{
	uint64_t first = whole && a->first > 1 ? 1 : a->first, last = a->last;
	struct ledger_line line = {
		.source = a->source, .kind = a->kind, .run = a->run, .repeated = a->repeated
	};
	struct intervals absent = { 0 };
	struct ledger_drop *drops = allocate(a->drop_count + 1, sizeof(*drops));
	intervals_widen(&a->stored, &first, &last);
	intervals_absent(&a->stored, first, last, &absent);
	for (size_t i = 0; i < a->drop_count; i++) {
		struct ledger_drop *d = &drops[line.drop_count];
		*d = a->drops[i];
		d->count = intervals_take(&absent, d->first, d->last, d->count);
		line.dropped += d->count;
		line.drop_count += d->count > 0;
	}
	line.first = first;
	line.last = last;
	line.sent = last - first + 1;
	line.stored = intervals_count(&a->stored, first, last);
	line.missing = line.sent - line.stored - line.dropped;
	line.drops = drops;
	line.absent = &absent;
	each(&line);
	intervals_free(&absent);
	free(drops);
}

static int compare(const void *x, const void *y)
{
	const struct account *a = *(struct account *const *)x, *b = *(struct account *const *)y;
	int r = str_cmp(a->source, b->source);
	r = r ? r : str_cmp(a->kind, b->kind);
	return r ? r : (a->index > b->index) - (a->index < b->index);
}

void ledger_each(struct ledger *l, void (*each)(const struct ledger_line *line))
{
	if (l->count)
		qsort(l->accounts, l->count, sizeof(struct account *), compare);
	for (size_t i = 0; i < l->count; i++)
		if (l->accounts[i]->counted)
			settle(l->accounts[i], l->whole, each);
}

void ledger_close(struct ledger *l)
{
	for (size_t i = 0; i < l->count; i++)
		free_account(l->accounts[i]);
	free(l->accounts);
	series_close(l->by_key);
	buffer_free(&l->key);
	free(l);
}

#include "account/account.h"

#include <errno.h>
#include <stdlib.h>

#include "clock.h"
#include "series.h"
#include "text.h"

enum { SHEETS_MAX = 64 };

struct account {
	struct accounts *of;
	struct str meter;
	const struct customer *customer;
	struct contract contract; /* with the history and credits that bills have left */
	struct sheet *sheets;	  /* in the order of time */
	size_t count;
	int64_t newest, ended, tick; /* cycles that end up to `ended` are over */
};

struct accounts {
	struct accounts_form form;
	struct series *meters;
	bool closing; /* nothing is billed any more */
};

static void bill_all(struct account *a);

static void leave(void *state)
{
	struct account *a = state;
	if (a->customer && !a->of->closing)
		bill_all(a);
	for (size_t i = 0; i < a->count; i++)
		sheet_close(&a->sheets[i]);
	free(a->sheets);
	free((char *)a->meter.data);
}

struct accounts *accounts_open(const struct accounts_form *form)
{
	struct accounts *a = calloc(1, sizeof(*a));
	if (!a)
		abort();
	a->form = *form;
	a->meters = series_open(sizeof(struct account), form->meters, leave);
	return a;
}

void accounts_close(struct accounts *a)
{
	a->closing = true;
	series_close(a->meters);
	free(a);
}

static void account_open(
	struct accounts *of, struct str meter, const struct customer *customer, struct account *a)
{
	a->of = of;
	a->customer = customer;
	a->contract = customer->contract;
	a->meter = (struct str){ text_print("%.*s", STR_ARG(meter)), meter.len };
}

struct account *accounts_get(struct accounts *a, struct str meter)
{
	bool is_new;
	struct account *account = series_get(a->meters, meter, &is_new);
	if (is_new) {
		const struct customer *c = customers_find(a->form.customers, meter);
		account->of = a;
		if (c)
			account_open(a, meter, c, account);
	}
	return account->customer ? account : NULL;
}

const struct customer *account_customer(const struct account *a)
{
	return a->customer;
}

static int open_sheet(struct account *a, int64_t time, size_t at, struct sheet **ret)
{
	const struct tariff *t = a->customer->tariff;
	struct cycle cycle;
	struct sheet sheet;
	int r = cycles_at(&a->customer->cycles, t->zone, time, &cycle);
	if (!r && cycle.end <= a->ended - a->of->form.revise)
		r = -ESTALE;
	if (!r && a->count == SHEETS_MAX)
		r = -EFBIG;
	r = r ?: sheet_open(&cycle, t->interval, &sheet);
	if (r < 0)
		return r;
	a->sheets = reallocarray(a->sheets, a->count + 1, sizeof(*a->sheets));
	if (!a->sheets)
		abort();
	memmove(a->sheets + at + 1, a->sheets + at, (a->count - at) * sizeof(*a->sheets));
	a->sheets[at] = sheet;
	a->count++;
	*ret = &a->sheets[at];
	return 0;
}

/* The sheet of the cycle that a moment is in. Slots belong to the cycle in which they begin. */
static int find_sheet(struct account *a, int64_t time, struct sheet **ret)
{
	size_t i = a->count;
	while (i && a->sheets[i - 1].cycle.start > time)
		i--;
	if (i && time < a->sheets[i - 1].cycle.end) {
		*ret = &a->sheets[i - 1];
		return 0;
	}
	return open_sheet(a, time, i, ret);
}

int account_add(struct account *a, const struct reading *r)
{
	int64_t at = r->start;
	int failed = 0;
	while (!failed && at < r->end) {
		struct sheet *s;
		failed = find_sheet(a, at, &s);
		if (failed)
			break;
		struct reading part = *r;
		failed = sheet_add(s, &part);
		at = s->first + (int64_t)s->count * s->interval;
	}
	return failed;
}

int account_totals(struct account *a, int64_t time, struct usage_totals **ret)
{
	struct sheet *s;
	int r = find_sheet(a, time, &s);
	if (r < 0)
		return r;
	s->changed = true;
	if (time > s->newest)
		s->newest = time;
	*ret = sheet_totals(s);
	return 0;
}

/* What was read of the cycle, of all slots up to its end or, while it runs, the latest reading. */
static bool is_complete(const struct account *a, const struct bill *bill)
{
	const struct measures *m = &bill->measures;
	decimal_product there = decimal_widen((decimal)(m->measured + m->estimated));
	return there >= decimal_multiply((decimal)m->slots, a->of->form.complete);
}

static void remember(struct account *a, struct sheet *s, const struct bill *bill)
{
	struct contract *c = &a->contract;
	int post;
	size_t i = 0;
	while (i < c->history_count && c->history[i].day != s->cycle.end_day - 1)
		i++;
	if (i == HISTORY_MAX) {
		memmove(c->history, c->history + 1, (HISTORY_MAX - 1) * sizeof(*c->history));
		i = HISTORY_MAX - 1;
	}
	c->history_count = i < c->history_count ? c->history_count : i + 1;
	c->history[i].day = s->cycle.end_day - 1;
	c->history[i].demand = measure_largest(bill->measures.demand, UINT64_MAX, &post);
	for (int p = 0; p < SCHEDULE_POSTS; p++) {
		c->credits[p] += bill->measures.credits[p] - s->credits_out[p];
		s->credits_out[p] = bill->measures.credits[p];
	}
}

/* The contract as it was at the cycle's beginning. */
static struct contract contract_of(struct account *a, struct sheet *s)
{
	struct contract c = a->contract;
	if (!s->revisions)
		memcpy(s->credits_in, c.credits, sizeof(s->credits_in));
	memcpy(c.credits, s->credits_in, sizeof(c.credits));
	if (!s->revisions)
		memcpy(s->credits_out, s->credits_in, sizeof(s->credits_out));
	return c;
}

static void bill_sheet(struct account *a, struct sheet *s, enum bill_state state)
{
	const struct accounts_form *form = &a->of->form;
	struct contract contract = contract_of(a, s);
	struct usage usage = sheet_usage(s);
	struct bill bill;
	char *error = NULL;
	if (bill_make(a->customer->tariff, &usage, &contract, &bill, &error)) {
		form->failed(a->meter, error);
		free(error);
		s->changed = false;
		return;
	}
	if (state == BILL_FINAL && !usage.totals && !is_complete(a, &bill))
		state = BILL_INCOMPLETE;
	struct account_bill told = { a->meter, a->customer, s, &bill, state, s->revisions,
		state == BILL_PROVISIONAL ? s->newest : s->cycle.end };
	form->billed(&told);
	if (state != BILL_PROVISIONAL) {
		remember(a, s, &bill);
		s->revisions++;
		s->changed = false;
	}
	bill_free(&bill);
}

/* Bills for good what is over, and what has changed since; forgets what nobody can revise. */
static void settle(struct account *a)
{
	size_t kept = 0;
	for (size_t i = 0; i < a->count; i++) {
		struct sheet *s = &a->sheets[i];
		if (s->cycle.end <= a->ended && s->changed)
			bill_sheet(a, s, BILL_FINAL);
	}
	for (size_t i = 0; i < a->count; i++) {
		if (a->sheets[i].cycle.end <= a->ended - a->of->form.revise)
			sheet_close(&a->sheets[i]);
		else
			a->sheets[kept++] = a->sheets[i];
	}
	a->count = kept;
}

static bool ends_some(const struct account *a, int64_t ended)
{
	for (size_t i = 0; i < a->count; i++) {
		int64_t end = a->sheets[i].cycle.end;
		int64_t forgotten = end + a->of->form.revise;
		if ((end > a->ended && end <= ended) ||
			(forgotten > a->ended && forgotten <= ended))
			return true;
	}
	return false;
}

static void end_until(struct account *a, int64_t ended)
{
	if (ended <= a->ended)
		return;
	bool any = ends_some(a, ended);
	a->ended = ended;
	if (any)
		settle(a);
}

static void tick(struct account *a, int64_t now)
{
	int64_t every = a->of->form.every;
	if (!every || now / every <= a->tick)
		return;
	bool first = !a->tick;
	a->tick = now / every;
	if (first)
		return;
	settle(a);
	for (size_t i = 0; i < a->count; i++)
		if (a->sheets[i].changed && a->sheets[i].cycle.end > a->ended)
			bill_sheet(a, &a->sheets[i], BILL_PROVISIONAL);
}

void account_advance(struct account *a, int64_t now)
{
	if (now <= a->newest)
		return;
	a->newest = now;
	end_until(a, now - a->of->form.late);
	tick(a, now);
}

void account_mark(struct account *a, int64_t mark)
{
	end_until(a, mark);
}

/* A cycle whose last slot was read is over, whether or not anything came behind it. */
static void bill_all(struct account *a)
{
	for (size_t i = 0; i < a->count; i++) {
		struct sheet *s = &a->sheets[i];
		bool over = s->cycle.end <= a->ended || s->newest >= s->cycle.end ||
			    s->cycle.end <= a->newest;
		if (s->changed)
			bill_sheet(a, s, over ? BILL_FINAL : BILL_PROVISIONAL);
	}
}

static void end_one(struct str key, void *state)
{
	struct account *a = state;
	(void)key;
	if (a->customer)
		bill_all(a);
}

void accounts_end(struct accounts *a)
{
	series_each(a->meters, end_one);
}

static void save_one(const void *state, struct buffer *to)
{
	const struct account *a = state;
	wire_array(to, 6 + (uint32_t)a->count);
	wire_int(to, a->newest);
	wire_int(to, a->ended);
	wire_int(to, a->tick);
	wire_bin(to, (struct str){ (const char *)a->contract.history,
			     a->contract.history_count * sizeof(*a->contract.history) });
	wire_bin(
		to, (struct str){ (const char *)a->contract.credits, sizeof(a->contract.credits) });
	wire_bool(to, a->customer);
	for (size_t i = 0; i < a->count; i++)
		sheet_save(&a->sheets[i], to);
}

void accounts_save(struct accounts *a, struct buffer *to)
{
	series_save(a->meters, to, save_one);
}

static bool load_time(struct cursor *from, int64_t *ret)
{
	struct wire w;
	if (wire_next(from, &w) != 1 || (w.type != WIRE_INT && w.type != WIRE_UINT))
		return false;
	*ret = w.i;
	return true;
}

static bool load_contract(struct cursor *from, struct contract *c)
{
	struct wire w;
	if (wire_next(from, &w) != 1 || w.type != WIRE_BIN || w.bytes.len > sizeof(c->history) ||
		w.bytes.len % sizeof(*c->history))
		return false;
	memcpy(c->history, w.bytes.data, w.bytes.len);
	c->history_count = w.bytes.len / sizeof(*c->history);
	if (wire_next(from, &w) != 1 || w.type != WIRE_BIN || w.bytes.len != sizeof(c->credits))
		return false;
	memcpy(c->credits, w.bytes.data, w.bytes.len);
	return wire_next(from, &w) == 1 && w.type == WIRE_BOOL;
}

static bool load_one(void *context, struct str key, void *state, struct cursor *from)
{
	struct accounts *of = context;
	struct account *a = state;
	const struct customer *customer = customers_find(of->form.customers, key);
	struct contract ignored;
	struct wire w;
	a->of = of;
	if (customer)
		account_open(of, key, customer, a);
	if (wire_next(from, &w) != 1 || w.type != WIRE_ARRAY || w.size < 6 ||
		w.size - 6 > SHEETS_MAX || !load_time(from, &a->newest) ||
		!load_time(from, &a->ended) || !load_time(from, &a->tick) ||
		!load_contract(from, customer ? &a->contract : &ignored))
		return false;
	a->sheets = calloc(w.size, sizeof(*a->sheets));
	if (!a->sheets)
		abort();
	for (uint32_t left = w.size - 6; left; left--) {
		a->sheets[a->count].interval = customer ? customer->tariff->interval : SECONDS;
		if (!sheet_load(&a->sheets[a->count++], from))
			return false;
	}
	return true;
}

bool accounts_load(struct accounts *a, struct cursor *from)
{
	return series_load(a->meters, from, load_one, a);
}

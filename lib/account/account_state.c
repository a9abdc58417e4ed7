#include <stdlib.h>

#include "account/parts.h"
#include "allocate.h"
#include "clock.h"
#include "series.h"

enum { ACCOUNT_PARTS = 6 + CHANNELS, PERIOD_PARTS = 6 };

static void save_bytes(struct buffer *to, const void *data, size_t len)
{
	wire_bin(to, (struct str){ data, data ? len : 0 });
}

static void save_period(const struct account *a, const struct period *p, struct buffer *to)
{
	int64_t first, numbers[] = { p->newest, p->revisions, p->changed };
	wire_array(to, PERIOD_PARTS);
	save_bytes(to, &p->cycle, sizeof(p->cycle));
	save_bytes(to, numbers, sizeof(numbers));
	save_bytes(to, p->totals, sizeof(*p->totals));
	save_bytes(to, p->estimated, period_slots(a, p, &first));
	save_bytes(to, p->credits_in, sizeof(p->credits_in));
	save_bytes(to, p->credits_out, sizeof(p->credits_out));
}

static void save_one(const void *state, struct buffer *to)
{
	const struct account *a = *(struct account *const *)state;
	if (!a) {
		wire_nil(to);
		return;
	}
	int64_t times[] = { a->newest, a->ended, a->tick };
	wire_array(to, ACCOUNT_PARTS);
	save_bytes(to, times, sizeof(times));
	save_bytes(
		to, a->contract.history, a->contract.history_count * sizeof(*a->contract.history));
	save_bytes(to, a->contract.credits, sizeof(a->contract.credits));
	for (int c = 0; c < CHANNELS; c++) {
		if (a->data[c])
			meterdata_save(a->data[c], to);
		else
			wire_nil(to);
	}
	if (a->check)
		register_readings_save(a->check, to);
	else
		wire_nil(to);
	wire_uint(to, a->count);
	wire_array(to, (uint32_t)a->count);
	for (size_t i = 0; i < a->count; i++)
		save_period(a, &a->periods[i], to);
}

void accounts_save(struct accounts *a, struct buffer *to)
{
	series_save(a->meters, to, save_one);
}

static bool is_next(struct cursor *from, enum wire_type type, struct wire *ret)
{
	return wire_next(from, ret) == 1 && ret->type == type;
}

static bool load_bytes(struct cursor *from, void *to, size_t len)
{
	struct wire w;
	if (!is_next(from, WIRE_BIN, &w) || w.bytes.len != len)
		return false;
	memcpy(to, w.bytes.data, len);
	return true;
}

/* Bytes of that length, or none: *ret stays NULL then. */
static bool load_optional(struct cursor *from, void **ret, size_t len)
{
	struct wire w;
	if (!is_next(from, WIRE_BIN, &w) || (w.bytes.len && w.bytes.len != len))
		return false;
	if (!w.bytes.len)
		return true;
	*ret = or_abort(malloc(len));
	memcpy(*ret, w.bytes.data, len);
	return true;
}

static bool load_period(const struct account *a, struct period *p, struct cursor *from)
{
	struct wire w;
	int64_t first, numbers[3];
	bool good = is_next(from, WIRE_ARRAY, &w) && w.size == PERIOD_PARTS &&
		    load_bytes(from, &p->cycle, sizeof(p->cycle)) &&
		    load_bytes(from, numbers, sizeof(numbers)) &&
		    load_optional(from, (void **)&p->totals, sizeof(*p->totals)) &&
		    load_optional(from, (void **)&p->estimated, period_slots(a, p, &first)) &&
		    load_bytes(from, p->credits_in, sizeof(p->credits_in)) &&
		    load_bytes(from, p->credits_out, sizeof(p->credits_out));
	if (!good)
		return false;
	p->newest = numbers[0];
	p->revisions = (int)numbers[1];
	p->changed = numbers[2];
	return true;
}

static bool load_contract(struct cursor *from, struct contract *c)
{
	struct wire w;
	if (!is_next(from, WIRE_BIN, &w) || w.bytes.len > sizeof(c->history) ||
		w.bytes.len % sizeof(*c->history))
		return false;
	memcpy(c->history, w.bytes.data, w.bytes.len);
	c->history_count = w.bytes.len / sizeof(*c->history);
	return load_bytes(from, c->credits, sizeof(c->credits));
}

/* Passes over what was not there. */
static bool skip_nil(struct cursor *from)
{
	struct cursor ahead = *from;
	struct wire w;
	if (!is_next(&ahead, WIRE_NIL, &w))
		return false;
	*from = ahead;
	return true;
}

static bool load_channel(struct account *a, enum channel c, struct cursor *from)
{
	return skip_nil(from) || meterdata_load(account_channel(a, c), from);
}

static bool load_periods(struct account *a, struct cursor *from)
{
	struct wire count, w;
	if (!is_next(from, WIRE_UINT, &count) || count.u > PERIODS_MAX ||
		!is_next(from, WIRE_ARRAY, &w) || w.size != count.u)
		return false;
	a->periods = allocate(count.u + 1, sizeof(*a->periods));
	for (a->count = 0; a->count < count.u; a->count++)
		if (!load_period(a, &a->periods[a->count], from)) {
			period_close(&a->periods[a->count]);
			return false;
		}
	return true;
}

static bool load_account(struct account *a, struct cursor *from)
{
	int64_t times[3];
	if (!load_bytes(from, times, sizeof(times)) || !load_contract(from, &a->contract))
		return false;
	a->newest = times[0];
	a->ended = times[1];
	a->tick = times[2];
	for (int c = 0; c < CHANNELS; c++)
		if (!load_channel(a, (enum channel)c, from))
			return false;
	if (!skip_nil(from) && !register_readings_load(account_check(a), from))
		return false;
	if (!load_periods(a, from))
		return false;
	account_find_due(a);
	return true;
}

/* The state of a customer who is none any more is passed over. */
static bool load_one(void *context, struct str key, void *state, struct cursor *from)
{
	struct accounts *of = context;
	const struct customer *customer = customers_find(of->form.customers, key);
	struct account **a = state;
	struct cursor ahead = *from;
	struct wire w;
	if (!customer || is_next(&ahead, WIRE_NIL, &w))
		return wire_skip(from) == 1;
	*a = account_open(of, key, customer);
	return is_next(from, WIRE_ARRAY, &w) && w.size == ACCOUNT_PARTS && load_account(*a, from);
}

bool accounts_load(struct accounts *a, struct cursor *from)
{
	return series_load(a->meters, from, load_one, a);
}

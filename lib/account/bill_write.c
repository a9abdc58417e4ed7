#include "account/bill_write.h"

#include <stdio.h>

#include "timestamp.h"

enum { TOLD = 1000 }; /* estimates, and suspects */

static void text(struct buffer *to, const char *key, struct str value)
{
	wire_str(to, str(key));
	wire_str(to, value);
}

static void number(struct buffer *to, const char *key, decimal v)
{
	char digits[DECIMAL_TEXT];
	text(to, key, (struct str){ digits, decimal_print(digits, v, 0) });
}

static void product(struct buffer *to, const char *key, decimal_product v, int min_digits)
{
	char digits[DECIMAL_TEXT];
	text(to, key, (struct str){ digits, decimal_print_product(digits, v, min_digits) });
}

static void moment(struct buffer *to, const char *key, int64_t time)
{
	char written[TIMESTAMP_TEXT];
	text(to, key, (struct str){ written, timestamp_format(written, time) });
}

static void date(struct buffer *to, const char *key, int32_t day)
{
	char written[32]; /* wire_str copies short texts in halves: more than DATE_TEXT */
	text(to, key, (struct str){ written, date_format(written, day) });
}

/* Entries of a map are counted as they are written. */
struct map {
	struct buffer body;
	uint32_t count;
};

static struct buffer *entry(struct map *m)
{
	m->count++;
	return &m->body;
}

static void put(struct map *m, struct buffer *to)
{
	wire_map(to, m->count);
	buffer_add_str(to, buffer_str(&m->body));
	m->body.len = 0;
	m->count = 0;
}

static void write_code(const struct bill_line *line, struct buffer *to)
{
	char code[160];
	int len = snprintf(code, sizeof(code), "%.*s%s%.*s", STR_ARG(line->code),
		line->suffix.len ? "_" : "", STR_ARG(line->suffix));
	text(to, "code", (struct str){ code, (size_t)len });
}

static void write_tier(const struct bill_line *line, struct map *m)
{
	if (!line->tiered)
		return;
	number(entry(m), "tier_from", line->tier_from);
	if (line->tier_to != INT64_MAX)
		number(entry(m), "tier_to", line->tier_to);
}

static void write_demand(const struct bill_line *line, struct map *m)
{
	if (!line->has_demand)
		return;
	number(entry(m), "measured", line->measured);
	if (line->contract)
		number(entry(m), "contract", line->contract);
	if (line->at)
		moment(entry(m), "at", line->at);
	if (line->state == SLOT_ESTIMATED || line->state == SLOT_SUSPECT) {
		wire_str(entry(m), line->state == SLOT_SUSPECT ? STR("suspect") : STR("estimated"));
		wire_bool(&m->body, true);
	}
}

static void write_days(const struct bill_line *line, struct map *m)
{
	if (!line->of_days)
		return;
	wire_str(entry(m), STR("days"));
	wire_uint(&m->body, (uint64_t)line->days);
	wire_str(entry(m), STR("of_days"));
	wire_uint(&m->body, (uint64_t)line->of_days);
}

static void write_taxes_of(const struct tariff *t, const struct bill_line *line, struct map *m)
{
	uint32_t count = 0;
	for (size_t i = 0; i < t->tax_count; i++)
		count += line->taxes >> i & 1;
	if (!count || !line->charge)
		return;
	wire_str(entry(m), STR("taxes"));
	wire_array(&m->body, count);
	for (size_t i = 0; i < t->tax_count; i++)
		if (line->taxes >> i & 1)
			wire_str(&m->body, t->taxes[i].code);
}

static void write_line(const struct tariff *t, const struct bill_line *line, struct buffer *to)
{
	static struct map m;
	write_code(line, entry(&m));
	if (line->label.len)
		text(entry(&m), "label", line->label);
	product(entry(&m), "quantity", line->quantity, 0);
	text(entry(&m), "unit", str(line->unit ? line->unit : ""));
	product(entry(&m), "rate", line->rate, 0);
	product(entry(&m), "amount", line->amount, t->money_digits);
	if (line->net_rate != line->rate)
		product(entry(&m), "net_rate", line->net_rate, 0);
	if (t->policy == ROUND_END) {
		decimal_product exact = line->amount;
		decimal_ratio(line->exact, line->fraction.numerator, line->fraction.denominator,
			DECIMAL_PRODUCT_DIGITS, t->rounding, &exact);
		product(entry(&m), "exact", exact, t->money_digits);
	}
	write_tier(line, &m);
	write_demand(line, &m);
	write_days(line, &m);
	write_taxes_of(t, line, &m);
	put(&m, to);
}

static void write_tax(const struct tariff *t, const struct bill_tax *tax, struct buffer *to)
{
	wire_map(to, 5);
	text(to, "code", tax->code);
	product(to, "rate", tax->rate, 0);
	product(to, "base", tax->base, t->money_digits);
	product(to, "amount", tax->amount, t->money_digits);
	text(to, "method", tax->on_top ? STR("on-top") : STR("inside"));
}

/* What of the cycle's slots was so: "0.9987". */
static decimal share(size_t part, size_t of)
{
	return of ? (decimal)((__int128)part * 10000 / (int64_t)of) * (DECIMAL_ONE / 10000) : 0;
}

static void write_shares(const struct account_bill *b, struct map *m)
{
	const struct measures *of = &b->bill->measures;
	if (!of->slots)
		return;
	size_t missing = of->slots - of->measured - of->estimated;
	number(entry(m), "measured", share(of->measured, of->slots));
	number(entry(m), "estimated", share(of->estimated, of->slots));
	if (missing)
		number(entry(m), "missing", share(missing, of->slots));
	if (b->complete)
		number(entry(m), "complete", b->complete);
	if (of->estimated)
		number(entry(m), "estimated_energy", of->estimated_energy);
}

static void write_energy(const struct account_bill *b, struct map *m)
{
	const struct tariff *t = b->bill->tariff;
	int posts = schedule_count(t->when.schedule);
	wire_str(entry(m), STR("energy"));
	wire_map(&m->body, (uint32_t)posts);
	for (int i = 0; i < posts; i++)
		number(&m->body, schedule_name(t->when.schedule, i), b->bill->measures.import[i]);
	if (!t->net_metering)
		return;
	wire_str(entry(m), STR("credits"));
	wire_map(&m->body, (uint32_t)posts);
	for (int i = 0; i < posts; i++)
		number(&m->body, schedule_name(t->when.schedule, i), b->bill->measures.credits[i]);
}

static void write_customer(const struct account_bill *b, struct map *m)
{
	const struct customer *c = b->customer;
	if (c->name.len)
		text(entry(m), "name", c->name);
	if (c->recipient.len)
		text(entry(m), "recipient", c->recipient);
	if (c->language.len)
		text(entry(m), "language", c->language);
}

static void write_head(const struct account_bill *b, struct map *m)
{
	static const char *const states[] = { "provisional", "final", "incomplete" };
	const struct tariff *t = b->bill->tariff;
	const struct cycle *cycle = b->cycle;
	text(entry(m), "tariff", t->name);
	write_customer(b, m);
	text(entry(m), "state", str(states[b->state]));
	wire_str(entry(m), STR("revision"));
	wire_uint(&m->body, (uint64_t)b->revision);
	if (b->revision && b->state != BILL_PROVISIONAL) {
		wire_str(entry(m), STR("replaces"));
		wire_uint(&m->body, (uint64_t)b->revision - 1);
	}
	moment(entry(m), "from", cycle->start);
	moment(entry(m), "until", cycle->end);
	date(entry(m), "first_day", cycle->first_day);
	date(entry(m), "last_day", cycle->end_day - 1);
	wire_str(entry(m), STR("days"));
	wire_uint(&m->body, (uint64_t)cycle_days(cycle));
	text(entry(m), "currency", t->currency);
	product(entry(m), "total", b->bill->total, t->money_digits);
	text(entry(m), "rounding", t->policy == ROUND_END ? STR("end") : STR("line"));
}

static void write_lists(const struct account_bill *b, struct map *m)
{
	const struct bill *bill = b->bill;
	struct buffer *to = entry(m);
	wire_str(to, STR("lines"));
	wire_array(to, (uint32_t)bill->count);
	for (size_t i = 0; i < bill->count; i++)
		write_line(bill->tariff, &bill->lines[i], to);
	if (!bill->tax_count)
		return;
	wire_str(entry(m), STR("taxes"));
	wire_array(to, (uint32_t)bill->tax_count);
	for (size_t i = 0; i < bill->tax_count; i++)
		write_tax(bill->tariff, &bill->taxes[i], to);
}

static void write_estimate(const struct estimate *e, struct buffer *to)
{
	static const char *const methods[] = { [ESTIMATE_LINE] = "line",
		[ESTIMATE_LIKE_DAYS] = "like days",
		[ESTIMATE_EVEN] = "even",
		[ESTIMATE_PART] = "part" };
	wire_map(to, 5);
	moment(to, "from", e->from);
	moment(to, "until", e->until);
	text(to, "method", str(methods[e->method]));
	number(to, "energy", e->energy);
	wire_str(to, STR("scaled"));
	wire_bool(to, e->scaled);
}

static void write_estimates(const struct account_bill *b, struct map *m)
{
	size_t count = b->estimate_count < TOLD ? b->estimate_count : TOLD;
	if (!count)
		return;
	wire_str(entry(m), STR("estimates"));
	wire_array(&m->body, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		write_estimate(&b->estimates[i], &m->body);
}

static void write_suspect(const struct suspect *s, struct buffer *to)
{
	static const char *const checks[] = { [SUSPECT_SPIKE] = "spike", [SUSPECT_SUM] = "sum" };
	wire_map(to, 5);
	moment(to, "from", s->from);
	moment(to, "until", s->until);
	text(to, "check", str(checks[s->check]));
	number(to, "energy", s->energy);
	number(to, "against", s->against);
}

static void write_suspects(const struct account_bill *b, struct map *m)
{
	size_t count = b->suspect_count < TOLD ? b->suspect_count : TOLD;
	if (!count)
		return;
	wire_str(entry(m), STR("suspects"));
	wire_array(&m->body, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		write_suspect(&b->suspects[i], &m->body);
}

void bill_write(const struct account_bill *b, struct sample_writer *to)
{
	static struct map m;
	write_head(b, &m);
	write_shares(b, &m);
	write_energy(b, &m);
	write_lists(b, &m);
	write_estimates(b, &m);
	write_suspects(b, &m);
	buffer_add_str(to->out, buffer_str(&m.body));
	to->count += m.count;
	m.body.len = 0;
	m.count = 0;
}

/* What must hold for the bills of any meters: cuts and the order of arrival change nothing, and where
 * a tariff is linear bills add up. */
#include "account/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/bill_write.h"
#include "account/meter_reading.h"
#include "random.h"
#include "when.h"

#define HOUR (3600 * SECONDS)

/* A gap over the end of a cycle is estimated by what comes up to two hours behind it: readings are
 * later by so much less than --late. */
enum { METERS = 3, HOURS = 24 * 45, LATE_HOURS = 30, LATER_HOURS = LATE_HOURS - 3 };

static const char all_rules[] =
	"tariff: t\ncurrency: EUR\nzone: America/Sao_Paulo\ninterval: 30m\nnet_metering: yes\n"
	"posts: [{ post: ponta, hours: 18:00-21:00, days: mon-fri }, { post: fora }]\n"
	"taxes: [{ code: icms, rate: 0.18 }]\n"
	"charges:\n"
	"  - { code: p, kind: energy, posts: ponta, rate: { 2026-01-01: 1.37, 2026-05-11: 1.51 } }\n"
	"  - { code: n, kind: energy, flow: net, rate: 0.337 }\n"
	"  - { code: t, kind: energy, tiers: { mode: cumulative, list: [{ to: 99, rate: 0.11 }, "
	"{ rate: 0.23 }] } }\n"
	"  - { code: d, kind: demand, rate: 7.7, contract: yes, tolerance: 5%, excess: { code: x, "
	"factor: 2 }, ratchet: { share: 0.8 } }\n"
	"  - { code: r, kind: reactive_energy, reference: 0.92, capacitive: 00:30-06:30, rate: 0.3 }\n";

/* A bill process: what is read, by what, and what came out. */
struct run {
	struct customers customers;
	struct meter_form form;
	struct meter_reader *reader;
	struct accounts *accounts;
	int64_t every;
};

/* What went out, meter by meter: between meters the order is that of arrival. */
struct outcome {
	struct buffer of[METERS];
};

static struct outcome bills;
static decimal_product total[2]; /* of the bills of either month */

static void tell(const struct account_bill *b)
{
	static struct sample_writer w;
	sample_begin(&w, &bills.of[b->meter.data[0] - 'a'], b->time, b->meter, 1, 1, STR("bill"));
	bill_write(b, &w);
	sample_end(&w);
	total[b->cycle->start > utc("2026-04-15T00:00:00Z")] += b->bill->total;
}

static int failures;

static void failed(struct str meter, const char *error)
{
	if (!failures++)
		ok(false, "a bill for %.*s: %s", STR_ARG(meter), error);
}

static void open_accounts(struct run *r)
{
	struct accounts_form form = { .customers = &r->customers,
		.readings = meter_reader_form(r->reader),
		.every = r->every,
		.late = r->form.late,
		.revise = 45 * 24 * HOUR,
		.complete = DECIMAL_ONE * 9 / 10,
		.spike = DECIMAL_ONE * 9 / 5,
		.meters = METERS,
		.billed = tell,
		.failed = failed };
	r->accounts = accounts_open(&form);
}

static void open_run(struct run *r, const char *tariff, const struct meter_form *form)
{
	char path[] = "/tmp/duto-test.XXXXXX", *error = NULL;
	FILE *f = fdopen(mkstemp(path), "w");
	if (!f || fputs(tariff, f) < 0 || fclose(f) < 0)
		ok(false, "a tariff is written");
	*r = (struct run){ .form = *form };
	if (customers_single(
		    &(struct customer_terms){ .tariff = path, .cycle = "day 1", .contract = "5" },
		    &r->customers, &error) < 0)
		ok(false, "a tariff is read: %s", error);
	r->reader = meter_reader_open(form, &error);
	open_accounts(r);
	unlink(path);
	memset(total, 0, sizeof(total));
}

static void close_run(struct run *r)
{
	accounts_end(r->accounts);
	accounts_close(r->accounts);
	customers_free(&r->customers);
	free(r->reader);
}

/* What is known is written down, and read by another process. */
static void cut(struct run *r)
{
	struct buffer state = { 0 };
	accounts_save(r->accounts, &state);
	accounts_close(r->accounts);
	open_accounts(r);
	struct cursor c = wire_cursor(buffer_str(&state));
	if (!accounts_load(r->accounts, &c) || c.at != c.end)
		ok(false, "a state is read back");
	buffer_free(&state);
}

/* Samples as they are, and when each arrives. */
struct arrival {
	int64_t arrives;
	size_t at, len;
};

struct stream {
	struct buffer samples;
	struct arrival *arrivals;
	size_t count;
};

static void feed(struct run *r, struct stream *s, size_t i)
{
	struct sample sample;
	uint8_t *at = s->samples.data + s->arrivals[i].at;
	if (sample_decode(&sample, at, s->arrivals[i].len) <= 0)
		ok(false, "a sample is one");
	meter_read(r->reader, &sample, accounts_get(r->accounts, sample.source));
}

static int by_arrival(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;
	if (x->arrives != y->arrives)
		return x->arrives < y->arrives ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static void free_stream(struct stream *s)
{
	buffer_free(&s->samples);
	free(s->arrivals);
}

static struct str meter_name(int meter)
{
	static const char *const names[METERS] = { "a", "b", "c" };
	return str(names[meter]);
}

static void add_sample(struct stream *s, struct random *r, int meter, int64_t time, uint64_t used,
	uint64_t counted)
{
	static struct sample_writer w;
	size_t at = s->samples.len;
	sample_begin(&w, &s->samples, time, meter_name(meter), 1, s->count + 1, STR(""));
	sample_add_unsigned(&w, STR("energy"), used);
	sample_add_unsigned(&w, STR("total"), counted);
	if (meter == 1)
		sample_add_unsigned(&w, STR("reactive_energy"), random_below(r, 3000));
	if (meter == 2)
		sample_add_unsigned(&w, STR("energy_export"), random_below(r, 2000));
	if (random_below(r, 40) == 0)
		sample_add_status(&w, STR("energy"), STATUS_UNCERTAIN);
	s->arrivals[s->count++] = (struct arrival){ time, at, sample_end(&w) };
}

/* Hours of three meters, with gaps, doubtful readings and a register that wraps. */
static void make_stream(struct stream *s, struct random *r, bool is_register)
{
	uint64_t counted[METERS] = { 99990000, 5000, 700 };
	bool silent[METERS] = { false };
	*s = (struct stream){ .arrivals = calloc(METERS * HOURS, sizeof(*s->arrivals)) };
	for (int hour = 0; hour < HOURS; hour++)
		for (int meter = 0; meter < METERS; meter++) {
			uint64_t used = random_below(r, 4000);
			bool change = random_below(r, silent[meter] ? 8 : 60) == 0;
			silent[meter] ^= change;
			if (!silent[meter])
				add_sample(s, r, meter, utc("2026-04-20T00:00:00Z") + hour * HOUR,
					is_register ? counted[meter] : used, counted[meter]);
			counted[meter] = (counted[meter] + used) % 100000000;
		}
}

static struct meter_form random_form(struct random *r)
{
	static const char *const reads[] = { "energy", "power", "register" };
	int kind = (int)random_below(r, 3);
	return (struct meter_form){ .reads = reads[kind],
		.stamp = random_below(r, 2) ? "start" : "end",
		.unit = kind == 1 ? "W" : "Wh",
		.interval = HOUR,
		.digits = 8,
		.late = LATE_HOURS * HOUR,
		.check = kind < 2 ? "total" : NULL,
		.fields = { "energy", kind < 2 ? "energy_export" : "-",
			kind < 2 ? "reactive_energy" : "-", "-" } };
}

/* Every sample arrives some time behind its own. */
static void mix(struct stream *s, struct random *r)
{
	for (size_t i = 0; i < s->count; i++)
		s->arrivals[i].arrives += (int64_t)random_below(r, LATER_HOURS * HOUR);
	qsort(s->arrivals, s->count, sizeof(*s->arrivals), by_arrival);
}

static bool same(const struct outcome *a, const struct outcome *b)
{
	for (int i = 0; i < METERS; i++)
		if (a->of[i].len < 1000 || !str_eq(buffer_str(&a->of[i]), buffer_str(&b->of[i])))
			return false;
	return true;
}

static void free_outcome(struct outcome *o)
{
	for (int i = 0; i < METERS; i++)
		buffer_free(&o->of[i]);
	*o = (struct outcome){ 0 };
}

static struct outcome billed(
	const struct meter_form *form, int64_t every, struct stream *s, struct random *r, int cuts)
{
	struct run run;
	open_run(&run, all_rules, form);
	run.every = every;
	accounts_close(run.accounts);
	open_accounts(&run);
	for (size_t i = 0; i < s->count; i++) {
		if (cuts && random_below(r, s->count) < (uint64_t)cuts)
			cut(&run);
		feed(&run, s, i);
	}
	if (cuts)
		cut(&run);
	close_run(&run);
	struct outcome made = bills;
	bills = (struct outcome){ 0 };
	return made;
}

/* Cut or not, of a stream that is later than --late. */
static bool same_revisions(const struct meter_form *form, struct stream *s, struct random *r)
{
	struct meter_form hurried = *form;
	hurried.late = 2 * HOUR;
	struct outcome plain = billed(&hurried, 0, s, r, 0);
	struct outcome cut_up = billed(&hurried, 0, s, r, 5);
	bool is_same = same(&plain, &cut_up);
	free_outcome(&plain);
	free_outcome(&cut_up);
	return is_same;
}

static void cuts_and_orders(void)
{
	int cut_differs = 0, order_differs = 0, revised_differs = 0;
	struct random r;
	random_seed(&r, 21, 0);
	for (int trial = 0; trial < 40; trial++) {
		struct meter_form form = random_form(&r);
		struct stream s;
		make_stream(&s, &r, !form.check);
		struct outcome plain = billed(&form, 12 * HOUR, &s, &r, 0);
		struct outcome cut_up = billed(&form, 12 * HOUR, &s, &r, 5);
		cut_differs += !same(&plain, &cut_up);
		struct outcome sorted = billed(&form, 0, &s, &r, 0);
		mix(&s, &r);
		struct outcome mixed = billed(&form, 0, &s, &r, trial % 2 ? 5 : 0);
		order_differs += !same(&sorted, &mixed);
		revised_differs += !same_revisions(&form, &s, &r);
		free_outcome(&plain);
		free_outcome(&cut_up);
		free_outcome(&sorted);
		free_outcome(&mixed);
		free_stream(&s);
	}
	ok(!cut_differs,
		"cut anywhere, and gone on from what was saved: the same bills, %d are not",
		cut_differs);
	ok(!revised_differs, "the same where late data make revisions, %d are not",
		revised_differs);
	ok(!order_differs, "any order within --late: the bills of the sorted ones, %d are not",
		order_differs);
}

/* Prices of two decimals, energy of three and a tax of one make amounts of six: none is rounded. */
static void linear_tariff(char *to, size_t room, struct random *r)
{
	snprintf(to, room,
		"tariff: t\ncurrency: EUR\nzone: America/Sao_Paulo\ninterval: 1h\n"
		"rounding: { decimals: 6 }\n"
		"posts: [{ post: high, hours: %02d:00-21:00, days: mon-fri }, { post: low }]\n"
		"taxes: [{ code: vat, rate: 0.%d, method: on-top }]\n"
		"charges:\n"
		"  - { code: h, kind: energy, posts: high, rate: 1.%02d }\n"
		"  - { code: l, kind: energy, posts: low, rate: 0.%02d }\n"
		"  - { code: q, kind: energy, rate: 0.%02d }\n",
		(int)random_below(r, 20), (int)random_below(r, 10), (int)random_below(r, 100),
		(int)random_below(r, 100), (int)random_below(r, 100));
}

/* Every meter's hours, and beside them those of their sum. */
static void make_sums(struct stream *each, struct stream *sum, struct random *r)
{
	*each = (struct stream){ .arrivals = calloc(METERS * HOURS, sizeof(struct arrival)) };
	*sum = (struct stream){ .arrivals = calloc(HOURS, sizeof(struct arrival)) };
	for (int hour = 0; hour < HOURS; hour++) {
		int64_t time = utc("2026-04-01T03:00:00Z") + hour * HOUR;
		uint64_t all = 0;
		for (int meter = 0; meter < METERS; meter++) {
			uint64_t used = random_below(r, 100000);
			add_sample(each, r, meter, time, used, 0);
			all += used;
		}
		add_sample(sum, r, 0, time, all, 0);
	}
}

static void bill_stream(const char *tariff, struct stream *s, decimal_product ret[2])
{
	struct run run;
	open_run(&run, tariff,
		&(struct meter_form){ .reads = "energy",
			.stamp = "start",
			.unit = "Wh",
			.interval = HOUR,
			.fields = { "energy", "-", "-", "-" } });
	for (size_t i = 0; i < s->count; i++)
		feed(&run, s, i);
	close_run(&run);
	memcpy(ret, total, sizeof(total));
	free_stream(s);
}

static void sums(void)
{
	struct random r;
	int differing = 0;
	random_seed(&r, 31, 0);
	for (int trial = 0; trial < 30; trial++) {
		char tariff[1000];
		struct stream each, sum;
		decimal_product of_each[2], of_sum[2];
		linear_tariff(tariff, sizeof(tariff), &r);
		make_sums(&each, &sum, &r);
		bill_stream(tariff, &each, of_each);
		bill_stream(tariff, &sum, of_sum);
		differing += !of_sum[0] || !of_sum[1] || memcmp(of_each, of_sum, sizeof(of_sum));
	}
	ok(!differing, "bills of a linear tariff add up to the bill of the sum, %d do not",
		differing);
}

int main(void)
{
	cuts_and_orders();
	sums();
	free_outcome(&bills);
	return done();
}

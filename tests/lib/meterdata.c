/* Slots out of readings: worked numbers, and what must hold for any readings. */
#include "meterdata/meterdata.h"

#include <errno.h>
#include <stdlib.h>

#include "random.h"
#include "when.h"

#define MINUTE (60 * SECONDS)

enum { DAY = 96 };

static decimal number(const char *text)
{
	decimal v = 0;
	if (decimal_parse(str(text), &v) < 0)
		ok(false, "%s is a decimal", text);
	return v;
}

static struct meterdata_form form(enum meterdata_kind kind)
{
	return (struct meterdata_form){ .kind = kind,
		.slot = 15 * MINUTE,
		.counter.factor = DECIMAL_ONE,
		.history = 28 * DAY * 15 * MINUTE };
}

static struct meterdata_slots slots(struct meterdata *m, const char *from, const char *until)
{
	struct meterdata_slots s;
	meterdata_slots(m, utc(from), utc(until), zone("America/Sao_Paulo"), NULL, &s);
	return s;
}

static decimal sum(const struct meterdata_slots *s)
{
	decimal all = 0;
	for (size_t i = 0; i < s->count; i++)
		all += s->energy[i];
	return all;
}

static void is_number(decimal v, const char *expected, const char *title)
{
	char text[DECIMAL_TEXT + 1];
	text[decimal_print(text, v, 0)] = 0;
	is_str(text, expected, title);
}

/* Powers of quarter hours: 11.2 kW before a gap of three, 12.8 behind. */
static void line(void)
{
	struct meterdata_form f = form(METERDATA_POWER);
	struct meterdata *m = meterdata_open(&f);
	meterdata_add_decimal(m, utc("2026-04-01T09:45:00Z"), number("11.2"));
	meterdata_add_decimal(m, utc("2026-04-01T10:45:00Z"), number("12.8"));
	struct meterdata_slots s = slots(m, "2026-04-01T09:45:00Z", "2026-04-01T11:00:00Z");
	is_number(s.energy[1], "2.9", "11.6 kW for a quarter hour");
	is_number(s.energy[2], "3", "12.0 kW");
	is_number(s.energy[3], "3.1", "12.4 kW");
	ok(s.state[0] == SLOT_MEASURED && s.state[2] == SLOT_ESTIMATED && s.measured == 2 &&
			s.estimated == 3,
		"two measured, three estimated");
	ok(s.estimate_count == 1 && s.estimates[0].method == ESTIMATE_LINE &&
			s.estimates[0].from == utc("2026-04-01T10:00:00Z") &&
			s.estimates[0].until == utc("2026-04-01T10:45:00Z") &&
			s.estimates[0].energy == number("9"),
		"by a line from 10:00 to 10:45, 9 kWh");
	meterdata_add_decimal(m, utc("2026-04-01T10:15:00Z"), number("20"));
	s = slots(m, "2026-04-01T09:45:00Z", "2026-04-01T11:00:00Z");
	is_number(s.energy[1], "3.9", "a late reading: the line goes to it");
	is_number(s.energy[2], "5", "... and it counts");
	meterdata_close(m);
}

static void stamps(void)
{
	struct meterdata_form f = form(METERDATA_ENERGY);
	f.at_end = true;
	f.counter.factor = number("0.001");
	struct meterdata *m = meterdata_open(&f);
	meterdata_add_decimal(m, utc("2026-04-01T18:15:00Z"), number("2500"));
	struct meterdata_slots s = slots(m, "2026-04-01T17:45:00Z", "2026-04-01T18:30:00Z");
	ok(s.state[0] == SLOT_MISSING && s.state[1] == SLOT_MEASURED && s.state[2] == SLOT_MISSING,
		"an interval stamped 18:15 at its end is that from 18:00");
	is_number(s.energy[1], "2.5", "2500 Wh");
	ok(meterdata_known(m) == utc("2026-04-01T18:15:00Z"), "known to its end");
	ok(meterdata_add_decimal(m, utc("2026-04-01T18:30:00Z"), number("-1")) == -EDOM,
		"a negative energy is none");
	meterdata_close(m);
}

/* 1 kW in each of the 900 seconds is 0.25 kWh, whatever a second's share rounds to. */
static void polled(void)
{
	struct meterdata_form f = form(METERDATA_POWER);
	f.every = SECONDS;
	struct meterdata *m = meterdata_open(&f);
	int64_t start = utc("2026-04-01T18:00:00Z");
	for (int i = 0; i < 450; i++)
		meterdata_add_decimal(m, start + i * SECONDS, number("1"));
	struct meterdata_slots s = slots(m, "2026-04-01T18:00:00Z", "2026-04-01T18:15:00Z");
	is_number(s.energy[0], "0.125", "half of a slot that runs is what was used so far");
	ok(s.state[0] == SLOT_ESTIMATED, "... and not yet measured");
	for (int i = 450; i < 900; i++)
		meterdata_add_decimal(m, start + i * SECONDS, number("1"));
	meterdata_add_decimal(m, start + 900 * SECONDS, number("3"));
	s = slots(m, "2026-04-01T18:00:00Z", "2026-04-01T18:30:00Z");
	is_number(s.energy[0], "0.25", "1 kW for a quarter hour");
	ok(s.state[0] == SLOT_MEASURED, "measured");
	for (int i = 1; i < 300; i++)
		meterdata_add_decimal(m, start + (900 + i) * SECONDS, number("3"));
	meterdata_add_decimal(m, start + 1800 * SECONDS, number("1"));
	s = slots(m, "2026-04-01T18:15:00Z", "2026-04-01T18:30:00Z");
	is_number(s.energy[0], "0.75", "a third of its readings at 3 kW");
	ok(s.state[0] == SLOT_ESTIMATED && s.estimates[0].method == ESTIMATE_PART,
		"... is estimated from that part");
	meterdata_close(m);
}

/* Eight digits of 0.1 kWh wrap: (100000000 - 99997650 + 2150) x 0.1 = 450 kWh. */
static void wraps(void)
{
	struct meterdata_form f = form(METERDATA_REGISTER);
	f.counter.modulus = 100000000;
	f.counter.factor = number("0.1");
	struct meterdata *m = meterdata_open(&f);
	meterdata_add_counts(m, utc("2026-06-01T00:00:00Z"), 99997650);
	meterdata_add_counts(m, utc("2026-07-01T00:00:00Z"), 2150);
	struct meterdata_slots s = slots(m, "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z");
	is_number(sum(&s), "450", "the energy of a register that wrapped");
	ok(s.estimated == 30 * DAY && s.estimates[0].method == ESTIMATE_EVEN,
		"its course is not known: spread evenly");
	ok(meterdata_add_counts(m, utc("2026-07-01T01:00:00Z"), 100000000) == -EDOM,
		"more counts than digits");
	meterdata_close(m);
	for (int bits = 16; bits <= 64; bits *= 2) {
		f = form(METERDATA_REGISTER);
		f.counter.modulus = bits == 64 ? 0 : UINT64_C(1) << bits;
		m = meterdata_open(&f);
		meterdata_add_counts(m, utc("2026-06-01T00:00:00Z"), f.counter.modulus - 3);
		meterdata_add_counts(m, utc("2026-06-01T00:15:00Z"), 2);
		s = slots(m, "2026-06-01T00:00:00Z", "2026-06-01T00:15:00Z");
		ok(sum(&s) == 5 * DECIMAL_ONE, "%d bits wrap: 5", bits);
		meterdata_close(m);
	}
}

/* What is not a wrap begins a segment: no energy between. */
static void segments(void)
{
	struct meterdata_form f = form(METERDATA_REGISTER);
	f.counter.modulus = 1000000;
	f.counter.max = number("100");
	struct meterdata *m = meterdata_open(&f);
	meterdata_add_counts(m, utc("2026-06-01T00:00:00Z"), 500000);
	meterdata_add_counts(m, utc("2026-06-01T00:15:00Z"), 500010);
	meterdata_add_counts(m, utc("2026-06-01T00:25:00Z"), 500018);
	meterdata_add_counts(m, utc("2026-06-01T00:35:00Z"), 7);
	meterdata_add_counts(m, utc("2026-06-01T00:45:00Z"), 17);
	meterdata_add_counts(m, utc("2026-06-01T01:00:00Z"), 20000);
	meterdata_add_counts(m, utc("2026-06-01T01:15:00Z"), 20005);
	struct meterdata_slots s = slots(m, "2026-06-01T00:00:00Z", "2026-06-01T01:15:00Z");
	is_number(sum(&s), "33", "10 + 8 + 10 + 5: neither reset nor leap is energy");
	is_number(s.energy[1], "8", "before the reset");
	ok(s.state[0] == SLOT_MEASURED && s.state[1] == SLOT_ESTIMATED &&
			s.state[2] == SLOT_ESTIMATED && s.state[3] == SLOT_MISSING,
		"slots that the reset touches are not measured");
	meterdata_close(m);
}

static void crossing(void)
{
	struct meterdata_form f = form(METERDATA_REGISTER);
	struct meterdata *m = meterdata_open(&f);
	meterdata_add_counts(m, utc("2026-06-01T00:10:00Z"), 100);
	meterdata_add_counts(m, utc("2026-06-01T00:20:00Z"), 110);
	meterdata_add_counts(m, utc("2026-06-01T00:32:00Z"), 134);
	struct meterdata_slots s = slots(m, "2026-06-01T00:00:00Z", "2026-06-01T00:45:00Z");
	is_number(s.energy[0], "5", "half of 10 lies before the quarter");
	is_number(s.energy[1], "25", "half of 10 and ten twelfths of 24");
	is_number(s.energy[2], "4", "two twelfths of 24");
	ok(s.state[0] == SLOT_ESTIMATED && s.state[1] == SLOT_MEASURED, "the first in part only");
	meterdata_close(m);
}

/* 22 minutes are joined by a line, 23 leave a gap. */
static void joins(int minutes, enum slot_state state)
{
	struct meterdata_form f = form(METERDATA_REGISTER);
	struct meterdata *m = meterdata_open(&f);
	meterdata_add_counts(m, utc("2026-06-01T00:00:00Z"), 0);
	meterdata_add_counts(m, utc("2026-06-01T00:00:00Z") + minutes * MINUTE, (uint64_t)minutes);
	struct meterdata_slots s = slots(m, "2026-06-01T00:00:00Z", "2026-06-01T00:15:00Z");
	is_number(s.energy[0], "15", "a quarter of what was used");
	ok(s.state[0] == state, "... over %d minutes", minutes);
	meterdata_close(m);
}

/* Four Mondays of 1 to 4 kWh a slot, a fifth with a hole from 08:00 to 12:00 (local). */
static struct meterdata *mondays(enum meterdata_kind kind)
{
	struct meterdata_form f = form(kind);
	struct meterdata *m = meterdata_open(&f);
	int64_t start = utc("2026-06-01T03:00:00Z"), counts = 0;
	for (int i = 0; i <= 29 * DAY; i++) {
		int day = i / DAY, hour = i % DAY / 4, week = day / 7 + 1;
		bool hole = day == 28 && hour >= 8 && hour < 12;
		if (kind == METERDATA_ENERGY && !hole)
			meterdata_add_decimal(m, start + i * 15 * MINUTE, week * DECIMAL_ONE);
		if (kind == METERDATA_REGISTER && (!hole || i % DAY == 32))
			meterdata_add_counts(m, start + i * 15 * MINUTE, (uint64_t)counts);
		counts += hole ? 7 : week;
	}
	return m;
}

static void like_days(void)
{
	struct meterdata *m = mondays(METERDATA_ENERGY);
	struct meterdata_slots s = slots(m, "2026-06-29T03:00:00Z", "2026-06-30T03:00:00Z");
	is_number(s.energy[32], "2.5", "the mean of 1, 2, 3 and 4");
	ok(s.estimated == 16 && s.measured == 80 && s.estimate_count == 1 &&
			s.estimates[0].method == ESTIMATE_LIKE_DAYS && !s.estimates[0].scaled,
		"four hours by like days");
	meterdata_close(m);
	m = mondays(METERDATA_REGISTER);
	s = slots(m, "2026-06-29T03:00:00Z", "2026-06-30T03:00:00Z");
	is_number(s.energy[32], "7", "the same, scaled to the register's 112 kWh");
	is_number(sum(&s), "512", "80 slots of 5 and 16 of 7");
	ok(s.estimate_count == 1 && s.estimates[0].scaled &&
			s.estimates[0].method == ESTIMATE_LIKE_DAYS,
		"... said to be");
	meterdata_close(m);
}

/* A register that creeps, read at odd times, with holes; or every so many minutes. */
struct stream {
	int64_t time[2000];
	uint64_t counts[2000];
	int count;
};

static void make_stream(struct stream *s, uint64_t seed, int64_t every)
{
	struct random r = { 0 };
	random_seed(&r, seed, 0);
	int64_t time = utc("2026-06-01T00:00:00Z");
	uint64_t counts = 60000;
	s->count = 2000;
	for (int i = 0; i < s->count; i++) {
		s->time[i] = time;
		s->counts[i] = counts % 65536;
		int64_t minutes = random_below(&r, 40) ? 1 + (int64_t)random_below(&r, 9)
						       : (int64_t)random_below(&r, 600) + 1;
		time += every ? every * MINUTE
			      : minutes * MINUTE + (int64_t)random_below(&r, SECONDS);
		counts += random_below(&r, 50);
	}
}

static struct meterdata *open_late(int64_t late)
{
	struct meterdata_form f = form(METERDATA_REGISTER);
	f.counter.modulus = 65536;
	f.late = late;
	f.counter.factor = number("0.137");
	return meterdata_open(&f);
}

static bool same_slots(struct meterdata *a, struct meterdata *b)
{
	struct meterdata_slots s = slots(a, "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z");
	struct meterdata_slots t;
	decimal *energy =
		memcpy(malloc(s.count * sizeof(decimal)), s.energy, s.count * sizeof(decimal));
	uint8_t *state = memcpy(malloc(s.count), s.state, s.count);
	t = slots(b, "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z");
	bool same = memcmp(energy, t.energy, s.count * sizeof(decimal)) == 0 &&
		    memcmp(state, t.state, s.count) == 0;
	free(energy);
	free(state);
	return same;
}

static void any_readings(void)
{
	static struct stream s;
	bool exact = true, ordered = true, resumed = true;
	for (uint64_t seed = 1; seed <= 30; seed++) {
		make_stream(&s, seed, 0);
		struct random r = { 0 };
		struct buffer state = { 0 };
		struct meterdata *sorted = open_late(0), *shuffled = open_late(60 * MINUTE), *again;
		random_seed(&r, seed, 1);
		uint64_t all = 0;
		for (int i = 0; i < s.count; i++) {
			meterdata_add_counts(sorted, s.time[i], s.counts[i]);
			all += i ? (s.counts[i] - s.counts[i - 1]) & 65535 : 0;
		}
		for (int i = 0; i + 1 < s.count; i++) {
			bool swap = s.time[i + 1] - s.time[i] < 60 * MINUTE && random_below(&r, 2);
			meterdata_add_counts(shuffled, s.time[i + swap], s.counts[i + swap]);
			if (i >= 1000 && !state.len) {
				meterdata_save(shuffled, &state);
				again = open_late(60 * MINUTE);
				struct cursor c = wire_cursor(buffer_str(&state));
				resumed &= meterdata_load(again, &c) && c.at == c.end;
				meterdata_close(shuffled);
				shuffled = again;
			}
			if (swap) {
				meterdata_add_counts(shuffled, s.time[i], s.counts[i]);
				i++;
			}
		}
		meterdata_add_counts(shuffled, s.time[s.count - 1], s.counts[s.count - 1]);
		meterdata_settle(shuffled, INT64_MAX);
		struct meterdata_slots t;
		meterdata_slots(sorted, s.time[0] - s.time[0] % (15 * MINUTE),
			s.time[s.count - 1] + 15 * MINUTE, zone("UTC"), NULL, &t);
		exact &= sum(&t) == (decimal)all * number("0.137");
		ordered &= same_slots(sorted, shuffled);
		buffer_free(&state);
		meterdata_close(sorted);
		meterdata_close(shuffled);
	}
	ok(exact, "slots sum to the register's difference, exactly");
	ok(ordered, "readings in another order make the same slots");
	ok(resumed, "what is saved is read back");
}

/* Readings late beyond the horizon, in a gap, make the slots as if they had come in time, unless there
 * are several to a slot. */
static void late(void)
{
	static struct stream s;
	make_stream(&s, 99, 13);
	struct meterdata *all = open_late(0), *holed = open_late(0);
	for (int i = 0; i < s.count; i++)
		meterdata_add_counts(all, s.time[i], s.counts[i]);
	for (int i = 0; i < s.count; i++)
		if (i < 500 || i >= 520)
			meterdata_add_counts(holed, s.time[i], s.counts[i]);
	ok(!same_slots(all, holed), "twenty readings short");
	ok(meterdata_add_counts(holed, s.time[510], (s.counts[510] + 30000) % 65536) == -EDOM,
		"one that does not fit in between is refused");
	for (int i = 519; i >= 500; i--)
		meterdata_add_counts(holed, s.time[i], s.counts[i]);
	ok(same_slots(all, holed), "when they come late, backwards, the slots are the same");
	ok(meterdata_add_counts(holed, s.time[505], s.counts[505]) == -EALREADY,
		"once more: known");
	meterdata_close(all);
	meterdata_close(holed);
}

static void forgets(void)
{
	struct meterdata *m = mondays(METERDATA_ENERGY);
	struct buffer before = { 0 }, behind = { 0 };
	meterdata_save(m, &before);
	meterdata_forget(m, utc("2026-06-29T03:00:00Z"));
	meterdata_save(m, &behind);
	struct meterdata_slots s = slots(m, "2026-06-29T03:00:00Z", "2026-06-30T03:00:00Z");
	is_number(s.energy[32], "2.5", "four weeks stay for the estimates");
	meterdata_forget(m, utc("2026-07-10T03:00:00Z"));
	ok(meterdata_add_decimal(m, utc("2026-06-05T03:00:00Z"), 1) == -ERANGE,
		"what is forgotten is not taken any more");
	ok(meterdata_add_decimal(m, utc("2036-06-05T03:00:00Z"), 1) == -ERANGE,
		"nor what is years ahead");
	buffer_free(&before);
	buffer_free(&behind);
	meterdata_close(m);
}

static void hostile_state(void)
{
	struct meterdata *m = mondays(METERDATA_REGISTER);
	struct buffer state = { 0 };
	struct random r = { 0 };
	int loaded = 0;
	random_seed(&r, 3, 0);
	meterdata_save(m, &state);
	for (int i = 0; i < 3000; i++) {
		struct meterdata_form f = form(METERDATA_REGISTER);
		struct meterdata *other = meterdata_open(&f);
		size_t len = random_below(&r, state.len + 1), at = random_below(&r, state.len);
		uint8_t *copy = memcpy(malloc(state.len), state.data, state.len);
		copy[at] = (uint8_t)random_bits(&r);
		struct cursor c = { copy, copy + (i % 2 ? len : state.len) };
		loaded += meterdata_load(other, &c);
		slots(other, "2026-06-29T03:00:00Z", "2026-06-30T03:00:00Z");
		meterdata_close(other);
		free(copy);
	}
	ok(loaded < 3000, "cut and wrong states are read or refused, %d read", loaded);
	buffer_free(&state);
	meterdata_close(m);
}

static void readings(void)
{
	struct meterdata_form f = form(METERDATA_REGISTER);
	f.counter.decimals = 1;
	struct meterdata *m = meterdata_open(&f);
	int64_t at = utc("2026-06-01T00:00:00Z");
	meterdata_add(m, at, &(struct wire){ .type = WIRE_DOUBLE, .d = 1000.04 });
	meterdata_add(m, at + 15 * MINUTE, &(struct wire){ .type = WIRE_DOUBLE, .d = 1002.06 });
	meterdata_add(m, at + 30 * MINUTE, &(struct wire){ .type = WIRE_UINT, .u = 1003 });
	struct meterdata_slots s = slots(m, "2026-06-01T00:00:00Z", "2026-06-01T00:30:00Z");
	is_number(s.energy[0], "2.1", "a float counter is read to a tenth, once");
	is_number(s.energy[1], "0.9", "... and whole numbers with it");
	ok(meterdata_add(m, at, &(struct wire){ .type = WIRE_NIL }) == -EDOM &&
			meterdata_add(m, at, &(struct wire){ .type = WIRE_DOUBLE, .d = -1 }) ==
				-EDOM &&
			meterdata_add(m, at, &(struct wire){ .type = WIRE_DOUBLE, .d = 1e300 }) ==
				-EDOM,
		"nil, negative and huge are no readings");
	meterdata_close(m);
}

int main(void)
{
	line();
	stamps();
	polled();
	wraps();
	segments();
	crossing();
	joins(22, SLOT_MEASURED);
	joins(23, SLOT_ESTIMATED);
	like_days();
	any_readings();
	late();
	forgets();
	hostile_state();
	readings();
	return done();
}

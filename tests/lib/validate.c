/* Checks of slots: worked numbers. */
#include "meterdata/validate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "when.h"

#define HOUR (3600 * SECONDS)

enum { HOURS = 72 };

/* Three days of hours, 1 kWh each. */
struct use {
	struct validation v;
	decimal energy[HOURS];
	uint8_t state[HOURS];
	struct buffer suspects;
};

static void make_use(struct use *u, const char *first)
{
	memset(u, 0, sizeof(*u));
	for (int i = 0; i < HOURS; i++) {
		u->energy[i] = DECIMAL_ONE;
		u->state[i] = SLOT_MEASURED;
	}
	u->v = (struct validation){ .first = utc(first),
		.slot = HOUR,
		.count = HOURS,
		.energy = u->energy,
		.state = u->state,
		.zone = zone("America/Sao_Paulo"),
		.suspects = &u->suspects };
}

static size_t found(const struct use *u)
{
	return u->suspects.len / sizeof(struct suspect);
}

static const struct suspect *suspect(const struct use *u, size_t i)
{
	return (const struct suspect *)u->suspects.data + i;
}

static size_t spikes(struct use *u, const char *times)
{
	decimal k = 0;
	decimal_parse(str(times), &k);
	u->suspects.len = 0;
	validate_spikes(&u->v, k);
	size_t n = found(u);
	buffer_free(&u->suspects);
	return n;
}

static void worked_spike(void)
{
	struct use u;
	make_use(&u, "2026-04-01T03:00:00Z");
	u.energy[30] = 5 * DECIMAL_ONE;
	u.energy[31] = 3 * DECIMAL_ONE;
	u.energy[32] = 2 * DECIMAL_ONE;
	validate_spikes(&u.v, 18 * DECIMAL_ONE / 10);
	ok(found(&u) == 1, "5 is more than 1.8 x 2, 3 is not");
	const struct suspect *s = suspect(&u, 0);
	ok(found(&u) && s->from == utc("2026-04-02T09:00:00Z") && s->until == s->from + HOUR &&
			s->check == SUSPECT_SPIKE && s->energy == 5 * DECIMAL_ONE &&
			s->against == 2 * DECIMAL_ONE,
		"told with its hour and the third highest");
	ok(u.state[30] == SLOT_SUSPECT && u.state[31] == SLOT_MEASURED &&
			u.energy[30] == 5 * DECIMAL_ONE,
		"marked, and as it was read");
	buffer_free(&u.suspects);
}

static void bounds(void)
{
	struct use u;
	make_use(&u, "2026-04-01T03:00:00Z");
	ok(spikes(&u, "1.8") == 0, "even days have no spike");
	u.energy[5] = DECIMAL_ONE * 18 / 10;
	ok(spikes(&u, "1.8") == 0, "1.8 times is none");
	u.energy[5]++;
	ok(spikes(&u, "1.8") == 1, "a billionth more is one");
	u.state[5] = SLOT_MEASURED;
	ok(spikes(&u, "2") == 0, "not above 2 times");
	u.energy[6] = u.energy[5];
	ok(spikes(&u, "1.8") == 2, "two of a day");
	u.state[5] = u.state[6] = SLOT_MEASURED;
	u.energy[7] = u.energy[5];
	ok(spikes(&u, "1.8") == 0, "three are use");
}

/* A day is of the local clock: 03:00 UTC begins one. */
static void days(void)
{
	struct use u;
	make_use(&u, "2026-04-01T03:00:00Z");
	for (int i = 24; i < 48; i++)
		u.energy[i] = 10 * DECIMAL_ONE;
	ok(spikes(&u, "1.8") == 0, "a day with more use than those beside it");
	u.energy[23] = 10 * DECIMAL_ONE;
	ok(spikes(&u, "1.8") == 1 && u.state[23] == SLOT_SUSPECT, "its use in the day before");
	u.v.zone = zone("UTC");
	u.state[23] = SLOT_MEASURED;
	for (int i = 21; i < 24; i++)
		u.energy[i] = 10 * DECIMAL_ONE;
	ok(spikes(&u, "1.8") == 0, "which is another day elsewhere");
}

static void nothing_to_compare(void)
{
	struct use u;
	make_use(&u, "2026-04-01T03:00:00Z");
	memset(u.energy, 0, sizeof(u.energy));
	u.energy[3] = u.energy[4] = 50 * DECIMAL_ONE;
	ok(spikes(&u, "1.8") == 0, "two intervals of use in a day");
	u.energy[5] = DECIMAL_ONE;
	u.state[5] = SLOT_ESTIMATED;
	ok(spikes(&u, "1.8") == 0, "nor is an estimate to be compared with");
	u.state[5] = SLOT_MEASURED;
	u.state[4] = SLOT_ESTIMATED;
	u.energy[6] = DECIMAL_ONE;
	ok(spikes(&u, "1.8") == 1 && u.state[4] == SLOT_ESTIMATED, "nor told as a spike");
	u.v.count = 0;
	ok(spikes(&u, "1.8") == 0, "no slots");
	make_use(&u, "2026-04-01T03:00:00Z");
	u.energy[1] = 50 * DECIMAL_ONE;
	u.v.count = 11;
	ok(spikes(&u, "1.8") == 0, "eleven hours are too few to compare with");
	u.v.count = 12;
	ok(spikes(&u, "1.8") == 1, "twelve are not");
}

/* A register of 0.1 kWh counts beside the intervals: read at that time, after so many kWh. */
static void read_register(struct register_readings *r, int64_t time, decimal energy)
{
	uint64_t counts = (uint64_t)(energy / (DECIMAL_ONE / 10)) % r->counter.modulus;
	register_readings_add(r, time, &(struct wire){ .type = WIRE_UINT, .u = counts });
}

static struct register_readings *open_register(void)
{
	return register_readings_open(
		&(struct counter){ .factor = DECIMAL_ONE / 10, .modulus = 10000 }, HOUR);
}

/* The register stood at 990 kWh, so that it wraps on the way. */
static struct register_readings *register_of(const struct use *u, const int *hours, int count)
{
	struct register_readings *r = open_register();
	for (int i = 0; i < count; i++) {
		decimal energy = 990 * DECIMAL_ONE;
		for (int n = 0; n < hours[i]; n++)
			energy += u->energy[n];
		read_register(r, u->v.first + hours[i] * HOUR, energy);
	}
	return r;
}

static size_t sums(struct use *u, const struct register_readings *r)
{
	u->suspects.len = 0;
	validate_sum(&u->v, r);
	return found(u);
}

static void worked_sum(void)
{
	static const int hours[] = { 0, 24, 48, 72 };
	struct use u;
	make_use(&u, "2026-04-01T00:00:00Z");
	struct register_readings *r = register_of(&u, hours, 4);
	ok(sums(&u, r) == 0, "72 kWh, and a register that wrapped went on by 72");
	u.energy[30] += DECIMAL_ONE / 10;
	ok(sums(&u, r) == 0, "0.1 kWh more is within the multiplier");
	u.energy[30]++;
	ok(sums(&u, r) == 1, "a billionth more is not");
	const struct suspect *s = suspect(&u, 0);
	ok(found(&u) && s->from == u.v.first && s->until == u.v.first + HOURS * HOUR &&
			s->check == SUSPECT_SUM && s->against == 72 * DECIMAL_ONE &&
			s->energy == 72 * DECIMAL_ONE + DECIMAL_ONE / 10 + 1,
		"told from the first reading to the last, with both");
	ok(u.state[30] == SLOT_MEASURED, "no interval of them is marked");
	u.state[30] = SLOT_MISSING;
	ok(sums(&u, r) == 0, "over a missing interval nothing is compared");
	u.energy[50] += 2 * DECIMAL_ONE;
	ok(sums(&u, r) == 1 && suspect(&u, 0)->from == u.v.first + 48 * HOUR,
		"but beside it, from reading to reading");
	register_readings_forget(r, u.v.first + 49 * HOUR);
	ok(sums(&u, r) == 0, "one reading has nothing to compare");
	register_readings_close(r);
	buffer_free(&u.suspects);
}

/* A register that is set anew begins another stretch; one that is read within an interval leaves it
 * open how much of that is before. */
static void segments(void)
{
	struct use u;
	make_use(&u, "2026-04-01T00:00:00Z");
	struct register_readings *r = open_register();
	read_register(r, u.v.first, 500 * DECIMAL_ONE);
	read_register(r, u.v.first + 10 * HOUR, 510 * DECIMAL_ONE);
	read_register(r, u.v.first + 11 * HOUR, 3 * DECIMAL_ONE);
	read_register(r, u.v.first + 20 * HOUR, 12 * DECIMAL_ONE);
	ok(sums(&u, r) == 0, "a meter exchanged");
	read_register(r, u.v.first + 30 * HOUR + HOUR / 2, 22 * DECIMAL_ONE);
	ok(sums(&u, r) == 0, "read in mid-interval, before its energy");
	read_register(r, u.v.first + 30 * HOUR + HOUR / 2, 23 * DECIMAL_ONE + DECIMAL_ONE / 10);
	ok(sums(&u, r) == 0, "or behind it; a reading given again takes the first one's place");
	read_register(r, u.v.first + 30 * HOUR + HOUR / 2, 23 * DECIMAL_ONE + DECIMAL_ONE / 5);
	ok(sums(&u, r) == 1 && suspect(&u, 0)->energy == 20 * DECIMAL_ONE,
		"more than that is told");
	struct wire none = { .type = WIRE_NIL };
	ok(register_readings_add(r, u.v.first, &none) < 0 &&
			register_readings_add(r, u.v.first + 30 * HOUR + HOUR / 2 + 1,
				&(struct wire){ .type = WIRE_UINT, .u = 1 }) == -EALREADY,
		"nil is no reading; a slot keeps its first");
	register_readings_close(r);
	buffer_free(&u.suspects);
}

static bool same_readings(const struct register_readings *a, const struct register_readings *b)
{
	return a->count == b->count && !memcmp(a->all, b->all, a->count * sizeof(*a->all));
}

/* A register that counts the intervals is never told of, read whenever, in any order, and saved on
 * the way; an interval that is wrong by more than the multiplier always is. */
static void any_register(void)
{
	struct random r;
	int wrong = 0, missed = 0, differing = 0;
	random_seed(&r, 11, 0);
	for (int trial = 0; trial < 300; trial++) {
		int hours[HOURS + 1], count = 0;
		struct use u;
		struct buffer state = { 0 };
		make_use(&u, "2026-04-01T00:00:00Z");
		for (int i = 0; i < HOURS; i++)
			u.energy[i] = (decimal)random_below(&r, 2 * DECIMAL_ONE);
		for (int i = 0; i <= HOURS; i++)
			if (random_below(&r, 3) == 0)
				hours[count++] = i;
		struct register_readings *sorted = register_of(&u, hours, count);
		for (int i = count - 1; i > 0; i--) {
			int other = (int)random_below(&r, (uint64_t)i + 1), one = hours[i];
			hours[i] = hours[other];
			hours[other] = one;
		}
		struct register_readings *mixed = register_of(&u, hours, count), *loaded;
		register_readings_save(mixed, &state);
		struct cursor c = wire_cursor(buffer_str(&state));
		loaded = open_register();
		differing += !register_readings_load(loaded, &c) || c.at != c.end ||
			     !same_readings(loaded, sorted);
		wrong += sums(&u, loaded) != 0;
		int at = (int)random_below(&r, HOURS);
		int64_t begin = u.v.first + at * HOUR;
		bool within = count > 1 && sorted->all[0].time <= begin &&
			      sorted->all[sorted->count - 1].time > begin;
		u.energy[at] += DECIMAL_ONE / 5 + 1;
		missed += sums(&u, loaded) != within;
		register_readings_close(sorted);
		register_readings_close(mixed);
		register_readings_close(loaded);
		buffer_free(&state);
		buffer_free(&u.suspects);
	}
	ok(!differing, "any order of readings, saved and loaded, is the sorted ones");
	ok(!wrong, "no register that counts the intervals is told of");
	ok(!missed, "and every interval that it does not count");
}

static void hostile_state(void)
{
	struct buffer state = { 0 };
	struct random r;
	random_seed(&r, 5, 0);
	struct register_readings *whole = open_register();
	for (int i = 0; i < 20; i++)
		read_register(whole, i * HOUR, i * DECIMAL_ONE);
	register_readings_save(whole, &state);
	int loaded = 0;
	for (int i = 0; i < 2000; i++) {
		struct register_readings *other = open_register();
		uint8_t *copy = memcpy(malloc(state.len), state.data, state.len);
		copy[random_below(&r, state.len)] = (uint8_t)random_bits(&r);
		struct cursor c = { copy,
			copy + (i % 2 ? random_below(&r, state.len) : state.len) };
		loaded += register_readings_load(other, &c);
		register_readings_close(other);
		free(copy);
	}
	ok(loaded < 2000, "cut and wrong states are read or refused, %d read", loaded);
	register_readings_close(whole);
	buffer_free(&state);
}

int main(void)
{
	worked_spike();
	bounds();
	days();
	nothing_to_compare();
	worked_sum();
	segments();
	any_register();
	hostile_state();
	return done();
}

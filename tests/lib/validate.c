/* Checks of slots: worked numbers. */
#include "meterdata/validate.h"

#include <string.h>

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

int main(void)
{
	worked_spike();
	bounds();
	days();
	nothing_to_compare();
	return done();
}

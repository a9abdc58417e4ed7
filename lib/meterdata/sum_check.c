/* The sum check: intervals against the register that stands beside them. */
#include "meterdata/validate.h"

/* Readings of one segment, one after the other, with all slots between them known. */
struct stretch {
	int64_t from, until;
	__int128 counts;
};

static size_t slot_at(const struct validation *v, int64_t time)
{
	return (size_t)((time - v->first) / v->slot);
}

static bool goes_on(const struct validation *v, const struct counter *c,
	const struct register_reading *a, const struct register_reading *b, uint64_t *ret_counts)
{
	if (counter_difference(c, a->counts, b->counts, b->time - a->time, ret_counts) < 0)
		return false;
	for (size_t i = slot_at(v, a->time); i <= slot_at(v, b->time - 1); i++)
		if (v->state[i] == SLOT_MISSING)
			return false;
	return true;
}

/* The energy of slots that lie in a stretch, and of those that reach into it too: what was used in it
 * is between the two. */
static void sum_slots(const struct validation *v, const struct stretch *s, __int128 *ret_within,
	__int128 *ret_touching)
{
	*ret_within = *ret_touching = 0;
	for (size_t i = slot_at(v, s->from); i <= slot_at(v, s->until - 1); i++) {
		int64_t begin = v->first + (int64_t)i * v->slot;
		*ret_touching += v->energy[i];
		if (begin >= s->from && begin + v->slot <= s->until)
			*ret_within += v->energy[i];
	}
}

static void judge(struct validation *v, const struct counter *c, const struct stretch *s)
{
	__int128 within, touching;
	decimal difference, multiplier;
	if (s->from == s->until || counter_energy(c, s->counts, &difference) < 0 ||
		counter_energy(c, 1, &multiplier) < 0)
		return;
	sum_slots(v, s, &within, &touching);
	if (within - multiplier <= difference && difference <= touching + multiplier)
		return;
	__int128 sum = difference < within ? within : touching;
	buffer_add(v->suspects,
		&(struct suspect){ s->from, s->until, SUSPECT_SUM,
			sum > INT64_MAX ? INT64_MAX : (decimal)sum, difference },
		sizeof(struct suspect));
}

void validate_sum(struct validation *v, const struct register_readings *r)
{
	int64_t end = v->first + (int64_t)v->count * v->slot;
	const struct register_reading *before = NULL;
	struct stretch s = { 0 };
	for (size_t i = 0; i < r->count; i++) {
		const struct register_reading *now = &r->all[i];
		uint64_t counts;
		if (now->time < v->first || now->time > end)
			continue;
		if (before && goes_on(v, &r->counter, before, now, &counts)) {
			s.counts += counts;
		} else {
			judge(v, &r->counter, &s);
			s = (struct stretch){ .from = now->time };
		}
		s.until = now->time;
		before = now;
	}
	judge(v, &r->counter, &s);
}

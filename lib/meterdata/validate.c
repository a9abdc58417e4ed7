#include "meterdata/validate.h"

#include "clock.h"

enum { HIGHEST = 3 };

#define HALF_A_DAY (12 * 3600 * SECONDS)

/* The slots behind those of one local day. */
static size_t day_end(const struct validation *v, size_t begin, struct zone_span *span)
{
	int32_t day = zone_local(v->zone, span, v->first + (int64_t)begin * v->slot).day;
	size_t end = begin + 1;
	while (end < v->count &&
		zone_local(v->zone, span, v->first + (int64_t)end * v->slot).day == day)
		end++;
	return end;
}

/* 0 where there is nothing to compare with. */
static decimal third_highest(const struct validation *v, size_t begin, size_t end)
{
	decimal top[HIGHEST] = { 0 };
	int64_t measured = 0;
	for (size_t i = begin; i < end; i++) {
		decimal one = v->energy[i];
		if (v->state[i] != SLOT_MEASURED)
			continue;
		measured += v->slot;
		for (int n = 0; n < HIGHEST; n++)
			if (one > top[n]) {
				decimal lower = top[n];
				top[n] = one;
				one = lower;
			}
	}
	return measured < HALF_A_DAY ? 0 : top[HIGHEST - 1];
}

static void find_spikes(
	struct validation *v, size_t begin, size_t end, decimal third, decimal times)
{
	decimal_product most = decimal_multiply(third, times);
	for (size_t i = begin; i < end; i++) {
		int64_t from = v->first + (int64_t)i * v->slot;
		if (v->state[i] != SLOT_MEASURED || decimal_widen(v->energy[i]) <= most)
			continue;
		v->state[i] = SLOT_SUSPECT;
		buffer_add(v->suspects,
			&(struct suspect){
				from, from + v->slot, SUSPECT_SPIKE, v->energy[i], third },
			sizeof(struct suspect));
	}
}

void validate_spikes(struct validation *v, decimal times)
{
	struct zone_span span = { 0 };
	size_t end;
	for (size_t begin = 0; begin < v->count; begin = end) {
		end = day_end(v, begin, &span);
		decimal third = third_highest(v, begin, end);
		if (third)
			find_spikes(v, begin, end, third, times);
	}
}

/* The quantities of a cycle that charges are made of, post by post. */
#ifndef DUTO_MEASURE_H
#define DUTO_MEASURE_H

#include "tariff/tariff.h"
#include "tariff/usage.h"

struct measures {
	decimal import[SCHEDULE_POSTS], export[SCHEDULE_POSTS];	       /* kWh */
	decimal inductive[SCHEDULE_POSTS], capacitive[SCHEDULE_POSTS]; /* kvarh */
	decimal demand[SCHEDULE_POSTS], apparent[SCHEDULE_POSTS];      /* largest kW, kVA */
	int64_t demand_at[SCHEDULE_POSTS];			       /* 0: not known */
	enum slot_state demand_state[SCHEDULE_POSTS];		    /* of the slot of the largest */
	decimal compensated[SCHEDULE_POSTS], net[SCHEDULE_POSTS];   /* kWh */
	decimal credits[SCHEDULE_POSTS];			    /* left at the end */
	decimal billed[SCHEDULE_POSTS], billed_net[SCHEDULE_POSTS]; /* with the minimum */
	size_t slots, measured, estimated;
	decimal estimated_energy;
};

/* 0, or -EOVERFLOW. */
int measure(const struct tariff *t, const struct usage *u, const struct contract *c,
	struct measures *ret);

/* A sum or maximum over a set of posts. */
int measure_sum(const decimal of[SCHEDULE_POSTS], uint64_t posts, decimal *ret);
decimal measure_largest(const decimal of[SCHEDULE_POSTS], uint64_t posts, int *ret_post);

/* Walks slots with the post that each is in. */
struct slot_walk {
	const struct tariff *tariff;
	const struct usage_slots *slots;
	struct zone_span span;
	const uint8_t *row;
	int32_t day; /* that row is of */
	size_t at;
	struct local_time local; /* of slot at */
};

static inline int slot_post(struct slot_walk *w, size_t slot)
{
	int64_t time = w->slots->first + (int64_t)slot * w->tariff->interval;
	w->local = zone_local(w->tariff->when.zone, &w->span, time);
	if (!w->row || w->local.day != w->day) {
		w->day = w->local.day;
		w->row = schedule_day(w->tariff->when.schedule, w->tariff->when.holidays, w->day);
	}
	return w->row[w->local.second / SCHEDULE_SLOT];
}

/* Energy of one slot as power. */
int measure_power(const struct tariff *t, decimal energy, decimal *ret);

#endif

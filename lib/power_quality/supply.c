#include "power_quality/supply.h"

#include <math.h>
#include <stdlib.h>

#include "power_quality/profile_parts.h"

#define MONDAY (4 * 86400 * SECONDS) /* 1970-01-05: weeks begin on Mondays */

static const struct profile *profile_of(const struct supply *s)
{
	return s->of->form.profile;
}

static int64_t pace_now(const struct supply *s)
{
	return s->of->form.pace ? s->of->form.pace : pace_of(&s->pace);
}

/* Assessments. */

static bool may_be_brief(const struct supply *s)
{
	for (size_t i = 0; i < 2; i++) {
		const struct disturbance_watch *w = &s->watches[i];
		if (w->active && disturbance_leaves_out(&w->now, profile_of(s)))
			return true;
	}
	return false;
}

static void hand_over(struct supply *s, size_t at)
{
	struct assessment *done = s->assessments[at];
	done->time = s->clock;
	s->assessment_count--;
	for (size_t i = at; i < s->assessment_count; i++)
		s->assessments[i] = s->assessments[i + 1];
	if (s->of->form.assessment)
		s->of->form.assessment(s->name, done);
	assessment_close(done);
}

/* What is going on decides about slots that are closed already: assessments wait for it. */
static void settle(struct supply *s, int64_t now)
{
	size_t i = 0;
	while (i < s->assessment_count && !may_be_brief(s))
		if (assessment_is_done(s->assessments[i], profile_of(s), now))
			hand_over(s, i);
		else
			i++;
}

static void drop_over(struct supply *s, int64_t time)
{
	size_t i = 0;
	while (i < s->assessment_count)
		if (assessment_is_over(s->assessments[i], profile_of(s), time))
			hand_over(s, i);
		else
			i++;
}

static void open_assessment(struct supply *s, int64_t time)
{
	int64_t period = profile_of(s)->period;
	int64_t start = time - ((time - MONDAY) % period + period) % period;
	size_t n = s->assessment_count;
	if (n == SUPPLY_ASSESSMENTS || (n && s->assessments[n - 1]->start >= start))
		return;
	s->assessments[s->assessment_count++] = assessment_open(start);
}

/* Hours and slots. */

static void close_hour(struct supply *s, double *ret_factor, double *ret_reactive)
{
	const struct profile *p = profile_of(s);
	double covered = (double)s->hour.readings * (double)pace_now(s) / (double)PROFILE_HOUR;
	bool enough = covered * (double)DECIMAL_ONE >= (double)p->coverage;
	s->hour.open = false;
	*ret_factor = hour_power_factor(&s->hour, ret_reactive);
	if (!enough)
		*ret_factor = NAN;
	for (size_t i = 0; i < s->assessment_count; i++)
		if (s->assessments[i]->start <= s->hour.start)
			assessment_add_hour(s->assessments[i], p, *ret_factor, *ret_reactive);
}

/* However long it lasts, its end need not be waited for. */
static bool is_interrupted(const struct supply *s)
{
	const struct disturbance_watch *w = &s->watches[0];
	return w->active && w->now.kind == DISTURBANCE_INTERRUPTION &&
	       disturbance_leaves_out(&w->now, profile_of(s));
}

static void close_slot(struct supply *s)
{
	const struct profile *p = profile_of(s);
	struct power_quality_slot out = { .slot = &s->slot };
	int64_t end = s->slot.start + p->slot;
	slot_end(&s->slot, p);
	s->slot.open = false;
	s->slot.left_out |= is_interrupted(s);
	s->clock = end;
	out.coverage = slot_coverage(&s->slot, p, pace_now(s), s->seen);
	out.covered = out.coverage * (double)DECIMAL_ONE >= (double)p->coverage;
	for (size_t i = 0; i < s->assessment_count; i++)
		assessment_add_slot(s->assessments[i], p, &s->slot, out.covered);
	out.ends_hour = end % PROFILE_HOUR == 0;
	if (out.ends_hour)
		close_hour(s, &out.power_factor, &out.reactive);
	if (s->of->form.slot)
		s->of->form.slot(s->name, &out);
	settle(s, end);
}

static void close_until(struct supply *s, int64_t time)
{
	if (s->slot.open && time >= s->slot.start + profile_of(s)->slot)
		close_slot(s);
}

static void open_slot(struct supply *s, int64_t time)
{
	double factor, reactive;
	int64_t start = time - time % profile_of(s)->slot, hour = time - time % PROFILE_HOUR;
	if (!s->slot.open) {
		drop_over(s, start);
		open_assessment(s, start);
		slot_begin(&s->slot, start);
	}
	if (s->hour.open && s->hour.start == hour)
		return;
	if (s->hour.open)
		close_hour(s, &factor, &reactive);
	hour_begin(&s->hour, hour);
}

/* Readings, in the order of time. */

static void end_disturbance(struct supply *s, const struct disturbance *d, bool goes_on)
{
	for (size_t i = 0; i < s->assessment_count; i++)
		assessment_add_disturbance(s->assessments[i], profile_of(s), d);
	if (s->slot.open && d->end > s->slot.start)
		s->slot.left_out |= disturbance_leaves_out(d, profile_of(s));
	if (s->of->form.disturbance)
		s->of->form.disturbance(s->name, d, goes_on);
}

static void watch(struct supply *s, size_t which, const struct reading *r)
{
	static const enum disturbance_kind kinds[] = { DISTURBANCE_SAG, DISTURBANCE_SWELL };
	struct disturbance_watch *w = &s->watches[which];
	struct disturbance ended;
	s->slot.flagged |= w->active && r->time > s->slot.start;
	if (disturbance_step(w, kinds[which], profile_of(s), r, &ended))
		end_disturbance(s, &ended, false);
	s->slot.flagged |= w->active;
}

static void work_on(struct supply *s, const struct reading *r)
{
	if (reading_has_voltage(r))
		pace_add(&s->pace, r->time);
	close_until(s, r->time);
	open_slot(s, r->time);
	for (size_t i = 0; i < PHASES; i++)
		s->seen[i] |= !isnan(r->values[CHANNEL_VOLTAGE + i]);
	s->clock = r->time;
	watch(s, 0, r);
	watch(s, 1, r);
	settle(s, r->time);
	slot_add(&s->slot, profile_of(s), r);
	hour_add(&s->hour, r);
}

static void reach(struct supply *s, int64_t time)
{
	if (time > s->reached)
		s->reached = time;
	close_until(s, s->reached);
	settle(s, s->reached);
}

void supply_advance(struct supply *s, int64_t until)
{
	struct reading r;
	while (reading_queue_next(&s->queue, until, &r)) {
		work_on(s, &r);
		reach(s, r.time);
		reading_free(&r);
	}
	reach(s, until);
}

int64_t supply_mark(struct supply *s, int64_t time)
{
	supply_advance(s, time - 1);
	reach(s, time);
	return s->slot.open ? s->slot.start : s->reached;
}

void supply_end(struct supply *s)
{
	supply_advance(s, s->newest);
	for (size_t i = 0; i < 2; i++)
		if (s->watches[i].active)
			end_disturbance(s, &s->watches[i].now, true);
	if (s->slot.open)
		close_slot(s);
	while (s->assessment_count)
		hand_over(s, 0);
}

void supply_free(struct supply *s)
{
	while (s->assessment_count)
		assessment_close(s->assessments[--s->assessment_count]);
	reading_queue_free(&s->queue);
	free((char *)s->name.data);
}

#include "power_quality/disturbance.h"

#include <math.h>

/* Whether a phase is inside, given where it was. Shares are compared, not volts: 0.9 of a nominal
 * voltage is not always exact in V, but the share of that voltage is. */
static bool is_inside(const struct profile *p, enum disturbance_kind kind, double share, bool was)
{
	double hysteresis = was ? p->hysteresis : 0;
	if (kind == DISTURBANCE_SWELL)
		return share > p->swell - hysteresis;
	return share < p->sag + hysteresis;
}

static void look(struct disturbance_watch *w, enum disturbance_kind kind, const struct profile *p,
	const struct reading *r)
{
	bool all_out = true;
	for (size_t i = 0; i < PHASES; i++) {
		double v = r->values[CHANNEL_VOLTAGE + i];
		if (isnan(v))
			continue;
		w->inside[i] = is_inside(p, kind, v / p->nominal, w->inside[i]);
		w->now.phases[i] |= w->inside[i];
		all_out &= v / p->nominal < p->interruption;
		bool more = kind == DISTURBANCE_SWELL ? v > w->now.voltage : v < w->now.voltage;
		if (w->inside[i] && (more || isnan(w->now.voltage)))
			w->now.voltage = v;
	}
	if (kind == DISTURBANCE_SAG && all_out)
		w->now.kind = DISTURBANCE_INTERRUPTION;
}

bool disturbance_step(struct disturbance_watch *w, enum disturbance_kind kind,
	const struct profile *p, const struct reading *r, struct disturbance *ret)
{
	bool was = w->active;
	if (!reading_has_voltage(r))
		return false;
	if (!was)
		w->now = (struct disturbance){ kind, r->time, r->time, NAN, { false } };
	look(w, kind, p, r);
	w->now.end = r->time;
	w->active = w->inside[0] || w->inside[1] || w->inside[2];
	if (!was || w->active)
		return false;
	*ret = w->now;
	return true;
}

bool disturbance_leaves_out(const struct disturbance *d, const struct profile *p)
{
	bool brief = d->kind == DISTURBANCE_INTERRUPTION || d->end - d->start <= p->brief;
	return brief && p->leaves_out[d->kind];
}

void disturbance_archive(struct disturbance_watch *w, struct archive *a)
{
	int64_t kind = w->now.kind;
	archive_bool(a, &w->active);
	for (int i = 0; i < PHASES; i++) {
		archive_bool(a, &w->inside[i]);
		archive_bool(a, &w->now.phases[i]);
	}
	archive_integer(a, &kind);
	archive_check(a, kind < DISTURBANCE_KINDS);
	w->now.kind = a->ok ? (enum disturbance_kind)kind : 0;
	archive_time(a, &w->now.start);
	archive_time(a, &w->now.end);
	archive_number(a, &w->now.voltage);
}

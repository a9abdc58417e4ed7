#include "power_quality/hour.h"

#include <math.h>

#include "clock.h"

void hour_begin(struct hour *h, int64_t start)
{
	struct hour before = *h;
	*h = (struct hour){ .start = start, .open = true };
	for (int i = 0; i < HOUR_REGISTERS; i++) {
		bool follows = before.readings && before.start + 3600 * SECONDS == start;
		h->first[i] = h->last[i] = follows ? before.last[i] : NAN;
	}
}

void hour_add(struct hour *h, const struct reading *r)
{
	h->readings++;
	for (int i = 0; i < HOUR_REGISTERS; i++) {
		double v = r->values[CHANNEL_ACTIVE_ENERGY + i];
		if (isnan(v))
			continue;
		h->fell |= v < h->last[i];
		if (isnan(h->first[i]))
			h->first[i] = v;
		h->last[i] = v;
	}
	for (int i = 0; i < HOUR_POWERS; i++) {
		double v = r->values[CHANNEL_ACTIVE_POWER + i];
		if (isnan(v))
			continue;
		h->sums[i] += v;
		h->counts[i]++;
	}
}

static bool registers_energies(const struct hour *h, double *ret_active, double *ret_reactive)
{
	double inductive = h->last[1] - h->first[1], capacitive = h->last[2] - h->first[2];
	*ret_active = h->last[0] - h->first[0];
	*ret_reactive = inductive - (isnan(capacitive) ? 0 : capacitive);
	return !isnan(*ret_active) && !isnan(*ret_reactive);
}

double hour_power_factor(const struct hour *h, double *ret_reactive)
{
	double active;
	if (registers_energies(h, &active, ret_reactive)) {
		if (h->fell)
			return NAN;
	} else if (h->counts[0] && h->counts[1]) {
		active = h->sums[0] / (double)h->counts[0];
		*ret_reactive = h->sums[1] / (double)h->counts[1];
	} else {
		return NAN;
	}
	double apparent = hypot(active, *ret_reactive);
	return apparent > 0 ? fabs(active) / apparent : NAN;
}

void hour_archive(struct hour *h, struct archive *a)
{
	archive_time(a, &h->start);
	archive_bool(a, &h->open);
	archive_integer(a, &h->readings);
	archive_bool(a, &h->fell);
	for (int i = 0; i < HOUR_REGISTERS; i++) {
		archive_number(a, &h->first[i]);
		archive_number(a, &h->last[i]);
	}
	for (int i = 0; i < HOUR_POWERS; i++) {
		archive_number(a, &h->sums[i]);
		archive_integer(a, &h->counts[i]);
	}
}

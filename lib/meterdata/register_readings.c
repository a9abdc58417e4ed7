#include "meterdata/register_readings.h"

#include <errno.h>
#include <string.h>

#include "allocate.h"

struct register_readings *register_readings_open(const struct counter *counter, int64_t slot)
{
	struct register_readings *r = allocate(1, sizeof(*r));
	r->counter = *counter;
	r->slot = slot;
	return r;
}

void register_readings_close(struct register_readings *r)
{
	if (r)
		free(r->all);
	free(r);
}

/* The place of the first reading whose time is not before this one. */
static size_t place_of(const struct register_readings *r, int64_t time)
{
	size_t low = 0, high = r->count;
	if (high && r->all[high - 1].time < time)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (r->all[middle].time < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void make_room(struct register_readings *r)
{
	if (r->count < r->room)
		return;
	r->room = r->room ? 2 * r->room : 96;
	r->all = reallocate(r->all, r->room, sizeof(*r->all));
}

static bool same_slot(const struct register_readings *r, size_t at, int64_t time)
{
	return at < r->count && r->all[at].time / r->slot == time / r->slot;
}

int register_readings_add(struct register_readings *r, int64_t time, const struct wire *reading)
{
	struct register_reading one = { .time = time };
	size_t at = place_of(r, time);
	if (time < 0 || counter_counts(&r->counter, reading, &one.counts) < 0)
		return -EDOM;
	if (at && same_slot(r, at - 1, time))
		return -EALREADY;
	if (!same_slot(r, at, time)) {
		make_room(r);
		memmove(r->all + at + 1, r->all + at, (r->count - at) * sizeof(*r->all));
		r->count++;
	}
	r->all[at] = one;
	return 0;
}

void register_readings_forget(struct register_readings *r, int64_t before)
{
	size_t gone = place_of(r, before);
	r->count -= gone;
	if (gone)
		memmove(r->all, r->all + gone, r->count * sizeof(*r->all));
}

void register_readings_save(const struct register_readings *r, struct buffer *to)
{
	wire_array(to, (uint32_t)r->count * 2);
	for (size_t i = 0; i < r->count; i++) {
		wire_int(to, r->all[i].time);
		wire_uint(to, r->all[i].counts);
	}
}

bool register_readings_load(struct register_readings *r, struct cursor *from)
{
	uint32_t size;
	int64_t last = -1;
	if (wire_next_array(from, &size) != 1 || size % 2 || size > (size_t)(from->end - from->at))
		return false;
	for (uint32_t i = 0; i < size / 2; i++) {
		struct register_reading one;
		if (wire_next_int(from, &one.time) != 1 || wire_next_uint(from, &one.counts) != 1 ||
			one.time <= last)
			return false;
		make_room(r);
		r->all[r->count++] = one;
		last = one.time;
	}
	return true;
}

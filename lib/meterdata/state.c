/* Meter data written down and read back. */
#include <stdlib.h>

#include "allocate.h"
#include "meterdata/parts.h"

static void save_reading(const struct reading *r, struct buffer *to)
{
	wire_int(to, r->time);
	wire_uint(to, r->counts);
	wire_wide(to, r->total);
	wire_int(to, r->energy);
}

/* Mostly one value over and over: as runs. */
static void save_cover(const struct meterdata *m, struct buffer *to)
{
	size_t runs = 0, start = 0;
	for (size_t i = 1; i <= m->count; i++)
		runs += i == m->count || m->cover[i] != m->cover[i - 1];
	wire_array(to, (uint32_t)runs * 2);
	for (size_t i = 1; i <= m->count; i++)
		if (i == m->count || m->cover[i] != m->cover[i - 1]) {
			wire_uint(to, i - start);
			wire_uint(to, m->cover[i - 1]);
			start = i;
		}
}

void meterdata_save(const struct meterdata *m, struct buffer *to)
{
	wire_array(to, 9);
	wire_int(to, m->first);
	wire_int(to, m->forgotten);
	wire_int(to, m->known);
	wire_array(to, (uint32_t)m->count);
	for (size_t i = 0; i < m->count; i++)
		wire_int(to, m->energy[i]);
	save_cover(m, to);
	wire_uint(to, m->started);
	wire_array(to, 5);
	save_reading(&m->last, to);
	wire_array(to, (uint32_t)m->gap_count * 10);
	for (size_t i = 0; i < m->gap_count; i++) {
		save_reading(&m->gaps[i].from, to);
		save_reading(&m->gaps[i].to, to);
	}
	wire_array(to, (uint32_t)m->held_count * 5);
	for (size_t i = 0; i < m->held_count; i++)
		save_reading(&m->held[i], to);
}

static bool load_reading(struct reading *r, struct cursor *from)
{
	return wire_next_int(from, &r->time) == 1 && wire_next_uint(from, &r->counts) == 1 &&
	       wire_next_wide(from, &r->total) == 1 && wire_next_int(from, &r->energy) == 1 &&
	       r->time >= 0 && r->total >= 0 && r->energy >= 0;
}

static bool load_energy(struct meterdata *m, int64_t first, struct cursor *from)
{
	uint32_t count;
	if (wire_next_array(from, &count) != 1 || count > (size_t)(from->end - from->at) ||
		first > INT64_MAX / m->form.slot - (int64_t)count - 1)
		return false;
	meterdata_reset(m, first, count);
	for (uint32_t i = 0; i < count; i++)
		if (wire_next_int(from, &m->energy[i]) != 1 || m->energy[i] < 0)
			return false;
	return true;
}

static bool load_cover(struct meterdata *m, struct cursor *from)
{
	uint64_t times, cover, most = meterdata_in_parts(m) ? (uint64_t)meterdata_parts(m) : WHOLE;
	uint32_t size;
	size_t at = 0;
	if (wire_next_array(from, &size) != 1 || size % 2)
		return false;
	for (uint32_t i = 0; i < size / 2; i++) {
		if (wire_next_uint_to(from, m->count - at, &times) != 1 ||
			wire_next_uint_to(from, most, &cover) != 1)
			return false;
		while (times--)
			m->cover[at++] = (uint16_t)cover;
	}
	return at == m->count;
}

/* Room for what a list of readings holds; they come in groups of per. */
static bool load_list(struct cursor *from, uint32_t per, size_t *ret_count)
{
	uint32_t size;
	if (wire_next_array(from, &size) != 1 || size % (per * 5) ||
		size > (size_t)(from->end - from->at))
		return false;
	*ret_count = size / (per * 5);
	return true;
}

static bool load_gaps(struct meterdata *m, struct cursor *from)
{
	size_t count;
	if (!load_list(from, 2, &count))
		return false;
	m->gaps = reallocate(NULL, count + 1, sizeof(*m->gaps));
	for (; m->gap_count < count; m->gap_count++) {
		struct gap *gap = &m->gaps[m->gap_count];
		if (!load_reading(&gap->from, from) || !load_reading(&gap->to, from) ||
			gap->from.time >= gap->to.time || gap->from.energy > gap->to.energy)
			return false;
	}
	return true;
}

static bool load_held(struct meterdata *m, struct cursor *from)
{
	size_t count;
	if (!load_list(from, 1, &count))
		return false;
	m->held_room = count + 1;
	m->held = reallocate(NULL, m->held_room, sizeof(*m->held));
	for (; m->held_count < count; m->held_count++)
		if (!load_reading(&m->held[m->held_count], from))
			return false;
	return true;
}

static bool load_times(struct meterdata *m, struct cursor *from, int64_t *ret_first)
{
	uint32_t size;
	return wire_next_array(from, &size) == 1 && size == 9 &&
	       wire_next_int(from, ret_first) == 1 && *ret_first >= 0 &&
	       wire_next_int(from, &m->forgotten) == 1 && wire_next_int(from, &m->known) == 1;
}

bool meterdata_load(struct meterdata *m, struct cursor *from)
{
	uint32_t size;
	uint64_t started;
	int64_t first;
	if (!load_times(m, from, &first) || !load_energy(m, first, from) || !load_cover(m, from) ||
		wire_next_uint_to(from, 1, &started) != 1 || wire_next_array(from, &size) != 1 ||
		size != 5 || !load_reading(&m->last, from))
		return false;
	m->started = started;
	return load_gaps(m, from) && load_held(m, from);
}

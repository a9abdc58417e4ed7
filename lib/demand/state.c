/* The state of demand, written down and read back. */
#include "demand/parts.h"

static void save_post(const struct demand_post *post, struct buffer *to)
{
	wire_int(to, post->max);
	wire_int(to, post->max_at);
	wire_wide(to, post->energy);
	wire_int(to, post->covered);
}

static void save_meter(const void *state, struct buffer *to)
{
	const struct demand_meter *m = state;
	int posts = schedule_count(m->of->form.when.schedule);
	wire_array(to, 18);
	wire_int(to, m->block);
	wire_wide(to, m->energy);
	wire_int(to, m->covered);
	wire_uint(to, m->status);
	wire_uint(to, m->told);
	wire_uint(to, m->started);
	wire_int(to, m->last);
	wire_int(to, m->read);
	wire_int(to, m->power);
	wire_uint(to, m->power_status);
	wire_uint(to, m->counts);
	wire_int(to, m->factor);
	wire_int(to, m->cycle.start);
	wire_int(to, m->cycle.end);
	wire_uint(to, (uint64_t)posts);
	wire_array(to, (uint32_t)posts * 5);
	for (int i = 0; i < posts; i++)
		save_post(&m->posts[i], to);
}

void demand_save(struct demand *d, struct buffer *to)
{
	series_save(d->meters, to, save_meter);
}

/* Energy is never negative, and no more than the largest power over the longest time. */
static bool load_energy(struct cursor *from, __int128 *ret)
{
	return wire_next_wide(from, ret) == 1 && *ret >> 126 == 0;
}

static bool load_time(struct cursor *from, int64_t low, int64_t *ret)
{
	return wire_next_int(from, ret) == 1 && *ret >= low;
}

static bool load_post(struct demand_post *post, struct cursor *from)
{
	return load_time(from, 0, &post->max) && load_time(from, 0, &post->max_at) &&
	       load_energy(from, &post->energy) && load_time(from, 0, &post->covered);
}

static bool load_reading(struct demand_meter *m, struct cursor *from)
{
	uint64_t status, told, started, power_status;
	if (wire_next_uint_to(from, UINT32_MAX, &status) != 1 ||
		wire_next_uint_to(from, DEMAND_ALARM, &told) != 1 ||
		wire_next_uint_to(from, 1, &started) != 1 || !load_time(from, 0, &m->last) ||
		!load_time(from, 0, &m->read) || m->read > m->last ||
		wire_next_int(from, &m->power) != 1 ||
		wire_next_uint_to(from, UINT32_MAX, &power_status) != 1 ||
		wire_next_uint(from, &m->counts) != 1 || !load_time(from, 1, &m->factor))
		return false;
	m->status = (uint32_t)status;
	m->told = (enum demand_level)told;
	m->started = started;
	m->power_status = (uint32_t)power_status;
	return true;
}

static bool load_posts(struct demand_meter *m, struct cursor *from)
{
	int posts = schedule_count(m->of->form.when.schedule);
	uint64_t count;
	uint32_t size;
	if (wire_next_uint(from, &count) != 1 || count != (uint64_t)posts ||
		wire_next_array(from, &size) != 1 || size != (uint32_t)posts * 5)
		return false;
	for (int i = 0; i < posts; i++)
		if (!load_post(&m->posts[i], from))
			return false;
	return true;
}

static bool load_meter(void *context, struct str key, void *state, struct cursor *from)
{
	struct demand_meter *m = state;
	uint32_t size;
	demand_begin_meter(m, context, key);
	return wire_next_array(from, &size) == 1 && size == 18 && load_time(from, -1, &m->block) &&
	       load_energy(from, &m->energy) && load_time(from, 0, &m->covered) &&
	       m->block < INT64_MAX / m->of->form.block - 1 && m->covered <= m->of->form.block &&
	       load_reading(m, from) && wire_next_int(from, &m->cycle.start) == 1 &&
	       wire_next_int(from, &m->cycle.end) == 1 && load_posts(m, from);
}

bool demand_load(struct demand *d, struct cursor *from)
{
	return series_load(d->meters, from, load_meter, d);
}

/* The state of quantiles, written down and read back. */
#include "quantile.h"

#include "allocate.h"

void quantile_save(const struct quantile *q, struct buffer *to)
{
	uint32_t levels = QUANTILE_LEVELS;
	while (levels && !q->levels[levels - 1].len && !q->levels[levels - 1].odd)
		levels--;
	wire_array(to, 1 + 2 * levels);
	wire_uint(to, q->count);
	for (uint32_t i = 0; i < levels; i++) {
		const struct quantile_level *l = &q->levels[i];
		wire_bool(to, l->odd);
		wire_bin(to, (struct str){ (const char *)l->values, l->len * sizeof(*l->values) });
	}
}

static bool load_level(struct quantile_level *l, struct cursor *from)
{
	struct str values;
	if (wire_next_bool(from, &l->odd) != 1 || wire_next_bin(from, &values) != 1 ||
		values.len % sizeof(double) || values.len / sizeof(double) > QUANTILE_EXACT)
		return false;
	l->len = (uint32_t)(values.len / sizeof(double));
	l->cap = l->len;
	l->values = or_abort(malloc(values.len + 1));
	if (values.len)
		memcpy(l->values, values.data, values.len);
	return true;
}

/* As many as were added stand for it: what is held, each with the weight of its level, is no more. */
static bool is_sound(const struct quantile *q)
{
	uint64_t held = 0;
	for (int i = 0; i < QUANTILE_LEVELS; i++)
		held += (uint64_t)q->levels[i].len << i;
	return !q->levels[QUANTILE_LEVELS - 1].len && held <= q->count + QUANTILE_EXACT &&
	       (held > 0) == (q->count > 0);
}

bool quantile_load(struct quantile *q, struct cursor *from)
{
	uint32_t size;
	if (wire_next_array(from, &size) != 1 || size % 2 == 0 || size > 1 + 2 * QUANTILE_LEVELS ||
		wire_next_uint(from, &q->count) != 1)
		return false;
	for (uint32_t i = 0; i < size / 2; i++)
		if (!load_level(&q->levels[i], from))
			return false;
	return is_sound(q);
}

#include <errno.h>
#include <string.h>

#include "seal/column.h"

static inline uint64_t zigzag(uint64_t v)
{
	return v << 1 ^ (0 - (v >> 63));
}

static inline uint64_t unzigzag(uint64_t v)
{
	return v >> 1 ^ (0 - (v & 1));
}

/* Integers: the first, then differences of order 0 (from the first), 1 (from the one before) or 2
 * (of the differences), zigzag, their bytes by significance. */

struct costs {
	uint64_t order[3];
};

static inline uint64_t bounded(uint64_t v)
{
	return v >> 32 ? (uint64_t)1 << 32 : v;
}

SEAL_PASS static void measure(const uint64_t *v, size_t n, struct costs *ret)
{
	uint64_t zero = 0, one = 0, two = 0, first = v[0];
	for (size_t i = 2; i < n; i++) {
		zero += bounded(zigzag(v[i] - first));
		one += bounded(zigzag(v[i] - v[i - 1]));
		two += bounded(zigzag(v[i] - 2 * v[i - 1] + v[i - 2]));
	}
	*ret = (struct costs){ { zero, one, two } };
}

/* Fill ret with n - 1 differences, or n - 2 of order 2; all return what is set in any of them. */

SEAL_PASS static uint64_t from_first(const uint64_t *v, size_t n, uint64_t *ret)
{
	uint64_t any = 0, first = v[0];
	for (size_t i = 1; i < n; i++)
		any |= ret[i - 1] = zigzag(v[i] - first);
	return any;
}

SEAL_PASS static uint64_t from_previous(const uint64_t *v, size_t n, uint64_t *ret)
{
	uint64_t any = 0;
	for (size_t i = 1; i < n; i++)
		any |= ret[i - 1] = zigzag(v[i] - v[i - 1]);
	return any;
}

SEAL_PASS static uint64_t from_line(const uint64_t *v, size_t n, uint64_t *ret)
{
	uint64_t any = 0;
	for (size_t i = 2; i < n; i++)
		any |= ret[i - 2] = zigzag(v[i] - 2 * v[i - 1] + v[i - 2]);
	return any;
}

SEAL_PASS static void plane_write(uint8_t *to, const uint64_t *v, size_t n, unsigned shift)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(v[i] >> shift);
}

SEAL_PASS static void plane_set(uint64_t *v, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i] = from[i];
}

SEAL_PASS static void plane_add(uint64_t *v, const uint8_t *from, size_t n, unsigned shift)
{
	for (size_t i = 0; i < n; i++)
		v[i] |= (uint64_t)from[i] << shift;
}

static unsigned bytes_for(uint64_t any)
{
	return any ? (71 - (unsigned)__builtin_clzll(any)) / 8 : 0;
}

void seal_planes_write(struct buffer *out, const uint64_t *v, size_t n, unsigned width)
{
	for (unsigned i = 0; i < width; i++) {
		plane_write(buffer_reserve(out, n), v, n, 8 * i);
		out->len += n;
	}
}

int seal_planes_read(struct cursor *c, uint64_t *v, size_t n, unsigned width)
{
	if (width > 8 || (size_t)(c->end - c->at) / (n ? n : 1) < width)
		return -EBADMSG;
	if (width)
		plane_set(v, c->at, n);
	else
		memset(v, 0, n * sizeof(*v));
	for (unsigned i = 1; i < width; i++)
		plane_add(v, c->at + i * n, n, 8 * i);
	c->at += width * n;
	return 0;
}

void seal_integers_write(struct buffer *out, const uint64_t *v, size_t n, struct seal_room *room)
{
	struct costs costs;
	uint64_t any;
	measure(v, n, &costs);
	unsigned order = costs.order[1] < costs.order[0];
	order = costs.order[2] < costs.order[order] ? 2 : order;
	if (order == 0)
		any = from_first(v, n, room->coded);
	else if (order == 1)
		any = from_previous(v, n, room->coded);
	else
		any = from_line(v, n, room->coded);
	unsigned width = bytes_for(any);
	buffer_add_char(out, (char)(order << 4 | width));
	seal_varint_write(out, zigzag(v[0]));
	if (order == 2)
		seal_varint_write(out, zigzag(v[1] - v[0]));
	seal_planes_write(out, room->coded, n - (order == 2 ? 2 : 1), width);
}

SEAL_PASS static void plus_first(uint64_t *v, size_t n)
{
	uint64_t first = v[0];
	for (size_t i = 1; i < n; i++)
		v[i] = first + unzigzag(v[i]);
}

SEAL_PASS static void plus_previous(uint64_t *v, size_t n)
{
	uint64_t last = v[0];
	for (size_t i = 1; i < n; i++)
		v[i] = last += unzigzag(v[i]);
}

static void plus_line(uint64_t *v, size_t n, uint64_t step)
{
	uint64_t last = v[0] + step;
	v[1] = last;
	for (size_t i = 2; i < n; i++) {
		step += unzigzag(v[i]);
		v[i] = last += step;
	}
}

int seal_integers_read(struct cursor *c, uint64_t *v, size_t n)
{
	uint64_t first, step = 0;
	if (c->at == c->end)
		return -EBADMSG;
	unsigned order = *c->at >> 4, width = *c->at & 15;
	size_t given = order == 2 ? 2 : 1;
	c->at++;
	if (order > 2 || n < given || seal_varint_read(c, &first) ||
		(order == 2 && seal_varint_read(c, &step)) ||
		seal_planes_read(c, v + given, n - given, width))
		return -EBADMSG;
	v[0] = unzigzag(first);
	if (order == 0)
		plus_first(v, n);
	else if (order == 1)
		plus_previous(v, n);
	else
		plus_line(v, n, unzigzag(step));
	return 0;
}

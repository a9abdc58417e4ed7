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

/* Integers: the first, then of each other how far it is from what is foretold by the order: 0 the
 * first, 1 the one before, 2 the line through the two before, 3 the mean of the four before. Zigzag,
 * their bytes by significance. */

enum { ORDERS = 4, LINE = 2, MEAN = 3 };

struct costs {
	uint64_t order[ORDERS];
};

static inline uint64_t bounded(uint64_t v)
{
	return v >> 32 ? (uint64_t)1 << 32 : v;
}

static inline uint64_t mean(uint64_t sum_of_four)
{
	return (uint64_t)((int64_t)(sum_of_four + 2) >> 2);
}

enum { MEASURED = 16, OF_SHORT = 32, OF_LONG = 64, LONG = 512 };

/* Measures parts: of long columns 16 cells of each 64, of others of each 32. */
SEAL_PASS static void measure(const uint64_t *v, size_t n, struct costs *ret)
{
	uint64_t zero = 0, one = 0, two = 0, three = 0, first = v[0];
	size_t step = n < LONG ? OF_SHORT : OF_LONG;
	for (size_t at = 4; at < n; at += step) {
		size_t end = at + MEASURED < n ? at + MEASURED : n;
		for (size_t i = at; i < end; i++) {
			zero += bounded(zigzag(v[i] - first));
			one += bounded(zigzag(v[i] - v[i - 1]));
			two += bounded(zigzag(v[i] - 2 * v[i - 1] + v[i - 2]));
			three += bounded(
				zigzag(v[i] - mean(v[i - 1] + v[i - 2] + v[i - 3] + v[i - 4])));
		}
	}
	*ret = (struct costs){ { zero, one, two, three } };
}

static unsigned order_of(const uint64_t *v, size_t n)
{
	struct costs costs;
	unsigned order = 0;
	measure(v, n, &costs);
	for (unsigned i = 1; i < ORDERS; i++)
		if (costs.order[i] < costs.order[order])
			order = i;
	return order;
}

/* Fill ret with n - 1 differences, or n - 2 from a line; all return what is set in any of them. */

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

/* Before the first cell stand three like it. */
static uint64_t early_mean(const uint64_t *v, size_t i)
{
	uint64_t sum = 0;
	for (size_t k = 1; k <= 4; k++)
		sum += v[k < i ? i - k : 0];
	return mean(sum);
}

SEAL_PASS static uint64_t from_mean(const uint64_t *v, size_t n, uint64_t *ret)
{
	uint64_t any = 0;
	for (size_t i = 1; i < n && i < 4; i++)
		any |= ret[i - 1] = zigzag(v[i] - early_mean(v, i));
	for (size_t i = 4; i < n; i++)
		any |= ret[i - 1] = zigzag(v[i] - mean(v[i - 1] + v[i - 2] + v[i - 3] + v[i - 4]));
	return any;
}

SEAL_PASS static uint64_t plane_write(uint8_t *to, const uint64_t *v, size_t n, unsigned shift)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(v[i] >> shift);
	uint32_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += to[i];
	return sum;
}

SEAL_PASS static void plane_set(uint64_t *v, const uint8_t *from, size_t n, unsigned shift)
{
	for (size_t i = 0; i < n; i++)
		v[i] = (uint64_t)from[i] << shift;
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

/* The stream for a plane whose n bytes have this sum: each for four times the spread of the last. */
static unsigned stream_of(uint64_t sum, size_t n)
{
	uint64_t sixteenths = sum * 16 / n;
	unsigned stream = 1;
	for (uint64_t limit = 4; stream + 1 < SEAL_STREAMS && sixteenths >= limit; limit *= 4)
		stream++;
	return stream;
}

void seal_planes_write(
	struct buffer *streams, const uint64_t *v, size_t n, unsigned width, struct seal_room *room)
{
	for (unsigned i = 0; n && i < width; i++) {
		uint64_t sum = plane_write(room->plane, v, n, 8 * i);
		unsigned stream = sum ? stream_of(sum, n) : 0;
		buffer_add_char(&streams[0], (char)stream);
		if (stream)
			buffer_add(&streams[stream], room->plane, n);
	}
}

int seal_planes_read(struct cursor *streams, uint64_t *v, size_t n, unsigned width)
{
	if (n == 0)
		return 0;
	if (width > 8 || (size_t)(streams->end - streams->at) < width)
		return -EBADMSG;
	bool any = false;
	for (unsigned i = 0; i < width; i++) {
		unsigned stream = *streams->at++;
		if (stream == 0)
			continue;
		if (stream >= SEAL_STREAMS ||
			(size_t)(streams[stream].end - streams[stream].at) < n)
			return -EBADMSG;
		if (v && any)
			plane_add(v, streams[stream].at, n, 8 * i);
		else if (v)
			plane_set(v, streams[stream].at, n, 8 * i);
		streams[stream].at += n;
		any = true;
	}
	if (v && !any)
		memset(v, 0, n * sizeof(*v));
	return 0;
}

void seal_integers_write(
	struct buffer *streams, const uint64_t *v, size_t n, struct seal_room *room)
{
	static uint64_t (*const from[ORDERS])(const uint64_t *, size_t, uint64_t *) = { from_first,
		from_previous, from_line, from_mean };
	unsigned order = order_of(v, n), width = bytes_for(from[order](v, n, room->coded));
	size_t given = order == LINE ? 2 : 1;
	buffer_add_char(&streams[0], (char)(order << 4 | width));
	seal_varint_write(&streams[0], zigzag(v[0]));
	if (order == LINE)
		seal_varint_write(&streams[0], zigzag(v[1] - v[0]));
	seal_planes_write(streams, room->coded, n - given, width, room);
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

static void plus_mean(uint64_t *v, size_t n)
{
	for (size_t i = 1; i < n && i < 4; i++)
		v[i] = early_mean(v, i) + unzigzag(v[i]);
	if (n <= 4)
		return;
	/* Each sum waits for the last, so as little as can be stands between them. */
	uint64_t sum = v[0] + v[1] + v[2] + v[3] + 2;
	for (size_t i = 4; i < n; i++) {
		uint64_t difference = unzigzag(v[i]), foretold = (uint64_t)((int64_t)sum >> 2);
		sum = sum + (difference - v[i - 4]) + foretold;
		v[i] = foretold + difference;
	}
}

static void plus_all(uint64_t *v, size_t n, unsigned order, uint64_t step)
{
	if (order == 0)
		plus_first(v, n);
	else if (order == 1)
		plus_previous(v, n);
	else if (order == LINE)
		plus_line(v, n, step);
	else
		plus_mean(v, n);
}

int seal_integers_read(struct cursor *streams, uint64_t *v, size_t n)
{
	uint64_t first, step = 0;
	if (streams->at == streams->end)
		return -EBADMSG;
	unsigned order = *streams->at >> 4, width = *streams->at & 15;
	size_t given = order == LINE ? 2 : 1;
	streams->at++;
	if (order >= ORDERS || n < given || seal_varint_read(streams, &first) ||
		(order == LINE && seal_varint_read(streams, &step)) ||
		(n > given && seal_planes_read(streams, v ? v + given : NULL, n - given, width)))
		return -EBADMSG;
	if (!v)
		return 0;
	v[0] = unzigzag(first);
	plus_all(v, n, order, unzigzag(step));
	return 0;
}

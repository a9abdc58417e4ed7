#include "seal_column.h"

#include <errno.h>
#include <string.h>

#include "fnv.h"

/* The passes over whole columns are what sealing costs: each is a plain loop that the compiler turns
 * into vector instructions, in a second version for processors that have wider ones. */
#if defined(__x86_64__) && defined(__OPTIMIZE__) && !defined(__clang__) &&                         \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COLUMN_PASS __attribute__((optimize("O3"), target_clones("avx2", "default")))
#else
#define COLUMN_PASS
#endif

enum {
	DECIMALS_MAX = 9,
	FLOAT_XOR = 15,	     /* in place of the decimals */
	DECIMAL_CHUNK = 128, /* cells that are tried at a time */
};

/* 1.5 * 2^52: added to a number below 2^51 it leaves its whole part in the lowest bits. */
#define WHOLE_BASE 0x1.8p52

static const double powers[DECIMALS_MAX + 1] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };

static void make_room(struct seal_room *room, size_t cells)
{
	if (cells <= room->cells)
		return;
	free(room->whole);
	free(room->coded);
	room->cells = cells * 2;
	room->whole = malloc(room->cells * sizeof(*room->whole));
	room->coded = malloc(room->cells * sizeof(*room->coded));
	if (!room->whole || !room->coded)
		abort();
}

void seal_room_free(struct seal_room *room)
{
	free(room->whole);
	free(room->coded);
	free(room->slots);
}

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

COLUMN_PASS static void measure(const uint64_t *v, size_t n, struct costs *ret)
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

COLUMN_PASS static uint64_t from_first(const uint64_t *v, size_t n, uint64_t *ret)
{
	uint64_t any = 0, first = v[0];
	for (size_t i = 1; i < n; i++)
		any |= ret[i - 1] = zigzag(v[i] - first);
	return any;
}

COLUMN_PASS static uint64_t from_previous(const uint64_t *v, size_t n, uint64_t *ret)
{
	uint64_t any = 0;
	for (size_t i = 1; i < n; i++)
		any |= ret[i - 1] = zigzag(v[i] - v[i - 1]);
	return any;
}

COLUMN_PASS static uint64_t from_line(const uint64_t *v, size_t n, uint64_t *ret)
{
	uint64_t any = 0;
	for (size_t i = 2; i < n; i++)
		any |= ret[i - 2] = zigzag(v[i] - 2 * v[i - 1] + v[i - 2]);
	return any;
}

COLUMN_PASS static void plane_write(uint8_t *to, const uint64_t *v, size_t n, unsigned shift)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(v[i] >> shift);
}

COLUMN_PASS static void plane_set(uint64_t *v, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i] = from[i];
}

COLUMN_PASS static void plane_add(uint64_t *v, const uint8_t *from, size_t n, unsigned shift)
{
	for (size_t i = 0; i < n; i++)
		v[i] |= (uint64_t)from[i] << shift;
}

static unsigned bytes_for(uint64_t any)
{
	return any ? (71 - (unsigned)__builtin_clzll(any)) / 8 : 0;
}

static void planes_write(struct buffer *out, const uint64_t *v, size_t n, unsigned width)
{
	for (unsigned i = 0; i < width; i++) {
		plane_write(buffer_reserve(out, n), v, n, 8 * i);
		out->len += n;
	}
}

static int planes_read(struct cursor *c, uint64_t *v, size_t n, unsigned width)
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

static void integers_write(struct buffer *out, const uint64_t *v, size_t n, struct seal_room *room)
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
	planes_write(out, room->coded, n - (order == 2 ? 2 : 1), width);
}

COLUMN_PASS static void plus_first(uint64_t *v, size_t n)
{
	uint64_t first = v[0];
	for (size_t i = 1; i < n; i++)
		v[i] = first + unzigzag(v[i]);
}

static void plus_previous(uint64_t *v, size_t n)
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

static int integers_read(struct cursor *c, uint64_t *v, size_t n)
{
	uint64_t first, step = 0;
	if (c->at == c->end)
		return -EBADMSG;
	unsigned order = *c->at >> 4, width = *c->at & 15;
	size_t given = order == 2 ? 2 : 1;
	c->at++;
	if (order > 2 || n < given || seal_varint_read(c, &first) ||
		(order == 2 && seal_varint_read(c, &step)) ||
		planes_read(c, v + given, n - given, width))
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

/* Floats. */

/* Fills ret with v * scale as whole numbers; false where they do not give v back, bit by bit. */
COLUMN_PASS static bool to_whole(const uint64_t *bits, uint64_t *ret, size_t n, double scale)
{
	uint64_t wrong = 0, base;
	const double whole_base = WHOLE_BASE;
	memcpy(&base, &whole_base, sizeof(base));
	for (size_t i = 0; i < n; i++) {
		double v, sum, back;
		uint64_t sum_bits, back_bits;
		memcpy(&v, &bits[i], sizeof(v));
		sum = v * scale + WHOLE_BASE;
		back = (sum - WHOLE_BASE) / scale;
		memcpy(&sum_bits, &sum, sizeof(sum_bits));
		memcpy(&back_bits, &back, sizeof(back_bits));
		ret[i] = sum_bits - base;
		wrong |= (back_bits ^ bits[i]) | (ret[i] + ((uint64_t)1 << 51)) >> 52;
	}
	return wrong == 0;
}

COLUMN_PASS static uint64_t from_whole(uint64_t *v, size_t n, double scale)
{
	uint64_t beyond = 0, base;
	const double whole_base = WHOLE_BASE;
	memcpy(&base, &whole_base, sizeof(base));
	for (size_t i = 0; i < n; i++) {
		double sum;
		uint64_t bits = v[i] + base;
		beyond |= (v[i] + ((uint64_t)1 << 51)) >> 52;
		memcpy(&sum, &bits, sizeof(sum));
		sum = (sum - WHOLE_BASE) / scale;
		memcpy(&v[i], &sum, sizeof(sum));
	}
	return beyond;
}

/* The least number of decimals with which all are whole, or FLOAT_XOR. What is whole with fewer is
 * so with more, so the numbers before need not be tried again, only made anew. */
static unsigned decimals_of(const uint64_t *bits, size_t n, uint64_t *ret)
{
	unsigned decimals = 0;
	size_t from = 0, changed = 0;
	while (from < n) {
		size_t count = n - from < DECIMAL_CHUNK ? n - from : DECIMAL_CHUNK;
		if (to_whole(bits + from, ret + from, count, powers[decimals])) {
			from += count;
		} else {
			if (++decimals > DECIMALS_MAX)
				return FLOAT_XOR;
			changed = from;
		}
	}
	return to_whole(bits, ret, changed, powers[decimals]) ? decimals : FLOAT_XOR;
}

COLUMN_PASS static uint64_t xor_previous(const uint64_t *bits, size_t n, uint64_t *ret)
{
	uint64_t any = ret[0] = bits[0];
	for (size_t i = 1; i < n; i++)
		any |= ret[i] = bits[i] ^ bits[i - 1];
	return any;
}

static void floats_write(struct buffer *out, const uint64_t *bits, size_t n, struct seal_room *room)
{
	unsigned decimals = decimals_of(bits, n, room->whole);
	buffer_add_char(out, (char)decimals);
	if (decimals != FLOAT_XOR) {
		integers_write(out, room->whole, n, room);
		return;
	}
	xor_previous(bits, n, room->coded);
	planes_write(out, room->coded, n, 8);
}

static int floats_read(struct cursor *c, uint64_t *v, size_t n)
{
	if (c->at == c->end)
		return -EBADMSG;
	unsigned decimals = *c->at++;
	if (decimals <= DECIMALS_MAX)
		return integers_read(c, v, n) || from_whole(v, n, powers[decimals]) ? -EBADMSG : 0;
	if (decimals != FLOAT_XOR || planes_read(c, v, n, 8))
		return -EBADMSG;
	for (size_t i = 1; i < n; i++)
		v[i] ^= v[i - 1];
	return 0;
}

/* Times: in the largest unit from the first that loses nothing. */

static const uint64_t units[] = { 1000000000, 1000000, 1000, 1 };

static void times_write(struct buffer *out, const uint64_t *v, size_t n, struct seal_room *room)
{
	unsigned unit = 0;
	for (size_t i = 0; i < n; i++)
		while (unit < 3 && (int64_t)(v[i] - v[0]) % (int64_t)units[unit])
			unit++;
	for (size_t i = 0; i < n; i++)
		room->whole[i] = (uint64_t)((int64_t)(v[i] - v[0]) / (int64_t)units[unit]);
	buffer_add_char(out, (char)unit);
	seal_varint_write(out, v[0]);
	integers_write(out, room->whole, n, room);
}

static int times_read(struct cursor *c, uint64_t *v, size_t n)
{
	uint64_t first;
	if (c->at == c->end)
		return -EBADMSG;
	unsigned unit = *c->at++;
	if (unit > 3 || seal_varint_read(c, &first) || integers_read(c, v, n))
		return -EBADMSG;
	for (size_t i = 0; i < n; i++) {
		v[i] = first + v[i] * units[unit];
		if (v[i] > INT64_MAX)
			return -EBADMSG;
	}
	return 0;
}

/* Texts: the different ones in the order of their first coming, then which of them each is. */

static inline struct str cell_text(const uint8_t *data, uint64_t cell)
{
	return (struct str){ (const char *)data + (cell >> 32), (uint32_t)cell };
}

static void make_slots(struct seal_room *room, size_t n)
{
	size_t count = 16;
	while (count < 2 * n)
		count *= 2;
	if (count > room->slot_count) {
		free(room->slots);
		room->slots = malloc(count * sizeof(*room->slots));
		if (!room->slots)
			abort();
	}
	room->slot_count = count;
	memset(room->slots, 0, count * sizeof(*room->slots));
}

/* The slot of a text: the row of its first coming + 1, or empty. */
static uint32_t *find_text(
	const struct seal_room *room, const uint64_t *cells, const uint8_t *data, struct str text)
{
	uint64_t hash = fnv_add(FNV_START, text.data, text.len);
	size_t at = (size_t)(hash ^ hash >> 32) & (room->slot_count - 1);
	while (room->slots[at] && !str_eq(cell_text(data, cells[room->slots[at] - 1]), text))
		at = (at + 1) & (room->slot_count - 1);
	return &room->slots[at];
}

static void texts_write(struct buffer *out, const uint64_t *cells, size_t n, const uint8_t *data,
	struct seal_room *room)
{
	uint64_t count = 0;
	make_slots(room, n);
	for (size_t i = 0; i < n; i++) {
		uint32_t *slot = find_text(room, cells, data, cell_text(data, cells[i]));
		if (!*slot) {
			*slot = (uint32_t)i + 1;
			room->whole[i] = count++;
		} else {
			room->whole[i] = room->whole[*slot - 1];
		}
	}
	seal_varint_write(out, count);
	for (size_t i = 0, next = 0; next < count; i++) {
		if (room->whole[i] != next)
			continue;
		struct str text = cell_text(data, cells[i]);
		seal_varint_write(out, text.len);
		buffer_add_str(out, text);
		next++;
	}
	integers_write(out, room->whole, n, room);
}

static int texts_read(
	struct cursor *c, uint64_t *v, size_t n, const uint8_t *start, struct seal_room *room)
{
	uint64_t count, len;
	if (seal_varint_read(c, &count) || count > n)
		return -EBADMSG;
	for (size_t i = 0; i < count; i++) {
		if (seal_varint_read(c, &len) || len > (uint64_t)(c->end - c->at))
			return -EBADMSG;
		room->coded[i] = (uint64_t)(c->at - start) << 32 | len;
		c->at += len;
	}
	if (integers_read(c, v, n))
		return -EBADMSG;
	for (size_t i = 0; i < n; i++) {
		if (v[i] >= count)
			return -EBADMSG;
		v[i] = room->coded[v[i]];
	}
	return 0;
}

void seal_column_write(struct buffer *out, enum seal_kind kind, const uint64_t *cells, size_t n,
	const uint8_t *data, struct seal_room *room)
{
	make_room(room, n);
	if (kind == SEAL_TIME)
		times_write(out, cells, n, room);
	else if (kind == SEAL_FLOAT64)
		floats_write(out, cells, n, room);
	else if (kind == SEAL_TEXT || kind == SEAL_BYTES)
		texts_write(out, cells, n, data, room);
	else
		integers_write(out, cells, n, room);
}

int seal_column_read(struct cursor *c, enum seal_kind kind, uint64_t *ret_cells, size_t n,
	const uint8_t *start, struct seal_room *room)
{
	make_room(room, n);
	if (kind == SEAL_TIME)
		return times_read(c, ret_cells, n);
	if (kind == SEAL_FLOAT64)
		return floats_read(c, ret_cells, n);
	if (kind == SEAL_TEXT || kind == SEAL_BYTES)
		return texts_read(c, ret_cells, n, start, room);
	return integers_read(c, ret_cells, n);
}

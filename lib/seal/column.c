#include "seal/column.h"

#include <errno.h>
#include <string.h>

#include "allocate.h"

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
	uint64_t **arrays[] = { &room->whole, &room->coded, &room->heads, &room->tails,
		&room->bases };
	if (cells <= room->cells)
		return;
	room->cells = cells * 2;
	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
		free(*arrays[i]);
		*arrays[i] = malloc(room->cells * sizeof(**arrays[i]));
		if (!*arrays[i])
			abort();
	}
	free(room->plane);
	room->plane = or_abort(malloc(room->cells));
}

void seal_room_free(struct seal_room *room)
{
	free(room->whole);
	free(room->coded);
	free(room->heads);
	free(room->tails);
	free(room->bases);
	free(room->plane);
	free(room->slots);
	buffer_free(&room->texts);
}

/* Floats. */

/* Fills ret with v * scale as whole numbers; false where they do not give v back, bit by bit. */
SEAL_PASS static bool to_whole(const uint64_t *bits, uint64_t *ret, size_t n, double scale)
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

SEAL_PASS static uint64_t from_whole(uint64_t *v, size_t n, double scale)
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

SEAL_PASS static void xor_previous(const uint64_t *bits, size_t n, uint64_t *ret)
{
	for (size_t i = 1; i < n; i++)
		ret[i - 1] = bits[i] ^ bits[i - 1];
}

static void floats_write(
	struct buffer *streams, const uint64_t *bits, size_t n, struct seal_room *room)
{
	unsigned decimals = decimals_of(bits, n, room->whole);
	buffer_add_char(&streams[0], (char)decimals);
	if (decimals != FLOAT_XOR) {
		seal_integers_write(streams, room->whole, n, room);
		return;
	}
	xor_previous(bits, n, room->coded);
	seal_varint_write(&streams[0], bits[0]);
	seal_planes_write(streams, room->coded, n - 1, 8, room);
}

static int floats_read(struct cursor *streams, uint64_t *v, size_t n)
{
	uint64_t first;
	if (streams->at == streams->end)
		return -EBADMSG;
	unsigned decimals = *streams->at++;
	if (decimals <= DECIMALS_MAX)
		return seal_integers_read(streams, v, n) ||
				       (v && from_whole(v, n, powers[decimals]))
			       ? -EBADMSG
			       : 0;
	if (decimals != FLOAT_XOR || seal_varint_read(streams, &first) ||
		seal_planes_read(streams, v ? v + 1 : NULL, n - 1, 8))
		return -EBADMSG;
	for (size_t i = 0; v && i < n; i++)
		v[i] = i ? v[i] ^ v[i - 1] : first;
	return 0;
}

/* Times: in the largest unit from the first that loses nothing. */

static const uint64_t units[] = { 1000000000, 1000000, 1000, 1 };

static void times_write(struct buffer *streams, const uint64_t *v, size_t n, struct seal_room *room)
{
	unsigned unit = 0;
	for (size_t i = 0; i < n; i++)
		while (unit < 3 && (int64_t)(v[i] - v[0]) % (int64_t)units[unit])
			unit++;
	for (size_t i = 0; i < n; i++)
		room->whole[i] = (uint64_t)((int64_t)(v[i] - v[0]) / (int64_t)units[unit]);
	buffer_add_char(&streams[0], (char)unit);
	seal_varint_write(&streams[0], v[0]);
	seal_integers_write(streams, room->whole, n, room);
}

static int times_read(struct cursor *streams, uint64_t *v, size_t n)
{
	uint64_t first;
	if (streams->at == streams->end)
		return -EBADMSG;
	unsigned unit = *streams->at++;
	if (unit > 3 || seal_varint_read(streams, &first) || seal_integers_read(streams, v, n))
		return -EBADMSG;
	for (size_t i = 0; v && i < n; i++) {
		v[i] = first + v[i] * units[unit];
		if (v[i] > INT64_MAX)
			return -EBADMSG;
	}
	return 0;
}

void seal_column_write(struct buffer *streams, enum seal_kind kind, const uint64_t *cells, size_t n,
	const uint8_t *data, struct seal_room *room)
{
	make_room(room, n);
	if (kind == SEAL_TIME)
		times_write(streams, cells, n, room);
	else if (kind == SEAL_FLOAT64)
		floats_write(streams, cells, n, room);
	else if (kind == SEAL_TEXT || kind == SEAL_BYTES)
		seal_texts_write(streams, cells, n, data, room);
	else
		seal_integers_write(streams, cells, n, room);
}

int seal_column_read(struct cursor *streams, enum seal_kind kind, uint64_t *ret_cells, size_t n,
	struct seal_room *room)
{
	make_room(room, n);
	if (kind == SEAL_TIME)
		return times_read(streams, ret_cells, n);
	if (kind == SEAL_FLOAT64)
		return floats_read(streams, ret_cells, n);
	if (kind == SEAL_TEXT || kind == SEAL_BYTES)
		return seal_texts_read(streams, ret_cells, n, room);
	return seal_integers_read(streams, ret_cells, n);
}

/* Columns of texts. Serial and product numbers count on, so a text is a head and the number at its
 * end: "M14860" is "M" and 14860. Heads are few: the different ones in the order of their first
 * coming, each with its first number + 1, 0 for none; then which of them each is, then how far the
 * numbers are from what is foretold: often they count on with each head, or with each row. */
#include <errno.h>
#include <string.h>

#include "allocate.h"
#include "fnv.h"
#include "number.h"
#include "seal/column.h"
#include "seal/parts.h"

enum { DIGITS_MAX = 15, COST_MAX = 64 };

static inline struct str cell_text(const uint8_t *data, uint64_t cell)
{
	return (struct str){ (const char *)data + (cell >> 32), (uint32_t)cell };
}

/* The head's length; the number that follows + 1. It has no zero in front, to be written alike. */
static size_t split(struct str text, uint64_t *ret_tail)
{
	size_t at = text.len;
	uint64_t number = 0;
	while (at > 0 && text.len - at < DIGITS_MAX && text.data[at - 1] >= '0' &&
		text.data[at - 1] <= '9')
		at--;
	while (at + 1 < text.len && text.data[at] == '0')
		at++;
	for (size_t i = at; i < text.len; i++)
		number = number * 10 + (uint64_t)(text.data[i] - '0');
	*ret_tail = at < text.len ? number + 1 : 0;
	return at;
}

static void make_slots(struct seal_room *room, size_t n)
{
	size_t count = 16;
	while (count < 2 * n)
		count *= 2;
	if (count > room->slot_count) {
		free(room->slots);
		room->slots = or_abort(malloc(count * sizeof(*room->slots)));
	}
	room->slot_count = count;
	memset(room->slots, 0, count * sizeof(*room->slots));
}

/* The slot of a head: the row of its first coming + 1, or empty. */
static uint32_t *find_head(const struct seal_room *room, const uint8_t *data, struct str head)
{
	uint64_t hash = fnv_add(FNV_START, head.data, head.len);
	size_t at = (size_t)(hash ^ hash >> 32) & (room->slot_count - 1);
	while (room->slots[at] && !str_eq(cell_text(data, room->heads[room->slots[at] - 1]), head))
		at = (at + 1) & (room->slot_count - 1);
	return &room->slots[at];
}

/* Fills room->whole: which head each row has, by first coming. */
static uint64_t number_heads(struct seal_room *room, size_t n, const uint8_t *data)
{
	uint64_t count = 0;
	make_slots(room, n);
	for (size_t i = 0; i < n; i++) {
		struct str head = cell_text(data, room->heads[i]);
		if (i && str_eq(head, cell_text(data, room->heads[i - 1]))) {
			room->whole[i] = room->whole[i - 1];
			continue;
		}
		uint32_t *slot = find_head(room, data, head);
		room->whole[i] = *slot ? room->whole[*slot - 1] : count++;
		if (!*slot)
			*slot = (uint32_t)i + 1;
	}
	return count;
}

static void write_heads(
	struct buffer *out, uint64_t count, const uint8_t *data, const struct seal_room *room)
{
	seal_varint_write(out, count);
	for (size_t i = 0, next = 0; next < count; i++) {
		if (room->whole[i] != next)
			continue;
		struct str head = cell_text(data, room->heads[i]);
		seal_varint_write(out, head.len);
		buffer_add_str(out, head);
		seal_varint_write(out, room->tails[i]);
		next++;
	}
}

/* Fills room->coded: how far each number is from the last with the same head and from the rows since
 * then times step. Returns about how much they cost. */
static uint64_t tails_from_last(struct seal_room *room, size_t n, uint64_t step)
{
	uint64_t cost = 0, seen = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t head = room->whole[i], base = room->tails[i] - i * step;
		uint64_t difference = head == seen ? 0 : base - room->bases[head];
		seen += head == seen;
		room->bases[head] = base;
		room->coded[i] = difference;
		uint64_t size = difference >> 63 ? 0 - difference : difference;
		cost += size < COST_MAX ? size : COST_MAX;
	}
	return cost;
}

static uint64_t step_of(struct seal_room *room, size_t n)
{
	uint64_t any = 0;
	for (size_t i = 0; i < n; i++)
		any |= room->tails[i];
	if (!any)
		return 0;
	return tails_from_last(room, n, 0) > tails_from_last(room, n, 1);
}

void seal_texts_write(struct buffer *streams, const uint64_t *cells, size_t n, const uint8_t *data,
	struct seal_room *room)
{
	for (size_t i = 0; i < n; i++)
		room->heads[i] =
			(cells[i] >> 32 << 32) | split(cell_text(data, cells[i]), &room->tails[i]);
	write_heads(&streams[0], number_heads(room, n, data), data, room);
	uint64_t step = step_of(room, n);
	seal_integers_write(streams, room->whole, n, room);
	tails_from_last(room, n, step);
	seal_varint_write(&streams[0], step);
	memcpy(room->tails, room->coded, n * sizeof(*room->tails));
	seal_integers_write(streams, room->tails, n, room);
}

static uint64_t cell_behind(const struct buffer *texts, size_t start)
{
	return (uint64_t)start << 32 | (texts->len - start);
}

static int read_heads(struct cursor *c, uint64_t count, struct seal_room *room)
{
	uint64_t len;
	for (size_t i = 0; i < count; i++) {
		size_t start = room->texts.len;
		if (seal_varint_read(c, &len) || len > (uint64_t)(c->end - c->at) ||
			start + len > SEAL_RAW_MAX)
			return -EBADMSG;
		buffer_add(&room->texts, c->at, len);
		room->heads[i] = cell_behind(&room->texts, start);
		c->at += len;
		if (seal_varint_read(c, &room->bases[i]))
			return -EBADMSG;
	}
	return 0;
}

/* A head with its number, behind the other texts. */
static uint64_t join(struct buffer *texts, uint64_t head, uint64_t number)
{
	size_t start = texts->len, len = (uint32_t)head;
	uint8_t *to = buffer_reserve(texts, len + NUMBER_TEXT);
	if (len)
		memcpy(to, texts->data + (head >> 32), len);
	texts->len += len + number_format_unsigned((char *)to + len, number);
	return cell_behind(texts, start);
}

/* The number + 1 of row i, 0 for none. */
static uint64_t next_tail(
	struct seal_room *room, size_t i, uint64_t head, uint64_t step, uint64_t *seen)
{
	if (head >= *seen) {
		*seen = head + 1;
		room->bases[head] -= i * step;
	}
	room->bases[head] += room->tails[i];
	return room->bases[head] + i * step;
}

int seal_texts_read(struct cursor *streams, uint64_t *ret_cells, size_t n, struct seal_room *room)
{
	uint64_t count, step, seen = 0;
	if (seal_varint_read(streams, &count) || count > n || read_heads(streams, count, room) ||
		seal_integers_read(streams, ret_cells, n) || seal_varint_read(streams, &step) ||
		seal_integers_read(streams, ret_cells ? room->tails : NULL, n))
		return -EBADMSG;
	for (size_t i = 0; ret_cells && i < n; i++) {
		uint64_t head = ret_cells[i];
		if (head >= count || room->texts.len > SEAL_RAW_MAX)
			return -EBADMSG;
		uint64_t tail = next_tail(room, i, head, step, &seen);
		ret_cells[i] = room->heads[head];
		if (tail)
			ret_cells[i] = join(&room->texts, ret_cells[i], tail - 1);
	}
	return 0;
}

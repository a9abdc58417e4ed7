/* Columns of texts. Serial and product numbers count on, so a text is a head and the number at its
 * end: "M14860" is "M" and 14860. Heads are few: the different ones in the order of their first
 * coming, then which of them each is, then the numbers + 1, 0 for none. */
#include <errno.h>
#include <string.h>

#include "fnv.h"
#include "number.h"
#include "seal/column.h"
#include "seal/parts.h"

enum { DIGITS_MAX = 15 };

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
		room->slots = malloc(count * sizeof(*room->slots));
		if (!room->slots)
			abort();
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

void seal_texts_write(struct buffer *out, const uint64_t *cells, size_t n, const uint8_t *data,
	struct seal_room *room)
{
	for (size_t i = 0; i < n; i++)
		room->heads[i] =
			(cells[i] >> 32 << 32) | split(cell_text(data, cells[i]), &room->tails[i]);
	uint64_t count = number_heads(room, n, data);
	seal_varint_write(out, count);
	for (size_t i = 0, next = 0; next < count; i++) {
		if (room->whole[i] != next)
			continue;
		struct str head = cell_text(data, room->heads[i]);
		seal_varint_write(out, head.len);
		buffer_add_str(out, head);
		next++;
	}
	seal_integers_write(out, room->whole, n, room);
	seal_integers_write(out, room->tails, n, room);
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

int seal_texts_read(struct cursor *c, uint64_t *ret_cells, size_t n, struct seal_room *room)
{
	uint64_t count;
	if (seal_varint_read(c, &count) || count > n || read_heads(c, count, room) ||
		seal_integers_read(c, ret_cells, n) || seal_integers_read(c, room->tails, n))
		return -EBADMSG;
	for (size_t i = 0; i < n; i++) {
		if (ret_cells[i] >= count || room->texts.len > SEAL_RAW_MAX)
			return -EBADMSG;
		ret_cells[i] = room->heads[ret_cells[i]];
		if (room->tails[i])
			ret_cells[i] = join(&room->texts, ret_cells[i], room->tails[i] - 1);
	}
	return 0;
}

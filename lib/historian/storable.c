#include "historian/storable.h"

#include "utf8.h"
#include "json/json.h"

#define REPLACEMENT "\xef\xbf\xbd"

static void add_storable(struct buffer *to, struct str text)
{
	for (size_t i = 0, n; i < text.len; i += n) {
		unsigned char byte = (unsigned char)text.data[i];
		n = byte && byte < 0x80 ? 1 : json_utf8(text.data + i, text.len - i);
		if (n && byte)
			buffer_add(to, text.data + i, n);
		else
			buffer_add(to, REPLACEMENT, 3);
		n += !n;
	}
}

struct str historian_text(struct str text, struct buffer *room)
{
	if (!text.len || (!memchr(text.data, '\0', text.len) && utf8_valid(text)))
		return text;
	room->len = 0;
	add_storable(room, text);
	return buffer_str(room);
}

/* jsonb has no \u0000 in texts (PostgreSQL 15 manual, 8.14). */
static void replace_nul(uint8_t *at, const uint8_t *end)
{
	while ((at = memchr(at, '\\', (size_t)(end - at)))) {
		if (end - at >= 6 && memcmp(at, "\\u0000", 6) == 0)
			memcpy(at, "\\ufffd", 6);
		at += 2;
	}
}

void historian_json(struct buffer *to, const struct sample *s, const struct sample_map *map)
{
	struct cursor c = { s->data + map->head, s->data + map->end };
	size_t start = to->len;
	json_write_value(to, &c);
	replace_nul(to->data + start, to->data + to->len);
}

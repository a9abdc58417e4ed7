#include "canvas.h"

#include <stdlib.h>
#include <string.h>

#include "allocate.h"

static size_t character_length(const char *text)
{
	size_t len = *text ? 1 : 0;
	while (len && len < 4 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len++;
	return len;
}

size_t canvas_width(const char *text)
{
	size_t width = 0;
	for (; *text; text += character_length(text))
		width++;
	return width;
}

void canvas_put(struct canvas *c, size_t row, size_t column, const char *character)
{
	if (column >= CANVAS_WIDTH)
		return;
	if (row >= c->height) {
		c->cells = reallocate(c->cells, row + 1, sizeof(*c->cells));
		memset(c->cells + c->height, 0, (row + 1 - c->height) * sizeof(*c->cells));
		c->height = row + 1;
	}
	size_t len = character_length(character);
	memcpy(c->cells[row][column], character, len);
	c->cells[row][column][len] = 0;
}

size_t canvas_text(struct canvas *c, size_t row, size_t column, const char *text, size_t width)
{
	size_t end = column + width;
	bool cut = canvas_width(text) > width;
	for (; *text && column + cut < end; text += character_length(text))
		canvas_put(c, row, column++, *text == '\n' || *text == '\t' ? " " : text);
	if (cut)
		canvas_put(c, row, column++, "…");
	return column;
}

const char *canvas_at(const struct canvas *c, size_t row, size_t column)
{
	return row < c->height && column < CANVAS_WIDTH ? c->cells[row][column] : "";
}

void canvas_print(const struct canvas *c, FILE *to)
{
	for (size_t row = 0; row < c->height; row++) {
		size_t end = CANVAS_WIDTH;
		while (end && !*c->cells[row][end - 1])
			end--;
		for (size_t i = 0; i < end; i++)
			fputs(*c->cells[row][i] ? c->cells[row][i] : " ", to);
		fputc('\n', to);
	}
}

void canvas_free(struct canvas *c)
{
	free(c->cells);
	*c = (struct canvas){ 0 };
}

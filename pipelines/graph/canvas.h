/* A sheet of characters to draw on, as wide and high as what is drawn; each cell is one UTF-8
 * character. */
#ifndef DUTO_CANVAS_H
#define DUTO_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { CANVAS_WIDTH = 160 };

struct canvas {
	char (*cells)[CANVAS_WIDTH][5];
	size_t height;
};

/* Draws one character; what is beyond the width is not drawn. */
void canvas_put(struct canvas *c, size_t row, size_t column, const char *character);

/* Draws text from there on and returns the column behind it. */
size_t canvas_text(struct canvas *c, size_t row, size_t column, const char *text, size_t width);
const char *canvas_at(
	const struct canvas *c, size_t row, size_t column); /* "" where nothing is drawn */
void canvas_print(const struct canvas *c, FILE *to);
void canvas_free(struct canvas *c);

/* How many characters text has. */
size_t canvas_width(const char *text);

#endif

/* Where in the file a character of a scalar stands. */
#include "yaml_parts.h"

#include <string.h>

/* A walk over the characters of the source. */
struct walk {
	const char *at, *end;
	int line, column;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void step(struct walk *w)
{
	bool line = *w->at == '\n';
	do
		w->at++;
	while (w->at < w->end && ((unsigned char)*w->at & 0xc0) == 0x80);
	w->line += line;
	w->column = line ? 1 : w->column + 1;
}

static void skip_to_start(struct walk *w, const struct yaml_node *scalar)
{
	for (size_t i = 0; i < scalar->start && w->at < w->end; i++)
		step(w);
	if (scalar->style == YAML_SINGLE_QUOTED || scalar->style == YAML_DOUBLE_QUOTED)
		step(w);
	while (scalar->style == YAML_BLOCK && w->at < w->end && *w->at != '\n')
		step(w);
}

/* How many characters of source the character at hand takes, and whether it stands for more than
 * space. */
static int extent(const struct walk *w, enum yaml_style style, bool *ret_visible)
{
	size_t left = (size_t)(w->end - w->at);
	*ret_visible = !is_space(*w->at);
	if (style == YAML_SINGLE_QUOTED && *w->at == '\'')
		return 2;
	if (style != YAML_DOUBLE_QUOTED || *w->at != '\\' || left < 2)
		return 1;
	char escape = w->at[1];
	*ret_visible = !strchr("tnr \n\r\t", escape);
	return escape == 'x' ? 4 : escape == 'u' ? 6 : escape == 'U' ? 10 : 2;
}

/* Folding, indentation and block headers add and take away nothing but space, so the characters
 * that are not space stand in the source one for one, escapes aside. */
void yaml_place(const struct yaml_node *scalar, size_t offset, int *ret_line, int *ret_column)
{
	struct str source = buffer_str(&scalar->in->source);
	struct walk w = { source.data, source.data + source.len, 1, 1 };
	size_t before = 0;
	for (size_t i = 0; i < offset; i++)
		before += !is_space(scalar->text.data[i]) &&
			  ((unsigned char)scalar->text.data[i] & 0xc0) != 0x80;
	skip_to_start(&w, scalar);
	while (w.at < w.end) {
		bool visible;
		int characters = extent(&w, scalar->style, &visible);
		if (visible && before-- == 0)
			break;
		for (int i = 0; i < characters && w.at < w.end; i++)
			step(&w);
	}
	*ret_line = w.line;
	*ret_column = w.column;
}

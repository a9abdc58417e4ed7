#include "yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <yaml.h>

#include "buffer.h"
#include "number.h"
#include "opt.h"
#include "text.h"

struct yaml {
	char *path;
	struct buffer source;
	struct yaml_node *root;
	struct yaml_node **nodes; /* all of them, for closing */
	size_t count, cap;
};

/* An open list or map while the tree is built. */
struct level {
	struct yaml_node *node, **end;
	struct yaml_node *key; /* of a map: read, its value is due */
};

struct builder {
	struct yaml *y;
	yaml_parser_t parser;
	struct level levels[YAML_DEPTH];
	int depth;
	char **ret_error;
};

static char *message_at(
	const struct yaml *y, int line, int column, const char *format, va_list args)
{
	char *what = text_vprint(format, args);
	char *text = text_print("%s:%d:%d: %s", y->path, line, column, what);
	free(what);
	return text;
}

char *yaml_error(const struct yaml_node *n, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = message_at(n->in, n->line, n->column, format, args);
	va_end(args);
	return text;
}

static int refuse(struct builder *b, yaml_mark_t at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(struct builder *b, yaml_mark_t at, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	*b->ret_error = message_at(b->y, (int)at.line + 1, (int)at.column + 1, format, args);
	va_end(args);
	return -EINVAL;
}

static struct yaml_node *node_new(
	struct yaml *y, yaml_mark_t at, enum yaml_kind kind, struct str text)
{
	struct yaml_node *n = calloc(1, sizeof(*n) + text.len + 1);
	if (y->count == y->cap) {
		y->cap = y->cap ? 2 * y->cap : 64;
		y->nodes = realloc(y->nodes, y->cap * sizeof(*y->nodes));
	}
	if (!n || !y->nodes)
		abort();
	y->nodes[y->count++] = n;
	char *copy = (char *)(n + 1);
	if (text.len)
		memcpy(copy, text.data, text.len);
	n->in = y;
	n->kind = kind;
	n->line = (int)at.line + 1;
	n->column = (int)at.column + 1;
	n->start = at.index;
	n->text = (struct str){ copy, text.len };
	return n;
}

static int take_key(struct builder *b, struct level *l, struct yaml_node *n, yaml_mark_t at)
{
	if (n->kind != YAML_SCALAR)
		return refuse(
			b, at, "expected a key, found a %s", n->kind == YAML_LIST ? "list" : "map");
	const struct yaml_node *before = yaml_get(l->node, n->text.data);
	if (before)
		return refuse(b, at, "\"%s\" is given twice, first in line %d", n->text.data,
			before->key->line);
	if (l->node->count == YAML_ENTRIES)
		return refuse(b, at, "more than %d entries in one map", YAML_ENTRIES);
	l->key = n;
	return 0;
}

/* Puts a node where it belongs: the root, the next of a list, the next key or value of a map. */
static int place_node(struct builder *b, struct yaml_node *n, yaml_mark_t at)
{
	if (b->depth == 0) {
		b->y->root = n;
		return 0;
	}
	struct level *l = &b->levels[b->depth - 1];
	if (l->node->kind == YAML_MAP && !l->key)
		return take_key(b, l, n, at);
	n->key = l->key;
	l->key = NULL;
	*l->end = n;
	l->end = &n->next;
	l->node->count++;
	return 0;
}

static int open_level(struct builder *b, const yaml_event_t *e, enum yaml_kind kind)
{
	struct yaml_node *n = node_new(b->y, e->start_mark, kind, (struct str){ 0 });
	int r = place_node(b, n, e->start_mark);
	if (r < 0)
		return r;
	if (b->depth == YAML_DEPTH)
		return refuse(b, e->start_mark, "more than %d levels deep", YAML_DEPTH);
	b->levels[b->depth++] = (struct level){ .node = n, .end = &n->first };
	return 0;
}

static enum yaml_style style_of(const yaml_event_t *e)
{
	switch (e->data.scalar.style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		return YAML_SINGLE_QUOTED;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		return YAML_DOUBLE_QUOTED;
	case YAML_LITERAL_SCALAR_STYLE:
	case YAML_FOLDED_SCALAR_STYLE:
		return YAML_BLOCK;
	default:
		return YAML_PLAIN;
	}
}

static int add_scalar(struct builder *b, const yaml_event_t *e)
{
	struct str text = { (const char *)e->data.scalar.value, e->data.scalar.length };
	if (memchr(text.data, 0, text.len))
		return refuse(b, e->start_mark, "a NUL in the text");
	struct yaml_node *n = node_new(b->y, e->start_mark, YAML_SCALAR, text);
	n->style = style_of(e);
	return place_node(b, n, e->start_mark);
}

/* What would make a file mean more than it shows. */
static int refuse_hidden(struct builder *b, const yaml_event_t *e)
{
	bool list = e->type == YAML_SEQUENCE_START_EVENT, map = e->type == YAML_MAPPING_START_EVENT;
	const yaml_char_t *anchor = list  ? e->data.sequence_start.anchor
				    : map ? e->data.mapping_start.anchor
					  : e->data.scalar.anchor;
	const yaml_char_t *tag = list  ? e->data.sequence_start.tag
				 : map ? e->data.mapping_start.tag
				       : e->data.scalar.tag;
	if (anchor)
		return refuse(b, e->start_mark,
			"anchors (&%s) are not taken here: write the value out", anchor);
	if (tag)
		return refuse(b, e->start_mark, "tags (%s) are not taken here", tag);
	return 0;
}

static int take_event(struct builder *b, const yaml_event_t *e)
{
	int r;
	switch (e->type) {
	case YAML_ALIAS_EVENT:
		return refuse(b, e->start_mark,
			"aliases (*%s) are not taken here: write the value out",
			e->data.alias.anchor);
	case YAML_DOCUMENT_START_EVENT:
		return b->y->root ? refuse(b, e->start_mark,
					    "expected one document, a second begins here")
				  : 0;
	case YAML_SCALAR_EVENT:
		r = refuse_hidden(b, e);
		return r < 0 ? r : add_scalar(b, e);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		r = refuse_hidden(b, e);
		return r < 0 ? r
			     : open_level(b, e,
				       e->type == YAML_MAPPING_START_EVENT ? YAML_MAP : YAML_LIST);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return 0;
	default:
		return 0;
	}
}

static int refuse_syntax(struct builder *b)
{
	const yaml_parser_t *p = &b->parser;
	if (p->error == YAML_MEMORY_ERROR)
		abort();
	if (p->error == YAML_READER_ERROR) {
		*b->ret_error =
			text_print("%s: byte %zu: %s", b->y->path, p->problem_offset, p->problem);
		return -EINVAL;
	}
	return refuse(b, p->problem_mark, "%s%s%s", p->context ? p->context : "",
		p->context ? ": " : "", p->problem ? p->problem : "not YAML");
}

static int build(struct builder *b)
{
	for (;;) {
		yaml_event_t event;
		if (!yaml_parser_parse(&b->parser, &event))
			return refuse_syntax(b);
		int r = take_event(b, &event);
		bool end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
		if (r < 0 || end)
			return r;
	}
}

static int parse(struct yaml *y, char **ret_error)
{
	struct str text = buffer_str(&y->source);
	struct builder b = { .y = y, .ret_error = ret_error };
	if (!yaml_parser_initialize(&b.parser))
		abort();
	yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&b.parser, (const unsigned char *)(text.data ? text.data : ""), text.len);
	int r = build(&b);
	yaml_parser_delete(&b.parser);
	return r;
}

static struct yaml *yaml_new(const char *path)
{
	struct yaml *y = calloc(1, sizeof(*y));
	if (!y || !(y->path = strdup(path)))
		abort();
	return y;
}

void yaml_close(struct yaml *y)
{
	if (!y)
		return;
	for (size_t i = 0; i < y->count; i++)
		free(y->nodes[i]);
	free(y->nodes);
	buffer_free(&y->source);
	free(y->path);
	free(y);
}

static int finish(struct yaml *y, struct yaml **ret, char **ret_error)
{
	static const uint8_t byte_order_mark[] = { 0xef, 0xbb, 0xbf };
	int r = -EINVAL;
	if (y->source.len >= 3 && memcmp(y->source.data, byte_order_mark, 3) == 0)
		buffer_shift(&y->source, 3);
	if (y->source.len > YAML_MAX)
		*ret_error = text_print("%s: longer than %d bytes", y->path, YAML_MAX);
	else
		r = parse(y, ret_error);
	if (r < 0)
		yaml_close(y);
	else
		*ret = y;
	return r;
}

int yaml_parse(const char *name, struct str text, struct yaml **ret, char **ret_error)
{
	struct yaml *y = yaml_new(name);
	buffer_add_str(&y->source, text);
	return finish(y, ret, ret_error);
}

static int read_all(const char *path, struct buffer *to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t n = 1;
	while (n > 0 && to->len <= YAML_MAX) {
		n = read(fd, buffer_reserve(to, 1 << 16), 1 << 16);
		to->len += n > 0 ? (size_t)n : 0;
	}
	int r = n < 0 ? -errno : 0;
	close(fd);
	return r;
}

int yaml_open(const char *path, struct yaml **ret, char **ret_error)
{
	struct yaml *y = yaml_new(path);
	int r = read_all(path, &y->source);
	if (r == 0)
		return finish(y, ret, ret_error);
	*ret_error = text_print("%s: %s", path, strerror(-r));
	yaml_close(y);
	return r;
}

const struct yaml_node *yaml_root(const struct yaml *y)
{
	return y->root;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (const struct yaml_node *n = map->first; n; n = n->next)
		if (strcmp(n->key->text.data, key) == 0)
			return n;
	return NULL;
}

char *yaml_found(const struct yaml_node *n)
{
	if (n->kind == YAML_MAP)
		return text_print("a map");
	if (n->kind == YAML_LIST)
		return text_print("a list");
	if (n->text.len == 0 && n->style == YAML_PLAIN)
		return text_print("nothing");
	return text_print("\"%.60s\"", n->text.data);
}

static int expected(const struct yaml_node *n, const char *what, char **ret_error)
{
	char *found = yaml_found(n);
	*ret_error = yaml_error(n, "expected %s, found %s", what, found);
	free(found);
	return -EINVAL;
}

/* The key of an entry that is none of keys; *ret_meant is the one that was probably meant, or NULL. */
static const struct yaml_node *unknown_key(
	const struct yaml_node *map, const char *const *keys, const char **ret_meant)
{
	size_t count = 0;
	while (keys[count])
		count++;
	for (const struct yaml_node *n = map->first; n; n = n->next) {
		size_t i = 0;
		while (i < count && strcmp(keys[i], n->key->text.data) != 0)
			i++;
		if (i < count)
			continue;
		*ret_meant = opt_suggest(n->key->text.data, keys, count);
		return n;
	}
	return NULL;
}

int yaml_check_map(const struct yaml_node *n, const char *const *keys, char **ret_error)
{
	const char *meant;
	if (!n) {
		*ret_error = text_print("expected a map, found nothing");
		return -EINVAL;
	}
	if (n->kind != YAML_MAP)
		return expected(n, "a map", ret_error);
	const struct yaml_node *unknown = unknown_key(n, keys, &meant);
	if (!unknown)
		return 0;
	*ret_error = yaml_error(unknown->key,
		meant ? "unknown key \"%s\" (did you mean \"%s\"?)" : "unknown key \"%s\"",
		unknown->key->text.data, meant);
	return -EINVAL;
}

int yaml_check_list(const struct yaml_node *n, char **ret_error)
{
	return n->kind == YAML_LIST ? 0 : expected(n, "a list", ret_error);
}

int yaml_text(const struct yaml_node *n, const char **ret, char **ret_error)
{
	if (n->kind != YAML_SCALAR)
		return expected(n, "a text", ret_error);
	*ret = n->text.data;
	return 0;
}

static bool parse_number(
	const struct yaml_node *n, double *ret, bool *ret_integer, int64_t *ret_int)
{
	return n->kind == YAML_SCALAR && n->style == YAML_PLAIN && n->text.len > 0 &&
	       number_parse(n->text.data, n->text.len, ret, ret_integer, ret_int) == n->text.len;
}

int yaml_number(const struct yaml_node *n, double *ret, char **ret_error)
{
	double number;
	bool integral;
	int64_t integer;
	if (!parse_number(n, &number, &integral, &integer) || !isfinite(number))
		return expected(n, "a number", ret_error);
	*ret = number;
	return 0;
}

int yaml_integer(const struct yaml_node *n, int64_t *ret, char **ret_error)
{
	double number;
	bool integral;
	int64_t integer;
	if (!parse_number(n, &number, &integral, &integer) || !integral)
		return expected(n, "a whole number", ret_error);
	*ret = integer;
	return 0;
}

int yaml_bool(const struct yaml_node *n, bool *ret, char **ret_error)
{
	if (n->kind != YAML_SCALAR || n->style != YAML_PLAIN)
		return expected(n, "true or false", ret_error);
	bool yes = str_eq(n->text, STR("true")) || str_eq(n->text, STR("yes"));
	if (!yes && !str_eq(n->text, STR("false")) && !str_eq(n->text, STR("no")))
		return expected(n, "true or false", ret_error);
	*ret = yes;
	return 0;
}

int yaml_duration(const struct yaml_node *n, int64_t *ret_ns, char **ret_error)
{
	if (n->kind != YAML_SCALAR || opt_duration(n->text, ret_ns) < 0)
		return expected(n, "a duration (5s, 50ms, 2m, 1h)", ret_error);
	return 0;
}

int yaml_required(const struct yaml_node *map, const char *key, const struct yaml_node **ret,
	char **ret_error)
{
	const struct yaml_node *n = yaml_get(map, key);
	if (!n) {
		*ret_error = yaml_error(map, "\"%s\" is missing", key);
		return -EINVAL;
	}
	*ret = n;
	return 0;
}

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

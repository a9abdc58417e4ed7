#include "yaml_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <yaml.h>

#include "text.h"

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

#include <stdlib.h>
#include <string.h>

#include "opt.h"
#include "pipeline_read.h"

#define DURATION "a duration above 0 (30d, 12h)"
#define SIZE	 "a size above 0 (20G, 500M)"

static const char *const keep_keys[] = { "for", "max", "when-full", NULL };

typedef int (*parser)(struct str text, int64_t *ret);

/* The text of a scalar of which the parser makes a number above 0, malloc'ed; NULL, with a mistake,
 * where it does not. */
static char *read_amount(
	struct pipeline *p, const struct yaml_node *n, parser parse, const char *what)
{
	int64_t amount = 0;
	if (n->kind != YAML_SCALAR) {
		pipeline_expect(p, n, what);
		return NULL;
	}
	struct word w = pipeline_expand(p, n);
	if (parse(str(w.text), &amount) == 0 && amount > 0)
		return w.text;
	pipeline_mistake(p, w.line, w.column, "expected %s, found \"%s\"", what, w.text);
	free(w.text);
	return NULL;
}

static void read_when_full(struct pipeline *p, struct stage_keep *keep, const struct yaml_node *map)
{
	const struct yaml_node *n = yaml_get(map, "when-full");
	if (!n)
		return;
	if (n->kind == YAML_SCALAR && strcmp(n->text.data, "drop-oldest") == 0)
		keep->drop_oldest = true;
	else if (n->kind != YAML_SCALAR || strcmp(n->text.data, "block") != 0)
		pipeline_expect(p, n, "block or drop-oldest");
	if (!yaml_get(map, "max"))
		pipeline_mistake(p, n->key->line, n->key->column,
			"when-full says what happens at max: say how much that is (max: 20G)");
}

static void read_map(struct pipeline *p, struct stage_keep *keep, const struct yaml_node *map)
{
	const struct yaml_node *age = yaml_get(map, "for"), *size = yaml_get(map, "max");
	pipeline_check_keys(p, map, keep_keys);
	if (age)
		keep->age = read_amount(p, age, opt_duration, DURATION);
	if (size)
		keep->size = read_amount(p, size, opt_size, SIZE);
	read_when_full(p, keep, map);
}

static bool is_no(const struct yaml_node *n)
{
	return n->style == YAML_PLAIN &&
	       (strcmp(n->text.data, "no") == 0 || strcmp(n->text.data, "false") == 0);
}

void pipeline_read_keep(struct pipeline *p, struct stage_keep *keep, const struct yaml_node *n)
{
	keep->line = n->line;
	keep->column = n->column;
	if (n->kind == YAML_MAP && n->first)
		read_map(p, keep, n);
	else if (n->kind != YAML_SCALAR || n->text.len == 0)
		pipeline_expect(p, n, "a duration (30d), no, or a map with for, max and when-full");
	else if (is_no(n))
		keep->refused = true;
	else
		keep->age = read_amount(p, n, opt_duration, DURATION ", or no");
}

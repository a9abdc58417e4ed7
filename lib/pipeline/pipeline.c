#include "allocate.h"
#include "pipeline_read.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "environment.h"
#include "opt.h"
#include "text.h"

static const char *const pipeline_keys[] = { "name", "enabled", "timezone", "vars", "environment",
	"stages", "tests", NULL };
static const char *const later_keys[] = { "each", "workers", NULL };

void pipeline_mistake(struct pipeline *p, int line, int column, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	mistake_add(&p->mistakes, p->path, line, column, false, format, args);
	va_end(args);
}

void pipeline_note(struct pipeline *p, int line, int column, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	mistake_add(&p->mistakes, p->path, line, column, true, format, args);
	va_end(args);
}

void *pipeline_grow(void *array, size_t count, size_t size)
{
	array = reallocate(array, count + 1, size);
	memset((char *)array + count * size, 0, size);
	return array;
}

static char *copy(const char *text)
{
	return or_abort(strdup(text));
}

void pipeline_expect(struct pipeline *p, const struct yaml_node *n, const char *what)
{
	char *found = yaml_found(n);
	pipeline_mistake(p, n->line, n->column, "expected %s, found %s", what, found);
	free(found);
}

struct word pipeline_word(const struct yaml_node *n)
{
	return (struct word){ copy(n->text.data), n->line, n->column };
}

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words;
}

void pipeline_check_keys(struct pipeline *p, const struct yaml_node *map, const char *const *keys)
{
	size_t count = 0;
	while (keys[count])
		count++;
	for (const struct yaml_node *n = map->first; n; n = n->next) {
		const struct yaml_node *key = n->key;
		if (is_one_of(key->text.data, keys))
			continue;
		const char *meant = opt_suggest(key->text.data, keys, count);
		if (is_one_of(key->text.data, later_keys))
			pipeline_mistake(p, key->line, key->column,
				"\"%s\" is not in this version of duto yet", key->text.data);
		else
			pipeline_mistake(p, key->line, key->column, "unknown key \"%s\"%s%s%s",
				key->text.data, meant ? " (did you mean \"" : "",
				meant ? meant : "", meant ? "\"?)" : "");
	}
}

static void read_name(struct pipeline *p, const struct yaml_node *root)
{
	const struct yaml_node *n = yaml_get(root, "name");
	if (!n) {
		pipeline_mistake(
			p, root->line, root->column, "the pipeline has no name (name: mill)");
		return;
	}
	if (n->kind != YAML_SCALAR || n->text.len == 0 || n->text.len > PIPELINE_NAME_MAX ||
		strspn(n->text.data, "abcdefghijklmnopqrstuvwxyz0123456789-") != n->text.len ||
		n->text.data[0] == '-')
		pipeline_expect(p, n, "a name of a-z, 0-9 and -, up to 32 characters");
	else
		p->name = pipeline_word(n);
}

static void add_variable(void *context, const char *name, const char *value)
{
	struct pipeline *p = context;
	p->variables = pipeline_grow(p->variables, p->variable_count, sizeof(*p->variables));
	p->variables[p->variable_count++] = (struct variable){ copy(name), copy(value) };
}

static void read_variables(struct pipeline *p, const struct yaml_node *vars)
{
	if (!vars)
		return;
	if (vars->kind != YAML_MAP) {
		pipeline_expect(p, vars, "a map of names to values");
		return;
	}
	for (const struct yaml_node *n = vars->first; n; n = n->next) {
		if (!environment_is_name(n->key->text.data))
			pipeline_expect(p, n->key, "a variable's name of letters, digits and _");
		else if (n->kind != YAML_SCALAR)
			pipeline_expect(p, n, "a text");
		else
			add_variable(p, n->key->text.data, n->text.data);
	}
}

/* An environment file while it is read. */
struct environment {
	struct pipeline *p;
	char *path;
};

static void take_line(void *context, const char *name, const char *value)
{
	struct environment *e = context;
	add_variable(e->p, name, value);
}

static void add_mistake_in(struct mistakes *m, const char *path, int line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void add_mistake_in(struct mistakes *m, const char *path, int line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	mistake_add(m, path, line, 1, false, format, args);
	va_end(args);
}

static void refuse_line(void *context, int line, const char *text)
{
	struct environment *e = context;
	add_mistake_in(&e->p->mistakes, e->path, line, "%s", text);
}

static void read_environment(struct pipeline *p, const struct yaml_node *n)
{
	if (!n)
		return;
	if (n->kind != YAML_SCALAR || n->text.len == 0) {
		pipeline_expect(p, n, "the path of a file of NAME=value lines");
		return;
	}
	struct environment e = { .p = p };
	e.path = *n->text.data == '/' ? text_print("%s", n->text.data)
				      : text_print("%s/%s", p->dir, n->text.data);
	int r = environment_read(e.path, take_line, refuse_line, &e);
	if (r < 0)
		pipeline_mistake(p, n->line, n->column, "%s: %s", n->text.data, strerror(-r));
	free(e.path);
}

const char *pipeline_variable(const struct pipeline *p, const char *name)
{
	const char *value = getenv(name);
	for (size_t i = p->variable_count; !value && i > 0; i--)
		if (strcmp(p->variables[i - 1].name, name) == 0)
			value = p->variables[i - 1].value;
	return value;
}

static void read_stages(struct pipeline *p, const struct yaml_node *root)
{
	const struct yaml_node *stages = yaml_get(root, "stages");
	if (!stages) {
		pipeline_mistake(p, root->line, root->column, "the pipeline has no stages");
		return;
	}
	if (stages->kind != YAML_MAP || !stages->first) {
		pipeline_expect(p, stages, "a map of stages");
		return;
	}
	for (const struct yaml_node *n = stages->first; n; n = n->next)
		pipeline_read_stage(p, n);
	pipeline_resolve(p);
}

static void read_enabled(struct pipeline *p, const struct yaml_node *n)
{
	bool enabled = true;
	char *error = NULL;
	if (n && yaml_bool(n, &enabled, &error))
		pipeline_expect(p, n, "yes or no");
	free(error);
	p->disabled = !enabled;
}

static void read_root(struct pipeline *p, const struct yaml_node *root)
{
	if (!root) {
		pipeline_mistake(p, 1, 1, "the file is empty");
		return;
	}
	if (root->kind != YAML_MAP) {
		pipeline_expect(p, root, "a map with name and stages");
		return;
	}
	pipeline_check_keys(p, root, pipeline_keys);
	read_name(p, root);
	read_enabled(p, yaml_get(root, "enabled"));
	pipeline_read_zone(p, yaml_get(root, "timezone"));
	read_variables(p, yaml_get(root, "vars"));
	read_environment(p, yaml_get(root, "environment"));
	read_stages(p, root);
	p->tests = yaml_get(root, "tests");
}

static char *folder_of(const char *path)
{
	char *whole = copy(path), *dir = copy(dirname(whole));
	free(whole);
	return dir;
}

struct pipeline *pipeline_open(const char *path)
{
	char *error = NULL;
	struct pipeline *p = allocate(1, sizeof(*p));
	p->path = copy(path);
	p->dir = folder_of(path);
	if (yaml_open(path, &p->yaml, &error) < 0)
		mistake_add_message(&p->mistakes, path, error);
	else
		read_root(p, yaml_root(p->yaml));
	mistake_sort(&p->mistakes, path);
	return p;
}

static void free_sources(struct source *sources, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(sources[i].name.text);
	free(sources);
}

static void free_substage(struct substage *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->words[i].text);
	free(s->words);
	free(s->argv);
}

static void free_stage(struct stage *stage)
{
	for (size_t i = 0; i < stage->substage_count; i++)
		free_substage(&stage->substages[i]);
	free(stage->substages);
	free_sources(stage->from, stage->from_count);
	free_sources(stage->taps, stage->tap_count);
	free(stage->name.text);
	free(stage->run.text);
	free(stage->listen.text);
	free(stage->keep.age);
	free(stage->keep.size);
}

void pipeline_close(struct pipeline *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->stage_count; i++)
		free_stage(&p->stages[i]);
	for (size_t i = 0; i < p->variable_count; i++) {
		free(p->variables[i].name);
		free(p->variables[i].value);
	}
	free(p->stages);
	free(p->variables);
	free(p->order);
	mistake_free(&p->mistakes);
	yaml_close(p->yaml);
	free(p->name.text);
	free(p->path);
	free(p->dir);
	free(p);
}

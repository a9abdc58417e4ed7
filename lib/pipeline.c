#include "pipeline.h"

#include <errno.h>
#include <libgen.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "commandline.h"
#include "environment.h"
#include "opt.h"

static const char *const pipeline_keys[] = { "name", "vars", "environment", "stages", "tests",
	NULL };
static const char *const stage_keys[] = { "run", "from", "taps", "listen", NULL };
static const char *const later_keys[] = { "keep", "at", "every", "each", "workers", NULL };

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

static void *grow(void *array, size_t count, size_t size)
{
	array = reallocarray(array, count + 1, size);
	if (!array)
		abort();
	memset((char *)array + count * size, 0, size);
	return array;
}

static char *copy(const char *text)
{
	char *same = strdup(text);
	if (!same)
		abort();
	return same;
}

/* Says that a node is not what it should be. */
static void expect(struct pipeline *p, const struct yaml_node *n, const char *what)
{
	char *found = yaml_found(n);
	pipeline_mistake(p, n->line, n->column, "expected %s, found %s", what, found);
	free(found);
}

static bool is_empty(const struct yaml_node *n)
{
	return n->kind == YAML_SCALAR && n->style == YAML_PLAIN && n->text.len == 0;
}

static struct word word_of(const struct yaml_node *n)
{
	return (struct word){ copy(n->text.data), n->line, n->column };
}

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words;
}

static void check_keys(struct pipeline *p, const struct yaml_node *map, const char *const *keys)
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
		expect(p, n, "a name of a-z, 0-9 and -, up to 32 characters");
	else
		p->name = word_of(n);
}

static void add_variable(void *context, const char *name, const char *value)
{
	struct pipeline *p = context;
	p->variables = grow(p->variables, p->variable_count, sizeof(*p->variables));
	p->variables[p->variable_count++] = (struct variable){ copy(name), copy(value) };
}

static void read_variables(struct pipeline *p, const struct yaml_node *vars)
{
	if (!vars)
		return;
	if (vars->kind != YAML_MAP) {
		expect(p, vars, "a map of names to values");
		return;
	}
	for (const struct yaml_node *n = vars->first; n; n = n->next) {
		if (!environment_is_name(n->key->text.data))
			expect(p, n->key, "a variable's name of letters, digits and _");
		else if (n->kind != YAML_SCALAR)
			expect(p, n, "a text");
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
		expect(p, n, "the path of a file of NAME=value lines");
		return;
	}
	struct environment e = { .p = p };
	if (asprintf(&e.path, "%s%s%s", *n->text.data == '/' ? "" : p->dir,
		    *n->text.data == '/' ? "" : "/", n->text.data) < 0)
		abort();
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

/* A text of the file in which words and variables are looked for. */
struct reading {
	struct pipeline *p;
	const struct yaml_node *node;
};

static const char *find_variable(void *context, const char *name)
{
	const struct reading *r = context;
	return pipeline_variable(r->p, name);
}

static void refuse_words(void *context, size_t offset, const char *text)
{
	const struct reading *r = context;
	int line, column;
	yaml_place(r->node, offset, &line, &column);
	pipeline_mistake(r->p, line, column, "%s", text);
}

static bool is_link(const char *text)
{
	static const char *const schemes[] = { "push:", "pull:", "pub:", "sub:", "keep:", NULL };
	for (size_t i = 0; schemes[i]; i++)
		if (strncmp(text, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return strcmp(text, "-") == 0;
}

/* The links between stages are the pipeline's to give; files stay the stage's own. */
static void refuse_link(struct pipeline *p, const struct substage *s, size_t i)
{
	const struct word *w = &s->words[i];
	bool in = strncmp(w->text, "--in", 4) == 0 && (!w->text[4] || w->text[4] == '=');
	bool out = strncmp(w->text, "--out", 5) == 0 && (!w->text[5] || w->text[5] == '=');
	if (!in && !out)
		return;
	const char *equals = strchr(w->text, '=');
	const char *value = equals ? equals + 1 : i + 1 < s->count ? s->words[i + 1].text : "";
	if (is_link(value))
		pipeline_mistake(p, w->line, w->column,
			"links are the pipeline's to give: say %s instead of %.5s %s",
			in ? "`from` or `taps` here" : "`from` where it is read", w->text, value);
}

/* user:password@ in an address would be seen by everyone who can list processes. */
static void refuse_secret(struct pipeline *p, const struct word *w)
{
	const char *address = strstr(w->text, "://");
	if (!address)
		return;
	const char *at = strchr(address + 3, '@'), *colon = strchr(address + 3, ':');
	size_t authority = strcspn(address + 3, "/?#");
	if (at && colon && colon + 1 < at && at < address + 3 + authority)
		pipeline_mistake(p, w->line, w->column,
			"a password does not belong into a command line: name a file that holds "
			"it");
}

static void check_substage(struct pipeline *p, const struct substage *s)
{
	const struct word *filter = &s->words[0];
	if (strcmp(filter->text, "duto") == 0)
		pipeline_mistake(
			p, filter->line, filter->column, "leave `duto` off: name the filter");
	else if (strchr(filter->text, '/'))
		pipeline_mistake(p, filter->line, filter->column,
			"%s: only filters can be run, by their names", filter->text);
	for (size_t i = 1; i < s->count; i++) {
		refuse_link(p, s, i);
		refuse_secret(p, &s->words[i]);
	}
}

static void add_word(struct substage *s, struct word w)
{
	s->words = grow(s->words, s->count, sizeof(*s->words));
	s->argv = grow(s->argv, s->count + 1, sizeof(*s->argv));
	s->words[s->count] = w;
	s->argv[s->count++] = w.text;
	s->argv[s->count] = NULL;
}

static struct substage *add_substage(struct stage *stage)
{
	stage->substages = grow(stage->substages, stage->substage_count, sizeof(*stage->substages));
	return &stage->substages[stage->substage_count++];
}

/* The words of a line into sub-stages. A `|` with nothing before or behind it is a mistake at the
 * `|`. */
static void take_words(
	struct pipeline *p, struct stage *stage, const struct yaml_node *n, struct commandline *c)
{
	struct substage *s = NULL;
	for (size_t i = 0; i < c->count; i++) {
		struct word w = { c->words[i].text, 0, 0 };
		yaml_place(n, c->words[i].offset, &w.line, &w.column);
		if (!c->words[i].bar) {
			s = s ? s : add_substage(stage);
			add_word(s, w);
			c->words[i].text = NULL;
			continue;
		}
		if (!s)
			pipeline_mistake(p, w.line, w.column, "no filter before this |");
		else if (i + 1 == c->count)
			pipeline_mistake(p, w.line, w.column, "no filter behind this |");
		s = NULL;
	}
}

static void read_run(struct pipeline *p, struct stage *stage, const struct yaml_node *n)
{
	struct reading reading = { p, n };
	struct commandline_reader reader = { find_variable, refuse_words, &reading };
	struct commandline line;
	if (n->kind != YAML_SCALAR || strspn(n->text.data, " \t\r\n") == n->text.len) {
		expect(p, n, "a command line (filter --option value | filter)");
		return;
	}
	stage->run = word_of(n);
	commandline_split(n->text.data, &reader, &line);
	take_words(p, stage, n, &line);
	for (size_t i = 0; i < stage->substage_count; i++)
		check_substage(p, &stage->substages[i]);
	commandline_free(&line);
}

static void add_source(
	struct pipeline *p, const struct yaml_node *n, struct source **sources, size_t *count)
{
	if (n->kind != YAML_SCALAR || n->text.len == 0) {
		expect(p, n, "the name of a stage");
		return;
	}
	for (size_t i = 0; i < *count; i++)
		if (strcmp((*sources)[i].name.text, n->text.data) == 0)
			pipeline_mistake(
				p, n->line, n->column, "%s is named twice here", n->text.data);
	*sources = grow(*sources, *count, sizeof(**sources));
	(*sources)[(*count)++] = (struct source){ word_of(n), SIZE_MAX };
}

static void read_sources(
	struct pipeline *p, const struct yaml_node *n, struct source **sources, size_t *count)
{
	if (!n)
		return;
	if (n->kind == YAML_SCALAR)
		add_source(p, n, sources, count);
	else if (n->kind == YAML_MAP || n->count == 0)
		expect(p, n, "the name of a stage or a list of such");
	else
		for (const struct yaml_node *one = n->first; one; one = one->next)
			add_source(p, one, sources, count);
}

static bool is_address(const char *text)
{
	const char *colon = strrchr(text, ':');
	if (strncmp(text, "tcp://", 6) != 0 || !colon || colon <= text + 6)
		return false;
	size_t digits = strspn(colon + 1, "0123456789");
	long port = strtol(colon + 1, NULL, 10);
	return digits && digits < 6 && !colon[1 + digits] && port >= 1 && port <= 65535 &&
	       !memchr(text + 6, '/', strlen(text + 6));
}

static void read_listen(struct pipeline *p, struct stage *stage, const struct yaml_node *n)
{
	struct reading reading = { p, n };
	struct commandline_reader reader = { find_variable, refuse_words, &reading };
	if (!n)
		return;
	if (n->kind != YAML_SCALAR) {
		expect(p, n, "tcp://ADDRESS:PORT");
		return;
	}
	stage->listen =
		(struct word){ commandline_expand(n->text.data, &reader), n->line, n->column };
	if (!is_address(stage->listen.text))
		pipeline_mistake(p, n->line, n->column, "expected tcp://ADDRESS:PORT, found \"%s\"",
			stage->listen.text);
	for (struct stage *other = p->stages; other < stage; other++)
		if (other->listen.text && strcmp(other->listen.text, stage->listen.text) == 0)
			pipeline_mistake(p, n->line, n->column, "stage %s listens at %s already",
				other->name.text, other->listen.text);
}

static void read_stage(struct pipeline *p, const struct yaml_node *n)
{
	const struct yaml_node *key = n->key;
	p->stages = grow(p->stages, p->stage_count, sizeof(*p->stages));
	struct stage *stage = &p->stages[p->stage_count++];
	stage->name = word_of(key);
	if (key->text.len == 0 || key->text.len > STAGE_NAME_MAX ||
		strspn(key->text.data, "abcdefghijklmnopqrstuvwxyz0123456789_") != key->text.len)
		expect(p, key, "a stage's name of a-z, 0-9 and _, up to 24 characters");
	if (n->kind != YAML_MAP) {
		if (is_empty(n))
			pipeline_mistake(p, key->line, key->column,
				"stage %s is empty: it has no run", key->text.data);
		else
			expect(p, n, "a map with run");
		return;
	}
	check_keys(p, n, stage_keys);
	if (yaml_get(n, "run"))
		read_run(p, stage, yaml_get(n, "run"));
	else
		pipeline_mistake(p, key->line, key->column, "stage %s has no run", key->text.data);
	read_sources(p, yaml_get(n, "from"), &stage->from, &stage->from_count);
	read_sources(p, yaml_get(n, "taps"), &stage->taps, &stage->tap_count);
	read_listen(p, stage, yaml_get(n, "listen"));
}

struct stage *pipeline_stage(const struct pipeline *p, const char *name)
{
	for (size_t i = 0; i < p->stage_count; i++)
		if (strcmp(p->stages[i].name.text, name) == 0)
			return &p->stages[i];
	return NULL;
}

static const char *suggest_stage(const struct pipeline *p, const char *name)
{
	const char **names = calloc(p->stage_count + 1, sizeof(*names));
	if (!names)
		abort();
	for (size_t i = 0; i < p->stage_count; i++)
		names[i] = p->stages[i].name.text;
	const char *meant = opt_suggest(name, names, p->stage_count);
	free(names);
	return meant;
}

static void resolve(struct pipeline *p, const struct stage *reader, struct source *source)
{
	const struct word *name = &source->name;
	const struct stage *stage = pipeline_stage(p, name->text);
	if (stage == reader) {
		pipeline_mistake(p, name->line, name->column, "stage %s reads itself", name->text);
	} else if (stage) {
		source->stage = (size_t)(stage - p->stages);
	} else {
		const char *meant = suggest_stage(p, name->text);
		pipeline_mistake(p, name->line, name->column, "there is no stage \"%s\"%s%s%s",
			name->text, meant ? " (did you mean \"" : "", meant ? meant : "",
			meant ? "\"?)" : "");
	}
}

static void resolve_stage(struct pipeline *p, struct stage *stage)
{
	for (size_t i = 0; i < stage->from_count; i++)
		resolve(p, stage, &stage->from[i]);
	for (size_t i = 0; i < stage->tap_count; i++) {
		resolve(p, stage, &stage->taps[i]);
		for (size_t k = 0; k < stage->from_count; k++)
			if (strcmp(stage->from[k].name.text, stage->taps[i].name.text) == 0)
				pipeline_mistake(p, stage->taps[i].name.line,
					stage->taps[i].name.column,
					"%s is named under from already", stage->taps[i].name.text);
	}
}

static const struct source *nth_source(const struct stage *stage, size_t i)
{
	return i < stage->from_count ? &stage->from[i] : &stage->taps[i - stage->from_count];
}

/* A walk up from readers to what they read. */
struct walk {
	struct pipeline *p;
	char *seen;    /* per stage: 0 not yet, 1 on the way, 2 done */
	size_t *trail; /* the stages on the way */
	size_t depth, ordered;
};

static void tell_cycle(const struct walk *w, const struct source *closing)
{
	struct buffer path = { 0 };
	size_t from = 0;
	while (w->trail[from] != closing->stage)
		from++;
	buffer_add_str(&path, str(closing->name.text));
	for (size_t i = w->depth; i > from; i--) {
		buffer_add_str(&path, STR(" -> "));
		buffer_add_str(&path, str(w->p->stages[w->trail[i - 1]].name.text));
	}
	pipeline_mistake(w->p, closing->name.line, closing->name.column,
		"the stages read in a circle: %.*s", STR_ARG(buffer_str(&path)));
	buffer_free(&path);
}

static void visit(struct walk *w, size_t index)
{
	const struct stage *stage = &w->p->stages[index];
	w->seen[index] = 1;
	w->trail[w->depth++] = index;
	for (size_t i = 0; i < stage->from_count + stage->tap_count; i++) {
		const struct source *source = nth_source(stage, i);
		if (source->stage == SIZE_MAX || w->seen[source->stage] == 2)
			continue;
		if (w->seen[source->stage] == 1)
			tell_cycle(w, source);
		else
			visit(w, source->stage);
	}
	w->depth--;
	w->seen[index] = 2;
	w->p->order[w->ordered++] = index;
}

static void order_stages(struct pipeline *p)
{
	struct walk w = { .p = p,
		.seen = calloc(p->stage_count + 1, 1),
		.trail = calloc(p->stage_count + 1, sizeof(*w.trail)) };
	p->order = calloc(p->stage_count + 1, sizeof(*p->order));
	if (!w.seen || !w.trail || !p->order)
		abort();
	for (size_t i = 0; i < p->stage_count; i++)
		if (!w.seen[i])
			visit(&w, i);
	free(w.seen);
	free(w.trail);
}

bool pipeline_is_read(const struct pipeline *p, const struct stage *stage)
{
	size_t index = (size_t)(stage - p->stages);
	for (size_t i = 0; i < p->stage_count; i++)
		for (size_t k = 0; k < p->stages[i].from_count + p->stages[i].tap_count; k++)
			if (nth_source(&p->stages[i], k)->stage == index)
				return true;
	return stage->listen.text;
}

static void read_stages(struct pipeline *p, const struct yaml_node *root)
{
	const struct yaml_node *stages = yaml_get(root, "stages");
	if (!stages) {
		pipeline_mistake(p, root->line, root->column, "the pipeline has no stages");
		return;
	}
	if (stages->kind != YAML_MAP || !stages->first) {
		expect(p, stages, "a map of stages");
		return;
	}
	for (const struct yaml_node *n = stages->first; n; n = n->next)
		read_stage(p, n);
	for (size_t i = 0; i < p->stage_count; i++)
		resolve_stage(p, &p->stages[i]);
	order_stages(p);
}

static void read_root(struct pipeline *p, const struct yaml_node *root)
{
	if (!root) {
		pipeline_mistake(p, 1, 1, "the file is empty");
		return;
	}
	if (root->kind != YAML_MAP) {
		expect(p, root, "a map with name and stages");
		return;
	}
	check_keys(p, root, pipeline_keys);
	read_name(p, root);
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
	struct pipeline *p = calloc(1, sizeof(*p));
	if (!p)
		abort();
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

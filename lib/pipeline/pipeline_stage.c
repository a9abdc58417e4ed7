#include "pipeline_read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "commandline.h"

static const char *const stage_keys[] = { "run", "from", "taps", "listen", "keep", "cpu", "memory",
	"at", "every", "missed", NULL };

static bool is_empty(const struct yaml_node *n)
{
	return n->kind == YAML_SCALAR && n->style == YAML_PLAIN && n->text.len == 0;
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
	s->words = pipeline_grow(s->words, s->count, sizeof(*s->words));
	s->argv = pipeline_grow(s->argv, s->count + 1, sizeof(*s->argv));
	s->words[s->count] = w;
	s->argv[s->count++] = w.text;
	s->argv[s->count] = NULL;
}

static struct substage *add_substage(struct stage *stage)
{
	stage->substages =
		pipeline_grow(stage->substages, stage->substage_count, sizeof(*stage->substages));
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
		pipeline_expect(p, n, "a command line (filter --option value | filter)");
		return;
	}
	stage->run = pipeline_word(n);
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
		pipeline_expect(p, n, "the name of a stage");
		return;
	}
	for (size_t i = 0; i < *count; i++)
		if (strcmp((*sources)[i].name.text, n->text.data) == 0)
			pipeline_mistake(
				p, n->line, n->column, "%s is named twice here", n->text.data);
	*sources = pipeline_grow(*sources, *count, sizeof(**sources));
	(*sources)[(*count)++] = (struct source){ pipeline_word(n), SIZE_MAX };
}

static void read_sources(
	struct pipeline *p, const struct yaml_node *n, struct source **sources, size_t *count)
{
	if (!n)
		return;
	if (n->kind == YAML_SCALAR)
		add_source(p, n, sources, count);
	else if (n->kind == YAML_MAP || n->count == 0)
		pipeline_expect(p, n, "the name of a stage or a list of such");
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

struct word pipeline_expand(struct pipeline *p, const struct yaml_node *n)
{
	struct reading reading = { p, n };
	struct commandline_reader reader = { find_variable, refuse_words, &reading };
	return (struct word){ commandline_expand(n->text.data, &reader), n->line, n->column };
}

static void read_listen(struct pipeline *p, struct stage *stage, const struct yaml_node *n)
{
	if (!n)
		return;
	if (n->kind != YAML_SCALAR) {
		pipeline_expect(p, n, "tcp://ADDRESS:PORT");
		return;
	}
	stage->listen = pipeline_expand(p, n);
	if (!is_address(stage->listen.text))
		pipeline_mistake(p, n->line, n->column, "expected tcp://ADDRESS:PORT, found \"%s\"",
			stage->listen.text);
	for (struct stage *other = p->stages; other < stage; other++)
		if (other->listen.text && strcmp(other->listen.text, stage->listen.text) == 0)
			pipeline_mistake(p, n->line, n->column, "stage %s listens at %s already",
				other->name.text, other->listen.text);
}

void pipeline_read_stage(struct pipeline *p, const struct yaml_node *n)
{
	const struct yaml_node *key = n->key;
	p->stages = pipeline_grow(p->stages, p->stage_count, sizeof(*p->stages));
	struct stage *stage = &p->stages[p->stage_count++];
	stage->name = pipeline_word(key);
	if (key->text.len == 0 || key->text.len > STAGE_NAME_MAX ||
		strspn(key->text.data, "abcdefghijklmnopqrstuvwxyz0123456789_") != key->text.len)
		pipeline_expect(p, key, "a stage's name of a-z, 0-9 and _, up to 24 characters");
	if (n->kind != YAML_MAP) {
		if (is_empty(n))
			pipeline_mistake(p, key->line, key->column,
				"stage %s is empty: it has no run", key->text.data);
		else
			pipeline_expect(p, n, "a map with run");
		return;
	}
	pipeline_check_keys(p, n, stage_keys);
	if (yaml_get(n, "run"))
		read_run(p, stage, yaml_get(n, "run"));
	else
		pipeline_mistake(p, key->line, key->column, "stage %s has no run", key->text.data);
	read_sources(p, yaml_get(n, "from"), &stage->from, &stage->from_count);
	read_sources(p, yaml_get(n, "taps"), &stage->taps, &stage->tap_count);
	read_listen(p, stage, yaml_get(n, "listen"));
	if (yaml_get(n, "keep"))
		pipeline_read_keep(p, &stage->keep, yaml_get(n, "keep"));
	pipeline_read_limits(p, &stage->limits, n);
	pipeline_read_schedule(p, stage, n);
}

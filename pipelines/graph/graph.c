#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "picture.h"
#include "pipelines/commands.h"
#include "pipelines/stage/keeps.h"

static void print_quoted(const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text == '\n' ? ' ' : *text);
	}
}

static void print_node(const struct stage *s, bool keeps)
{
	printf("\t%s [label=\"%s\\n", s->name.text, s->name.text);
	for (size_t i = 0; i < s->substage_count; i++) {
		char *text = picture_substage(&s->substages[i], i == 0);
		print_quoted(text);
		printf("\\l");
		free(text);
	}
	if (keeps) {
		char *text = keeps_text(s);
		printf("%s\\l", text);
		free(text);
	}
	printf("\"];\n");
}

static void print_dot(const struct pipeline *p, const struct traits *traits)
{
	printf("digraph \"%s\" {\n\trankdir=LR;\n\tnode [shape=box, fontname=monospace];\n",
		p->name.text);
	for (size_t i = 0; i < p->stage_count; i++)
		print_node(&p->stages[i], traits[i].keeps);
	for (size_t i = 0; i < p->stage_count; i++) {
		const struct stage *s = &p->stages[i];
		for (size_t k = 0; k < s->from_count; k++)
			printf("\t%s -> %s;\n", s->from[k].name.text, s->name.text);
		for (size_t k = 0; k < s->tap_count; k++)
			printf("\t%s -> %s [style=dashed, label=tap];\n", s->taps[k].name.text,
				s->name.text);
	}
	printf("}\n");
}

static void draw(const struct pipeline *p, bool dot)
{
	struct traits *traits = traits_read(p);
	if (dot)
		print_dot(p, traits);
	else
		picture_print(p, traits, stdout);
	traits_free(traits);
}

static int usage(const char *what, const char *word)
{
	fprintf(stderr, "duto: error: graph: %s%s (duto graph mill.yaml [--dot])\n", what, word);
	return EXIT_CONFIG;
}

int command_graph(int argc, char **argv)
{
	const char *path = NULL;
	bool dot = false;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--dot") == 0)
			dot = true;
		else if (strncmp(argv[i], "--", 2) == 0)
			return usage("unknown option ", argv[i]);
		else if (path)
			return usage("one pipeline at a time, not also ", argv[i]);
		else
			path = argv[i];
	}
	if (!path)
		return usage("no pipeline file given", "");
	struct pipeline *p = pipeline_open(path);
	size_t mistakes = mistake_count(&p->mistakes);
	mistake_print(&p->mistakes, stderr);
	if (mistakes == 0)
		draw(p, dot);
	pipeline_close(p);
	return mistakes ? EXIT_CONFIG : EXIT_OK;
}

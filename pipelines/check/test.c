#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "golden.h"
#include "pipelines/capture.h"
#include "pipelines/commands.h"
#include "pipelines/describe/describe.h"
#include "pipelines/describe/libexec.h"
#include "text.h"

/* One golden case, and the samples or text on their way through its stage. */
struct golden_case {
	struct pipeline *p;
	const char *name;
	const struct stage *stage;
	struct str in, out;
	struct buffer flow;
	char *wrong; /* why it failed; NULL: it has not */
};

__attribute__((format(printf, 2, 3))) static void fail(
	struct golden_case *g, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g->wrong = text_vprint(format, args);
	va_end(args);
}

static void run_filter(struct golden_case *g, char *const *argv)
{
	struct captured result = { 0 };
	char *path = libexec_path(argv[0]);
	int r = path ? capture_run(path, argv, g->p->dir, buffer_str(&g->flow), &result) : -ENOENT;
	free(path);
	if (r < 0) {
		fail(g, "%s: %s", argv[0], strerror(-r));
		return;
	}
	buffer_free(&g->flow);
	g->flow = result.output;
	if (result.status != EXIT_OK)
		fail(g, "%s ended with status %d: %.*s", argv[0], result.status,
			STR_ARG(buffer_str(&result.errors)));
	buffer_free(&result.errors);
}

/* "samples", "bytes", "text" or "none": the key's word in the filter's description. */
static void ask(const char *filter, const char *key, char answer[16])
{
	char *path = libexec_path(filter);
	json_t *description = path ? describe(path, filter) : NULL;
	snprintf(answer, 16, "%s", describe_text(description, key));
	json_decref(description);
	free(path);
}

static void run_stage(struct golden_case *g)
{
	const struct stage *s = g->stage;
	char kind[16];
	size_t i = 0;
	ask(s->substages[0].argv[0], "input", kind);
	buffer_add_str(&g->flow, g->in);
	if (strcmp(kind, "none") == 0)
		i++;
	if (strcmp(kind, "bytes") != 0)
		run_filter(g, (char *[]){ "from-json", NULL });
	for (; i < s->substage_count && !g->wrong; i++)
		run_filter(g, s->substages[i].argv);
	ask(s->substages[s->substage_count - 1].argv[0], "output", kind);
	if (!g->wrong && strcmp(kind, "text") != 0)
		run_filter(g, (char *[]){ "to-json", NULL });
}

static void mistake(struct pipeline *p, char *message)
{
	mistake_add_message(&p->mistakes, p->path, message);
}

static bool read_text(
	struct pipeline *p, const struct yaml_node *n, const char *key, const char **ret)
{
	const struct yaml_node *value;
	char *error;
	if (yaml_required(n, key, &value, &error) == 0 && yaml_text(value, ret, &error) == 0)
		return true;
	mistake(p, error);
	return false;
}

static bool read_case(struct pipeline *p, const struct yaml_node *n, struct golden_case *ret)
{
	static const char *const keys[] = { "name", "stage", "in", "out", NULL };
	const char *stage, *in, *out;
	char *error;
	*ret = (struct golden_case){ .p = p };
	if (yaml_check_map(n, keys, &error) < 0) {
		mistake(p, error);
		return false;
	}
	if (!read_text(p, n, "name", &ret->name) || !read_text(p, n, "stage", &stage) ||
		!read_text(p, n, "in", &in) || !read_text(p, n, "out", &out))
		return false;
	ret->in = str(in);
	ret->out = str(out);
	ret->stage = pipeline_stage(p, stage);
	if (!ret->stage)
		mistake(p, yaml_error(yaml_get(n, "stage"), "there is no stage \"%s\"", stage));
	return ret->stage;
}

static void print_comment(const char *text)
{
	printf("# ");
	for (; *text; text++)
		if (*text != '\n')
			putchar(*text);
		else if (text[1])
			printf("\n# ");
	putchar('\n');
}

static bool run_case(struct golden_case *g, size_t number)
{
	run_stage(g);
	if (!g->wrong)
		g->wrong = golden_compare(g->out, buffer_str(&g->flow));
	bool passed = !g->wrong;
	printf("%sok %zu - %s: %s\n", passed ? "" : "not ", number, g->p->name.text, g->name);
	if (g->wrong)
		print_comment(g->wrong);
	free(g->wrong);
	buffer_free(&g->flow);
	return passed;
}

static bool run_cases(struct pipeline *p, size_t *number)
{
	struct golden_case g;
	char *error;
	bool passed = true;
	if (!p->tests) {
		pipeline_mistake(p, 1, 1, "the pipeline has no `tests`");
		return false;
	}
	if (yaml_check_list(p->tests, &error) < 0) {
		mistake(p, error);
		return false;
	}
	for (const struct yaml_node *n = p->tests->first; n; n = n->next)
		passed &= read_case(p, n, &g) && run_case(&g, ++*number);
	return passed;
}

static bool test_file(const char *path, size_t *number)
{
	struct pipeline *p = pipeline_open(path);
	bool passed = mistake_count(&p->mistakes) == 0 && run_cases(p, number);
	mistake_sort(&p->mistakes, p->path);
	mistake_print(&p->mistakes, stderr);
	pipeline_close(p);
	return passed;
}

int command_test(int argc, char **argv)
{
	size_t number = 0;
	bool passed = true;
	if (argc < 2) {
		fprintf(stderr, "duto: error: test needs a pipeline file (duto test mill.yaml)\n");
		return EXIT_CONFIG;
	}
	for (int i = 1; i < argc; i++)
		passed &= test_file(argv[i], &number);
	printf("1..%zu\n", number);
	return passed ? EXIT_OK : EXIT_CONFIG;
}

/* Seconds that train_forest takes, by the wall and of processors: train ROWS.csv TREES THREADS SEED [TEST.csv SCORES]. The files
 * hold plain numbers without a header, the class (0 or 1) last. With a test file, the probability
 * of class 1 of each of its rows goes to SCORES, a line each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "train/train.h"

struct rows {
	float *values;
	uint16_t *target;
	size_t rows, features;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void read_line(struct rows *r, char *line)
{
	size_t n = 1;

	for (const char *c = line; *c; c++)
		n += *c == ',';
	r->features = n - 1;
	r->values = realloc(r->values, (r->rows + 1) * r->features * sizeof(*r->values));
	r->target = realloc(r->target, (r->rows + 1) * sizeof(*r->target));
	if (!r->values || !r->target)
		die("rows");
	for (size_t i = 0; i < r->features; i++, line++)
		r->values[r->rows * r->features + i] = (float)strtod(line, &line);
	r->target[r->rows++] = (uint16_t)strtod(line, NULL);
}

static struct rows read_rows(const char *path)
{
	FILE *file = fopen(path, "r");
	struct rows r = { 0 };
	char line[4096];

	if (!file)
		die(path);
	while (fgets(line, sizeof(line), file))
		read_line(&r, line);
	fclose(file);
	return r;
}

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double score(const struct forest *f, const float *row)
{
	double sum = 0;

	for (size_t i = 0; i < f->tree_count; i++) {
		const struct forest_tree *t = &f->trees[i];
		uint32_t k = 0;
		while (t->nodes[k].feature != FOREST_LEAF)
			k = row[t->nodes[k].feature] <= t->nodes[k].threshold ? t->nodes[k].left
									      : t->nodes[k].right;
		sum += t->leaves[t->nodes[k].left * 2 + 1];
	}
	return sum / (double)f->tree_count;
}

static void write_scores(const struct forest *f, const char *test, const char *path)
{
	struct rows r = read_rows(test);
	FILE *file = fopen(path, "w");

	if (!file)
		die(path);
	for (size_t i = 0; i < r.rows; i++)
		fprintf(file, "%.17g\n", score(f, r.values + i * r.features));
	if (fclose(file))
		die(path);
}

int main(int count, char **arguments)
{
	struct rows r = read_rows(arguments[1]);
	struct train_set set = { .values = r.values,
		.class = r.target,
		.rows = r.rows,
		.features = r.features,
		.classes = 2 };
	struct train_options options = {
		.trees = (uint32_t)atoi(arguments[2]),
		.threads = (unsigned)atoi(arguments[3]),
		.seed = (uint64_t)atoi(arguments[4]),
		.leaf_rows = 1,
	};
	double start = now(CLOCK_MONOTONIC), spent = now(CLOCK_PROCESS_CPUTIME_ID);
	struct forest *f;

	if (train_forest(&set, &options, &f, NULL) < 0)
		die("train_forest");
	printf("%.6f %.6f\n", now(CLOCK_MONOTONIC) - start, now(CLOCK_PROCESS_CPUTIME_ID) - spent);
	if (count > 6)
		write_scores(f, arguments[5], arguments[6]);
	return 0;
}

/* Scoring, one core: forest MODEL ROWS, where ROWS holds float 64s, a row of the model's features behind
 * the other. Prints "load" with the nanoseconds it took, and for each evaluator that suits the model
 * a line: its name, nanoseconds a row one by one, and all at once. All are processor time, as other
 * work shares the machine. forest.py runs it. */
#include "forest/forest.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "buffer.h"
#include "file.h"

enum { AT_LEAST_MS = 150, ROWS_BYTES = 1 << 30 };

static double processor_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void score(const struct forest *f, const double *rows, size_t count, bool batch, double *to)
{
	if (batch) {
		forest_predict_rows(f, rows, count, to);
		return;
	}
	for (size_t i = 0; i < count; i++)
		forest_predict(f, rows + i * f->feature_count, to + i * f->output_count);
}

/* Nanoseconds a row. */
static double measure(const struct forest *f, const double *rows, size_t count, bool batch)
{
	double *to = calloc(count, f->output_count * sizeof(*to)), start, spent;
	size_t scored = 0;

	if (!to)
		abort();
	score(f, rows, count, batch, to);
	start = processor_time();
	do {
		score(f, rows, count, batch, to);
		scored += count;
		spent = processor_time() - start;
	} while (spent < AT_LEAST_MS * 1e6);
	free(to);
	return spent / (double)scored;
}

int main(int argc, char **argv)
{
	struct buffer rows = { 0 };
	struct forest *f;
	char *error;

	if (argc != 3 || file_read(argv[2], ROWS_BYTES, &rows) < 0) {
		fprintf(stderr, "usage: forest MODEL ROWS\n");
		return 100;
	}
	double start = processor_time();
	if (forest_load(argv[1], &f, &error) < 0) {
		fprintf(stderr, "%s\n", error);
		return 100;
	}
	printf("load %.0f\n", processor_time() - start);
	size_t count = rows.len / sizeof(double) / f->feature_count;
	for (size_t i = 0; forest_evaluator_name(i); i++) {
		if (forest_choose(f, forest_evaluator_name(i)) < 0)
			continue;
		double single = measure(f, (const double *)rows.data, count, false);
		printf("%s %.1f %.1f\n", forest_evaluator_name(i), single,
			measure(f, (const double *)rows.data, count, true));
	}
	forest_close(f);
	buffer_free(&rows);
	return 0;
}

/* lib/anomaly alone: nanoseconds a point and bytes a series. The points are a day's curve with noise,
 * some steps and some spikes; many series in turn, so that their states come from memory. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "anomaly/anomaly.h"
#include "clock.h"
#include "random.h"

enum { SERIES = 100, POINTS = 20000, ROUNDS = 7 };

static double values[POINTS];

static void fill_values(void)
{
	struct random r;

	random_seed(&r, 1, 0);
	for (int i = 0; i < POINTS; i++) {
		values[i] = 100 + 10 * sin(i * 2 * M_PI / 288) + random_normal(&r);
		values[i] += (i / 3000) * 5 + (random_below(&r, 500) == 0) * 30;
	}
}

static double round_ns(struct anomaly_series *series, double *sum)
{
	const struct anomaly_settings settings = { 2000, 300, 1, 86400 * INT64_C(1000000000) };
	struct anomaly a;
	int64_t start = clock_read(CLOCK_PROCESS_CPUTIME_ID);

	for (int i = 0; i < POINTS; i++)
		for (int k = 0; k < SERIES; k++) {
			anomaly_add(&series[k], &settings, i * INT64_C(300000000000),
				values[(i + k * 100) % POINTS], &a);
			*sum += a.score;
		}
	return (double)(clock_read(CLOCK_PROCESS_CPUTIME_ID) - start) / POINTS / SERIES;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

int main(void)
{
	struct anomaly_series *series = calloc(SERIES, sizeof(*series));
	double rounds[ROUNDS], sum = 0;

	if (!series)
		abort();
	fill_values();
	for (int i = 0; i < ROUNDS; i++)
		rounds[i] = round_ns(series, &sum);
	qsort(rounds, ROUNDS, sizeof(*rounds), compare);
	printf("lib/anomaly: %.0f ns a point (%.0f to %.0f), %zu bytes a series, mean score %.4f\n",
		rounds[ROUNDS / 2], rounds[0], rounds[ROUNDS - 1], sizeof(*series),
		sum / POINTS / SERIES / ROUNDS);
	free(series);
	return 0;
}

#include "human.h"

#include <stdio.h>

#include "clock.h"

static void scaled(char to[HUMAN_TEXT], double value, double step, const char *units)
{
	while (value >= 0.9995 * step && units[1]) {
		value /= step;
		units++;
	}
	int decimals = value == (int)value && *units == ' ' ? 0 : value < 9.995 ? 2 : value < 99.95;
	snprintf(to, HUMAN_TEXT, "%.*f%.*s", decimals, value, *units != ' ', units);
}

void human_count(char to[HUMAN_TEXT], double value)
{
	scaled(to, value, 1000, " kMGT");
}

void human_size(char to[HUMAN_TEXT], double bytes)
{
	scaled(to, bytes, 1024, " KMGT");
}

void human_span(char to[HUMAN_TEXT], int64_t ns)
{
	double s = (double)ns / SECONDS;
	if (s < 10)
		snprintf(to, HUMAN_TEXT, "%.1fs", s);
	else if (s < 120)
		snprintf(to, HUMAN_TEXT, "%.0fs", s);
	else if (s < 7200)
		snprintf(to, HUMAN_TEXT, "%.0fm", s / 60);
	else if (s < 2 * 86400)
		snprintf(to, HUMAN_TEXT, "%.0fh", s / 3600);
	else
		snprintf(to, HUMAN_TEXT, "%.0fd", s / 86400);
}

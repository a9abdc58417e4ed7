#include "aggregate_parts.h"

static void append_moments(struct aggregate *a, const struct aggregate *later)
{
	if (a->origin.type == WIRE_NIL) {
		a->origin = later->origin;
		a->mean = later->mean;
		a->squares = later->squares;
		return;
	}
	double count = (double)a->numbers, more = (double)later->numbers;
	double distance = later->mean + aggregate_distance(&later->origin, &a->origin) - a->mean;
	a->mean += distance * more / (count + more);
	a->squares += later->squares + distance * distance * count * more / (count + more);
}

static void append_numbers(struct aggregate *a, const struct aggregate *later)
{
	if (!later->numbers)
		return;
	if (later->origin.type != WIRE_NIL)
		append_moments(a, later);
	a->numbers += later->numbers;
	a->doubles += later->doubles;
	a->whole = wire_whole_sum(a->whole, later->whole);
	aggregate_add_sum(a, later->sum);
	a->carry += later->carry;
	if (a->least.type == WIRE_NIL || aggregate_is_less(&later->least, &a->least))
		a->least = later->least;
	if (a->greatest.type == WIRE_NIL || aggregate_is_less(&a->greatest, &later->greatest))
		a->greatest = later->greatest;
}

static void append_ends(struct aggregate *a, const struct aggregate *later)
{
	if (!a->good) {
		buffer_add_str(&a->first, buffer_str(&later->first));
		a->first_time = later->first_time;
	}
	a->last.len = 0;
	buffer_add_str(&a->last, buffer_str(&later->last));
	a->last_time = later->last_time;
}

void aggregate_append(struct aggregate *a, const struct aggregate *later)
{
	if (!a->bad)
		a->first_bad = later->first_bad;
	if (later->good) {
		append_ends(a, later);
		a->worst = a->good ? status_worst(a->worst, later->worst) : later->worst;
	}
	append_numbers(a, later);
	if (later->quantile)
		quantile_merge(aggregate_quantile(a), later->quantile);
	if (later->course)
		course_append(aggregate_course(a), later->course);
	a->good += later->good;
	a->bad += later->bad;
}

#include "power_quality/archive.h"

void archive_check(struct archive *a, bool holds)
{
	a->ok = a->ok && holds;
}

static void archive_up_to(struct archive *a, int64_t *v, int64_t max)
{
	int64_t read = 0;
	if (a->to) {
		wire_int(a->to, *v);
		return;
	}
	archive_check(a, a->ok && wire_next_int(a->from, &read) == 1 && read >= 0 && read <= max);
	if (a->ok)
		*v = read;
}

void archive_integer(struct archive *a, int64_t *v)
{
	archive_up_to(a, v, ARCHIVE_INTEGER_MAX);
}

void archive_time(struct archive *a, int64_t *v)
{
	archive_up_to(a, v, ARCHIVE_TIME_MAX);
}

void archive_number(struct archive *a, double *v)
{
	if (a->to)
		wire_double(a->to, *v);
	else
		archive_check(a, a->ok && wire_next_double(a->from, v) == 1);
}

void archive_bool(struct archive *a, bool *v)
{
	if (a->to)
		wire_bool(a->to, *v);
	else
		archive_check(a, a->ok && wire_next_bool(a->from, v) == 1);
}

void archive_count(struct archive *a, size_t *v, size_t max)
{
	uint64_t n = *v;
	if (a->to) {
		wire_uint(a->to, n);
		return;
	}
	archive_check(a, a->ok && wire_next_uint_to(a->from, max, &n) == 1 &&
				 n <= (size_t)(a->from->end - a->from->at));
	*v = a->ok ? n : 0;
}

/* Readings in the order of time. */
#include <stdlib.h>

#include "allocate.h"
#include "power_quality/reading.h"

static bool is_before(const struct reading *a, const struct reading *b)
{
	if (a->time != b->time)
		return a->time < b->time;
	return a->run != b->run ? a->run < b->run : a->seq < b->seq;
}

static void make_room(struct reading_queue *q)
{
	if (q->first + q->count < q->cap)
		return;
	if (q->first < q->cap / 2 || !q->cap) {
		q->cap = q->cap ? 2 * q->cap : 4;
		q->all = reallocate(q->all, q->cap, sizeof(*q->all));
	}
	memmove(q->all, q->all + q->first, q->count * sizeof(*q->all));
	q->first = 0;
}

void reading_queue_add(struct reading_queue *q, const struct reading *r)
{
	make_room(q);
	size_t at = q->first + q->count++;
	for (; at > q->first && is_before(r, &q->all[at - 1]); at--)
		q->all[at] = q->all[at - 1];
	q->all[at] = *r;
}

bool reading_queue_next(struct reading_queue *q, int64_t until, struct reading *ret)
{
	if (!q->count || (q->all[q->first].time > until && q->count <= READINGS_HELD))
		return false;
	*ret = q->all[q->first++];
	if (--q->count == 0)
		q->first = 0;
	return true;
}

void reading_queue_free(struct reading_queue *q)
{
	for (size_t i = 0; i < q->count; i++)
		reading_free(&q->all[q->first + i]);
	free(q->all);
	*q = (struct reading_queue){ 0 };
}

static void archive_spectrum(struct spectrum **s, struct archive *a)
{
	bool there = *s;
	archive_bool(a, &there);
	if (!a->ok || !there)
		return;
	if (!*s && !(*s = calloc(1, sizeof(**s))))
		abort();
	archive_number(a, &(*s)->rms);
	archive_number(a, &(*s)->fundamental);
	archive_number(a, &(*s)->thd);
	archive_number(a, &(*s)->even);
	archive_number(a, &(*s)->odd);
	archive_number(a, &(*s)->triple);
	for (int h = 0; h < WAVEFORM_ORDERS; h++)
		archive_number(a, &(*s)->orders[h]);
}

static void archive_reading(struct reading *r, struct archive *a)
{
	int64_t worst = r->worst;
	archive_time(a, &r->time);
	archive_integer(a, &r->run);
	archive_integer(a, &r->seq);
	archive_integer(a, &worst);
	archive_check(a, worst <= UINT32_MAX);
	r->worst = (uint32_t)worst;
	for (int c = 0; c < CHANNELS; c++)
		archive_number(a, &r->values[c]);
	for (int phase = 0; phase < PHASES; phase++)
		archive_spectrum(&r->spectra[phase], a);
}

void reading_queue_archive(struct reading_queue *q, struct archive *a)
{
	size_t count = q->count;
	archive_count(a, &count, READINGS_HELD + 1);
	for (size_t i = 0; a->ok && i < count; i++) {
		struct reading r = { 0 };
		archive_reading(a->to ? &q->all[q->first + i] : &r, a);
		if (a->to)
			continue;
		if (a->ok)
			reading_queue_add(q, &r);
		else
			reading_free(&r);
	}
}

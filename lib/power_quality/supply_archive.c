/* The state of a source, written down and read back. */
#include "power_quality/profile_parts.h"
#include "power_quality/supply.h"

static void archive_assessments(struct supply *s, struct archive *a)
{
	size_t count = s->assessment_count;
	archive_count(a, &count, SUPPLY_ASSESSMENTS);
	for (size_t i = 0; a->ok && i < count; i++) {
		if (!a->to)
			s->assessments[s->assessment_count++] = assessment_open(0);
		assessment_archive(s->assessments[i], a);
	}
}

void supply_archive(struct supply *s, struct archive *a)
{
	int64_t slot = s->of->form.profile->slot;
	archive_time(a, &s->newest);
	archive_time(a, &s->reached);
	archive_time(a, &s->clock);
	reading_queue_archive(&s->queue, a);
	pace_archive(&s->pace, a);
	for (int i = 0; i < PHASES; i++)
		archive_bool(a, &s->seen[i]);
	disturbance_archive(&s->watches[0], a);
	disturbance_archive(&s->watches[1], a);
	slot_archive(&s->slot, a);
	archive_check(a, s->slot.start % slot == 0);
	hour_archive(&s->hour, a);
	archive_check(a, s->hour.start % PROFILE_HOUR == 0);
	archive_assessments(s, a);
}

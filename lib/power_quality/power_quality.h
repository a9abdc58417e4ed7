/* Power quality of many sources: readings in any order within a horizon become slots of ten minutes,
 * disturbances and assessments (IEC 61000-4-30; schemas/power-quality.md). */
#ifndef DUTO_POWER_QUALITY_H
#define DUTO_POWER_QUALITY_H

#include "power_quality/assessment.h"

struct power_quality;

/* A slot that is closed, and what is known at its end. */
struct power_quality_slot {
	const struct slot *slot;
	double coverage;
	bool covered;
	bool ends_hour;
	double power_factor, reactive; /* of that hour: see hour_power_factor */
};

struct power_quality_form {
	const struct profile *profile; /* borrowed */
	int64_t late;	/* how much older than the newest reading of its source one may be */
	int64_t pace;	/* how long one reading stands for; 0: learnt */
	size_t sources; /* so many at once; of the one not heard from for longest all is closed */
	/* What comes out, of each source in the order of time. All is borrowed. */
	void (*slot)(struct str source, const struct power_quality_slot *s);
	void (*disturbance)(struct str source, const struct disturbance *d, bool goes_on);
	void (*assessment)(struct str source, struct assessment *s);
};

struct power_quality *power_quality_open(const struct power_quality_form *form);

/* Takes a sample over, if it has readings. 0, -ESTALE where it is late, or -ERANGE beyond the year
 * 2252. */
int power_quality_add(struct power_quality *q, const struct sample *s);

/* Nothing older than time comes from the source any more. Returns the time before which nothing more
 * comes out of it. */
int64_t power_quality_mark(struct power_quality *q, struct str source, int64_t time);

/* Closes all that is open. */
void power_quality_end(struct power_quality *q);

/* All that is held, as one wire object; and back, into one of the same form that is empty: false
 * where it is not what was saved. */
void power_quality_save(struct power_quality *q, struct buffer *to);
bool power_quality_load(struct power_quality *q, struct cursor *from);

/* What is still open is not handed out. */
void power_quality_close(struct power_quality *q);

#endif

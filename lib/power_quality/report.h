/* What comes out of power_quality, as the values of samples (schemas/power-quality.md). */
#ifndef DUTO_POWER_QUALITY_REPORT_H
#define DUTO_POWER_QUALITY_REPORT_H

#include "power_quality/power_quality.h"

struct report_terms {
	const struct profile *profile;
	const char *meter_class; /* of IEC 61000-4-30; NULL: values as they were polled */
	const decimal *charge;	 /* NULL: no compensation is asked for */
};

void report_slot(
	const struct report_terms *t, const struct power_quality_slot *s, struct sample_writer *w);
void report_disturbance(const struct report_terms *t, const struct disturbance *d, bool goes_on,
	struct sample_writer *w);
void report_assessment(const struct report_terms *t, struct assessment *s, struct sample_writer *w);

#endif

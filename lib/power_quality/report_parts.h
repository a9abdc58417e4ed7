/* What the parts of lib/power_quality/report share. */
#ifndef DUTO_POWER_QUALITY_REPORT_PARTS_H
#define DUTO_POWER_QUALITY_REPORT_PARTS_H

#include "power_quality/report.h"

void report_time(struct sample_writer *w, struct str name, int64_t time);

/* Whether a figure may be held against anybody: indicative, and on what it rests. */
void report_basis(const struct report_terms *t, struct sample_writer *w);

#endif

/* What budget finds out, as fields of samples. */
#ifndef DUTO_BUDGET_WRITE_H
#define DUTO_BUDGET_WRITE_H

#include "budget/consumption.h"
#include "budget/variation.h"
#include "sample.h"

/* energy_day, energy_to_date, energy_projected, and where known usual_day, usual_to_date, budget: kWh. */
void budget_write_day(const struct consumption_form *form, const struct consumption_day *d,
	struct sample_writer *w);

/* The event of one finding, with the day's figures. */
void budget_write_finding(const struct consumption_form *form, const struct consumption_day *d,
	enum consumption_finding found, struct sample_writer *w);

/* The event of a bill behind another: money as decimal texts. worth: a change beyond this share of the
 * bill before is a warning. */
void budget_write_variation(const struct variation *v, double worth, struct sample_writer *w);

#endif

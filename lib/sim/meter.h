/* A three-phase meter at the feeder of a small factory: 220/380 V, 60 Hz, some 250 kW at the
 * busiest. The load follows the hour of the day and the weekday (of UTC), with noise that lasts
 * minutes; the voltages sag with it. Invented figures, consistent among themselves as a meter's
 * are: apparent power squared is active squared plus reactive squared, the registers are the
 * integrals of the powers shown. */
#ifndef DUTO_METER_H
#define DUTO_METER_H

#include <stdint.h>

#include "random.h"

struct meter {
	struct random random;
	double load_drift, voltage_drift[3], frequency_drift; /* in standard deviations */
	double share[3];				      /* of the load, by phase; sum 1 */
	int64_t time;
	int64_t energy, reactive_energy;   /* Wh, varh */
	int64_t carried, reactive_carried; /* W ns, var ns: below one Wh, varh */
};

struct meter_row {
	double voltage[3];				     /* V, phase to neutral: L1, L2, L3 */
	double line_voltage[3];				     /* V: L1-L2, L2-L3, L3-L1 */
	double current[3];				     /* A */
	double active_power, reactive_power, apparent_power; /* W, var, VA */
	double power_factor, frequency;			     /* 1, Hz */
	int64_t energy, reactive_energy; /* Wh, varh: registers, never falling */
};

/* Begins meter number stream of a seed; its registers stand at some value. */
void meter_begin(struct meter *m, uint64_t seed, uint64_t stream);

/* Reads the meter at a time (nanoseconds since the epoch, not before the last). */
void meter_next(struct meter *m, int64_t time, struct meter_row *ret);

#endif

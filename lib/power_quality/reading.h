/* What one sample says of the supply, and readings brought into the order of time. */
#ifndef DUTO_POWER_QUALITY_READING_H
#define DUTO_POWER_QUALITY_READING_H

#include "opt.h"
#include "power_quality/archive.h"
#include "power_quality/waveform.h"
#include "sample.h"

enum { PHASES = 3 };

/* The fields that are looked at. Voltages are those judged, one to three, as the user names them;
 * each may have a distortion (NAME_thd) and a waveform (NAME_waveform) beside it. */
enum channel {
	CHANNEL_VOLTAGE,
	CHANNEL_LINE = CHANNEL_VOLTAGE + PHASES, /* voltage_l1_l2, _l2_l3, _l3_l1 */
	CHANNEL_THD = CHANNEL_LINE + PHASES,
	CHANNEL_FREQUENCY = CHANNEL_THD + PHASES,
	CHANNEL_ACTIVE_POWER,
	CHANNEL_REACTIVE_POWER,
	CHANNEL_ACTIVE_ENERGY,
	CHANNEL_INDUCTIVE_ENERGY,
	CHANNEL_CAPACITIVE_ENERGY,
	CHANNELS,
};

struct reading {
	int64_t time;
	int64_t run, seq;		  /* of the sample: the order among readings of one time */
	double values[CHANNELS];	  /* NAN: not there, or Bad */
	uint32_t worst;			  /* quality of those that are there */
	struct spectrum *spectra[PHASES]; /* malloc'ed; NULL: no waveform */
};

/* The names of the fields; call once. voltages: one to three. */
void reading_setup(const struct opt_list *voltages, double nominal_frequency);
const char *reading_voltage(size_t phase); /* NULL: not judged */

/* False where the sample has nothing of a supply. */
bool reading_take(struct reading *ret, const struct sample *s);
bool reading_has_voltage(const struct reading *r); /* any that is judged */
void reading_free(struct reading *r);

/* Readings that wait for older ones, in order. A zeroed queue is empty. */
struct reading_queue {
	struct reading *all;
	size_t first, count, cap;
};

enum { READINGS_HELD = 1 << 16 }; /* of one source */

void reading_queue_add(struct reading_queue *q, const struct reading *r);
/* The oldest one; false where it is newer than until, or there is none. The caller frees it. */
bool reading_queue_next(struct reading_queue *q, int64_t until, struct reading *ret);
void reading_queue_free(struct reading_queue *q);
void reading_queue_archive(struct reading_queue *q, struct archive *a);

#endif

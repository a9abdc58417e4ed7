/* Spectra of sampled voltages: harmonics and their groups. The transform is GSL's. */
#ifndef DUTO_POWER_QUALITY_WAVEFORM_H
#define DUTO_POWER_QUALITY_WAVEFORM_H

#include <stdbool.h>
#include <stddef.h>

#include "power_quality/profile.h"
#include "str.h"

enum {
	WAVEFORM_ORDERS = PROFILE_ORDERS,
	WAVEFORM_MAX = 1 << 18, /* samples */
};

struct waveform {
	const double *samples; /* V */
	size_t count;
	double rate; /* samples a second */
};

struct spectrum {
	double rms;	    /* V, over whole cycles */
	double fundamental; /* V */
	double orders
		[WAVEFORM_ORDERS]; /* in % of the fundamental, from 2 on; NAN: not sampled fast enough */
	double thd, even, odd, triple; /* %: all; even and odd without multiples of three; those */
};

/* Reads little-endian samples: int16 times scale, or float32 where scale is 0. Returns their number
 * (0: not whole samples, none, too many, or not finite). to has room for WAVEFORM_MAX. */
size_t waveform_read(struct str bytes, double scale, double *to);

/* Takes the whole cycles of the frequency (Hz) at the beginning of the waveform. From ten cycles on,
 * each harmonic is the root of the sum of squares with its two neighbouring bins (subgroups of IEC
 * 61000-4-7), which holds where the frequency is a little off; of fewer cycles it is one bin. False:
 * there is no whole cycle, or no fundamental. */
bool waveform_analyse(const struct waveform *w, double frequency, struct spectrum *ret);

#endif

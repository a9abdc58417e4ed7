#include "power_quality/reading.h"

#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "text.h"

static struct field waveforms[PHASES], fields[CHANNELS] = {
	[CHANNEL_LINE] = { STR("voltage_l1_l2"), 0 },
	[CHANNEL_LINE + 1] = { STR("voltage_l2_l3"), 0 },
	[CHANNEL_LINE + 2] = { STR("voltage_l3_l1"), 0 },
	[CHANNEL_FREQUENCY] = { STR("frequency"), 0 },
	[CHANNEL_ACTIVE_POWER] = { STR("active_power"), 0 },
	[CHANNEL_REACTIVE_POWER] = { STR("reactive_power"), 0 },
	[CHANNEL_ACTIVE_ENERGY] = { STR("active_energy_import"), 0 },
	[CHANNEL_INDUCTIVE_ENERGY] = { STR("reactive_energy_inductive"), 0 },
	[CHANNEL_CAPACITIVE_ENERGY] = { STR("reactive_energy_capacitive"), 0 },
};
static struct field inductive_alias = { STR("reactive_energy_import"), 0 };
static struct field rate = { STR("waveform_rate"), 0 }, scale = { STR("waveform_scale"), 0 };
static double nominal_frequency;

void reading_setup(const struct opt_list *voltages, double frequency)
{
	nominal_frequency = frequency;
	for (size_t i = 0; i < voltages->count && i < PHASES; i++) {
		fields[CHANNEL_VOLTAGE + i].name = str(voltages->words[i]);
		fields[CHANNEL_THD + i].name = str(text_print("%s_thd", voltages->words[i]));
		waveforms[i].name = str(text_print("%s_waveform", voltages->words[i]));
	}
}

const char *reading_voltage(size_t phase)
{
	return fields[CHANNEL_VOLTAGE + phase].name.data;
}

/* Reactive energy that is counted without its kind is inductive as long as it comes in. */
static struct field *field_of(const struct sample *s, enum channel c)
{
	struct wire w;
	bool named = c != CHANNEL_INDUCTIVE_ENERGY || sample_find(s, &fields[c], &w);
	return named ? &fields[c] : &inductive_alias;
}

static bool take_value(struct reading *r, const struct sample *s, enum channel c)
{
	if (!fields[c].name.len)
		return false;
	uint32_t status = sample_number(s, field_of(s, c), &r->values[c]);
	if (status_is_bad(status) || !isfinite(r->values[c])) {
		r->values[c] = NAN;
		return false;
	}
	r->worst = status_worst(r->worst, status);
	return true;
}

static double cycle_frequency(const struct reading *r)
{
	double f = r->values[CHANNEL_FREQUENCY];
	return f > 0.8 * nominal_frequency && f < 1.2 * nominal_frequency ? f : nominal_frequency;
}

/* A meter that sends waveforms alone is judged by their RMS. */
static bool take_waveform(struct reading *r, const struct sample *s, size_t phase)
{
	static double samples[WAVEFORM_MAX];
	struct waveform w = { .samples = samples };
	struct wire bin;
	struct spectrum spectrum;
	double factor = 0;
	if (!waveforms[phase].name.len || !sample_find(s, &waveforms[phase], &bin) ||
		bin.type != WIRE_BIN || status_is_bad(sample_status(s, waveforms[phase].name)) ||
		status_is_bad(sample_number(s, &rate, &w.rate)))
		return false;
	if (status_is_bad(sample_number(s, &scale, &factor)))
		factor = 0;
	w.count = waveform_read(bin.bytes, factor, samples);
	if (!waveform_analyse(&w, cycle_frequency(r), &spectrum))
		return false;
	r->spectra[phase] = or_abort(malloc(sizeof(spectrum)));
	*r->spectra[phase] = spectrum;
	if (isnan(r->values[CHANNEL_VOLTAGE + phase]))
		r->values[CHANNEL_VOLTAGE + phase] = spectrum.rms;
	if (isnan(r->values[CHANNEL_THD + phase]))
		r->values[CHANNEL_THD + phase] = spectrum.thd;
	return true;
}

bool reading_take(struct reading *ret, const struct sample *s)
{
	bool any = false;
	*ret = (struct reading){ .time = s->time,
		.run = (int64_t)(s->run & ARCHIVE_INTEGER_MAX),
		.seq = (int64_t)(s->seq & ARCHIVE_INTEGER_MAX) };
	for (int c = 0; c < CHANNELS; c++) {
		ret->values[c] = NAN;
		any |= take_value(ret, s, (enum channel)c);
	}
	for (size_t phase = 0; phase < PHASES; phase++)
		any |= take_waveform(ret, s, phase);
	return any;
}

bool reading_has_voltage(const struct reading *r)
{
	for (size_t i = 0; i < PHASES; i++)
		if (!isnan(r->values[CHANNEL_VOLTAGE + i]))
			return true;
	return false;
}

void reading_free(struct reading *r)
{
	for (size_t phase = 0; phase < PHASES; phase++) {
		free(r->spectra[phase]);
		r->spectra[phase] = NULL;
	}
}

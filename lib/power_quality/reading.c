#include "power_quality/reading.h"

#include <math.h>
#include <stdlib.h>

#include "text.h"

static struct field fields[CHANNELS], waveforms[PHASES];
static struct field inductive_alias = { STR("reactive_energy_import"), 0 };
static struct field rate = { STR("waveform_rate"), 0 }, scale = { STR("waveform_scale"), 0 };
static const char *units[CHANNELS];
static double nominal_frequency;

static const struct {
	enum channel channel;
	const char *name, *unit;
} fixed[] = {
	{ CHANNEL_LINE, "voltage_l1_l2", "V" },
	{ CHANNEL_LINE + 1, "voltage_l2_l3", "V" },
	{ CHANNEL_LINE + 2, "voltage_l3_l1", "V" },
	{ CHANNEL_FREQUENCY, "frequency", "Hz" },
	{ CHANNEL_ACTIVE_POWER, "active_power", "W" },
	{ CHANNEL_REACTIVE_POWER, "reactive_power", "var" },
	{ CHANNEL_ACTIVE_ENERGY, "active_energy_import", "Wh" },
	{ CHANNEL_INDUCTIVE_ENERGY, "reactive_energy_inductive", "varh" },
	{ CHANNEL_CAPACITIVE_ENERGY, "reactive_energy_capacitive", "varh" },
};

void reading_setup(const struct opt_list *voltages, double frequency)
{
	nominal_frequency = frequency;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
		fields[fixed[i].channel].name = str(fixed[i].name);
		units[fixed[i].channel] = fixed[i].unit;
	}
	for (size_t i = 0; i < voltages->count && i < PHASES; i++) {
		fields[CHANNEL_VOLTAGE + i].name = str(voltages->words[i]);
		units[CHANNEL_VOLTAGE + i] = "V";
		fields[CHANNEL_THD + i].name = str(text_print("%s_thd", voltages->words[i]));
		units[CHANNEL_THD + i] = "%";
		waveforms[i].name = str(text_print("%s_waveform", voltages->words[i]));
	}
}

const char *reading_voltage(size_t phase)
{
	return fields[CHANNEL_VOLTAGE + phase].name.data;
}

const char *reading_field(enum channel c, const char **ret_unit)
{
	*ret_unit = units[c];
	return fields[c].name.data;
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
	r->spectra[phase] = malloc(sizeof(spectrum));
	if (!r->spectra[phase])
		abort();
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

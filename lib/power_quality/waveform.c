#include "power_quality/waveform.h"

#include <endian.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_fft_real.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SUBGROUPS_FROM = 10 };

static double load_float(const char *at)
{
	uint32_t bits;
	float v;
	memcpy(&bits, at, sizeof(bits));
	bits = le32toh(bits);
	memcpy(&v, &bits, sizeof(v));
	return v;
}

static double load_integer(const char *at)
{
	uint16_t bits;
	memcpy(&bits, at, sizeof(bits));
	return (int16_t)le16toh(bits);
}

size_t waveform_read(struct str bytes, double scale, double *to)
{
	size_t width = scale != 0 ? 2 : 4, count = bytes.len / width;
	if (bytes.len % width || count > WAVEFORM_MAX || !isfinite(scale))
		return 0;
	for (size_t i = 0; i < count; i++) {
		const char *at = bytes.data + i * width;
		to[i] = scale != 0 ? scale * load_integer(at) : load_float(at);
		if (!(fabs(to[i]) < 1e9))
			return 0;
	}
	return count;
}

/* Tables for a length, kept until another is asked for: those of one meter are alike. */
static gsl_fft_real_wavetable *table;
static gsl_fft_real_workspace *workspace;

static void prepare(size_t count)
{
	if (table && table->n == count)
		return;
	if (table) {
		gsl_fft_real_wavetable_free(table);
		gsl_fft_real_workspace_free(workspace);
	}
	table = gsl_fft_real_wavetable_alloc(count);
	workspace = gsl_fft_real_workspace_alloc(count);
	if (!table || !workspace)
		abort();
}

/* The squared amplitude of bin k in GSL's half-complex order. */
static double bin_square(const double *bins, size_t count, size_t k)
{
	if (2 * k >= count)
		return 0;
	double re = bins[2 * k - 1], im = bins[2 * k];
	return re * re + im * im;
}

static double order_square(const double *bins, size_t count, size_t cycles, size_t order)
{
	size_t k = order * cycles;
	double square = bin_square(bins, count, k);
	if (cycles >= SUBGROUPS_FROM)
		square += bin_square(bins, count, k - 1) + bin_square(bins, count, k + 1);
	return square;
}

static void group(const double *squares, size_t orders, struct spectrum *s)
{
	double all = 0, even = 0, odd = 0, triple = 0;
	for (size_t h = 2; h < orders; h++) {
		all += squares[h];
		*(h % 3 == 0 ? &triple : h % 2 ? &odd : &even) += squares[h];
	}
	double v1 = sqrt(squares[1]);
	s->thd = 100 * sqrt(all) / v1;
	s->even = 100 * sqrt(even) / v1;
	s->odd = 100 * sqrt(odd) / v1;
	s->triple = 100 * sqrt(triple) / v1;
}

static bool describe(const double *bins, size_t count, size_t cycles, struct spectrum *s)
{
	double squares[WAVEFORM_ORDERS] = { 0 };
	size_t orders = 1;
	while (orders < WAVEFORM_ORDERS && 2 * (orders * cycles + 1) < count) {
		squares[orders] = order_square(bins, count, cycles, orders);
		orders++;
	}
	s->fundamental = sqrt(2 * squares[1]) / (double)count;
	if (orders < 3 || !(s->fundamental > 0))
		return false;
	for (size_t h = 0; h < WAVEFORM_ORDERS; h++)
		s->orders[h] = h < 2 || h >= orders ? NAN : 100 * sqrt(squares[h] / squares[1]);
	group(squares, orders, s);
	return true;
}

static double root_mean_square(const double *samples, size_t count)
{
	double sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += samples[i] * samples[i];
	return sqrt(sum / (double)count);
}

bool waveform_analyse(const struct waveform *w, double frequency, struct spectrum *ret)
{
	static double bins[WAVEFORM_MAX];
	double cycle = w->rate / frequency; /* samples */
	if (!(cycle >= 4) || !(cycle <= (double)w->count + 0.5))
		return false;
	size_t cycles = (size_t)(((double)w->count + 0.5) / cycle);
	size_t count = (size_t)((double)cycles * cycle + 0.5);
	if (count > w->count)
		count = w->count;
	memcpy(bins, w->samples, count * sizeof(*bins));
	ret->rms = root_mean_square(bins, count);
	prepare(count);
	if (gsl_fft_real_transform(bins, 1, count, table, workspace) != GSL_SUCCESS)
		return false;
	return describe(bins, count, cycles, ret);
}

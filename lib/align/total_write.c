/* Sums, means and what is derived from them. */
#include <math.h>

#include "total_parts.h"

static void begin(struct total *t)
{
	memset(t->heard, 0, sizeof(t->heard));
	for (size_t i = 0; i < t->count; i++) {
		struct total_part *p = &t->parts[i];
		p->meters = p->counted = 0;
		p->is_float = false;
		p->integers = 0;
		p->sum = 0;
		p->status = STATUS_GOOD;
	}
}

static void add(struct total_part *p, const struct wire *w, uint32_t status, bool minus)
{
	p->meters++;
	double v = w->type == WIRE_DOUBLE ? w->d
		   : w->type == WIRE_UINT ? (double)w->u
		   : w->type == WIRE_INT  ? (double)w->i
					  : NAN;
	if (status_is_bad(status) || !isfinite(v))
		return;
	p->counted++;
	p->status = status_worst(p->status, status);
	p->is_float |= w->type == WIRE_DOUBLE;
	p->sum += minus ? -v : v;
	if (w->type == WIRE_UINT)
		p->integers += minus ? -(__int128)w->u : (__int128)w->u;
	else if (w->type == WIRE_INT)
		p->integers += minus ? -(__int128)w->i : (__int128)w->i;
}

static void gather(struct total *t, const struct sample *aligned)
{
	struct str name, field;
	struct wire w;
	begin(t);
	for (uint32_t i = 0; i < aligned->values.count; i++) {
		sample_value(aligned, i, &name, &w);
		int meter = total_meter(t, name, &field);
		if (meter < 0)
			continue;
		struct total_part *p = total_part(t, field);
		bool minus = (size_t)meter >= t->form.meters->count;
		t->heard[meter] = true;
		if (p->rule == SUM || (p->rule == MEAN && !minus))
			add(p, &w, aligned->quality.count ? sample_status(aligned, name) : 0,
				minus);
	}
}

static void write_nil(struct sample_writer *to, struct str name)
{
	sample_add_nil(to, name);
	sample_add_status(to, name, STATUS_BAD_NO_DATA);
}

static void write_sum(
	const struct total_part *p, size_t meters, size_t heard, struct sample_writer *to)
{
	struct str name = str(p->name);
	if (p->meters < heard)
		return;
	if (p->counted < meters) {
		write_nil(to, name);
		return;
	}
	if (p->is_float || p->integers > UINT64_MAX || p->integers < INT64_MIN)
		sample_add_number(to, name, p->sum);
	else if (p->integers < 0)
		sample_add_integer(to, name, (int64_t)p->integers);
	else
		sample_add_unsigned(to, name, (uint64_t)p->integers);
	sample_add_status(to, name, p->status);
}

static void write_mean(struct total_part *p, struct sample_writer *to)
{
	struct str name = str(p->name);
	if (!p->counted) {
		write_nil(to, name);
		return;
	}
	p->sum /= (double)p->counted;
	sample_add_number(to, name, p->sum);
	p->status = status_worst(
		p->status, p->counted < p->meters ? STATUS_UNCERTAIN_SUBNORMAL : STATUS_GOOD);
	sample_add_status(to, name, p->status);
}

/* A field of the total that has been written as a number. */
static const struct total_part *written(const struct total *t, const char *name, size_t meters)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct total_part *p = &t->parts[i];
		size_t needed = p->rule == SUM ? meters : 1;
		if (strcmp(p->name, name) == 0 && p->rule != LEFT_OUT && p->counted >= needed)
			return p;
	}
	return NULL;
}

static void write_across(const struct total *t, const struct total_derived *d, size_t meters,
	struct sample_writer *to)
{
	double sum = 0;
	size_t count = 0;
	uint32_t status = STATUS_GOOD;
	for (size_t i = 0; i < d->of.count; i++) {
		const struct total_part *p = written(t, d->of.words[i], meters);
		if (!p)
			continue;
		sum += p->sum;
		status = status_worst(status, p->status);
		count++;
	}
	if (!count) {
		write_nil(to, d->name);
		return;
	}
	sample_add_number(to, d->name, sum / (double)count);
	sample_add_status(to, d->name, status);
}

static void write_ratio(const struct total *t, const struct total_derived *d, size_t meters,
	struct sample_writer *to)
{
	const struct total_part *a = written(t, d->of.words[0], meters);
	const struct total_part *b = written(t, d->of.words[1], meters);
	if (!a || !b || b->sum == 0) {
		write_nil(to, d->name);
		return;
	}
	sample_add_number(to, d->name, a->sum / b->sum);
	sample_add_status(to, d->name, status_worst(a->status, b->status));
}

void total_write(struct total *t, const struct sample *aligned, struct sample_writer *to)
{
	size_t heard = 0, meters = t->sources.count;
	gather(t, aligned);
	for (size_t i = 0; i < meters; i++)
		heard += t->heard[i];
	for (size_t i = 0; i < t->count; i++) {
		struct total_part *p = &t->parts[i];
		if (p->rule == SUM && p->meters)
			write_sum(p, meters, heard, to);
		else if (p->rule == MEAN && p->meters)
			write_mean(p, to);
	}
	for (size_t i = 0; i < t->form.across->count; i++)
		write_across(t, &t->across[i], meters, to);
	for (size_t i = 0; i < t->form.ratios->count; i++)
		write_ratio(t, &t->ratios[i], meters, to);
}

#include "total.h"

#include <math.h>
#include <stdlib.h>

#include "text.h"
#include "units.h"

enum rule { LEFT_OUT, SUM, MEAN };

enum { METERS = 1024 };

/* One field of the total, while its meters are gone through. */
struct part {
	char *name;
	enum rule rule;
	struct buffer schema; /* what the first meter says of it */
	size_t meters;	      /* that have it, as a number or not */
	size_t counted;	      /* that gave a number */
	bool is_float;
	__int128 integers;
	double sum;
	uint32_t status;
};

struct derived {
	struct str name;
	struct opt_list of;
};

struct total {
	struct total_form form;
	struct opt_list sources;
	struct str *segments;
	bool heard[METERS];
	struct part *parts;
	size_t count;
	struct derived *across, *ratios;
};

static struct opt_list split(const char *text, char between)
{
	struct opt_list list = { 0 };
	while (*text) {
		size_t len = strcspn(text, (char[]){ between, 0 });
		list.words = reallocarray(list.words, list.count + 1, sizeof(*list.words));
		if (!list.words || !(list.words[list.count++] = strndup(text, len)))
			abort();
		text += len + (text[len] == between);
	}
	return list;
}

static int read_derived(const char *word, char between, struct derived *ret, char **ret_error)
{
	const char *equals = strchr(word, '=');
	if (equals && equals > word) {
		ret->name = (struct str){ word, (size_t)(equals - word) };
		ret->of = split(equals + 1, between);
	}
	if (ret->of.count && (between != '/' || ret->of.count == 2))
		return 0;
	return text_refuse(ret_error, "expected %s, found %s",
		between == '/' ? "NAME=FIELD/FIELD" : "NAME=FIELD,FIELD", word);
}

/* As far as it came, where a word is wrong. */
static int read_all(
	const struct opt_list *words, char between, struct derived **ret, char **ret_error)
{
	int r = 0;
	*ret = calloc(words->count + 1, sizeof(**ret));
	if (!*ret)
		abort();
	for (size_t i = 0; i < words->count && !r; i++)
		r = read_derived(words->words[i], between, &(*ret)[i], ret_error);
	return r;
}

static void free_all(struct derived *all, size_t count)
{
	for (size_t i = 0; all && i < count; i++) {
		for (size_t j = 0; j < all[i].of.count; j++)
			free((char *)all[i].of.words[j]);
		free(all[i].of.words);
	}
	free(all);
}

static void list_sources(struct total *t)
{
	size_t count = t->form.meters->count + t->form.minus->count;
	t->sources.words = calloc(count + 1, sizeof(*t->sources.words));
	t->segments = calloc(count + 1, sizeof(*t->segments));
	if (!t->sources.words || !t->segments)
		abort();
	for (size_t i = 0; i < count; i++) {
		bool minus = i >= t->form.meters->count;
		const char *path = minus ? t->form.minus->words[i - t->form.meters->count]
					 : t->form.meters->words[i];
		const char *slash = strrchr(path, '/');
		t->sources.words[i] = path;
		t->segments[i] = str(slash ? slash + 1 : path);
	}
	t->sources.count = count;
}

static int check_sources(const struct total *t, char **ret_error)
{
	if (t->sources.count > METERS)
		return text_refuse(ret_error, "more than %d meters", METERS);
	for (size_t i = 0; i < t->sources.count; i++)
		for (size_t j = 0; j < i; j++)
			if (str_eq(t->segments[i], t->segments[j]))
				return text_refuse(ret_error,
					"%s and %s end the same, which meters are told apart by",
					t->sources.words[j], t->sources.words[i]);
	return 0;
}

struct total *total_open(const struct total_form *form, char **ret_error)
{
	struct total *t = calloc(1, sizeof(*t));
	if (!t)
		abort();
	t->form = *form;
	list_sources(t);
	int r = check_sources(t, ret_error);
	r = r ?: read_all(form->across, ',', &t->across, ret_error);
	r = r ?: read_all(form->ratios, '/', &t->ratios, ret_error);
	if (r == 0)
		return t;
	total_close(t);
	return NULL;
}

void total_close(struct total *t)
{
	for (size_t i = 0; i < t->count; i++) {
		free(t->parts[i].name);
		buffer_free(&t->parts[i].schema);
	}
	free(t->parts);
	free_all(t->across, t->form.across->count);
	free_all(t->ratios, t->form.ratios->count);
	free(t->sources.words);
	free(t->segments);
	free(t);
}

const struct opt_list *total_sources(const struct total *t)
{
	return &t->sources;
}

static bool is_one_of(struct str unit, const char *const *bases)
{
	for (; *bases; bases++) {
		struct str base = str(*bases);
		bool prefixed =
			unit.len == base.len + 1 && (*unit.data == 'k' || *unit.data == 'M');
		if (str_eq((struct str){ unit.data + prefixed, unit.len - prefixed }, base))
			return true;
	}
	return false;
}

static enum rule rule_of(const struct total *t, struct str name, struct str unit)
{
	static const char *const adds[] = { "W", "var", "VA", "Wh", "varh", "VAh", "A", NULL };
	static const char *const means[] = { "V", "Hz", "°C", "K", "%", NULL };
	if (opt_has(t->form.sums, name))
		return SUM;
	if (opt_has(t->form.means, name))
		return MEAN;
	if (t->form.sums->count || t->form.means->count)
		return LEFT_OUT;
	return is_one_of(unit, adds) ? SUM : is_one_of(unit, means) ? MEAN : LEFT_OUT;
}

/* The meter that an aligned field is of, its own name in ret_field; the longest segment that fits. */
static int meter_of(const struct total *t, struct str aligned, struct str *ret_field)
{
	int found = -1;
	size_t longest = 0;
	for (size_t i = 0; i < t->sources.count; i++) {
		struct str s = t->segments[i];
		if (aligned.len <= s.len + 1 || !str_starts(aligned, s) ||
			aligned.data[s.len] != '.' || (found >= 0 && s.len <= longest))
			continue;
		found = (int)i;
		longest = s.len;
	}
	if (found >= 0)
		*ret_field = (struct str){ aligned.data + longest + 1, aligned.len - longest - 1 };
	return found;
}

static struct part *get_part(struct total *t, struct str name)
{
	for (size_t i = 0; i < t->count; i++)
		if (str_eq(str(t->parts[i].name), name))
			return &t->parts[i];
	t->parts = reallocarray(t->parts, t->count + 1, sizeof(*t->parts));
	if (!t->parts)
		abort();
	struct part *p = &t->parts[t->count++];
	*p = (struct part){ .name = strndup(name.data, name.len),
		.rule = rule_of(t, name, STR("")) };
	if (!p->name)
		abort();
	return p;
}

static void describe(struct part *p, struct sample_writer *to)
{
	struct cursor c = wire_cursor(buffer_str(&p->schema));
	struct sample_field_schema s = { .low = NAN, .high = NAN, .decimals = -1 };
	struct str key;
	struct wire w;
	uint32_t size;
	if (p->rule == LEFT_OUT || wire_next_map(&c, &size) != 1)
		return;
	while (size-- && wire_next_str(&c, &key) == 1 && wire_next(&c, &w) == 1) {
		if (str_eq(key, STR("unit")) && w.type == WIRE_STR)
			s.unit = w.bytes;
		else if (str_eq(key, STR("label")) && w.type == WIRE_STR)
			s.label = w.bytes;
		else if (str_eq(key, STR("decimals")) && w.type == WIRE_UINT && w.u < 20)
			s.decimals = (int)w.u;
		else if (str_eq(key, STR("step")) && w.type == WIRE_BOOL)
			s.step = w.b;
	}
	sample_add_schema(to, str(p->name), &s);
}

static void learn(struct total *t, const struct sample *aligned, uint32_t i)
{
	struct str name, field, unit;
	struct wire w;
	sample_value(aligned, i, &name, &w);
	if (meter_of(t, name, &field) < 0)
		return;
	struct part *p = get_part(t, field);
	if (p->rule == LEFT_OUT && units_announced(aligned, name, &unit))
		p->rule = rule_of(t, field, unit);
	if (!p->schema.len)
		buffer_add_str(&p->schema, sample_value_bytes(aligned, i));
}

void total_schema(struct total *t, const struct sample *aligned, struct sample_writer *to)
{
	for (size_t i = 0; i < t->count; i++)
		t->parts[i].schema.len = 0;
	for (uint32_t i = 0; i < aligned->values.count; i++)
		learn(t, aligned, i);
	for (size_t i = 0; i < t->count; i++)
		describe(&t->parts[i], to);
}

void total_save(const struct total *t, struct buffer *to)
{
	wire_array(to, (uint32_t)t->count);
	for (size_t i = 0; i < t->count; i++)
		wire_str(to, str(t->parts[i].name));
}

bool total_load(struct total *t, struct cursor *from)
{
	uint32_t count;
	struct str name;
	if (wire_next_array(from, &count) != 1)
		return false;
	while (count--) {
		if (wire_next_str(from, &name) != 1)
			return false;
		get_part(t, name);
	}
	return true;
}

static void begin(struct total *t)
{
	memset(t->heard, 0, sizeof(t->heard));
	for (size_t i = 0; i < t->count; i++) {
		struct part *p = &t->parts[i];
		p->meters = p->counted = 0;
		p->is_float = false;
		p->integers = 0;
		p->sum = 0;
		p->status = STATUS_GOOD;
	}
}

static void add(struct part *p, const struct wire *w, uint32_t status, bool minus)
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
		int meter = meter_of(t, name, &field);
		if (meter < 0)
			continue;
		struct part *p = get_part(t, field);
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

static void write_sum(const struct part *p, size_t meters, size_t heard, struct sample_writer *to)
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

static void write_mean(struct part *p, struct sample_writer *to)
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
static const struct part *written(const struct total *t, const char *name, size_t meters)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct part *p = &t->parts[i];
		size_t needed = p->rule == SUM ? meters : 1;
		if (strcmp(p->name, name) == 0 && p->rule != LEFT_OUT && p->counted >= needed)
			return p;
	}
	return NULL;
}

static void write_across(
	const struct total *t, const struct derived *d, size_t meters, struct sample_writer *to)
{
	double sum = 0;
	size_t count = 0;
	uint32_t status = STATUS_GOOD;
	for (size_t i = 0; i < d->of.count; i++) {
		const struct part *p = written(t, d->of.words[i], meters);
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

static void write_ratio(
	const struct total *t, const struct derived *d, size_t meters, struct sample_writer *to)
{
	const struct part *a = written(t, d->of.words[0], meters);
	const struct part *b = written(t, d->of.words[1], meters);
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
		struct part *p = &t->parts[i];
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

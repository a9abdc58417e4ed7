#include "total.h"

#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "text.h"
#include "total_parts.h"
#include "units.h"

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

static int read_derived(const char *word, char between, struct total_derived *ret, char **ret_error)
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
	const struct opt_list *words, char between, struct total_derived **ret, char **ret_error)
{
	int r = 0;
	*ret = allocate(words->count + 1, sizeof(**ret));
	for (size_t i = 0; i < words->count && !r; i++)
		r = read_derived(words->words[i], between, &(*ret)[i], ret_error);
	return r;
}

static void free_all(struct total_derived *all, size_t count)
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
	t->sources.words = allocate(count + 1, sizeof(*t->sources.words));
	t->segments = allocate(count + 1, sizeof(*t->segments));
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
	if (t->sources.count > TOTAL_METERS)
		return text_refuse(ret_error, "more than %d meters", TOTAL_METERS);
	for (size_t i = 0; i < t->sources.count; i++)
		for (size_t j = 0; j < i; j++)
			if (str_eq(t->segments[i], t->segments[j]))
				return text_refuse(ret_error,
					"%s and %s end the same, which meters are told apart by",
					t->sources.words[j], t->sources.words[i]);
	return 0;
}

static void free_total(struct total *t)
{
	free_all(t->across, t->form.across->count);
	free_all(t->ratios, t->form.ratios->count);
	free(t->sources.words);
	free(t->segments);
	free(t);
}

struct total *total_open(const struct total_form *form, char **ret_error)
{
	struct total *t = allocate(1, sizeof(*t));
	t->form = *form;
	list_sources(t);
	int r = check_sources(t, ret_error);
	r = r ?: read_all(form->across, ',', &t->across, ret_error);
	r = r ?: read_all(form->ratios, '/', &t->ratios, ret_error);
	if (r == 0)
		return t;
	free_total(t);
	return NULL;
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

static enum total_rule rule_of(const struct total *t, struct str name, struct str unit)
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

/* Of segments that fit the longest. */
int total_meter(const struct total *t, struct str aligned, struct str *ret_field)
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

struct total_part *total_part(struct total *t, struct str name)
{
	for (size_t i = 0; i < t->count; i++)
		if (str_eq(str(t->parts[i].name), name))
			return &t->parts[i];
	t->parts = reallocate(t->parts, t->count + 1, sizeof(*t->parts));
	struct total_part *p = &t->parts[t->count++];
	*p = (struct total_part){ .name = strndup(name.data, name.len),
		.rule = rule_of(t, name, STR("")) };
	if (!p->name)
		abort();
	return p;
}

static void describe(struct total_part *p, struct sample_writer *to)
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
	if (total_meter(t, name, &field) < 0)
		return;
	struct total_part *p = total_part(t, field);
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
		total_part(t, name);
	}
	return true;
}

#include "tariff/read.h"

#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "opt.h"
#include "text.h"

void *tariff_allocate(size_t count, size_t size)
{
	void *p = allocate(count + 1, size);
	return p;
}

int tariff_expected(const struct yaml_node *n, const char *what, char **ret_error)
{
	char *found = yaml_found(n);
	*ret_error = yaml_error(n, "expected %s, found %s", what, found);
	free(found);
	return -EINVAL;
}

int tariff_refuse(const struct yaml_node *n, char **ret_error, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *message = text_vprint(format, args);
	va_end(args);
	*ret_error = yaml_error(n, "%s", message);
	free(message);
	return -EINVAL;
}

int tariff_read_text(const struct yaml_node *n, struct str *ret, char **ret_error)
{
	const char *text;
	int r = n ? yaml_text(n, &text, ret_error) : 0;
	if (n && !r)
		*ret = n->text;
	return r;
}

static bool is_code(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-')
			return false;
	}
	return s.len > 0 && s.len <= 64;
}

int tariff_read_code(const struct yaml_node *n, struct str *ret, char **ret_error)
{
	if (!n)
		return 0;
	if (n->kind != YAML_SCALAR || !is_code(n->text))
		return tariff_expected(n, "a code (letters, digits, _ and -)", ret_error);
	*ret = n->text;
	return 0;
}

int tariff_read_bool(const struct yaml_node *n, bool *ret, char **ret_error)
{
	return n ? yaml_bool(n, ret, ret_error) : 0;
}

int tariff_read_integer(const struct yaml_node *n, int low, int high, int *ret, char **ret_error)
{
	int64_t v;
	int r = n ? yaml_integer(n, &v, ret_error) : 0;
	if (!n || r < 0)
		return r;
	if (v < low || v > high)
		return tariff_refuse(
			n, ret_error, "expected a whole number from %d to %d", low, high);
	*ret = (int)v;
	return 0;
}

int tariff_read_choice(
	const struct yaml_node *n, const char *const *names, int *ret, char **ret_error)
{
	size_t count = 0;
	struct str text = { 0 };
	int r = tariff_read_text(n, &text, ret_error);
	if (!n || r < 0)
		return r;
	for (; names[count]; count++)
		if (str_eq(text, str(names[count]))) {
			*ret = (int)count;
			return 0;
		}
	const char *meant = opt_suggest(text.data, names, count);
	if (meant)
		return tariff_refuse(
			n, ret_error, "unknown \"%s\" (did you mean \"%s\"?)", text.data, meant);
	char *all = text_print("%s", names[0]);
	for (size_t i = 1; i < count; i++) {
		char *more = text_print("%s%s%s", all, i + 1 < count ? ", " : " or ", names[i]);
		free(all);
		all = more;
	}
	r = tariff_expected(n, all, ret_error);
	free(all);
	return r;
}

int tariff_read_decimal(const struct yaml_node *n, decimal *ret, char **ret_error)
{
	if (!n)
		return 0;
	struct str text = n->text;
	bool percent = n->kind == YAML_SCALAR && text.len && text.data[text.len - 1] == '%';
	decimal v;
	text.len -= percent;
	int r = n->kind == YAML_SCALAR ? decimal_parse(text, &v) : -EINVAL;
	if (r == -ERANGE || (!r && percent && v % 100))
		return tariff_expected(n, "a number of at most nine decimals", ret_error);
	if (r == -EOVERFLOW)
		return tariff_expected(n, "a number below 9.2e9", ret_error);
	if (r < 0)
		return tariff_expected(n, "a decimal number as 12.5", ret_error);
	*ret = percent ? v / 100 : v;
	return 0;
}

int tariff_read_between(
	const struct yaml_node *n, decimal low, decimal high, decimal *ret, char **ret_error)
{
	decimal v = *ret;
	char from[DECIMAL_TEXT] = { 0 }, to[DECIMAL_TEXT] = { 0 };
	int r = tariff_read_decimal(n, &v, ret_error);
	if (!n || r < 0)
		return r;
	if (v >= low && v <= high) {
		*ret = v;
		return 0;
	}
	decimal_print(from, low, 0);
	decimal_print(to, high, 0);
	return tariff_refuse(
		n, ret_error, "expected a number from %s to %s, found %s", from, to, n->text.data);
}

/* The value of one date: a decimal, or that with a name. */
static int read_entry(const struct yaml_node *n, struct dated *ret, char **ret_error)
{
	static const char *const keys[] = { "name", "rate", NULL };
	const struct yaml_node *rate;
	if (n->kind != YAML_MAP)
		return tariff_read_decimal(n, &ret->value, ret_error);
	int r = yaml_check_map(n, keys, ret_error);
	r = r ?: yaml_required(n, "rate", &rate, ret_error);
	r = r ?: tariff_read_decimal(rate, &ret->value, ret_error);
	return r ?: tariff_read_code(yaml_get(n, "name"), &ret->name, ret_error);
}

static int read_dates(const struct yaml_node *n, struct dated_values *ret, char **ret_error)
{
	for (const struct yaml_node *e = n->first; e; e = e->next) {
		struct dated *v = &ret->at[ret->count];
		if (date_parse(e->key->text, &v->from))
			return tariff_expected(e->key, "a date as 2026-01-31", ret_error);
		if (ret->count && v->from <= ret->at[ret->count - 1].from)
			return tariff_refuse(e->key, ret_error, "dates have to be in order");
		int r = read_entry(e, v, ret_error);
		if (r < 0)
			return r;
		ret->count++;
	}
	return ret->count ? 0 : tariff_expected(n, "a number or dates", ret_error);
}

int tariff_read_dated(const struct yaml_node *n, struct dated_values *ret, char **ret_error)
{
	if (!n)
		return 0;
	ret->at = tariff_allocate(n->kind == YAML_MAP ? n->count : 1, sizeof(*ret->at));
	if (n->kind == YAML_MAP)
		return read_dates(n, ret, ret_error);
	ret->at[0].from = INT32_MIN;
	ret->count = 1;
	return tariff_read_decimal(n, &ret->at[0].value, ret_error);
}

static int read_band(const struct yaml_node *n, struct bands *bands, char **ret_error)
{
	static const char *const keys[] = { "to", "rate", NULL };
	struct band *band = &bands->at[bands->count];
	const struct yaml_node *rate, *to = yaml_get(n, "to");
	band->to = INT64_MAX;
	int r = yaml_check_map(n, keys, ret_error);
	r = r ?: yaml_required(n, "rate", &rate, ret_error);
	bands->count++;
	r = r ?: tariff_read_dated(rate, &band->value, ret_error);
	r = r ?: tariff_read_between(to, 0, INT64_MAX - 1, &band->to, ret_error);
	if (!r && !to && n->next)
		r = tariff_refuse(
			n, ret_error, "\"to\" is missing: only the last goes on for ever");
	if (!r && bands->count > 1 && band->to <= band[-1].to)
		r = tariff_refuse(n, ret_error, "limits have to go up");
	return r;
}

int tariff_read_bands(const struct yaml_node *n, struct bands *ret, char **ret_error)
{
	int r = n ? yaml_check_list(n, ret_error) : 0;
	if (!n || r < 0)
		return r;
	ret->at = tariff_allocate(n->count, sizeof(*ret->at));
	for (const struct yaml_node *e = n->first; !r && e; e = e->next)
		r = read_band(e, ret, ret_error);
	return r;
}

static int read_post(
	const struct yaml_node *n, const struct schedule *schedule, uint64_t *ret, char **ret_error)
{
	const char *names[SCHEDULE_POSTS + 1] = { 0 };
	int post;
	for (int i = 0; i < schedule_count(schedule); i++)
		names[i] = schedule_name(schedule, i);
	int r = tariff_read_choice(n, names, &post, ret_error);
	if (!r)
		*ret |= UINT64_C(1) << post;
	return r;
}

int tariff_read_posts(
	const struct yaml_node *n, const struct schedule *schedule, uint64_t *ret, char **ret_error)
{
	uint64_t posts = 0;
	int r = 0;
	if (!n)
		return 0;
	if (n->kind != YAML_LIST)
		r = read_post(n, schedule, &posts, ret_error);
	else if (!n->first)
		return tariff_expected(n, "at least one post", ret_error);
	for (const struct yaml_node *e = n->kind == YAML_LIST ? n->first : NULL; !r && e;
		e = e->next)
		r = read_post(e, schedule, &posts, ret_error);
	if (!r)
		*ret = posts;
	return r;
}

void dated_free(struct dated_values *v)
{
	free(v->at);
}

void bands_free(struct bands *b)
{
	for (size_t i = 0; i < b->count; i++)
		dated_free(&b->at[i].value);
	free(b->at);
}

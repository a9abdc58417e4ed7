#include "urdb/urdb.h"

#include <ctype.h>
#include <errno.h>

#include "allocate.h"
#include "calendar/zone.h"
#include "urdb/rate.h"

static const char *text_of(const struct node *n, const char *key)
{
	return json_string_value(json_object_get(n->json, key)) ?: "";
}

static bool find_label(
	struct document *d, const struct node *items, const char *label, struct node *ret)
{
	for (size_t i = 0; i < json_array_size(items->json); i++) {
		*ret = node_at(items, i);
		if (!strcmp(text_of(ret, "label"), label))
			return true;
	}
	refuse(d, items, "no rate has the label %s", label);
	return false;
}

/* The API's answer holds rates in items; a file may be one of them. */
static bool find_rate(struct document *d, const struct urdb_terms *t, struct node *ret)
{
	struct node root = { .json = d->root }, items = node_get(&root, "items");
	*ret = root;
	if (!node_is(&items) && !json_is_array(d->root))
		return node_is_map(d, ret);
	if (!node_is(&items))
		items = root;
	size_t count = node_count(d, &items, 1, SIZE_MAX);
	if (!count)
		return false;
	if (t->label)
		return find_label(d, &items, t->label, ret) && node_is_map(d, ret);
	if (t->index < 0 && count > 1)
		refuse(d, &items, "there are %zu rates: --label or --index says which", count);
	else if (t->index >= (int64_t)count)
		refuse(d, &items, "there are %zu rates: --index goes from 0", count);
	else {
		*ret = node_at(&items, t->index < 0 ? 0 : (size_t)t->index);
		return node_is_map(d, ret);
	}
	return false;
}

static void leave_out(struct urdb_rate *r)
{
	const struct opt_list *without = r->terms->without;
	for (size_t i = 0; without && i < without->count; i++) {
		struct node n = node_get(&r->root, without->words[i]);
		if (!node_is(&n))
			refuse(r->document, &n, "is not in the rate: it cannot be left out");
		json_object_del((json_t *)r->root.json, without->words[i]);
		buffer_add_str(&r->remarks, STR("Left out as asked: "));
		urdb_write_text(&r->remarks, without->words[i]);
		buffer_add_char(&r->remarks, '\n');
	}
}

/* "Residential (E-1)" as residential-e-1. */
static void write_name(struct urdb_rate *r)
{
	const char *name = text_of(&r->root, "name");
	size_t begin, limit = 60;
	buffer_add_str(r->to, STR("tariff: "));
	begin = r->to->len;
	for (const char *at = r->terms->name ?: name; *at && r->to->len - begin < limit; at++) {
		bool keep = isascii(*at) && (isalnum(*at) || (r->terms->name && *at == '_'));
		bool joins = r->to->len > begin && r->to->data[r->to->len - 1] != '-';
		if (keep)
			buffer_add_char(r->to, r->terms->name ? *at : (char)tolower(*at));
		else if (joins)
			buffer_add_char(r->to, '-');
	}
	while (r->to->len > begin && r->to->data[r->to->len - 1] == '-')
		r->to->len--;
	if (r->to->len == begin)
		buffer_add_str(r->to, STR("urdb"));
	buffer_add_char(r->to, '\n');
}

/* A block of text: each remark is a line of its own. */
static void write_notes(struct urdb_rate *r)
{
	struct str left = buffer_str(&r->remarks);
	buffer_add_str(r->to, STR("notes: |-\n  Imported from OpenEI URDB, rate "));
	urdb_write_text(
		r->to, *text_of(&r->root, "label") ? text_of(&r->root, "label") : "without label");
	buffer_add_str(
		r->to, STR(". Rates are rate + adj. URDB has no time zone, holidays or taxes.\n"));
	while (left.len) {
		size_t len = (size_t)((const char *)memchr(left.data, '\n', left.len) - left.data);
		buffer_print(r->to, "  %.*s\n", (int)len, left.data);
		left = (struct str){ left.data + len + 1, left.len - len - 1 };
	}
}

static void write_interval(struct urdb_rate *r)
{
	struct node n = node_get(&r->root, "demandwindow");
	int64_t minutes = 0;
	node_integer(r->document, &n, 0, 60, &minutes);
	if (minutes && 60 % minutes)
		refuse(r->document, &n, "an hour is no multiple of %d minutes", (int)minutes);
	else if (minutes)
		buffer_print(r->to, "interval: %dm\n", (int)minutes);
}

static void write_label(struct urdb_rate *r)
{
	struct buffer text = { 0 };
	urdb_write_text(&text, text_of(&r->root, "utility"));
	buffer_add_str(&text, text.len ? STR(": ") : STR(""));
	urdb_write_text(&text, text_of(&r->root, "name"));
	buffer_add_str(r->to, STR("label: \""));
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"' || text.data[i] == '\\')
			buffer_add_char(r->to, '\\');
		buffer_add_char(r->to, (char)text.data[i]);
	}
	buffer_add_str(r->to, STR("\"\n"));
	buffer_free(&text);
}

static void write_head(struct urdb_rate *r)
{
	write_name(r);
	write_label(r);
	write_notes(r);
	buffer_print(r->to, "currency: %s\nzone: %s\n", r->terms->currency, r->terms->zone);
	write_interval(r);
}

static void write_tariff(struct urdb_rate *r)
{
	size_t begin;
	urdb_read_periods(r);
	urdb_read_rest(r);
	write_head(r);
	if (urdb_is_net_metered(r))
		buffer_add_str(r->to, STR("net_metering: yes\n"));
	urdb_write_posts(r);
	buffer_add_str(r->to, STR("charges:\n"));
	begin = r->to->len;
	urdb_write_fixed(r);
	urdb_write_energy(r);
	urdb_write_demand(r);
	urdb_write_minimum(r);
	if (r->to->len == begin)
		refuse(r->document, &r->root, "there are no charges: is it a rate of URDB?");
}

static bool check_terms(struct document *d, const struct urdb_terms *t)
{
	const struct node options = { 0 };
	const struct zone *zone;
	const char *at = t->currency;
	while (isascii(*at) && isalpha(*at))
		at++;
	if (*at || at == t->currency)
		refuse(d, &options, "--currency: expected letters as USD");
	if (zone_open(t->zone, &zone))
		refuse(d, &options, "--zone: there is no time zone %s", t->zone);
	return !mistake_count(d->mistakes);
}

int urdb_tariff(struct str json, const struct urdb_terms *terms, struct buffer *ret,
	struct mistakes *mistakes)
{
	struct document d = { .file = terms->path, .text = json, .mistakes = mistakes };
	struct urdb_rate *r = allocate(1, sizeof(*r));
	r->document = &d;
	r->terms = terms;
	r->to = ret;
	if (check_terms(&d, terms) && document_open(&d) && find_rate(&d, terms, &r->root)) {
		leave_out(r);
		write_tariff(r);
	}
	json_decref(d.root);
	buffer_free(&r->remarks);
	free(r);
	return mistake_count(mistakes) ? -EINVAL : 0;
}

/* The fields that are no charges of Duto's. */
#include "date.h"
#include "urdb/rate.h"
#include "json/json_text.h"

enum { FIELDS = 400, DEPTH = 6 };

/* What the files beside this one read. */
static const char *const charged[] = { "energyratestructure", "energyweekdayschedule",
	"energyweekendschedule", "demandratestructure", "demandweekdayschedule",
	"demandweekendschedule", "demandrateunit", "flatdemandstructure", "flatdemandmonths",
	"flatdemandunit", "fueladjustmentsmonthly", "demandratchetpercentage", "lookbackMonths",
	"lookbackPercent", "lookbackRange", "fixedchargefirstmeter", "fixedchargeunits",
	"fixedmonthlycharge", "mincharge", "minchargeunits", "minmonthlycharge", "usenetmetering",
	"dgrules", "demandwindow", "demandreactivepowercharge", "annualmincharge",
	"coincidentratestructure", "coincidentrateschedule", "coincidentrateunit", "name",
	"utility", "label", NULL };

/* What says for whom, since when and why. */
static const char *const told[] = { "uri", "eiaid", "sector", "servicetype", "description",
	"source", "sourceparent", "startdate", "enddate", "effective_date", "end_date",
	"supersedes", "approved", "is_default", "isdefault", "country", "revisions",
	"basicinformationcomments", "energycomments", "demandcomments", "flatdemandcomments",
	"fixedattrs", "energyattrs", "demandattrs", "basicinformationattrs", "version",
	"peakkwcapacitymin", "peakkwcapacitymax", "peakkwcapacityhistory", "peakkwhusagemin",
	"peakkwhusagemax", "peakkwhusagehistory", "voltageminimum", "voltagemaximum",
	"voltagecategory", "phasewiring", "demandunits", "@id", "@type", NULL };

static const char *const dates[] = { "startdate", "enddate", "effective_date", "end_date", NULL };

static bool is_in(const char *const *names, const char *key)
{
	while (*names && strcmp(*names, key))
		names++;
	return *names;
}

static bool is_plain(const char *at, size_t len)
{
	unsigned char c = (unsigned char)at[0], d = len > 1 ? (unsigned char)at[1] : 0;
	if (len == 1)
		return c >= 0x20 && c < 0x7f;
	if (len == 2)
		return c != 0xc2 || d >= 0xa0;
	if (len == 3 && c == 0xe2 && d == 0x80) /* U+2028, U+2029 */
		return (unsigned char)at[2] < 0xa8 || (unsigned char)at[2] > 0xa9;
	return len != 3 || c != 0xef || d < 0xbb ||
	       (unsigned char)at[2] < 0xbe; /* U+FEFF, U+FFFE */
}

void urdb_write_text(struct buffer *to, const char *text)
{
	size_t left = strlen(text), len;
	for (; left; text += len, left -= len) {
		len = json_utf8(text, left);
		len = len ? len : 1;
		if (is_plain(text, len))
			buffer_add(to, text, len);
		else if (!to->len || to->data[to->len - 1] != ' ')
			buffer_add_char(to, ' ');
	}
}

static void write_value(struct urdb_rate *r, const json_t *v, int depth);

static void write_values(struct urdb_rate *r, const json_t *v, int depth)
{
	const char *key, *between = "";
	size_t i;
	json_t *e;
	json_array_foreach(v, i, e)
	{
		buffer_print(&r->remarks, "%s", i ? "; " : "");
		write_value(r, e, depth);
	}
	json_object_foreach((json_t *)v, key, e)
	{
		buffer_print(&r->remarks, "%s", between);
		urdb_write_text(&r->remarks, key);
		buffer_add_str(&r->remarks, STR(": "));
		write_value(r, e, depth);
		between = "; ";
	}
}

static void write_value(struct urdb_rate *r, const json_t *v, int depth)
{
	struct buffer *to = &r->remarks;
	if (json_is_string(v))
		urdb_write_text(to, json_string_value(v));
	else if (json_is_integer(v))
		buffer_add_str(to, node_number(r->document, v));
	else if (json_is_boolean(v))
		buffer_add_str(to, json_is_true(v) ? STR("true") : STR("false"));
	else if (depth == DEPTH)
		buffer_add_str(to, STR("..."));
	else
		write_values(r, v, depth + 1);
}

/* Seconds since the epoch as a date. */
static bool write_date(struct urdb_rate *r, const struct node *n)
{
	decimal seconds;
	char text[DATE_TEXT];
	struct str number = node_number(r->document, n->json);
	if (!number.len || exact_parse(number, &seconds) || seconds < 0)
		return false;
	buffer_add(&r->remarks, text, date_format(text, (int32_t)(seconds / DECIMAL_ONE / 86400)));
	return true;
}

static void remark(struct urdb_rate *r, const struct node *n, const char *key)
{
	urdb_write_text(&r->remarks, key);
	buffer_add_str(&r->remarks, STR(": "));
	if (!is_in(dates, key) || !write_date(r, n))
		write_value(r, n->json, 0);
	buffer_add_char(&r->remarks, '\n');
}

static bool is_zero(const struct document *d, const struct node *n)
{
	decimal v = 1;
	return !node_is(n) ||
	       (json_is_integer(n->json) && !exact_parse(node_number(d, n->json), &v) && !v);
}

static void refuse_charge(struct urdb_rate *r, const char *key, const char *why)
{
	struct node n = node_get(&r->root, key);
	if (!is_zero(r->document, &n))
		refuse(r->document, &n, "%s", why);
}

/* When the system's peak was is known afterwards, and is not in URDB. */
static void refuse_coincident(struct urdb_rate *r)
{
	struct node n = node_get(&r->root, "coincidentratestructure");
	size_t count = node_count(r->document, &n, 1, SCHEDULE_POSTS);
	bool charges = false;
	for (size_t i = 0; i < count; i++) {
		struct urdb_tiers tiers;
		struct node period = node_at(&n, i);
		urdb_read_tiers(r, &period, false, &tiers);
		for (size_t k = 0; k < tiers.count; k++)
			charges |= tiers.at[k].rate != 0;
	}
	if (charges)
		refuse(r->document, &n,
			"the times of the system's peaks are not in URDB: a demand charge with "
			"\"times\" is for them");
}

void urdb_read_rest(struct urdb_rate *r)
{
	struct node meters = node_get(&r->root, "fixedchargeeaaddl");
	const char *key;
	json_t *value;
	refuse_charge(
		r, "demandreactivepowercharge", "a charge of the largest kvar cannot be expressed");
	refuse_charge(r, "annualmincharge", "a minimum of the year cannot be expressed");
	refuse_coincident(r);
	if (json_object_size(r->root.json) > FIELDS) {
		refuse(r->document, &r->root, "more than %d fields: is it a rate?", FIELDS);
		return;
	}
	json_object_foreach((json_t *)r->root.json, key, value)
	{
		struct node n = node_get(&r->root, key);
		if (!node_is(&n) || is_in(charged, key))
			continue;
		if (!is_in(told, key) && strcmp(key, "fixedchargeeaaddl"))
			note(r->document, &n, "is not known: it goes to the notes");
		remark(r, &n, key);
	}
	if (!is_zero(r->document, &meters))
		note(r->document, &meters, "is left out: it is of further meters");
}

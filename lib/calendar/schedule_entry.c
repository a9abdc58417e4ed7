#include <errno.h>
#include <stdlib.h>

#include "calendar/names.h"
#include "calendar/schedule_parts.h"
#include "text.h"

int schedule_expected(const struct yaml_node *n, const char *what, char **ret_error)
{
	char *found = yaml_found(n);
	*ret_error = yaml_error(n, "expected %s, found %s", what, found);
	free(found);
	return -EINVAL;
}

/* A scalar, or each scalar of a list. */
static int each_word(const struct yaml_node *n, struct schedule *s, struct schedule_entry *e,
	int (*read)(struct schedule *, struct schedule_entry *, const struct yaml_node *, char **),
	char **ret_error)
{
	int r = 0;
	if (n->kind == YAML_SCALAR)
		return read(s, e, n, ret_error);
	if (n->kind == YAML_MAP || !n->count)
		return schedule_expected(n, "a word, or a list of words", ret_error);
	for (const struct yaml_node *word = n->first; word && !r; word = word->next)
		r = word->kind == YAML_SCALAR ? read(s, e, word, ret_error)
					      : schedule_expected(word, "a word", ret_error);
	return r;
}

static int read_days(
	struct schedule *s, struct schedule_entry *e, const struct yaml_node *n, char **ret_error)
{
	struct str word = n->text;
	bool range = word.len == 7 && word.data[3] == '-';
	int first = names_weekday((struct str){ word.data, word.len < 3 ? word.len : 3 });
	int last = range ? names_weekday((struct str){ word.data + 4, 3 }) : first;
	(void)s;
	if (first < 0 || last < 0 || (!range && word.len != 3))
		return schedule_expected(n, "weekdays (mon, or mon-fri)", ret_error);
	for (int day = first;; day = (day + 1) % 7) {
		e->weekdays |= (uint8_t)(1 << day);
		if (day == last)
			return 0;
	}
}

/* HH:MM as a slot; -1 where it is none. */
static int slot_at(const char *text)
{
	for (int i = 0; i < 5; i++)
		if (i == 2 ? text[i] != ':' : text[i] < '0' || text[i] > '9')
			return -1;
	int minutes = (text[0] * 10 + text[1] - 11 * '0') * 60 + text[3] * 10 + text[4] - 11 * '0';
	int slot = minutes * 60 / SCHEDULE_SLOT;
	bool whole = minutes * 60 % SCHEDULE_SLOT == 0 && text[3] < '6';
	return whole && slot <= SCHEDULE_SLOTS ? slot : -1;
}

static int read_hours(
	struct schedule *s, struct schedule_entry *e, const struct yaml_node *n, char **ret_error)
{
	bool shaped = n->text.len == 11 && n->text.data[5] == '-';
	int from = shaped ? slot_at(n->text.data) : -1;
	int until = shaped ? slot_at(n->text.data + 6) : -1;
	(void)s;
	if (from < 0 || until < 0 || from == until || from == SCHEDULE_SLOTS)
		return schedule_expected(
			n, "hours as 18:00-21:00, in steps of five minutes", ret_error);
	for (int slot = from; slot != until; slot++) {
		if (slot == SCHEDULE_SLOTS)
			slot = 0;
		if (slot == until)
			break;
		e->slots[slot] = true;
	}
	return 0;
}

static int read_entry_season(
	struct schedule *s, struct schedule_entry *e, const struct yaml_node *n, char **ret_error)
{
	int season = schedule_season_find(s, n->text);
	if (season < 0)
		return schedule_expected(n, "one of the seasons", ret_error);
	e->seasons |= 1u << season;
	return 0;
}

static int read_holidays(
	struct schedule *s, struct schedule_entry *e, const struct yaml_node *n, char **ret_error)
{
	static const char *const words[] = {
		[EXCLUDED] = "excluded", [INCLUDED] = "included", [ONLY] = "only"
	};
	for (int i = EXCLUDED; i <= ONLY; i++)
		if (str_eq(n->text, str(words[i]))) {
			e->holidays = (enum holiday_rule_of_entry)i;
			s->needs_holidays = true;
			return 0;
		}
	return schedule_expected(n, "excluded, included or only", ret_error);
}

static int read_post(
	struct schedule *s, struct schedule_entry *e, const struct yaml_node *n, char **ret_error)
{
	e->post = schedule_find(s, n->text);
	if (e->post >= 0)
		return 0;
	if (!n->text.len)
		return schedule_expected(n, "a name", ret_error);
	if (s->post_count == SCHEDULE_POSTS) {
		*ret_error = yaml_error(n, "more than %d posts", SCHEDULE_POSTS);
		return -EINVAL;
	}
	e->post = s->post_count;
	s->posts[s->post_count++] = text_print("%s", n->text.data);
	return 0;
}

static const struct {
	const char *key;
	int (*read)(struct schedule *, struct schedule_entry *, const struct yaml_node *, char **);
} parts[] = {
	{ "post", read_post },
	{ "hours", read_hours },
	{ "days", read_days },
	{ "holidays", read_holidays },
	{ "season", read_entry_season },
};

int schedule_read_entry(
	struct schedule *s, const struct yaml_node *n, struct schedule_entry *ret, char **ret_error)
{
	static const char *const keys[] = { "post", "hours", "days", "holidays", "season", NULL };
	const struct yaml_node *part;
	int r = yaml_check_map(n, keys, ret_error);
	r = r ?: yaml_required(n, "post", &part, ret_error);
	*ret = (struct schedule_entry){ .node = n };
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts) && !r; i++)
		if ((part = yaml_get(n, parts[i].key)))
			r = each_word(part, s, ret, parts[i].read, ret_error);
	if (!r && !ret->weekdays && ret->holidays == INCLUDED) {
		*ret_error = yaml_error(yaml_get(n, "holidays"),
			"included adds holidays to the days given, and none are");
		return -EINVAL;
	}
	if (!ret->weekdays)
		ret->weekdays = 0x7f;
	for (int slot = 0; !yaml_get(n, "hours") && slot < SCHEDULE_SLOTS; slot++)
		ret->slots[slot] = true;
	return r;
}

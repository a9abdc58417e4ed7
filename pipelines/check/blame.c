#include "blame.h"

#include <ctype.h>
#include <string.h>

static struct place place_of(const struct word *w, size_t inside)
{
	return (struct place){ w->line, w->column + (int)inside };
}

static size_t option_length(const char *text)
{
	size_t len = 2;
	while (isalnum((unsigned char)text[len]) || text[len] == '-' || text[len] == '_')
		len++;
	return len;
}

/* The option that the message is about: the last word of that name, for a repeated one fails where
 * it repeats. */
static const struct word *find_option(
	const struct substage *s, const char *option, size_t len, size_t *ret_index)
{
	const struct word *found = NULL;
	for (size_t i = 1; i < s->count; i++) {
		const char *text = s->words[i].text;
		if (strncmp(text, option, len) == 0 && (!text[len] || text[len] == '=')) {
			found = &s->words[i];
			*ret_index = i;
		}
	}
	return found;
}

static bool blame_option(const struct substage *s, const char *message, struct place *ret)
{
	size_t index, len;
	const char *option = strstr(message, "--");
	if (!option || (len = option_length(option)) == 2)
		return false;
	const struct word *w = find_option(s, option, len, &index);
	if (!w)
		return false;
	*ret = place_of(w, 0);
	if (option[len] != ':')
		return true;
	if (w->text[len] == '=')
		*ret = place_of(w, len + 1);
	else if (index + 1 < s->count)
		*ret = place_of(&s->words[index + 1], 0);
	return true;
}

static bool is_part_of_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Whether text holds part, not within a longer name. */
static const char *find_whole(const char *text, const char *part)
{
	size_t len = strlen(part);
	for (const char *at = text; len && (at = strstr(at, part)); at++)
		if ((at == text || !is_part_of_word(at[-1])) && !is_part_of_word(at[len]))
			return at;
	return NULL;
}

static const char *value_of(const char *word)
{
	const char *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
	return equals ? equals + 1 : word;
}

/* The longest word, or value behind =, that the message holds. */
static bool blame_word(const struct substage *s, const char *message, struct place *ret)
{
	size_t longest = 0;
	for (size_t i = 1; i < s->count; i++) {
		const char *word = s->words[i].text, *value = value_of(word);
		if (strlen(value) <= longest || !find_whole(message, value))
			continue;
		longest = strlen(value);
		*ret = place_of(&s->words[i], (size_t)(value - word));
	}
	return longest > 0;
}

struct place blame(const struct substage *s, const char *message)
{
	struct place place = place_of(&s->words[0], 0);
	if (!blame_option(s, message, &place))
		blame_word(s, message, &place);
	return place;
}

struct place blame_field(const struct substage *s, const char *field)
{
	for (size_t i = 1; i < s->count; i++) {
		const char *at = find_whole(s->words[i].text, field);
		if (at)
			return place_of(&s->words[i], (size_t)(at - s->words[i].text));
	}
	return place_of(&s->words[0], 0);
}

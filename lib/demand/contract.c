#include <errno.h>
#include <string.h>

#include "demand/demand.h"
#include "text.h"

static int read_kw(struct str text, decimal *ret, char **ret_error)
{
	if (decimal_parse(text, ret) == 0 && *ret > 0)
		return 0;
	return text_refuse(
		ret_error, "expected a demand in kW (400), found \"%.*s\"", STR_ARG(text));
}

static int read_word(struct str word, const struct schedule *schedule, decimal ret[SCHEDULE_POSTS],
	char **ret_error)
{
	const char *equals = memchr(word.data, '=', word.len);
	size_t len = equals ? (size_t)(equals - word.data) : 0;
	decimal kw;
	if (!equals) {
		int r = read_kw(word, &kw, ret_error);
		for (int i = 0; !r && i < schedule_count(schedule); i++)
			ret[i] = kw;
		return r;
	}
	int post = schedule_find(schedule, (struct str){ word.data, len });
	if (post < 0)
		return text_refuse(ret_error, "there is no post %.*s", (int)len, word.data);
	return read_kw((struct str){ equals + 1, word.len - len - 1 }, &ret[post], ret_error);
}

int demand_contracts(struct str text, const struct schedule *schedule, decimal ret[SCHEDULE_POSTS],
	char **ret_error)
{
	decimal all[SCHEDULE_POSTS] = { 0 };
	while (text.len) {
		const char *space = memchr(text.data, ' ', text.len);
		struct str word = { text.data, space ? (size_t)(space - text.data) : text.len };
		int r = word.len ? read_word(word, schedule, all, ret_error) : 0;
		if (r < 0)
			return r;
		size_t used = word.len + (space != NULL);
		text = (struct str){ text.data + used, text.len - used };
	}
	memcpy(ret, all, sizeof(all));
	return 0;
}

#include "behind.h"

#include <stdio.h>
#include <stdlib.h>

#include "human.h"
#include "keep/keep.h"
#include "pipelines/stage/keeps.h"
#include "statedir.h"

/* Samples of the keep behind the cursor; -1: not known. A reader that is new has no cursor yet. */
static int64_t behind(const char *keep, const char *cursor)
{
	uint64_t number, visible;
	char *error = NULL;
	if (keep_cursor_read(keep, cursor, &number))
		return -1;
	bool known = keep_visible(keep, &visible, &error) == 0;
	free(error);
	return !known ? -1 : visible > number ? (int64_t)(visible - number) : 0;
}

int64_t behind_stage(const struct pipeline *p, const struct traits *all, const struct stage *reader)
{
	int64_t sum = -1;
	for (size_t i = 0; i < reader->from_count; i++) {
		size_t writer = reader->from[i].stage;
		if (!all[writer].keeps)
			continue;
		char *keep = statedir_keep(p->name.text, p->stages[writer].name.text);
		int64_t one = behind(keep, reader->name.text);
		free(keep);
		if (one < 0)
			return -1;
		sum = sum < 0 ? one : sum + one;
	}
	return sum;
}

struct slowest {
	const char *keep;
	char cursor[KEEP_NAME_MAX + 1];
	int64_t behind;
};

static void look_at(const struct stage *stage, const char *cursor, void *context)
{
	struct slowest *s = context;
	int64_t here = behind(s->keep, cursor);
	(void)stage;
	if (here <= s->behind)
		return;
	s->behind = here;
	snprintf(s->cursor, sizeof(s->cursor), "%s", cursor);
}

void behind_tell(const struct pipeline *p, const struct stage *keeper, struct buffer *to)
{
	char *keep = statedir_keep(p->name.text, keeper->name.text), count[HUMAN_TEXT];
	struct slowest s = { .keep = keep, .behind = -1 };
	keeps_strangers(p, keeper, look_at, &s);
	human_count(count, (double)s.behind);
	if (s.behind >= 0)
		buffer_print(to, "read elsewhere: %s is %s samples behind", s.cursor, count);
	free(keep);
}

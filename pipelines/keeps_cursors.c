#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "keeps.h"
#include "statedir.h"
#include "text.h"

struct strangers {
	const struct pipeline *p;
	const struct stage *stage; /* whose keep is looked into */
	void (*each)(const struct stage *stage, const char *message, void *context);
	void *context;
};

static bool is_reader(const struct pipeline *p, const struct stage *stage, const char *name)
{
	const struct stage *reader = pipeline_stage(p, name);
	for (size_t i = 0; reader && i < reader->from_count; i++)
		if (&p->stages[reader->from[i].stage] == stage)
			return true;
	return false;
}

static int look_at(const char *cursor, void *context)
{
	const struct strangers *s = context;
	const char *pipeline = s->p->name.text, *name = s->stage->name.text;
	if (is_reader(s->p, s->stage, cursor))
		return 0;
	char *message = text_print("the keep of %s holds what the cursor %s has not passed, and no "
				   "stage of that name reads it (duto keep forget %s/%s %s)",
		name, cursor, pipeline, name, cursor);
	s->each(s->stage, message, s->context);
	free(message);
	return 0;
}

static void look_into(struct strangers *s)
{
	char *path = statedir_keep(s->p->name.text, s->stage->name.text);
	char *cursors = text_print("%s/cursors", path);
	int folder = disk_folder(cursors, false);
	if (folder >= 0)
		disk_list(folder, look_at, s);
	disk_close(folder);
	free(cursors);
	free(path);
}

void keeps_strangers(const struct pipeline *p, const struct traits *all,
	void (*each)(const struct stage *stage, const char *message, void *context), void *context)
{
	struct strangers s = { .p = p, .each = each, .context = context };
	for (size_t i = 0; i < p->stage_count; i++) {
		s.stage = &p->stages[i];
		if (all[i].keeps)
			look_into(&s);
	}
}

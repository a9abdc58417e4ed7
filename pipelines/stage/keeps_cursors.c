#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "keeps.h"
#include "statedir.h"
#include "text.h"

struct strangers {
	const struct pipeline *p;
	const struct stage *stage; /* whose keep is looked into */
	void (*each)(const struct stage *stage, const char *cursor, void *context);
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
	if (!is_reader(s->p, s->stage, cursor))
		s->each(s->stage, cursor, s->context);
	return 0;
}

void keeps_strangers(const struct pipeline *p, const struct stage *stage,
	void (*each)(const struct stage *stage, const char *cursor, void *context), void *context)
{
	struct strangers s = { p, stage, each, context };
	char *path = statedir_keep(p->name.text, stage->name.text);
	char *cursors = text_print("%s/cursors", path);
	int folder = disk_folder(cursors, false);
	if (folder >= 0)
		disk_list(folder, look_at, &s);
	disk_close(folder);
	free(cursors);
	free(path);
}

struct telling {
	const struct pipeline *p;
	void (*each)(const struct stage *stage, const char *message, void *context);
	void *context;
};

static void tell(const struct stage *stage, const char *cursor, void *context)
{
	const struct telling *t = context;
	const char *pipeline = t->p->name.text, *name = stage->name.text;
	char *message = text_print("the keep of %s holds what the cursor %s has not passed, and no "
				   "stage of that name reads it (duto keep forget %s/%s %s)",
		name, cursor, pipeline, name, cursor);
	t->each(stage, message, t->context);
	free(message);
}

void keeps_tell_strangers(const struct pipeline *p, const struct traits *all,
	void (*each)(const struct stage *stage, const char *message, void *context), void *context)
{
	struct telling t = { p, each, context };
	for (size_t i = 0; i < p->stage_count; i++)
		if (all[i].keeps)
			keeps_strangers(p, &p->stages[i], tell, &t);
}

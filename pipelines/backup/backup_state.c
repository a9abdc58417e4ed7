/* The state of all pipelines as of one moment, while they run.  A stage goes on behind the last
 * position in its keep, with the state that it saved under that position's number, from what the
 * keeps that it reads hold behind it. So a keep is looked at in one moment with the checkpoints
 * of its stage, and before the keeps that it is made of; cursors are copied before all. What is
 * then in a keep that its readers have not seen comes to them again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocate.h"
#include "backup.h"
#include "buffer.h"
#include "copy.h"
#include "folder.h"
#include "keep/keep.h"
#include "statedir.h"
#include "text.h"

#define CHECKPOINT ".checkpoint" /* behind the stage's name */

enum { TRIES = 1000, PLACES = 3 };

struct stage_state {
	char *pipeline, *name;
	bool done;
};

static struct stage_state *stages;
static size_t stage_count;
static const char *target; /* the folder that all goes to */

static struct stage_state *find_stage(const char *pipeline, const char *name)
{
	for (size_t i = 0; i < stage_count; i++)
		if (strcmp(stages[i].pipeline, pipeline) == 0 && strcmp(stages[i].name, name) == 0)
			return &stages[i];
	return NULL;
}

static void add_stage(const char *pipeline, const char *name)
{
	if (find_stage(pipeline, name))
		return;
	stages = reallocate(stages, stage_count + 1, sizeof(*stages));
	stages[stage_count++] =
		(struct stage_state){ text_print("%s", pipeline), text_print("%s", name), false };
}

static char *keep_of(const struct stage_state *s)
{
	return statedir_keep(s->pipeline, s->name);
}

static char *copy_of(const struct stage_state *s)
{
	return text_print("%s/state/%s/%s", target, s->pipeline, s->name);
}

/* Where the filters of a stage may save what they remember, and where it goes to. */
static void name_checkpoints(const struct stage_state *s, char *from[PLACES], char *to[PLACES])
{
	char *keep = keep_of(s), *copy = copy_of(s), *own = backup_checkpoints();
	from[0] = text_print("%s/checkpoint", keep);
	to[0] = text_print("%s/checkpoint", copy);
	from[1] = text_print("%s.checkpoint", keep);
	to[1] = text_print("%s.checkpoint", copy);
	from[2] = text_print("%s/%s/%s", own, s->pipeline, s->name);
	to[2] = text_print("%s/checkpoints/%s/%s", target, s->pipeline, s->name);
	free(own);
	free(copy);
	free(keep);
}

static int add_name(const char *name, void *context)
{
	buffer_print(context, "%s\n", name);
	return 0;
}

static void list_checkpoints(char *const from[PLACES], struct buffer *to)
{
	for (int i = 0; i < PLACES; i++)
		copy_files(from[i], add_name, to);
}

static int copy_checkpoints(char *const from[PLACES], char *const to[PLACES])
{
	int r = 0;
	for (int i = 0; i < PLACES && !r; i++)
		r = access(from[i], F_OK) ? 0 : copy_tree(from[i], to[i]);
	return r;
}

/* One moment: as many checkpoints are there before it as behind it. Those that were copied on the
 * way to it are never asked for. */
static int freeze_at(const char *keep, char *const from[PLACES], char *const to[PLACES],
	uint64_t *ret_last, char **ret_error)
{
	struct buffer before = { 0 }, behind = { 0 };
	int r = -EAGAIN;
	for (int i = 0; i < TRIES && r == -EAGAIN; i++) {
		before.len = behind.len = 0;
		list_checkpoints(from, &before);
		r = statedir_is_keep(keep) ? keep_visible(keep, ret_last, ret_error) : 0;
		r = r ? r : copy_checkpoints(from, to);
		list_checkpoints(from, &behind);
		if (!r && !str_eq(buffer_str(&before), buffer_str(&behind)))
			r = -EAGAIN;
	}
	buffer_free(&before);
	buffer_free(&behind);
	return r;
}

static int freeze(const struct stage_state *s, uint64_t *ret_last, char **ret_error)
{
	char *from[PLACES], *to[PLACES], *keep = keep_of(s);
	name_checkpoints(s, from, to);
	int r = freeze_at(keep, from, to, ret_last, ret_error);
	for (int i = 0; i < PLACES; i++) {
		free(from[i]);
		free(to[i]);
	}
	free(keep);
	return r;
}

static int remove_file(const char *path, const char *name, void *context)
{
	(void)name;
	(void)context;
	unlink(path); /* folders stay */
	return 0;
}

static int copy_stage(const struct stage_state *s, char **ret_error)
{
	char *keep = keep_of(s), *copy = copy_of(s);
	uint64_t last = 0;
	int r = -EAGAIN;
	for (int i = 0; i < TRIES && r == -EAGAIN; i++) {
		r = freeze(s, &last, ret_error);
		if (!r && statedir_is_keep(keep))
			r = keep_copy_cut(keep, copy, last);
		if (r == -EAGAIN)
			folder_each(copy, remove_file, NULL);
	}
	if (r && !*ret_error)
		*ret_error = text_print("%s: %s", keep, strerror(-r));
	free(copy);
	free(keep);
	return r;
}

struct visit {
	struct stage_state *stage;
	char **error;
};

static int visit(struct stage_state *s, char **ret_error);

static int visit_reader(const char *path, const char *name, void *context)
{
	const struct visit *v = context;
	struct stage_state *reader = find_stage(v->stage->pipeline, name);
	(void)path;
	return reader ? visit(reader, v->error) : 0;
}

/* Cursors have the names of the stages that read. */
static int visit(struct stage_state *s, char **ret_error)
{
	struct visit v = { s, ret_error };
	if (s->done)
		return 0;
	s->done = true;
	char *keep = keep_of(s), *cursors = text_print("%s/cursors", keep);
	int r = folder_each(cursors, visit_reader, &v);
	r = r == -ENOENT || !r ? copy_stage(s, ret_error) : r;
	free(cursors);
	free(keep);
	return r;
}

/* Before the moment comes: cursors, what people look at, and the segments that are there. */
static int prepare(const struct stage_state *s)
{
	static const char *const parts[] = { "cursors", "aside" };
	char *keep = keep_of(s), *copy = copy_of(s);
	int r = statedir_is_keep(keep) ? copy_folder(keep, copy) : 0;
	if (!r && statedir_is_keep(keep))
		r = keep_copy_link(keep, copy);
	for (int i = 0; i < 2 && !r; i++) {
		char *from = text_print("%s/%s", keep, parts[i]);
		char *to = text_print("%s/%s", copy, parts[i]);
		r = access(from, F_OK) ? 0 : copy_tree(from, to);
		free(from);
		free(to);
	}
	free(copy);
	free(keep);
	return r;
}

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), tail = strlen(end);
	return len > tail && strcmp(name + len - tail, end) == 0;
}

struct search {
	const char *path, *pipeline;
	char *copy;
};

/* What is neither a keep nor what a stage remembers is copied as it is. */
static int find_in_pipeline(const char *path, const char *name, void *context)
{
	const struct search *s = context;
	if (ends_with(name, CHECKPOINT)) {
		char *stage = text_print("%.*s", (int)(strlen(name) - strlen(CHECKPOINT)), name);
		add_stage(s->pipeline, stage);
		free(stage);
	} else if (statedir_is_keep(path)) {
		add_stage(s->pipeline, name);
	} else {
		return copy_entry(s->path, s->copy, name);
	}
	return 0;
}

static int find_stages(const char *path, const char *name, void *context)
{
	struct search s = { path, name, text_print("%s/state/%s", target, name) };
	int r = copy_folder(path, s.copy);
	if (!r)
		r = folder_each(path, find_in_pipeline, &s);
	free(s.copy);
	if (r == -ENOTDIR) {
		s.copy = text_print("%s/state", target);
		r = copy_entry(context, s.copy, name);
		free(s.copy);
	}
	return r;
}

static int find_remembering(const char *path, const char *name, void *context)
{
	(void)path;
	add_stage(context, name);
	return 0;
}

/* What is no folder is none of a stage's. */
static int find_checkpoints(const char *path, const char *name, void *context)
{
	char *copy = text_print("%s/checkpoints/%s", target, name);
	int r = folder_each(path, find_remembering, (void *)name);
	(void)context;
	r = r ? r : copy_folder(path, copy);
	free(copy);
	return r == -ENOTDIR ? 0 : r;
}

/* The folders above are made like theirs: whoever may pass these may pass the restored ones. */
static int find_all(const char *root, const char *checkpoints)
{
	char *copy = text_print("%s/state", target);
	int r = copy_folder(root, copy);
	free(copy);
	r = r ? r : folder_each(root, find_stages, (void *)root);
	if (r || access(checkpoints, F_OK))
		return r;
	copy = text_print("%s/checkpoints", target);
	r = copy_folder(checkpoints, copy);
	free(copy);
	return r ? r : folder_each(checkpoints, find_checkpoints, NULL);
}

char *backup_checkpoints(void)
{
	char *root = statedir_root(), *path = text_print("%s-state", root);
	free(root);
	return path;
}

int backup_state(const char *to, char **ret_error)
{
	char *root = statedir_root(), *checkpoints = backup_checkpoints();
	target = to;
	int r = find_all(root, checkpoints);
	for (size_t i = 0; i < stage_count && !r; i++)
		r = prepare(&stages[i]);
	for (size_t i = 0; i < stage_count && !r; i++)
		r = visit(&stages[i], ret_error);
	if (r && !*ret_error)
		*ret_error = text_print("%s: %s", root, strerror(-r));
	free(checkpoints);
	free(root);
	return r;
}

#include "overview.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "allocate.h"
#include "behind.h"
#include "clock.h"
#include "pipelines/run/runs.h"
#include "pipelines/stage/rundir.h"
#include "systemd/unit_files.h"
#include "text.h"

static const struct stage *stage_of(const struct overview_group *g, const struct table_row *r)
{
	return g->p ? pipeline_stage(g->p, r->now.stage) : NULL;
}

static void read_row(const struct overview_group *g, struct table_row *r)
{
	const struct stage *stage = stage_of(g, r);
	struct gauge now;
	gauge_read(g->rundir, r->now.stage, &now);
	r->before = r->now;
	r->now = now;
	r->behind = stage ? behind_stage(g->p, g->traits, stage) : -1;
	r->schedule.len = r->elsewhere.len = 0;
	if (stage && stage->due.zone)
		r->failed = !runs_tell(g->p, stage, clock_wall(), &r->schedule);
	if (stage && g->traits[stage - g->p->stages].keeps)
		behind_tell(g->p, stage, &r->elsewhere);
}

static void add_row(struct overview_group *g, const char *stage)
{
	g->rows = reallocate(g->rows, g->count + 1, sizeof(*g->rows));
	struct table_row *r = &g->rows[g->count++];
	*r = (struct table_row){ .behind = -1 };
	snprintf(r->now.stage, sizeof(r->now.stage), "%s", stage);
	read_row(g, r);
	r->before = r->now;
}

static int is_first_page(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return len > 7 && strcmp(entry->d_name + len - 7, ".0.stat") == 0;
}

/* Stages that have counters and are not in the file, which may have changed since, by name. */
static void add_found(struct overview_group *g)
{
	struct dirent **entries;
	int count = scandir(g->rundir, &entries, is_first_page, alphasort);
	for (int i = 0; i < count; i++) {
		entries[i]->d_name[strlen(entries[i]->d_name) - 7] = 0;
		if (!g->p || !pipeline_stage(g->p, entries[i]->d_name))
			add_row(g, entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* NULL: it has mistakes, or is of another name. */
static struct pipeline *open_as(const char *name, const char *path)
{
	struct pipeline *p = pipeline_open(path);
	if (mistake_count(&p->mistakes) == 0 && strcmp(p->name.text, name) == 0)
		return p;
	pipeline_close(p);
	return NULL;
}

/* Of those that systemd runs. Mostly a file is called as its pipeline is. */
static struct pipeline *open_installed(const char *name)
{
	struct dirent **entries;
	char *path = text_print("%s/%s.yaml", pipeline_folder(), name);
	struct pipeline *p = open_as(name, path);
	free(path);
	int count = p ? -1 : scandir(pipeline_folder(), &entries, pipeline_is_file, alphasort);
	for (int i = 0; i < count; i++) {
		path = text_print("%s/%s", pipeline_folder(), entries[i]->d_name);
		p = p ? p : open_as(name, path);
		free(path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return p;
}

static bool any_alive(const struct overview_group *g)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->rows[i].now.alive || g->rows[i].schedule.len)
			return true;
	return false;
}

static void close_group(struct overview_group *g)
{
	for (size_t i = 0; i < g->count; i++) {
		buffer_free(&g->rows[i].schedule);
		buffer_free(&g->rows[i].elsewhere);
	}
	free(g->rows);
	traits_free(g->traits);
	if (g->p)
		pipeline_close(g->p);
	free(g->name);
	free(g->rundir);
}

struct finding {
	struct overview *o;
	const char *only;
};

static void add_pipeline(const char *name, const char *path, void *context)
{
	const struct finding *f = context;
	struct overview *o = f->o;
	if (f->only && strcmp(f->only, name) != 0)
		return;
	char *run_file = rundir_pipeline_file(path); /* of duto run */
	struct overview_group g = { .name = text_print("%s", name),
		.rundir = text_print("%s", path),
		.p = run_file ? open_as(name, run_file) : open_installed(name) };
	g.traits = g.p ? traits_read(g.p) : NULL;
	for (size_t i = 0; g.p && i < g.p->stage_count; i++)
		add_row(&g, g.p->stages[g.p->order[i]].name.text);
	add_found(&g);
	if (run_file || any_alive(&g)) {
		o->groups = reallocate(o->groups, o->count + 1, sizeof(*o->groups));
		o->groups[o->count++] = g;
	} else {
		close_group(&g);
	}
	free(run_file);
}

void overview_open(struct overview *o, const char *only)
{
	*o = (struct overview){ 0 };
	rundir_each(add_pipeline, &(struct finding){ o, only });
}

void overview_read(struct overview *o)
{
	for (size_t i = 0; i < o->count; i++)
		for (size_t k = 0; k < o->groups[i].count; k++)
			read_row(&o->groups[i], &o->groups[i].rows[k]);
}

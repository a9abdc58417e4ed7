#include "runs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "statedir.h"
#include "text.h"

#include "runs_parts.h"

#define LATE (5 * 60 * SECONDS) /* a run that late was missed */

enum { RUNS_MAX = 4096 };

char *runs_path(const char *pipeline, const char *stage, const char *name)
{
	char *folder = statedir_schedule(pipeline, stage);
	char *path = text_print("%s/%s", folder, name);
	free(folder);
	return path;
}

void runs_read(const char *pipeline, const char *stage, struct runs *ret)
{
	struct buffer text = { 0 };
	char *path = runs_path(pipeline, stage, "runs");
	*ret = (struct runs){ 0 };
	if (file_read(path, RUNS_MAX, &text) == 0) {
		buffer_add_char(&text, 0);
		struct runs r = { 0 };
		if (sscanf((char *)text.data,
			    "seen %" SCNd64 "\nstarted %" SCNd64 "\nfinished %" SCNd64
			    "\ntook %" SCNd64 "\nstatus %d\ncount %" SCNu64 "\nfailed %" SCNu64,
			    &r.seen, &r.started, &r.finished, &r.took, &r.status, &r.count,
			    &r.failed) == 7)
			*ret = r;
	}
	buffer_free(&text);
	free(path);
}

int runs_write(const char *pipeline, const char *stage, const struct runs *runs)
{
	char *path = runs_path(pipeline, stage, "runs");
	char *text =
		text_print("seen %" PRId64 "\nstarted %" PRId64 "\nfinished %" PRId64
			   "\ntook %" PRId64 "\nstatus %d\ncount %" PRIu64 "\nfailed %" PRIu64 "\n",
			runs->seen, runs->started, runs->finished, runs->took, runs->status,
			runs->count, runs->failed);
	int r = file_replace(path, str(text));
	free(text);
	free(path);
	return r;
}

int runs_begin(const struct pipeline *p, const struct stage *stage)
{
	const char *pipeline = p->name.text, *name = stage->name.text;
	struct runs runs;
	char *folder = statedir_schedule(pipeline, name);
	int r = statedir_make(folder, 0770);
	free(folder);
	runs_read(pipeline, name, &runs);
	if (r || runs.seen)
		return r;
	runs.seen = clock_wall();
	return runs_write(pipeline, name, &runs);
}

int64_t runs_due(const struct pipeline *p, const struct stage *stage, int64_t now)
{
	struct runs runs;
	runs_read(p->name.text, stage->name.text, &runs);
	int64_t seen = runs.seen ? runs.seen : now;
	if (seen > now) /* a clock that was ahead */
		seen = now;
	if (stage->skips_missed && seen < now - LATE)
		seen = now - LATE;
	return recurrence_next(&stage->due, seen);
}

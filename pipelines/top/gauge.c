#include "gauge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "filter/stat.h"
#include "text.h"

/* A file of /proc of this process; false where it has gone. */
static bool read_process(int pid, const char *name, char *text, size_t size)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	FILE *f = fopen(path, "re");
	if (!f)
		return false;
	size_t len = fread(text, 1, size - 1, f);
	fclose(f);
	text[len] = 0;
	return len > 0;
}

/* proc(5): the program's name in parentheses (at most 15 bytes of it), the state, and from there
 * user and system time as the 12th and 13th. A number may belong to another program by now. */
static bool add_process(struct gauge *g, const struct stat_page *page)
{
	char text[1024], name[16], state;
	unsigned long long user, system, pages;
	if (!read_process(page->pid, "stat", text, sizeof(text)))
		return false;
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	snprintf(name, sizeof(name), "%.15s", page->filter);
	if (!open || !close || strncmp(open + 1, name, strlen(name)) != 0 ||
		sscanf(close + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &state,
			&user, &system) != 3 ||
		state == 'Z')
		return false;
	g->cpu += (user + system) * (uint64_t)(SECONDS / sysconf(_SC_CLK_TCK));
	if (read_process(page->pid, "statm", text, sizeof(text)) &&
		sscanf(text, "%*u %llu", &pages) == 1)
		g->memory += pages * (uint64_t)sysconf(_SC_PAGESIZE);
	return true;
}

static void keep_text(char to[GAUGE_TEXT], const char *filter, const char *text, size_t size)
{
	if (*text)
		snprintf(to, GAUGE_TEXT, "%s: %.*s", filter, (int)strnlen(text, size), text);
}

static void add_page(struct gauge *g, const struct stat_page *page)
{
	if (!g->there)
		g->in = page->in;
	g->there = true;
	g->out = page->out;
	g->dropped += page->dropped;
	g->lost += page->lost;
	g->queue += page->queue;
	if (page->starts - 1 > g->restarts)
		g->restarts = page->starts - 1;
	if (page->newest)
		g->newest = page->newest;
	keep_text(g->status, page->filter, page->status, sizeof(page->status));
	if (*page->error && page->error_at >= g->error_at) {
		keep_text(g->error, page->filter, page->error, sizeof(page->error));
		g->error_at = page->error_at;
	}
	g->alive &= add_process(g, page);
}

void gauge_read(const char *rundir, const char *stage, struct gauge *ret)
{
	*ret = (struct gauge){ .alive = true, .at = clock_monotonic() };
	snprintf(ret->stage, sizeof(ret->stage), "%s", stage);
	for (int i = 0;; i++) {
		char *path = text_print("%s/%s.%d.stat", rundir, stage, i);
		const struct stat_page *page = stat_map(path);
		free(path);
		if (!page)
			break;
		add_page(ret, page);
		stat_unmap(page);
	}
	ret->alive &= ret->there;
}

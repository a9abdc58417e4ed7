/* What makes a stage another one: its unit, its command lines with their links, and the files that
 * these name, by size and time of change. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fnv.h"
#include "text.h"
#include "unit_parts.h"

static uint64_t add_text(uint64_t hash, const char *text)
{
	return fnv_add(hash, text, strlen(text) + 1);
}

static uint64_t add_file(uint64_t hash, const struct pipeline *p, const char *word)
{
	const char *equals = *word == '-' ? strchr(word, '=') : NULL;
	const char *name = equals ? equals + 1 : word;
	struct stat st;
	char *path = *name == '/' ? text_print("%s", name) : text_print("%s/%s", p->dir, name);
	if (*name && stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		int64_t stamp[] = { st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec };
		hash = fnv_add(hash, stamp, sizeof(stamp));
	}
	free(path);
	return hash;
}

bool unit_hash(struct unit_making *m, const struct stage *stage, struct str text, uint64_t *ret)
{
	struct site site = { m->p, m->traits, m->rundir, NULL };
	struct wired *wired = wiring_make(&site, stage, &m->error);
	uint64_t hash = fnv_add(FNV_START, text.data, text.len);
	if (!wired)
		return false;
	for (size_t i = 0; i < stage->substage_count; i++) {
		for (char **word = wired[i].argv; *word; word++)
			hash = add_text(hash, *word);
		for (size_t k = 1; k < stage->substages[i].count; k++)
			hash = add_file(hash, m->p, stage->substages[i].argv[k]);
		hash = add_text(hash, "|");
	}
	wiring_free(stage, wired);
	*ret = hash;
	return true;
}

#include "patience.h"

#include <string.h>

#include "clock.h"
#include "opt.h"

#define STOP   (10 * SECONDS) /* what filters give themselves unless --stop says otherwise */
#define LITTLE (5 * SECONDS)

static int64_t stop_time(const struct substage *s)
{
	int64_t time = STOP;
	for (size_t i = 1; i < s->count; i++) {
		const char *value = NULL;
		if (strncmp(s->argv[i], "--stop=", 7) == 0)
			value = s->argv[i] + 7;
		else if (strcmp(s->argv[i], "--stop") == 0)
			value = s->argv[i + 1];
		if (value)
			opt_duration(str(value), &time);
	}
	return time;
}

int64_t patience(const struct stage *stage)
{
	int64_t longest = 0;
	for (size_t i = 0; i < stage->substage_count; i++) {
		int64_t time = stop_time(&stage->substages[i]);
		longest = time > longest ? time : longest;
	}
	return longest + LITTLE;
}

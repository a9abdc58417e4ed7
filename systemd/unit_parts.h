/* The parts of making units: systemd/unit_files.c has the whole, systemd/unit_service.c a stage. */
#ifndef DUTO_UNIT_PARTS_H
#define DUTO_UNIT_PARTS_H

#include "needs.h"
#include "pipelines/stage/wiring.h"
#include "unit_files.h"

struct unit_making {
	const struct pipeline *p;
	const struct unit_settings *settings;
	struct traits *traits;
	char *path;   /* of the pipeline file, absolute */
	char *rundir; /* of the pipeline */
	char *error;
};

/* The beginning of every unit: where it comes from, what it is. stage NULL: not of one. */
void unit_head(struct buffer *to, const struct unit_making *m, const struct stage *stage,
	const char *what);

/* The whole text of a stage's service. false with m->error. */
bool unit_service(struct buffer *to, struct unit_making *m, const struct stage *stage);

/* The timer of a scheduled stage. */
void unit_timer(struct buffer *to, const struct unit_making *m, const struct stage *stage);

/* Whether a stage is due whenever its timer elapses; also where it has none. */
bool unit_is_exact(const struct stage *stage);

/* A hash of all that a stage's process depends on: text is its unit's [Service] section. Who starts
 * before whom makes no other process. */
bool unit_hash(struct unit_making *m, const struct stage *stage, struct str text, uint64_t *ret);

#endif

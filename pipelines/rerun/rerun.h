/* duto run --replay: a pipeline evaluated on recordings in place of its sources. Stage by stage, each
 * to its end before those that read it begin, without clocks and races: the same recordings give
 * the same files, byte for byte. Nothing of the pipeline that runs is touched: neither its sockets
 * nor its keeps nor the state of its stages. */
#ifndef DUTO_RERUN_H
#define DUTO_RERUN_H

#include <stdint.h>

#include "opt.h"
#include "pipelines/stage/traits.h"

struct rerun {
	const struct pipeline *p;
	const struct traits *traits; /* one a stage */
	struct opt_list recordings;  /* STAGE=KEEP */
	struct opt_list live;	     /* stages that act on the world all the same */
	int64_t since, until;	     /* of the recordings; ns since the epoch, 0: no bound */
	const char *out; /* the folder of what comes out: STAGE.samples, STAGE.txt, and what a
			    stage writes to files by itself in STAGE/ */
};

/* Returns the exit status. */
int rerun(const struct rerun *r);

/* What becomes of a stage. */
enum rerun_part {
	RERUN_EVALUATED,
	RERUN_REPLAYED,
	RERUN_DRY,    /* it would act on the world */
	RERUN_UNREAD, /* who reads it is replayed */
	RERUN_TIMED,  /* it runs by the clock, on what was kept until then: here is neither */
};

struct rerun_stage {
	enum rerun_part part;
	char *keep; /* of one that is replayed: absolute path of the keep, or of a file of samples */
	bool live;
};

/* One a stage. NULL with a malloc'ed message where a person must mend something. */
struct rerun_stage *rerun_plan(const struct rerun *r, char **ret_error);
void rerun_plan_free(const struct rerun *r, struct rerun_stage *plan);

/* Malloc'ed path of a stage's file in the folder of what comes out: "", ".samples", ".txt"; and of
 * the same while it is being written. */
char *rerun_path(const struct rerun *r, const struct stage *stage, const char *ending);
char *rerun_part_path(const struct rerun *r, const struct stage *stage, const char *ending);

/* Command lines of a stage that is evaluated, as wiring_make: the first filter reads the files of the
 * stages that it reads, the last writes its own. */
struct wired;
struct wired *rerun_wire(const struct rerun *r, const struct rerun_stage *plan,
	const struct stage *stage, char **ret_error);

/* How many samples a file has; -errno, -EBADMSG where it has other bytes. */
int64_t rerun_count(const char *path);

/* Copies the samples of a file whose time is in since..until, schemas from before too, positions not
 * at all. 0 or -errno with a malloc'ed message. */
int rerun_copy(const struct rerun *r, const char *from, const char *to, char **ret_error);

#endif

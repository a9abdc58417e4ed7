/* The command lines of a stage: its words, and the links that follow from the pipeline's edges,
 * keeps and taps. */
#ifndef DUTO_WIRING_H
#define DUTO_WIRING_H

#include "traits.h"

/* A pipeline that runs, and where. */
struct site {
	const struct pipeline *p;
	const struct traits *traits; /* one a stage */
	const char *rundir;	     /* NULL: it is evaluated, and counts and saves nothing */
	const bool *ended; /* of each stage: it has read its streams to their end and is not
			      written to again; NULL: of none */
};

/* One filter of a stage, ready for exec. */
struct wired {
	char *path;
	char **argv; /* words of the pipeline and --in, --out; NULL behind them */
	bool mute;   /* what it writes to standard output, if anything, is for nobody */
};

/* As many as the stage has sub-stages. The first reads the stage's edges, keeps and taps; the last
 * writes its keep or its edges, its tap and what it publishes to other machines. NULL with a
 * malloc'ed message where a filter is not there or a socket's path would be too long. */
struct wired *wiring_make(const struct site *site, const struct stage *stage, char **ret_error);

/* The same with nothing but the words of the pipeline. */
struct wired *wiring_words(const struct pipeline *p, const struct stage *stage, char **ret_error);

/* Adds an option; takes its value over, which is malloc'ed, or NULL: a flag. */
void wiring_add(struct wired *w, const char *option, char *value);

void wiring_free(const struct stage *stage, struct wired *wired);

#endif

/* What the stages of a pipeline are, by what their filters say of themselves, and what follows from
 * it: which of them keep what they give on. */
#ifndef DUTO_TRAITS_H
#define DUTO_TRAITS_H

#include "filter.h"
#include "pipeline/pipeline.h"

struct traits {
	bool source;	     /* begins with a filter that reads nothing */
	bool samples, text;  /* its last filter gives samples on over links; writes text */
	const char *state;   /* its first filter that has state; NULL: none */
	const char *commits; /* its last filter, where that stores by itself what it is given */
	const char *acts;    /* its last filter, where that changes the world outside */
	const struct stage *served; /* for whose sake it must have a keep: its own or a reader's;
				       NULL: it need not */
	bool keeps;
	unsigned reaches; /* of its filters: a bit (1 << enum filter_reach) each */
};

/* One a stage; filters that are not there have no traits. traits_free frees them. */
struct traits *traits_read(const struct pipeline *p);
void traits_free(struct traits *t);

#endif

/* Windows in event time over the fields of samples, for each source its own.
 *
 * A window holds the samples with start <= time < start + over, where start is a multiple of every
 * since the epoch (UTC): tumbling where over is every, else sliding. Or, with a gap, it is a session:
 * samples none of which is further than the gap from the one before; once it has come out its ends
 * stay. A sample of a source closes those of its windows that end at or before its time less the
 * lateness allowed (a session ends a gap behind its last sample); a mark those that end at or before
 * its time. What comes for a window that has closed no longer ago than revise makes it come out
 * again, and with it those that an integral, delta or rate goes on from it; what comes later is
 * late. */
#ifndef DUTO_WINDOWS_H
#define DUTO_WINDOWS_H

#include "aggregate.h"
#include "sample.h"

struct fields;
struct windows;
struct window;

struct windows_form {
	int64_t every, over;  /* ns; over 0: every */
	int64_t gap;	      /* ns; then every and over are nothing */
	int64_t late, revise; /* ns */
	struct aggregate_set set;
	double good_share; /* see aggregate_view */
	size_t sources;	   /* so many at once; with more, the windows of the one not heard
					of for longest close */
	bool (*wanted)(struct str field); /* NULL: all fields */
	/* Called for each window that closes with any results, those of a source in the order of
	 * time, and again for one that is revised. source and window are borrowed. */
	void (*closed)(struct str source, int64_t start, struct window *window);
};

enum { WINDOWS_FIELDS = 4096 }; /* of one source; more are not looked at */

struct windows *windows_open(const struct windows_form *form);

/* 0, or -ESTALE where it is late. */
int windows_add(struct windows *w, const struct sample *s);

/* Closes the windows of a source that end at or before time, or all windows. windows_mark returns
 * the first start that a window has which is still to close. */
int64_t windows_mark(struct windows *w, struct str source, int64_t time);
void windows_end(struct windows *w);

/* The name that the result of an aggregate has: that of the field where there is one aggregate,
 * else field_mean, field_max, ... Borrowed until the next call. */
struct str windows_name(const struct windows *w, struct str field, int kind);

/* Adds the results of a window, in the order in which fields came and of enum aggregate_kind; where
 * it has come before, also its revision, from 1, and the seq of the sample that this one replaces, to
 * via. Once for each time it comes out. */
void window_write(struct window *window, struct sample_writer *to);

/* Adds what a schema sample says of the fields of its source, for those that come out of windows.
 * Min, max, first, last and mean are as the field; of a sum and a stddev only unit and label
 * hold, of a count only the label; an integral has unit·h, a rate unit/s. */
void windows_schema(struct windows *w, const struct sample *schema, struct sample_writer *to);

/* The fields that are made of those named. */
void windows_make(const struct windows *w, const struct opt_list *names, struct fields *f);

/* All that is held, as one wire object; and back, into windows of the same form that are empty:
 * false where it is not what windows_save writes; of no use then but for windows_close. */
void windows_save(struct windows *w, struct buffer *to);
bool windows_load(struct windows *w, struct cursor *from);

/* What is still open is not handed out. */
void windows_close(struct windows *w);

#endif

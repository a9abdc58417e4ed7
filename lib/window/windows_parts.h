/* What the parts of lib/windows share. Not for filters. */
#ifndef DUTO_WINDOWS_PARTS_H
#define DUTO_WINDOWS_PARTS_H

#include "course.h"
#include "series.h"
#include "windows.h"

struct window {
	struct source *source;
	int64_t start, last;	  /* last: the time of a session's last sample */
	bool closed;		  /* the ends of a session stay then */
	uint64_t given;		  /* so often it has come out, */
	uint64_t seq;		  /* the last time as this */
	struct aggregate *fields; /* of the source's first fields, in their order */
	size_t field_count;
};

struct window_field {
	struct str name;
	bool step;
	struct course_point last; /* before the first window that is held */
};

/* Its windows in the order of time, and its fields as they came. What ends at or before closed_until
 * is closed. */
struct source {
	struct windows *of;
	struct str name;
	int64_t closed_until;
	struct window *windows;
	struct window_field *fields;
	size_t window_count, field_count;
};

struct windows {
	struct windows_form form;
	struct series *sources;
};

/* A copy on the heap. */
struct str windows_copy(struct str s);

/* INT64_MAX where it is beyond. */
static inline int64_t windows_plus(int64_t a, int64_t b)
{
	int64_t sum;
	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

int64_t windows_end_of(const struct window *window);

/* Made where there is none. */
struct source *windows_source(struct windows *w, struct str name);

/* The place of the window that starts there, made where there is none. Windows stay in their places
 * until the next call. */
size_t windows_get(struct source *s, int64_t start);

/* The place of a field, made where there is none: WINDOWS_FIELDS where no more are looked at.
 * Samples of one source are alike: it mostly is where it is guessed to be. */
size_t windows_field(struct source *s, struct str name, size_t guess);

/* Makes room for all fields that the source has. */
void windows_widen(struct window *window);

/* Adds the values of a sample. */
void windows_take(struct window *window, const struct sample *sample);

/* A window that has closed, or is to, has changed: it comes out, and again those that go on from it. */
void windows_revise(struct source *s, size_t place);

/* Closes what ends at or before until, and forgets what is not revised any more. */
void windows_advance(struct source *s, int64_t until);
void windows_close_all(struct source *s);

void windows_remove(struct source *s, size_t place);

/* Windows with a gap. False: the sample is late. */
bool windows_add_to_session(struct source *s, const struct sample *sample);

#endif

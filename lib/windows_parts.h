/* What the parts of lib/windows share. Not for filters. */
#ifndef DUTO_WINDOWS_PARTS_H
#define DUTO_WINDOWS_PARTS_H

#include "course.h"
#include "series.h"
#include "windows.h"

struct window {
	const struct source *source;
	int64_t start, last;	  /* last: the time of a session's last sample */
	uint64_t given;		  /* so often it has come out */
	struct aggregate *fields; /* of the source's first fields, in their order */
	size_t field_count;
};

struct window_field {
	struct str name;
	bool step;
	struct course_point last; /* before the next window to close; nil: none */
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

/* reallocarray that aborts, and a copy on the heap. */
void *windows_grow(void *array, size_t count, size_t size);
struct str windows_copy(struct str s);

int64_t windows_end_of(const struct window *window);

/* Made where there is none. */
struct source *windows_source(struct windows *w, struct str name);

/* The open window that starts there, made where there is none. Stays until the next call. */
struct window *windows_get(struct source *s, int64_t start);

/* The place of a field, made where there is none: WINDOWS_FIELDS where no more are looked at.
 * Samples of one source are alike: it mostly is where it is guessed to be. */
size_t windows_field(struct source *s, struct str name, size_t guess);

#endif

/* Several sources side by side in event time: at each time asked for, the values that their fields
 * have then.
 *
 * A field has the last value at or before the time that is no older than the tolerance; interpolated,
 * a number that is not Bad and does not hold in steps (its schema says so) lies on the line to the
 * next value, where that is no further than the tolerance either. A time is answered when every
 * source has come to it, interpolated, beyond it by the tolerance, or when one of them is ahead of that
 * by more than wait. A source has come to a time by a sample that is newer by late, or by a mark. What
 * comes out does not depend on the order in which samples come, so long as none is older than the
 * newest of its source by more than late, and no source behind another by more than wait. */
#ifndef DUTO_ALIGN_H
#define DUTO_ALIGN_H

#include "opt.h"
#include "sample.h"

struct align;

struct align_form {
	const struct opt_list *sources; /* paths; unless bare the last segments differ */
	int64_t tolerance, late, wait;	/* ns */
	int64_t every;			/* ns: at its multiples since the epoch; 0: see on */
	size_t on;			/* at the times of this one of the sources */
	bool interpolate;
	bool bare; /* fields keep their names; of two the first source's. Else segment.field */
	bool (*wanted)(struct str field, struct str prefixed); /* NULL: all */
	/* A time is answered: align_write tells what with. */
	void (*ready)(int64_t time);
};

/* So many samples of a source are held at most; more make the times before them ready. */
enum { ALIGN_HELD = 10000, ALIGN_FIELDS = 4096 };

struct align *align_open(const struct align_form *form);

/* The place of a source among those of the form; -1: none of them. */
int align_source(const struct align *a, struct str source);

/* Takes a measurement of a source in. -ESTALE: no time that is still to come would look at it, or its
 * own is not to come any more. */
int align_add(struct align *a, size_t source, const struct sample *s);

/* Nothing older than time comes of this source. True where all sources have come further by that:
 * up to *ret. */
bool align_mark(struct align *a, size_t source, int64_t time, int64_t *ret);

void align_schema(struct align *a, size_t source, const struct sample *schema);

/* All that is still held is answered. */
void align_end(struct align *a);

/* From ready: adds the fields at the time at hand. A field that its source has had by then, and has
 * not within the tolerance, is nil and Bad. */
void align_write(struct align *a, struct sample_writer *to);

/* Adds what schemas said of all fields, under their names here. */
void align_write_schema(struct align *a, struct sample_writer *to);

/* All that is held, as one wire object, and back into one of the same form that is empty. */
void align_save(const struct align *a, struct buffer *to);
bool align_load(struct align *a, struct cursor *from);

void align_close(struct align *a);

#endif

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
	/* More was announced of the sources' fields: align_write_schema tells what there is. */
	void (*learnt)(int64_t time);
	/* All sources have come so far: nothing older than time is to be answered. */
	void (*come)(int64_t time);
};

/* So many samples of a source are held at most; more make the times before them ready. */
enum { ALIGN_HELD = 10000, ALIGN_FIELDS = 4096 };

struct align *align_open(const struct align_form *form);

/* Takes in a measurement, schema or mark of one of the sources, which calls the form's functions.
 * -ENOENT: it is none of these, and for the caller to pass on. -ESTALE: a measurement so late that
 * no time that is still to come would look at it, or that its own is not to come any more. */
int align_take(struct align *a, const struct sample *s);

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

#endif

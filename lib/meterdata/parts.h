/* What the files of meterdata.c share. Slots are numbered from the epoch: number = time / slot. */
#ifndef DUTO_METERDATA_PARTS_H
#define DUTO_METERDATA_PARTS_H

#include "meterdata/meterdata.h"

enum {
	WHOLE = 60000,	/* cover of a slot that is known whole */
	ENOUGH = 54000, /* with so much of it a slot counts as measured */
};

/* A reading of a register, and what it adds up to since its segment began. */
struct reading {
	int64_t time;
	uint64_t counts;
	__int128 total; /* counts since the segment began */
	decimal energy; /* the same in kWh, rounded once */
};

/* Readings too far apart to tell the course between them. */
struct gap {
	struct reading from, to;
};

struct meterdata {
	struct meterdata_form form;
	int64_t first; /* number of slot 0 */
	size_t count, room;
	decimal *
		energy; /* of each slot; where intervals are shorter than slots: the sum of readings */
	uint16_t *cover;   /* how much of each is known, of WHOLE; of shorter intervals: how many */
	int64_t forgotten; /* the number before which nothing is taken any more */
	int64_t known;
	/* Of a register. */
	bool started;
	struct reading last;
	struct gap *gaps; /* in the order of time */
	size_t gap_count;
	struct reading *held; /* for their order, by time */
	size_t held_count, held_room;
};

/* Whether readings stand for intervals shorter than a slot. */
static inline bool meterdata_in_parts(const struct meterdata *m)
{
	return m->form.kind != METERDATA_REGISTER && m->form.every < m->form.slot;
}

static inline int64_t meterdata_parts(const struct meterdata *m)
{
	return m->form.slot / m->form.every;
}

static inline int64_t meterdata_number(const struct meterdata *m, int64_t time)
{
	return time / m->form.slot;
}

/* Makes room for slot n and returns its index; -ERANGE where it is too old or too far off. */
int64_t meterdata_index(struct meterdata *m, int64_t number);

/* That many slots from that number on, of which nothing is known. */
void meterdata_reset(struct meterdata *m, int64_t first, size_t count);

/* What is known of a slot by itself: its energy, scaled up from what there is of shorter intervals.
 * A slot of which little or nothing is known is SLOT_ESTIMATED or SLOT_MISSING. */
enum slot_state meterdata_slot(const struct meterdata *m, int64_t number, decimal *ret_energy);

/* a x b / c, half up; all positive. */
decimal meterdata_share(decimal a, int64_t b, int64_t c);

struct meterdata_view {
	const struct meterdata *m;
	int64_t from, until; /* slot numbers */
	decimal *energy;
	uint8_t *state;
	const struct zone *zone;
	const struct holidays *holidays;
	struct buffer *estimates;
};

/* Fills what is missing in the view. */
void meterdata_estimate(struct meterdata_view *v);

#endif

/* Demand: the mean active power of consecutive fixed blocks of time, from powers or from a counter.
 *
 * Blocks begin at multiples of their length since the epoch. Energy is kept in whole kW x ns, so that
 * nothing is rounded before a block's mean is. A polled power holds until the next reading, a
 * counter's difference is used evenly between two readings; either for at most `hold`. A reading
 * that stands for an interval (15-minute data) is used evenly in it.
 *
 * The projection at a moment of a block is its mean if the present power stays:
 * (energy so far + present power x time left) / block. */
#ifndef DUTO_DEMAND_H
#define DUTO_DEMAND_H

#include "calendar.h"
#include "decimal.h"
#include "meterdata/counter.h"
#include "sample.h"

struct demand_form {
	int64_t block, hold;
	int64_t interval;   /* that a reading stands for; 0: it is polled */
	bool at_end;	    /* an interval is stamped with its end */
	decimal unit;	    /* kW or kWh for 1 of a reading, until demand_unit says another */
	decimal multiplier; /* current ratio x voltage ratio */
	bool by_counter;
	struct counter counter;		  /* but for its factor */
	struct timetable when;		  /* posts; borrowed */
	struct cycles cycles;		  /* in which maxima and load factors count; borrowed */
	decimal contract[SCHEDULE_POSTS]; /* kW; 0: none */
	decimal tolerance;		  /* share of the contract */
	decimal enough; /* a block of which less than this share is known sets no maximum */
};

enum demand_level { DEMAND_WITHIN, DEMAND_WARNING, DEMAND_ALARM };

/* What is known of a post since its cycle began. */
struct demand_post {
	decimal max;	 /* kW; 0: no block yet */
	int64_t max_at;	 /* when its block began */
	__int128 energy; /* kW x ns */
	int64_t covered; /* ns */
};

struct demand_block {
	int64_t start, end;
	int post;
	decimal demand, energy; /* kW, kWh */
	uint32_t status;
	enum demand_level level;	 /* of the demand against its contract */
	const struct demand_post *posts; /* this block counted in */
};

struct demand_projection {
	int64_t time, end; /* of the block */
	decimal demand;	   /* kW */
	int post;
	uint32_t status;
	enum demand_level level;
	bool raised; /* higher than at any reading of the block before */
};

struct demand;
/* closed is called for each block that ends with anything known of it. */
struct demand *demand_open(const struct demand_form *form, size_t meters,
	void (*closed)(struct str source, const struct demand_block *block));

/* From here on 1 of the source's readings is so many kW or kWh. */
void demand_unit(struct demand *d, struct str source, decimal unit);

/* Takes a reading of a source. 0 with the projection; -ESTALE where it is older than the one before;
 * -EDOM where it is no reading. A status that is Bad is no reading either. */
int demand_read(struct demand *d, struct str source, int64_t time, const struct wire *reading,
	uint32_t status, struct demand_projection *ret);

/* Nothing older than this comes: closes the blocks that end until then and of which no reading can tell
 * any more. */
void demand_mark(struct demand *d, struct str source, int64_t time);

/* Closes all blocks as they are. */
void demand_end(struct demand *d);

/* kWh / (kW max x hours); -ENODATA where there was no load. */
int demand_load_factor(const struct demand_post *post, decimal *ret);

void demand_save(struct demand *d, struct buffer *to);
bool demand_load(struct demand *d, struct cursor *from);

/* Reads "400", or "ponta=311 fora_ponta=467" with a contract for each post that has one. 0, or
 * -EINVAL with a malloc'ed message. */
int demand_contracts(struct str text, const struct schedule *schedule, decimal ret[SCHEDULE_POSTS],
	char **ret_error);

#endif

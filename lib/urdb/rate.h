/* A rate on its way to a tariff; for lib/urdb. */
#ifndef DUTO_URDB_RATE_H
#define DUTO_URDB_RATE_H

#include "buffer.h"
#include "calendar/schedule.h"
#include "tariff/tariff.h"
#include "urdb/node.h"
#include "urdb/urdb.h"

enum { URDB_MONTHS = 12, URDB_HOURS = 24, URDB_WEEKDAY = 0, URDB_WEEKEND = 1 };

/* What divides the hours of the year: a charge's periods. A post of Duto's is one combination. */
enum urdb_axis { BY_ENERGY_PERIOD, BY_ADJUSTMENT, BY_TOU_DEMAND, BY_FLAT_DEMAND, URDB_AXES };

struct urdb_periods {
	size_t count; /* 1: divides nothing */
	uint8_t of[2][URDB_MONTHS][URDB_HOURS];
};

struct urdb_post {
	uint8_t period[URDB_AXES];
	char name[32];
};

struct urdb_rate {
	struct document *document;
	const struct urdb_terms *terms;
	struct node root;
	struct urdb_periods axes[URDB_AXES];
	decimal adjustments[URDB_MONTHS]; /* by period of BY_ADJUSTMENT */
	struct urdb_post posts[SCHEDULE_POSTS];
	size_t post_count;
	uint8_t post_of[2][URDB_MONTHS][URDB_HOURS];
	struct buffer remarks; /* for the tariff's notes, one a line */
	struct buffer *to;
};

/* One period's tiers, or those within a tier. */
struct urdb_tiers {
	size_t count;
	const char *per; /* as schemas/tariff.md has it */
	struct urdb_tier {
		decimal to; /* INT64_MAX: no limit */
		decimal rate, sell;
		struct urdb_tiers *inner; /* or NULL */
	} at[TARIFF_TIERS];
};

/* The periods of all charges, and the posts that they make. */
void urdb_read_periods(struct urdb_rate *r);
void urdb_write_posts(struct urdb_rate *r);

/* ", posts: [...]" of those that lie in a period; nothing where all do. */
void urdb_write_posts_of(struct urdb_rate *r, enum urdb_axis axis, size_t period);

/* Whether some hours of the year lie in a period. */
bool urdb_is_used(const struct urdb_periods *p, size_t period);

/* Whether a period has one post only. */
bool urdb_is_one_post(const struct urdb_rate *r, enum urdb_axis axis, size_t period);

/* The list of tiers of one period; energy: with units and sell rates. *ret is zeroed
 * first; urdb_free_tiers frees what it takes. */
void urdb_read_tiers(
	struct urdb_rate *r, const struct node *list, bool energy, struct urdb_tiers *ret);
void urdb_free_tiers(struct urdb_tiers *t);

/* ", rate: 0.1" or ", tiers: {...}"; where sell is set, of sell rates, which are paid out. */
void urdb_write_price(struct urdb_rate *r, const struct urdb_tiers *t, bool sell);

/* The charges of one theme. */
void urdb_write_fixed(struct urdb_rate *r);
void urdb_write_energy(struct urdb_rate *r);
void urdb_write_demand(struct urdb_rate *r);
void urdb_write_minimum(struct urdb_rate *r);

/* Whether export makes up for import. */
bool urdb_is_net_metered(struct urdb_rate *r);

/* What stands in fields that are no charges, into remarks; charges that cannot be expressed are
 * refused. */
void urdb_read_rest(struct urdb_rate *r);

/* Text as YAML takes it: what would end a line or is no character is a blank. */
void urdb_write_text(struct buffer *to, const char *text);

static inline void urdb_write_decimal(struct buffer *to, decimal v)
{
	char text[DECIMAL_TEXT];
	buffer_add(to, text, decimal_print(text, v, 0));
}

#endif

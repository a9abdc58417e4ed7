/* Anomalies in a stream of numbers: no training, no clock, a fixed amount of memory a series.
 *
 * Seven detectors look at every value (lib/anomaly/detectors.h); each one's surprise is brought to
 * nats beyond its usual (lib/anomaly/tail.h). Those that see the same thing are one voice, of the most
 * surprised of them: is the value odd, is the stretch around it, was it never so? The voices together
 * are the surprise of the value. It is news only where it is above all that came before it, which
 * fades over `rest` values: the score is of the news. */
#ifndef DUTO_ANOMALY_H
#define DUTO_ANOMALY_H

#include <stdbool.h>
#include <stdint.h>

#include "anomaly/detectors.h"
#include "anomaly/tail.h"
#include "buffer.h"
#include "wire.h"

enum anomaly_cause {
	ANOMALY_LEVEL,
	ANOMALY_JUMP,
	ANOMALY_VARIANCE,
	ANOMALY_SEASON,
	ANOMALY_RANGE,
	ANOMALY_PREDICTION,
	ANOMALY_FLAT,
	ANOMALY_CAUSES, /* of one series; the others are of several fields together */
	ANOMALY_FAR = ANOMALY_CAUSES,
	ANOMALY_RELATION,
	ANOMALY_ALL_CAUSES,
};

const char *anomaly_cause_name(enum anomaly_cause cause);

struct anomaly_settings {
	double memory;	    /* values after which what is known weighs 1/e: 1000s */
	double rest;	    /* values over which a surprise fades to 1/e: 100s */
	double sensitivity; /* the surprise is multiplied by it */
	int64_t season;	    /* nanoseconds: a day, a week, a shift */
};

/* One value's verdict. */
struct anomaly {
	double score;	    /* of the news, 0 to 1 */
	double strangeness; /* the same of the surprise, news or not */
	double probability; /* of a value of this series being so surprising; 1 where it is usual */
	double expected;    /* by the detector that caused most of it */
	enum anomaly_cause cause; /* that detector; means nothing where strangeness is 0 */
};

/* From surprises to scores; zeroed, none has come. */
struct anomaly_news {
	struct tail usual;
	double peak;
};

/* Fills all of ret but what caused it. Only when warm is there a score. */
void anomaly_judge(struct anomaly_news *n, const struct anomaly_settings *settings, double surprise,
	bool warm, struct anomaly *ret);

/* A series; zeroed, it knows nothing. */
struct anomaly_series {
	uint64_t seen;
	double last;
	struct baseline baseline;
	struct recent recent;
	struct jump jump;
	struct season season;
	struct range range;
	struct flat flat;
	struct autoregression autoregression;
	struct tail tails[ANOMALY_FLAT]; /* of all others */
	struct anomaly_news news;
};
_Static_assert(sizeof(struct anomaly_series) <= 2048, "2 KiB a series");

/* The surprise whose score is 1/2. */
#define ANOMALY_HALF 10.0

/* The surprise of voices that speak of different things, in nats: of one alone its own, of several
 * more than their sum, (sum of sqrt)^2. Far out a tail is a guess, so that two which agree say more
 * than one that shouts. */
double anomaly_agree(const double *voices, int count);

/* Whether this can be judged: finite, and its square too. */
bool anomaly_takes(double value);

/* Judges a value that is taken, and learns from it. time: nanoseconds since the epoch, not negative. */
void anomaly_add(struct anomaly_series *s, const struct anomaly_settings *settings, int64_t time,
	double value, struct anomaly *ret);

/* The state as one wire object, for the machine that it was saved on. load: false for what is none. */
void anomaly_save(const struct anomaly_series *s, struct buffer *to);
bool anomaly_load(struct anomaly_series *s, struct cursor *from);

#endif

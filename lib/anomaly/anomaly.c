#include "anomaly/anomaly.h"

#include <math.h>
#include <string.h>

enum {
	WARM = 50,  /* values before the first score */
	BEGIN = 10, /* values before tails are learnt: detectors must know something first */
};

static const double GREATEST = 1e100;

const char *anomaly_cause_name(enum anomaly_cause cause)
{
	static const char *const names[ANOMALY_ALL_CAUSES] = { "level", "jump", "variance",
		"season", "range", "prediction", "flat", "far", "relation" };

	return names[cause];
}

bool anomaly_takes(double value)
{
	return fabs(value) <= GREATEST;
}

static uint32_t slot_of(int64_t time, int64_t season)
{
	double slot = (double)(time % season) * SEASON_SLOTS / (double)season;

	return (uint32_t)smaller(slot, SEASON_SLOTS - 1);
}

static void fill_point(struct point *p, const struct anomaly_series *s,
	const struct anomaly_settings *settings, int64_t time, double value)
{
	p->value = value;
	p->seen = (double)s->seen;
	p->slow = 1 / settings->memory;
	p->forgetting = larger(p->slow, 1 / (p->seen + 1));
	p->last = s->last;
	p->slot = slot_of(time, settings->season);
	baseline_point(&s->baseline, p);
}

static void detect(struct anomaly_series *s, const struct point *p, struct finding *ret)
{
	ret[ANOMALY_LEVEL] = level_add(&s->recent, p);
	ret[ANOMALY_JUMP] = jump_add(&s->jump, p);
	ret[ANOMALY_VARIANCE] = variance_add(&s->recent, p);
	ret[ANOMALY_SEASON] = season_add(&s->season, p);
	ret[ANOMALY_RANGE] = range_add(&s->range, p);
	ret[ANOMALY_PREDICTION] = autoregression_add(&s->autoregression, p);
	ret[ANOMALY_FLAT] = flat_add(&s->flat, p);
	baseline_add(&s->baseline, p);
}

double anomaly_agree(const double *voices, int count)
{
	double sum = 0, most = 0;

	for (int i = 0; i < count; i++) {
		most = larger(most, voices[i]);
		sum += voices[i] > 0 ? sqrt(voices[i]) : 0;
	}
	return larger(most, sum * sum);
}

/* What caused most of it is in ret. */
static double surprise_of(
	struct anomaly_series *s, const struct finding *findings, struct anomaly *ret)
{
	static const enum {
		VALUE,
		STRETCH,
		NEVER,
		VOICES
	} voice_of[ANOMALY_CAUSES] = {
		[ANOMALY_LEVEL] = STRETCH,
		[ANOMALY_JUMP] = VALUE,
		[ANOMALY_VARIANCE] = STRETCH,
		[ANOMALY_SEASON] = VALUE,
		[ANOMALY_RANGE] = NEVER,
		[ANOMALY_PREDICTION] = VALUE,
		[ANOMALY_FLAT] = STRETCH,
	};
	double surprises[ANOMALY_CAUSES], voices[VOICES] = { 0 };

	for (int i = 0; i < ANOMALY_FLAT; i++)
		surprises[i] = tail_add(&s->tails[i], findings[i].statistic, s->seen > BEGIN);
	surprises[ANOMALY_FLAT] = findings[ANOMALY_FLAT].statistic;
	ret->cause = 0;
	for (int i = 0; i < ANOMALY_CAUSES; i++) {
		voices[voice_of[i]] = larger(voices[voice_of[i]], surprises[i]);
		if (surprises[i] > surprises[ret->cause])
			ret->cause = (enum anomaly_cause)i;
	}
	ret->expected = findings[ret->cause].expected;
	return anomaly_agree(voices, VOICES);
}

static bool is_news(struct anomaly_news *n, double surprise, double rest)
{
	bool news = surprise > n->peak;

	n->peak *= 1 - 1 / rest;
	if (news)
		n->peak = larger(surprise, n->peak);
	return news;
}

void anomaly_judge(struct anomaly_news *n, const struct anomaly_settings *settings, double surprise,
	bool warm, struct anomaly *ret)
{
	double counted = warm ? settings->sensitivity * surprise : 0;

	ret->probability = tail_probability(tail_add(&n->usual, surprise, true));
	ret->strangeness = counted / (counted + ANOMALY_HALF);
	ret->score = warm && is_news(n, surprise, settings->rest) ? ret->strangeness : 0;
}

void anomaly_add(struct anomaly_series *s, const struct anomaly_settings *settings, int64_t time,
	double value, struct anomaly *ret)
{
	struct point p;
	struct finding findings[ANOMALY_CAUSES];

	fill_point(&p, s, settings, time, value);
	detect(s, &p, findings);
	anomaly_judge(&s->news, settings, surprise_of(s, findings, ret), s->seen > WARM, ret);
	s->last = value;
	s->seen++;
}

/* Nothing in it indexes anything, so any bytes of its size are a state. */
void anomaly_save(const struct anomaly_series *s, struct buffer *to)
{
	wire_bin(to, (struct str){ (const char *)s, sizeof(*s) });
}

bool anomaly_load(struct anomaly_series *s, struct cursor *from)
{
	struct str state;

	if (wire_next_bin(from, &state) != 1 || state.len != sizeof(*s))
		return false;
	memcpy(s, state.data, sizeof(*s));
	return true;
}

#include "mill.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const int wear_added[] = { [MILL_L] = 2, [MILL_M] = 3, [MILL_H] = 5 }; /* min */
static const int overstrain[] = {
	[MILL_L] = 11000, [MILL_M] = 12000, [MILL_H] = 13000
}; /* min Nm */

static const double air_sd = 2, process_sd = 1; /* K */
static const double remembered = 0.998; /* of a walk's distance from its mean, by the next row */

static int round_to_int(double v)
{
	return (int)floor(v + 0.5);
}

static void draw_tool(struct mill *m)
{
	m->wear = 0;
	m->wear_limit = 200 + (int)random_below(&m->random, 41);
	m->fails_at_limit = random_below(&m->random, 120) < 51;
}

void mill_begin(struct mill *m, uint64_t seed, uint64_t stream)
{
	*m = (struct mill){ 0 };
	random_seed(&m->random, seed, stream);
	m->air = air_sd * random_normal(&m->random);
	m->process = process_sd * random_normal(&m->random);
	draw_tool(m);
}

static double walk(struct random *r, double from, double sd)
{
	return remembered * from + sd * sqrt(1 - remembered * remembered) * random_normal(r);
}

static enum mill_quality draw_quality(struct random *r)
{
	uint64_t percent = random_below(r, 100);
	return percent < 50 ? MILL_L : percent < 80 ? MILL_M : MILL_H;
}

static double draw_torque(struct random *r)
{
	double torque;
	do
		torque = 40 + 10 * random_normal(r);
	while (torque < 0.05); /* would read 0 */
	return torque;
}

/* The two laws meet near 12 Nm, and again at 54 Nm, where the line holds no more. */
static double draw_speed(struct random *r, double torque)
{
	double speed = 1000 + 20000 / torque + 50 * random_normal(r), most = 3000 - 30 * torque;
	return torque < 20 && speed > most ? most : speed;
}

static bool power_fails(const struct mill_row *row)
{
	double power = row->torque / 10.0 * row->speed * (M_PI / 30);
	return power < 3500 || power > 9000;
}

static void judge(struct mill *m, struct mill_row *row)
{
	row->twf = row->wear >= m->wear_limit && m->fails_at_limit;
	row->hdf = row->process - row->air < 86 && row->speed < 1380;
	row->pwf = power_fails(row);
	row->osf = row->wear * row->torque > 10 * overstrain[row->quality];
	row->rnf = random_below(&m->random, 1000) == 0;
	row->machine_failure = row->twf || row->hdf || row->pwf || row->osf;
}

void mill_next(struct mill *m, struct mill_row *ret)
{
	struct random *r = &m->random;
	m->air = walk(r, m->air, air_sd);
	m->process = walk(r, m->process, process_sd);
	double torque = draw_torque(r);
	*ret = (struct mill_row){
		.udi = ++m->udi,
		.quality = draw_quality(r),
		.air = round_to_int(10 * (300 + m->air)),
		.process = round_to_int(10 * (310 + m->air + m->process)),
		.torque = round_to_int(10 * torque),
		.speed = round_to_int(draw_speed(r, torque)),
		.wear = m->wear,
	};
	judge(m, ret);
	if (m->wear >= m->wear_limit)
		draw_tool(m);
	else
		m->wear += wear_added[ret->quality];
}

void mill_product(const struct mill_row *row, char text[MILL_PRODUCT_TEXT])
{
	static const int serial[] = { [MILL_L] = 47179, [MILL_M] = 14859, [MILL_H] = 29413 };
	snprintf(text, MILL_PRODUCT_TEXT, "%c%" PRId64, "LMH"[row->quality],
		serial[row->quality] + row->udi);
}

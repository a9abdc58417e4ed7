/* A milling machine after the AI4I 2020 predictive maintenance data set (S. Matzka, "Explainable
 * Artificial Intelligence for Predictive Maintenance Applications", AI4I 2020; UCI Machine Learning
 * Repository no. 601, CC BY 4.0). One row is one product made. The published rules:
 *   - air temperature: a random walk of 2 K standard deviation around 300 K; process temperature: a
 * random walk of 1 K added to the air's and 10 K; torque: normal, 40 Nm, standard deviation 10 Nm,
 * never negative;
 *   - products of quality H, M, L add 5, 3, 2 min of tool wear; the tool fails (TWF, 51 times of
 * 120) or is replaced (69) at a wear drawn evenly from 200 to 240 min;
 *   - HDF: process less than 8.6 K above air, and speed below 1380 rpm; PWF: power below 3500 W or
 * above 9000 W; OSF: wear times torque above 11,000, 12,000, 13,000 min Nm for L, M, H; RNF: one in
 * a thousand; the qualities L, M, H are 50, 30, 20 % of the products.
 * Where the published file departs from its description this follows the file, as its readers
 * compare with it:
 *   - speed is 1000 rpm + 20,000 rpm Nm / torque with 50 rpm of normal noise, at low torque at most
 * 3000 rpm - 30 rpm/Nm * torque: our fit of the file (described: "from a power of 2860 W, with
 * normal noise", which gives neither its speeds nor its failures);
 *   - RNF alone does not set machine_failure (so in 18 of the file's 19 rows).
 * Our own: the walks return to their means (over some 500 rows), so that they can go on for ever at
 * the same standard deviation, and rows without a failure mode never fail (9 do in the file). The
 * rules hold exactly for the readings as they are rounded: 0.1 K, 1 rpm, 0.1 Nm, 1 min, as in the
 * file.
 * In 5 million rows, of 10,000: failures 345, TWF 55, HDF 99, PWF 105, OSF 114, RNF 10; in
 * the file's 10,000: 339, 46, 115, 95, 98, 19. */
#ifndef DUTO_MILL_H
#define DUTO_MILL_H

#include <stdbool.h>
#include <stdint.h>

#include "random.h"

struct mill {
	struct random random;
	double air, process; /* the walks, in K from their means */
	int64_t udi;
	int wear, wear_limit; /* min */
	bool fails_at_limit;
};

enum mill_quality { MILL_L, MILL_M, MILL_H };

struct mill_row {
	int64_t udi; /* from 1 */
	enum mill_quality quality;
	int air, process, torque; /* tenths of K, K, Nm */
	int speed, wear;	  /* rpm, min */
	bool machine_failure, twf, hdf, pwf, osf, rnf;
};

/* Begins machine number stream of a seed. */
void mill_begin(struct mill *m, uint64_t seed, uint64_t stream);
void mill_next(struct mill *m, struct mill_row *ret);

/* The file's product number: quality letter and serial number ("M14860"). */
enum { MILL_PRODUCT_TEXT = 24 };
void mill_product(const struct mill_row *row, char text[MILL_PRODUCT_TEXT]);

#endif

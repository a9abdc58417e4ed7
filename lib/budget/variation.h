/* Why a bill differs from the one before: the difference split into effects that add up exactly.
 *
 * Lines of one code are taken together: q their quantity, p their price with the taxes inside, n
 * without. Of energy and all else that is counted,
 *     quantity  (q2 - q1) x p1
 *     price     q2 x (n2 - n1) x p1/n1
 *     tax       q2 x n2 x (p2/n2 - p1/n1)
 * and the lines' amounts, as rounded, differ by their sum: what rounding leaves goes to the price, or to
 * the quantity where the price has not changed. Lines of flags, of demand and of taxes on top count as
 * a whole. `rounding` is what is left where a bill's total is not the sum of its lines. */
#ifndef DUTO_VARIATION_H
#define DUTO_VARIATION_H

#include "decimal.h"
#include "opt.h"
#include "sample.h"

enum effect {
	EFFECT_QUANTITY,
	EFFECT_PRICE,
	EFFECT_FLAG,
	EFFECT_TAX,
	EFFECT_DEMAND,
	EFFECT_ROUNDING,
	EFFECTS,
};

extern const char *const effect_names[EFFECTS];

struct variation {
	decimal_product before, now;
	decimal_product effects[EFFECTS];
	int digits; /* of the money */
};

/* A bill: the values of a sample of kind bill, as one wire object (sample_write.h). flags: what the
 * codes of flags begin with. 0; -EPROTO where one is no bill as schemas/sample.md has it; -EMEDIUMTYPE
 * where they are of two currencies. */
int variation_of(
	struct str before, struct str now, const struct opt_list *flags, struct variation *ret);

/* The text under a key of a bill's values; empty where there is none. */
struct str variation_text(struct str bill, const char *key);

#endif

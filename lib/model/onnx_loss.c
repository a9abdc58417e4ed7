#include <math.h>

#include "onnx.h"
#include "onnx_write_parts.h"

/* How far a sum can be off: each tree adds the worst of its leaves. */
static double rounding(const struct forest *f)
{
	double share = f->sum ? 1 : (double)f->tree_count, sum = 0, base = 0;

	for (size_t t = 0; t < f->tree_count; t++) {
		double worst = 0;
		for (size_t k = 0; k < f->trees[t].leaf_count * f->leaf_width; k++) {
			double v = f->trees[t].leaves[k], written = onnx_weight(f, v);
			worst = fmax(worst, fabs(written - (f->regression ? v : v / share)));
		}
		sum += f->regression ? worst / share : worst;
	}
	for (size_t k = 0; f->base && k < f->leaf_width; k++)
		base = fmax(base, fabs((float)f->base[k] - f->base[k]));
	return sum + base;
}

static bool is_weighed(const struct forest_node *n)
{
	return n->left_share != 0.5;
}

static bool is_missing_left(const struct forest_node *n)
{
	return n->missing_left;
}

static bool any_split(const struct forest *f, bool (*is)(const struct forest_node *n))
{
	for (size_t t = 0; t < f->tree_count; t++)
		for (uint32_t i = 0; i < f->trees[t].count; i++)
			if (f->trees[t].nodes[i].feature != FOREST_LEAF &&
				is(&f->trees[t].nodes[i]))
				return true;
	return false;
}

char *onnx_loss(const struct forest *f)
{
	double furthest = rounding(f);
	struct buffer text = { 0 };

	if (furthest > 0)
		buffer_print(&text, "scores differ by up to %.1e (leaves are float 32); ",
			1.05 * furthest);
	if (f->float64 || f->scaler.count)
		buffer_print(&text,
			"readings are float 32, and one within its rounding of a threshold may go "
			"the other way; ");
	if (f->missing && !any_split(f, is_missing_left))
		buffer_print(&text, "that missing values may be scored is left out; ");
	if (any_split(f, is_weighed))
		buffer_print(&text, "how many rows went which way is left out, so --explain weighs "
				    "both sides the same; ");
	if (!text.len)
		return NULL;
	text.data[text.len - 2] = '\0';
	return (char *)text.data;
}

#include "forest/evaluator.h"

#include <errno.h>

/* The fastest first. */
static const struct evaluator *const all[] = {
#ifdef __x86_64__
	&evaluator_boxes_avx512,
	&evaluator_boxes_avx2,
#endif
	&evaluator_boxes,
	&evaluator_quantised,
	&evaluator_walk,
};

enum { EVALUATORS = sizeof(all) / sizeof(all[0]) };

static bool each_leaf_votes(const struct forest *f)
{
	const struct forest_layout *l = f->layout;
	size_t count = (size_t)l->leaf_count * l->width;

	if (!forest_is_votes(f))
		return false;
	for (size_t i = 0; i < count; i++)
		if (l->numbers[i] != 0 && l->numbers[i] != 1)
			return false;
	return true;
}

static bool take(struct forest *f, const struct evaluator *e, bool votes)
{
	void *state = e->make(f->layout, votes);

	if (!state)
		return false;
	evaluator_drop(f);
	f->evaluator = e;
	f->evaluator_state = state;
	return true;
}

void evaluator_choose(struct forest *f)
{
	bool votes = each_leaf_votes(f);

	for (size_t i = 0; i < EVALUATORS; i++)
		if (take(f, all[i], votes))
			return;
}

void evaluator_drop(struct forest *f)
{
	if (f->evaluator)
		f->evaluator->free(f->evaluator_state);
	f->evaluator = NULL;
}

int forest_choose(struct forest *f, const char *evaluator)
{
	for (size_t i = 0; i < EVALUATORS; i++)
		if (strcmp(all[i]->name, evaluator) == 0)
			return take(f, all[i], each_leaf_votes(f)) ? 0 : -ENOTSUP;
	return -ENOENT;
}

const char *forest_evaluator(const struct forest *f)
{
	return f->evaluator->name;
}

const char *forest_evaluator_name(size_t i)
{
	return i < EVALUATORS ? all[i]->name : NULL;
}

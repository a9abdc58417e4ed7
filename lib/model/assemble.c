#include "assemble.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "allocate.h"
#include "utf8.h"

struct assembly assemble_begin(void)
{
	struct assembly a = { .forest = calloc(1, sizeof(*a.forest)) };

	if (!a.forest)
		abort();
	return a;
}

void assemble_end(struct assembly *a)
{
	forest_close(a->forest);
	free(a->note);
	*a = (struct assembly){ 0 };
}

static int add_name(char ***names, size_t *count, size_t max, struct str name)
{
	if (!name.len || !utf8_valid(name))
		return -EINVAL;
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.data[i] < ' ' || name.data[i] == 0x7f)
			return -EINVAL;
	for (size_t i = 0; i < *count; i++)
		if (str_eq(name, str((*names)[i])))
			return -EEXIST;
	if (*count == max)
		return -E2BIG;
	*names = reallocate(*names, *count + 1, sizeof(**names));
	(*names)[(*count)++] = or_abort(strndup(name.data, name.len));
	return 0;
}

int assemble_feature(struct assembly *a, struct str name)
{
	struct forest *f = a->forest;

	return add_name(&f->features, &f->feature_count, FOREST_FEATURES_MAX, name);
}

int assemble_output(struct assembly *a, struct str name)
{
	struct forest *f = a->forest;

	return add_name(&f->outputs, &f->output_count, FOREST_OUTPUTS_MAX, name);
}

int assemble_target(struct assembly *a, struct str name)
{
	return assemble_output(a, name.len ? name : STR("value"));
}

int assemble_features(struct assembly *a, const char *prefix, size_t count)
{
	char name[64];
	int e = 0;

	for (size_t i = 0; i < count && e == 0; i++) {
		snprintf(name, sizeof(name), "%s%zu", prefix, i);
		e = assemble_feature(a, str(name));
	}
	return e;
}

int assemble_outputs(struct assembly *a, size_t count)
{
	char name[24];
	int e = 0;

	for (size_t i = 0; i < count && e == 0; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		e = assemble_output(a, str(name));
	}
	return e;
}

const char *assemble_name_error(int e)
{
	return e == -EEXIST  ? "each name once"
	       : e == -E2BIG ? "at most 4096 features and 256 classes"
			     : "a name: UTF-8, not empty, no control characters";
}

void assemble_boosted(struct assembly *a, size_t groups)
{
	struct forest *f = a->forest;

	if (f->regression)
		assemble_target(a, STR(""));
	else
		assemble_outputs(a, groups == 1 ? 2 : groups);
	f->leaf_width = forest_leaf_width(f);
}

#include "keep/merge.h"
#include "allocate.h"

/* A keep and whether its sample at hand waits for its turn. */
struct lane {
	struct keep_stream *stream;
	bool ready;
};

struct keep_merge {
	struct lane *lanes;
	size_t count;
};

struct keep_merge *keep_merge_open(void)
{
	return allocate(1, sizeof(struct keep_merge));
}

void keep_merge_add(struct keep_merge *m, struct keep_stream *stream)
{
	m->lanes = reallocate(m->lanes, m->count + 1, sizeof(*m->lanes));
	m->lanes[m->count++] = (struct lane){ .stream = stream };
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static bool is_before(const struct keep_stream *a, const struct keep_stream *b)
{
	const struct sample *x = &a->sample, *y = &b->sample;
	if (x->time != y->time)
		return x->time < y->time;
	int r = str_cmp(x->source, y->source);
	r = r ? r : compare_numbers(x->run, y->run);
	return (r ? r : compare_numbers(x->seq, y->seq)) < 0;
}

int keep_merge_next(struct keep_merge *m, struct keep_stream **ret, char **ret_error)
{
	struct lane *first = NULL;
	for (struct lane *l = m->lanes; l < m->lanes + m->count; l++) {
		int r = l->ready ? 1 : keep_stream_next(l->stream, ret_error);
		if (r < 0) {
			*ret = l->stream;
			return r;
		}
		l->ready = r == 1;
		if (l->ready && (!first || is_before(l->stream, first->stream)))
			first = l;
	}
	if (!first)
		return 0;
	first->ready = false;
	*ret = first->stream;
	return 1;
}

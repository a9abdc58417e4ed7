#include "keep/progress.h"

#include "keep/keep.h"

struct mark {
	uint64_t made, number;
};

void keep_progress_mark(struct keep_progress *p, uint64_t made, uint64_t number)
{
	struct mark mark = { made, number }, last;
	if (p->marks.len) {
		size_t at = p->marks.len - sizeof(last);
		memcpy(&last, p->marks.data + at, sizeof(last));
		p->marks.len = last.made == made ? at : p->marks.len;
	}
	buffer_add(&p->marks, &mark, sizeof(mark));
}

void keep_progress_settle(struct keep_progress *p, uint64_t made)
{
	struct mark mark;
	size_t used = 0;
	for (; used < p->marks.len; used += sizeof(mark)) {
		memcpy(&mark, p->marks.data + used, sizeof(mark));
		if (mark.made > made)
			break;
		p->settled = mark.number;
	}
	buffer_shift(&p->marks, used);
}

int keep_progress_post(struct keep_progress *p)
{
	int r = p->settled == p->posted ? 0 : keep_cursor_write(p->path, p->name, p->settled);
	if (!r)
		p->posted = p->settled;
	return r;
}

#include "keeps.h"

#include <stdlib.h>
#include <string.h>

#include "statedir.h"
#include "text.h"

/* Of a keep that must be there and of which the file says nothing. */
#define AGE "1d"

static const char *age_of(const struct stage_keep *keep)
{
	return keep->age ? keep->age : keep->size ? NULL : AGE;
}

char *keeps_out(const struct pipeline *p, const struct stage *stage)
{
	const struct stage_keep *keep = &stage->keep;
	const char *age = age_of(keep), *size = keep->size;
	char *path = statedir_keep(p->name.text, stage->name.text);
	char *link = text_print("keep:%s?%s%s%s%s%s%s", path, age ? "for=" : "", age ? age : "",
		age && size ? "," : "", size ? "max=" : "", size ? size : "",
		keep->drop_oldest ? ",when-full=drop-oldest" : "");
	free(path);
	return link;
}

char *keeps_in(const struct pipeline *p, const struct stage *stage, const struct stage *reader)
{
	char *path = statedir_keep(p->name.text, stage->name.text);
	char *link = text_print("keep:%s#%s", path, reader->name.text);
	free(path);
	return link;
}

char *keeps_text(const struct stage *stage)
{
	const struct stage_keep *keep = &stage->keep;
	const char *age = age_of(keep), *size = keep->size;
	return text_print("keeps %s%s%s%s%s", age ? age : "", age && size ? ", " : "",
		size ? size : "", size ? " at most" : "",
		keep->drop_oldest ? ", then the oldest go" : "");
}

static int make(char *path, mode_t mode, char **ret_error)
{
	int r = statedir_make(path, mode);
	if (r)
		*ret_error = text_print("%s: %s", path, strerror(-r));
	free(path);
	return r;
}

int keeps_make(const struct pipeline *p, const struct stage *stage, const struct traits *t,
	char **ret_error)
{
	int r = 0;
	if (t->keeps)
		r = make(statedir_keep(p->name.text, stage->name.text), 0750, ret_error);
	if (!r && t->state)
		r = make(statedir_checkpoint(p->name.text, stage->name.text), 0700, ret_error);
	return r;
}

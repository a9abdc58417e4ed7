/* What the table of identities and its snapshot share. Only for lib/keep/identity.c and
 * lib/keep/snapshot.c. */
#ifndef DUTO_KEEP_IDENTITY_PARTS_H
#define DUTO_KEEP_IDENTITY_PARTS_H

#include "keep/identity.h"

struct keep_identities {
	struct series *by_key, *schemas_by_source;
	struct keep_identity **list; /* in the order in which they came */
	size_t count;
	struct buffer **schemas; /* one sample each, the last of its source */
	size_t schema_count;
	struct buffer key; /* scratch */
};

struct keep_identity *keep_identity_by_key(
	struct keep_identities *all, struct str key, uint64_t run);

#endif

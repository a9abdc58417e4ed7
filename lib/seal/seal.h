/* Samples as columns: how a sealed block of a keep holds about a thousand of them in a fifth of what
 * zstd makes of the maps. The bytes come back exactly as they were.
 *
 * A sample is taken apart into its shape (all its bytes but the times, numbers and texts) and what
 * fills it; samples of one source mostly have one shape. A column holds one place of a shape over all
 * the block's samples: decimals (v * 10^k a whole number, exactly) as differences from what is
 * foretold, other floats by XOR with the one before. Their bytes are laid together by spread and go
 * through zstd. What does not come back the same when tried, at sealing, is stored as it was.
 * schemas/keep.md has the layout. */
#ifndef DUTO_SEAL_H
#define DUTO_SEAL_H

#include "buffer.h"
#include "str.h"

struct seal; /* what both directions need again and again; one a thread */

struct seal *seal_open(void);
void seal_close(struct seal *s);

/* Appends the sealed form of whole samples to ret. Any bytes can be given and come back. -EFBIG: more
 * than 64 MiB. */
int seal_pack(struct seal *s, struct str samples, struct buffer *ret);

/* Appends the samples of a sealed form to ret. source, where not empty: only samples of that source
 * and what lies under it (more may come: the caller looks at each). -ENOTSUP: of a newer version;
 * -EBADMSG: not a sealed form, or damaged. */
int seal_unpack(struct seal *s, struct str sealed, struct str source, struct buffer *ret);

#endif

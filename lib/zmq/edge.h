/* Edges: push: and pull:.
 *
 * An edge is two pairs of sockets: PUSH to PULL for batches, and PUSH to PULL the other way, at
 * ENDPOINT.ack (tcp: the next port), for what the reader says. A batch is two frames, the samples
 * and an address; no samples: the end of the stream.
 *
 *     address        [reader, writer, number, first]
 *     acknowledgement [reader, writer, received, settled, hungry]
 *
 * number 0 says that the writer heard that its end arrived; first is the number from which on this
 * reader is served. writer is drawn at each start of the writer; reader at each start of the reader
 * and whenever its connection breaks. The writer sends nothing before a reader has spoken; when a
 * new reader speaks, it sends again, addressed to that reader, what is not settled. A reader passes
 * over what is addressed to another, so nothing that hung in a queue counts twice.
 *
 * While the connection of a reader that was killed is not yet known to be dead, PUSH gives it a
 * share of what goes to the new one: the new one then misses some, takes nothing behind the gap, and
 * says that it is hungry. The writer sends again to a reader that is hungry twice over for what was
 * sent long ago. */
#ifndef DUTO_ZMQ_EDGE_H
#define DUTO_ZMQ_EDGE_H

#include <stdint.h>

enum { EDGE_REPEAT = 500 }; /* ms after which an idle reader says again where it stands */

/* Of an acknowledgement. */
enum { EDGE_READER, EDGE_WRITER, EDGE_RECEIVED, EDGE_SETTLED, EDGE_HUNGRY, EDGE_ACK_NUMBERS };

/* What stays of a reader's number while it lives; the lower bits count its connections. */
static inline uint64_t edge_reader_base(uint64_t reader)
{
	return reader & ~UINT64_C(0xffff);
}

#endif

/* What a Modbus TCP slave answers (Application Protocol V1.1b3; Messaging on TCP/IP Implementation
 * Guide V1.0b): bytes in, bytes out, no sockets. It only serves: functions 1 to 4.
 *
 * A request gets the exception
 *     1   for any other function: nothing can be written
 *     2   where it covers a register that the map does not have under this function, or a part of a
 * value 3   for a count or a length that the function does not allow 4   where it covers a value
 * that is not there to give: not received yet, of Bad quality, not a number, beyond what the
 * register holds. A float register is NaN instead 11  for a unit that is not known, or whose device
 * has not been heard of yet: as a gateway says it */
#ifndef DUTO_MODBUS_SLAVE_H
#define DUTO_MODBUS_SLAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "devmap.h"
#include "wire.h"

enum {
	MODBUS_FRAME_MAX = 260, /* a request or answer with its header */
	MODBUS_UNIT_MAX = 247,
};

struct modbus_unit {
	const struct devmap *map;
	struct wire *
		values; /* of each field, nil where there is none to give; NULL: not heard of yet */
};

/* The length of the request that data begin with; 0: not all of it is there; -EBADMSG: this is not
 * Modbus TCP, nothing that follows can be made out. */
int modbus_slave_length(const uint8_t *data, size_t len);

/* The unit that a request is for. */
uint8_t modbus_slave_unit(const uint8_t *request);

/* Answers a whole request; unit NULL: there is none. Returns the answer's length, at most
 * MODBUS_FRAME_MAX. */
size_t modbus_slave_answer(const struct modbus_unit *unit, const uint8_t *request, uint8_t *answer);

#endif

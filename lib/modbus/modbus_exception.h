/* A device's refusals (Application Protocol V1.1b3, chapter 7). */
#ifndef DUTO_MODBUS_EXCEPTION_H
#define DUTO_MODBUS_EXCEPTION_H

#include <stdbool.h>
#include <stdint.h>

enum {
	MODBUS_ILLEGAL_FUNCTION = 1,
	MODBUS_ILLEGAL_ADDRESS = 2,
	MODBUS_ILLEGAL_VALUE = 3,
	MODBUS_DEVICE_FAILURE = 4,
	MODBUS_ACKNOWLEDGE = 5,
	MODBUS_BUSY = 6,
	MODBUS_NEGATIVE_ACKNOWLEDGE = 7,
	MODBUS_MEMORY_PARITY = 8,
	MODBUS_GATEWAY_PATH = 10,
	MODBUS_GATEWAY_TARGET = 11,
};

/* What a code says, for people. */
const char *modbus_exception_text(int code);

/* The status of a value that was refused so. */
uint32_t modbus_exception_status(int code);

/* A gateway that says that the device behind it is not there. */
bool modbus_exception_is_away(int code);

/* A request for less may be granted. */
bool modbus_exception_is_of_request(int code);

#endif

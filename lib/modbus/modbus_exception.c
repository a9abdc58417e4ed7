#include "modbus_exception.h"

#include "status.h"

struct exception {
	const char *text;
	uint32_t status;
};

static const struct exception *find(int code)
{
	static const struct exception unknown = { "unknown exception", STATUS_BAD_DEVICE_FAILURE };
	static const struct exception known[] = {
		[MODBUS_ILLEGAL_FUNCTION] = { "illegal function", STATUS_BAD_NOT_SUPPORTED },
		[MODBUS_ILLEGAL_ADDRESS] = { "illegal data address",
			STATUS_BAD_CONFIGURATION_ERROR },
		[MODBUS_ILLEGAL_VALUE] = { "illegal data value", STATUS_BAD_CONFIGURATION_ERROR },
		[MODBUS_DEVICE_FAILURE] = { "device failure", STATUS_BAD_DEVICE_FAILURE },
		[MODBUS_ACKNOWLEDGE] = { "acknowledged, not done yet", STATUS_BAD_NO_DATA },
		[MODBUS_BUSY] = { "device busy", STATUS_BAD_NO_DATA },
		[MODBUS_NEGATIVE_ACKNOWLEDGE] = { "negative acknowledge", STATUS_BAD_NO_DATA },
		[MODBUS_MEMORY_PARITY] = { "memory parity error", STATUS_BAD_DEVICE_FAILURE },
		[MODBUS_GATEWAY_PATH] = { "gateway path unavailable", STATUS_BAD_NO_COMMUNICATION },
		[MODBUS_GATEWAY_TARGET] = { "gateway: the device does not respond",
			STATUS_BAD_NO_COMMUNICATION },
	};
	bool here = code > 0 && code < (int)(sizeof(known) / sizeof(*known)) && known[code].text;

	return here ? &known[code] : &unknown;
}

const char *modbus_exception_text(int code)
{
	return find(code)->text;
}

uint32_t modbus_exception_status(int code)
{
	return find(code)->status;
}

bool modbus_exception_is_away(int code)
{
	return code == MODBUS_GATEWAY_PATH || code == MODBUS_GATEWAY_TARGET;
}

bool modbus_exception_is_of_request(int code)
{
	return code == MODBUS_ILLEGAL_ADDRESS || code == MODBUS_ILLEGAL_VALUE ||
	       code == MODBUS_DEVICE_FAILURE;
}

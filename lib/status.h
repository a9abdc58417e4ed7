/* Quality of a value: OPC UA StatusCodes (OPC 10000-4, 7.39; values from OPC 10000-6, annex A.2).
 * The two top bits are the severity: 00 Good, 01 Uncertain, 10 Bad. */
#ifndef DUTO_STATUS_H
#define DUTO_STATUS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	STATUS_GOOD = 0,
	STATUS_UNCERTAIN = 0x40000000,
	STATUS_UNCERTAIN_LAST_USABLE_VALUE = 0x40900000,
	STATUS_UNCERTAIN_SENSOR_NOT_ACCURATE = 0x40930000,
	STATUS_UNCERTAIN_SUBNORMAL = 0x40950000,
	STATUS_UNCERTAIN_DATA_SUBNORMAL = 0x40A40000, /* made of fewer good values than usual */
};
#define STATUS_BAD			 0x80000000u
#define STATUS_BAD_COMMUNICATION_ERROR	 0x80050000u
#define STATUS_BAD_TIMEOUT		 0x800A0000u
#define STATUS_BAD_NO_COMMUNICATION	 0x80310000u
#define STATUS_BAD_DATA_ENCODING_INVALID 0x80380000u
#define STATUS_BAD_OUT_OF_RANGE		 0x803C0000u
#define STATUS_BAD_NOT_SUPPORTED	 0x803D0000u
#define STATUS_BAD_CONFIGURATION_ERROR	 0x80890000u
#define STATUS_BAD_NOT_CONNECTED	 0x808A0000u
#define STATUS_BAD_DEVICE_FAILURE	 0x808B0000u
#define STATUS_BAD_SENSOR_FAILURE	 0x808C0000u
#define STATUS_BAD_NO_DATA		 0x809B0000u

static inline bool status_is_bad(uint32_t status)
{
	return status >> 31;
}

static inline bool status_is_good(uint32_t status)
{
	return status >> 30 == 0;
}

/* The worse of two: by severity; the first given stays where both weigh the same. */
static inline uint32_t status_worst(uint32_t a, uint32_t b)
{
	return b >> 30 > a >> 30 ? b : a;
}

#endif

/* Telling systemd (sd_notify(3), the datagram protocol): nothing happens where $NOTIFY_SOCKET is
 * not set. */
#ifndef DUTO_NOTIFY_H
#define DUTO_NOTIFY_H

#include <stdint.h>

void notify(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Half of the interval at which the watchdog wants to be fed, in nanoseconds; 0: no watchdog. */
int64_t notify_watchdog_interval(void);

#endif

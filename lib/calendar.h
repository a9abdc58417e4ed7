/* Civil time, for what is billed and scheduled by it: all of lib/calendar/ and dates.
 *
 * The way of a sample: zone_local() gives date and second of its local clock; schedule_day() of that
 * date gives its posts; cycles_at() gives the billing cycle. Whoever walks through time keeps the
 * zone_span, the row of the day and the cycle, and asks again when it has left them. */
#ifndef DUTO_CALENDAR_H
#define DUTO_CALENDAR_H

#include "calendar/cycle.h"
#include "calendar/holidays.h"
#include "calendar/schedule.h"
#include "calendar/timetable.h"
#include "calendar/zone.h"
#include "date.h"

#endif

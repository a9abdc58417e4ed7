#include "csv/time_form.h"

#include <errno.h>

#include "tap.h"
#include "timestamp.h"

static void is_time(const char *form, int64_t offset, const char *text, const char *expected)
{
	struct time_form f = { form, offset };
	char out[TIMESTAMP_TEXT + 1] = "not a time";
	int64_t ns;
	if (time_form_read(&f, str(text), &ns) == 0)
		out[timestamp_format(out, ns)] = '\0';
	is_str(out, expected, text);
}

int main(void)
{
	const int64_t hour = 3600000000000;
	is_time(NULL, 0, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
	is_time(NULL, -3 * hour, "2026-01-01T00:00:00", "2026-01-01T03:00:00Z");
	is_time(NULL, -3 * hour, "2026-01-01 00:00:00.5", "2026-01-01T03:00:00.500Z");
	is_time(NULL, -3 * hour, "2026-01-01", "2026-01-01T03:00:00Z");
	is_time(NULL, -3 * hour, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
	is_time(NULL, -3 * hour, "2026-01-01T00:00:00+01:00", "2025-12-31T23:00:00Z");
	is_time("unix", 0, "1767225600", "2026-01-01T00:00:00Z");
	is_time("unix", 0, "1767225600.123456789", "2026-01-01T00:00:00.123456789Z");
	is_time("unix-ms", 0, "1767225600250", "2026-01-01T00:00:00.250Z");
	is_time("unix", 0, "-0.5", "1969-12-31T23:59:59.500Z");
	is_time("unix", 0, "1e9", "not a time");
	is_time("unix", 0, "", "not a time");
	is_time("unix", 0, "99999999999999999999", "not a time");
	is_time("unix-ms", 0, "9223372036854775807", "not a time");
	is_time("%d/%m/%Y %H:%M", -3 * hour, "31/12/2025 22:15", "2026-01-01T01:15:00Z");
	is_time("%d/%m/%Y %H:%M:%S", 0, "01/01/2026 00:00:00,25", "2026-01-01T00:00:00.250Z");
	is_time("%d/%m/%Y", 0, "30/02/2026", "not a time");
	is_time("%d/%m/%Y", 0, "01/01/2026 more", "not a time");
	is_time("%Y-%m-%d %H:%M %z", -3 * hour, "2026-01-01 00:00 +0100", "2025-12-31T23:00:00Z");
	return done();
}

#include "csv_value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "csv.h"
#include "number.h"
#include "timestamp.h"

static void add_double(struct buffer *out, double v, char decimal)
{
	char text[NUMBER_TEXT];
	if (!isfinite(v)) {
		buffer_add_str(out, str(isnan(v) ? "NaN" : v > 0 ? "Infinity" : "-Infinity"));
		return;
	}
	size_t len = number_format(text, v, true);
	char *point = decimal == ',' ? memchr(text, '.', len) : NULL;
	if (point)
		*point = ',';
	buffer_add(out, text, len);
}

static void add_hex(struct buffer *out, struct str bytes)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < bytes.len; i++) {
		buffer_add_char(out, digits[(uint8_t)bytes.data[i] >> 4]);
		buffer_add_char(out, digits[(uint8_t)bytes.data[i] & 15]);
	}
}

void csv_value(struct buffer *out, const struct wire *w, const struct csv_form *form)
{
	char text[NUMBER_TEXT];
	if (w->type == WIRE_DOUBLE)
		add_double(out, w->d, form->decimal);
	else if (w->type == WIRE_INT)
		buffer_add(out, text, number_format_integer(text, w->i));
	else if (w->type == WIRE_UINT)
		buffer_add(out, text, number_format_unsigned(text, w->u));
	else if (w->type == WIRE_BOOL)
		buffer_add_str(out, w->b ? STR("true") : STR("false"));
	else if (w->type == WIRE_STR)
		csv_write(out, w->bytes, form->separator);
	else if (w->type == WIRE_BIN)
		add_hex(out, w->bytes);
}

void csv_status(struct buffer *out, uint32_t status)
{
	char text[16];
	int n = snprintf(text, sizeof(text), status ? "0x%08" PRIx32 : "%" PRIu32, status);
	buffer_add(out, text, (size_t)n);
}

/* 2026-01-31 13:45:00.250, with the decimal sign of numbers. */
static size_t spreadsheet_time(char *text, int64_t time, const struct csv_form *form)
{
	const int64_t millisecond = 1000000;
	if (__builtin_add_overflow(time, form->utc_offset, &time))
		time = form->utc_offset < 0 ? INT64_MIN : INT64_MAX;
	int64_t finer = time % millisecond;
	size_t len = timestamp_format(text, time - finer) - 1;
	text[10] = ' ';
	if (len > 19)
		text[19] = form->decimal;
	return len;
}

void csv_time_and_source(struct buffer *out, const struct sample *s, const struct csv_form *form)
{
	char text[TIMESTAMP_TEXT];
	if (form->for_spreadsheet)
		csv_write(out, (struct str){ text, spreadsheet_time(text, s->time, form) },
			form->separator);
	else
		buffer_add(out, text, timestamp_format(text, s->time));
	buffer_add_char(out, form->separator);
	csv_write(out, s->source, form->separator);
}

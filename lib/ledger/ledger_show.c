#include "ledger_show.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "json/json.h"

enum { COUNT_WIDTH = 10, SHOWN = 8 }; /* as many stretches are named */

static struct str kind_of(const struct ledger_line *line)
{
	return line->kind.len ? line->kind : STR("measurement");
}

static int wider(int width, struct str text)
{
	int columns = terminal_columns(text);
	return columns > width ? columns : width;
}

void ledger_show_measure(struct ledger_show *show, const struct ledger_line *line)
{
	show->source = wider(show->source, line->source);
	show->kind = wider(show->kind, kind_of(line));
}

static void put_left(struct terminal *t, const char *attribute, struct str text, int width)
{
	terminal_put_colored(t, attribute, text);
	terminal_put_spaces(t, width - terminal_columns(text) + 2);
}

static void put_right(struct terminal *t, const char *attribute, struct str text)
{
	terminal_put_spaces(t, COUNT_WIDTH - terminal_columns(text));
	terminal_put_colored(t, attribute, text);
}

static void put_count(struct terminal *t, const char *attribute, uint64_t count)
{
	char text[24];
	snprintf(text, sizeof(text), "%" PRIu64, count);
	put_right(t, count ? attribute : "", str(text));
}

void ledger_show_titles(const struct ledger_show *show, struct terminal *t)
{
	static const char *const titles[] = { "SENT", "STORED", "DROPPED", "MISSING", "REPEATED" };
	put_left(t, TERMINAL_DIM, STR("SOURCE"), show->source);
	terminal_put_colored(t, TERMINAL_DIM, STR("KIND"));
	terminal_put_spaces(t, show->kind - 4);
	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++)
		put_right(t, TERMINAL_DIM, str(titles[i]));
	terminal_put_colored(t, TERMINAL_DIM, STR("  RUN, SEQ"));
	terminal_new_line(t);
}

__attribute__((format(printf, 3, 4))) static void put_text(
	struct terminal *t, const char *attribute, const char *format, ...)
{
	char text[400];
	va_list args;
	va_start(args, format);
	int len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len >= (int)sizeof(text))
		len = sizeof(text) - 1;
	terminal_put_colored(t, attribute, (struct str){ text, (size_t)len });
}

static void put_stretch(struct terminal *t, const char *attribute, uint64_t first, uint64_t last)
{
	if (first == last)
		put_text(t, attribute, "%" PRIu64, first);
	else
		put_text(t, attribute, "%" PRIu64 " to %" PRIu64, first, last);
}

static void put_drops(struct terminal *t, const struct ledger_line *line)
{
	for (size_t i = 0; i < line->drop_count && i < SHOWN; i++) {
		const struct ledger_drop *d = &line->drops[i];
		put_text(t, TERMINAL_YELLOW, "  %" PRIu64 " dropped by %.100s: %.200s; seq ",
			d->count, d->stage, d->reason);
		put_stretch(t, TERMINAL_YELLOW, d->first, d->last);
		terminal_new_line(t);
	}
	if (line->drop_count > SHOWN) {
		put_text(t, TERMINAL_YELLOW, "  dropped %zu times more", line->drop_count - SHOWN);
		terminal_new_line(t);
	}
}

static void put_absent(struct terminal *t, const struct ledger_line *line)
{
	const struct intervals *absent = line->absent;
	if (!absent->count)
		return;
	put_text(t, TERMINAL_RED, "  %" PRIu64 " missing: seq ", line->missing);
	for (size_t i = 0; i < absent->count && i < SHOWN; i++) {
		if (i)
			put_text(t, TERMINAL_RED, ", ");
		put_stretch(t, TERMINAL_RED, absent->at[i].first, absent->at[i].last);
	}
	if (absent->count > SHOWN)
		put_text(t, TERMINAL_RED, " and %zu stretches more", absent->count - SHOWN);
	terminal_new_line(t);
}

void ledger_show_line(
	const struct ledger_show *show, struct terminal *t, const struct ledger_line *line)
{
	put_left(t, "", line->source, show->source);
	terminal_put(t, kind_of(line));
	terminal_put_spaces(t, show->kind - terminal_columns(kind_of(line)));
	put_count(t, "", line->sent);
	put_count(t, "", line->stored);
	put_count(t, TERMINAL_YELLOW, line->dropped);
	put_count(t, TERMINAL_RED, line->missing);
	put_count(t, "", line->repeated);
	put_text(t, "", "  %" PRIu64 ", ", line->run);
	put_stretch(t, "", line->first, line->last);
	terminal_new_line(t);
	put_drops(t, line);
	put_absent(t, line);
}

static void add_drops(struct buffer *out, const struct ledger_line *line)
{
	for (size_t i = 0; i < line->drop_count; i++) {
		const struct ledger_drop *d = &line->drops[i];
		buffer_print(out, "%s{\"stage\":", i ? "," : "");
		json_write_text(out, str(d->stage));
		buffer_print(out, ",\"reason\":");
		json_write_text(out, str(d->reason));
		buffer_print(out,
			",\"first\":%" PRIu64 ",\"last\":%" PRIu64 ",\"count\":%" PRIu64 "}",
			d->first, d->last, d->count);
	}
}

void ledger_show_json(struct buffer *out, const struct ledger_line *line)
{
	buffer_print(out, "{\"source\":");
	json_write_text(out, line->source);
	buffer_print(out, ",\"kind\":");
	json_write_text(out, kind_of(line));
	buffer_print(out, ",\"run\":%" PRIu64 ",\"first\":%" PRIu64 ",\"last\":%" PRIu64, line->run,
		line->first, line->last);
	buffer_print(out,
		",\"sent\":%" PRIu64 ",\"stored\":%" PRIu64 ",\"repeated\":%" PRIu64
		",\"dropped\":%" PRIu64 ",\"missing\":%" PRIu64 ",\"drops\":[",
		line->sent, line->stored, line->repeated, line->dropped, line->missing);
	add_drops(out, line);
	buffer_print(out, "],\"absent\":[");
	for (size_t i = 0; i < line->absent->count; i++)
		buffer_print(out, "%s[%" PRIu64 ",%" PRIu64 "]", i ? "," : "",
			line->absent->at[i].first, line->absent->at[i].last);
	buffer_print(out, "]}\n");
}

/* Messages of a filter to people: one line each on standard error, and the page that `duto top`
 * reads. */
#include "message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "filter.h"
#include "gap.h"
#include "loop.h"
#include "notify.h"
#include "stat.h"

/* journald reads the priority from the line's head (sd-daemon(3)). */
static const char *priority(int level)
{
	static const char *const heads[] = { [3] = "<3>", [4] = "<4>", [5] = "<5>" };
	return getenv("JOURNAL_STREAM") && !isatty(STDERR_FILENO) ? heads[level] : "";
}

/* What a message quotes of its input must not end the line, nor speak to the terminal. */
static void make_printable(char *text, int len)
{
	for (int i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = '?';
}

static void say(int level, const char *severity, const char *text)
{
	char line[1200];
	int len = snprintf(line, sizeof(line), "%sduto-%s: %s%s\n", priority(level),
		message_program(), severity, text);
	if (len >= (int)sizeof(line))
		len = sizeof(line) - 1;
	make_printable(line, len - 1);
	line[len - 1] = '\n';
	(void)!write(STDERR_FILENO, line, (size_t)len);
}

const char *message_program(void)
{
	return program_invocation_short_name;
}

#define FORMAT(text, format)                                                                       \
	do {                                                                                       \
		va_list args_;                                                                     \
		va_start(args_, format);                                                           \
		vsnprintf(text, sizeof(text), format, args_);                                      \
		va_end(args_);                                                                     \
	} while (0)

static void keep_error(const char *text)
{
	snprintf(stat_page->error, sizeof(stat_page->error), "%.255s", text);
	stat_page->error_at = clock_wall();
}

static __attribute__((noreturn)) void die(int status, const char *text)
{
	say(3, "error: ", text);
	keep_error(text);
	loop_leave(status);
}

void die_config(const char *format, ...)
{
	char text[1024];
	FORMAT(text, format);
	die(EXIT_CONFIG, text);
}

void die_system(const char *format, ...)
{
	char text[1024];
	FORMAT(text, format);
	die(EXIT_SYSTEM, text);
}

void warning(const char *format, ...)
{
	char text[1024];
	FORMAT(text, format);
	stat_page->warnings++;
	say(4, "warning: ", text);
	keep_error(text);
}

void notice(const char *format, ...)
{
	char text[1024];
	FORMAT(text, format);
	say(5, "", text);
}

void status_line(const char *format, ...)
{
	char text[sizeof(stat_page->status)];
	FORMAT(text, format);
	memcpy(stat_page->status, text, sizeof(text));
	notify("STATUS=%s", text);
}

void drop(const char *reason, const char *format, ...)
{
	char detail[768];
	if (loop_current())
		gap_note(loop_current(), reason);
	if (stat_drop(reason) > 1)
		return;
	FORMAT(detail, format);
	warning("%s (%s; further ones are counted)", detail, reason);
}

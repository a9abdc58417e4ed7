/* duto top: running pipelines, stage by stage. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "filter.h"
#include "overview.h"
#include "pipelines/commands.h"
#include "pipelines/failure.h"
#include "pipelines/process.h"

#define PERIOD (1 * SECONDS)

static const char *only;
static bool once;

static const struct opt options[] = {
	{ .name = "pipeline",
		.type = OPT_TEXT,
		.to = &only,
		.positional = true,
		.help = "the pipeline's name" },
	{ .name = "once", .type = OPT_FLAG, .to = &once, .help = "print one table and leave" },
	OPT_END,
};

static struct overview overview;

static void put_groups(struct buffer *out, bool colored)
{
	struct terminal t = { .out = out, .colored = colored };
	for (const struct overview_group *g = overview.groups; g < overview.groups + overview.count;
		g++) {
		if (g > overview.groups)
			terminal_new_line(&t);
		terminal_put_colored(&t, TERMINAL_BOLD, str(g->name));
		terminal_new_line(&t);
		table_put(&t, g->rows, g->count, terminal_width(STDOUT_FILENO));
	}
}

static bool write_all(struct buffer *out)
{
	size_t done = 0;
	while (done < out->len) {
		ssize_t n = write(STDOUT_FILENO, out->data + done, out->len - done);
		if (n < 0)
			return false;
		done += (size_t)n;
	}
	out->len = 0;
	return true;
}

static int show_once(void)
{
	struct buffer out = { 0 };
	poll(NULL, 0, (int)(PERIOD / MILLISECONDS)); /* a rate takes two looks */
	overview_read(&overview);
	put_groups(&out, false);
	bool written = write_all(&out);
	buffer_free(&out);
	return written ? EXIT_OK : EXIT_SYSTEM;
}

/* On the terminal's other screen, so that what was there comes back. */
static int show_live(void)
{
	struct buffer out = { 0 };
	int signals = process_listen(), status = EXIT_OK;
	struct pollfd p = { .fd = signals, .events = POLLIN };
	buffer_add_str(&out, STR("\x1b[?1049h\x1b[?25l"));
	do {
		buffer_add_str(&out, STR("\x1b[H\x1b[2J"));
		put_groups(&out, !getenv("NO_COLOR"));
		if (!write_all(&out))
			status = EXIT_SYSTEM;
		poll(&p, 1, (int)(PERIOD / MILLISECONDS));
		overview_read(&overview);
	} while (status == EXIT_OK && !process_signal(signals));
	buffer_add_str(&out, STR("\x1b[?25h\x1b[?1049l"));
	write_all(&out);
	buffer_free(&out);
	return status;
}

int command_top(int argc, char **argv)
{
	static const struct opt *const tables[] = { options, NULL };
	char *error;
	if (opt_parse(tables, argc, argv, &error))
		return failure_with(EXIT_CONFIG, error);
	overview_open(&overview, only);
	if (!overview.count && only)
		return failure(EXIT_SYSTEM, "pipeline %s is not running", only);
	if (!overview.count)
		return failure(EXIT_SYSTEM, "no pipeline is running (duto run FILE)");
	return once || !isatty(STDOUT_FILENO) ? show_once() : show_live();
}

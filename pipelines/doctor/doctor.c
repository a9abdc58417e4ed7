/* duto doctor: what is missing or wrong on this machine. */
#include "doctor.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "pipelines/commands.h"
#include "pipelines/facts.h"
#include "text.h"

static bool json, all;
static struct doctor_settings settings = { .devices = "/dev", .room = 0.1 };

static const struct opt options[] = {
	{ .name = "json", .type = OPT_FLAG, .to = &json, .help = "all of it, as a JSON array" },
	{ .name = "all", .type = OPT_FLAG, .to = &all, .help = "what is right too" },
	{ .name = "room",
		.type = OPT_NUMBER,
		.to = &settings.room,
		.arg = "SHARE",
		.help = "how much of a disk should be free",
		.max = 1 },
	{ .name = "devices",
		.type = OPT_TEXT,
		.to = &settings.devices,
		.arg = "FOLDER",
		.help = "where serial ports are" },
	OPT_END,
};

static json_t *findings;
static bool any_wrong;

static void add(const char *area, char *message, const char *mend)
{
	json_array_append_new(findings, json_pack("{s:s,s:b,s:s,s:s*}", "area", area, "wrong",
						mend != NULL, "message", message, "mend", mend));
	any_wrong |= mend != NULL;
	free(message);
}

void doctor_good(const char *area, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add(area, text_vprint(format, args), NULL);
	va_end(args);
}

void doctor_wrong(const char *area, char *mend, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add(area, text_vprint(format, args), mend);
	va_end(args);
	free(mend);
}

static void show(void)
{
	struct buffer out = { 0 };
	struct terminal t = { .out = &out, .colored = facts_colored() };
	const json_t *finding;
	size_t i;
	json_array_foreach(findings, i, finding)
	{
		const char *mend = json_string_value(json_object_get(finding, "mend"));
		if (!mend && !all)
			continue;
		facts_put(&t, json_string_value(json_object_get(finding, "area")),
			mend ? TERMINAL_YELLOW : "", "%s",
			json_string_value(json_object_get(finding, "message")));
		if (mend)
			facts_put(&t, "", TERMINAL_BOLD, "    %s", mend);
	}
	fwrite(out.data, 1, out.len, stdout);
	buffer_free(&out);
	if (!any_wrong)
		puts("nothing is wrong");
}

int command_doctor(int argc, char **argv)
{
	int status = command_parse(options, argc, argv);
	if (status)
		return status;
	findings = json_array();
	doctor_machine(&settings);
	doctor_setup();
	doctor_running();
	doctor_units();
	if (json)
		json_dumpf(findings, stdout, JSON_INDENT(2));
	else
		show();
	json_decref(findings);
	return any_wrong ? 1 : EXIT_OK;
}

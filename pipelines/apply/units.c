/* duto units: what the generator would write for a pipeline. */
#include <stdio.h>

#include "filter.h"
#include "pipelines/commands.h"
#include "pipelines/failure.h"
#include "systemd/unit_files.h"

static const char *file, *out;

static const struct opt options[] = {
	{ .name = "file",
		.type = OPT_TEXT,
		.to = &file,
		.positional = true,
		.required = true,
		.help = "the pipeline file" },
	{ .name = "out",
		.type = OPT_OUTPUT,
		.to = &out,
		.arg = "FOLDER",
		.help = "write them there instead of printing them" },
	OPT_END,
};

static int print(const struct unit_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		printf("%s# %s\n%.*s", i ? "\n" : "", files->all[i].name,
			STR_ARG(buffer_str(&files->all[i].text)));
	return EXIT_OK;
}

static int units_of(struct pipeline *p)
{
	struct unit_settings settings = unit_settings_find();
	struct unit_files files;
	char *error;
	if (mistake_count(&p->mistakes)) {
		mistake_print(&p->mistakes, stderr);
		return EXIT_CONFIG;
	}
	if (unit_files_make(p, &settings, &files, &error))
		return failure_with(EXIT_CONFIG, error);
	int status = !out ? print(&files) : EXIT_OK;
	if (out && unit_files_write(&files, out, &error))
		status = failure_with(EXIT_SYSTEM, error);
	unit_files_free(&files);
	return status;
}

int command_units(int argc, char **argv)
{
	int r = command_parse(options, argc, argv);
	if (r != EXIT_OK)
		return r;
	struct pipeline *p = pipeline_open(file);
	int status = units_of(p);
	pipeline_close(p);
	return status;
}

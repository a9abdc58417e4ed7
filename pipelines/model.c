/* duto model: models of trees, for people. */
#include <errno.h>
#include <string.h>

#include "commands.h"
#include "failure.h"
#include "filter.h"
#include "model/model.h"
#include "model_command.h"

static const char *from, *to;

int model_command_convert(int argc, char **argv)
{
	static const struct opt options[] = {
		{ .name = "from",
			.type = OPT_FILE,
			.to = &from,
			.positional = true,
			.required = true,
			.help = "a model of trees" },
		{ .name = "to",
			.type = OPT_OUTPUT,
			.to = &to,
			.positional = true,
			.required = true,
			.help = "the file to write" },
		OPT_END,
	};
	enum model_form form;
	struct forest *f;
	size_t size;
	char *error;
	int status = command_parse(options, argc, argv);
	if (status)
		return status;
	if (model_load(from, &f, &form, &size, &error) < 0)
		return failure_with(EXIT_CONFIG, error);
	if (model_save(f, to, &error) < 0)
		status = failure_with(EXIT_SYSTEM, error);
	forest_close(f);
	return status;
}

int command_model(int argc, char **argv)
{
	if (argc < 2)
		return failure(EXIT_CONFIG, "model needs one of show, convert (duto help model)");
	if (strcmp(argv[1], "show") == 0)
		return model_command_show(argc - 1, argv + 1);
	if (strcmp(argv[1], "convert") == 0)
		return model_command_convert(argc - 1, argv + 1);
	return failure(EXIT_CONFIG, "model has no word \"%s\": expected show or convert", argv[1]);
}

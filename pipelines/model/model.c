/* duto model: models of trees, for people. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "model_command.h"
#include "pipelines/commands.h"
#include "pipelines/failure.h"

static const char *from, *to;

/* What is lost is told, so that silence means nothing is. */
static int save(struct model_file *m)
{
	char *loss, *error;
	int e = model_save(m->forest, to, &loss, &error);
	if (e < 0)
		return failure_with(e == -EINVAL ? EXIT_CONFIG : EXIT_SYSTEM, error);
	fprintf(stderr, "wrote %s, sha256 %s\n", to, m->forest->digest);
	if (loss)
		fprintf(stderr, "duto: note: %s: %s\n", to, loss);
	free(loss);
	return EXIT_OK;
}

static int convert(int argc, char **argv)
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
	struct model_file m;
	int status = command_parse(options, argc, argv);
	if (status)
		return status;
	status = model_command_load(from, &m);
	if (status)
		return status;
	status = save(&m);
	model_close(&m);
	return status;
}

int model_command_load(const char *path, struct model_file *ret)
{
	char *error;
	if (model_load(path, ret, &error) < 0)
		return failure_with(EXIT_CONFIG, error);
	if (ret->note)
		fprintf(stderr, "duto: note: %s: %s\n", path, ret->note);
	return EXIT_OK;
}

int command_model(int argc, char **argv)
{
	if (argc < 2)
		return failure(EXIT_CONFIG, "model needs one of show, convert (duto help model)");
	if (strcmp(argv[1], "show") == 0)
		return model_command_show(argc - 1, argv + 1);
	if (strcmp(argv[1], "convert") == 0)
		return convert(argc - 1, argv + 1);
	return failure(EXIT_CONFIG, "model has no word \"%s\": expected show or convert", argv[1]);
}

#include "commands.h"
#include "failure.h"
#include "filter.h"

int command_parse(const struct opt *options, int argc, char **argv)
{
	const struct opt *const tables[] = { options, NULL };
	char *error;
	if (opt_parse(tables, argc, argv, &error))
		return failure_with(EXIT_CONFIG, error);
	const struct opt *missing = opt_missing(tables);
	if (missing)
		return failure(EXIT_CONFIG, "%s is required: %s", missing->name, missing->help);
	return EXIT_OK;
}

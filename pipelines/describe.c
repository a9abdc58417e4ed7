#include "describe.h"

#include <stdlib.h>

#include "capture.h"

char **describe_with(char *const *argv, size_t argc, const char *word)
{
	char **with = calloc(argc + 2, sizeof(*with));
	if (!with)
		abort();
	for (size_t i = 0; i < argc; i++)
		with[i] = argv[i];
	with[argc] = (char *)word;
	return with;
}

json_t *describe(const char *filter_path, char *const *argv, size_t argc, const char *dir)
{
	struct captured c = { 0 };
	json_t *answer = NULL;
	char **with = describe_with(argv, argc, "--describe");
	int r = capture_run(filter_path, with, dir, (struct str){ 0 }, &c);
	free(with);
	if (r < 0)
		return NULL;
	if (c.status == 0)
		answer = json_loadb((const char *)c.output.data, c.output.len, 0, NULL);
	capture_free(&c);
	return answer;
}

const char *describe_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

#include "describe.h"

#include "capture.h"

json_t *describe_parse(struct str answer)
{
	return json_loadb(answer.data, answer.len, 0, NULL);
}

json_t *describe(const char *filter_path, const char *name)
{
	struct captured c = { 0 };
	char *argv[] = { (char *)name, "--describe", NULL };
	json_t *answer = NULL;
	if (capture_run(filter_path, argv, NULL, (struct str){ 0 }, &c) < 0)
		return NULL;
	if (c.status == 0)
		answer = describe_parse(buffer_str(&c.output));
	capture_free(&c);
	return answer;
}

const char *describe_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

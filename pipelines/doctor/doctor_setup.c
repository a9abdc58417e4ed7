/* What people have written down: secrets that others can read, pipelines with mistakes. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor.h"
#include "folder.h"
#include "pipelines/capture.h"
#include "statedir.h"
#include "text.h"

static int look_at_secret(const char *path, const char *name, void *context)
{
	const struct stat *folder = context;
	struct stat st;
	(void)name;
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	if (st.st_mode & 077)
		doctor_wrong("secret", text_print("chmod 600 %s", path),
			"%s: others than its owner may get at it (mode %04o)", path,
			(unsigned)(st.st_mode & 07777));
	else if (st.st_uid != folder->st_uid)
		doctor_wrong("secret", text_print("chown --reference=%s/.. %s", path, path),
			"%s: belongs to another user than its folder", path);
	else
		doctor_good("secret", "%s: for its owner only", path);
	return 0;
}

static void look_at_secrets(const char *config)
{
	char *path = text_print("%s/secrets", config);
	struct stat st;
	if (stat(path, &st) == 0) {
		if (st.st_mode & 077)
			doctor_wrong("secret", text_print("chmod 700 %s", path),
				"%s: others than its owner may look into it", path);
		folder_each(path, look_at_secret, &st);
	}
	free(path);
}

static bool is_pipeline(const char *name)
{
	const char *end = strrchr(name, '.');
	return end && strcmp(end, ".yaml") == 0;
}

static int first_line(const struct buffer *text)
{
	const void *end = memchr(text->data ?: (uint8_t *)"", '\n', text->len);
	return (int)(end ? (size_t)((const uint8_t *)end - text->data) : text->len);
}

/* `duto check` in a process of its own: what it loads goes with it. */
static int look_at_pipeline(const char *path, const char *name, void *context)
{
	char *argv[] = { "duto", "check", (char *)path, NULL };
	struct captured c = { 0 };
	(void)context;
	if (!is_pipeline(name) || capture_run("/proc/self/exe", argv, NULL, (struct str){ 0 }, &c))
		return 0;
	if (c.status)
		doctor_wrong("pipeline", text_print("duto check %s", path), "%.*s",
			first_line(&c.errors), (const char *)c.errors.data);
	else
		doctor_good("pipeline", "%s: no mistake found", path);
	capture_free(&c);
	return 0;
}

void doctor_setup(void)
{
	char *config = statedir_config(), *pipelines = text_print("%s/pipelines", config);
	look_at_secrets(config);
	folder_each(pipelines, look_at_pipeline, NULL);
	free(pipelines);
	free(config);
}

/* The systemd generator: duto-generator NORMAL EARLY LATE (systemd.generator(7)).
 *
 * Reads every *.yaml of /etc/duto/pipelines ($DUTO_CONFIG_DIR/pipelines), writes the units of each to NORMAL.
 * A file with mistakes is told of and left out; the others are not affected. At boot nothing but
 * the kernel's log can hear what a generator says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocate.h"
#include "text.h"
#include "unit_files.h"

static struct unit_settings settings;
static struct {
	char **all;
	size_t count;
} taken; /* names of pipelines that have units */

static FILE *log_file(void)
{
	static FILE *file;
	if (!file && getenv("SYSTEMD_SCOPE")) /* systemd calls */
		file = fopen("/dev/kmsg", "we");
	if (!file)
		file = stderr;
	setlinebuf(file);
	return file;
}

static bool complain(const char *text)
{
	fprintf(log_file(), "duto-generator: %s\n", text);
	return false;
}

static bool is_taken(const char *name)
{
	for (size_t i = 0; i < taken.count; i++)
		if (strcmp(taken.all[i], name) == 0)
			return true;
	taken.all = reallocate(taken.all, taken.count + 1, sizeof(*taken.all));
	taken.all[taken.count++] = text_print("%s", name);
	return false;
}

static bool complain_of(const struct pipeline *p, const char *text)
{
	char *whole = text_print("%s: %s", p->path, text);
	complain(whole);
	free(whole);
	return false;
}

static bool generate_from(struct pipeline *p, const char *folder)
{
	struct unit_files files;
	char *error = NULL;
	if (mistake_count(&p->mistakes)) {
		mistake_print(&p->mistakes, log_file());
		return complain_of(p, "left out for its mistakes");
	}
	if (is_taken(p->name.text))
		return complain_of(p, "left out: another file has a pipeline of that name");
	bool good = unit_files_make(p, &settings, &files, &error) == 0 &&
		    unit_files_write(&files, folder, &error) == 0;
	if (!good)
		complain_of(p, error);
	else
		unit_files_free(&files);
	free(error);
	return good;
}

int main(int argc, char **argv)
{
	const char *from = pipeline_folder();
	struct dirent **entries;
	int status = EXIT_SUCCESS;
	if (argc < 2) {
		complain("expected the folder to write to");
		return EXIT_FAILURE;
	}
	settings = unit_settings_find();
	int count = scandir(from, &entries, pipeline_is_file, alphasort);
	for (int i = 0; i < count; i++) {
		char *path = text_print("%s/%s", from, entries[i]->d_name);
		struct pipeline *p = pipeline_open(path);
		if (!generate_from(p, argv[1]))
			status = EXIT_FAILURE;
		pipeline_close(p);
		free(path);
	}
	return status;
}

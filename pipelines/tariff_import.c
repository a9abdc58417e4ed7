/* duto tariff-import: rates of OpenEI's database as tariffs. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "commands.h"
#include "failure.h"
#include "file.h"
#include "filter.h"
#include "tariff/tariff.h"
#include "urdb/urdb.h"

enum { SIZE_MAX_JSON = 64 << 20 };

static const char *path, *out;
static struct opt_list without;
static struct urdb_terms terms = { .index = -1, .currency = "USD", .without = &without };

static const struct opt options[] = {
	{ .name = "file",
		.type = OPT_FILE,
		.to = &path,
		.positional = true,
		.required = true,
		.help = "a rate of URDB in JSON, or an answer of its API with several" },
	{ .name = "zone",
		.type = OPT_TEXT,
		.to = &terms.zone,
		.arg = "NAME",
		.required = true,
		.help = "time zone of the hours: America/Chicago" },
	{ .name = "out",
		.type = OPT_OUTPUT,
		.to = &out,
		.arg = "FILE",
		.help = "the tariff to write; standard output where absent" },
	{ .name = "label",
		.type = OPT_TEXT,
		.to = &terms.label,
		.arg = "LABEL",
		.help = "which rate of several, by its label" },
	{ .name = "index",
		.type = OPT_INTEGER,
		.to = &terms.index,
		.arg = "N",
		.help = "which rate of several, from 0" },
	{ .name = "name",
		.type = OPT_TEXT,
		.to = &terms.name,
		.arg = "NAME",
		.help = "the tariff's name; made of the rate's where absent" },
	{ .name = "currency",
		.type = OPT_TEXT,
		.to = &terms.currency,
		.arg = "CODE",
		.help = "of the prices" },
	{ .name = "without",
		.type = OPT_LIST,
		.to = &without,
		.arg = "FIELD,..",
		.help = "leave out these fields of the rate: what cannot be expressed" },
	OPT_END,
};

/* What is written must be what `duto bill` reads. */
static int check(struct str yaml)
{
	char name[32], *error;
	struct tariff *t;
	int fd = memfd_create("tariff", MFD_CLOEXEC);
	if (fd < 0 || write(fd, yaml.data, yaml.len) != (ssize_t)yaml.len) {
		if (fd >= 0)
			close(fd);
		return failure(EXIT_SYSTEM, "cannot keep the tariff in memory: %m");
	}
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	int r = tariff_load(name, NULL, &t, &error);
	close(fd);
	if (r < 0)
		return failure_with(EXIT_CONFIG, error);
	tariff_free(t);
	return EXIT_OK;
}

static int write_out(struct str yaml)
{
	if (!out) {
		bool written = fwrite(yaml.data, 1, yaml.len, stdout) == yaml.len;
		return written && !fflush(stdout)
			       ? EXIT_OK
			       : failure(EXIT_SYSTEM, "cannot write standard output: %m");
	}
	int r = file_replace(out, yaml);
	return r ? failure(EXIT_SYSTEM, "%s: %s", out, strerror(-r)) : EXIT_OK;
}

static int import(struct str json)
{
	struct buffer yaml = { 0 };
	struct mistakes mistakes = { 0 };
	terms.path = path;
	int status = urdb_tariff(json, &terms, &yaml, &mistakes) ? EXIT_CONFIG : EXIT_OK;
	mistake_print(&mistakes, stderr);
	mistake_free(&mistakes);
	status = status ?: check(buffer_str(&yaml));
	status = status ?: write_out(buffer_str(&yaml));
	buffer_free(&yaml);
	return status;
}

int command_tariff_import(int argc, char **argv)
{
	struct buffer json = { 0 };
	int status = command_parse(options, argc, argv);
	if (status)
		return status;
	int r = file_read(path, SIZE_MAX_JSON, &json);
	status = r ? failure(EXIT_CONFIG, "%s: %s", path, strerror(-r)) : import(buffer_str(&json));
	buffer_free(&json);
	return status;
}

#include "statedir.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"
#include "text.h"

static char base[] = "/tmp/duto-statedir.XXXXXX";

static void is_path(char *actual, const char *rest, const char *title)
{
	char *expected = text_print("%s%s", base, rest);
	is_str(actual, expected, title);
	free(expected);
	free(actual);
}

static unsigned mode_of(const char *path)
{
	struct stat st;
	return stat(path, &st) ? 0 : st.st_mode & 07777;
}

static void test_root(void)
{
	unsetenv("DUTO_STATE_DIR");
	setenv("XDG_STATE_HOME", base, 1);
	char *root = statedir_root();
	if (geteuid() == 0)
		is_str(root, "/var/lib/duto", "root's");
	else
		ok(strncmp(root, base, strlen(base)) == 0, "a user's");
	free(root);
	setenv("DUTO_STATE_DIR", "state", 1);
	is_path(statedir_root(), "/state", "a relative path is made absolute");
	is_path(statedir_keep("mill", "score"), "/state/mill/score", "a keep");
	is_path(statedir_checkpoint("mill", "score"), "/state/mill/score.checkpoint",
		"a checkpoint");
}

static void test_make(void)
{
	char *keep = statedir_keep("mill", "score"), *pipeline = text_print("%s/state/mill", base);
	umask(0);
	ok(statedir_make(keep, 0700) == 0, "a folder is made");
	ok(mode_of(keep) == 0700 && mode_of(pipeline) == 0750, "with its mode");
	ok(statedir_make(keep, 0750) == 0 && mode_of(keep) == 0700, "once");
	ok(statedir_make("/proc/none/of/this", 0700) == -ENOENT, "or told that it cannot be made");
	free(keep);
	free(pipeline);
}

static void test_find(void)
{
	is_path(statedir_find("mill/score"), "/state/mill/score", "a keep by its pipeline");
	is_path(statedir_find("state/mill"), "/state/mill", "a folder by its path");
	ok(!statedir_find("mill/none") && !statedir_find("none") && !statedir_find("mill/score/x"),
		"names of nothing");
	ok(!statedir_find("mill/..") && !statedir_find("../mill") && !statedir_find("/mill"),
		"no way out of the root");
}

int main(void)
{
	if (!mkdtemp(base) || chdir(base))
		return 1;
	test_root();
	test_make();
	test_find();
	rmdir("state/mill/score");
	rmdir("state/mill");
	rmdir("state");
	rmdir(base);
	return done();
}

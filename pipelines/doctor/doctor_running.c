/* What runs, and what it left: programs from before an upgrade, sockets that nobody serves,
 * keeps. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "doctor.h"
#include "folder.h"
#include "keep/keep.h"
#include "pipelines/describe/libexec.h"
#include "pipelines/process.h"
#include "pipelines/stage/rundir.h"
#include "statedir.h"
#include "text.h"

static void look_at_links(void)
{
	char *path = libexec_file("link-zmq.so");
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (library) {
		doctor_good("links", "libzmq can be loaded");
		dlclose(library);
	} else {
		doctor_wrong("links", text_print("apt-get install libzmq5"), "%s", dlerror());
	}
	free(path);
}

static bool is_number(const char *name)
{
	return *name && strspn(name, "0123456789") == strlen(name);
}

static int look_at_process(const char *path, const char *name, void *context)
{
	const char *folder = context;
	char program[PATH_MAX];
	(void)path;
	if (is_number(name) && process_is_replaced(atoi(name), program) &&
		strncmp(program, folder, strlen(folder)) == 0)
		doctor_wrong("program", text_print("kill %s", name),
			"process %s runs %s from before an upgrade; who started it starts the new",
			name, program);
	return 0;
}

static void look_at_programs(void)
{
	char *file = libexec_file(""), *folder = realpath(file, NULL);
	if (folder)
		folder_each("/proc", look_at_process, folder);
	free(folder);
	free(file);
}

static bool is_served(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || strlen(path) >= sizeof(address.sun_path)) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	strcpy(address.sun_path, path);
	bool refused = connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 &&
		       errno == ECONNREFUSED;
	close(fd);
	return !refused;
}

static int look_at_socket(const char *path, const char *name, void *context)
{
	struct stat st;
	(void)name;
	(void)context;
	if (lstat(path, &st) || !S_ISSOCK(st.st_mode))
		return 0;
	if (is_served(path))
		doctor_good("socket", "%s is served", path);
	else
		doctor_wrong("socket", text_print("rm %s", path), "%s: nobody serves it", path);
	return 0;
}

static void look_at_sockets(const char *pipeline, const char *path, void *context)
{
	(void)pipeline;
	(void)context;
	folder_each(path, look_at_socket, NULL);
}

static int look_at_keep(const char *path, void *context)
{
	(void)context;
	struct keep_info info;
	char *error = NULL;
	int r = keep_info(path, &info, &error);
	if (r == -ENOTSUP)
		doctor_wrong(
			"keep", text_print("apt-get install --only-upgrade duto"), "%s", error);
	else if (r)
		doctor_wrong("keep", text_print("duto keep info %s", path), "%s", error);
	else if (info.aside_files)
		doctor_wrong("keep", text_print("duto keep verify %s && ls %s/aside", path, path),
			"%s: damage was set aside: look at it, and take it away", path);
	else
		doctor_good("keep", "%s can be read", path);
	if (!r)
		keep_info_free(&info);
	free(error);
	return 0;
}

void doctor_running(void)
{
	char *state = statedir_root();
	look_at_links();
	look_at_programs();
	rundir_each(look_at_sockets, NULL);
	statedir_keeps(state, look_at_keep, NULL);
	free(state);
}

/* What the machine has to bring: a clock in step, room on its disks, rights on its serial ports. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "doctor.h"
#include "folder.h"
#include "human.h"
#include "statedir.h"
#include "text.h"

static void look_at_clock(void)
{
	struct timex t = { 0 };
	if (adjtimex(&t) < 0)
		doctor_good("clock", "cannot be looked at: %s", strerror(errno));
	else if (t.status & STA_UNSYNC)
		doctor_wrong("clock", text_print("timedatectl set-ntp true"),
			"the clock is not in step with any other: times of samples may be wrong");
	else
		doctor_good("clock", "in step, within %.1f ms", (double)t.maxerror / 1e3);
}

/* The folder, or the one above it that is there. */
static char *nearest(const char *path)
{
	char *there = text_print("%s", path), *slash;
	while (access(there, F_OK) && (slash = strrchr(there, '/')))
		*slash = 0;
	return there;
}

static void look_at_disk(const char *path, double room)
{
	struct statvfs disk;
	char left[HUMAN_TEXT], *folder = nearest(path);
	if (statvfs(*folder ? folder : "/", &disk) == 0 && disk.f_blocks) {
		double share = (double)disk.f_bavail / (double)disk.f_blocks;
		human_size(left, (double)disk.f_bavail * (double)disk.f_frsize);
		if (share < room)
			doctor_wrong("disk", text_print("duto keep ls"),
				"%s: %sB are free, %.0f%%: keeps that are large want `max`, or a "
				"shorter `for`",
				path, left, share * 100);
		else
			doctor_good("disk", "%s: %sB are free, %.0f%%", path, left, share * 100);
	}
	free(folder);
}

static const char *user_name(void)
{
	const struct passwd *user = getpwuid(geteuid());
	return user ? user->pw_name : "$USER";
}

static const char *group_of(const char *path)
{
	struct stat st;
	const struct group *group = stat(path, &st) ? NULL : getgrgid(st.st_gid);
	return group && st.st_gid && st.st_mode & S_IWGRP ? group->gr_name : NULL;
}

static int look_at_port(const char *path, const char *name, void *context)
{
	const char *group = group_of(path);
	(void)context;
	if (strncmp(name, "ttyUSB", 6) != 0 && strncmp(name, "ttyACM", 6) != 0)
		return 0;
	if (access(path, R_OK | W_OK) == 0)
		doctor_good("serial", "%s may be read and written", path);
	else if (group)
		doctor_wrong("serial", text_print("usermod -aG %s %s", group, user_name()),
			"%s: %s; its group %s may, from the next login on", path, strerror(EACCES),
			group);
	else
		doctor_wrong("serial", text_print("chgrp dialout %s && chmod g+rw %s", path, path),
			"%s: %s, and it has no group that may", path, strerror(EACCES));
	return 0;
}

void doctor_machine(const struct doctor_settings *settings)
{
	char *state = statedir_root();
	look_at_clock();
	look_at_disk(state, settings->room);
	folder_each(settings->devices, look_at_port, NULL);
	free(state);
}

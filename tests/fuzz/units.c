/* Units of pipeline files: whatever the file holds, there are no other units than its stages', by plain
 * names, and no other lines in them than duto writes. */
#include <string.h>

#include "pipeline/pipeline.h"
#include "systemd/unit_files.h"

#include "fuzz.h"

static const char *const keys[] = { "Description", "SourcePath", "Wants", "PartOf", "After",
	"StartLimitIntervalSec", "X-DutoHash", "Type", "NotifyAccess", "WatchdogSec", "Restart",
	"RestartSec", "RestartPreventExitStatus", "SuccessExitStatus", "KillMode", "TimeoutStopSec",
	"ExecStart", "ExecReload", "Environment", "SyslogIdentifier", "LogExtraFields",
	"DynamicUser", "User", "Group", "UMask", "TemporaryFileSystem", "BindPaths",
	"BindReadOnlyPaths", "StateDirectory", "StateDirectoryMode", "RuntimeDirectory",
	"RuntimeDirectoryMode", "RuntimeDirectoryPreserve", "LoadCredential", "InaccessiblePaths",
	"CPUQuota", "MemoryMax", "RestrictAddressFamilies", "PrivateNetwork", "IPAddressDeny",
	"IPAddressAllow", "PrivateDevices", "SupplementaryGroups", "DeviceAllow", "NoNewPrivileges",
	"CapabilityBoundingSet", "ProtectSystem", "ProtectHome", "PrivateMounts", "PrivateTmp",
	"PrivateIPC", "PrivateUsers", "ProtectHostname", "ProtectClock", "ProtectKernelTunables",
	"ProtectKernelModules", "ProtectKernelLogs", "ProtectControlGroups", "ProtectProc",
	"ProcSubset", "LockPersonality", "MemoryDenyWriteExecute", "RestrictRealtime",
	"RestrictSUIDSGID", "RestrictNamespaces", "RemoveIPC", "KeyringMode",
	"SystemCallArchitectures", "SystemCallFilter", "SystemCallErrorNumber", "DevicePolicy",
	"RemainAfterExit", "OnCalendar", "Persistent", "AccuracySec" };

static void expect(bool condition)
{
	if (!condition)
		abort();
}

static bool is_key(const char *line, size_t len)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strlen(keys[i]) == len && memcmp(keys[i], line, len) == 0)
			return true;
	return false;
}

static void check_line(const char *line, size_t len, int *sections)
{
	const char *equals = memchr(line, '=', len);
	for (size_t i = 0; i < len; i++)
		expect((unsigned char)line[i] >= 0x20);
	if (!len || *line == '#')
		return;
	if (*line == '[')
		++*sections;
	else
		expect(equals && is_key(line, (size_t)(equals - line)) && line[len - 1] != '\\');
}

static void check_unit(const struct unit_file *u)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789_-.";
	const char *at = (const char *)u->text.data, *end = at + u->text.len;
	int sections = 0;
	expect(strncmp(u->name, "duto-", 5) == 0 && strspn(u->name, plain) == strlen(u->name));
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		expect(stop);
		check_line(at, (size_t)(stop - at), &sections);
		at = stop + 1;
	}
	expect(sections <= 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct unit_settings settings = { "/usr/bin/duto", "/run/duto", "/var/lib/duto" };
	struct pipeline *p = pipeline_open(fuzz_file(data, len));
	struct unit_files files;
	char *error = NULL;
	if (mistake_count(&p->mistakes) == 0 &&
		unit_files_make(p, &settings, &files, &error) == 0) {
		size_t timers = 0;
		for (size_t i = 0; i < files.count; i++)
			check_unit(&files.all[i]);
		for (size_t i = 0; i < p->stage_count; i++)
			timers += p->stages[i].due.zone != NULL;
		expect(files.count == 2 + p->stage_count + timers);
		unit_files_free(&files);
	}
	free(error);
	pipeline_close(p);
	return 0;
}

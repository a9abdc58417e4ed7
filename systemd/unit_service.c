#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fnv.h"
#include "pipelines/stage/outputs.h"
#include "pipelines/stage/patience.h"
#include "unit_parts.h"
#include "unit_text.h"

static void add(struct buffer *to, const char *lines)
{
	buffer_add_str(to, str(lines));
}

/* Readers start first and stop last, so that a stop drains; nobody requires anybody, since links are
 * taken up again. */
static void add_order(struct buffer *to, const struct unit_making *m, const struct stage *stage)
{
	const char *name = m->p->name.text;
	buffer_print(to, "PartOf=duto-%s.target\n", name);
	buffer_print(to, "Wants=duto-%s.setup.service\n", name);
	buffer_print(to, "After=duto-%s.setup.service network.target\n", name);
	for (size_t i = 0; i < m->p->stage_count; i++) {
		const struct stage *reader = &m->p->stages[i];
		for (size_t k = 0; k < reader->from_count + reader->tap_count; k++) {
			const struct source *s = k < reader->from_count
							 ? &reader->from[k]
							 : &reader->taps[k - reader->from_count];
			if (&m->p->stages[s->stage] == stage)
				buffer_print(
					to, "After=duto-%s-%s.service\n", name, reader->name.text);
		}
	}
}

static void add_command(struct buffer *to, const struct unit_making *m, const struct stage *stage)
{
	add(to, "ExecStart=");
	unit_text_quote(to, m->settings->program);
	add(to, " stage ");
	unit_text_quote(to, m->path);
	buffer_print(to, " %s%s\n", stage->name.text, unit_is_exact(stage) ? "" : " --if-due");
	add(to, "Environment=");
	buffer_print(to, "DUTO_RUNTIME_DIR=%s DUTO_STATE_DIR=%s\n", m->settings->run_root,
		m->settings->state_root);
}

/* A scheduled stage runs once when its timer says so: until it is done, however long that takes. */
static void add_run(struct buffer *to)
{
	add(to, "Type=oneshot\n"
		"Restart=on-failure\n"
		"RestartSec=30s\n"
		"RestartPreventExitStatus=100\n"
		"SuccessExitStatus=SIGTERM\n" /* it is told to stop, of this type a failure else */
		"KillMode=mixed\n");
}

static void add_life(struct buffer *to, const struct stage *stage)
{
	if (stage->due.zone) {
		add_run(to);
		return;
	}
	buffer_print(to,
		"Type=notify\n"
		"NotifyAccess=main\n"
		"WatchdogSec=30s\n"
		"Restart=always\n"
		"RestartSec=1s\n"
		"RestartPreventExitStatus=99 100\n"
		"SuccessExitStatus=99\n"
		"Environment=DUTO_END_STATUS=99\n"
		"KillMode=mixed\n"
		"TimeoutStopSec=%" PRId64 "s\n",
		patience(stage) / SECONDS + 1);
}

/* A user of its own for each stage, whatever the names are: what systemd makes of them has at most
 * 31 characters. */
static void add_user(struct buffer *to, const char *pipeline, const char *stage)
{
	uint64_t hash = fnv_add(FNV_START, pipeline, strlen(pipeline) + 1);
	buffer_print(to,
		"DynamicUser=yes\n"
		"User=duto-%016" PRIx64 "\n"
		"Group=duto\n"
		"UMask=0007\n",
		fnv_add(hash, stage, strlen(stage)));
}

static void add_cursors(struct buffer *to, const struct unit_making *m, const struct stage *stage)
{
	for (size_t i = 0; i < stage->from_count; i++) {
		const struct stage *writer = &m->p->stages[stage->from[i].stage];
		if (!m->traits[stage->from[i].stage].keeps)
			continue;
		buffer_print(to, "BindReadOnlyPaths=%s/%s/%s\n", m->settings->state_root,
			m->p->name.text, writer->name.text);
		buffer_print(to, "BindPaths=%s/%s/%s/cursors\n", m->settings->state_root,
			m->p->name.text, writer->name.text);
	}
}

/* Of run folders it sees its own pipeline's; of keeps those that it has to do with. */
static void add_folders(struct buffer *to, const struct unit_making *m, const struct stage *stage,
	const struct needs *needs)
{
	const char *root = m->settings->state_root, *pipeline = m->p->name.text,
		   *name = stage->name.text;
	const struct traits *t = &m->traits[stage - m->p->stages];
	buffer_print(to, "TemporaryFileSystem=%s:ro %s:ro\n", m->settings->run_root, root);
	buffer_print(to, "BindPaths=%s\n", m->rundir);
	if (t->keeps)
		buffer_print(to, "BindPaths=%s/%s/%s\n", root, pipeline, name);
	if (outputs_named(m->p, stage))
		buffer_print(to, "BindPaths=%s/%s/%s.out\nEnvironment=DUTO_OUT_DIR=%s/%s/%s.out\n",
			root, pipeline, name, root, pipeline, name);
	add_cursors(to, m, stage);
	for (size_t i = 0; i < needs->keeps.count; i++)
		buffer_print(to, "BindReadOnlyPaths=-%s/%s\n", root, needs->keeps.all[i]);
	if (stage->due.zone)
		buffer_print(to, "BindPaths=%s/%s/%s.schedule\n", root, pipeline, name);
	if (t->state)
		buffer_print(to, "StateDirectory=duto-state/%s/%s\nStateDirectoryMode=0700\n",
			pipeline, name);
	for (size_t i = 0; i < needs->secrets.count; i++)
		buffer_print(to, "LoadCredential=%s:/etc/duto/secrets/%s\n", needs->secrets.all[i],
			needs->secrets.all[i]);
	add(to, "InaccessiblePaths=-/etc/duto/secrets\n");
}

/* What no stage needs costs nothing to forbid. libzmq asks each of its threads to be scheduled as it
 * is already, and takes a refusal for a bug: it is answered that it is done. */
static void add_hardening(struct buffer *to)
{
	add(to, "NoNewPrivileges=yes\n"
		"CapabilityBoundingSet=\n"
		"ProtectSystem=strict\n"
		"ProtectHome=yes\n"
		"PrivateMounts=yes\n"
		"PrivateTmp=yes\n"
		"PrivateIPC=yes\n"
		"PrivateUsers=yes\n"
		"ProtectHostname=yes\n"
		"ProtectClock=yes\n"
		"ProtectKernelTunables=yes\n"
		"ProtectKernelModules=yes\n"
		"ProtectKernelLogs=yes\n"
		"ProtectControlGroups=yes\n"
		"ProtectProc=invisible\n"
		"ProcSubset=pid\n"
		"LockPersonality=yes\n"
		"MemoryDenyWriteExecute=yes\n"
		"RestrictRealtime=yes\n"
		"RestrictSUIDSGID=yes\n"
		"RestrictNamespaces=yes\n"
		"RemoveIPC=yes\n"
		"KeyringMode=private\n"
		"SystemCallArchitectures=native\n"
		"SystemCallFilter=@system-service\n"
		"SystemCallFilter=~@privileged @resources\n"
		"SystemCallFilter=~sched_setscheduler:0\n"
		"SystemCallErrorNumber=EPERM\n"
		"DevicePolicy=closed\n");
}

/* systemd looks the number of a path up when the stage starts. An adapter on USB may be plugged in
 * later, or again: it is allowed by its number, which belongs to its name (the kernel's
 * admin-guide/devices.txt: ttyUSBn is 188:n, ttyACMn is 166:n). Links in /dev/serial lead to
 * whichever of these udev found free: there all of them are allowed, by a number too, since names
 * (char-ttyUSB) are known only once a driver is loaded. */
static void add_device(struct buffer *to, const char *path)
{
	static const char usb[] = "/dev/ttyUSB", acm[] = "/dev/ttyACM", links[] = "/dev/serial/";
	const char *number = path + strlen(usb);
	bool numbered =
		strlen(path) > strlen(usb) && strspn(number, "0123456789") == strlen(number);
	if (numbered && strncmp(path, usb, strlen(usb)) == 0)
		buffer_print(to, "DeviceAllow=/dev/char/188:%s rw\n", number);
	else if (numbered && strncmp(path, acm, strlen(acm)) == 0)
		buffer_print(to, "DeviceAllow=/dev/char/166:%s rw\n", number);
	else if (strncmp(path, links, strlen(links)) == 0)
		add(to, "DeviceAllow=char-188 rw\nDeviceAllow=char-166 rw\n");
	else
		buffer_print(to, "DeviceAllow=%s rw\n", path);
}

static void add_reach(struct buffer *to, const struct needs *needs)
{
	if (needs->network)
		add(to, "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\n");
	else
		add(to, "RestrictAddressFamilies=AF_UNIX\nPrivateNetwork=yes\n");
	if (!needs->network || needs->local)
		add(to, "IPAddressDeny=any\n");
	if (needs->local)
		add(to, "IPAddressAllow=localhost\n");
	if (!needs->devices.count)
		add(to, "PrivateDevices=yes\n");
	else
		add(to, "SupplementaryGroups=dialout\n");
	for (size_t i = 0; i < needs->devices.count; i++)
		add_device(to, needs->devices.all[i]);
}

static void add_limits(struct buffer *to, const struct stage_limits *limits)
{
	if (limits->cpu > 0)
		buffer_print(to, "CPUQuota=%.0f%%\n", 100 * limits->cpu);
	if (limits->memory > 0)
		buffer_print(to, "MemoryMax=%" PRId64 "\n", limits->memory);
}

static void add_service(struct buffer *to, const struct unit_making *m, const struct stage *stage)
{
	struct needs needs;
	needs_find(m->p, &m->traits[stage - m->p->stages], stage, &needs);
	add(to, "\n[Service]\n");
	add_life(to, stage);
	add_command(to, m, stage);
	buffer_print(to,
		"SyslogIdentifier=duto-%s-%s\nLogExtraFields=DUTO_PIPELINE=%s DUTO_STAGE=%s\n",
		m->p->name.text, stage->name.text, m->p->name.text, stage->name.text);
	add_user(to, m->p->name.text, stage->name.text);
	add_folders(to, m, stage, &needs);
	add_limits(to, &stage->limits);
	add_reach(to, &needs);
	add_hardening(to);
	needs_free(&needs);
}

bool unit_service(struct buffer *to, struct unit_making *m, const struct stage *stage)
{
	struct buffer service = { 0 };
	uint64_t hash;
	add_service(&service, m, stage);
	bool good = unit_hash(m, stage, buffer_str(&service), &hash);
	if (good) {
		unit_head(to, m, stage, "stage");
		add_order(to, m, stage);
		buffer_print(to, "StartLimitIntervalSec=0\nX-DutoHash=%016" PRIx64 "\n", hash);
		buffer_add_str(to, buffer_str(&service));
		buffer_print(to, "Environment=DUTO_HASH=%016" PRIx64 "\n", hash);
	}
	buffer_free(&service);
	return good;
}

#include "needs.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "allocate.h"
#include "file.h"
#include "pipelines/describe/describe.h"
#include "pipelines/describe/libexec.h"
#include "pipelines/describe/values.h"
#include "pipelines/stage/secrets.h"
#include "text.h"

enum { LIST_MAX = 1 << 20 }; /* bytes of a list of devices that are looked at */

#define DEVICE_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-"
#define NAME_CHARACTERS	  "abcdefghijklmnopqrstuvwxyz0123456789_-"

static void add(struct names *names, const char *text, size_t len)
{
	for (size_t i = 0; i < names->count; i++)
		if (strlen(names->all[i]) == len && memcmp(names->all[i], text, len) == 0)
			return;
	names->all = reallocate(names->all, names->count + 1, sizeof(*names->all));
	names->all[names->count++] = text_print("%.*s", (int)len, text);
}

/* How long the path of a serial port is (/dev/ttyUSB0, /dev/serial/by-path/...); 0: it is none. Only
 * the latter have colons; behind the others one parts the path from what follows. */
static size_t device_len(const char *at)
{
	size_t len = strspn(at, DEVICE_CHARACTERS ":");
	if (strncmp(at, "/dev/tty", 8) == 0)
		len = strspn(at, DEVICE_CHARACTERS);
	else if (strncmp(at, "/dev/serial/", 12) != 0)
		return 0;
	return memmem(at, len, "..", 2) ? 0 : len;
}

static void find_devices(struct needs *n, const char *text)
{
	for (const char *at = text; (at = strstr(at, "/dev/")); at++) {
		size_t len = device_len(at);
		bool begins = at == text || at[-1] == '/' || !strchr(DEVICE_CHARACTERS, at[-1]);
		if (len && begins)
			add(&n->devices, at, len);
	}
}

/* Neither nothing nor the folder of a socket, which a URL may have with its slashes encoded. */
static bool is_host(const char *at)
{
	return *at && !strchr(":/?#& ", *at) && strncasecmp(at, "%2f", 3) != 0;
}

/* libpq takes the host behind a question mark too: postgresql:///plant?host=db. */
static bool has_host_keyword(const char *text)
{
	static const char *const keywords[] = { "host=", "hostaddr=" };
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		for (const char *at = text; (at = strstr(at, keywords[i])); at++)
			if ((at == text || strchr("?& ", at[-1])) &&
				is_host(at + strlen(keywords[i])))
				return true;
	return false;
}

/* An address with a machine in it: postgresql:///plant and postgresql://duto@/plant have none. */
static bool names_host(const char *text)
{
	for (const char *at = text; (at = strstr(at, "://"));) {
		at += 3;
		const char *user_end = memchr(at, '@', strcspn(at, "/?#"));
		if (is_host(user_end ? user_end + 1 : at))
			return true;
	}
	return has_host_keyword(text);
}

static bool is_loopback(const char *text)
{
	return strstr(text, "127.0.0.1") || strstr(text, "localhost") || strstr(text, "[::1]");
}

static bool is_everywhere(const char *text)
{
	return strstr(text, "0.0.0.0") || strstr(text, "[::]") || strstr(text, "*:");
}

/* A word may name a keep as STAGE, of this pipeline, or PIPELINE/STAGE; whether it is there is seen when the
 * stage starts. */
static void add_keep(struct needs *n, const struct pipeline *p, const char *word)
{
	size_t first = strspn(word, NAME_CHARACTERS);
	if (first && !word[first] && pipeline_stage(p, word)) {
		char *pair = text_print("%s/%s", p->name.text, word);
		add(&n->keeps, pair, strlen(pair));
		free(pair);
	} else if (first && word[first] == '/') {
		size_t second = strspn(word + first + 1, NAME_CHARACTERS);
		if (second && !word[first + 1 + second])
			add(&n->keeps, word, strlen(word));
	}
}

/* What was learnt of addresses while words are looked at. */
struct addresses {
	bool host, loopback, everywhere;
};

static void look_at_text(struct needs *n, struct addresses *a, const char *text)
{
	find_devices(n, text);
	a->host |= names_host(text);
	a->loopback |= is_loopback(text);
	a->everywhere |= is_everywhere(text);
}

static void look_at_list(
	struct needs *n, struct addresses *a, const struct pipeline *p, const char *name)
{
	size_t len = strlen(name);
	if (len < 5 || strcmp(name + len - 4, ".csv") != 0)
		return;
	char *path = *name == '/' ? text_print("%s", name) : text_print("%s/%s", p->dir, name);
	char *text = or_abort(malloc(LIST_MAX + 1));
	text[file_peek(path, text, LIST_MAX)] = 0;
	look_at_text(n, a, text);
	free(text);
	free(path);
}

static void look_at_word(struct needs *n, struct addresses *a, const struct pipeline *p,
	const struct traits *t, const char *word)
{
	const char *equals = *word == '-' ? strchr(word, '=') : NULL;
	const char *value = equals ? equals + 1 : word;
	const char *secret = secrets_name(value);
	look_at_text(n, a, value);
	if (t->reaches & 1 << REACH_CLIENT)
		look_at_list(n, a, p, value);
	if (secret)
		add(&n->secrets, secret, strlen(secret));
}

struct keep_search {
	struct needs *n;
	const struct pipeline *p;
};

static void find_keep(const json_t *option, char **word, const char *value, void *context)
{
	const struct keep_search *s = context;
	(void)word;
	if (strcmp(describe_text(option, "type"), "keep") == 0)
		add_keep(s->n, s->p, value);
}

static void look_at_substage(
	struct needs *n, const struct pipeline *p, const struct substage *substage)
{
	char *path = libexec_path(substage->argv[0]);
	json_t *description = path ? describe_known(path, substage->argv[0]) : NULL;
	values_each(description, substage->argv, find_keep, &(struct keep_search){ n, p });
	json_decref(description);
	free(path);
}

static void free_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->all[i]);
	free(names->all);
	*names = (struct names){ 0 };
}

static void decide(struct needs *n, const struct addresses *a, const struct traits *t, bool listens)
{
	bool serves = t->reaches & 1 << REACH_LISTENER, client = t->reaches & 1 << REACH_CLIENT;
	bool only_serial = n->devices.count && !a->host;
	bool calls = (client && !only_serial) || (t->reaches & 1 << REACH_ADDRESS && a->host);
	n->network = serves || calls || listens;
	n->local = n->network && !listens && a->loopback && !a->everywhere && !calls;
	if (!client)
		free_names(&n->devices);
}

void needs_find(const struct pipeline *p, const struct traits *t, const struct stage *stage,
	struct needs *ret)
{
	struct addresses a = { 0 };
	*ret = (struct needs){ 0 };
	for (size_t i = 0; i < stage->substage_count; i++) {
		look_at_substage(ret, p, &stage->substages[i]);
		for (size_t k = 1; k < stage->substages[i].count; k++)
			look_at_word(ret, &a, p, t, stage->substages[i].argv[k]);
	}
	decide(ret, &a, t, stage->listen.text);
}

void needs_free(struct needs *needs)
{
	free_names(&needs->devices);
	free_names(&needs->secrets);
	free_names(&needs->keeps);
}

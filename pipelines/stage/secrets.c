#include "secrets.h"

#include <stdbool.h>

#include <stdlib.h>
#include <string.h>

#include "text.h"

/* What a credential may be called (systemd.exec(5)), and what needs no quotes in a unit. */
#define CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

const char *secrets_name(const char *word)
{
	static const char folder[] = SECRETS_FOLDER "/";
	if (strncmp(word, folder, strlen(folder)) != 0)
		return NULL;
	const char *name = word + strlen(folder);
	bool fits = *name && *name != '.' && strspn(name, CHARACTERS) == strlen(name) &&
		    strlen(name) < 128;
	return fits ? name : NULL;
}

char *secrets_turn(const char *word)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	const char *equals = *word == '-' ? strchr(word, '=') : NULL;
	const char *name = secrets_name(equals ? equals + 1 : word);
	if (!folder || !*folder || !name)
		return NULL;
	return text_print("%.*s%s/%s", equals ? (int)(equals + 1 - word) : 0, word, folder, name);
}

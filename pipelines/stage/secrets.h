/* Secrets: files that only root reads, in one folder. A command line names them there, as it was
 * tried by root in a terminal; under systemd the stage gets copies (LoadCredential=) that nobody
 * else can read, and the same words mean those. */
#ifndef DUTO_SECRETS_H
#define DUTO_SECRETS_H

#define SECRETS_FOLDER "/etc/duto/secrets"

/* The file's name where a word is the path of a secret, else NULL. */
const char *secrets_name(const char *word);

/* A malloc'ed path in $CREDENTIALS_DIRECTORY for such a word, an option's --name=PATH too; NULL where
 * the word, or this process, has none. */
char *secrets_turn(const char *word);

#endif

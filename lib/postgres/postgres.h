/* PostgreSQL by libpq: who logs in where, the connection, and what its errors mean to a person.
 *
 * Passwords come from a file or from $CREDENTIALS_DIRECTORY, never from a command line. A
 * connection beyond this machine is encrypted. */
#ifndef DUTO_POSTGRES_H
#define DUTO_POSTGRES_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "str.h"

/* The file in $CREDENTIALS_DIRECTORY that is read where no password file is named. */
#define POSTGRES_CREDENTIAL "postgresql-password"

struct postgres_login {
	const char *url;	   /* postgresql://ROLE@HOST:PORT/DATABASE?... */
	const char *password_file; /* NULL: the credential, where there is one */
	bool insecure;		   /* allows a connection beyond this machine without encryption */
};

/* Whether the login is as it should be, without connecting: the URL parses and has no password, the
 * password file is there, the connection will be encrypted. 0, or -EINVAL with a message that is
 * the caller's. */
int postgres_check(const struct postgres_login *login, char **ret_error);

/* Connects; reads the password file anew, so that a changed one is taken. 0 and a connection in
 * UTC; or -EAGAIN with a message that is the caller's and says what to do. */
int postgres_connect(const struct postgres_login *login, PGconn **ret, char **ret_problem);

/* The same with that database in place of the URL's; NULL: the URL's. */
int postgres_connect_to(
	const struct postgres_login *login, const char *database, PGconn **ret, char **ret_problem);

/* What a URL says of a keyword of libpq (dbname, user, host); NULL: nothing. The caller's. */
char *postgres_url_part(const char *url, const char *keyword);

/* The first line of a password file, or of the credential, in a malloc'ed text; NULL where there is
 * none. 0, or -errno with a message. */
int postgres_password(const char *file, char **ret, char **ret_error);

/* Runs statements without parameters. 0, or -EAGAIN with postgres_problem's message; -EBADMSG with
 * it where the server refuses what it is given, and will do so again: SQLSTATE 22 (not a value of
 * its type), 23 (against a constraint) and 54 (beyond a limit, as a name too long for an index). */
int postgres_run(PGconn *conn, const char *sql, char **ret_problem);

/* Runs one statement with parameters $1, $2, ..., given as text without NUL; data NULL: NULL. The
 * result is the caller's, whatever it is. */
PGresult *postgres_query(PGconn *conn, const char *sql, const struct str *values, int count);

/* Takes the result over and expects one without an error, as above. */
int postgres_expect(PGconn *conn, PGresult *result, char **ret_problem);

/* What a failed result (NULL: the connection) means, as malloc'ed text: the server's message, and
 * what to do about it where that is known (login, rights, room on the disk). */
char *postgres_problem(PGconn *conn, const PGresult *result);

/* The SQLSTATE of a result; "" where it has none. */
const char *postgres_state(const PGresult *result);

#endif

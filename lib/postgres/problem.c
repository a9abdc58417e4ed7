/* What PostgreSQL's errors mean to the person who has to mend them. Codes: PostgreSQL 15 manual,
 * appendix A. */
#include <stdlib.h>
#include <string.h>

#include "postgres/postgres.h"
#include "text.h"

static const struct {
	const char *state; /* SQLSTATE, or its first two characters: the class */
	const char *advice;
} advices[] = {
	{ "28P01",
		"the password of the role is another, or the role is not there: mend the password "
		"file, or make the role (duto historian-setup)" },
	{ "28000",
		"the server does not let this role in from here: mend pg_hba.conf (over its socket also "
		"pg_ident.conf: schemas/historian.md), or give another role" },
	{ "3D000", "make the database (duto historian-setup)" },
	{ "42501",
		"the role lacks a right: let the owner of the database grant it (duto historian-setup "
		"prints how)" },
	{ "53100",
		"the disk or quota of the server is full: make room there; nothing is lost meanwhile" },
	{ "53200", "the server has no memory left" },
	{ "53300", "the server has no connection left: raise max_connections, or close some" },
	{ "53400", "a limit set for this role or database is reached: raise it" },
	{ "25006", "the server only reads (a standby, or default_transaction_read_only): give the "
		   "one that writes" },
};

static const char *advice_for(const char *state)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(*advices); i++)
		if (strcmp(state, advices[i].state) == 0)
			return advices[i].advice;
	return NULL;
}

const char *postgres_state(const PGresult *result)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	return state ? state : "";
}

static bool is_state(const char *at)
{
	return strspn(at, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 5 && at[5] == ':';
}

/* A connection that was refused has its state only in the message: "FATAL:  28P01: ...". The first
 * word is in the server's language. */
static const char *state_in_message(const char *message, char ret[static 6])
{
	*ret = '\0';
	for (const char *at = message; (at = strstr(at, ":  ")); at += 3)
		if (is_state(at + 3)) {
			memcpy(ret, at + 3, 5);
			ret[5] = '\0';
			return at + 10;
		}
	return message;
}

char *postgres_problem(PGconn *conn, const PGresult *result)
{
	char found[6];
	const char *primary = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *detail = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL) : NULL;
	const char *state = postgres_state(result), *message = primary;
	if (!message) {
		message = state_in_message(PQerrorMessage(conn), found);
		state = found;
	}
	const char *advice = advice_for(state), *user = PQuser(conn);
	return text_print("%.*s%s%s%s%s (role %s)%s%s", (int)strcspn(message, "\n"), message,
		detail ? ": " : "", detail ? detail : "", *state ? ", " : "", state,
		user ? user : "?", advice ? ": " : "", advice ? advice : "");
}

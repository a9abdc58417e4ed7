/* duto historian-setup: the SQL that gives the historian its role and database, and people a role
 * that only reads. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "failure.h"
#include "filter.h"
#include "postgres/postgres.h"
#include "text.h"

static struct postgres_login login;
static const char *role = "duto", *reader = "duto_reader", *reader_password_file;
static const char *role_password_file;
static bool run;

static const struct opt options[] = {
	{ "database", OPT_TEXT, &login.url, "URL",
		"postgresql://HOST:PORT/DATABASE as the historian is given it; with --run, its role is "
		"who may make roles and databases",
		.positional = true, .required = true },
	{ "role", OPT_TEXT, &role, "NAME", .help = "the historian's role" },
	{ "reader", OPT_TEXT, &reader, "NAME",
		.help = "the role that only reads: Power BI, Grafana" },
	{ "password-file", OPT_FILE, &role_password_file, "FILE",
		.help = "the password that the historian's role gets" },
	{ "reader-password-file", OPT_FILE, &reader_password_file, "FILE",
		.help = "the password that the reader gets" },
	{ "insecure", OPT_FLAG, &login.insecure,
		.help = "allow a server beyond this machine without encryption" },
	{ "run", OPT_FLAG, &run, .help = "run it instead of printing it" },
	OPT_END,
};

/* One statement; run or printed only where `unless` finds no row. */
struct step {
	char *statement;
	char *unless; /* NULL: always */
	bool inside;  /* the database, not beside it */
	bool secret;  /* not to be told in messages */
};

enum { STEPS_MAX = 24 };
static struct step steps[STEPS_MAX];
static int step_count;

static void add(bool inside, bool secret, char *unless, char *statement)
{
	steps[step_count++] = (struct step){ statement, unless, inside, secret };
}

static char *quoted(const char *text, char quote)
{
	struct buffer b = { 0 };
	buffer_add_char(&b, quote);
	for (; *text; text++) {
		if (*text == quote)
			buffer_add_char(&b, quote);
		buffer_add_char(&b, *text);
	}
	buffer_add_char(&b, quote);
	buffer_add_char(&b, '\0');
	return (char *)b.data;
}

/* What the server stores of a password (SCRAM-SHA-256, RFC 5802); the password itself goes nowhere.
 * libpq asks for a connection, of which it uses only the place for errors. */
static char *verifier(const char *name, const char *password)
{
	PGconn *none = PQconnectStart("host=/nowhere");
	char *secret = PQencryptPasswordConn(none, password, name, "scram-sha-256");
	char *copy = secret ? quoted(secret, '\'') : NULL;
	PQfreemem(secret);
	PQfinish(none);
	return copy;
}

static int add_role(const char *name, const char *password_file)
{
	char *password = NULL, *error, *identifier = quoted(name, '"'),
	     *literal = quoted(name, '\'');
	if (password_file && postgres_password(password_file, &password, &error) < 0)
		return failure_with(EXIT_CONFIG, error);
	add(false, false, text_print("SELECT FROM pg_roles WHERE rolname = %s", literal),
		text_print("CREATE ROLE %s LOGIN", identifier));
	char *secret = password ? verifier(name, password) : NULL;
	if (secret)
		add(false, true, NULL, text_print("ALTER ROLE %s PASSWORD %s", identifier, secret));
	if (password)
		explicit_bzero(password, strlen(password));
	free(password);
	free(secret);
	free(identifier);
	free(literal);
	return EXIT_OK;
}

static void add_database(const char *database)
{
	char *name = quoted(database, '"'), *literal = quoted(database, '\''),
	     *owner = quoted(role, '"');
	add(false, false, text_print("SELECT FROM pg_database WHERE datname = %s", literal),
		text_print("CREATE DATABASE %s OWNER %s", name, owner));
	add(false, false, NULL, text_print("REVOKE ALL ON DATABASE %s FROM PUBLIC", name));
	add(false, false, NULL,
		text_print("GRANT CONNECT, TEMPORARY, CREATE ON DATABASE %s TO %s", name, owner));
	add(true, false, NULL,
		text_print("CREATE SCHEMA IF NOT EXISTS duto AUTHORIZATION %s", owner));
	free(name);
	free(literal);
	free(owner);
}

/* Also for what the historian makes later: partitions, and the tables of newer versions. */
static void add_rights(const char *database)
{
	char *name = quoted(database, '"'), *who = quoted(reader, '"'), *owner = quoted(role, '"');
	add(false, false, NULL, text_print("GRANT CONNECT ON DATABASE %s TO %s", name, who));
	add(false, false, NULL,
		text_print("ALTER ROLE %s SET default_transaction_read_only = on", who));
	add(true, false, NULL, text_print("GRANT USAGE ON SCHEMA duto TO %s", who));
	add(true, false, NULL, text_print("GRANT SELECT ON ALL TABLES IN SCHEMA duto TO %s", who));
	add(true, false, NULL,
		text_print("ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA duto GRANT SELECT ON "
			   "TABLES TO %s",
			owner, who));
	free(name);
	free(who);
	free(owner);
}

static void print_step(const struct step *s)
{
	char *text = quoted(s->statement, '\'');
	if (s->unless)
		printf("SELECT %s WHERE NOT EXISTS (%s) \\gexec\n", text, s->unless);
	else
		printf("%s;\n", s->statement);
	free(text);
}

static void print_steps(const char *database)
{
	char *name = quoted(database, '"');
	printf("-- For psql, as a role that may make roles and databases:\n"
	       "--     duto historian-setup ... | psql -d postgres\n"
	       "\\set ON_ERROR_STOP on\n");
	for (int inside = 0; inside < 2; inside++) {
		if (inside)
			printf("\\connect %s\n", name);
		for (int i = 0; i < step_count; i++)
			if (steps[i].inside == inside)
				print_step(&steps[i]);
	}
	free(name);
	if (!role_password_file)
		printf("-- Then give it a password: \\password %s\n"
		       "-- or let stages of the server's machine be it without one: "
		       "schemas/historian.md\n",
			role);
	if (!reader_password_file)
		printf("-- Then give it a password: \\password %s\n", reader);
}

static int run_step(PGconn *conn, const struct step *s, char **ret_problem)
{
	PGresult *there = s->unless ? PQexec(conn, s->unless) : NULL;
	bool is_there = there && PQntuples(there) > 0;
	int r = there ? postgres_expect(conn, there, ret_problem) : 0;
	if (r < 0 || is_there)
		return r;
	r = postgres_run(conn, s->statement, ret_problem);
	if (r == 0 && !s->secret)
		printf("%s\n", s->statement);
	return r;
}

static int run_steps(const char *database, bool inside)
{
	PGconn *conn;
	char *problem;
	int r = postgres_connect_to(&login, inside ? database : "postgres", &conn, &problem);
	if (r < 0)
		return failure_with(EXIT_SYSTEM, problem);
	for (int i = 0; i < step_count && r == 0; i++)
		if (steps[i].inside == inside)
			r = run_step(conn, &steps[i], &problem);
	PQfinish(conn);
	return r < 0 ? failure_with(EXIT_SYSTEM, problem) : EXIT_OK;
}

static int make_steps(const char *database)
{
	int status = add_role(role, role_password_file);
	if (!status)
		status = add_role(reader, reader_password_file);
	if (status)
		return status;
	add_database(database);
	add_rights(database);
	return EXIT_OK;
}

int command_historian_setup(int argc, char **argv)
{
	static const struct opt *const tables[] = { options, NULL };
	char *error;
	if (opt_parse(tables, argc, argv, &error))
		return failure_with(EXIT_CONFIG, error);
	if (opt_missing(tables))
		return failure(EXIT_CONFIG,
			"historian-setup needs the database: postgresql://HOST:PORT/DATABASE");
	if (postgres_check(&login, &error) < 0)
		return failure_with(EXIT_CONFIG, error);
	char *database = postgres_url_part(login.url, "dbname");
	if (!database || !*database)
		return failure(EXIT_CONFIG, "the URL names no database: expected "
					    "postgresql://HOST:PORT/DATABASE");
	int status = make_steps(database);
	if (!status && !run)
		print_steps(database);
	if (!status && run)
		status = run_steps(database, false);
	if (!status && run)
		status = run_steps(database, true);
	free(database);
	return status;
}

#include "postgres/postgres.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "file.h"
#include "text.h"
#include "utf8.h"

enum {
	PASSWORD_MAX = 4096, /* bytes of a password file */
	CONNECT_SECONDS = 10,
	PARAMETERS = 64, /* more than libpq has */
};

/* For what a URL does not say itself: a server that is gone without a word is noticed within a
 * minute. */
static const struct {
	const char *keyword, *value;
} defaults[] = {
	{ "application_name", "duto" },
	{ "keepalives_idle", "15" },
	{ "keepalives_interval", "5" },
	{ "tcp_user_timeout", "30000" },
	{ "client_encoding", "UTF8" },
};

static const char *part(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword; options++)
		if (strcmp(options->keyword, keyword) == 0)
			return options->val;
	return NULL;
}

char *postgres_url_part(const char *url, const char *keyword)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	const char *value = options ? part(options, keyword) : NULL;
	char *copy = value ? text_print("%s", value) : NULL;
	PQconninfoFree(options);
	return copy;
}

/* A line of text. What follows it does not count. */
static bool is_password(const char *text)
{
	struct str line = { text, strcspn(text, "\r\n") };
	for (size_t i = 0; i < line.len; i++)
		if ((unsigned char)line.data[i] < ' ')
			return false;
	return line.len && utf8_valid(line);
}

int postgres_password(const char *file, char **ret, char **ret_error)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	struct buffer text = { 0 };
	char *path = file     ? text_print("%s", file)
		     : folder ? text_print("%s/" POSTGRES_CREDENTIAL, folder)
			      : NULL;
	int r = path ? file_read(path, PASSWORD_MAX, &text) : -ENOENT;
	buffer_add_char(&text, '\0');
	if (r == -ENOENT && !file) {
		*ret = NULL;
		r = 0;
	} else if (r < 0) {
		*ret_error = text_print("%s: %s", path, strerror(-r));
	} else if (!is_password((char *)text.data)) {
		r = text_refuse(ret_error, "%s: expected a password in the first line", path);
	} else {
		*ret = text_print(
			"%.*s", (int)strcspn((char *)text.data, "\r\n"), (char *)text.data);
	}
	explicit_bzero(text.data, text.len);
	buffer_free(&text);
	free(path);
	return r;
}

/* One host of a list between commas. */
static bool is_here(struct str host)
{
	return !host.len || host.data[0] == '/' || host.data[0] == '@' ||
	       str_eq(host, STR("localhost")) || str_eq(host, STR("::1")) ||
	       str_starts(host, STR("127."));
}

static bool all_here(const char *hosts)
{
	for (const char *at = hosts ? hosts : ""; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!is_here((struct str){ at, strcspn(at, ",") }))
			return false;
	}
	return true;
}

static bool stays_here(const PQconninfoOption *options)
{
	const char *address = part(options, "hostaddr"), *host = part(options, "host");
	if (address && *address)
		return all_here(address);
	return all_here(host && *host ? host : getenv("PGHOST"));
}

static bool is_encrypted(const char *mode)
{
	return strcmp(mode, "require") == 0 || strncmp(mode, "verify-", 7) == 0;
}

static int check_options(
	const struct postgres_login *login, const PQconninfoOption *options, char **ret_error)
{
	const char *mode = part(options, "sslmode");
	if (part(options, "password"))
		return text_refuse(ret_error,
			"the URL has a password, which everyone on this machine could read: leave it "
			"out, and give --password-file or $CREDENTIALS_DIRECTORY/" POSTGRES_CREDENTIAL);
	if (mode && !is_encrypted(mode) && !login->insecure && !stays_here(options))
		return text_refuse(ret_error,
			"sslmode=%s may send samples and login in the clear beyond this machine: "
			"expected require, verify-ca or verify-full, or --insecure",
			mode);
	return 0;
}

static int parse(const struct postgres_login *login, PQconninfoOption **ret, char **ret_error)
{
	char *problem = NULL;
	if (!str_starts(str(login->url), STR("postgresql://")) &&
		!str_starts(str(login->url), STR("postgres://")))
		return text_refuse(ret_error,
			"expected postgresql://[ROLE@]HOST[:PORT]/DATABASE, found \"%s\"",
			login->url);
	*ret = PQconninfoParse(login->url, &problem);
	if (*ret && check_options(login, *ret, ret_error) == 0)
		return 0;
	if (!*ret)
		text_refuse(ret_error, "the URL of the database: %.*s",
			problem ? (int)strcspn(problem, "\n") : 0, problem ? problem : "");
	PQfreemem(problem);
	PQconninfoFree(*ret);
	return -EINVAL;
}

int postgres_check(const struct postgres_login *login, char **ret_error)
{
	PQconninfoOption *options;
	char *password = NULL;
	int r = parse(login, &options, ret_error);
	if (r < 0)
		return r;
	PQconninfoFree(options);
	r = postgres_password(login->password_file, &password, ret_error);
	if (password)
		explicit_bzero(password, strlen(password));
	free(password);
	return r < 0 ? -EINVAL : 0;
}

struct parameters {
	const char *keywords[PARAMETERS + 1], *values[PARAMETERS + 1];
	int count;
};

static void add(struct parameters *p, const char *keyword, const char *value)
{
	if (p->count == PARAMETERS)
		abort();
	p->keywords[p->count] = keyword;
	p->values[p->count++] = value;
}

static void fill(struct parameters *p, const struct postgres_login *login,
	const PQconninfoOption *options, const char *database, const char *password)
{
	for (const PQconninfoOption *o = options; o->keyword; o++)
		if (o->val)
			add(p, o->keyword, o->val);
	for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++)
		if (!part(options, defaults[i].keyword))
			add(p, defaults[i].keyword, defaults[i].value);
	if (!part(options, "sslmode") && !login->insecure && !stays_here(options))
		add(p, "sslmode", "require");
	if (database)
		add(p, "dbname", database);
	if (password)
		add(p, "password", password);
}

/* By hand, as only so the message of a refusal can be asked to tell its SQLSTATE, which does not
 * depend on the server's language. */
static bool finish_connecting(PGconn *conn)
{
	int64_t end = clock_monotonic() + CONNECT_SECONDS * SECONDS;
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;
	PQsetErrorVerbosity(conn, PQERRORS_VERBOSE);
	while (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
		struct pollfd wait = { .fd = PQsocket(conn),
			.events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT };
		int64_t left = end - clock_monotonic();
		if (left <= 0 || poll(&wait, 1, (int)(left / MILLISECONDS) + 1) == 0)
			return false;
		state = PQconnectPoll(conn);
	}
	PQsetErrorVerbosity(conn, PQERRORS_DEFAULT);
	return state == PGRES_POLLING_OK;
}

static void keep_silent(void *context, const PGresult *notice)
{
	(void)context;
	(void)notice;
}

static int connect_by(const struct parameters *p, PGconn **ret, char **ret_problem)
{
	PGconn *conn = PQconnectStartParams(p->keywords, p->values, 0);
	bool begun = conn && PQstatus(conn) != CONNECTION_BAD;
	int r = -EAGAIN;
	if (!conn)
		abort();
	if (begun && finish_connecting(conn)) {
		PQsetNoticeReceiver(conn, keep_silent, NULL);
		r = postgres_run(conn, "SET timezone = 'UTC'", ret_problem);
	} else if (PQstatus(conn) == CONNECTION_BAD) {
		*ret_problem = postgres_problem(conn, NULL);
	} else {
		*ret_problem = text_print("no answer within %d s", CONNECT_SECONDS);
	}
	if (r < 0)
		PQfinish(conn);
	else
		*ret = conn;
	return r;
}

int postgres_connect_to(
	const struct postgres_login *login, const char *database, PGconn **ret, char **ret_problem)
{
	struct parameters p = { 0 };
	PQconninfoOption *options;
	char *password = NULL;
	int r = parse(login, &options, ret_problem);
	if (r < 0)
		return -EAGAIN;
	r = postgres_password(login->password_file, &password, ret_problem);
	if (r == 0) {
		fill(&p, login, options, database, password);
		r = connect_by(&p, ret, ret_problem);
	}
	if (password)
		explicit_bzero(password, strlen(password));
	free(password);
	PQconninfoFree(options);
	return r < 0 ? -EAGAIN : 0;
}

int postgres_connect(const struct postgres_login *login, PGconn **ret, char **ret_problem)
{
	return postgres_connect_to(login, NULL, ret, ret_problem);
}

/* Of the data itself, by the class of its SQLSTATE. */
static bool is_refusal(const PGresult *result)
{
	const char *state = postgres_state(result);
	return strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0 ||
	       strncmp(state, "54", 2) == 0;
}

int postgres_expect(PGconn *conn, PGresult *result, char **ret_problem)
{
	ExecStatusType status = PQresultStatus(result);
	bool good =
		status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_IN;
	int r = good ? 0 : is_refusal(result) ? -EBADMSG : -EAGAIN;
	if (!good)
		*ret_problem = postgres_problem(conn, result);
	PQclear(result);
	return r;
}

PGresult *postgres_query(PGconn *conn, const char *sql, const struct str *values, int count)
{
	char *texts[PARAMETERS] = { 0 };
	if (count > PARAMETERS)
		abort();
	for (int i = 0; i < count; i++)
		texts[i] = values[i].data ? text_print("%.*s", STR_ARG(values[i])) : NULL;
	PGresult *result =
		PQexecParams(conn, sql, count, NULL, (const char *const *)texts, NULL, NULL, 0);
	for (int i = 0; i < count; i++)
		free(texts[i]);
	return result;
}

int postgres_run(PGconn *conn, const char *sql, char **ret_problem)
{
	return postgres_expect(conn, PQexec(conn, sql), ret_problem);
}

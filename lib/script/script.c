#include "allocate.h"
#include "parts.h"

#include <errno.h>
#include <stdlib.h>

#include "file.h"
#include "filter.h"
#include "text.h"

enum { FILE_MAX = 1 << 20 };

static int prepare(lua_State *lua)
{
	struct script *s = script_of(lua);
	access_environment(lua);
	s->environment = luaL_ref(lua, LUA_REGISTRYINDEX);
	return 0;
}

struct script *script_open(const struct script_form *form)
{
	struct script *s = allocate(1, sizeof(*s));
	s->form = *form;
	s->unlimited = true;
	s->budget = -1;
	s->bindings = allocate(SCRIPT_BINDINGS, sizeof(*s->bindings));
	s->sources = series_open(sizeof(struct source), form->sources, source_leave);
	s->condition.function = s->file.function = LUA_NOREF;
	s->lua = or_abort(sandbox_open(s));
	lua_pushcfunction(s->lua, prepare);
	if (lua_pcall(s->lua, 0, 0, 0) == LUA_OK)
		return s;
	series_close(s->sources);
	lua_close(s->lua);
	free(s->bindings);
	free(s);
	return NULL;
}

/* Compiling. */

/* Hands an expression to the compiler byte by byte, so that at an error it is known how far that has
 * read; a.b becomes _ENV["a.b"], prev.a.b prev["a.b"]. */
struct pieces {
	const struct expression *e;
	size_t at, use;
	bool begun;
	char piece[300];
};

static const char *dotted(struct pieces *p, const struct scan_use *use, size_t *ret_len)
{
	int len = snprintf(p->piece, sizeof(p->piece), "%s[\"%.*s\"]", use->prev ? "prev" : "_ENV",
		STR_ARG(use->name));
	p->at += use->len;
	*ret_len = (size_t)len;
	return p->piece;
}

static const char *next_piece(lua_State *lua, void *context, size_t *ret_len)
{
	(void)lua;
	struct pieces *p = context;
	const struct scan *scan = &p->e->scan;
	*ret_len = 1;
	if (!p->begun) {
		p->begun = true;
		*ret_len = strlen("return ");
		return "return ";
	}
	while (p->use < scan->count && scan->uses[p->use].start < p->at)
		p->use++;
	const struct scan_use *use = p->use < scan->count ? &scan->uses[p->use] : NULL;
	if (use && !use->optional && use->start == p->at &&
		memchr(use->name.data, '.', use->name.len))
		return dotted(p, use, ret_len);
	*ret_len = p->e->text[p->at] ? 1 : 0;
	return &p->e->text[p->at++];
}

/* What Lua says, without where in its own counting. */
static const char *plain(const char *message)
{
	const char *colon = message ? strchr(message, ':') : NULL;
	if (!colon || !strchr(colon + 1, ':'))
		return message ? message : "an error without words";
	for (colon++; *colon >= '0' && *colon <= '9'; colon++)
		;
	return strncmp(colon, ": ", 2) ? message : colon + 2;
}

/* The column, from 1, of the word that the compiler has stopped at: it has read one byte behind it. */
static size_t column_of(const struct pieces *p, const char *message)
{
	const char *near = strstr(message, "near '"), *end = near ? strrchr(near, '\'') : NULL;
	size_t behind = p->at, len = near && end > near + 6 ? (size_t)(end - near - 6) : 0;
	if (strstr(message, "near <eof>"))
		return strlen(p->e->text) + 1;
	return behind > len ? behind - len : 1;
}

static int compile(struct script *s, struct expression *e, size_t offset, char **ret_error)
{
	struct pieces p = { .e = e };
	const char *chunk = "=expression";
	scan_expression(&e->scan, str(e->text), sandbox_has);
	s->functions |= strstr(e->text, "function") != NULL;
	for (size_t i = 0; i < e->scan.count; i++)
		if (e->scan.uses[i].name.len > sizeof(p.piece) - 16)
			return text_refuse(ret_error, "%s: a name is too long", e->name);
	int r = lua_load(s->lua, next_piece, &p, chunk, "t");
	if (r != LUA_OK) {
		const char *message = plain(lua_tostring(s->lua, -1));
		text_refuse(ret_error, "%s: column %zu: %s", e->name,
			offset + column_of(&p, message), message);
		lua_settop(s->lua, 0);
		return -EINVAL;
	}
	lua_rawgeti(s->lua, LUA_REGISTRYINDEX, s->environment);
	lua_setupvalue(s->lua, -2, 1);
	e->function = luaL_ref(s->lua, LUA_REGISTRYINDEX);
	return 0;
}

static struct str trimmed(struct str s)
{
	while (s.len && strchr(" \t\n", *s.data))
		s.data++, s.len--;
	while (s.len && strchr(" \t\n", s.data[s.len - 1]))
		s.len--;
	return s;
}

static char *copy(struct str s)
{
	return or_abort(strndup(s.data, s.len));
}

static int bind_made(lua_State *lua)
{
	struct expression *e = lua_touserdata(lua, 1);
	lua_pushstring(lua, e->name);
	e->binding = access_bind(lua);
	return 0;
}

static int bind_result(struct script *s, struct expression *e, char **ret_error)
{
	lua_pushcfunction(s->lua, bind_made);
	lua_pushlightuserdata(s->lua, e);
	int r = lua_pcall(s->lua, 1, 0, 0);
	if (r != LUA_OK)
		text_refuse(ret_error, "%s: %s", e->name, plain(lua_tostring(s->lua, -1)));
	lua_settop(s->lua, 0);
	return r == LUA_OK ? 0 : -EINVAL;
}

static struct expression *one_more(struct script *s)
{
	s->expressions = or_abort(
		reallocarray(s->expressions, s->expression_count + 1, sizeof(*s->expressions)));
	struct expression *e = &s->expressions[s->expression_count++];
	*e = (struct expression){ .function = LUA_NOREF };
	return e;
}

int script_add(struct script *s, const char *assignment, char **ret_error)
{
	const char *equals = strchr(assignment, '=');
	if (!equals || equals[1] == '=')
		return text_refuse(ret_error, "%s: expected NAME = EXPRESSION", assignment);
	struct str name = trimmed((struct str){ assignment, (size_t)(equals - assignment) });
	if (!name.len || scan_field(name) != name.len)
		return text_refuse(ret_error,
			"%s: column 1: expected a field's name (letters, digits, _, dots between)",
			assignment);
	if (sandbox_has(name))
		return text_refuse(ret_error, "%s: %.*s is a word of expressions, not a field",
			assignment, STR_ARG(name));
	if (!trimmed(str(equals + 1)).len)
		return text_refuse(ret_error, "%s: column %zu: expected an expression", assignment,
			strlen(assignment) + 1);
	struct expression *e = one_more(s);
	e->name = copy(name);
	e->text = copy(str(equals + 1));
	int r = compile(s, e, (size_t)(equals + 1 - assignment), ret_error);
	return r < 0 ? r : bind_result(s, e, ret_error);
}

int script_condition(struct script *s, const char *expression, char **ret_error)
{
	s->condition.name = copy(STR("--where"));
	s->condition.text = copy(str(expression));
	return compile(s, &s->condition, 0, ret_error);
}

static int load_file(struct script *s, const char *path, struct str text, char **ret_error)
{
	lua_State *lua = s->lua;
	char *chunk = text_print("@%s", path);
	s->functions = true;
	sandbox_limit(lua);
	int r = luaL_loadbufferx(lua, text.data, text.len, chunk, "t");
	free(chunk);
	if (r == LUA_OK) {
		lua_rawgeti(lua, LUA_REGISTRYINDEX, s->environment);
		lua_setupvalue(lua, -2, 1);
		r = lua_pcall(lua, 0, 0, 0);
	}
	if (r != LUA_OK)
		return text_refuse(ret_error, "%s", lua_tostring(lua, -1));
	lua_rawgeti(lua, LUA_REGISTRYINDEX, s->environment);
	lua_pushliteral(lua, "sample");
	if (lua_rawget(lua, -2) != LUA_TFUNCTION)
		return text_refuse(ret_error, "%s: there is no function sample()", path);
	s->file.function = luaL_ref(lua, LUA_REGISTRYINDEX);
	return 0;
}

int script_file(struct script *s, const char *path, char **ret_error)
{
	struct buffer text = { 0 };
	int r = file_read(path, FILE_MAX, &text);
	if (r < 0)
		text_refuse(ret_error, "%s: %s", path, strerror(-r));
	else
		r = load_file(s, path, buffer_str(&text), ret_error);
	lua_settop(s->lua, 0);
	buffer_free(&text);
	s->file.name = copy(str(path));
	return r;
}

bool script_makes(const struct script *s, struct str field)
{
	for (size_t i = 0; i < s->expression_count; i++)
		if (str_eq(field, str(s->expressions[i].name)))
			return true;
	return false;
}

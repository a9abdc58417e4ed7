#include <lua5.4/lualib.h>
#include <stdlib.h>

#include "parts.h"

/* What is taken from Lua's own libraries. Left out: what reaches files, clocks or other code, what
 * differs from run to run, and what may take long in one call. */
static const char *const mathematics[] = { "abs", "ceil", "floor", "sqrt", "sin", "cos", "tan",
	"asin", "acos", "atan", "exp", "log", "fmod", "min", "max", "tointeger", "pi", "huge",
	NULL };
static const char *const more_mathematics[] = { "modf", "ult", "type", "deg", "rad", "maxinteger",
	"mininteger", NULL };
static const char *const texts[] = { "upper", "lower", "len", "sub", "byte", "char", "reverse",
	NULL };
static const char *const tables[] = { "insert", "remove", "sort", NULL };
static const char *const basics[] = { "tonumber", "ipairs", "select", "error", NULL };
static const char *const own[] = { "math", "string", "table", "fields", "has", "time", "source",
	"state", "prev", NULL };

static bool is_among(const char *const *words, struct str word)
{
	for (; *words; words++)
		if (str_eq(word, str(*words)))
			return true;
	return false;
}

bool sandbox_has(struct str word)
{
	return is_among(mathematics, word) || is_among(basics, word) || is_among(own, word);
}

/* Counts what is held; Lua collects its garbage when it is refused, and then fails. */
static void *allocate(void *context, void *at, size_t old, size_t size)
{
	struct script *s = context;
	size_t others = s->memory_used - (at ? old : 0);
	void *to = NULL;
	if (size > (at ? old : 0) && others + size > s->form.memory)
		return NULL;
	if (size && !(to = realloc(at, size)))
		return NULL;
	if (!size)
		free(at);
	s->memory_used = others + size;
	return to;
}

/* Opens a library and copies members of it into the table on top. */
static void copy(lua_State *lua, lua_CFunction library, const char *name, const char *const *words)
{
	int to = lua_gettop(lua);
	luaL_requiref(lua, name, library, 0);
	for (; *words; words++) {
		lua_getfield(lua, -1, *words);
		lua_setfield(lua, to, *words);
	}
	lua_settop(lua, to);
}

/* Texts have methods: those of the part of the library that is on top. */
static void set_methods(lua_State *lua)
{
	lua_pushliteral(lua, "");
	lua_getmetatable(lua, -1);
	lua_pushvalue(lua, -3);
	lua_setfield(lua, -2, "__index");
	lua_pop(lua, 2);
}

void sandbox_words(lua_State *lua)
{
	copy(lua, luaopen_base, "_G", basics);
	copy(lua, luaopen_math, "math", mathematics);
	lua_newtable(lua);
	copy(lua, luaopen_math, "math", mathematics);
	copy(lua, luaopen_math, "math", more_mathematics);
	lua_setfield(lua, -2, "math");
	lua_newtable(lua);
	copy(lua, luaopen_string, "string", texts);
	set_methods(lua);
	lua_setfield(lua, -2, "string");
	lua_newtable(lua);
	copy(lua, luaopen_table, "table", tables);
	lua_setfield(lua, -2, "table");
}

static void over_limit(lua_State *lua, lua_Debug *at)
{
	(void)at;
	luaL_error(lua, "more than %d steps", script_of(lua)->form.steps);
}

void sandbox_limit(lua_State *lua)
{
	lua_sethook(lua, over_limit, LUA_MASKCOUNT, script_of(lua)->form.steps);
}

lua_State *sandbox_open(struct script *s)
{
	lua_State *lua = lua_newstate(allocate, s);
	if (lua)
		*(struct script **)lua_getextraspace(lua) = s;
	return lua;
}

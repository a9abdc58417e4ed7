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

enum {
	BLOCK = 256 << 10, /* bytes of one text or table */
	BYTES_A_STEP = 64,
	CHECK_EVERY = 1000,
	SORT_STEPS = 16, /* an entry: log2 of those that fit a block, and some */
};

static void over_limit(lua_State *lua, lua_Debug *at)
{
	struct script *s = script_of(lua);
	if (at)
		s->budget -= lua_gethookcount(lua);
	if (s->budget <= 0)
		luaL_error(lua, "more than %d steps", s->form.steps);
}

void sandbox_limit(lua_State *lua)
{
	struct script *s = script_of(lua);
	s->budget = s->form.steps;
	s->unlimited = false;
	if (!s->functions && !s->counting)
		return;
	s->counting = s->functions;
	lua_sethook(lua, over_limit, s->functions ? LUA_MASKCOUNT : 0,
		s->form.steps < CHECK_EVERY ? s->form.steps : CHECK_EVERY);
}

/* Memory takes time to fill: what is allocated is stopped at the next instruction. */
static void charge_bytes(struct script *s, size_t bytes)
{
	if (s->budget < 0)
		return;
	s->budget -= (int64_t)(bytes / BYTES_A_STEP);
	if (s->budget >= 0)
		return;
	s->counting = true;
	lua_sethook(s->lua, over_limit, LUA_MASKCOUNT, 1);
}

/* Counts what is held; Lua collects its garbage when it is refused, and then fails. */
static void *allocate(void *context, void *at, size_t old, size_t size)
{
	struct script *s = context;
	size_t others = s->memory_used - (at ? old : 0);
	void *to = NULL;
	bool grows = size > (at ? old : 0);
	if (grows && (others + size > s->form.memory || (size > BLOCK && !s->unlimited)))
		return NULL;
	if (grows)
		charge_bytes(s, size - (at ? old : 0));
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

/* A function of table's, in the upvalue, that moves all entries behind a place, or sorts them. */
static int move_entries(lua_State *lua, int64_t steps)
{
	script_of(lua)->budget -= steps;
	over_limit(lua, NULL);
	lua_pushvalue(lua, lua_upvalueindex(1));
	lua_insert(lua, 1);
	lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
	return lua_gettop(lua);
}

static int insert_or_remove(lua_State *lua)
{
	return move_entries(lua, (int64_t)lua_rawlen(lua, 1));
}

static int sort(lua_State *lua)
{
	return move_entries(lua, SORT_STEPS * (int64_t)lua_rawlen(lua, 1));
}

/* Puts a function that counts steps in the place of one of the table on top. */
static void count_steps(lua_State *lua, const char *name, lua_CFunction counting)
{
	lua_getfield(lua, -1, name);
	lua_pushcclosure(lua, counting, 1);
	lua_setfield(lua, -2, name);
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
	count_steps(lua, "insert", insert_or_remove);
	count_steps(lua, "remove", insert_or_remove);
	count_steps(lua, "sort", sort);
	lua_setfield(lua, -2, "table");
}

lua_State *sandbox_open(struct script *s)
{
	lua_State *lua = lua_newstate(allocate, s);
	if (lua)
		*(struct script **)lua_getextraspace(lua) = s;
	return lua;
}

/* The state of a script, written down and read back. */
#include "parts.h"

/* Saving. Nothing here asks Lua for memory, or fails. */

static size_t save_end; /* no source writes beyond */

static bool is_kept(lua_State *lua, int at, int depth)
{
	int type = lua_type(lua, at);
	return type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TBOOLEAN ||
	       (type == LUA_TTABLE && depth < SCRIPT_DEPTH);
}

static void save_value(lua_State *lua, struct buffer *to, int depth);

static uint32_t count_entries(lua_State *lua, int depth)
{
	uint32_t count = 0;
	for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1))
		count += is_kept(lua, -1, depth) && is_kept(lua, -2, SCRIPT_DEPTH);
	return count;
}

static void save_table(lua_State *lua, struct buffer *to, int depth)
{
	if (!lua_checkstack(lua, 4)) {
		wire_map(to, 0);
		return;
	}
	wire_map(to, count_entries(lua, depth + 1));
	for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
		if (!is_kept(lua, -1, depth + 1) || !is_kept(lua, -2, SCRIPT_DEPTH))
			continue;
		lua_pushvalue(lua, -2);
		save_value(lua, to, SCRIPT_DEPTH);
		lua_pop(lua, 1);
		save_value(lua, to, depth + 1);
	}
}

static void save_value(lua_State *lua, struct buffer *to, int depth)
{
	struct str text;
	int type = to->len < save_end ? lua_type(lua, -1) : LUA_TNIL;
	if (type == LUA_TBOOLEAN) {
		wire_bool(to, lua_toboolean(lua, -1));
	} else if (type == LUA_TNUMBER && lua_isinteger(lua, -1)) {
		wire_int(to, lua_tointeger(lua, -1));
	} else if (type == LUA_TNUMBER) {
		wire_double(to, lua_tonumber(lua, -1));
	} else if (type == LUA_TSTRING) {
		text.data = lua_tolstring(lua, -1, &text.len);
		wire_bin(to, text);
	} else if (type == LUA_TTABLE && depth < SCRIPT_DEPTH) {
		save_table(lua, to, depth);
	} else {
		wire_nil(to);
	}
}

static void save_reference(lua_State *lua, int reference, struct buffer *to)
{
	lua_rawgeti(lua, LUA_REGISTRYINDEX, reference);
	save_end = to->len + SCRIPT_STATE;
	save_value(lua, to, 0);
	lua_pop(lua, 1);
}

static void save_source(const void *state, struct buffer *to)
{
	const struct source *source = state;
	wire_array(to, 2);
	save_reference(source->of->lua, source->state, to);
	save_reference(source->of->lua, source->prev, to);
}

/* Which fields prev was asked for and which the script makes. */
static void save_bindings(const struct script *s, struct buffer *to)
{
	uint32_t count = 0;
	for (size_t i = 0; i < s->binding_count; i++)
		count += s->bindings[i].prev || s->bindings[i].made;
	wire_map(to, count);
	for (size_t i = 0; i < s->binding_count; i++) {
		const struct binding *b = &s->bindings[i];
		if (!b->prev && !b->made)
			continue;
		wire_bin(to, b->field.name);
		wire_uint(to, (uint64_t)b->prev | (uint64_t)b->made << 1);
	}
}

void script_save(struct script *s, struct buffer *to)
{
	wire_array(to, 2);
	save_bindings(s, to);
	series_save(s->sources, to, save_source);
}

/* Loading, as a function of Lua's: it may run out of memory. */

static bool load_value(lua_State *lua, struct cursor *from, int depth);

static bool load_table(lua_State *lua, struct cursor *from, uint32_t size, int depth)
{
	lua_newtable(lua);
	luaL_checkstack(lua, 4, NULL);
	while (size--) {
		if (!load_value(lua, from, SCRIPT_DEPTH))
			return false;
		bool is_key =
			!lua_isnil(lua, -1) &&
			!(lua_isnumber(lua, -1) && lua_tonumber(lua, -1) != lua_tonumber(lua, -1));
		if (!load_value(lua, from, depth + 1))
			return false;
		if (is_key)
			lua_rawset(lua, -3);
		else
			lua_pop(lua, 2);
	}
	return true;
}

static bool load_value(lua_State *lua, struct cursor *from, int depth)
{
	struct wire w;
	if (wire_next(from, &w) != 1)
		return false;
	if (w.type == WIRE_MAP && depth < SCRIPT_DEPTH)
		return load_table(lua, from, w.size, depth);
	if (w.type == WIRE_NIL)
		lua_pushnil(lua);
	else if (w.type <= WIRE_BIN && w.type != WIRE_STR)
		access_push_wire(lua, &w);
	else
		return false;
	return true;
}

static bool load_source(void *context, struct str key, void *state, struct cursor *from)
{
	struct script *s = context;
	struct source *source = state;
	uint32_t size;
	(void)key;
	source_make_tables(s, source);
	if (wire_next_array(from, &size) != 1 || size != 2 || !load_value(s->lua, from, 0) ||
		!lua_istable(s->lua, -1))
		return false;
	lua_rawseti(s->lua, LUA_REGISTRYINDEX, source->state);
	if (!load_value(s->lua, from, 0) || !lua_istable(s->lua, -1))
		return false;
	luaL_setmetatable(s->lua, "prev");
	lua_rawseti(s->lua, LUA_REGISTRYINDEX, source->prev);
	return true;
}

static bool load_bindings(struct script *s, struct cursor *from)
{
	uint32_t count;
	uint64_t flags;
	struct str name;
	if (wire_next_map(from, &count) != 1)
		return false;
	while (count--) {
		if (wire_next_bin(from, &name) != 1 || wire_next_uint(from, &flags) != 1)
			return false;
		lua_pushlstring(s->lua, name.data, name.len);
		struct binding *b = &s->bindings[access_bind(s->lua)];
		b->prev = flags & 1;
		b->made = flags >> 1 & 1;
		s->prev_wanted |= b->prev;
		lua_pop(s->lua, 1);
	}
	return true;
}

static int load_all(lua_State *lua)
{
	struct script *s = script_of(lua);
	struct cursor *from = lua_touserdata(lua, 1);
	uint32_t size;
	lua_pushboolean(lua, wire_next_array(from, &size) == 1 && size == 2 &&
				     load_bindings(s, from) &&
				     series_load(s->sources, from, load_source, s));
	return 1;
}

bool script_load(struct script *s, struct cursor *from)
{
	lua_pushcfunction(s->lua, load_all);
	lua_pushlightuserdata(s->lua, from);
	bool loaded = lua_pcall(s->lua, 1, 1, 0) == LUA_OK && lua_toboolean(s->lua, -1);
	lua_settop(s->lua, 0);
	return loaded;
}

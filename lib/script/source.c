/* What stays of a source from sample to sample: its state, and what prev was asked for. */
#include "parts.h"

static int push_absent(lua_State *lua)
{
	script_of(lua)->reading.nothing = true;
	lua_pushnil(lua);
	return 1;
}

/* prev tells what is asked of it, so that it is kept from now on. */
static int read_prev(lua_State *lua)
{
	struct script *s = script_of(lua);
	luaL_checkstring(lua, 2);
	lua_settop(lua, 2);
	s->bindings[access_bind(lua)].prev = true;
	s->prev_wanted = true;
	return push_absent(lua);
}

static int refuse(lua_State *lua)
{
	return luaL_error(lua, "prev cannot be assigned: state is the table that stays");
}

/* Their values are kept in a table without names, so that reading one that is there costs little. */
static void push_new_prev(lua_State *lua)
{
	lua_newtable(lua);
	if (luaL_newmetatable(lua, "prev")) {
		lua_pushcfunction(lua, read_prev);
		lua_setfield(lua, -2, "__index");
		lua_pushcfunction(lua, refuse);
		lua_setfield(lua, -2, "__newindex");
	}
	lua_setmetatable(lua, -2);
}

void source_make_tables(struct script *s, struct source *source)
{
	source->of = s;
	source->state = source->prev = LUA_NOREF;
	lua_newtable(s->lua);
	source->state = luaL_ref(s->lua, LUA_REGISTRYINDEX);
	push_new_prev(s->lua);
	source->prev = luaL_ref(s->lua, LUA_REGISTRYINDEX);
}

static struct source *source_of(struct script *s)
{
	bool is_new;
	if (s->source)
		return s->source;
	struct source *source = series_get(s->sources, s->sample->source, &is_new);
	if (!source->of || source->prev == LUA_NOREF)
		source_make_tables(s, source);
	return s->source = source;
}

void source_push_state(struct script *s)
{
	lua_rawgeti(s->lua, LUA_REGISTRYINDEX, source_of(s)->state);
}

void source_push_prev(struct script *s)
{
	lua_rawgeti(s->lua, LUA_REGISTRYINDEX, source_of(s)->prev);
}

void source_remember(struct script *s)
{
	if (!s->prev_wanted)
		return;
	source_push_prev(s);
	for (size_t i = 0; i < s->binding_count; i++) {
		struct binding *b = &s->bindings[i];
		if (!b->prev)
			continue;
		lua_pushlstring(s->lua, b->field.name.data, b->field.name.len);
		access_push(s, &b->field);
		lua_rawset(s->lua, -3);
	}
	lua_pop(s->lua, 1);
}

void source_leave(void *state)
{
	struct source *source = state;
	if (!source->of)
		return;
	luaL_unref(source->of->lua, LUA_REGISTRYINDEX, source->state);
	luaL_unref(source->of->lua, LUA_REGISTRYINDEX, source->prev);
}

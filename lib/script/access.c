/* Fields under the names that Lua knows them by. */
#include <math.h>

#include "parts.h"
#include "utf8.h"

size_t access_bind(lua_State *lua)
{
	struct script *s = script_of(lua);
	size_t len;
	const char *name = luaL_checklstring(lua, -1, &len);
	lua_rawgeti(lua, LUA_REGISTRYINDEX, s->names);
	lua_pushvalue(lua, -2);
	lua_rawget(lua, -2);
	size_t place = (size_t)lua_tointeger(lua, -1);
	if (lua_isnil(lua, -1)) {
		if (s->binding_count == SCRIPT_BINDINGS)
			luaL_error(lua, "more than %d names of fields", SCRIPT_BINDINGS);
		place = s->binding_count;
		lua_pushvalue(lua, -3);
		lua_pushinteger(lua, (lua_Integer)place);
		lua_rawset(lua, -4);
		/* The text stays with Lua as long as it is a key of names. */
		s->bindings[place] = (struct binding){ .field.name = { name, len } };
		s->binding_count++;
	}
	lua_pop(lua, 2);
	return place;
}

void access_push_wire(lua_State *lua, const struct wire *w)
{
	if (w->type == WIRE_DOUBLE)
		lua_pushnumber(lua, w->d);
	else if (w->type == WIRE_INT)
		lua_pushinteger(lua, w->i);
	else if (w->type == WIRE_UINT && w->u <= INT64_MAX)
		lua_pushinteger(lua, (lua_Integer)w->u);
	else if (w->type == WIRE_UINT)
		lua_pushnumber(lua, (double)w->u);
	else if (w->type == WIRE_BOOL)
		lua_pushboolean(lua, w->b);
	else
		lua_pushlstring(lua, w->bytes.data, w->bytes.len);
}

static bool is_value(const struct wire *w)
{
	return w->type <= WIRE_BIN && w->type != WIRE_NIL;
}

/* What may be read of a field, and its quality: Bad without a value. */
static uint32_t look_up(const struct sample *s, struct field *f, struct wire *w, bool *ret_found)
{
	*ret_found = sample_find(s, f, w);
	uint32_t status = s->quality.count ? sample_status(s, f->name) : STATUS_GOOD;
	if (!status_is_bad(status) && (!*ret_found || !is_value(w)))
		return STATUS_BAD_NO_DATA;
	return status;
}

void access_push(struct script *s, struct field *f)
{
	struct wire w;
	bool found;
	uint32_t status = look_up(s->sample, f, &w, &found);
	struct reading *r = &s->reading;
	r->reads++;
	r->found += found;
	r->worst = status_worst(r->worst, status);
	if (status_is_bad(status))
		lua_pushnil(s->lua);
	else
		access_push_wire(s->lua, &w);
}

static void push_word(struct script *s, int word)
{
	if (word == WORD_TIME)
		lua_pushnumber(s->lua, (double)s->sample->time / 1e9);
	else if (word == WORD_SOURCE)
		lua_pushlstring(s->lua, s->sample->source.data, s->sample->source.len);
	else if (word == WORD_STATE)
		source_push_state(s);
	else
		source_push_prev(s);
}

/* The upvalue holds what names stand for that were asked for before: the place of a binding, or
 * - enum word. */
static lua_Integer known_name(lua_State *lua)
{
	int is_known;
	lua_settop(lua, 2);
	lua_pushvalue(lua, 2);
	lua_rawget(lua, lua_upvalueindex(1));
	lua_Integer place = lua_tointegerx(lua, -1, &is_known);
	lua_settop(lua, 2);
	if (is_known)
		return place;
	place = (lua_Integer)access_bind(lua);
	lua_pushinteger(lua, place);
	lua_rawset(lua, lua_upvalueindex(1));
	return place;
}

/* __index of the environment and of fields, called for each read. */
static int read_name(lua_State *lua)
{
	struct script *s = script_of(lua);
	lua_Integer place = s->sample ? known_name(lua) : 0;
	if (!s->sample)
		lua_pushnil(lua);
	else if (place < 0)
		push_word(s, (int)-place);
	else
		access_push(s, &s->bindings[place].field);
	return 1;
}

static const char *set_text(struct script *s, struct field *f)
{
	struct str text;
	text.data = lua_tolstring(s->lua, -1, &text.len);
	if (!utf8_valid(text))
		return "the text that came out is not UTF-8";
	sample_set_text(s->sample, f, text);
	return NULL;
}

static const char *set_value(struct script *s, struct field *f)
{
	switch (lua_type(s->lua, -1)) {
	case LUA_TNIL:
		sample_set_nil(s->sample, f);
		return NULL;
	case LUA_TBOOLEAN:
		sample_set_bool(s->sample, f, lua_toboolean(s->lua, -1));
		return NULL;
	case LUA_TSTRING:
		return set_text(s, f);
	case LUA_TNUMBER:
		if (lua_isinteger(s->lua, -1))
			sample_set_integer(s->sample, f, lua_tointeger(s->lua, -1));
		else
			sample_set_number(s->sample, f, lua_tonumber(s->lua, -1));
		return NULL;
	case LUA_TFUNCTION:
		return "a function came out, which no field can hold";
	default:
		return "a table came out, which no field can hold";
	}
}

static bool is_infinite(lua_State *lua)
{
	return lua_type(lua, -1) == LUA_TNUMBER && !isfinite(lua_tonumber(lua, -1));
}

const char *access_set(struct script *s, struct field *f, uint32_t status)
{
	const char *problem = NULL;
	if (!status_is_bad(status) && is_infinite(s->lua))
		status = STATUS_BAD_OUT_OF_RANGE;
	if (status_is_bad(status))
		sample_set_nil(s->sample, f);
	else
		problem = set_value(s, f);
	if (!problem && (status != STATUS_GOOD || s->sample->quality.count))
		sample_set_status(s->sample, f->name, status);
	return problem;
}

/* __newindex of fields, and of the environment while there is a sample. */
static int assign_field(lua_State *lua)
{
	struct script *s = script_of(lua);
	if (!s->sample)
		return luaL_error(lua, "there is no sample yet: fields are assigned in sample()");
	lua_rotate(lua, 2, 1);
	struct binding *b = &s->bindings[access_bind(lua)];
	lua_pop(lua, 1);
	const char *problem = access_set(s, &b->field, s->reading.worst);
	b->made = b->done = true;
	return problem ? luaL_error(lua, "%s: %s", b->field.name.data, problem) : 0;
}

/* What a file gives a value while it is loaded is its own; later, names are fields. */
static int assign_name(lua_State *lua)
{
	if (!script_of(lua)->sample) {
		lua_rawset(lua, 1);
		return 0;
	}
	lua_pushvalue(lua, 2);
	lua_rawget(lua, lua_upvalueindex(1));
	if (lua_tointeger(lua, -1) < 0)
		return luaL_error(lua, "%s is no field", lua_tostring(lua, 2));
	lua_pop(lua, 1);
	return assign_field(lua);
}

static int has_field(lua_State *lua)
{
	struct script *s = script_of(lua);
	struct wire w;
	bool found;
	luaL_checkstring(lua, 1);
	lua_settop(lua, 1);
	struct field *f = &s->bindings[access_bind(lua)].field;
	lua_pushboolean(lua, s->sample && !status_is_bad(look_up(s->sample, f, &w, &found)));
	return 1;
}

/* Gives the table on top metamethods, with the table at names as their upvalue. */
static void set_meta(lua_State *lua, int names, lua_CFunction read, lua_CFunction assign)
{
	lua_newtable(lua);
	lua_pushvalue(lua, names);
	lua_pushcclosure(lua, read, 1);
	lua_setfield(lua, -2, "__index");
	lua_pushvalue(lua, names);
	lua_pushcclosure(lua, assign, 1);
	lua_setfield(lua, -2, "__newindex");
	lua_setmetatable(lua, -2);
}

/* fields reaches every name, also those of words. */
static void add_fields(lua_State *lua, int environment)
{
	lua_newtable(lua);
	int names = lua_gettop(lua);
	lua_pushvalue(lua, names);
	script_of(lua)->names = luaL_ref(lua, LUA_REGISTRYINDEX);
	lua_newtable(lua);
	set_meta(lua, names, read_name, assign_field);
	lua_setfield(lua, environment, "fields");
	lua_settop(lua, environment);
}

void access_environment(lua_State *lua)
{
	static const char *const words[] = { "time", "source", "state", "prev" };
	lua_newtable(lua);
	int environment = lua_gettop(lua);
	sandbox_words(lua);
	lua_pushcfunction(lua, has_field);
	lua_setfield(lua, environment, "has");
	add_fields(lua, environment);
	lua_newtable(lua);
	for (int i = 0; i < 4; i++) {
		lua_pushinteger(lua, -WORD_TIME - i);
		lua_setfield(lua, -2, words[i]);
	}
	lua_pushvalue(lua, environment);
	set_meta(lua, environment + 1, read_name, assign_name);
	lua_settop(lua, environment);
}

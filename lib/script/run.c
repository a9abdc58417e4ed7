/* Expressions on one sample. */
#include "filter.h"
#include "parts.h"

static void complain(struct script *s, struct expression *e, const char *message)
{
	if (!e->told && s->form.failed)
		s->form.failed(e->name, message);
	e->told = true;
}

/* The place of an expression says nothing, as it is one line. */
static const char *message_of(lua_State *lua)
{
	static const char place[] = "expression:1: ";
	const char *message = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : NULL;
	if (!message)
		return "an error without words";
	return message + (strncmp(message, place, strlen(place)) ? 0 : strlen(place));
}

/* Leaves one result on the stack and returns its quality. What failed because something it read is
 * not there is no mistake. */
static uint32_t evaluate(struct script *s, struct expression *e, int results)
{
	lua_State *lua = s->lua;
	s->reading = (struct reading){ 0 };
	sandbox_limit(lua);
	lua_rawgeti(lua, LUA_REGISTRYINDEX, e->function);
	if (lua_pcall(lua, 0, results, 0) == LUA_OK)
		return s->reading.worst;
	uint32_t status = s->reading.worst;
	s->reading.failed = true;
	if (!status_is_bad(status) && s->reading.nothing)
		status = STATUS_BAD_NO_DATA;
	if (!status_is_bad(status)) {
		complain(s, e, message_of(lua));
		status = STATUS_BAD_CONFIGURATION_ERROR;
	}
	return status;
}

static void run_expression(struct script *s, struct expression *e)
{
	struct field *f = &s->bindings[e->binding].field;
	uint32_t status = evaluate(s, e, 1);
	if (s->reading.reads && !s->reading.found)
		return;
	const char *problem = access_set(s, f, status);
	if (!problem)
		return;
	complain(s, e, problem);
	lua_pushnil(s->lua);
	access_set(s, f, STATUS_BAD_CONFIGURATION_ERROR);
}

/* Where the script stops early, what it made of other samples is nil in this one. */
static void run_file(struct script *s)
{
	for (size_t i = 0; i < s->binding_count; i++)
		s->bindings[i].done = false;
	uint32_t status = evaluate(s, &s->file, 0);
	if (!s->reading.failed || (s->reading.reads && !s->reading.found))
		return;
	for (size_t i = 0; i < s->binding_count; i++)
		if (s->bindings[i].made && !s->bindings[i].done)
			access_set(s, &s->bindings[i].field, status);
}

static int run_all(lua_State *lua)
{
	struct script *s = script_of(lua);
	for (size_t i = 0; i < s->expression_count; i++) {
		run_expression(s, &s->expressions[i]);
		lua_settop(lua, 0);
	}
	if (s->file.function != LUA_NOREF)
		run_file(s);
	lua_settop(lua, 0);
	s->holds = true;
	if (s->condition.function != LUA_NOREF)
		s->holds = !status_is_bad(evaluate(s, &s->condition, 1)) && lua_toboolean(lua, -1);
	lua_settop(lua, 0);
	source_remember(s);
	return 0;
}

/* What is outside of an expression fails only for want of memory. */
bool script_run(struct script *s, struct sample *sample)
{
	s->sample = sample;
	s->source = NULL;
	s->holds = true;
	lua_pushcfunction(s->lua, run_all);
	if (lua_pcall(s->lua, 0, 0, 0) != LUA_OK)
		complain(s, &s->file, message_of(s->lua));
	lua_settop(s->lua, 0);
	s->sample = NULL;
	return s->holds;
}

/* What earlier expressions make needs not come in. */
static bool made_before(const struct script *s, size_t count, struct str field)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(field, str(s->expressions[i].name)))
			return true;
	return false;
}

static bool is_optional(const struct scan *scan, struct str field)
{
	for (size_t i = 0; i < scan->count; i++)
		if (scan->uses[i].optional && str_eq(scan->uses[i].name, field))
			return true;
	return false;
}

static void need(const struct script *s, const struct expression *e, size_t made, struct fields *f)
{
	for (size_t i = 0; i < e->scan.count; i++) {
		struct str name = e->scan.uses[i].name;
		if (is_optional(&e->scan, name) || made_before(s, made, name))
			continue;
		char copy[name.len + 1];
		memcpy(copy, name.data, name.len);
		copy[name.len] = 0;
		fields_need(f, copy, NULL);
	}
}

void script_fields(const struct script *s, struct fields *f)
{
	for (size_t i = 0; i < s->expression_count; i++) {
		need(s, &s->expressions[i], i, f);
		fields_make(f, s->expressions[i].name, NULL);
	}
	need(s, &s->condition, s->expression_count, f);
	if (s->file.function != LUA_NOREF)
		fields_open(f);
}

static const struct expression *expression_of(const struct script *s, struct str made)
{
	for (size_t i = s->expression_count; i; i--)
		if (str_eq(made, str(s->expressions[i - 1].name)))
			return &s->expressions[i - 1];
	return NULL;
}

bool script_applies(const struct script *s, struct str made, const struct sample *sample)
{
	const struct expression *e = expression_of(s, made);
	struct wire w;
	if (!e || !e->scan.count)
		return true;
	for (size_t i = 0; i < e->scan.count; i++) {
		struct field f = { .name = e->scan.uses[i].name };
		if (sample_find(sample, &f, &w) ||
			(expression_of(s, f.name) && !str_eq(f.name, made) &&
				script_applies(s, f.name, sample)))
			return true;
	}
	return false;
}

/* What the parts of lib/script share. Not for filters. */
#ifndef DUTO_SCRIPT_PARTS_H
#define DUTO_SCRIPT_PARTS_H

#include <lua5.4/lauxlib.h>
#include <lua5.4/lua.h>

#include "scan.h"
#include "script.h"
#include "series.h"

/* A field that Lua has asked for by name. prev: its value is kept for the next sample; made: the
 * script assigns it, and has on this sample where done. */
struct binding {
	struct field field;
	bool prev, made, done;
};

struct expression {
	char *name; /* of the field, or for messages */
	size_t binding;
	int function; /* in Lua's registry; LUA_NOREF: none */
	bool told;    /* of its failure */
	char *text;
	struct scan scan;
};

/* What one source keeps: references into Lua's registry. */
struct source {
	struct script *of;
	int state, prev;
};

/* What was read on the way to a result. */
struct reading {
	uint32_t worst;
	uint32_t reads, found;
	bool nothing; /* something that was not there came as nil */
	bool failed;
};

struct script {
	struct script_form form;
	lua_State *lua;
	size_t memory_used;
	struct expression *expressions, condition, file;
	size_t expression_count;
	struct binding *bindings;
	size_t binding_count;
	int environment; /* in the registry */
	int names;	 /* in the registry: name -> place in bindings */
	struct series *sources;

	struct sample *sample; /* at hand; NULL: none */
	struct source *source; /* of it, once it was asked for */
	struct reading reading;
	bool holds;	  /* the condition */
	bool prev_wanted; /* some field's */
};

enum word { WORD_TIME = 1, WORD_SOURCE, WORD_STATE, WORD_PREV };

enum { SCRIPT_BINDINGS = 4096 };

static inline struct script *script_of(lua_State *lua)
{
	return *(struct script **)lua_getextraspace(lua);
}

/* A Lua whose memory is counted. NULL: there is none. */
lua_State *sandbox_open(struct script *s);

/* Puts the words that are functions and constants of Lua's into the table on top. */
void sandbox_words(lua_State *lua);

/* Whether it is a word of any kind, and so no field. */
bool sandbox_has(struct str word);

/* Counts the steps of what is called next from 0. */
void sandbox_limit(lua_State *lua);

/* The environment of expressions and scripts, left on the stack: reads and assigns fields. */
void access_environment(lua_State *lua);

/* The place of the name on top of the stack among the bindings, made where there is none; an error
 * of Lua's where there are too many. */
size_t access_bind(lua_State *lua);

/* The value of a field becomes what is on top of the stack, with this quality: nil where that is Bad.
 * NULL, or what is wrong with it; then the field is as it was. */
const char *access_set(struct script *s, struct field *f, uint32_t status);

/* Pushes a field's value: nil, noted in the reading, where it is Bad or absent. */
void access_push(struct script *s, struct field *f);

/* Pushes a value other than nil. */
void access_push_wire(lua_State *lua, const struct wire *w);

/* Pushes a table of the source of the sample at hand. */
void source_push_state(struct script *s);
void source_push_prev(struct script *s);

/* Gives a source that has none its tables. */
void source_make_tables(struct script *s, struct source *source);

/* Keeps what prev has been asked for. */
void source_remember(struct script *s);
void source_leave(void *state);

#endif

/* What the parts of lib/align share. Not for filters. */
#ifndef DUTO_ALIGN_PARTS_H
#define DUTO_ALIGN_PARTS_H

#include "align.h"

struct held {
	int64_t time;
	struct buffer bytes; /* the sample */
	struct sample sample;
};

struct align_field {
	char *name;
	int64_t since; /* the first time that it had or was announced */
	bool step;
	struct buffer schema; /* encoded; empty: none */
	struct field before, after;
};

struct align_source {
	struct str path, segment;
	int64_t progress;  /* nothing older is waited for; INT64_MIN: nothing came */
	struct held *room; /* what was let go, and behind it, in the order of time, */
	struct held *held; /* what is held */
	size_t room_count, held_count;
	struct align_field *fields; /* all that it has had, as they came */
	size_t field_count;
};

struct align {
	struct align_form form;
	struct align_source *sources;
	size_t count;
	int64_t answered; /* the last time; INT64_MIN: none */
	int64_t marked;	  /* the last mark said so */
	int64_t at;	  /* the time at hand */
};

/* The place of a field that is there at a time, made where there is none; -1 where no more are looked
 * at. */
int align_field(struct align_source *s, struct str name, int64_t time);

/* So many of the samples held are at or before a time. */
size_t align_count(const struct align_source *s, int64_t time);

/* What a schema says of its source's fields. */
void align_learn(struct align_source *s, const struct sample *schema);

/* What a schema says of a field: one wire object. */
void align_describe(struct align_field *f, struct str description);

/* Puts a sample in its place in the order of time. false: it is none. */
bool align_hold(struct align_source *s, struct str bytes);

#endif

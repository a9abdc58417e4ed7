/* Pipeline files: which stages there are, what each runs and reads (schemas/pipeline.md).
 *
 * A pipeline is read whole, mistakes and all, so that every mistake is told at once; without
 * mistakes it is sound as far as the file alone tells. What the filters say of it is checked by
 * `duto check`. */
#ifndef DUTO_PIPELINE_H
#define DUTO_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mistake.h"
#include "recurrence.h"
#include "yaml.h"

enum { PIPELINE_NAME_MAX = 32, STAGE_NAME_MAX = 24 };

/* A text and where it stands in the pipeline file. */
struct word {
	char *text;
	int line, column;
};

/* One filter with its options: part of a stage, between two `|`. */
struct substage {
	struct word *words; /* words[0] names the filter */
	char **argv;	    /* the texts of the words, NULL behind them: ready for exec */
	size_t count;	    /* at least 1 where the pipeline has no mistakes */
};

/* What a stage reads. */
struct source {
	struct word name;
	size_t stage; /* index into the pipeline's stages; SIZE_MAX where it is not there */
};

/* What is to be kept of a stage's output. The texts are as the file has them: durations and sizes
 * that have been looked at. */
struct stage_keep {
	int line, column; /* of the value; 0: the file says nothing of it */
	bool refused;	  /* `keep: no` */
	char *age, *size; /* for, max; NULL: not said */
	bool drop_oldest; /* when-full */
};

/* What the stage may take of the machine, where systemd runs it. */
struct stage_limits {
	double cpu;	/* of one processor, 0.5 is half; 0: no limit */
	int64_t memory; /* bytes; 0: no limit */
};

struct stage {
	struct word name;
	struct word run; /* the command line as written; its place is that of the value */
	struct substage *substages;
	size_t substage_count;
	struct source *from, *taps;
	size_t from_count, tap_count;
	struct word listen; /* text NULL: not published to other machines */
	struct stage_keep keep;
	struct stage_limits limits;
	struct recurrence due; /* zone NULL: it runs all the time */
	bool skips_missed;     /* runs that were missed are not made up for by one */
};

struct variable {
	char *name, *value;
};

struct pipeline {
	char *path, *dir; /* dir: of the file; input paths of the stages are relative to it */
	struct word name;
	bool disabled;		    /* `enabled: no`: it does not start with the machine */
	const struct zone *zone;    /* of at and every: UTC unless said */
	struct variable *variables; /* vars, then those of the environment file: later ones count */
	size_t variable_count;
	struct stage *stages; /* in the file's order */
	size_t stage_count;
	size_t *order; /* the stages' indices so that readers come after what they read; without
			  mistakes only */
	const struct yaml_node *tests; /* NULL: none */
	struct mistakes mistakes;
	struct yaml *yaml;
};

/* Reads a pipeline file. Never fails: a file that is absent or not YAML is a mistake too. */
struct pipeline *pipeline_open(const char *path);
void pipeline_close(struct pipeline *p);

struct stage *pipeline_stage(const struct pipeline *p, const char *name); /* NULL: not there */

/* The name of the stage that was probably meant; NULL: of none. */
const char *pipeline_suggest_stage(const struct pipeline *p, const char *name);

/* Adds a mistake or a note at a place of the pipeline file. */
void pipeline_mistake(struct pipeline *p, int line, int column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void pipeline_note(struct pipeline *p, int line, int column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The value of $NAME: the process's environment goes before the environment file, and that before
 * vars, whose values are the defaults. NULL: not defined. */
const char *pipeline_variable(const struct pipeline *p, const char *name);

#endif

/* The words of `duto` that are not filters: one file each. argv[0] is the word itself; what is
 * returned is the exit status (EXIT_OK, EXIT_CONFIG, EXIT_SYSTEM of filter.h). */
#ifndef DUTO_COMMANDS_H
#define DUTO_COMMANDS_H

#include "opt.h"
#include "pipeline/pipeline.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *summary;
	const char *details; /* paragraphs, or "" */
};

extern const struct command commands[]; /* by name; the last has none */
size_t command_count(void);
const struct command *command_find(const char *name); /* NULL: there is none of that name */

int command_apply(int argc, char **argv);
int command_backup(int argc, char **argv);
int command_bill_explain(int argc, char **argv);
int command_check(int argc, char **argv);
int command_completion(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_graph(int argc, char **argv);
int command_help(int argc, char **argv);
int command_historian_setup(int argc, char **argv);
int command_keep(int argc, char **argv);
int command_keygen(int argc, char **argv);
int command_list(int argc, char **argv);
int command_man(int argc, char **argv);
int command_model(int argc, char **argv);
int command_restore(int argc, char **argv);
int command_run(int argc, char **argv);
int command_stage(int argc, char **argv);
int command_tap(int argc, char **argv);
int command_tariff_import(int argc, char **argv);
int command_test(int argc, char **argv);
int command_top(int argc, char **argv);
int command_units(int argc, char **argv);

/* Parses the options of a command. EXIT_OK, or the status after it has said what is wrong. */
int command_parse(const struct opt *options, int argc, char **argv);

/* Adds what the filters of a pipeline say of it to its mistakes, in the file's order. Starts nothing
 * but their --check and --describe. Returns how many mistakes there are now, notes aside. */
size_t check_pipeline(struct pipeline *p);

#endif

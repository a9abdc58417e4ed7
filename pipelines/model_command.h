/* The words of `duto model`. */
#ifndef DUTO_MODEL_COMMAND_H
#define DUTO_MODEL_COMMAND_H

int model_command_show(int argc, char **argv);
int model_command_convert(int argc, char **argv);

#endif

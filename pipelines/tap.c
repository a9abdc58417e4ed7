int command_tap(int argc, char **argv);
int command_tap(int argc, char **argv){(void)argc;(void)argv;return 100;}

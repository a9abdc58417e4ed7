int command_keygen(int argc, char **argv);
int command_keygen(int argc, char **argv){(void)argc;(void)argv;return 100;}

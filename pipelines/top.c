int command_top(int argc, char **argv);
int command_top(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 100;
}

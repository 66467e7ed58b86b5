// SPDX-License-Identifier: GPL-2.0-only
/* The table of commands. */
#include "cmd/commands.h"
#include "cmd/session.h"
#include "cmd/version.h"
#include "sandbox/sandbox.h"
#include "util/null.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{ "trace", command_trace,
	  "watch processes, show the threads that block and do not come back" },
	{ "dump", command_dump, "show all threads once, now, without stopping them" },
	{ "check", command_check,
	  "run a command, and fail where it leaves threads, goroutines or processes over" },
	{ "report", command_report, "show what a recording or a core has" },
	{ "diff", command_diff,
	  "show what two recordings or dumps have that is new, grown or gone" },
	{ "doctor", command_doctor, "tell what this host, kernel and user can do" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void help(FILE *stream)
{
	size_t i;

	fprintf(stream, "leakhop finds threads that block and never come back.\n\n"
			"Usage: leakhop COMMAND [OPTION...]\n\nCommands:\n");
	for (i = 0; i < COMMANDS; i++)
		fprintf(stream, "  %-8s %s\n", commands[i].name, commands[i].what);
	fprintf(stream,
		"\nExamples:\n"
		"  sudo leakhop dump -p 4711          # what every thread of 4711 is doing\n"
		"  sudo leakhop trace -p 4711         # until Ctrl-C; findings as they come due\n"
		"  sudo leakhop trace -a -d 30s       # the whole host\n"
		"  sudo leakhop trace -- ./server     # start a program and watch it\n"
		"  sudo leakhop trace -p 4711 -o pod.leakhop; leakhop report pod.leakhop\n"
		"\n`leakhop COMMAND --help` tells the options of a command.\n");
}

/* A file that is opened later must not become standard output or error. */
static int secure_descriptors(void)
{
	int wanted, fd;

	for (wanted = 0; wanted <= STDERR_FILENO; wanted++) {
		if (fcntl(wanted, F_GETFD) >= 0)
			continue;
		fd = open_null();
		if (fd != wanted || fcntl(fd, F_SETFD, 0) < 0)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	size_t i;

	int exit_code = argc == 2 ? sandbox_work(argv[1]) : -1;

	if (exit_code >= 0)
		return exit_code;
	if (secure_descriptors())
		return EXIT_COULD_NOT;
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C"); /* JSON's decimal point */
	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		help(stdout);
		return EXIT_RAN;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V") ||
	    !strcmp(argv[1], "version")) {
		printf("leakhop %s\n", LEAKHOP_VERSION);
		return EXIT_RAN;
	}
	for (i = 0; i < COMMANDS; i++) {
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	}
	fprintf(stderr, "leakhop: unknown command '%s' (see `leakhop --help`)\n", argv[1]);
	return EXIT_USAGE;
}

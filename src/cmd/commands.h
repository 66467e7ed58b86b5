/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands of leakhop. Each takes its arguments (argv[0] is its name) and returns the exit
 * code.
 */
#ifndef LEAKHOP_CMD_COMMANDS_H
#define LEAKHOP_CMD_COMMANDS_H

int command_trace(int argc, char **argv);
int command_check(int argc, char **argv);
int command_dump(int argc, char **argv);
int command_report(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_doctor(int argc, char **argv);

#endif

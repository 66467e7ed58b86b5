/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command that is started, with all that it forks, and whose processes are held at their end:
 * the public header of this folder.
 *
 * Between leakhop and the command there is a keeper, a process that does nothing but this. Whoever
 * loses its parent becomes its child (PR_SET_CHILD_SUBREAPER), so that the tree stays one. In the
 * command, before its exec, it has a seccomp filter set that asks at exit_group() and nowhere else
 * (SECCOMP_RET_USER_NOTIF, Linux 5.0; its answer SECCOMP_USER_NOTIF_FLAG_CONTINUE, 5.5). Processes
 * of one thread go on at once; of others leakhop is told, which lets each go on.
 *
 * Where the last descriptor of such a listener is closed, exit_group() fails with ENOSYS: only
 * the calling thread ends then, and a process of several does not. So the keeper has one as well:
 * when leakhop has gone, it lets all go on, and lives for as long as one of them does.
 */
#ifndef LEAKHOP_KEEPER_KEEPER_H
#define LEAKHOP_KEEPER_KEEPER_H

#include "util/error.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define KEEPER_TEXT 64

struct keeper_options {
	char **argv;
	bool hold;	      /* false: no filter, no hold */
	bool own_group;	      /* the keeper and the command are a process group of their own */
	const sigset_t *mask; /* of blocked signals, which the command is to begin with */
};

struct keeper {
	pid_t keeper, command;
	int pidfd; /* of the command */
	int socket, go_fd, failed_fd;
	int listener;	/* -1: nothing is held */
	int hold_error; /* a negative errno: why nothing is */
	bool gone;	/* the keeper has ended, or is about to */
};

/*
 * Forks both; the command waits. Must be called before the process has threads. Returns 0, or a
 * negative errno with error.
 */
int keeper_start(const struct keeper_options *options, struct keeper *keeper, struct error *error);

/* Lets the command begin. Returns 0, or the negative errno of its exec. */
int keeper_go(struct keeper *keeper, char **argv, struct error *error);

enum keeper_event_kind {
	KEEPER_HELD,   /* a process of several threads is at its end, and stays there */
	KEEPER_SETUID, /* a program (text) could not become another user, due to the filter */
	KEEPER_ENDED,  /* the command: status as of waitpid() */
	KEEPER_ALONE,  /* no process of the tree is left */
};

struct keeper_event {
	uint32_t kind;	/* enum keeper_event_kind */
	pid_t pid, tid; /* tid: who called exit_group() */
	int status;	/* with HELD: the argument of exit_group() */
	uint64_t id;
	uint64_t ends;	 /* so many have come to their end by exit_group() up to now */
	uint64_t passed; /* of these, with several threads, but with no room to tell of them */
	char text[KEEPER_TEXT];
};

/* 1: there is one; 0: none now; -EPIPE: the keeper was lost. keeper->socket polls readable. */
int keeper_receive(struct keeper *keeper, struct keeper_event *ret_event);

/* Lets a held process go on to its end. Nothing happens where it does not wait any more. */
void keeper_let_end(const struct keeper *keeper, uint64_t id);

/* Is this process still held? */
bool keeper_holds(const struct keeper *keeper, uint64_t id);

/*
 * Whoever lives goes on without being looked at; the keeper stays with them. It and its descendants
 * are ended where keeper_leave() was not called before the descriptors are closed.
 */
void keeper_leave(struct keeper *keeper);
void keeper_release(struct keeper *keeper);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What the keeper's sides share: descriptors, messages, notifications. Private to this folder. */
#ifndef LEAKHOP_KEEPER_PRIVATE_H
#define LEAKHOP_KEEPER_PRIVATE_H

#include "keeper/keeper.h"

/* The first message: it stands, and so does the command. The listener comes with it. */
struct keeper_ready {
	pid_t command;
	int hold_error; /* negative errno; 0: the listener is there */
	int no_new_rights;
};

/* The command's side: does not return. */
struct keeper_child {
	const struct keeper_options *options;
	int go, failed; /* pipes */
	int socket;	/* gives struct keeper_ready, with the listener */
};
void keeper_child_run(const struct keeper_child *child) __attribute__((noreturn));

/* The keeper's own loop: does not return. */
struct keeper_process {
	int socket;   /* to leakhop */
	int listener; /* -1 */
	pid_t command;
	bool no_new_rights; /* the filter was set at the price of that */
};
void keeper_process_run(struct keeper_process *process) __attribute__((noreturn));

/* A message with up to one descriptor (-1: none). 0 or a negative errno; -EPIPE at the end. */
int keeper_send(int socket, const void *message, size_t size, int fd);
int keeper_take(int socket, void *message, size_t size, int *ret_fd);

/* notify.c: the filter and its notifications. */
int keeper_filter_install(int *ret_listener);
struct keeper_notice {
	uint64_t id;
	pid_t tid;
	int status;
};
int keeper_notice_receive(int listener, struct keeper_notice *ret);
void keeper_notice_answer(int listener, uint64_t id);

#endif

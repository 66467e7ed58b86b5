// SPDX-License-Identifier: GPL-2.0-only
/* The command before its exec: what it is to be without leakhop, but for the filter. */
#include "keeper/private.h"

#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

static void tell_ready(const struct keeper_child *child)
{
	struct keeper_ready ready = { .command = getpid(), .hold_error = -ECANCELED };
	int before = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), listener = -1;

	if (child->options->hold)
		ready.hold_error = keeper_filter_install(&listener);
	ready.no_new_rights = !before && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
	/* Nobody answers any more: then there is none to go on for. */
	if (keeper_send(child->socket, &ready, sizeof(ready), listener) < 0)
		_exit(127);
	if (listener >= 0)
		close(listener);
	close(child->socket);
}

void keeper_child_run(const struct keeper_child *child)
{
	char **argv = child->options->argv;
	char byte;
	int error;

	tell_ready(child);
	/* A byte lets it go; end of file means that leakhop has gone. */
	if (read(child->go, &byte, 1) != 1)
		_exit(127);
	/* With the keeper its listener goes, and without that nobody of the tree could end. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigprocmask(SIG_SETMASK, child->options->mask, NULL);
	execvp(argv[0], argv);
	error = errno;
	if (write(child->failed, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

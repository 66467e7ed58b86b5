// SPDX-License-Identifier: GPL-2.0-only
/* Fork, wait, exec: see child.h. */
#include "cmd/child.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void child_run(char **argv, int go, int failed)
{
	sigset_t none;
	char byte;
	int error;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* A byte lets it go; end of file means that leakhop has gone. */
	if (read(go, &byte, 1) != 1)
		_exit(127);
	execvp(argv[0], argv);
	error = errno;
	if (write(failed, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

int child_prepare(struct child *child, char **argv, struct error *error)
{
	int go[2], failed[2];
	pid_t pid;

	if (pipe2(go, O_CLOEXEC))
		return error_set(error, -errno, "cannot start '%s'", argv[0]);
	if (pipe2(failed, O_CLOEXEC)) {
		close(go[0]);
		close(go[1]);
		return error_set(error, -errno, "cannot start '%s'", argv[0]);
	}
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		close(failed[0]);
		child_run(argv, go[0], failed[1]);
	}
	close(go[0]);
	close(failed[1]);
	if (pid < 0) {
		close(go[1]);
		close(failed[0]);
		return error_set(error, -errno, "cannot start '%s'", argv[0]);
	}
	*child = (struct child){ .pid = pid, .go_fd = go[1], .failed_fd = failed[0] };
	return 0;
}

int child_start(struct child *child, char **argv, struct error *error)
{
	int code = 0;
	ssize_t r;

	if (write(child->go_fd, "g", 1) != 1)
		return error_set(error, -errno, "cannot start '%s'", argv[0]);
	close(child->go_fd);
	child->go_fd = -1;
	do {
		r = read(child->failed_fd, &code, sizeof(code));
	} while (r < 0 && errno == EINTR);
	if (r != sizeof(code))
		return 0;
	/* "No such file" here is a usage error: there is no target that could have gone. */
	return error_set(error, code == ENOENT ? -ENOENT : -code, "cannot run '%s'", argv[0]);
}

void child_release(struct child *child)
{
	if (!child->pid)
		return;
	if (child->go_fd >= 0) {
		close(child->go_fd);
		waitpid(child->pid, NULL, 0);
	}
	close(child->failed_fd);
	child->pid = 0;
}

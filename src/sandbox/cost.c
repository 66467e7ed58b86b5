// SPDX-License-Identifier: GPL-2.0-only
/* Of a worker by its number: its clock, and files of /proc. See cost.h. */
#include "sandbox/cost.h"

#include "util/cleanup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

uint64_t worker_cpu_ns(pid_t pid)
{
	struct timespec time;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
		return 0;
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Reads a small file of /proc/PID; "" where that fails. */
static void read_proc(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	_cleanup_close_ int fd = -1;
	ssize_t length = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		length = read(fd, text, size - 1);
	text[length > 0 ? length : 0] = '\0';
}

uint64_t worker_peak_bytes(pid_t pid)
{
	static const char name[] = "\nVmHWM:";
	char text[4096];
	const char *at;

	read_proc(pid, "status", text, sizeof(text));
	at = strstr(text, name);
	return at ? strtoull(at + sizeof(name) - 1, NULL, 10) * 1024 : 0;
}

bool worker_runs(pid_t pid)
{
	const char *state;
	char text[512];

	read_proc(pid, "stat", text, sizeof(text));
	state = strrchr(text, ')');
	return state && strncmp(state, ") R", 3) == 0;
}

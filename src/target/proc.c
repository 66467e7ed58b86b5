// SPDX-License-Identifier: GPL-2.0-only
/* Readers and parsers of /proc/PID/task/TID: see proc.h. */
#include "target/proc.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORKERS_NAME "leakhop-"
#define PROC_FILE_BYTES 8192

ssize_t target_read_file(const char *path, char *buffer, size_t size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t r;

	if (fd < 0)
		return -errno;
	while (used < size - 1) {
		r = read(fd, buffer + used, size - 1 - used);
		if (r < 0)
			return errno == EINTR ? -EIO : -errno;
		if (r == 0)
			break;
		used += r;
	}
	buffer[used] = '\0';
	return used;
}

static int read_thread_file(pid_t pid, pid_t tid, const char *name, char *buffer, size_t size)
{
	char path[64];
	ssize_t r;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
	r = target_read_file(path, buffer, size);
	if (r < 0)
		return r;
	return r == 0 ? -ESRCH : 0;
}

/* A thread that is gone gives ENOENT for its whole folder. */
static int gone(int r)
{
	return r == -ENOENT ? -ESRCH : r;
}

int target_parse_stat(const char *text, struct target_stat *ret)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	struct target_stat stat = {};
	size_t length;
	int count;

	if (!open || !close || close < open)
		return -EINVAL;
	length = close - open - 1;
	if (length >= sizeof(stat.comm))
		length = sizeof(stat.comm) - 1;
	memcpy(stat.comm, open + 1, length);
	count = sscanf(
		close + 1,
		" %c %d %d %*d %*d %*d %" SCNu32 " %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
		"%*s %*s %" SCNu64 " %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
		"%*s %*s %u",
		&stat.state, &stat.ppid, &stat.group, &stat.flags, &stat.start_ticks, &stat.cpu);
	if (count != 6)
		return -EINVAL;
	*ret = stat;
	return 0;
}

int target_read_stat(pid_t pid, pid_t tid, struct target_stat *ret)
{
	char text[PROC_FILE_BYTES];
	int r = read_thread_file(pid, tid, "stat", text, sizeof(text));

	return r < 0 ? gone(r) : target_parse_stat(text, ret);
}

static bool has_workers_name(const struct target_stat *stat)
{
	return !strncmp(stat->comm, WORKERS_NAME, strlen(WORKERS_NAME));
}

bool target_is_own_worker(const struct target_stat *stat)
{
	struct target_stat parent;

	if (!has_workers_name(stat))
		return false;
	return stat->ppid == getpid() || (target_read_stat(stat->ppid, stat->ppid, &parent) == 0 &&
					  parent.ppid == getpid() && has_workers_name(&parent));
}

/* The text behind "\nKey:", or NULL. */
static const char *field(const char *text, const char *key)
{
	const char *found = strstr(text, key);

	return found ? found + strlen(key) : NULL;
}

/* The numbers of a line, up to its end; returns how many there are, most at the most. */
static unsigned numbers_of(const char *line, pid_t *numbers, unsigned most)
{
	unsigned count = 0;
	int used;

	while (line && *line != '\n' && count < most &&
	       sscanf(line, "%d%n", &numbers[count], &used) == 1) {
		count++;
		line += used;
		if (*line != '\t' && *line != ' ')
			break;
	}
	return count;
}

static pid_t last_number(const char *line)
{
	pid_t numbers[TARGET_PID_NAMESPACES];
	unsigned count = numbers_of(line, numbers, TARGET_PID_NAMESPACES);

	return count ? numbers[count - 1] : 0;
}

/* A number behind a key; 0 where there is none. */
static uint64_t number_of(const char *text, const char *key, int base)
{
	const char *found = field(text, key);

	return found ? strtoull(found, NULL, base) : 0;
}

int target_parse_status(const char *text, struct target_status *ret)
{
	const char *tgid = field(text, "\nTgid:"), *uid = field(text, "\nUid:");
	const char *voluntary = field(text, "\nvoluntary_ctxt_switches:");
	const char *involuntary = field(text, "\nnonvoluntary_ctxt_switches:");
	struct target_status status = {};

	if (!tgid || !uid || !voluntary || !involuntary)
		return -EINVAL;
	if (sscanf(tgid, "%d", &status.tgid) != 1 || sscanf(uid, "%*u %u", &status.uid) != 1 ||
	    sscanf(voluntary, "%" SCNu64, &status.voluntary_switches) != 1 ||
	    sscanf(involuntary, "%" SCNu64, &status.involuntary_switches) != 1)
		return -EINVAL;
	status.tracer = number_of(text, "\nTracerPid:", 10);
	status.threads = number_of(text, "\nThreads:", 10);
	status.pending = number_of(text, "\nSigPnd:", 16);
	status.shared_pending = number_of(text, "\nShdPnd:", 16);
	status.blocked = number_of(text, "\nSigBlk:", 16);
	status.ignored = number_of(text, "\nSigIgn:", 16);
	status.caught = number_of(text, "\nSigCgt:", 16);
	status.ns_tid = last_number(field(text, "\nNSpid:"));
	status.ns_pid = last_number(field(text, "\nNStgid:"));
	*ret = status;
	return 0;
}

int target_read_status(pid_t pid, pid_t tid, struct target_status *ret)
{
	char text[PROC_FILE_BYTES];
	int r = read_thread_file(pid, tid, "status", text, sizeof(text));

	return r < 0 ? gone(r) : target_parse_status(text, ret);
}

int target_parse_numbers(const char *text, struct target_numbers *ret)
{
	struct target_numbers numbers = {};
	unsigned groups = numbers_of(field(text, "\nNSpgid:"), numbers.group,
				     TARGET_PID_NAMESPACES);

	numbers.count = numbers_of(field(text, "\nNStgid:"), numbers.pid, TARGET_PID_NAMESPACES);
	if (!numbers.count || groups != numbers.count)
		return -EINVAL;
	*ret = numbers;
	return 0;
}

int target_read_numbers(pid_t pid, struct target_numbers *ret)
{
	char text[PROC_FILE_BYTES];
	int r = read_thread_file(pid, pid, "status", text, sizeof(text));

	return r < 0 ? gone(r) : target_parse_numbers(text, ret);
}

int target_parse_syscall(const char *text, struct target_syscall *ret)
{
	struct target_syscall parsed = { .call.nr = LC_NO_SYSCALL };
	uint64_t *args = parsed.call.args;
	int count;

	if (!strncmp(text, "running", 7)) {
		parsed.running = true;
		*ret = parsed;
		return 0;
	}
	count = sscanf(text,
		       "%" SCNd64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64
		       " %" SCNx64 " %" SCNx64 " %" SCNx64,
		       &parsed.call.nr, &args[0], &args[1], &args[2], &args[3], &args[4], &args[5],
		       &parsed.sp, &parsed.pc);
	if (count == 3 && parsed.call.nr < 0) {
		parsed.call = (struct lc_syscall){ .nr = LC_NO_SYSCALL };
		count = sscanf(text, "%*d %" SCNx64 " %" SCNx64, &parsed.sp, &parsed.pc) + 7;
	}
	if (count != 9)
		return -EINVAL;
	*ret = parsed;
	return 0;
}

int target_read_syscall(pid_t pid, pid_t tid, struct target_syscall *ret)
{
	char text[512];
	int r = read_thread_file(pid, tid, "syscall", text, sizeof(text));

	return r < 0 ? gone(r) : target_parse_syscall(text, ret);
}

int target_read_run_ns(pid_t pid, pid_t tid, uint64_t *ret_run_ns)
{
	char text[256];
	int r = read_thread_file(pid, tid, "schedstat", text, sizeof(text));

	if (r < 0)
		return gone(r);
	return sscanf(text, "%" SCNu64, ret_run_ns) == 1 ? 0 : -EINVAL;
}

int target_parse_exec_start(const char *text, uint64_t *ret_exec_start)
{
	const char *line = field(text, "\nse.exec_start");
	uint64_t ms, ns;

	line = line ? strchr(line, ':') : NULL;
	if (!line || sscanf(line + 1, "%" SCNu64 ".%6" SCNu64, &ms, &ns) != 2)
		return -EINVAL;
	*ret_exec_start = ms * 1000000 + ns;
	return 0;
}

int target_read_exec_start(pid_t pid, pid_t tid, uint64_t *ret_exec_start)
{
	char text[1024];
	int r = read_thread_file(pid, tid, "sched", text, sizeof(text));

	return r < 0 ? r : target_parse_exec_start(text, ret_exec_start);
}

static int for_each_number(const char *path, int (*fn)(void *context, pid_t number), void *context)
{
	_cleanup_closedir_ DIR *folder = opendir(path);
	struct dirent *entry;
	char *end;
	long number;
	int r;

	if (!folder)
		return gone(-errno);
	while ((entry = readdir(folder))) {
		number = strtol(entry->d_name, &end, 10);
		if (*end || number <= 0 || number > INT32_MAX)
			continue;
		r = fn(context, number);
		if (r)
			return r;
	}
	return 0;
}

int target_for_each_pid(int (*fn)(void *context, pid_t pid), void *context)
{
	return for_each_number("/proc", fn, context);
}

int target_for_each_tid(pid_t pid, int (*fn)(void *context, pid_t tid), void *context)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	return for_each_number(path, fn, context);
}

/* A folder has a link to itself and one to it; the kernel adds the threads (proc_task_getattr()).
 */
ssize_t target_count_tids(pid_t pid)
{
	struct stat status;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	if (stat(path, &status))
		return -errno;
	return status.st_nlink < 3 ? -ENODATA : (ssize_t)status.st_nlink - 2;
}

#define ENVIRONMENT_MOST (256u << 10)

ssize_t target_find_variable(const char *text, size_t text_size, const char *name, char *buffer,
			     size_t size)
{
	size_t length = strlen(name);
	const char *at;

	for (at = text; at < text + text_size; at += strlen(at) + 1) {
		if (!strncmp(at, name, length) && at[length] == '=')
			return snprintf(buffer, size, "%s", at + length + 1);
	}
	return -ENOENT;
}

ssize_t target_read_variable(pid_t pid, const char *name, char *buffer, size_t size)
{
	_cleanup_free_ char *text = malloc(ENVIRONMENT_MOST);
	char path[32];
	ssize_t got;

	if (!text)
		return -ENOMEM;
	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	got = target_read_file(path, text, ENVIRONMENT_MOST);
	return got < 0 ? got : target_find_variable(text, (size_t)got, name, buffer, size);
}

static uint64_t kib_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

uint64_t target_memory_used(pid_t pid)
{
	char path[64], text[4096];

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (target_read_file(path, text, sizeof(text)) <= 0)
		return 0;
	return (kib_of(text, "\nVmRSS:") + kib_of(text, "\nVmSwap:")) * 1024;
}

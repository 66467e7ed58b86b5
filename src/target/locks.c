// SPDX-License-Identifier: GPL-2.0-only
/* /proc/locks: see locks.h. */
#include "target/locks.h"
#include "util/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_kind(const char *word, enum target_lock_kind *ret)
{
	if (!strcmp(word, "FLOCK"))
		*ret = TARGET_LOCK_FLOCK;
	else if (!strcmp(word, "POSIX") || !strcmp(word, "ACCESS"))
		*ret = TARGET_LOCK_POSIX;
	else if (!strcmp(word, "OFDLCK"))
		*ret = TARGET_LOCK_OFD;
	else if (!strcmp(word, "LEASE") || !strcmp(word, "DELEG"))
		*ret = TARGET_LOCK_LEASE;
	else
		return false;
	return true;
}

bool target_lock_parse(const char *line, struct target_lock *ret)
{
	struct target_lock lock = {};
	char kind[16], mode[16], access[16], end[24];
	const char *rest;
	int used = 0;

	if (sscanf(line, "%" SCNu64 ":%n", &lock.number, &used) != 1 || !used)
		return false;
	/* "N: " + depth blanks + "-> " */
	rest = line + used + strspn(line + used, " ");
	if (!strncmp(rest, "->", 2)) {
		lock.depth = rest - line - used;
		rest += 2;
	}
	if (sscanf(rest, "%15s %15s %15s %d %x:%x:%" SCNu64 " %" SCNu64 " %23s", kind, mode, access,
		   &lock.pid, &lock.major, &lock.minor, &lock.inode, &lock.start, end) != 9)
		return false;
	if (!parse_kind(kind, &lock.kind))
		return false;
	lock.writes = !strcmp(access, "WRITE");
	lock.end = strcmp(end, "EOF") ? strtoull(end, NULL, 10) : UINT64_MAX;
	*ret = lock;
	return true;
}

static int add(struct target_locks *locks, const struct target_lock *lock)
{
	size_t capacity = locks->capacity ? 2 * locks->capacity : 64;
	struct target_lock *grown;

	if (locks->count == locks->capacity) {
		grown = reallocarray(locks->locks, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		locks->locks = grown;
		locks->capacity = capacity;
	}
	locks->locks[locks->count++] = *lock;
	return 0;
}

int target_locks_read(struct target_locks *ret)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/locks", "re");
	struct target_lock lock;
	char line[256];
	int r;

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		if (!target_lock_parse(line, &lock))
			continue;
		if (ret->count >= TARGET_LOCKS_MAX) {
			ret->cut = true;
			break;
		}
		r = add(ret, &lock);
		if (r < 0)
			return r;
	}
	return 0;
}

void target_locks_release(struct target_locks *locks)
{
	free(locks->locks);
	*locks = (struct target_locks){};
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of code made at run time, from /tmp/perf-PID.map: the convention of perf that Java agents,
 * Node.js, .NET and others follow. Its lines are "START SIZE NAME", both numbers in hex.
 */
#ifndef LEAKHOP_STACK_PERF_MAP_H
#define LEAKHOP_STACK_PERF_MAP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PERF_MAP_MAX_SIZE ((size_t)64 * 1024 * 1024)

struct perf_map;
struct target_access;

/*
 * Reads the map of a process, from the process's own /tmp. Refused unless the file belongs to the
 * process's user or to root: anybody can write to /tmp.
 * Returns 0, -ENOENT, -EPERM, -EFBIG, -ENOMEM, ...
 */
int perf_map_read(struct target_access *access, pid_t pid, struct perf_map **ret_map);

/* The same from text, which is copied. Lines that make no sense are skipped. */
int perf_map_parse(const char *text, size_t size, struct perf_map **ret_map);
void perf_map_free(struct perf_map *map);

/* The name of the code at address, or NULL. Where code was overwritten, the later line counts. */
const char *perf_map_find(const struct perf_map *map, uint64_t address, uint64_t *ret_offset);

#endif

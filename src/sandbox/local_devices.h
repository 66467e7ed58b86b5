/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices of file systems that answer by themselves: of disks, of memory. A file of any other
 * (FUSE, NFS, what is not listed here) may be read only by who can be lost.
 */
#ifndef LEAKHOP_SANDBOX_LOCAL_DEVICES_H
#define LEAKHOP_SANDBOX_LOCAL_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct local_devices {
	dev_t *devices; /* sorted */
	size_t count;
	uint64_t read_at; /* ns, CLOCK_MONOTONIC; 0: not yet */
};

void local_devices_init(struct local_devices *devices);
void local_devices_release(struct local_devices *devices);

/* Mounts are listed again, at most once a second, where the device is not among those known. */
bool local_devices_have(struct local_devices *devices, dev_t device);

/* A line of /proc/self/mountinfo (Documentation/filesystems/proc.rst, 3.5): false if not local. */
bool local_devices_parse(const char *line, dev_t *ret_device);

#endif

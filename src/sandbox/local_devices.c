// SPDX-License-Identifier: GPL-2.0-only
/* From /proc/self/mountinfo; and the kernel's own mount for memory that is shared. */
#include "sandbox/local_devices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/now.h"

#define DEVICES_MAX 65536
#define AGAIN_NS 1000000000ull

void local_devices_init(struct local_devices *devices)
{
	*devices = (struct local_devices){ .devices = NULL };
}

void local_devices_release(struct local_devices *devices)
{
	free(devices->devices);
	local_devices_init(devices);
}

static bool is_local(const char *type)
{
	static const char *const types[] = {
		"ext2", "ext3",	    "ext4",	"xfs",	     "btrfs",  "f2fs",	  "zfs",
		"jfs",	"reiserfs", "bcachefs", "squashfs",  "erofs",  "iso9660", "udf",
		"vfat", "exfat",    "ntfs3",	"tmpfs",     "ramfs",  "rootfs",  "devtmpfs",
		"proc", "sysfs",    "overlay",	"hugetlbfs", "cgroup", "bpf",	  "cgroup2"
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(type, types[i]) == 0)
			return true;
	}
	return false;
}

bool local_devices_parse(const char *line, dev_t *ret_device)
{
	unsigned major_number, minor_number;
	const char *separator = strstr(line, " - ");
	char type[32];

	/* 36 35 98:0 /root /mount options shared:1 - ext4 /dev/root rw */
	if (sscanf(line, "%*u %*u %u:%u ", &major_number, &minor_number) != 2 || !separator ||
	    sscanf(separator, " - %31s", type) != 1 || !is_local(type))
		return false;
	*ret_device = makedev(major_number, minor_number);
	return true;
}

static void add(struct local_devices *devices, dev_t device)
{
	dev_t *grown;

	if (devices->count == DEVICES_MAX)
		return;
	/* In steps of 64. */
	if (devices->count % 64 == 0) {
		grown = reallocarray(devices->devices, devices->count + 64, sizeof(*grown));
		if (!grown)
			return;
		devices->devices = grown;
	}
	devices->devices[devices->count++] = device;
}

/* Shared memory without a name, and memfds, are of a mount that is listed nowhere. */
static void add_own_memory(struct local_devices *devices, unsigned flags)
{
	_cleanup_close_ int fd = memfd_create("leakhop", flags | MFD_CLOEXEC);
	struct stat status;

	if (fd >= 0 && fstat(fd, &status) == 0)
		add(devices, status.st_dev);
}

static int compare(const void *left, const void *right)
{
	const dev_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

static void read_mounts(struct local_devices *devices)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/self/mountinfo", "re");
	_cleanup_free_ char *line = NULL;
	size_t capacity = 0;
	dev_t device;

	local_devices_release(devices);
	devices->read_at = now_monotonic();
	add_own_memory(devices, 0);
	add_own_memory(devices, MFD_HUGETLB);
	while (file && getline(&line, &capacity, file) > 0) {
		if (local_devices_parse(line, &device))
			add(devices, device);
	}
	if (devices->count)
		qsort(devices->devices, devices->count, sizeof(devices->devices[0]), compare);
}

static bool have(const struct local_devices *devices, dev_t device)
{
	return devices->count && bsearch(&device, devices->devices, devices->count,
					 sizeof(devices->devices[0]), compare);
}

bool local_devices_have(struct local_devices *devices, dev_t device)
{
	if (have(devices, device))
		return true;
	if (devices->read_at && now_monotonic() - devices->read_at < AGAIN_NS)
		return false;
	read_mounts(devices);
	return have(devices, device);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads memory of another process with process_vm_readv().
 *
 * The kernel reads an iovec up to the first bad page and returns how much that was, but a bad page
 * may also come back as EFAULT for the whole: the second try asks for what lies before the next
 * page border only.
 */
#include "target/memory.h"

#include <errno.h>
#include <limits.h>
#include <sys/uio.h>
#include <unistd.h>

static ssize_t read_once(pid_t pid, uint64_t address, void *buffer, size_t size)
{
	struct iovec local = { .iov_base = buffer, .iov_len = size };
	struct iovec remote = { .iov_base = (void *)(uintptr_t)address, .iov_len = size };

	return process_vm_readv(pid, &local, 1, &remote, 1, 0);
}

int target_memory_read(pid_t pid, uint64_t address, void *buffer, size_t size, size_t *ret_read)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t to_border = page - (size_t)(address & (page - 1));
	ssize_t count;

	if (size == 0 || size > SSIZE_MAX)
		return -EINVAL;
	/* A range that wraps round would be refused as a whole. */
	if (size - 1 > UINT64_MAX - address)
		size = (size_t)(UINT64_MAX - address) + 1;

	count = read_once(pid, address, buffer, size);
	if (count < 0 && errno == EFAULT && to_border < size)
		count = read_once(pid, address, buffer, to_border);
	if (count < 0)
		return -errno;
	if (count == 0)
		return -EFAULT;
	*ret_read = (size_t)count;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads memory of another process with process_vm_readv().
 *
 * The kernel reads an iovec up to the first bad page and returns how much that was, but a bad page
 * may also come back as EFAULT for the whole: the second try asks for what lies before the next
 * page border only.
 */
#include "target/memory.h"
#include "util/cleanup.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static ssize_t read_once(pid_t pid, uint64_t address, void *buffer, size_t size)
{
	struct iovec local = { .iov_base = buffer, .iov_len = size };
	struct iovec remote = { .iov_base = (void *)(uintptr_t)address, .iov_len = size };

	return process_vm_readv(pid, &local, 1, &remote, 1, 0);
}

static int read_by_itself(pid_t pid, uint64_t address, void *buffer, size_t size, size_t *ret_read)
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

int target_memory_read(const struct target_task *task, uint64_t address, void *buffer, size_t size,
		       size_t *ret_read)
{
	switch (target_way(task->access, task->pid)) {
	case TARGET_BY_ITSELF:
		return read_by_itself(task->tid, address, buffer, size, ret_read);
	case TARGET_BY_READER:
		return task->access->does->read(task->access, task->pid, task->tid, address, buffer,
						size, ret_read);
	case TARGET_REFUSED:
		break;
	}
	return -ETIME;
}

#define PIECES \
	512 /* of one call; with what lies between them below the 1024 that the kernel takes */
/*
 * Of pieces that lie beside each other what is between them is read, too: the kernel pins pages for
 * each range, which takes longer than to copy as much. Less than a page, so no page is touched that
 * has none of them.
 */
#define BETWEEN 2048
#define ROW_MOST (2u << 20) /* bytes */

struct batch {
	struct iovec local[2 * PIECES], remote[PIECES];
	size_t local_count, remote_count;
	uint64_t end; /* of the last range */
	uint8_t between[BETWEEN];
};

static void add_piece(struct batch *batch, const struct target_piece *piece)
{
	struct iovec *range = batch->remote_count ? &batch->remote[batch->remote_count - 1] : NULL;
	uint64_t between = piece->address - batch->end;

	if (!piece->size)
		return;
	if (!range || piece->address < batch->end || between > BETWEEN ||
	    piece->size > UINT64_MAX - piece->address) {
		range = &batch->remote[batch->remote_count++];
		*range = (struct iovec){ .iov_base = (void *)(uintptr_t)piece->address };
		between = 0;
	}
	if (between)
		batch->local[batch->local_count++] = (struct iovec){ batch->between, between };
	batch->local[batch->local_count++] = (struct iovec){ piece->buffer, piece->size };
	range->iov_len += between + piece->size;
	batch->end = piece->address + piece->size;
}

static uint64_t size_of(const struct batch *batch)
{
	uint64_t size = 0;
	size_t i;

	for (i = 0; i < batch->remote_count; i++)
		size += batch->remote[i].iov_len;
	return size;
}

/*
 * Where ranges have several pieces each: all of it in a row, as the kernel copies page by page
 * then, and not by piece. NULL: into the pieces themselves.
 */
static uint8_t *make_row(const struct batch *batch, uint64_t *ret_size)
{
	*ret_size = size_of(batch);
	return batch->local_count > 4 * batch->remote_count && *ret_size <= ROW_MOST
		       ? malloc(*ret_size)
		       : NULL;
}

/* Marks those that were read in full, up to the first one that was not, and returns how many. */
static size_t share_out(const struct batch *batch, struct target_piece *pieces, size_t count,
			const uint8_t *row, ssize_t got)
{
	size_t i, at = 0;

	for (i = 0; i < count; i++) {
		if (pieces[i].size && batch->local[at].iov_base == batch->between) {
			got -= (ssize_t)batch->local[at].iov_len;
			row += row ? batch->local[at].iov_len : 0;
			at++;
		}
		if (got < (ssize_t)pieces[i].size)
			break;
		if (row) {
			memcpy(pieces[i].buffer, row, pieces[i].size);
			row += pieces[i].size;
		}
		got -= (ssize_t)pieces[i].size;
		at += pieces[i].size != 0;
		pieces[i].read = true;
	}
	return i;
}

/* One call. Returns how many were read in full, or a negative errno. */
static ssize_t read_batch(pid_t pid, struct target_piece *pieces, size_t count)
{
	_cleanup_free_ uint8_t *row = NULL;
	struct iovec whole;
	struct batch batch;
	uint64_t size;
	ssize_t got = 0;
	size_t i;

	batch.local_count = batch.remote_count = 0;
	batch.end = 0;
	for (i = 0; i < count; i++)
		add_piece(&batch, &pieces[i]);
	row = make_row(&batch, &size);
	whole = (struct iovec){ row, size };
	if (batch.remote_count)
		got = process_vm_readv(pid, row ? &whole : batch.local, row ? 1 : batch.local_count,
				       batch.remote, batch.remote_count, 0);
	if (got < 0 && errno != EFAULT)
		return -errno;
	return (ssize_t)share_out(&batch, pieces, count, row, got);
}

/* One by one, each with its own end. */
static int read_pieces_by_reader(const struct target_task *task, struct target_piece *pieces,
				 size_t count)
{
	size_t got;
	int r;

	for (size_t i = 0; i < count; i++) {
		got = 0;
		r = pieces[i].size ? target_memory_read(task, pieces[i].address, pieces[i].buffer,
							pieces[i].size, &got)
				   : 0;
		if (r < 0 && r != -EFAULT)
			return r;
		pieces[i].read = got == pieces[i].size;
	}
	return 0;
}

static void mark_unread(struct target_piece *pieces, size_t count)
{
	for (size_t i = 0; i < count; i++)
		pieces[i].read = false;
}

int target_memory_read_pieces_itself(pid_t tid, struct target_piece *pieces, size_t count)
{
	size_t i = 0, batch;
	ssize_t done;

	mark_unread(pieces, count);
	while (i < count) {
		batch = count - i < PIECES ? count - i : PIECES;
		done = read_batch(tid, pieces + i, batch);
		if (done < 0)
			return (int)done;
		/* The kernel stops at the first bad piece: go on behind it. */
		i += (size_t)done < batch ? (size_t)done + 1 : batch;
	}
	return 0;
}

int target_memory_read_pieces(const struct target_task *task, struct target_piece *pieces,
			      size_t count)
{
	enum target_way way = target_way(task->access, task->pid);

	if (way == TARGET_BY_ITSELF)
		return target_memory_read_pieces_itself(task->tid, pieces, count);
	mark_unread(pieces, count);
	return way == TARGET_REFUSED ? -ETIME : read_pieces_by_reader(task, pieces, count);
}

int target_source_read_pieces(const struct target_memory_source *source,
			      struct target_piece *pieces, size_t count)
{
	size_t i, got;
	int r;

	for (i = 0; i < count; i++) {
		r = pieces[i].size ? source->read(source->context, pieces[i].address,
						  pieces[i].buffer, pieces[i].size, &got)
				   : 0;
		if (r < 0 && r != -EFAULT)
			return r;
		pieces[i].read = !pieces[i].size || (!r && got == pieces[i].size);
	}
	return 0;
}

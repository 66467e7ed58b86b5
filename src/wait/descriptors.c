// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which process has which pipe, socket or file: one pass over the descriptors of all processes, and
 * look-ups in it. fdinfo and the mode of a link are read only for what a look-up hits.
 */
#include "wait/private.h"
#include "target/proc.h"
#include "util/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 4000000
#define LOOKS_MAX 3	 /* at all of them, while some are on their way */
#define ARRIVAL_US 10000 /* from look to look */

/* FNV-1a, 64 bits: equal texts meet; strangers that meet are told apart by what is asked next. */
static uint64_t hash_text(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}

uint64_t wait_descriptor_key(const struct target_fd *fd)
{
	return fd->kind == TARGET_FD_PIPE || fd->kind == TARGET_FD_SOCKET ? fd->inode
									  : hash_text(fd->name);
}

int wait_descriptors_add(struct wait_descriptors *table, const struct wait_descriptor *list,
			 size_t count)
{
	size_t capacity = table->capacity ? 2 * table->capacity : 1024;
	struct wait_descriptor *grown;

	if (count > DESCRIPTORS_MAX - table->count) {
		table->cut = true;
		count = DESCRIPTORS_MAX - table->count;
	}
	while (capacity < table->count + count)
		capacity *= 2;
	if (table->count + count > table->capacity) {
		grown = reallocarray(table->all, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		table->all = grown;
		table->capacity = capacity;
	}
	if (count)
		memcpy(table->all + table->count, list, count * sizeof(*list));
	table->count += count;
	return 0;
}

/* leakhop's own workers cannot be read, and hold nothing of anybody else. */
static bool is_own(pid_t pid)
{
	struct target_stat stat;

	return target_read_stat(pid, pid, &stat) == 0 && target_is_own_worker(&stat);
}

/*
 * A process whose descriptors cannot be read. Init reaps orphans and talks to nobody over what its
 * descendants made: where it alone can't be read (containers, hardened hosts), the list of holders
 * still counts as whole.
 */
static void note_refusal(struct wait_descriptors *table, pid_t pid)
{
	table->refused += pid != 1 && !is_own(pid);
}

struct reading {
	struct wait_descriptors *table;
	pid_t pid, last; /* the thread whose was read last */
};

/* Returns 0, also where it has ended, -EACCES, or another negative errno. */
static int read_table(struct wait_descriptors *table, pid_t pid, pid_t tid)
{
	struct wait_descriptor descriptor = { .pid = pid, .tid = tid };
	_cleanup_closedir_ DIR *folder = NULL;
	struct target_fd fd;
	struct dirent *entry;
	char path[64], link[4096];
	ssize_t length;
	int r;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/fd", pid, tid);
	folder = opendir(path);
	if (!folder)
		return errno == ENOENT || errno == ESRCH ? 0 : -EACCES;
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		length = readlinkat(dirfd(folder), entry->d_name, link, sizeof(link) - 1);
		if (length < 0) {
			if (errno == ENOENT)
				continue;
			return errno == EACCES || errno == EPERM ? -EACCES : 0;
		}
		link[length] = '\0';
		target_fd_parse(link, &fd);
		descriptor.fd = atoi(entry->d_name);
		descriptor.kind = fd.kind;
		descriptor.key = wait_descriptor_key(&fd);
		r = wait_descriptors_add(table, &descriptor, 1);
		if (r < 0)
			return r;
	}
	return 0;
}

/* As read_table(), of a thread that is not the leader: what it refuses is noted, and no error. */
static int read_thread(struct reading *reading, pid_t tid)
{
	int r = read_table(reading->table, reading->pid, tid);

	if (r != -EACCES)
		return r;
	reading->table->refused++;
	return 0;
}

/* A leader that has ended has none, and its threads go on with the one that was its. */
static int read_of_living(void *context, pid_t tid)
{
	struct reading *reading = context;

	return tid == reading->pid ? 0 : read_thread(reading, tid) ?: 1;
}

static bool has_ended(pid_t pid)
{
	struct target_stat stat;

	return !target_read_stat(pid, pid, &stat) && stat.state == 'Z';
}

int wait_descriptors_read(struct wait_descriptors *table, pid_t pid)
{
	struct reading reading = { .table = table, .pid = pid };
	size_t before = reading.table->count;
	int r = read_table(reading.table, pid, pid);

	if (r < 0 && r != -EACCES)
		return r;
	if ((r == -EACCES || reading.table->count == before) && has_ended(pid)) {
		r = target_for_each_tid(pid, read_of_living, &reading);
		return r < 0 && r != -ESRCH ? r : 0;
	}
	if (r == -EACCES)
		note_refusal(reading.table, pid);
	return 0;
}

static int read_process(void *context, pid_t pid)
{
	return wait_descriptors_read(context, pid);
}

/*
 * 1: another one, by CLONE_FILES or unshare(2). Who may not ask takes it for the same, as nearly
 * all are.
 */
static int read_other_table(void *context, pid_t tid)
{
	struct reading *reading = context;

	if (tid == reading->pid || syscall(SYS_kcmp, tid, reading->pid, KCMP_FILES, 0, 0) <= 0 ||
	    syscall(SYS_kcmp, tid, reading->last, KCMP_FILES, 0, 0) == 0)
		return 0;
	reading->last = tid;
	return read_thread(reading, tid);
}

static int read_other_tables(void *context, pid_t pid)
{
	struct wait_scan *scan = context;
	struct reading reading = { .table = &scan->descriptors, .pid = pid, .last = pid };
	int r;

	if (scan->book && wait_book_has_one_table(scan->book, pid))
		return 0;
	if (target_count_tids(pid) <= 1 || has_ended(pid))
		return 0;
	r = target_for_each_tid(pid, read_other_table, &reading);
	if (r == -EACCES)
		note_refusal(&scan->descriptors, pid);
	return r == -ENOMEM ? r : 0;
}

static int compare(const void *a, const void *b)
{
	const struct wait_descriptor *left = a, *right = b;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	if (left->key != right->key)
		return left->key < right->key ? -1 : 1;
	if (left->pid != right->pid)
		return left->pid < right->pid ? -1 : 1;
	return left->fd < right->fd ? -1 : left->fd > right->fd;
}

static int load(struct wait_descriptors *table, struct wait_book *book,
		const struct wait_scan *scan)
{
	int r;

	table->read = true;
	table->in_flight = -1;
	r = book ? wait_book_load(book, scan->book_as_of, scan->names, table)
		 : target_for_each_pid(read_process, table);
	table->cut |= r < 0;
	if (table->count)
		qsort(table->all, table->count, sizeof(*table->all), compare);
	return r;
}

int wait_descriptors_load(struct wait_scan *scan)
{
	return scan->descriptors.read ? 0 : load(&scan->descriptors, scan->book, scan);
}

/* The name of a file may change while those who have it sleep: they are read again. */
static void forget_names(struct wait_scan *scan)
{
	struct wait_descriptors *table = &scan->descriptors;

	scan->names = true;
	if (!table->old_names)
		return;
	free(table->all);
	*table = (struct wait_descriptors){};
}

struct wait_descriptor *wait_descriptors_find(struct wait_scan *scan, enum target_fd_kind kind,
					      uint64_t key, size_t *ret_count)
{
	struct wait_descriptor wanted = { .kind = kind, .key = key, .pid = -1, .fd = -1 };
	struct wait_descriptors *table = &scan->descriptors;
	size_t low = 0, high, middle, end;

	*ret_count = 0;
	if (kind == TARGET_FD_PATH)
		forget_names(scan);
	if (wait_descriptors_load(scan) < 0)
		return NULL;
	high = table->count;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(&table->all[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < table->count; end++)
		if (table->all[end].kind != kind || table->all[end].key != key)
			break;
	*ret_count = end - low;
	return end > low ? &table->all[low] : NULL;
}

unsigned wait_descriptor_mode(struct wait_descriptor *descriptor)
{
	bool reads, writes;

	if (descriptor->mode & WAIT_MODE_ASKED)
		return descriptor->mode;
	descriptor->mode = WAIT_MODE_ASKED;
	if (!target_fd_mode(descriptor->pid, descriptor->tid, descriptor->fd, &reads, &writes))
		descriptor->mode |= (reads ? WAIT_MODE_READ : 0) | (writes ? WAIT_MODE_WRITE : 0);
	return descriptor->mode;
}

enum { ITSELF = 1, OTHERS = 2 };

/* A set of the above: who of them has what the filter lets pass? */
static unsigned who_has(const struct wait_job *job, struct wait_descriptor *found, size_t count,
			bool (*filter)(struct wait_descriptor *, void *), void *context)
{
	unsigned who = 0;
	size_t i;

	for (i = 0; i < count && !(who & OTHERS); i++)
		if (!filter || filter(&found[i], context))
			who |= found[i].pid == job->pid ? ITSELF : OTHERS;
	return who;
}

/*
 * Where nobody but the waiter itself seems to have the other end, threads with a table of their own
 * are asked, too: a pass over all threads of the host, that few waits are worth.
 */
static void look_deeper(struct wait_job *job)
{
	struct wait_descriptors *table = &job->scan->descriptors;

	if (table->deep || target_count_tids(job->pid) != 1)
		return;
	table->deep = true;
	(void)target_for_each_pid(read_other_tables, job->scan);
	qsort(table->all, table->count, sizeof(*table->all), compare);
}

/*
 * A descriptor is on its way for a moment, as a rule, but who gets it may have been read before:
 * all are read again, by no book, once none is.
 */
static void await_arrival(struct wait_scan *scan)
{
	struct wait_descriptors *table = &scan->descriptors;
	unsigned looks = table->looks;

	for (; looks < LOOKS_MAX && wait_in_flight(scan); looks++) {
		usleep(ARRIVAL_US);
		table->in_flight = -1;
		if (wait_in_flight(scan))
			continue;
		free(table->all);
		*table = (struct wait_descriptors){};
		(void)load(table, NULL, scan);
	}
	table->looks = looks;
}

size_t wait_add_holders(struct wait_job *job, enum lc_wait_role role, enum target_fd_kind kind,
			uint64_t key, bool (*filter)(struct wait_descriptor *, void *),
			void *context)
{
	size_t count, i, before = job->wait->owner_total;
	struct wait_descriptor *found;
	pid_t last = 0;
	unsigned who;

	found = wait_descriptors_find(job->scan, kind, key, &count);
	who = who_has(job, found, count, filter, context);
	if (!(who & OTHERS)) {
		await_arrival(job->scan);
		if (who == ITSELF)
			look_deeper(job);
		found = wait_descriptors_find(job->scan, kind, key, &count);
	}
	for (i = 0; i < count; i++) {
		if (found[i].pid == last || (filter && !filter(&found[i], context)))
			continue;
		wait_add_owner(job, role, found[i].pid, 0, found[i].fd);
		last = found[i].pid;
	}
	if (job->scan->descriptors.refused || job->scan->descriptors.cut) {
		job->wait->flags |= LC_WAIT_INCOMPLETE;
		wait_cannot_read(job, "descriptors of %zu processes",
				 job->scan->descriptors.refused);
	}
	return job->wait->owner_total - before;
}

/*
 * Any leakhop and its workers send each other files, all the time, and nothing that anybody waits
 * for. Who takes on their name to hide something makes a false alarm of his own pipe, no more.
 */
static bool is_for_leakhop(const struct wait_descriptor *descriptor)
{
	static const char name[] = "leakhop";
	struct target_stat stat;

	return target_read_stat(descriptor->pid, descriptor->pid, &stat) == 0 &&
	       !strncmp(stat.comm, name, strlen(name));
}

/* A descriptor on its way through a Unix socket has no process, and keeps an end open. */
int wait_in_flight(struct wait_scan *scan)
{
	struct wait_descriptors *table = &scan->descriptors;
	struct target_fdinfo info;
	size_t i;

	if (wait_descriptors_load(scan) < 0)
		return 0;
	if (table->in_flight >= 0)
		return table->in_flight;
	table->in_flight = 0;
	for (i = 0; i < table->count; i++)
		if (table->all[i].kind == TARGET_FD_SOCKET &&
		    !target_fdinfo_read(table->all[i].pid, table->all[i].tid, table->all[i].fd,
					&info) &&
		    info.scm_fds && !is_for_leakhop(&table->all[i]) &&
		    table->in_flight < INT32_MAX / 2)
			table->in_flight += info.scm_fds < 1024 ? info.scm_fds : 1024;
	return table->in_flight;
}

void wait_note_own(struct wait_job *job)
{
	struct lc_wait *wait = job->wait;
	uint32_t i;

	if (!wait->owner_total || wait->owner_total != wait->owner_count)
		return;
	for (i = 0; i < wait->owner_count; i++)
		if (wait->owners[i].pid != job->pid)
			return;
	if (wait_in_flight(job->scan)) {
		wait->flags |= LC_WAIT_INCOMPLETE;
		return;
	}
	wait->flags |= LC_WAIT_OWN_PROCESS;
	if (wait_process_status(job)->threads == 1)
		wait->flags |= LC_WAIT_OWN_THREAD;
	wait_note_signals(job);
}

static int by_id(const void *a, const void *b)
{
	const struct wait_eventfd *left = a, *right = b;

	return left->id < right->id ? -1 : left->id > right->id;
}

/* All eventfds have one inode: only fdinfo tells which is which. */
int wait_eventfds_load(struct wait_scan *scan)
{
	const struct wait_descriptor *found;
	struct target_fdinfo info;
	size_t count, i;

	if (scan->eventfds_read)
		return 0;
	scan->eventfds_read = true;
	found = wait_descriptors_find(scan, TARGET_FD_ANONYMOUS, hash_text("eventfd"), &count);
	if (!found)
		return 0;
	scan->eventfds = calloc(count, sizeof(*scan->eventfds));
	if (!scan->eventfds)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		if (target_fdinfo_read(found[i].pid, found[i].tid, found[i].fd, &info) ||
		    info.eventfd_id < 0)
			continue;
		scan->eventfds[scan->eventfd_count++] = (struct wait_eventfd){
			.id = info.eventfd_id, .pid = found[i].pid, .fd = found[i].fd
		};
	}
	qsort(scan->eventfds, scan->eventfd_count, sizeof(*scan->eventfds), by_id);
	return 0;
}

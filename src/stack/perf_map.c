// SPDX-License-Identifier: GPL-2.0-only
/* Parses and finds perf maps. The whole text is kept; names are its pieces. */
#include "stack/perf_map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "target/core.h"
#include "target/file.h"
#include "util/cleanup.h"

#define LOOK_BACK 64 /* entries that may overlap the one before the address */

struct entry {
	uint64_t start;
	uint64_t size;
	uint32_t name; /* offset in the text; goes up with the lines */
};

struct perf_map {
	char *text;	       /* newlines became ends of strings */
	struct entry *entries; /* by start, then by line */
	size_t count;
	size_t capacity;
};

void perf_map_free(struct perf_map *map)
{
	if (!map)
		return;
	free(map->text);
	free(map->entries);
	free(map);
}

static bool take_hex(char **at, uint64_t *ret)
{
	char *from = *at;
	uint64_t value = 0;

	if (from[0] == '0' && (from[1] == 'x' || from[1] == 'X'))
		from += 2;
	*at = from;
	for (;; from++) {
		unsigned digit;

		if (*from >= '0' && *from <= '9')
			digit = (unsigned)(*from - '0');
		else if ((*from | 0x20) >= 'a' && (*from | 0x20) <= 'f')
			digit = (unsigned)((*from | 0x20) - 'a') + 10;
		else
			break;
		if (value >> 60)
			return false;
		value = value << 4 | digit;
	}
	if (from == *at || *from != ' ')
		return false;
	*at = from + 1;
	*ret = value;
	return true;
}

static int add_entry(struct perf_map *map, const struct entry *entry)
{
	if (map->count == map->capacity) {
		size_t capacity = map->capacity ? map->capacity * 2 : 256;
		struct entry *grown = reallocarray(map->entries, capacity, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		map->entries = grown;
		map->capacity = capacity;
	}
	map->entries[map->count++] = *entry;
	return 0;
}

static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->name < b->name ? -1 : a->name > b->name;
}

/* Takes text, which ends with a NUL that isn't counted, over, also on failure. */
static int parse_owned(char *text, size_t size, struct perf_map **ret_map)
{
	struct perf_map *map = calloc(1, sizeof(*map));
	char *at = text, *end = text + size;

	if (!map) {
		free(text);
		return -ENOMEM;
	}
	map->text = text;
	while (at < end) {
		char *line_end = memchr(at, '\n', (size_t)(end - at));
		struct entry entry;

		line_end = line_end ? line_end : end;
		*line_end = '\0';
		if (take_hex(&at, &entry.start) && take_hex(&at, &entry.size) && *at) {
			entry.name = (uint32_t)(at - text);
			if (add_entry(map, &entry) < 0) {
				perf_map_free(map);
				return -ENOMEM;
			}
		}
		at = line_end + 1;
	}
	if (map->count > 0)
		qsort(map->entries, map->count, sizeof(*map->entries), compare_entries);
	*ret_map = map;
	return 0;
}

int perf_map_parse(const char *text, size_t size, struct perf_map **ret_map)
{
	char *copy;

	if (size > PERF_MAP_MAX_SIZE)
		return -EFBIG;
	copy = malloc(size + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, size);
	copy[size] = '\0';
	return parse_owned(copy, size, ret_map);
}

const char *perf_map_find(const struct perf_map *map, uint64_t address, uint64_t *ret_offset)
{
	const struct entry *found = NULL;
	size_t low = 0, high = map->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->entries[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t back = 0; back < LOOK_BACK && low > 0; back++) {
		const struct entry *entry = &map->entries[--low];

		if (address - entry->start < entry->size && (!found || entry->name > found->name))
			found = entry;
	}
	if (!found)
		return NULL;
	*ret_offset = address - found->start;
	return map->text + found->name;
}

/* Of /proc/PID/status: the PID in the process's own namespace, and its effective user. */
static int read_identity(pid_t pid, long *ret_inner_pid, uid_t *ret_user)
{
	_cleanup_fclose_ FILE *file = NULL;
	char line[512], path[64];
	bool has_user = false;
	unsigned user;

	*ret_inner_pid = pid;
	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return errno == ENOENT ? -ESRCH : -errno;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Uid: %*u %u", &user) == 1) {
			*ret_user = user;
			has_user = true;
		} else if (strncmp(line, "NSpid:", 6) == 0) {
			const char *last = strrchr(line, '\t');

			*ret_inner_pid = last ? strtol(last, NULL, 10) : pid;
		}
	}
	return has_user ? 0 : -ESRCH;
}

static int read_text(struct target_access *access, int fd, size_t size, char **ret_text,
		     size_t *ret_size)
{
	_cleanup_free_ char *text = malloc(size + 1);
	size_t used = 0;

	if (!text)
		return -ENOMEM;
	while (used < size) {
		ssize_t count = target_file_read(access, fd, text + used, size - used, used);

		if (count < 0)
			return (int)count;
		if (count == 0)
			break;
		used += (size_t)count;
	}
	text[used] = '\0';
	*ret_text = take_ptr(text);
	*ret_size = used;
	return 0;
}

int perf_map_read(struct target_access *access, pid_t pid, struct perf_map **ret_map)
{
	_cleanup_close_ int fd = -1;
	char root[64], path[64], *text = NULL;
	struct stat status;
	long inner_pid;
	uid_t user = 0;
	size_t size = 0;
	int r = target_core_of(access) ? -ENOENT : read_identity(pid, &inner_pid, &user);

	if (r < 0)
		return r;
	(void)snprintf(root, sizeof(root), "/proc/%d/root", (int)pid);
	(void)snprintf(path, sizeof(path), "/tmp/perf-%ld.map", inner_pid);
	r = target_file_open_below(access, root, path, O_NOFOLLOW, &fd);
	if (r < 0)
		return r;
	r = target_file_status(fd, &status);
	if (r < 0)
		return r;
	if (status.st_uid != user && status.st_uid != 0)
		return -EPERM;
	if (status.st_size > (off_t)PERF_MAP_MAX_SIZE)
		return -EFBIG;
	r = read_text(access, fd, (size_t)status.st_size, &text, &size);
	return r < 0 ? r : parse_owned(text, size, ret_map);
}

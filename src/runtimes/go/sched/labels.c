// SPDX-License-Identifier: GPL-2.0-only
/*
 * Labels that a program sets with pprof.Do. Go 1.24 and later: a slice of pairs of strings
 * (src/runtime/pprof/label.go); before, a map of the old kind (src/runtime/map.go).
 */
#include "runtimes/go/private.h"
#include "runtimes/go/sync/waits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LONGEST 80 /* of a key or value */
#define BUCKET_SLOTS 8
#define EMPTY_BELOW 5 /* tophash: smaller ones are not in use */
#define MAP_B 9	      /* offsets in runtime.hmap */
#define MAP_BUCKETS 16
#define MOST_B 8
#define MOST_OVERFLOWS 64 /* of a bucket */

static void add(char *buffer, size_t size, const char *text)
{
	size_t used = strlen(buffer);

	snprintf(buffer + used, size - used, "%s", text);
}

static bool add_string(const struct go_process *process, const struct go_text *string, char *buffer,
		       size_t size)
{
	char text[LONGEST + 1] = "";
	size_t length = string->length < LONGEST ? string->length : LONGEST;

	if (length && !go_read(process, string->address, text, length))
		return false;
	add(buffer, size, text);
	return true;
}

static bool add_pair(const struct go_process *process, const struct go_text *key,
		     const struct go_text *value, char *buffer, size_t size)
{
	if (buffer[0])
		add(buffer, size, " ");
	if (!add_string(process, key, buffer, size))
		return false;
	add(buffer, size, "=");
	return add_string(process, value, buffer, size);
}

static ssize_t read_slice(const struct go_process *process, uint64_t labels,
			  struct go_label list[GO_LABELS_MAX])
{
	uint64_t header[2], count;

	if (!go_read(process, labels, header, sizeof(header)))
		return -EFAULT;
	count = header[1] < GO_LABELS_MAX ? header[1] : GO_LABELS_MAX;
	return !count || go_read(process, header[0], list, count * sizeof(*list)) ? (ssize_t)count
										  : -EFAULT;
}

struct bucket {
	uint8_t top[BUCKET_SLOTS];
	struct go_text keys[BUCKET_SLOTS];
	struct go_text values[BUCKET_SLOTS];
	uint64_t overflow;
};

static ssize_t read_map(const struct go_process *process, uint64_t labels,
			struct go_label list[GO_LABELS_MAX])
{
	uint64_t map = go_word(process, labels), buckets, at, i;
	struct bucket bucket;
	unsigned slot, chain;
	ssize_t count = 0;
	uint8_t b;

	if (!map)
		return 0;
	if (!go_read(process, map + MAP_B, &b, 1) || b > MOST_B)
		return -EFAULT;
	buckets = go_word(process, map + MAP_BUCKETS);
	for (i = 0; buckets && i < 1u << b; i++) {
		at = buckets + i * sizeof(bucket);
		for (chain = 0; at && chain < MOST_OVERFLOWS; chain++, at = bucket.overflow) {
			if (!go_read(process, at, &bucket, sizeof(bucket)))
				return -EFAULT;
			for (slot = 0; slot < BUCKET_SLOTS && count < GO_LABELS_MAX; slot++) {
				if (bucket.top[slot] >= EMPTY_BELOW)
					list[count++] = (struct go_label){ bucket.keys[slot],
									   bucket.values[slot] };
			}
		}
	}
	return count;
}

ssize_t go_read_labels(const struct go_process *process, uint64_t labels,
		       struct go_label list[GO_LABELS_MAX])
{
	if (!labels)
		return 0;
	return process->version >= GO_VERSION(1, 24, 0) ? read_slice(process, labels, list)
							: read_map(process, labels, list);
}

int golang_labels(struct runtime *runtime, struct lc_go_process *model, uint64_t goid, char *buffer,
		  size_t size)
{
	struct golang *golang = golang_of(runtime);
	struct go_process *process = go_known_process(golang, model->pid);
	struct lc_goroutine *goroutine = lc_go_by_goid(model, goid);
	struct go_label list[GO_LABELS_MAX];
	struct go_descriptor descriptor;
	ssize_t count, i;

	buffer[0] = '\0';
	if (!process || !goroutine)
		return -ESRCH;
	if (!(goroutine->flags & LC_GO_LABELLED))
		return 0;
	if (!go_read_descriptor(process, goroutine, &descriptor))
		return -EAGAIN;
	count = go_read_labels(process, descriptor.labels, list);
	for (i = 0; i < count; i++) {
		if (!add_pair(process, &list[i].key, &list[i].value, buffer, size))
			return -EFAULT;
	}
	return count < 0 ? (int)count : 0;
}

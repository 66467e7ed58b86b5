// SPDX-License-Identifier: GPL-2.0-only
/* What a check has found, into its recording and back: see found_record.h. */
#include "cmd/found_record.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the texts that are pointers stand in a struct found. */
static const struct {
	enum record_found_text text;
	size_t offset;
} pointers[] = {
	{ RECORD_FOUND_TITLE, offsetof(struct found, title) },
	{ RECORD_FOUND_TEST, offsetof(struct found, test) },
	{ RECORD_FOUND_REASON, offsetof(struct found, reason) },
	{ RECORD_FOUND_PROOF, offsetof(struct found, proof) },
	{ RECORD_FOUND_REMEDY, offsetof(struct found, remedy) },
	{ RECORD_FOUND_FINGERPRINT, offsetof(struct found, fingerprint) },
	{ RECORD_FOUND_BLOCK_FUNCTION, offsetof(struct found, block.function) },
	{ RECORD_FOUND_BLOCK_FILE, offsetof(struct found, block.file) },
	{ RECORD_FOUND_BLOCK_MODULE, offsetof(struct found, block.module) },
	{ RECORD_FOUND_SPAWN_FUNCTION, offsetof(struct found, spawn.function) },
	{ RECORD_FOUND_SPAWN_FILE, offsetof(struct found, spawn.file) },
	{ RECORD_FOUND_SPAWN_MODULE, offsetof(struct found, spawn.module) },
	{ RECORD_FOUND_RECORD, offsetof(struct found, text) },
};

#define POINTERS (sizeof(pointers) / sizeof(pointers[0]))

static char **pointer_in(struct found *found, size_t i)
{
	return (char **)((char *)found + pointers[i].offset);
}

static void note(struct recorder *recorder, const struct found *found)
{
	struct record_found row = {
		.pid = found->pid,
		.count = found->count,
		.goroutines = found->goroutines,
		.known = found->known,
		.block_line = found->block.line,
		.spawn_line = found->spawn.line,
	};
	struct found copy = *found;
	size_t i;

	row.texts[RECORD_FOUND_KIND] = found_kind_name(found->kind);
	row.texts[RECORD_FOUND_VERDICT] = verdict_name(found->verdict);
	row.texts[RECORD_FOUND_COMM] = found->comm;
	for (i = 0; i < POINTERS; i++)
		row.texts[pointers[i].text] = *pointer_in(&copy, i);
	recorder_note_found(recorder, &row);
}

void found_record_note(struct recorder *recorder, const struct founds *founds)
{
	size_t i;

	for (i = 0; i < founds->count; i++)
		note(recorder, &founds->list[i]);
}

static bool find_kind(const char *name, enum found_kind *ret)
{
	enum found_kind kind;

	for (kind = FOUND_STUCK; kind <= FOUND_PROCESS; kind++) {
		if (!strcmp(found_kind_name(kind), name)) {
			*ret = kind;
			return true;
		}
	}
	return false;
}

static int read_one(const struct record_found *row, struct found *ret)
{
	char **text;
	size_t i;

	*ret = (struct found){
		.pid = row->pid,
		.count = (size_t)row->count,
		.goroutines = row->goroutines,
		.known = row->known,
		.block.line = row->block_line,
		.spawn.line = row->spawn_line,
	};
	ret->verdict = verdict_find(row->texts[RECORD_FOUND_VERDICT]);
	if (ret->verdict == VERDICT_COUNT || !find_kind(row->texts[RECORD_FOUND_KIND], &ret->kind))
		return -EBADMSG;
	snprintf(ret->comm, sizeof(ret->comm), "%s", row->texts[RECORD_FOUND_COMM]);
	for (i = 0; i < POINTERS; i++) {
		text = pointer_in(ret, i);
		*text = strdup(row->texts[pointers[i].text]);
		if (!*text)
			return -ENOMEM;
	}
	return 0;
}

/* Of threads none is kept by its number: those of a finding are many, and ended. */
static bool is_wanted(const struct record_found *row, const struct record_filter *filter)
{
	size_t i;

	if (row->goroutines ? filter->no_goroutines : filter->no_threads)
		return false;
	if (filter->comm && strcmp(filter->comm, row->texts[RECORD_FOUND_COMM]) != 0)
		return false;
	for (i = 0; i < filter->pid_count; i++) {
		if (filter->pids[i] == row->pid)
			return true;
	}
	return !filter->pid_count && !filter->tid_count;
}

int found_record_read(const struct recording *recording, const struct record_filter *filter,
		      struct founds *founds)
{
	size_t i;
	int r = 0;

	founds->list = calloc(recording->found_count + 1, sizeof(*founds->list));
	if (!founds->list)
		return -ENOMEM;
	for (i = 0; i < recording->found_count && !r; i++) {
		if (is_wanted(&recording->found[i], filter))
			r = read_one(&recording->found[i], &founds->list[founds->count++]);
	}
	return r;
}

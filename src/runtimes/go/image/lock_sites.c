// SPDX-License-Identifier: GPL-2.0-only
/* Locks in code: see lock_sites.h. */
#include "runtimes/go/image/lock_sites.h"

#include <string.h>

#define CODE_MAX (1u << 16) /* bytes of a function that are looked at */

static const struct {
	const char *function;
	enum go_lock_operation operation;
} names[] = {
	{ "sync.(*Mutex).Lock", GO_LOCK_TAKES },
	{ "sync.(*Mutex).TryLock", GO_LOCK_TAKES },
	{ "sync.(*Mutex).lockSlow", GO_LOCK_TAKES },
	{ "sync.(*RWMutex).Lock", GO_LOCK_TAKES },
	{ "sync.(*RWMutex).TryLock", GO_LOCK_TAKES },
	{ "sync.(*RWMutex).RLock", GO_LOCK_TAKES },
	{ "sync.(*RWMutex).TryRLock", GO_LOCK_TAKES },
	{ "sync.(*rlocker).Lock", GO_LOCK_TAKES },
	{ "sync.(*Cond).Wait", GO_LOCK_TAKES },
	{ "sync.(*Mutex).Unlock", GO_LOCK_UNLOCKS_MUTEX },
	{ "sync.(*Mutex).unlockSlow", GO_LOCK_UNLOCKS_MUTEX },
	{ "sync.(*RWMutex).Unlock", GO_LOCK_UNLOCKS_WRITER },
	{ "sync.(*RWMutex).RUnlock", GO_LOCK_UNLOCKS_READER },
	{ "sync.(*RWMutex).rUnlockSlow", GO_LOCK_UNLOCKS_READER },
	{ "sync.(*rlocker).Unlock", GO_LOCK_UNLOCKS_READER },
};

/* Since 1.24 the Mutex is internal/sync's, and sync's calls that. */
enum go_lock_operation go_lock_operation_of(const char *function)
{
	size_t i;

	if (!strncmp(function, "internal/", 9))
		function += 9;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(function, names[i].function))
			return names[i].operation;
	}
	return GO_LOCK_NONE;
}

static void add(struct go_lock_sites *sites, uint64_t at, enum go_lock_operation operation,
		int32_t inlined)
{
	size_t i;

	for (i = 0; i < sites->count && inlined >= 0; i++) {
		if (sites->list[i].inlined == inlined) /* another piece of it */
			return;
	}
	if (sites->count == GO_LOCK_SITES_MAX) {
		sites->complete = false;
		return;
	}
	sites->list[sites->count++] = (struct go_lock_site){ at, operation, inlined };
}

static bool take_piece(void *context, uint64_t from, uint64_t to, int32_t inlined, const char *name)
{
	enum go_lock_operation operation = go_lock_operation_of(name);

	if (operation != GO_LOCK_NONE && to > from)
		add(context, from, operation, inlined);
	return true;
}

static uint32_t word(const uint8_t *code)
{
	uint32_t value;

	memcpy(&value, code, sizeof(value));
	return value;
}

#if defined(__aarch64__)
#define STEP 4

/* BL */
static bool call_at(const uint8_t *code, size_t left, uint64_t vaddr, uint64_t *ret_target)
{
	if (left < 4 || (word(code) & 0xfc000000) != 0x94000000)
		return false;
	*ret_target = vaddr + ((int64_t)((uint64_t)word(code) << 38) >> 36);
	return true;
}

/* ADRP, and ADD behind it. */
static bool names_at(const uint8_t *code, size_t left, uint64_t vaddr, uint64_t wanted)
{
	uint32_t first = left < 8 ? 0 : word(code), second;
	uint64_t page;

	if ((first & 0x9f000000) != 0x90000000)
		return false;
	page = ((uint64_t)(first >> 5 & 0x7ffff) << 2 | (first >> 29 & 3)) << 12;
	page = (vaddr & ~0xfffull) + (uint64_t)((int64_t)(page << 31) >> 31);
	second = word(code + 4);
	return (second & 0xffc00000) == 0x91000000 && page + (second >> 10 & 0xfff) == wanted;
}
#else
#define STEP 1

/* CALL rel32. Bytes that only look like one lead to no function's beginning. */
static bool call_at(const uint8_t *code, size_t left, uint64_t vaddr, uint64_t *ret_target)
{
	if (left < 5 || code[0] != 0xe8)
		return false;
	*ret_target = vaddr + 5 + (uint64_t)(int64_t)(int32_t)word(code + 1);
	return true;
}

/* An address by the distance from behind the instruction, which ends with it. */
static bool names_at(const uint8_t *code, size_t left, uint64_t vaddr, uint64_t wanted)
{
	return left >= 4 && vaddr + 4 + (uint64_t)(int64_t)(int32_t)word(code) == wanted;
}
#endif

static const uint8_t *code_of(const struct go_image *image, const struct go_function *function,
			      size_t *ret_size)
{
	uint64_t end = pclntab_end(image->table, function);

	if (end <= function->entry || end - function->entry > CODE_MAX)
		return NULL;
	*ret_size = end - function->entry;
	return go_image_bytes(image, function->entry, *ret_size);
}

static void take_call(const struct go_image *image, uint64_t at, uint64_t target,
		      struct go_lock_sites *sites)
{
	struct go_function called;
	enum go_lock_operation operation;
	const char *name;

	if (!pclntab_function(image->table, target, &called) || called.entry != target)
		return;
	name = pclntab_name(image->table, called.name);
	operation = go_lock_operation_of(name);
	if (operation == GO_LOCK_NONE)
		sites->calls |= strncmp(name, "runtime.", 8) != 0;
	else if (!strstr(name, "Slow")) /* that is in an inlined one, which has been found */
		add(sites, at, operation, -1);
}

void go_lock_sites_of(const struct go_image *image, const struct go_function *function,
		      struct go_lock_sites *ret)
{
	const uint8_t *code;
	uint64_t target;
	size_t size, i;

	*ret = (struct go_lock_sites){ .complete = true };
	pclntab_pieces(image, function, take_piece, ret);
	code = code_of(image, function, &size);
	ret->complete &= code != NULL;
	for (i = 0; code && i < size; i += STEP) {
		if (call_at(code + i, size - i, function->entry + i, &target))
			take_call(image, function->entry + i, target, ret);
	}
}

bool go_code_names(const struct go_image *image, const struct go_function *function, uint64_t vaddr)
{
	const uint8_t *code;
	size_t size, i;

	code = code_of(image, function, &size);
	for (i = 0; code && i < size; i += STEP) {
		if (names_at(code + i, size - i, function->entry + i, vaddr))
			return true;
	}
	return false;
}

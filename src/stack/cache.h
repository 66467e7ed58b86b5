/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bounded hash from (module, address in it) to something that was dear to find out. At the bound
 * it forgets everything and starts anew: simple, and in practice never reached.
 */
#ifndef LEAKHOP_STACK_CACHE_H
#define LEAKHOP_STACK_CACHE_H

#include <stddef.h>
#include <stdint.h>

struct cache_slot {
	uint64_t module;
	uint64_t address;
	void *value; /* NULL: the slot is free */
};

struct cache {
	struct cache_slot *slots;
	size_t capacity; /* a power of two, or 0 */
	size_t count;
	size_t max;
	void (*release)(void *value);
};

void cache_init(struct cache *cache, size_t max, void (*release)(void *value));
void cache_release(struct cache *cache);

/* The value or NULL. Valid until the next cache_add(). */
void *cache_find(const struct cache *cache, uint64_t module, uint64_t address);

/*
 * Adds a value that is not there yet and takes ownership of it, also on failure. May release any
 * older value. Returns 0 or -ENOMEM.
 */
int cache_add(struct cache *cache, uint64_t module, uint64_t address, void *value);

/* The value of what is there already. Takes ownership of the new one and releases the old one. */
void cache_replace(struct cache *cache, uint64_t module, uint64_t address, void *value);

#endif

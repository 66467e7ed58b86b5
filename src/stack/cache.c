// SPDX-License-Identifier: GPL-2.0-only
/* Open addressing with linear probing; grows by doubling at half full. */
#include "stack/cache.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_CAPACITY 1024

static size_t slot_of(uint64_t module, uint64_t address, size_t capacity)
{
	uint64_t hash = (address ^ (module << 40)) * UINT64_C(0x9E3779B97F4A7C15);

	return (size_t)(hash ^ (hash >> 32)) & (capacity - 1);
}

void cache_init(struct cache *cache, size_t max, void (*release)(void *value))
{
	*cache = (struct cache){ .max = max, .release = release };
}

static void forget_all(struct cache *cache)
{
	for (size_t i = 0; i < cache->capacity; i++) {
		if (cache->slots[i].value)
			cache->release(cache->slots[i].value);
		cache->slots[i].value = NULL;
	}
	cache->count = 0;
}

void cache_release(struct cache *cache)
{
	forget_all(cache);
	free(cache->slots);
	cache_init(cache, cache->max, cache->release);
}

static struct cache_slot *find_slot(const struct cache *cache, uint64_t module, uint64_t address)
{
	size_t i;

	if (cache->capacity == 0)
		return NULL;
	i = slot_of(module, address, cache->capacity);
	while (cache->slots[i].value) {
		struct cache_slot *slot = &cache->slots[i];

		if (slot->address == address && slot->module == module)
			return slot;
		i = (i + 1) & (cache->capacity - 1);
	}
	return NULL;
}

void *cache_find(const struct cache *cache, uint64_t module, uint64_t address)
{
	const struct cache_slot *slot = find_slot(cache, module, address);

	return slot ? slot->value : NULL;
}

void cache_replace(struct cache *cache, uint64_t module, uint64_t address, void *value)
{
	struct cache_slot *slot = find_slot(cache, module, address);

	cache->release(slot ? slot->value : value);
	if (slot)
		slot->value = value;
}

static void insert(struct cache_slot *slots, size_t capacity, struct cache_slot slot)
{
	size_t i = slot_of(slot.module, slot.address, capacity);

	while (slots[i].value)
		i = (i + 1) & (capacity - 1);
	slots[i] = slot;
}

static int resize(struct cache *cache, size_t capacity)
{
	struct cache_slot *slots = calloc(capacity, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < cache->capacity; i++) {
		if (cache->slots[i].value)
			insert(slots, capacity, cache->slots[i]);
	}
	free(cache->slots);
	cache->slots = slots;
	cache->capacity = capacity;
	return 0;
}

int cache_add(struct cache *cache, uint64_t module, uint64_t address, void *value)
{
	if (cache->count >= cache->max)
		forget_all(cache);
	if (cache->count * 2 >= cache->capacity) {
		int r = resize(cache, cache->capacity ? cache->capacity * 2 : FIRST_CAPACITY);

		if (r < 0) {
			cache->release(value);
			return r;
		}
	}
	insert(cache->slots, cache->capacity, (struct cache_slot){ module, address, value });
	cache->count++;
	return 0;
}

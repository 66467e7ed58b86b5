// SPDX-License-Identifier: GPL-2.0-only
/* See pages.h. The library finds memory by a list of what is mapped, so each page costs a little.
 */
#include "emulate/pages.h"
#include "emulate/clock.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_MASK ((uint64_t)EMULATE_PAGE - 1)

void pages_begin(struct pages *pages, const struct unicorn *unicorn, uc_engine *uc,
		 const struct emulate_source *source)
{
	pages->unicorn = unicorn;
	pages->uc = uc;
	pages->source = source;
	pages->count = 0;
	pages->last = NULL;
	memset(pages->slots, 0, sizeof(pages->slots));
}

void pages_end(struct pages *pages)
{
	for (size_t i = 0; i < pages->count; i++)
		free(pages->list[i].original);
	pages->count = 0;
}

static uint16_t *slot_of(struct pages *pages, uint64_t address)
{
	size_t at = (address / EMULATE_PAGE * UINT64_C(0x9e3779b97f4a7c15)) >> 51;

	while (pages->slots[at % PAGES_SLOTS] &&
	       pages->list[pages->slots[at % PAGES_SLOTS] - 1].address != address)
		at++;
	return &pages->slots[at % PAGES_SLOTS];
}

void pages_keep_constant(struct pages *pages)
{
	size_t kept = 0;

	memset(pages->slots, 0, sizeof(pages->slots));
	pages->last = NULL;
	for (size_t i = 0; i < pages->count; i++) {
		struct page page = pages->list[i];

		if (page.writable) {
			(void)pages->unicorn->uc_mem_unmap(pages->uc, page.address, EMULATE_PAGE);
			free(page.original);
			continue;
		}
		pages->list[kept] = page;
		*slot_of(pages, page.address) = (uint16_t)(kept + 1);
		kept++;
	}
	pages->count = kept;
}

static struct page *refuse(struct pages *pages, enum emulate_why why)
{
	pages->why = why;
	return NULL;
}

static int read_page(struct pages *pages, uint64_t address, uint8_t bytes[EMULATE_PAGE],
		     bool *ret_writable)
{
	if (!pages->scratch || address < LC_SCRATCH || address >= LC_SCRATCH_END)
		return pages->source->page(pages->source->context, address, bytes, ret_writable);
	memset(bytes, 0, EMULATE_PAGE);
	*ret_writable = true;
	return 0;
}

static struct page *add(struct pages *pages, uint64_t address, uint16_t *slot)
{
	struct page *page = &pages->list[pages->count];
	uint8_t *bytes;
	bool writable = false;

	if (pages->count == EMULATE_PAGES || emulate_clock() > pages->deadline)
		return refuse(pages, EMULATE_LONG);
	bytes = malloc(EMULATE_PAGE);
	if (!bytes || read_page(pages, address, bytes, &writable) < 0 ||
	    pages->unicorn->uc_mem_map(pages->uc, address, EMULATE_PAGE, UC_PROT_ALL) ||
	    pages->unicorn->uc_mem_write(pages->uc, address, bytes, EMULATE_PAGE)) {
		free(bytes);
		return refuse(pages, EMULATE_UNREADABLE);
	}
	*page = (struct page){ .address = address, .original = bytes, .writable = writable };
	*slot = ++pages->count;
	return page;
}

struct page *pages_get(struct pages *pages, uint64_t address)
{
	uint16_t *slot;

	address &= ~PAGE_MASK;
	if (pages->last && pages->last->address == address)
		return pages->last;
	slot = slot_of(pages, address);
	pages->last = *slot ? &pages->list[*slot - 1] : add(pages, address, slot);
	return pages->last;
}

bool pages_touch(struct pages *pages, uint64_t address, size_t size)
{
	uint64_t at = address & ~PAGE_MASK, last = (address + (size ? size - 1 : 0)) & ~PAGE_MASK;

	for (; pages_get(pages, at); at += EMULATE_PAGE)
		if (at == last)
			return true;
	return false;
}

void pages_note_write(struct pages *pages, uint64_t address, size_t size)
{
	struct page *page;

	for (size_t at = 0; at < size; at = ((address + at) | PAGE_MASK) + 1 - address) {
		page = pages_get(pages, address + at);
		if (page)
			page->dirty = true;
	}
}

void pages_restore(struct pages *pages)
{
	for (size_t i = 0; i < pages->count; i++) {
		struct page *page = &pages->list[i];

		if (page->dirty)
			(void)pages->unicorn->uc_mem_write(pages->uc, page->address, page->original,
							   EMULATE_PAGE);
		page->dirty = page->executed = false;
	}
}

static bool page_is_unchanged(struct pages *pages, const struct page *page,
			      bool (*is_free)(const void *context, uint64_t address),
			      const void *context)
{
	uint8_t now[EMULATE_PAGE];

	if (pages->unicorn->uc_mem_read(pages->uc, page->address, now, sizeof(now)))
		return false;
	if (memcmp(now, page->original, sizeof(now)) == 0)
		return true;
	for (size_t i = 0; i < sizeof(now); i++) {
		if (now[i] != page->original[i] && !is_free(context, page->address + i))
			return false;
	}
	return true;
}

bool pages_are_unchanged(struct pages *pages,
			 bool (*is_free)(const void *context, uint64_t address),
			 const void *context)
{
	for (size_t i = 0; i < pages->count; i++) {
		if (pages->list[i].dirty &&
		    !page_is_unchanged(pages, &pages->list[i], is_free, context))
			return false;
	}
	return true;
}

static uint64_t sum_of_page(struct pages *pages, const struct page *page, uint64_t start,
			    uint64_t end, uint64_t sum)
{
	uint8_t now[EMULATE_PAGE];

	if (pages->unicorn->uc_mem_read(pages->uc, page->address, now, sizeof(now)))
		return sum;
	for (size_t i = 0; i < sizeof(now); i++) {
		uint64_t address = page->address + i;

		if (address >= start && address < end)
			sum = (sum ^ now[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
	}
	return sum;
}

uint64_t pages_sum(struct pages *pages, uint64_t start, uint64_t end)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < pages->count; i++) {
		const struct page *page = &pages->list[i];

		if (page->dirty && page->address < end && page->address + EMULATE_PAGE > start)
			sum = sum_of_page(pages, page, start, end, sum);
	}
	return sum;
}

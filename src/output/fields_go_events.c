// SPDX-License-Identifier: GPL-2.0-only
/* The fields of what probes have seen in a Go process (--go-events): see fields.h. */
#include "output/fields.h"
#include "output/text_stack.h"

#define SITE_FRAME text_telling_frame(source->run, go_site->spawn_stack)
#define ENTRY_FRAME text_telling_frame(source->run, go_site->entry_stack)
#define GO_SITE_FIELDS(F)                                                          \
	F(function, TEXT, PLAIN, ALWAYS, SITE_FRAME ? SITE_FRAME->function : "",   \
	  "that has the go statement")                                             \
	F(file, TEXT, PLAIN, ALWAYS, SITE_FRAME ? SITE_FRAME->file : "", "of it")  \
	F(line, NUMBER, PLAIN, ALWAYS, SITE_FRAME ? SITE_FRAME->line : 0, "of it") \
	F(entry, TEXT, PLAIN, ALWAYS, ENTRY_FRAME ? ENTRY_FRAME->function : "",    \
	  "the function that it starts")                                           \
	F(born, NUMBER, PLAIN, ALWAYS, go_site->born, "how many it started")       \
	F(ended, NUMBER, PLAIN, ALWAYS, go_site->ended, "of these")                \
	F(living, NUMBER, PLAIN, ALWAYS, go_site->living, "now")

FIELDS_OF(go_site, struct lc_go_site, "Goroutines of a go statement", GO_SITE_FIELDS);

static const void *readier_of(const struct lc_go_block *block, struct field_scratch *scratch)
{
	scratch->readier = (struct field_readier){ block->readier, block->by, block->by_stack };
	return &scratch->readier;
}

#define GO_BLOCK_FIELDS(F)                                                               \
	F(goid, ID, PLAIN, ALWAYS, go_block->goid, "the goroutine")                      \
	F(since, TIME, PLAIN, ALWAYS, go_block->since, "when it began")                  \
	F(blocked_ns, NUMBER, PLAIN, ALWAYS, go_block->blocked_ns, "how long it lasted") \
	F(kind, TEXT, PLAIN, ALWAYS, lc_go_kind_name(go_block->kind), "of wait")         \
	F(readied_by, OBJECT, OF(fields_readier), ALWAYS, readier_of(go_block, scratch), \
	  "who ended it")                                                                \
	F(stack, STACK, PLAIN, ALWAYS, go_block->stack, "where it was blocked")

FIELDS_OF(go_block, struct lc_go_block, "A block of a goroutine that has ended", GO_BLOCK_FIELDS);

/* Those of the program itself that something happened at. */
static const void *next_site(const struct field_source *source, const void *owner,
			     const void *before)
{
	const struct lc_go_process *process = owner;
	const struct lc_go_site *site = before, *end = process->sites + process->site_count;

	(void)source;
	for (site = site ? site + 1 : process->sites; site < end; site++) {
		if (!site->system && site->born + site->ended)
			return site;
	}
	return NULL;
}

#define EVENTS go_events->events
#define GO_EVENTS_FIELDS(F)                                                                     \
	F(pid, ID, PLAIN, ALWAYS, go_events->pid, "the process")                                \
	F(comm, TEXT, PLAIN, ALWAYS, go_events->comm, "its name")                               \
	F(since, TIME, PLAIN, ALWAYS, EVENTS->since, "when the probes were there")              \
	F(born, NUMBER, PLAIN, ALWAYS, EVENTS->born, "goroutines, since then")                  \
	F(ended, NUMBER, PLAIN, ALWAYS, EVENTS->ended, "goroutines, since then")                \
	F(blocks_ended, NUMBER, PLAIN, ALWAYS, EVENTS->block_count,                             \
	  "blocks of the threshold and longer")                                                 \
	F(blocks_ns, NUMBER, PLAIN, ALWAYS, EVENTS->block_ns, "how long they lasted, together") \
	F(sites, LIST, OF(fields_go_site), ALWAYS, field_each(next_site, go_events),            \
	  "go statements of the program itself")                                                \
	F(blocks, LIST, OF(fields_go_block), ALWAYS, ARRAY(EVENTS->blocks, EVENTS->kept),       \
	  "the longest 32 of them")

FIELDS_OF(go_events, struct lc_go_process, "What probes have seen in a process", GO_EVENTS_FIELDS);

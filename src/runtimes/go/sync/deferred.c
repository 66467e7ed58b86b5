// SPDX-License-Identifier: GPL-2.0-only
/*
 * The deferred calls of one goroutine that are armed: those of frames whose function keeps them in
 * the frame (image/open_defers.h), and those that hang on its descriptor (runtime._defer, in
 * src/runtime/runtime2.go and panic.go). A closure of the compiler's that only unlocks has the lock
 * in its one variable, or names it in its code.
 *
 * That the call is armed does not prove that the lock is held: some code unlocks it for the time of
 * a wait, or defers before it locks. So it is certain only where the frame that deferred has locked
 * something before, will lock nothing behind where it stands, unlocks nothing by itself, and nor do
 * those that it calls.
 */
#include "runtimes/go/image/open_defers.h"
#include "runtimes/go/sched/allgs.h"
#include "runtimes/go/sync/holders.h"
#include "util/now.h"

#include <stdlib.h>
#include <string.h>

#define DEFERS_MAX 256 /* of one goroutine that hang on its descriptor */
#define SAVED_BP 8
#define INNER_MAX 32
#define SMALL_FUNCTION 512 /* bytes: what only unlocks is not larger */
#define COND_LOCK 8 /* the pointer of sync.Cond.L lies so many bytes before its list of waiters */

#if defined(__aarch64__)
#define RETURN_SIZE 0
#else
#define RETURN_SIZE 8
#endif

struct deferred {
	uint64_t sp; /* of the frame */
	uint64_t closure;
};

struct looking {
	struct go_holders *holders;
	const struct lc_goroutine *goroutine;
	uint64_t own;	/* the lock that it waits for */
	uint64_t given; /* that a condition has given up for it; 0: none */
	uint8_t *stack;
	size_t size;
	uint64_t from; /* of the stack's bytes */
	struct deferred chain[DEFERS_MAX];
	size_t chained;
	/* the frame at hand */
	struct go_cursor *cursor;
	struct go_function function;
	/* those of the program that it has called, the innermost first */
	struct {
		const struct go_image *image;
		struct go_function function;
	} inner[INNER_MAX];
	size_t inner_count;
	size_t inner_known; /* of these it is known that they lock and unlock nothing */
};

static bool read_word(const struct looking *l, uint64_t address, uint64_t *ret)
{
	if (address >= l->from && address - l->from + 8 <= l->size) {
		memcpy(ret, l->stack + (address - l->from), 8);
		return true;
	}
	return go_read(l->holders->process, address, ret, 8);
}

static bool read_byte(const struct looking *l, uint64_t address, uint8_t *ret)
{
	if (address < l->from || address - l->from >= l->size)
		return false;
	*ret = l->stack[address - l->from];
	return true;
}

/* --- what a closure unlocks --- */

/* Made by the compiler for a method value, or for a deferred call with arguments. */
static bool is_made(const struct go_image *image, const struct go_function *function)
{
	struct go_call calls[GO_INLINED_MAX];
	size_t count = pclntab_calls(image, function->entry, /* exact= */ true, calls);

	return count && calls[count - 1].wrapper;
}

static void learn_unlocker(struct go_unlocker *unlocker)
{
	const struct go_image *image = unlocker->module->image;
	struct go_lock_sites sites;
	size_t i;

	if (pclntab_end(image->table, &unlocker->function) - unlocker->function.entry >
		    SMALL_FUNCTION ||
	    !is_made(image, &unlocker->function))
		return;
	go_lock_sites_of(image, &unlocker->function, &sites);
	if (!sites.count || !sites.complete || sites.calls)
		return;
	for (i = 0; i < sites.count; i++) {
		if (sites.list[i].operation != sites.list[0].operation)
			return;
	}
	if (sites.list[0].operation == GO_LOCK_TAKES)
		return;
	unlocker->operation = sites.list[0].operation;
	unlocker->at = sites.list[0].at;
}

static const struct go_unlocker *unlocker_at(struct go_holders *holders, uint64_t entry)
{
	struct go_unlocker *unlocker = &holders->unlockers[(entry >> 4) % GO_UNLOCKERS];
	const struct go_module *module;

	if (unlocker->entry == entry)
		return unlocker;
	*unlocker = (struct go_unlocker){ .entry = entry };
	module = go_process_module(holders->process, entry);
	if (!module ||
	    !pclntab_function(module->image->table, entry - module->bias, &unlocker->function) ||
	    unlocker->function.entry != entry - module->bias)
		return unlocker;
	unlocker->module = module;
	learn_unlocker(unlocker);
	return unlocker;
}

/* A closure without variables is the file's, and its code names what it is about. */
static bool names_lock(const struct go_unlocker *unlocker, uint64_t closure, uint64_t lock)
{
	const struct go_module *module = unlocker->module;

	return go_image_bytes(module->image, closure - module->bias, 8) &&
	       go_code_names(module->image, &unlocker->function, lock - module->bias);
}

/* --- is it certain? --- */

/* Does a frame that it has called lock or unlock something? Where there are many, perhaps. */
static bool relocks(struct looking *l)
{
	struct go_lock_sites sites;

	for (; l->inner_known < l->inner_count; l->inner_known++) {
		go_lock_sites_of(l->inner[l->inner_known].image, &l->inner[l->inner_known].function,
				 &sites);
		if (sites.count || !sites.complete)
			return true;
	}
	return l->inner_count == INNER_MAX;
}

struct here {
	uint64_t vaddr;
	uint64_t first; /* of the inlined call that it is in */
	int32_t inlined;
};

static bool find_here(void *context, uint64_t from, uint64_t to, int32_t inlined, const char *name)
{
	struct here *here = context;

	(void)name;
	if (here->vaddr <= from || here->vaddr > to)
		return true;
	here->inlined = inlined;
	return false;
}

static bool find_first(void *context, uint64_t from, uint64_t to, int32_t inlined, const char *name)
{
	struct here *here = context;

	(void)name;
	if (inlined != here->inlined || to <= from)
		return true;
	here->first = from;
	return false;
}

/*
 * Where in its code the frame is. The slow part of an inlined lock is behind everything else: then
 * where its fast part is.
 */
static uint64_t place_of(const struct looking *l)
{
	const struct go_image *image = l->cursor->module->image;
	struct here here = { .vaddr = l->cursor->pc - l->cursor->module->bias, .inlined = -1 };

	here.first = here.vaddr;
	pclntab_pieces(image, &l->function, find_here, &here);
	if (here.inlined >= 0)
		pclntab_pieces(image, &l->function, find_first, &here);
	return here.first;
}

static bool is_certain(struct looking *l)
{
	struct go_lock_sites sites;
	bool locked = false;
	uint64_t place;
	size_t i;

	if (relocks(l))
		return false;
	go_lock_sites_of(l->cursor->module->image, &l->function, &sites);
	place = place_of(l);
	for (i = 0; i < sites.count; i++) {
		if (sites.list[i].operation != GO_LOCK_TAKES || sites.list[i].at > place)
			return false;
		locked |= sites.list[i].at < place;
	}
	return locked && sites.complete;
}

/* --- closures --- */

static struct lc_raw_frame frame_at(const struct go_module *module, uint64_t vaddr)
{
	return (struct lc_raw_frame){ .address = vaddr + module->bias,
				      .module = module->image->number,
				      .vaddr = vaddr,
				      .interrupted = true };
}

/* That of a method value has no line of its own: it is called where the function ends. */
static uint32_t stack_of(const struct looking *l, const struct go_unlocker *unlocker)
{
	const struct go_image *image = unlocker->module->image;
	const char *name = pclntab_name(image->table, unlocker->function.name);
	size_t length = strlen(name), count = 1;
	struct lc_raw_frame frames[2] = { frame_at(unlocker->module, unlocker->at) };
	uint32_t id = 0;

	if (length > 3 && !strcmp(name + length - 3, "-fm") && l->function.deferreturn)
		frames[count++] = frame_at(l->cursor->module,
					   l->function.entry + l->function.deferreturn);
	(void)lc_stacks_intern(l->holders->golang->stacks, frames, count, LC_STACK_WHOLE, &id);
	return id;
}

static void add(struct looking *l, struct lc_go_held *held, const struct go_unlocker *unlocker,
		bool certain)
{
	const struct lc_go_holder holder = {
		.goid = l->goroutine->goid,
		.stack = stack_of(l, unlocker),
		.how = certain ? LC_GO_HOLDS : LC_GO_HOLDS_LIKELY,
		.deferred = true,
	};

	lc_go_held_add(held, &holder);
}

static void take_closure(struct looking *l, uint64_t closure)
{
	const struct go_unlocker *unlocker;
	uint64_t entry, variable = 0;
	size_t i;

	if (!closure || !read_word(l, closure, &entry))
		return;
	unlocker = unlocker_at(l->holders, entry);
	if (unlocker->operation == GO_LOCK_NONE)
		return;
	(void)read_word(l, closure + 8, &variable);
	for (i = 0; i < l->holders->count; i++) {
		struct lc_go_held *held = &l->holders->locks[i];
		bool reads = unlocker->operation == GO_LOCK_UNLOCKS_READER;

		/* Who waits for it has it to unlock, too; and perhaps has it, if others called. */
		if (held->to_read != reads || held->address == l->given ||
		    (held->address == l->own && !relocks(l)) ||
		    (held->address != variable && !names_lock(unlocker, closure, held->address)))
			continue;
		add(l, held, unlocker, is_certain(l));
	}
}

static void take_open_defers(struct looking *l)
{
	uint64_t varp = l->cursor->fp - RETURN_SIZE - SAVED_BP, closure;
	struct go_open_defers defers;
	uint8_t bits;
	uint32_t i;

	if (!go_open_defers_of(l->cursor->module->image, &l->function, &defers) ||
	    !read_byte(l, varp - defers.bits, &bits))
		return;
	for (i = 0; i < defers.count; i++) {
		if (bits >> i & 1 && varp - defers.slots[i] >= l->cursor->sp &&
		    read_word(l, varp - defers.slots[i], &closure))
			take_closure(l, closure);
	}
}

static void take_chained(struct looking *l)
{
	size_t i;

	for (i = 0; i < l->chained; i++) {
		if (l->chain[i].sp == l->cursor->sp)
			take_closure(l, l->chain[i].closure);
	}
}

/* Functions that lock and wait themselves; what is of interest is who calls them. */
static bool is_librarys(const char *name)
{
	return !strncmp(name, "runtime.", 8) || !strncmp(name, "sync.", 5) ||
	       !strncmp(name, "internal/", 9) || !strncmp(name, "time.", 5);
}

static void take_frame(struct looking *l)
{
	const struct go_image *image = l->cursor->module->image;

	if (!pclntab_function(image->table, l->cursor->pc - l->cursor->module->bias, &l->function))
		return;
	take_open_defers(l);
	take_chained(l);
	if (l->inner_count == INNER_MAX ||
	    is_librarys(pclntab_name(image->table, l->function.name)))
		return;
	l->inner[l->inner_count].image = image;
	l->inner[l->inner_count++].function = l->function;
}

/* --- the goroutine --- */

static uint8_t flag_of(const uint8_t *record, int32_t offset)
{
	return offset >= 0 && offset < GO_DEFER_MAX ? record[offset] : 0;
}

struct record {
	uint64_t link, head;
	struct deferred call;
	bool listed; /* its calls are in a list of their own, which head leads to */
	bool runs;   /* it is being called, or stands for those in a frame */
};

static bool read_record(const struct looking *l, uint64_t at, struct record *ret)
{
	const struct go_offsets *o = &l->holders->process->offsets;
	uint8_t bytes[GO_DEFER_MAX] = {};

	if (!go_read(l->holders->process, at, bytes, o->defer_size))
		return false;
	*ret = (struct record){ .listed = flag_of(bytes, o->defer_rangefunc),
				.runs = flag_of(bytes, o->defer_started) ||
					flag_of(bytes, o->defer_open) };
	memcpy(&ret->link, bytes + o->defer_link, 8);
	memcpy(&ret->call.sp, bytes + o->defer_sp, 8);
	memcpy(&ret->call.closure, bytes + o->defer_fn, 8);
	if (o->defer_head >= 0 && o->defer_head + 8 <= GO_DEFER_MAX)
		memcpy(&ret->head, bytes + o->defer_head, 8);
	return true;
}

static void add_chained(struct looking *l, uint64_t sp, uint64_t closure)
{
	if (l->chained < DEFERS_MAX)
		l->chain[l->chained++] = (struct deferred){ sp, closure };
}

/* Those of a loop over a function (1.23) are deferred in the frame that has the loop. */
static void read_list(struct looking *l, const struct record *loop)
{
	uint64_t at = loop->head ? go_word(l->holders->process, loop->head) : 0;
	struct record record;
	unsigned i;

	for (i = 0; at && i < DEFERS_MAX && read_record(l, at, &record); i++, at = record.link)
		add_chained(l, loop->call.sp, record.call.closure);
}

static void read_chain(struct looking *l, uint64_t at)
{
	const struct go_offsets *o = &l->holders->process->offsets;
	struct record record;
	unsigned i;

	if (o->defer_size <= 0 || o->defer_size > GO_DEFER_MAX || o->defer_link < 0 ||
	    o->defer_sp < 0 || o->defer_fn < 0)
		return;
	for (i = 0; at && i < DEFERS_MAX && read_record(l, at, &record); i++, at = record.link) {
		if (record.listed)
			read_list(l, &record);
		else if (!record.runs)
			add_chained(l, record.call.sp, record.call.closure);
	}
}

/* False: it panics, or it cannot be read. */
static bool read_descriptor(struct looking *l, struct go_descriptor *d)
{
	const struct go_offsets *o = &l->holders->process->offsets;
	uint8_t bytes[GO_DESCRIPTOR_MAX] = {};
	uint64_t panic, defers;

	if (!go_read(l->holders->process, l->goroutine->address, bytes,
		     allgs_size(l->holders->process)))
		return false;
	go_descriptor_read(o, bytes, d);
	if (o->g_panic < 0 || o->g_defer < 0 || o->g_panic + 8 > GO_DESCRIPTOR_MAX ||
	    o->g_defer + 8 > GO_DESCRIPTOR_MAX)
		return false;
	memcpy(&panic, bytes + o->g_panic, 8);
	memcpy(&defers, bytes + o->g_defer, 8);
	if (panic || d->goid != l->goroutine->goid ||
	    d->tracking_seq != l->goroutine->tracking_seq || go_descriptor_runs(d))
		return false;
	read_chain(l, defers);
	return true;
}

/* What was found is kept only if it stood still all the while. */
static void look(struct looking *l)
{
	struct go_descriptor before, after;
	struct go_cursor cursor;
	uint64_t pc, sp;

	if (!read_descriptor(l, &before))
		return;
	l->stack = go_read_stack(l->holders->process, &before, &l->size);
	if (!l->stack || !go_read_descriptor(l->holders->process, l->goroutine, &after) ||
	    !go_descriptor_unmoved(&before, &after))
		return;
	go_descriptor_start(&before, &pc, &sp);
	l->from = sp;
	cursor = go_cursor_begin(l->holders->process, pc, sp, l->stack, l->size);
	l->cursor = &cursor;
	while (now_monotonic() < l->holders->end_at && go_cursor_next(&cursor))
		take_frame(l);
}

void go_holders_by_defers(struct go_holders *holders, const struct lc_goroutine *goroutine)
{
	struct looking *l = calloc(1, sizeof(*l));

	if (!l)
		return;
	l->holders = holders;
	l->goroutine = goroutine;
	l->own = lc_go_lock_of(goroutine);
	if (goroutine->kind == LC_GO_COND && goroutine->object)
		l->given = go_word(holders->process, goroutine->object - COND_LOCK);
	look(l);
	free(l->stack);
	free(l);
}

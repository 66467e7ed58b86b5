// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goroutines as Go's own dump of all of them has them (runtime.Stack, and so runtime/pprof's
 * debug=2): which goroutines and frames are told and which are left out follows
 * src/runtime/traceback.go of 1.17 to 1.27.
 */
#include "runtimes/go/sched/allgs.h"
#include "runtimes/go/dump/arguments.h"
#include "runtimes/go/image/build_info.h"
#include "runtimes/go/image/pclntab.h"
#include "runtimes/go/private.h"
#include "target/core.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INNER_FRAMES 50 /* tracebackInnerFrames, tracebackOuterFrames */
#define OUTER_FRAMES 50
#define SHOWN_FRAMES (INNER_FRAMES + OUTER_FRAMES)
#define OLD_FRAMES 100 /* _TracebackMaxFrames, to 1.20: without those inlined */
#define SHOWN_MAX (OLD_FRAMES * GO_INLINED_MAX)
#define STACK_MOST (64u << 20) /* of one goroutine */
#define PLACES_MAX 32768
#define LABEL_SIZE 1024 /* of a key or value */
#define SETTINGS_SIZE 4096

#if defined(__aarch64__)
#define LINK_SIZE 8 /* between a frame's end and its arguments: sys.MinFrameSize */
#else
#define LINK_SIZE 0
#endif

/* What of a function decides whether it is told. */
enum {
	ROLE_PLAIN = 1,	  /* not the runtime's own */
	ROLE_WRAPPER = 2, /* the compiler's: not told, unless what it called panics */
	ROLE_PANICS = 4,
	ROLE_GOPANIC = 8, /* told where it is not the innermost */
	ROLE_ALWAYS = 16,
};

struct place_call {
	char *function; /* as it is printed */
	const char *file;
	unsigned line;
	uint64_t offset;
	bool inlined;
	uint8_t role;
};

struct place_key {
	uint64_t pc, interrupted;
};

/* A place in the code that stacks go through, and the calls at it, innermost first. */
struct place {
	UT_hash_handle hh;
	struct place_key key;
	struct go_argument_note arguments; /* of the outermost: the others are inlined */
	size_t count;
	struct place_call calls[];
};

struct shown {
	const struct place_call *call;
	const struct go_argument_note *arguments;
	uint64_t fp;
};

struct tracing {
	struct golang *golang;
	struct go_process *process;
	uint64_t now;
	unsigned attempts;
	runtime_dump_fn *fn;
	void *context;
	bool labels; /* are told */
	struct place *places;
	uint8_t *stack; /* bytes from bottom on */
	size_t stack_size, stack_capacity;
	uint64_t bottom;
	uint64_t total; /* shown */
	struct shown shown[SHOWN_MAX];
	struct lc_go_trace_frame frames[SHOWN_MAX];
	struct lc_go_argument arguments[OLD_FRAMES * GO_ARGUMENTS_MAX];
	struct lc_go_label label_list[GO_LABELS_MAX];
	char label_bytes[GO_LABELS_MAX * 2][LABEL_SIZE];
};

/*
 * --- functions
 * ------------------------------------------------------------------------------------
 */

/* isExportedRuntime(): what of the runtime everybody may call. */
static bool is_exported(uint32_t version, const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t length = dot ? (size_t)(dot - name) : 0;
	const char *receiver = name;

	if (dot && version < GO_VERSION(1, 23, 0))
		return name[0] >= 'A' && name[0] <= 'Z';
	if (dot)
		name = dot + 1;
	if (length >= 3 && receiver[0] == '(' && receiver[1] == '*' &&
	    receiver[length - 1] == ')') {
		receiver += 2;
		length -= 3;
	}
	return name[0] >= 'A' && name[0] <= 'Z' &&
	       (!length || (receiver[0] >= 'A' && receiver[0] <= 'Z'));
}

static uint8_t role_of(uint32_t version, const char *name, bool wrapper)
{
	static const char prefix[] = "runtime.";
	uint8_t role = wrapper ? ROLE_WRAPPER : 0;
	const char *rest = name + sizeof(prefix) - 1;

	if (strncmp(name, prefix, sizeof(prefix) - 1))
		return role | (strchr(name, '.') ? ROLE_PLAIN : 0);
	if (!strcmp(rest, "gopanic"))
		role |= ROLE_PANICS | ROLE_GOPANIC;
	else if (!strcmp(rest, "sigpanic") || !strcmp(rest, "panicwrap"))
		role |= ROLE_PANICS;
	else if (!strcmp(rest, "runFinalizers") || !strcmp(rest, "runCleanups"))
		role |= ROLE_ALWAYS;
	return role | (is_exported(version, rest) ? ROLE_PLAIN : 0);
}

static bool is_shown(uint8_t role, bool first, uint8_t callee)
{
	if ((role & ROLE_WRAPPER) && !(callee & ROLE_PANICS))
		return false;
	if ((role & ROLE_ALWAYS) || ((role & ROLE_GOPANIC) && !first))
		return true;
	return role & ROLE_PLAIN;
}

/*
 * The end of the type arguments that begin behind open, where a method's own follow:
 * T[...].method[...]. Since 1.27. Returns false where the name is not one of these.
 */
static bool find_middle(const char *open, const char *close, const char **ret_end,
			const char **ret_begin)
{
	const char *at, *end = NULL;
	int depth = 1;

	for (at = open + 1; at < close; at++) {
		if (*at == '[' && depth++ == 0) {
			*ret_end = end;
			*ret_begin = at;
			return end != NULL;
		}
		if (*at == ']' && --depth == 0)
			end = at;
		if (depth < 0)
			return false;
	}
	return false;
}

/* funcNameForPrint(): type arguments are left out. NULL: no memory. */
static char *printed_name(uint32_t version, const char *name)
{
	const char *open = strchr(name, '['), *close = strrchr(name, ']'), *end, *begin;
	char *printed = NULL;

	if (!strcmp(name, "runtime.gopanic"))
		return strdup("panic");
	if (!open || !close || close < open)
		return strdup(name);
	if (version >= GO_VERSION(1, 27, 0) && find_middle(open, close, &end, &begin)) {
		if (asprintf(&printed, "%.*s[...]%.*s[...]%s", (int)(open - name), name,
			     (int)(begin - end - 1), end + 1, close + 1) < 0)
			return NULL;
		return printed;
	}
	if (asprintf(&printed, "%.*s[...]%s", (int)(open - name), name, close + 1) < 0)
		return NULL;
	return printed;
}

/*
 * --- places
 * ---------------------------------------------------------------------------------------
 */

static void free_place(struct place *place)
{
	size_t i;

	for (i = 0; place && i < place->count; i++)
		free(place->calls[i].function);
	free(place);
}

static void forget_places(struct tracing *tracing)
{
	struct place *place, *next;

	HASH_ITER(hh, tracing->places, place, next) {
		HASH_DEL(tracing->places, place);
		free_place(place);
	}
}

static bool fill_call(struct place_call *call, const struct go_call *from, uint32_t version,
		      uint64_t vaddr)
{
	*call = (struct place_call){
		.function = printed_name(version, from->function),
		.file = from->file,
		.line = from->line,
		.offset = vaddr - from->entry,
		.inlined = from->inlined,
		.role = role_of(version, from->function, from->wrapper),
	};
	return call->function;
}

static struct place *make_place(const struct tracing *tracing, const struct place_key *key,
				const struct go_module *module)
{
	uint32_t version = tracing->process->version;
	uint64_t vaddr = key->pc - module->bias;
	struct go_call calls[GO_INLINED_MAX];
	struct go_function function;
	size_t count = pclntab_calls(module->image, vaddr, key->interrupted, calls), i;
	struct place *place = calloc(1, sizeof(*place) + count * sizeof(place->calls[0]));

	if (!place)
		return NULL;
	place->key = *key;
	for (i = 0; i < count; i++) {
		place->count++;
		if (!fill_call(&place->calls[i], &calls[i], version, vaddr)) {
			free_place(place);
			return NULL;
		}
	}
	/* To 1.20 what is live is looked up where the outermost of the inlined calls is. */
	if (count && pclntab_function(module->image->table, vaddr, &function))
		go_arguments_note(module->image, &function,
				  calls[version < GO_VERSION(1, 21, 0) ? count - 1 : 0].pc,
				  &place->arguments);
	return place;
}

static const struct place *place_at(struct tracing *tracing, uint64_t pc, bool interrupted,
				    const struct go_module *module)
{
	struct place_key key = { pc, interrupted };
	struct place *place;

	HASH_FIND(hh, tracing->places, &key, sizeof(key), place);
	if (place)
		return place;
	place = make_place(tracing, &key, module);
	if (place)
		HASH_ADD(hh, tracing->places, key, sizeof(key), place);
	return place;
}

/*
 * --- frames
 * ---------------------------------------------------------------------------------------
 */

/* Innermost ones are kept in order, the outermost in a ring behind them. */
static void show(struct tracing *tracing, const struct place_call *call, const struct place *place,
		 uint64_t fp)
{
	bool old = tracing->process->version < GO_VERSION(1, 21, 0);
	uint64_t at = tracing->total;

	if (!old && at >= INNER_FRAMES)
		at = INNER_FRAMES + (at - INNER_FRAMES) % OUTER_FRAMES;
	if (at < SHOWN_MAX)
		tracing->shown[at] = (struct shown){ call, &place->arguments, fp };
	tracing->total++;
}

/* Collects what is to be shown; all: the runtime's own calls, too. Returns 0 or -ENOMEM. */
static int collect(struct tracing *tracing, const struct go_descriptor *d, bool all)
{
	bool old = tracing->process->version < GO_VERSION(1, 21, 0);
	const struct place *place;
	struct go_cursor cursor;
	uint8_t callee = 0;
	uint64_t pc, sp;
	size_t i;

	go_descriptor_start(d, &pc, &sp);
	cursor = go_cursor_begin(tracing->process, pc, sp, tracing->stack, tracing->stack_size);
	if (!pc && tracing->stack_size > 8) { /* a call of nil: its caller is the first frame */
		memcpy(&cursor.next_pc, tracing->stack, 8);
		cursor.fp += 8;
	}
	cursor.in_call = d->status == GO_STATUS_SYSCALL;
	tracing->total = 0;
	while (!(old && cursor.depth >= OLD_FRAMES) && go_cursor_next(&cursor)) {
		place = place_at(tracing, cursor.pc, cursor.interrupted, cursor.module);
		if (!place)
			return -ENOMEM;
		for (i = 0; i < place->count; i++) {
			if (all || is_shown(place->calls[i].role, !tracing->total, callee))
				show(tracing, &place->calls[i], place, cursor.fp);
			callee = place->calls[i].role;
		}
	}
	return 0;
}

static void fill_frame(struct tracing *tracing, const struct shown *shown,
		       struct lc_go_trace_frame *frame, struct lc_go_argument **arguments)
{
	uint64_t at = shown->fp + LINK_SIZE - tracing->bottom;

	*frame = (struct lc_go_trace_frame){
		.function = shown->call->function,
		.file = shown->call->file,
		.line = shown->call->line,
		.offset = shown->call->offset,
		.inlined = shown->call->inlined,
		.arguments = *arguments,
	};
	if (frame->inlined || at > tracing->stack_size)
		return;
	frame->argument_count = go_arguments_read(shown->arguments, tracing->stack + at,
						  tracing->stack_size - at, *arguments);
	*arguments += frame->argument_count;
}

static int fill_frames(struct tracing *tracing, const struct go_descriptor *d,
		       struct lc_go_trace *trace)
{
	bool old = tracing->process->version < GO_VERSION(1, 21, 0);
	struct lc_go_argument *arguments = tracing->arguments;
	size_t i, at, outer = 0;
	int r = collect(tracing, d, /* all= */ false);

	if (!r && !tracing->total)
		r = collect(tracing, d, /* all= */ true);
	if (r < 0)
		return r;
	trace->frames = tracing->frames;
	trace->frame_count = tracing->total < SHOWN_MAX ? tracing->total : SHOWN_MAX;
	trace->more = old && tracing->total == OLD_FRAMES;
	if (!old && tracing->total > SHOWN_FRAMES) {
		trace->left_out = tracing->total - SHOWN_FRAMES;
		trace->left_out_at = INNER_FRAMES;
		trace->frame_count = SHOWN_FRAMES;
		outer = trace->left_out % OUTER_FRAMES;
	}
	for (i = 0; i < trace->frame_count; i++) {
		at = i;
		if (trace->left_out && i >= INNER_FRAMES)
			at = INNER_FRAMES + (i - INNER_FRAMES + outer) % OUTER_FRAMES;
		fill_frame(tracing, &tracing->shown[at], &tracing->frames[i], &arguments);
	}
	return 0;
}

/*
 * --- the heading and the go statement
 * -------------------------------------------------------------
 */

/* isIdleInSynctest, but for those whose name says it. */
static bool is_durable(const char *reason)
{
	static const char *const reasons[] = {
		"chan receive (nil chan)",
		"chan send (nil chan)",
		"select (no cases)",
		"sleep",
		"sync.Cond.Wait",
		"coroutine",
		"synctest.Run",
		"synctest.Wait",
	};
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (!strcmp(reason, reasons[i]))
			return true;
	}
	return false;
}

static const char *status_of(const struct tracing *tracing, const struct go_descriptor *d)
{
	static const char *const names[] = {
		[GO_STATUS_IDLE] = "idle",	     [GO_STATUS_RUNNABLE] = "runnable",
		[GO_STATUS_RUNNING] = "running",     [GO_STATUS_SYSCALL] = "syscall",
		[GO_STATUS_WAITING] = "waiting",     [GO_STATUS_COPYSTACK] = "copystack",
		[GO_STATUS_PREEMPTED] = "preempted", [GO_STATUS_LEAKED] = "leaked",
	};
	const struct go_reason *reason;

	if (d->status == GO_STATUS_WAITING || d->status == GO_STATUS_LEAKED) {
		reason = go_reason_for(tracing->process->version, d->reason);
		if (!reason)
			return "unknown wait reason";
		if (d->reason)
			return reason->text;
	}
	if (d->status < sizeof(names) / sizeof(names[0]) && names[d->status])
		return names[d->status];
	return "???";
}

static bool read_string(const struct tracing *tracing, const struct go_text *string, char *bytes,
			size_t *ret_size)
{
	*ret_size = string->length < LABEL_SIZE ? string->length : LABEL_SIZE;
	return !*ret_size || go_read(tracing->process, string->address, bytes, *ret_size);
}

static void fill_labels(struct tracing *tracing, const struct go_descriptor *d,
			struct lc_go_trace *trace)
{
	struct lc_go_label *label = tracing->label_list;
	struct go_label list[GO_LABELS_MAX];
	ssize_t count, i;

	trace->labels = tracing->label_list;
	trace->labels_inside = tracing->process->version < GO_VERSION(1, 27, 0);
	count = tracing->labels ? go_read_labels(tracing->process, d->labels, list) : 0;
	for (i = 0; i < count; i++, label++) {
		label->key = tracing->label_bytes[i * 2];
		label->value = tracing->label_bytes[i * 2 + 1];
		if (!read_string(tracing, &list[i].key, tracing->label_bytes[i * 2],
				 &label->key_size) ||
		    !read_string(tracing, &list[i].value, tracing->label_bytes[i * 2 + 1],
				 &label->value_size))
			return;
		trace->label_count = i + 1;
	}
}

static void fill_heading(struct tracing *tracing, const struct go_descriptor *d,
			 struct lc_go_trace *trace)
{
	const struct go_process *process = tracing->process;
	bool waits = d->status == GO_STATUS_WAITING || d->status == GO_STATUS_SYSCALL;

	trace->goid = d->goid;
	trace->status = status_of(tracing, d);
	trace->leaked = d->status == GO_STATUS_LEAKED;
	trace->scanned = d->scanned;
	trace->locked = d->lockedm;
	if (waits && d->waitsince && d->waitsince < tracing->now)
		trace->waits_ns = tracing->now - d->waitsince;
	if (d->bubble && process->offsets.bubble_id >= 0)
		trace->bubble = go_word(process, d->bubble + process->offsets.bubble_id);
	trace->durable = d->bubble && d->status == GO_STATUS_WAITING && is_durable(trace->status);
	fill_labels(tracing, d, trace);
}

/*
 * The line is that of the innermost of inlined calls, the name that of the outermost: so does Go.
 */
static int fill_creator(struct tracing *tracing, const struct go_descriptor *d,
			struct lc_go_trace *trace)
{
	const struct go_module *module = go_process_module(tracing->process, d->gopc);
	const struct place *place;
	const struct place_call *outer;

	if (!module || d->goid == 1)
		return 0;
	place = place_at(tracing, d->gopc, /* interrupted= */ false, module);
	if (!place)
		return -ENOMEM;
	if (!place->count)
		return 0;
	outer = &place->calls[place->count - 1];
	if (!is_shown(outer->role, /* first= */ false, 0))
		return 0;
	trace->has_creator = true;
	trace->parent_goid = d->parent_goid;
	trace->creator = (struct lc_go_trace_frame){
		.function = outer->function,
		.file = place->calls[0].file,
		.line = place->calls[0].line,
		.offset = outer->offset,
	};
	return 0;
}

/* isSystemGoroutine() */
static bool is_system(const struct tracing *tracing, const struct go_descriptor *d)
{
	const struct go_module *module = go_process_module(tracing->process, d->startpc);
	struct go_function function;
	bool waits = d->status == GO_STATUS_WAITING || d->status == GO_STATUS_SYSCALL;
	enum lc_go_system system;

	if (!module ||
	    !pclntab_function(module->image->table, d->startpc - module->bias, &function))
		return false;
	system = go_system_of(pclntab_name(module->image->table, function.name));
	if (system == LC_GO_CALLS_BACK)
		return !waits || go_waits_for_calls(tracing->process->version, d);
	return system != LC_GO_OF_PROGRAM;
}

/*
 * --- goroutines
 * -----------------------------------------------------------------------------------
 */

static bool stands(const struct go_descriptor *d)
{
	enum lc_go_state state = go_descriptor_state(d);

	return state != LC_GO_NONE && state != LC_GO_RUNNING;
}

static bool make_room(struct tracing *tracing, size_t size)
{
	uint8_t *grown;

	if (size <= tracing->stack_capacity)
		return true;
	grown = realloc(tracing->stack, size);
	if (!grown)
		return false;
	tracing->stack = grown;
	tracing->stack_capacity = size;
	return true;
}

/*
 * Reads the stack, and the descriptor behind it, in this order. Returns 1 if it has not moved
 * meanwhile; 0 if it has, and *d is what it is now; -ENOENT if it has ended.
 */
static int read_stack(struct tracing *tracing, uint64_t address, struct go_descriptor *d)
{
	struct target_piece pieces[2];
	uint8_t bytes[GO_DESCRIPTOR_MAX] = {};
	struct go_descriptor now;
	uint64_t pc, sp;
	int r;

	go_descriptor_start(d, &pc, &sp);
	tracing->bottom = sp;
	tracing->stack_size = 0;
	if (sp >= d->stack_lo && sp < d->stack_hi)
		tracing->stack_size = d->stack_hi - sp < STACK_MOST ? d->stack_hi - sp : STACK_MOST;
	if (!make_room(tracing, tracing->stack_size))
		return -ENOMEM;
	pieces[0] = (struct target_piece){ sp, tracing->stack, tracing->stack_size, false };
	pieces[1] = (struct target_piece){ address, bytes, allgs_size(tracing->process), false };
	r = go_read_pieces(tracing->process, pieces, 2);
	if (r < 0)
		return r;
	if (!pieces[1].read || !allgs_is_goroutine(tracing->process, address, bytes))
		return -ENOENT;
	go_descriptor_read(&tracing->process->offsets, bytes, &now);
	if (now.goid != d->goid || go_descriptor_state(&now) == LC_GO_NONE)
		return -ENOENT;
	r = pieces[0].read && tracing->stack_size && go_descriptor_unmoved(d, &now);
	if (!r)
		*d = now;
	return r;
}

static int trace_goroutine(struct tracing *tracing, uint64_t address, struct go_descriptor *d)
{
	struct lc_go_trace trace = {};
	unsigned attempt;
	int r = 0;

	for (attempt = 0; attempt < tracing->attempts && !r && stands(d); attempt++)
		r = read_stack(tracing, address, d);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (HASH_COUNT(tracing->places) >= PLACES_MAX)
		forget_places(tracing);
	trace.has_stack = r > 0;
	if (!trace.has_stack)
		d->status = GO_STATUS_RUNNING;
	r = trace.has_stack ? fill_frames(tracing, d, &trace) : 0;
	fill_heading(tracing, d, &trace);
	r = r ?: fill_creator(tracing, d, &trace);
	return r ?: tracing->fn(tracing->context, &trace);
}

static int trace_batch(void *context, const struct go_descriptors *batch)
{
	struct tracing *tracing = context;
	struct go_descriptor d;
	size_t i;
	int r = 0;

	for (i = 0; i < batch->count && !r; i++) {
		if (!batch->pieces[i].read ||
		    !allgs_is_goroutine(tracing->process, batch->addresses[i], batch->bytes[i]))
			continue;
		go_descriptor_read(&tracing->process->offsets, batch->bytes[i], &d);
		if (go_descriptor_state(&d) != LC_GO_NONE && !is_system(tracing, &d))
			r = trace_goroutine(tracing, batch->addresses[i], &d);
	}
	return r;
}

static int trace_all(struct tracing *tracing)
{
	uint64_t list, length;

	if (!go_process_allgs(tracing->process, &list, &length))
		return -EFAULT;
	return go_each_descriptors(tracing->process, list, length, trace_batch, tracing);
}

/* The last "tracebacklabels=N" of a list of settings; otherwise: where there is none. */
static bool setting(const char *list, bool otherwise)
{
	static const char name[] = "tracebacklabels=";
	const char *at;

	for (at = list; (at = strstr(at, name)); at += sizeof(name) - 1) {
		if (at == list || at[-1] == ',')
			otherwise = at[sizeof(name) - 1] == '1';
	}
	return otherwise;
}

/* By default, since 1.27; what the program was built with, and its environment, say otherwise. */
static bool tells_labels(const struct go_process *process)
{
	char text[SETTINGS_SIZE];
	bool tells = process->version >= GO_VERSION(1, 27, 0);

	if (process->version < GO_VERSION(1, 26, 0))
		return false;
	if (go_image_setting(process->modules[0].image, "DefaultGODEBUG", text, sizeof(text)))
		tells = setting(text, tells);
	if (!target_core_of(process->access) &&
	    target_read_variable(process->pid, "GODEBUG", text, sizeof(text)) > 0)
		tells = setting(text, tells);
	return tells;
}

int golang_dump(struct runtime *runtime, pid_t pid, uint64_t now, unsigned attempts,
		runtime_dump_fn *fn, void *context, char reason[200])
{
	struct golang *golang = golang_of(runtime);
	struct tracing *tracing;
	struct target_stat stat;
	struct go_known *known;
	int r = go_know_process(golang, pid, now, &known, &stat);

	reason[0] = '\0';
	if (r < 0)
		return r;
	memcpy(reason, known->reason, sizeof(known->reason));
	if (known->error)
		return known->error;
	tracing = calloc(1, sizeof(*tracing));
	if (!tracing)
		return -ENOMEM;
	tracing->golang = golang;
	tracing->process = known->process;
	tracing->now = go_core_time(known->process) ?: now;
	tracing->attempts = attempts;
	tracing->fn = fn;
	tracing->context = context;
	tracing->labels = tells_labels(known->process);
	r = trace_all(tracing);
	forget_places(tracing);
	free(tracing->stack);
	free(tracing);
	return r;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a report is made of, described once: each field's name, type, where it comes from, when it
 *is there and what it means. JSON is written by it, and docs/leakhop.schema.json and the tables of
 * docs/json.md are (make reference). Private to this folder.
 *
 * An object's fields are a macro that lists them, which a row (FIELD_ROW) and a value (FIELD_VALUE)
 * are made of:
 *
 *	#define TCP_FIELDS(F) \
 *		F(send_queue, NUMBER, PLAIN, ALWAYS, tcp->send_queue, "bytes that ...")
 */
#ifndef LEAKHOP_OUTPUT_FIELDS_H
#define LEAKHOP_OUTPUT_FIELDS_H

#include "output/output.h"
#include "output/remedy.h"
#include "output/subject.h"

#define FIELDS_MAX 64 /* of an object */
#define FIELD_CHAIN_MAX 64
#define FIELD_LIFE_MAX (LC_LONGEST_BLOCKS + 6)

enum field_type {
	FIELD_TEXT,   /* may come from outside: any bytes */
	FIELD_NUMBER, /* not negative */
	FIELD_ID,     /* at least 1 */
	FIELD_INTEGER,
	FIELD_REAL,
	FIELD_BOOLEAN,
	FIELD_HEX,	      /* "0x1f" */
	FIELD_ID_OR_NULL,     /* 0: null */
	FIELD_NUMBER_OR_NULL, /* negative: null */
	FIELD_TIME,	      /* ns of CLOCK_MONOTONIC, written as RFC 3339; 0: null */
	FIELD_DATE,	      /* ns since 1970, written as RFC 3339 */
	FIELD_STACK,	      /* its number: a list of frames */
	FIELD_OBJECT,
	FIELD_OBJECT_OR_NULL,
	FIELD_LIST,
	/* of the whole document only, which knows what they are made of */
	FIELD_RECORDS,	   /* of an enum verdict_scope */
	FIELD_EXPLANATION, /* of a thread or a goroutine */
	FIELD_LIMITS,	   /* sentences */
};

/* Whose fields are read: the run, and the report where the whole document is. */
struct field_source {
	const struct output_run *run;
	const struct output_report *report; /* may be NULL */
	/* Of JSON lines: what the record, or the document, in one of them is. */
	const char *record_type, *document_type;
};

struct field_value {
	bool present;
	const char *text;
	int64_t integer; /* also of ID, TIME, STACK, ... */
	double real;
	const void *object; /* NULL: null. A list's first, or its owner where it has next */
	size_t count, stride;
	/* A list whose items are found one by one: the one after before, NULL at the end. */
	const void *(*next)(const struct field_source *source, const void *owner,
			    const void *before);
};

/* What happened to a thread. */
struct field_life {
	const char *event;
	uint64_t at;
	const struct lc_thread *thread;
	const struct lc_task *by;     /* NULL: nobody */
	const struct lc_block *block; /* an earlier one; NULL */
	bool ran;
};

/* How many goroutines are of a class of age. */
struct field_age {
	size_t number, count;
};

/* Who made a goroutine ready to run. */
struct field_readier {
	enum lc_go_readier kind;
	uint64_t goid;
	uint32_t stack;
};

struct field_subject {
	struct subject subject;
	char words[SUBJECT_WORDS];
};

/* Where what is not kept anywhere is made for as long as one object is written. */
struct field_scratch {
	char word[40];
	char remedy[REMEDY_BYTES];
	struct conclusion conclusion;
	uint32_t chain[FIELD_CHAIN_MAX]; /* nodes */
	struct field_life life[FIELD_LIFE_MAX];
	struct field_readier readier;
	struct field_subject subject;
	struct field_age ages[VERDICT_AGES];
};

struct fields;

struct field {
	const char *name; /* "": the object is this value */
	enum field_type type;
	const struct fields *of;    /* OBJECT, LIST */
	const char *const *choices; /* TEXT: one of these; NULL-terminated */
	const char *present;	    /* the condition, as written; "ALWAYS" */
	const char *means;	    /* Markdown */
};

struct fields {
	const char *name;    /* in the schema */
	const char *heading; /* in docs/json.md */
	const struct field *list;
	size_t count;
	void (*read)(const struct field_source *source, const void *object,
		     struct field_scratch *scratch, struct field_value *values);
};

extern const struct fields fields_document, fields_lost, fields_cost, fields_go_sweep_cost,
	fields_go_events_cost;
extern const struct fields fields_record, fields_syscall, fields_spawn, fields_wake,
	fields_futex_wake, fields_epoll_return, fields_blocks, fields_switches, fields_caller,
	fields_life, fields_tid, fields_ns_tid;
extern const struct fields fields_goroutines, fields_group, fields_age, fields_go_spawn,
	fields_go_wait, fields_go_pool, fields_go_holder, fields_held, fields_held_by,
	fields_retained, fields_retained_type, fields_dependents, fields_subject, fields_channel,
	fields_label, fields_heap, fields_exact, fields_readier, fields_timers;
extern const struct fields fields_found, fields_found_site;
extern const struct fields fields_go_events, fields_go_site, fields_go_block;
extern const struct fields fields_wait, fields_owner, fields_member, fields_tcp, fields_link,
	fields_trend, fields_frame;
extern const struct fields fields_explanation, fields_read, fields_concluded, fields_go_explanation,
	fields_go_read, fields_go_concluded;
extern const struct fields fields_container, fields_pod;
extern const struct fields fields_number, fields_hex; /* lists of plain values: uint64_t */

#define ALWAYS true
#define PLAIN
#define OF(table) .of = &(table),
#define ONE_OF(words) .choices = (words),

#define FIELD_ROW(name_, type_, of_, present_, value_, means_) \
	{ .name = #name_, .type = FIELD_##type_, of_.present = #present_, .means = (means_) },

#define FIELD_VALUE(name_, type_, of_, present_, value_, means_) \
	*values++ = (present_) ? FIELD_AS_##type_(value_) : (struct field_value){};

/* Defines fields_OBJECT: LIST's expressions read the variable OBJECT, a pointer to the type. */
#define FIELDS_OF(object_, type_, heading_, LIST)                                              \
	static void read_##object_(const struct field_source *source, const void *pointer,     \
				   struct field_scratch *scratch, struct field_value *values)  \
	{                                                                                      \
		const type_ *object_ = pointer;                                                \
		(void)source;                                                                  \
		(void)scratch;                                                                 \
		LIST(FIELD_VALUE)                                                              \
	}                                                                                      \
	static const struct field list_of_##object_[] = { LIST(FIELD_ROW) };                   \
	_Static_assert(sizeof(list_of_##object_) / sizeof(list_of_##object_[0]) <= FIELDS_MAX, \
		       "");                                                                    \
	const struct fields fields_##object_ = {                                               \
		.name = #object_,                                                              \
		.heading = (heading_),                                                         \
		.list = list_of_##object_,                                                     \
		.count = sizeof(list_of_##object_) / sizeof(list_of_##object_[0]),             \
		.read = read_##object_,                                                        \
	}

#define FIELD_AS_TEXT(value) field_text(value)
#define FIELD_AS_NUMBER(value) field_integer((int64_t)(value))
#define FIELD_AS_ID(value) field_integer((int64_t)(value))
#define FIELD_AS_INTEGER(value) field_integer((int64_t)(value))
#define FIELD_AS_REAL(value) field_real(value)
#define FIELD_AS_BOOLEAN(value) field_integer(!!(value))
#define FIELD_AS_HEX(value) field_integer((int64_t)(value))
#define FIELD_AS_ID_OR_NULL(value) field_integer((int64_t)(value))
#define FIELD_AS_NUMBER_OR_NULL(value) field_integer((int64_t)(value))
#define FIELD_AS_TIME(value) field_integer((int64_t)(value))
#define FIELD_AS_DATE(value) field_integer((int64_t)(value))
#define FIELD_AS_STACK(value) field_integer((int64_t)(value))
#define FIELD_AS_OBJECT(value) field_object(value)
#define FIELD_AS_OBJECT_OR_NULL(value) field_object(value)
#define FIELD_AS_LIST(value) (value)
#define FIELD_AS_RECORDS(value) field_integer(value)
#define FIELD_AS_EXPLANATION(value) field_integer(value)
#define FIELD_AS_LIMITS(value) field_integer(value)

static inline struct field_value field_text(const char *text)
{
	return (struct field_value){ .present = true, .text = text };
}

static inline struct field_value field_integer(int64_t integer)
{
	return (struct field_value){ .present = true, .integer = integer };
}

static inline struct field_value field_real(double real)
{
	return (struct field_value){ .present = true, .real = real };
}

static inline struct field_value field_object(const void *object)
{
	return (struct field_value){ .present = true, .object = object };
}

static inline struct field_value field_array(const void *first, size_t count, size_t stride)
{
	return (struct field_value){
		.present = true, .object = first, .count = count, .stride = stride
	};
}

/* A list of an array's members. */
#define ARRAY(first, count) field_array(first, count, sizeof(*(first)))

/* A list whose items next finds: see struct field_value. */
static inline struct field_value field_each(const void *(*next)(const struct field_source *source,
								const void *owner,
								const void *before),
					    const void *owner)
{
	return (struct field_value){ .present = true, .object = owner, .next = next };
}

/* Of a thread's or goroutine's process; group: NULL, not known. */
#define FIELDS_CGROUP(F, group)                                                             \
	F(cgroup, TEXT, PLAIN, (group) && (group)->path[1], (group)->path,                  \
	  "the process's control group, where it is known and not the root")                \
	F(unit, TEXT, PLAIN, (group) && (group)->unit[0], (group)->unit,                    \
	  "the systemd unit that the process belongs to")                                   \
	F(container, OBJECT, OF(fields_container), (group) && (group)->runtime[0], (group), \
	  "the container that it is in")                                                    \
	F(pod, OBJECT, OF(fields_pod), (group) && (group)->pod_uid[0], (group),             \
	  "the pod that it is in")

/* The control group of a process; NULL: not known. */
const struct lc_cgroup *field_cgroup(const struct field_source *source, pid_t pid);

/* The item of a list after before (NULL: the first); NULL at the end. */
const void *field_next(const struct field_source *source, const struct field_value *list,
		       const void *before);

/* The kernel's letter of a state, as a text; "?": not known. */
const char *field_letter(char state, struct field_scratch *scratch);

/* The chain from a node on, into scratch: a circle is told once. */
struct field_value field_chain(const struct field_source *source, uint32_t node,
			       struct field_scratch *scratch);

/*
 * The group that has the goroutine of --explain in the first process after before (NULL: of all)
 * that has one of this number; NULL: none.
 */
const struct verdict_goroutines *field_explained(const struct field_source *source,
						 const struct lc_go_process *before);

/* NULL-terminated. */
extern const char *const field_verdicts[], *const field_record_types[];

#endif

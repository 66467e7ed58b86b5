/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One goroutine as Go's own dump of all goroutines has it: plain data. The strings belong to who
 * made it.
 */
#ifndef LEAKHOP_MODEL_GO_TRACE_H
#define LEAKHOP_MODEL_GO_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lc_go_argument_kind {
	LC_GO_ARGUMENT_VALUE,
	LC_GO_ARGUMENT_BEGIN, /* of a struct, string, slice, ...: its words follow */
	LC_GO_ARGUMENT_END,
	LC_GO_ARGUMENT_MORE, /* that are not told */
	LC_GO_ARGUMENT_FAR,  /* one word that is not told */
};

struct lc_go_argument {
	uint64_t value;
	uint8_t kind;	/* enum lc_go_argument_kind */
	bool uncertain; /* its place may have been used for another value since */
};

struct lc_go_trace_frame {
	const char *function; /* type arguments are "[...]" */
	const char *file;     /* "": not known */
	unsigned line;
	uint64_t offset; /* from the function's start; 0: at it */
	bool inlined;	 /* into the next frame; no arguments, no offset */
	const struct lc_go_argument *arguments;
	size_t argument_count;
};

struct lc_go_label {
	const char *key, *value; /* any bytes */
	size_t key_size, value_size;
};

struct lc_go_trace {
	uint64_t goid;
	const char *status; /* "chan receive", "running" */
	bool leaked, scanned, durable, locked;
	bool has_stack;	    /* else it runs */
	uint64_t waits_ns;  /* 0: not known */
	uint64_t bubble;    /* of testing/synctest; 0: none */
	bool labels_inside; /* of the heading's brackets, as Go 1.26 has it */
	const struct lc_go_label *labels;
	size_t label_count;
	const struct lc_go_trace_frame *frames; /* innermost first */
	size_t frame_count;
	size_t left_out_at; /* so many frames come before those left out */
	uint64_t left_out;  /* 0: none */
	bool more;	    /* there are more frames, none knows how many: to Go 1.20 */
	bool has_creator;   /* the go statement */
	struct lc_go_trace_frame creator;
	uint64_t parent_goid; /* 0: not known */
};

#endif

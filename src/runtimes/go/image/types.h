/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptors of types in a process: internal/abi/type.go (before 1.20 runtime/type.go) of Go 1.17
 * to 1.27, the same in all but for what the flags mean. They are a stranger's bytes.
 */
#ifndef LEAKHOP_RUNTIMES_GO_TYPES_H
#define LEAKHOP_RUNTIMES_GO_TYPES_H

#include "runtimes/go/sched/process.h"

#define GO_TYPE_NAME 120

enum go_type_kind { /* of kinds that are told apart here */
		    GO_TYPE_ARRAY = 17,
		    GO_TYPE_CHAN = 18,
		    GO_TYPE_FUNC = 19,
		    GO_TYPE_INTERFACE = 20,
		    GO_TYPE_MAP = 21,
		    GO_TYPE_POINTER = 22,
		    GO_TYPE_SLICE = 23,
		    GO_TYPE_STRING = 24,
		    GO_TYPE_STRUCT = 25,
};

struct go_type {
	uint64_t address;
	uint64_t size, pointer_bytes; /* bytes; pointers are in the first pointer_bytes only */
	uint64_t gcdata;	      /* address of a bit for each word */
	uint8_t kind;		      /* enum go_type_kind, among others */
	uint8_t flags;
	int32_t name;	/* from the module's types on */
	bool program;	/* gcdata is no bits, but a program that makes them (before 1.24) */
	bool on_demand; /* gcdata is the address of a word that has that of the bits, once they are
			   there (since 1.24) */
};

/* Is there a descriptor of the compiler's at this address? */
bool go_is_type(const struct go_process *process, uint64_t address);

/* False: it cannot be read. */
bool go_type_read(const struct go_process *process, uint64_t address, struct go_type *ret);

/* As the language writes it: "*main.Session"; "" where it has none that can be read. */
void go_type_name(const struct go_process *process, uint64_t address, char name[GO_TYPE_NAME]);

/*
 * What a pointer, slice, array, channel or map leads to or holds; 0: nothing that is known.
 */
uint64_t go_type_element(const struct go_process *process, const struct go_type *type);

/*
 * The field of a structure that holds the byte at offset: its type, and its beginning; name: its
 * name. False: there is none.
 */
bool go_type_field(const struct go_process *process, const struct go_type *type, uint64_t offset,
		   uint64_t *ret_type, uint64_t *ret_from, char name[GO_TYPE_NAME]);

#endif

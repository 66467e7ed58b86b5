/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of core.h share. */
#ifndef LEAKHOP_TARGET_CORE_PRIVATE_H
#define LEAKHOP_TARGET_CORE_PRIVATE_H

#include "target/core.h"

/* core_memory.c: size bytes of the core file itself at offset, or false. */
bool core_pread(const struct target_core *core, uint64_t offset, void *buffer, size_t size);

/* Takes in a PT_LOAD; and once all are there: sorts them. Return 0 or -ENOMEM. */
int core_add_segment(struct target_core *core, const struct target_core_segment *segment);
void core_sort_segments(struct target_core *core);
const struct target_core_segment *core_segment_at(const struct target_core *core, uint64_t address);

/* What was dumped at address, without any other file; how much, at most size; 0: nothing. */
size_t core_read_dumped(const struct target_core *core, uint64_t address, void *buffer,
			size_t size);

/* As target_memory_read(): with the files for what was not dumped. */
int core_read(struct target_core *core, uint64_t address, void *buffer, size_t size,
	      size_t *ret_read);

/* core_notes.c: takes in the notes of a PT_NOTE. Returns 0 or -ENOMEM. */
int core_read_notes(struct target_core *core, uint64_t offset, uint64_t size);

/*
 * core_registers.c: a thread of an NT_PRSTATUS (struct elf_prstatus); false: it is no such thing.
 * Then, with memory: whether it was blocked in a call, and its number in its own namespace.
 */
bool core_take_status(const uint8_t *status, size_t size, struct target_core_thread *ret_thread);
void core_look_at_thread(struct target_core *core, struct target_core_thread *thread);

/* core_files.c: takes in an NT_FILE. Returns 0 or -ENOMEM. */
int core_take_files(struct target_core *core, const uint8_t *note, size_t size);

/*
 * Once segments are there: adds those that only the list of files has, and looks at the files with
 * code. Returns 0 or -ENOMEM.
 */
int core_check_files(struct target_core *core);
const struct target_core_region *core_region_at(const struct target_core *core, uint64_t address);

/* A descriptor of a file of the same build, which stays the core's; or -ENOENT, -ESTALE. */
int core_file_fd(struct target_core *core, struct target_core_file *file);
void core_release_files(struct target_core *core);

/* core_access.c */
extern const struct target_access_operations core_operations;

#endif

// SPDX-License-Identifier: GPL-2.0-only
/* Any text as the files of /proc/PID/task/TID. Built with clang -fsanitize=fuzzer. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "target/proc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1); /* of this very size: a read past its end is seen */
	struct target_stat stat;
	struct target_status status;
	struct target_syscall call;
	uint64_t exec_start;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (!target_parse_stat(text, &stat) && !memchr(stat.comm, '\0', sizeof(stat.comm)))
		__builtin_trap();
	(void)target_parse_status(text, &status);
	(void)target_parse_syscall(text, &call);
	(void)target_parse_exec_start(text, &exec_start);
	free(text);
	return 0;
}

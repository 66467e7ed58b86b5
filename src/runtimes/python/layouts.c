// SPDX-License-Identifier: GPL-2.0-only
/*
 * Offsets of Include/cpython/pystate.h, code.h, unicodeobject.h and Include/internal/pycore_frame.h
 * (pycore_interpframe.h), numbers of opcodes of Include/opcode.h and opcode_ids.h, on machines of
 * 64 bits. tests/live/python.bats holds them against those of the Python at hand.
 */
#include "runtimes/python/private.h"

static const struct python_layout layouts[] = {
	{ /* 3.11 */
	  .hops = { 56, 8 },
	  .hop_count = 2,
	  .thread_id = 152,
	  .on_delete_data = 192,
	  .frame_code = 32,
	  .frame_previous = 48,
	  .frame_instruction = 56,
	  .code_bytes = 184,
	  .code_first_line = 72,
	  .text = 48,
	  .pop_top = 1,
	  .turn_count = 10,
	  .turns = { { 111, 112 },
		     { 112, 111 },
		     { 114, 115 },
		     { 115, 114 },
		     { 128, 129 },
		     { 129, 128 },
		     { 173, 174 },
		     { 174, 173 },
		     { 175, 176 },
		     { 176, 175 } },
	  .first_fused = 27,
	  .fused_count = 3,
	  .unfused = 107,
	  .fused_bytes = 6 },
	{ /* 3.12 */
	  .hops = { 56, 0 },
	  .hop_count = 2,
	  .thread_id = 136,
	  .on_delete_data = 176,
	  .frame_code = 0,
	  .frame_previous = 8,
	  .frame_instruction = 56,
	  .code_bytes = 192,
	  .code_first_line = 68,
	  .text = 40,
	  .pop_top = 1,
	  .turn_count = 4,
	  .turns = { { 114, 115 }, { 115, 114 }, { 128, 129 }, { 129, 128 } } },
	{ /* 3.13 */
	  .hops = { 72 },
	  .hop_count = 1,
	  .thread_id = 152,
	  .frame_code = 0,
	  .frame_previous = 8,
	  .frame_instruction = 56,
	  .code_bytes = 200,
	  .code_first_line = 68,
	  .text = 40,
	  .pop_top = 32,
	  .jump_caches = 1,
	  .turn_count = 4,
	  .turns = { { 97, 100 }, { 100, 97 }, { 98, 99 }, { 99, 98 } } },
};

const struct python_layout *python_layout(size_t index)
{
	return index < sizeof(layouts) / sizeof(layouts[0]) ? &layouts[index] : NULL;
}

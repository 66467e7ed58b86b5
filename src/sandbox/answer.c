// SPDX-License-Identifier: GPL-2.0-only
/* What the emulator's worker answers: see answer.h. */
#include "sandbox/answer.h"

#include <errno.h>
#include <string.h>

/* What a worker says may be an attacker's. */
static bool is_sound(const struct emulate_outcome *outcome)
{
	if (outcome->end > EMULATE_END_LAST || outcome->why > EMULATE_WHY_LAST ||
	    outcome->condition_count > EMULATE_CONDITIONS ||
	    outcome->release_count > EMULATE_RELEASES)
		return false;
	for (uint32_t i = 0; i < outcome->condition_count; i++) {
		if (outcome->conditions[i].size > 8 || outcome->conditions[i].code_size > 16)
			return false;
	}
	for (uint32_t i = 0; i < outcome->release_count; i++) {
		if (outcome->releases[i].watch >= EMULATE_WATCHES)
			return false;
	}
	return true;
}

int answer_take(const struct wire_message *in, struct emulate_outcome *ret)
{
	struct emulate_outcome outcome;

	if (in->head.operation != WIRE_ANSWER || in->head.size != sizeof(outcome))
		return -EBADMSG;
	memcpy(&outcome, in->payload, sizeof(outcome));
	if (in->head.result < 0)
		return in->head.result == -ENOTCONN ? -ENOTCONN : -EBADMSG;
	if (!is_sound(&outcome))
		return -EBADMSG;
	*ret = outcome;
	return 0;
}

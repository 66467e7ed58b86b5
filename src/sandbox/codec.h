/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers as bytes and back. What comes back is checked as if an attacker had written it: he may
 * have taken the worker over.
 */
#ifndef LEAKHOP_SANDBOX_CODEC_H
#define LEAKHOP_SANDBOX_CODEC_H

#include "binary/binary.h"

/* Writes names to buffer; what does not fit is left out. Returns the size. */
size_t codec_put_names(const struct address_names *names, uint8_t *buffer, size_t size);

/* *ret_names is released with address_names_free(). Returns 0, -EBADMSG, -ENOMEM. */
int codec_get_names(const uint8_t *bytes, size_t size, struct address_names **ret_names);

/* *ret_rule is released with free(). Returns 0, -EBADMSG, -ENOMEM. */
int codec_get_rule(const uint8_t *bytes, size_t size, struct stack_rule **ret_rule);

/* Returns 0 or -EBADMSG. */
int codec_get_description(const uint8_t *bytes, size_t size, struct binary_description *ret);

#endif

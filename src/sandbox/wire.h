/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes over the socket between leakhop and a worker: messages of a head and up to
 * WIRE_PAYLOAD_MAX bytes, with a descriptor or without. Neither side believes the other.
 */
#ifndef LEAKHOP_SANDBOX_WIRE_H
#define LEAKHOP_SANDBOX_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define WIRE_PAYLOAD_MAX ((size_t)160 * 1024)

enum wire_operation {
	/* to the worker; an answer comes to all but the last */
	WIRE_DESCRIBE = 1, /* descriptor -> struct binary_description */
	WIRE_OPEN,	   /* number, descriptor, path */
	WIRE_RULE,	   /* number, address -> struct stack_rule */
	WIRE_NAMES,	   /* number, address -> names: codec.h */
	WIRE_LAYOUT,	   /* descriptor, prefix and names -> int32_t each */
	WIRE_CLOSE,	   /* number */
	/* to the reader; an answer comes to all */
	WIRE_TRY,	 /* number: tid; address: look for userfaultfd -> result 1: it has one */
	WIRE_DEVICES,	 /* number: tid -> dev_t each */
	WIRE_READ,	 /* struct reader_read -> bytes */
	WIRE_OPEN_MAP,	 /* struct reader_open, path -> descriptor */
	WIRE_OPEN_BELOW, /* address: flags; root, path -> descriptor */
	WIRE_OPEN_NET,	 /* number: tid -> descriptor */
	WIRE_PREAD,	 /* descriptor, address: offset, number: size -> bytes */
	/* to the emulator; an answer comes */
	WIRE_EMULATE, /* struct emulate_question -> struct emulate_outcome */
	WIRE_PAGE,    /* from it, address -> bytes, WIRE_WRITABLE */
	/* to the spawner; an answer comes to it */
	WIRE_SPAWN, /* number: enum worker_role; address: of the question; descriptor: its socket
		       -> number: pid; address: the same; pidfd */
	/* from the worker */
	WIRE_LISTENER,	 /* descriptor: of its notifications; before all else, or never */
	WIRE_ANSWER,	 /* result; WIRE_EXHAUSTED */
	WIRE_FIND_DEBUG, /* number, address: the attempt; name, '\0', build-id */
	/* to the worker again */
	WIRE_FOUND, /* result, descriptor */
};

/* In flags: most of the memory that the worker may have is used. */
#define WIRE_EXHAUSTED 1

struct wire_head {
	uint32_t operation;
	int32_t result; /* 0 or a negative errno */
	uint64_t number;
	uint64_t address;
	uint32_t flags;
	uint32_t size; /* of the payload */
};

struct wire_message {
	struct wire_head head;
	int fd; /* the receiver's to close; -1: none */
	uint8_t payload[WIRE_PAYLOAD_MAX];
};

/* Sends a message; fd -1: none. Returns 0 or a negative errno; -EAGAIN where it would block. */
int wire_send(int socket, const struct wire_head *head, const void *payload, int fd);

/*
 * Receives one; flags as of recv(2). Returns 0; -ECONNRESET at the end; -EBADMSG for what is no
 * message.
 */
int wire_receive(int socket, int flags, struct wire_message *message);

#endif

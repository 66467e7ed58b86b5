// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that wait in code that finds its frame by the frame pointer: to be built with those. Of the registers nothing
 * but pc and stack pointer can be known without BPF, and their stacks hold what earlier calls of the same function have
 * left, from deeper and from elsewhere.
 */
#include "fixture.h"

#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* In line: the wait's own frame is one with a pointer, as in a C library that is built so. */
static inline long wait_for_signal(void)
{
#if defined(__x86_64__)
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "0"((long)SYS_pause) : "rcx", "r11", "memory");
	return result;
#else
	return syscall(SYS_ppoll, NULL, 0, NULL, NULL);
#endif
}

/* Room that is not written to keeps what was there. */
FRAME void wait_here(const char *name)
{
	volatile char room[900] __attribute__((unused));

	room[0] = 0;
	if (!name)
		return;
	fixture_ready(name);
	wait_for_signal(); /* @block plain */
	fixture_came_back(name);
}

FRAME void shallow(const char *name)
{
	wait_here(name);
	__asm__ volatile("");
}

FRAME void deep(const char *name)
{
	volatile char room[200] __attribute__((unused));

	room[0] = 1;
	wait_here(name);
	room[1] = 2;
}

FRAME void deeper(const char *name)
{
	volatile char room[300] __attribute__((unused));

	room[0] = 1;
	deep(name);
	room[1] = 2;
}

/* A call before from deeper, of the same function, which came back. */
FRAME void *stale(void *name)
{
	deeper(NULL);
	deep(NULL);
	shallow(name);
	return name;
}

FRAME void down(int times, const char *name)
{
	volatile char room[100] __attribute__((unused));

	room[0] = (char)times;
	if (times)
		down(times - 1, name);
	else
		wait_here(name);
	room[1] = 1;
}

FRAME void *recursion(void *name)
{
	down(9, NULL);
	down(6, NULL);
	down(2, name);
	return name;
}

/* The last call of a function is a jump. */
FRAME void by_jump(const char *name)
{
	wait_here(name);
}

FRAME void *tail(void *name)
{
	deeper(NULL);
	by_jump(name);
	__asm__ volatile("");
	return name;
}

/* Between a frame with a pointer and the next one, code that has the register for itself. */
#if defined(__x86_64__)
__attribute__((optimize("omit-frame-pointer")))
#endif
FRAME void without(const char *name)
{
	wait_here(name);
	__asm__ volatile("");
}

FRAME void *between(void *name)
{
	deeper(NULL);
	without(name);
	__asm__ volatile("");
	return name;
}

/* Frames whose size is known only as they are made. */
FRAME void *sized(void *name)
{
	size_t size = strlen(name) * 40;
	volatile char *room = __builtin_alloca(size);

	deeper(NULL);
	room[size - 1] = 1;
	shallow(name);
	room[0] = 1;
	return name;
}

int main(int argc, char **argv)
{
	static void *(*const ways[])(void *) = { stale, recursion, tail, between, sized };
	static const char *const names[] = { "stale", "recursion", "tail", "between", "sized" };
	pthread_t thread;
	size_t i;

	fixture_init(argc, argv);
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		pthread_create(&thread, NULL, ways[i], (void *)names[i]);
	shallow("plain");
}

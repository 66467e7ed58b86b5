/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two questions share: forward.c, forward_doorbell.c, forward_holders.c,
 * forward_semaphores.c, forward_threads.c, forward_wakers.c. Private to these.
 */
#ifndef LEAKHOP_OBSERVE_FORWARD_PRIVATE_H
#define LEAKHOP_OBSERVE_FORWARD_PRIVATE_H

#include "observe/forward_question.h"
#include "observe/observer.h"
#include "runtimes/python/python.h"

#define FORWARD_SITES 64

/* What those at one place and object said, one after the other, all the same. */
struct forward_site {
	pid_t pid;
	uint32_t user_stack;
	uint64_t object; /* 0: wherever they wait, nothing was known of them */
	unsigned alike;
	uint64_t flags;
	char condition[sizeof(((struct lc_wait *)NULL)->condition)];
	char run[sizeof(((struct lc_wait *)NULL)->run)];
};

/* One pass over all threads. */
struct asking {
	struct observer *observer;
	struct forward_process process; /* of the thread asked last; task.pid 0: none */
	uint64_t begun;
	struct forward_site sites[FORWARD_SITES]; /* the oldest is replaced */
	size_t site_count;
	/* The process whose semaphores were asked about last, and until when they may be. */
	pid_t semaphores_of;
	uint64_t semaphores_until;
	struct python_thread
		python; /* the thread asked about last; count 0: it is none of Python */
};

/*
 * forward_threads.c. It sleeps, and its wait was read twice: so it can be asked.
 */
bool forward_stands(const struct lc_thread *thread);

/* In nanosleep() and its like. */
bool forward_sleeps(const struct lc_thread *thread);

/* What its call gives may decide what comes next. Of a futex and of a sleep the result is known. */
bool forward_has_other_results(const struct lc_thread *thread);

/* From so many on with one stack, of whom all said the same, the others are taken to be so, too. */
#define FORWARD_ALIKE 4
#define FORWARD_STACKS 64

struct forward_stacks {
	struct {
		uint32_t stack;
		unsigned threads;
	} list[FORWARD_STACKS];
	size_t count;
};

/* The count for that stack, which is the caller's to change; NULL: it has none, or no room. */
unsigned *forward_count_at(struct forward_stacks *stacks, uint32_t stack);

/* Makes that process the one that is asked. False: it cannot be read. */
bool forward_take_process(struct asking *asking, pid_t pid);

/* It stands where it stood when its registers were taken. */
bool forward_stood_still(const struct asking *asking, const struct lc_thread *thread);

/* Is there time left for another question? */
bool forward_has_time(const struct observer *observer);

/* "jobs+8"; without symbols "prog+0x4060", or its number. */
void forward_name_address(const struct asking *asking, uint64_t address, char *buffer, size_t size);

/*
 * Of locks that record no holder: who of the threads would release it. They become the owners of
 * the waits for it.
 */
void forward_find_holders(struct asking *asking);
/* It waits for a lock that records nobody, and it is not known yet who has it. */
bool forward_wants_holders(const struct lc_thread *thread);

/* forward_semaphores.c: of sem_t, or std::counting_semaphore, if it is one. */
bool forward_is_semaphore(const struct lc_wait *wait);
struct emulate_watch forward_semaphore_watch(const struct lc_wait *wait);

/* Where forward_frees_question() has not: as if it had been posted. */
void forward_post_counter(const struct lc_wait *wait, struct emulate_question *question);

/* Its waiter would post it again, having it: it is a lock. The process is taken already. */
bool forward_gives_back(struct asking *asking, const struct lc_thread *thread);

/*
 * forward_doorbell.c: waits in poll(), epoll_wait(), select() or read() for nothing but pipes,
 * eventfds and Unix sockets that only its own process can write to, and without a time-out.
 */
bool forward_is_doorbell(const struct lc_thread *thread);

/*
 * Would it go on? Conditions are set only where it is certain what they mean; where it could not be
 * asked, all is 0. Returns 0, or what the emulator says of itself.
 */
int forward_ask_doorbell(struct asking *asking, const struct lc_thread *thread,
			 struct emulate_outcome *ret);

/*
 * forward_python.c: of a thread that waits for a lock of Python the question is asked of its own
 * code, which is data. Returns whether it is one, and where it stands is known: then in *python.
 */
bool forward_python_note(const struct forward_process *process, const struct lc_thread *thread,
			 struct python_thread *python, struct emulate_question *question);

/* "the test at worker.py:12, in work". */
void forward_python_test(const struct asking *asking, uint64_t test, char *buffer, size_t size);

/* In what a thread waits for a lock of Python. */
struct python_wait forward_python_wait(const struct forward_process *process,
				       const struct lc_wait *wait);

/* Is that for the end of this thread, of Python? */
bool forward_python_joins(const struct forward_process *process, const struct lc_thread *thread,
			  const struct python_wait *wait);

/*
 * forward_wakers.c: who of the threads that stand is between the change of that condition and its
 * signal. Returns the thread; 0: none. *ret_known: it surely is; else that is not known of it.
 */
pid_t forward_find_waker(struct asking *asking, const struct lc_thread *waiter,
			 const struct emulate_outcome *condition, bool *ret_known);

#endif

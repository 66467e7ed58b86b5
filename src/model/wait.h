/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a blocked thread waits for, who holds it, and who could release it: plain data without
 * pointers, as src/wait fills it in and the wait-for graph reads it.
 *
 * Lists are bounded; their *_total tells how many there were. Only the first owner_count and
 * member_count elements are set, and both lists stand at the end, so that a copy may leave out what
 * is unused. Times: ns of CLOCK_MONOTONIC, 0 = not known.
 */
#ifndef LEAKHOP_MODEL_WAIT_H
#define LEAKHOP_MODEL_WAIT_H

#include "model/types.h"

#define LC_WAIT_OWNERS 16
#define LC_WAIT_MEMBERS 8
#define LC_WAIT_OBJECT 160

enum lc_wait_kind {
	LC_WAIT_UNKNOWN, /* must stay 0 */
	/* futexes */
	LC_WAIT_MUTEX,
	LC_WAIT_INTERNAL_LOCK, /* one word, of a C library itself: malloc, stdio */
	LC_WAIT_RWLOCK,
	LC_WAIT_CONDITION,
	LC_WAIT_SEMAPHORE,
	LC_WAIT_BARRIER,
	LC_WAIT_JOIN,
	LC_WAIT_ONCE,
	LC_WAIT_FUTURE,
	LC_WAIT_ATOMIC, /* std::atomic::wait, latch */
	LC_WAIT_PARK,	/* a thread that another one wakes by name: Rust, Java, parking_lot */
	LC_WAIT_GO,	/* a thread of the Go runtime */
	LC_WAIT_GIL,
	LC_WAIT_FUTEX, /* the protocol of the word is not known */
	/* descriptors */
	LC_WAIT_PIPE,
	LC_WAIT_FIFO,
	LC_WAIT_UNIX,
	LC_WAIT_TCP,
	LC_WAIT_UDP,
	LC_WAIT_NETLINK,
	LC_WAIT_SOCKET, /* of another family */
	LC_WAIT_EVENTFD,
	LC_WAIT_TIMERFD,
	LC_WAIT_SIGNALFD,
	LC_WAIT_INOTIFY,
	LC_WAIT_PIDFD,
	LC_WAIT_USERFAULTFD,
	LC_WAIT_FUSE,
	LC_WAIT_NFS,
	LC_WAIT_TTY,
	LC_WAIT_FILE, /* a file or device of any other kind */
	LC_WAIT_FILE_LOCK,
	LC_WAIT_EPOLL,
	LC_WAIT_POLL, /* also select */
	LC_WAIT_IO_URING,
	/* processes */
	LC_WAIT_CHILD,
	LC_WAIT_VFORK,
	LC_WAIT_TRACER,
	LC_WAIT_STOPPED, /* job control */
	LC_WAIT_FROZEN,	 /* by its cgroup */
	/* others */
	LC_WAIT_SLEEP,
	LC_WAIT_SIGNAL,
	LC_WAIT_SYSV_SEMAPHORE,
	LC_WAIT_SYSV_QUEUE,
	LC_WAIT_POSIX_QUEUE,
	LC_WAIT_KERNEL,	    /* state D, or a place in the kernel that nothing above explains */
	LC_WAIT_SUPERVISOR, /* who listens to its seccomp filter has not answered yet
			       (seccomp_unotify(2)) */
	LC_WAIT_KIND_COUNT
};

enum lc_wait_direction {
	LC_WAIT_NO_DIRECTION,
	LC_WAIT_READ, /* also receive */
	LC_WAIT_WRITE,
	LC_WAIT_ACCEPT,
	LC_WAIT_CONNECT,
	LC_WAIT_LOCK,
	LC_WAIT_LOCK_SHARED,
	LC_WAIT_OPEN,
	LC_WAIT_EVENT, /* any event */
};

/* What of the futexes can be told to have been signalled, to see what the waiter would do then. */
enum lc_wait_protocol {
	LC_WAIT_OTHER_PROTOCOL,
	LC_WAIT_GLIBC_CONDITION,
	LC_WAIT_GLIBC_SEMAPHORE,
	LC_WAIT_PYTHON_LOCK, /* the same, of CPython's _thread.lock */
	LC_WAIT_RUST_CONDITION,
	LC_WAIT_RUST_PARK,
	LC_WAIT_PARKING_LOT_PARK,
	LC_WAIT_PLAIN_WORD, /* the word is the program's own */
	/* locks */
	LC_WAIT_GLIBC_MUTEX,
	LC_WAIT_GLIBC_RWLOCK,
	LC_WAIT_RUST_MUTEX,
	LC_WAIT_RUST_RWLOCK,
	LC_WAIT_PROTOCOL_LAST = LC_WAIT_RUST_RWLOCK
};

/* Of what is no word, where it is tested: "the test at worker.py:12, in work". */
#define LC_WAIT_TEST_AT "the test at "

/* Which numbers the rest of a key is made of. */
enum lc_wait_space {
	LC_WAIT_SPACE_NONE,    /* no identity: equal to nothing, not even itself */
	LC_WAIT_SPACE_PRIVATE, /* scope: pid, object: address */
	LC_WAIT_SPACE_SHARED,  /* scope: device, object: inode, part: offset */
	LC_WAIT_SPACE_PIPE,    /* object: inode */
	LC_WAIT_SPACE_SOCKET,  /* object: inode of the waiter's socket */
	LC_WAIT_SPACE_FILE,    /* scope: device, object: inode */
	LC_WAIT_SPACE_LOCK,    /* scope: device, object: inode, part: first byte locked */
	LC_WAIT_SPACE_EVENTFD, /* object: eventfd-id */
	LC_WAIT_SPACE_FD,      /* scope: pid, object: fd; anonymous inodes */
	LC_WAIT_SPACE_PROCESS, /* scope: pid of the waiter, object: which child or 0 */
	LC_WAIT_SPACE_SYSV,    /* scope: 1 semaphores 2 messages, object: id, part: IPC namespace */
	LC_WAIT_SPACE_CGROUP,  /* object: inode of the cgroup's folder */
	LC_WAIT_SPACE_KERNEL,  /* object: address of a lock of the kernel */
};

/*
 * Identity of the thing: equal for the same thing in all processes. No padding: memcmp() compares.
 */
struct lc_wait_key {
	uint32_t space; /* enum lc_wait_space */
	uint32_t scope;
	uint64_t object;
	uint64_t part;
};

enum lc_wait_role {
	LC_WAIT_HOLDER,	   /* of a lock; releases by unlocking */
	LC_WAIT_JOINEE,	   /* a thread; releases by ending */
	LC_WAIT_OTHER_END, /* releases by reading, writing or closing */
	LC_WAIT_PEER,	   /* of a socket */
	LC_WAIT_LISTENER,
	LC_WAIT_SAME_OBJECT, /* has the same eventfd, queue or tty */
	LC_WAIT_CHILD_PROCESS,
	LC_WAIT_TRACER_PROCESS,
	LC_WAIT_LAST_USER, /* did the last operation on it: a hint */
	LC_WAIT_MASTER,	   /* of a pseudo-terminal */
	LC_WAIT_RUNNER,	   /* of an initialiser; releases by ending that */
	LC_WAIT_AWAITED,   /* a process, by pidfd; releases by ending */
};

/* tid is 0 where any thread of the process could do it. */
struct lc_wait_owner {
	pid_t pid;
	pid_t tid;
	pid_t ns_tid; /* as the object has it, 0: no other number */
	int32_t fd;   /* by which it holds the object; -1: none */
	uint8_t role; /* enum lc_wait_role */
	char state;   /* as in /proc/PID/stat; 0: not known */
	char comm[LC_COMM_LEN];
	uint64_t start_time; /* ns since boot, to the tick; 0: not known */
};

enum lc_wait_recorded {
	LC_WAIT_NOT_RECORDED, /* this kind does not note an owner */
	LC_WAIT_RECORDED,     /* owners[] are all, up to owner_total */
	LC_WAIT_DEAD,	      /* recorded, but there is no such task: owners[0].ns_tid */
	LC_WAIT_NOBODY,	    /* there is none: nobody holds it, no child, nobody has the other end */
	LC_WAIT_UNREADABLE, /* there may be one, but it could not be read: see unreadable */
	LC_WAIT_OUTSIDE,    /* in another host, another namespace, or hardware */
};

/* Evidence. What is not set is either not so or could not be seen. */
#define LC_WAIT_VALUE_DIFFERS (1ull << 0) /* from the one slept on: a hint */
#define LC_WAIT_OBJECT_FREE (1ull << 1)	  /* by the object's own rule, and still asleep */
#define LC_WAIT_OWNER_GONE (1ull << 2)	  /* a recorded owner has no task */
#define LC_WAIT_OWNER_ELSEWHERE \
	(1ull << 3)			  /* in another process, though not process-shared: fork */
#define LC_WAIT_OWNER_SELF (1ull << 4)	  /* the waiter holds it itself */
#define LC_WAIT_LOST_WAKEUP (1ull << 5)	  /* a condition variable that has let this one go */
#define LC_WAIT_OLD_CONDITION (1ull << 6) /* glibc's layout that has bug 25847 */
#define LC_WAIT_PROCESS_SHARED (1ull << 7)
#define LC_WAIT_ROBUST (1ull << 8)
#define LC_WAIT_DESTROYED (1ull << 9)
#define LC_WAIT_DISAGREE (1ull << 10) /* the stack's names and the bytes: kind is FUTEX */
#define LC_WAIT_OWN_PROCESS                                                                       \
	(1ull << 11)			 /* every holder of the other end is the waiter's process \
					  */
#define LC_WAIT_OWN_THREAD (1ull << 12)	 /* and that has one thread only */
#define LC_WAIT_CLOSED (1ull << 13)	 /* the other end was closed or shut down */
#define LC_WAIT_NEVER_FIRES (1ull << 14) /* disarmed timer, set that nothing can wake */
#define LC_WAIT_CAN_FIRE (1ull << 15)	 /* a member of the set can still be made ready */
#define LC_WAIT_SIGNAL_HANDLER (1ull << 16) /* the process catches signals */
#define LC_WAIT_UNREAD (1ull << 17)	    /* the waiter's own queue holds data or connections */
#define LC_WAIT_PEER_UNREAD (1ull << 18)    /* the peer's queue holds ours */
#define LC_WAIT_UNACKNOWLEDGED (1ull << 19)
#define LC_WAIT_RETRANSMITS (1ull << 20)
#define LC_WAIT_ZERO_WINDOW (1ull << 21)
#define LC_WAIT_PEER_UNHELD (1ull << 22) /* no process has the peer's socket */
#define LC_WAIT_NOT_ACCEPTED (1ull << 23)
#define LC_WAIT_BACKLOG_FULL (1ull << 24)
#define LC_WAIT_PEER_HERE (1ull << 25) /* the peer is a socket of this host */
#define LC_WAIT_CLIENT (1ull << 26)    /* this end connected */
#define LC_WAIT_SERVER (1ull << 27)    /* this end accepted */
#define LC_WAIT_SPOKE_LAST (1ull << 28)
#define LC_WAIT_HEARD_LAST (1ull << 29)
#define LC_WAIT_NEVER_HEARD (1ull << 30)
#define LC_WAIT_NEVER_SPOKE (1ull << 31)
#define LC_WAIT_INCOMPLETE (1ull << 32)	  /* some holders may be missing from owners[] */
#define LC_WAIT_RESTARTED (1ull << 33)	  /* the call was interrupted by a stop and resumed */
#define LC_WAIT_ALL_BLOCKED (1ull << 35)  /* sigwait: the process blocks or ignores all others */
#define LC_WAIT_PENDING (1ull << 36)	  /* a signal or message is there, and does not fit */
#define LC_WAIT_LOCK_WAITERS (1ull << 37) /* the holder named has itself to wait: a queue */
#define LC_WAIT_32_BIT (1ull << 50)	  /* in a 32-bit program, whose objects are not read */
/*
 * The lock's own code waits with a time-out, looks, and waits again until it has the lock: the
 * time-out ends nothing.
 */
#define LC_WAIT_LOOKS_AGAIN (1ull << 38)
/*
 * Let go, and nobody is on the way to wake it: all threads of its process stood still, or have run
 * since.
 */
#define LC_WAIT_NO_WAKER (1ull << 39)

/*
 * Any other thread of its process could release it, and nobody else: a futex of this address space,
 * without a time-out, in a process that catches no signal from outside (CPython: but SIGINT, with
 * LC_WAIT_SIGNAL_HANDLER). lc_wait.threads is how many there are.
 */
#define LC_WAIT_ANY_THREAD (1ull << 40)
/*
 * The function that takes the lock is on the stack twice: the waiter's signal handler interrupted
 * it.
 */
#define LC_WAIT_INTERRUPTED_SELF (1ull << 41)
#define LC_WAIT_TAKER_GONE \
	(1ull << 43) /* who took the file lock has ended; its open file lives on */
#define LC_WAIT_OPENS_TO_WRITE (1ull << 42) /* a FIFO; without it, to read */

/*
 * What the waiter's own code said when it was run forward (src/emulate), and a second time at least
 * a second later, when neither it nor its object nor what it tests had changed.
 */
#define LC_WAIT_ASKED (1ull << 44)
#define LC_WAIT_SLEEPS_AGAIN (1ull << 45) /* woken now, it would: its condition is not so */
#define LC_WAIT_GOES_ON (1ull << 46)	  /* its condition is so */
#define LC_WAIT_GOES_ON_STILL (1ull << 47)
#define LC_WAIT_HOLDERS_RUN \
	(1ull << 48) /* owners are who would release it, by their own code; it records none */
/* All threads of the process were run forward, each to its end, and none would release it. */
#define LC_WAIT_NEVER_UNLOCKED (1ull << 49)
/* A thread of the Go runtime that asks for the goroutines that wait for descriptors. */
#define LC_WAIT_GO_POLLER (1ull << 51)
/* A language runtime's own thread, which waits for work of the runtime. */
#define LC_WAIT_RUNTIME_OWN (1ull << 52)

/*
 * GOES_ON: a thread of its process that sleeps comes to wake it, as its own code says, or may. It
 * is lc_wait.waker, where that is known.
 */
#define LC_WAIT_WAKER_ASLEEP (1ull << 54)

/* Of a semaphore: it was asked whether it is a lock, and who holds it. */
#define LC_WAIT_HOLDERS_ASKED (1ull << 53)

/*
 * What says that the waiter may go on; between the word's change and the wake-up this is so in
 * health, too.
 */
#define LC_WAIT_LET_GO (LC_WAIT_OBJECT_FREE | LC_WAIT_LOST_WAKEUP)

/* What the kernel counts of a TCP connection. */
struct lc_wait_tcp {
	bool known;    /* the counters behind it are set; queues are set in any case */
	uint8_t state; /* as TCP_ESTABLISHED of netinet/tcp.h */
	uint8_t retransmits;
	uint8_t backoff;
	uint32_t receive_queue, send_queue;
	uint32_t peer_receive_queue; /* where the peer is here */
	uint32_t unacknowledged;
	uint32_t sent_ms_ago, received_ms_ago;
	uint64_t bytes_sent, bytes_received;
};

/* A member of an epoll or poll set. */
struct lc_wait_member {
	int32_t fd;
	uint16_t events; /* asked for, as of poll.h */
	uint8_t kind;	 /* enum lc_wait_kind */
	bool can_fire;	 /* someone or something could still make it ready */
	uint64_t flags;	 /* LC_WAIT_* evidence */
	struct lc_wait_key key;
	char object[56];
};

struct lc_wait {
	enum lc_wait_kind kind;
	enum lc_wait_kind
		via; /* EPOLL or POLL: a set of one member, which kind tells of; else UNKNOWN */
	enum lc_wait_direction direction;
	enum lc_wait_recorded recorded;
	struct lc_wait_key key;
	struct lc_wait_key mutex; /* CONDITION: of its mutex, where found */
	uint64_t peer; /* TCP: a hash of the other end's address, the same in all connections to it;
			  0: none */
	uint64_t flags;
	int32_t fd; /* -1: none */
	bool has_value;
	bool has_timeout;
	uint64_t expected, value; /* of a futex word; valid if has_value */
	uint64_t ends_at;	  /* valid if has_timeout; 0: not known when */
	uint64_t position;	  /* CONDITION: number of this waiter in it; GIL: how often it has
				     gone to another thread */
	uint32_t readers;	  /* RWLOCK: that hold it; BARRIER: arrived */
	uint32_t limit;		  /* BARRIER: needed; listen queue: backlog */
	uint32_t threads;	  /* of the waiter's process; valid with LC_WAIT_ANY_THREAD */
	pid_t waker;		  /* valid with LC_WAIT_WAKER_ASLEEP; 0: not known who */
	enum lc_wait_protocol protocol; /* known while the thread lives */
	struct lc_wait_tcp tcp;
	char op[24];		     /* name of the call or operation */
	char object[LC_WAIT_OBJECT]; /* for people; hostile bytes are possible in names */
	char kernel_function[48];    /* where it sleeps in the kernel; "" not known */
	char unreadable[120];	     /* what could not be read; "" nothing */
	/* What its code tests, and the value: "jobs+8 (0)"; or LC_WAIT_TEST_AT; "" not known. */
	char condition[160];
	char run[200];	   /* what came of running it forward; "" it was not */
	char address[160]; /* that nobody else has it; "" somebody has, or it was not asked */
	uint32_t owner_count, owner_total;
	uint32_t member_count, member_total;
	struct lc_wait_owner owners[LC_WAIT_OWNERS];
	struct lc_wait_member members[LC_WAIT_MEMBERS];
};

/* A time-out that ends the wait, and not only one round of it. */
static inline bool lc_wait_ends_by_itself(const struct lc_wait *wait)
{
	return wait->has_timeout && !(wait->flags & LC_WAIT_LOOKS_AGAIN);
}

/* May a time end it, also by a timer in its set? Of a set that is not known in full, it may. */
static inline bool lc_wait_has_timer(const struct lc_wait *wait)
{
	if (wait->has_timeout || wait->kind == LC_WAIT_TIMERFD ||
	    (wait->via == LC_WAIT_UNKNOWN && wait->member_count < wait->member_total))
		return true;
	for (uint32_t i = 0; i < wait->member_count; i++) {
		if (wait->members[i].kind == LC_WAIT_TIMERFD)
			return true;
	}
	return false;
}

/* Of a thread of Go's scheduler: it waits for whatever goroutine can run, and for nobody else. */
static inline bool lc_wait_is_go_scheduler(const struct lc_wait *wait)
{
	return wait->kind == LC_WAIT_GO || wait->flags & LC_WAIT_GO_POLLER;
}

/* "pipe", "condition variable"; never NULL. */
const char *lc_wait_kind_name(enum lc_wait_kind kind);

/* "read", "lock"; "" for none. */
const char *lc_wait_direction_name(enum lc_wait_direction direction);

/* "holder", "other end". */
const char *lc_wait_role_name(enum lc_wait_role role);

#endif

# SPDX-License-Identifier: GPL-2.0-only
"""Units of generated C programs: each a few threads or processes with a known truth.

A unit is a class with a name, whether it is sick, and text: code (globals and functions, all named u<N>_...),
early (statements that run while the process has one thread: forks), late (statements after that). Times in us.
"""
import random

PREAMBLE = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#define FRAME __attribute__((noinline, noipa))
static pthread_t start(void *(*f)(void *), void *a)
{
	pthread_attr_t t;
	pthread_t p;
	pthread_attr_init(&t);
	pthread_attr_setstacksize(&t, 128 << 10);
	if (pthread_create(&p, &t, f, a)) abort();
	return p;
}
static void hold(unsigned *s, unsigned from, unsigned to) { usleep(from + rand_r(s) % (to - from + 1)); }
static void announce(const char *word)
{
	char b[64];
	int n = snprintf(b, sizeof(b), "%s %d\n", word, getpid());
	if (write(1, b, n) != n) abort();
}
static pid_t child(void)
{
	pid_t p = fork();
	if (p < 0) abort();
	if (!p) { prctl(PR_SET_PDEATHSIG, SIGKILL); announce("PID"); }
	return p;
}
static int scratch(void)
{
	char p[] = "/tmp/truth.XXXXXX";
	int fd = mkstemp(p);
	if (fd < 0) abort();
	unlink(p);
	return fd;
}
static int reopen(int file)
{
	char p[64];
	int fd;
	snprintf(p, sizeof(p), "/proc/self/fd/%d", file);
	fd = open(p, O_RDWR | O_CLOEXEC);
	if (fd < 0) abort();
	return fd;
}
static void *shared_memory(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) abort();
	return p;
}
"""


class Unit:
    sick = False
    alone = False  # needs a process to itself: only those of it could end the wait
    grows = False
    early = late = ""

    def __init__(self, number, rng: random.Random):
        self.n = f"u{number}"
        self.rng = rng
        self.lo = rng.choice([2000, 5000, 15000, 30000])
        self.hi = self.lo + rng.choice([1000, 10000, 30000])
        self.threads = rng.randint(2, 5)
        self.code = ""
        self.make()

    def hold(self):
        return f"hold(&s, {self.lo}, {self.hi})"

    def place(self, ctype, name, init=""):
        """A variable as pointer: in a global, on the heap, inside a larger object. Returns (code, set-up, expression)."""
        kind = self.rng.choice(["global", "heap", "inside"])
        typed = f"typedef {ctype} {name}_t;\n"
        if kind == "global":
            return typed + f"static {name}_t {name}_v; static {name}_t *{name} = &{name}_v;\n", "", name
        if kind == "heap":
            return typed + f"static {name}_t *{name};\n", f"{name} = calloc(1, sizeof(*{name}));\n", name
        pad = self.rng.choice([1, 4, 12, 60, 4000])
        return (typed + f"static struct {{ char pad[{pad}]; {name}_t v; char tail[{pad}]; }} *{name}_o; "
                f"static {name}_t *{name};\n",
                f"{name}_o = calloc(1, sizeof(*{name}_o)); {name} = &{name}_o->v;\n", name)

    def worker(self, body, name="work", before=""):
        """A thread's function, perhaps some frames deep, that repeats body."""
        depth = self.rng.randint(0, 3)
        text = f"static FRAME void {self.n}_{name}_0(unsigned s, void *a) {{ (void)a; {before} for (;;) {{ {body} }} }}\n"
        for i in range(depth):
            text += (f"static FRAME void {self.n}_{name}_{i + 1}(unsigned s, void *a) "
                     f"{{ {self.n}_{name}_{i}(s + 1, a); __asm__ volatile(\"\"); }}\n")
        text += (f"static void *{self.n}_{name}(void *a) "
                 f"{{ {self.n}_{name}_{depth}(7919u * (unsigned)(uintptr_t)&a + getpid(), a); return a; }}\n")
        return text


class Mutex(Unit):
    def make(self):
        n, count = self.n, self.rng.randint(1, 3)
        kind = self.rng.choice(["NORMAL", "RECURSIVE", "ERRORCHECK", "ADAPTIVE_NP"])
        robust = self.rng.random() < .25
        inherit = self.rng.random() < .2
        code, setup, _ = self.place(f"struct {{ pthread_mutex_t m[{count}]; }}", f"{n}_locks")
        body = "unsigned i = rand_r(&s) %% %d, j;\nfor (j = i; j < %d; j++) pthread_mutex_lock(&%s_locks->m[j]);\n" \
               "%s;\nfor (j = %d; j-- > i;) pthread_mutex_unlock(&%s_locks->m[j]);\nusleep(rand_r(&s) %% 2000);" % (
                   count, count, n, self.hold(), count, n)
        self.code = code + self.worker(body)
        self.late = setup + f"""{{ pthread_mutexattr_t t; pthread_mutexattr_init(&t);
pthread_mutexattr_settype(&t, PTHREAD_MUTEX_{kind});
{'pthread_mutexattr_setrobust(&t, PTHREAD_MUTEX_ROBUST);' if robust else ''}
{'pthread_mutexattr_setprotocol(&t, PTHREAD_PRIO_INHERIT);' if inherit else ''}
for (int i = 0; i < {count}; i++) pthread_mutex_init(&{n}_locks->m[i], &t);
for (int i = 0; i < {self.threads}; i++) start({n}_work, NULL); }}
"""


class RWLock(Unit):
    def make(self):
        n = self.n
        code, setup, _ = self.place("pthread_rwlock_t", f"{n}_lock")
        self.code = code + self.worker(
            f"if (rand_r(&s) % 3) pthread_rwlock_rdlock({n}_lock); else pthread_rwlock_wrlock({n}_lock);"
            f"{self.hold()}; pthread_rwlock_unlock({n}_lock); usleep(rand_r(&s) % 3000);")
        self.late = setup + f"pthread_rwlock_init({n}_lock, NULL); for (int i = 0; i < {self.threads}; i++) start({n}_work, NULL);\n"


class Semaphore(Unit):
    def make(self):
        n = self.n
        code, setup, _ = self.place("sem_t", f"{n}_sem")
        self.code = code + self.worker(f"sem_wait({n}_sem); {self.hold()}; sem_post({n}_sem);")
        self.late = setup + f"sem_init({n}_sem, 0, 1); for (int i = 0; i < {self.threads}; i++) start({n}_work, NULL);\n"


class Condition(Unit):
    def make(self):
        n = self.n
        code, setup, _ = self.place("struct { pthread_mutex_t m; pthread_cond_t full, empty; int count; }", f"{n}_q")
        wake = self.rng.choice(["signal", "broadcast"])
        self.code = code + self.worker(
            f"pthread_mutex_lock(&{n}_q->m); while ({n}_q->count == 2) pthread_cond_wait(&{n}_q->empty, &{n}_q->m);"
            f"{n}_q->count++; pthread_cond_{wake}(&{n}_q->full); pthread_mutex_unlock(&{n}_q->m); {self.hold()};", "put")
        self.code += self.worker(
            f"pthread_mutex_lock(&{n}_q->m); while (!{n}_q->count) pthread_cond_wait(&{n}_q->full, &{n}_q->m);"
            f"{n}_q->count--; pthread_cond_{wake}(&{n}_q->empty); pthread_mutex_unlock(&{n}_q->m); {self.hold()};", "get")
        self.late = setup + f"pthread_mutex_init(&{n}_q->m, NULL); pthread_cond_init(&{n}_q->full, NULL); " \
            f"pthread_cond_init(&{n}_q->empty, NULL);\n" \
            f"for (int i = 0; i < {self.threads}; i++) {{ start({n}_put, NULL); start({n}_get, NULL); }}\n"


class Barrier(Unit):
    def make(self):
        n = self.n
        code, setup, _ = self.place("pthread_barrier_t", f"{n}_barrier")
        self.code = code + self.worker(f"{self.hold()}; pthread_barrier_wait({n}_barrier);")
        self.late = setup + f"pthread_barrier_init({n}_barrier, NULL, {self.threads}); " \
            f"for (int i = 0; i < {self.threads}; i++) start({n}_work, NULL);\n"


class FileLock(Unit):
    def make(self):
        n = self.n
        take, drop = "flock(fd, LOCK_EX);", "flock(fd, LOCK_UN);"
        posix = self.rng.random() < .5
        if posix:
            take = "l.l_type = F_WRLCK; fcntl(fd, F_SETLKW, &l);"
            drop = "l.l_type = F_UNLCK; fcntl(fd, F_SETLK, &l);"
        self.code = f"static int {n}_file;\n" + self.worker(
            f"{take} {self.hold()}; {drop} usleep(rand_r(&s) % 3000);",
            before=f"int fd = reopen({n}_file); struct flock l = {{ .l_whence = SEEK_SET, .l_len = 9 }}; (void)l;")
        self.early = f"{n}_file = scratch(); for (int i = 0; i < 2; i++) if (!child()) {n}_work(NULL);\n"
        if not posix:
            self.late = f"for (int i = 0; i < {self.threads}; i++) start({n}_work, NULL);\n"


class Pipe(Unit):
    def make(self):
        n, full = self.n, self.rng.random() < .5
        slow = f"{self.hold()};"
        self.code = f"static int {n}_p[2];\n" + self.worker(
            f"static char b[4096]; {'' if full else slow} if (write({n}_p[1], b, {4096 if full else 1}) < 0) abort();", "put")
        self.code += self.worker(f"char b[4096]; {slow if full else ''} if (read({n}_p[0], b, sizeof(b)) < 0) abort();", "get")
        self.early = f"if (pipe2({n}_p, O_CLOEXEC)) abort();\n"
        if self.rng.random() < .5:
            self.early += f"if (!child()) {{ close({n}_p[0]); {n}_put(NULL); }}\nclose({n}_p[1]);\n"
        else:
            self.late = f"start({n}_put, NULL);\n"
        self.late += f"start({n}_get, NULL);\n"


class Request(Unit):
    """A server that is asked and answers, over a pair of sockets or two pipes, in another process or in this one."""

    def make(self):
        n = self.n
        self.code = f"static int {n}_to[2], {n}_from[2];\n" + self.worker(
            f"char b; if (read({n}_to[0], &b, 1) != 1) _exit(0); {self.hold()}; if (write({n}_from[1], &b, 1) != 1) _exit(0);",
            "serve")
        self.code += self.worker(
            f"char b = 1; if (write({n}_to[1], &b, 1) != 1 || read({n}_from[0], &b, 1) != 1) abort(); usleep(rand_r(&s) % 2000);",
            "ask")
        if self.rng.random() < .5:
            self.early = f"if (pipe2({n}_to, O_CLOEXEC) || pipe2({n}_from, O_CLOEXEC)) abort();\n"
            closes = f"close({n}_to[1]); close({n}_from[0]);"
            after = f"close({n}_to[0]); close({n}_from[1]);"
        else:
            self.early = f"{{ int v[2]; if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, v)) abort();\n" \
                f"{n}_to[1] = {n}_from[0] = v[0]; {n}_to[0] = {n}_from[1] = v[1]; }}\n"
            closes = f"close({n}_to[1]);"
            after = f"close({n}_to[0]);"
        if self.rng.random() < .6:
            self.early += f"if (!child()) {{ {closes} {n}_serve(NULL); }}\n{after}\n"
        else:
            self.late = f"start({n}_serve, NULL);\n"
        self.late += f"start({n}_ask, NULL);\n"


class EventFd(Unit):
    def make(self):
        n = self.n
        polls = self.rng.random() < .5
        wait = f"struct pollfd p = {{ {n}_fd, POLLIN, 0 }}; poll(&p, 1, -1);" if polls else ""
        self.code = f"static int {n}_fd;\n" + self.worker(f"eventfd_t v; {wait} eventfd_read({n}_fd, &v);", "wait")
        self.code += self.worker(f"{self.hold()}; eventfd_write({n}_fd, 1);", "wake")
        self.late = f"{n}_fd = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE); " \
            f"start({n}_wait, NULL); start({n}_wait, NULL); start({n}_wake, NULL);\n"


class Join(Unit):
    """Threads that take a lock and end, joined in turn: numbers of owners that have ended are about."""

    def make(self):
        n = self.n
        self.code = f"static pthread_mutex_t {n}_lock = PTHREAD_MUTEX_INITIALIZER;\n"
        self.code += f"static FRAME void *{n}_pass(void *a) {{ unsigned s = (unsigned)(uintptr_t)&a; pthread_mutex_lock(&{n}_lock);" \
            f" hold(&s, 500, {self.lo}); pthread_mutex_unlock(&{n}_lock); return a; }}\n"
        self.code += self.worker(
            f"pthread_t t[{self.threads}]; (void)s; for (int i = 0; i < {self.threads}; i++) t[i] = start({n}_pass, NULL);"
            f"for (int i = 0; i < {self.threads}; i++) pthread_join(t[i], NULL);")
        self.late = f"start({n}_work, NULL);\nstart({n}_work, NULL);\n"


class Children(Unit):
    def make(self):
        n = self.n
        self.code = self.worker(f"pid_t p = fork(); if (!p) {{ {self.hold()}; _exit(0); }} waitpid(p, NULL, 0);")
        self.early = f"if (!child()) {n}_work(NULL);\n"


class Between(Unit):
    """A mutex, a condition and a semaphore in memory that processes share."""

    def make(self):
        n = self.n
        self.code = f"static struct {{ pthread_mutex_t m; pthread_cond_t c; sem_t s; int turn; }} *{n}_m;\n" + self.worker(
            f"int me = (int)(intptr_t)a; pthread_mutex_lock(&{n}_m->m);"
            f"while ({n}_m->turn != me) pthread_cond_wait(&{n}_m->c, &{n}_m->m);"
            f"{self.hold()}; {n}_m->turn = (me + 1) % 3; pthread_cond_broadcast(&{n}_m->c); pthread_mutex_unlock(&{n}_m->m);"
            f"sem_wait(&{n}_m->s); {self.hold()}; sem_post(&{n}_m->s);")
        self.early = f"""{n}_m = shared_memory(sizeof(*{n}_m));
{{ pthread_mutexattr_t t; pthread_condattr_t c; pthread_mutexattr_init(&t); pthread_mutexattr_setpshared(&t, 1);
pthread_condattr_init(&c); pthread_condattr_setpshared(&c, 1); pthread_mutex_init(&{n}_m->m, &t);
pthread_cond_init(&{n}_m->c, &c); sem_init(&{n}_m->s, 1, 1); }}
for (intptr_t i = 0; i < 3; i++) if (!child()) {n}_work((void *)i);
"""


class Idle(Unit):
    """Waits that last for ever in good health: a signal, a listener's accept, a worker without work among others with some."""

    def make(self):
        n = self.n
        self.code = self.worker("sigset_t set; (void)s; sigemptyset(&set); sigaddset(&set, SIGUSR2); int got; sigwait(&set, &got);", "sig")
        self.code += self.worker("(void)s; sleep(1000);", "sleep")
        self.code += self.worker("struct sockaddr_storage x = { .ss_family = AF_UNIX }; (void)s;"
                                 "int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);"
                                 "if (bind(fd, (void *)&x, sizeof(sa_family_t)) || listen(fd, 5)) abort(); accept(fd, NULL, NULL);", "accept")
        self.late = f"start({n}_sig, NULL); start({n}_sleep, NULL); start({n}_accept, NULL);\n"


HEALTHY = [Mutex, Mutex, RWLock, Semaphore, Condition, Barrier, FileLock, Pipe, Request, EventFd, Join, Children, Between, Idle]


class Sick(Unit):
    sick = True


class Circle(Sick):
    """Each of some threads has one lock and wants the next one's."""

    def make(self):
        n, count = self.n, self.rng.randint(2, 5)
        code, setup, _ = self.place(f"struct {{ pthread_mutex_t m[{count}]; pthread_barrier_t b; }}", f"{n}_locks")
        self.code = code + f"static FRAME void *{n}_work(void *a) {{ intptr_t i = (intptr_t)a;" \
            f"pthread_mutex_lock(&{n}_locks->m[i]); pthread_barrier_wait(&{n}_locks->b);" \
            f"pthread_mutex_lock(&{n}_locks->m[(i + 1) % {count}]); abort(); return a; }}\n"
        self.late = setup + f"pthread_barrier_init(&{n}_locks->b, NULL, {count});\n" \
            f"for (int i = 0; i < {count}; i++) pthread_mutex_init(&{n}_locks->m[i], NULL);\n" \
            f"for (intptr_t i = 0; i < {count}; i++) start({n}_work, (void *)i);\n"


class Self(Sick):
    def make(self):
        n = self.n
        code, setup, _ = self.place("pthread_mutex_t", f"{n}_lock")
        self.code = code + f"static FRAME void *{n}_work(void *a) {{ pthread_mutex_lock({n}_lock); pthread_mutex_lock({n}_lock); " \
            "abort(); return a; }\n"
        self.late = setup + f"pthread_mutex_init({n}_lock, NULL); start({n}_work, NULL);\n"


class OwnerEnds(Sick):
    def make(self):
        n = self.n
        code, setup, _ = self.place("pthread_mutex_t", f"{n}_lock")
        self.code = code + f"static void *{n}_end(void *a) {{ pthread_mutex_lock({n}_lock); return a; }}\n" \
            f"static FRAME void *{n}_work(void *a) {{ pthread_mutex_lock({n}_lock); abort(); return a; }}\n"
        self.late = setup + f"pthread_mutex_init({n}_lock, NULL); pthread_join(start({n}_end, NULL), NULL);\n" \
            f"for (int i = 0; i < {self.threads}; i++) start({n}_work, NULL);\n"


class Listen(Sick):
    """Two processes that wait for each other's word."""

    def make(self):
        n = self.n
        self.code = f"static int {n}_v[2];\nstatic FRAME void {n}_read(int fd) {{ char b; if (read(fd, &b, 1)) _exit(1); _exit(0); }}\n"
        self.early = f"if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, {n}_v)) abort();\n" \
            f"if (!child()) {{ if (!child()) {{ close({n}_v[0]); {n}_read({n}_v[1]); }} close({n}_v[1]); {n}_read({n}_v[0]); }}\n" \
            f"close({n}_v[0]); close({n}_v[1]);\n"


class OwnPipe(Sick):
    def make(self):
        n = self.n
        self.code = f"static int {n}_v[2];\nstatic FRAME void {n}_read(void) {{ char b; if (read({n}_v[0], &b, 1)) _exit(1); _exit(0); }}\n"
        self.early = f"if (pipe2({n}_v, O_CLOEXEC)) abort();\nif (!child()) {n}_read();\nclose({n}_v[0]); close({n}_v[1]);\n"


class JoinStuck(Sick):
    def make(self):
        n = self.n
        self.code = f"static pthread_mutex_t {n}_lock = PTHREAD_MUTEX_INITIALIZER;\n" \
            f"static FRAME void *{n}_stuck(void *a) {{ pthread_mutex_lock(&{n}_lock); pthread_mutex_lock(&{n}_lock); abort(); return a; }}\n" \
            f"static FRAME void *{n}_join(void *a) {{ pthread_join(start({n}_stuck, NULL), NULL); abort(); return a; }}\n"
        self.late = f"start({n}_join, NULL);\n"


class FileCircle(Sick):
    def make(self):
        n = self.n
        self.code = f"static int {n}_f[2];\nstatic atomic_int *{n}_ready;\n" \
            f"static FRAME void {n}_work(int i) {{ int a = reopen({n}_f[i]), b = reopen({n}_f[!i]); flock(a, LOCK_EX);" \
            f"atomic_fetch_add({n}_ready, 1); while (atomic_load({n}_ready) < 2) usleep(1000); flock(b, LOCK_EX); _exit(1); }}\n"
        self.early = f"{n}_f[0] = scratch(); {n}_f[1] = scratch(); {n}_ready = shared_memory(4096);\n" \
            f"for (int i = 0; i < 2; i++) if (!child()) {n}_work(i);\n"


class ForkedLock(Sick):
    def make(self):
        n = self.n
        self.code = f"static pthread_mutex_t {n}_lock = PTHREAD_MUTEX_INITIALIZER;\nstatic sem_t {n}_held;\n" \
            f"static void *{n}_hold(void *a) {{ pthread_mutex_lock(&{n}_lock); sem_post(&{n}_held); for (;;) sleep(1000); return a; }}\n" \
            f"static FRAME void {n}_work(void) {{ pthread_mutex_lock(&{n}_lock); _exit(1); }}\n"
        self.code += f"static FRAME void {n}_parent(void) {{ sem_init(&{n}_held, 0, 0); start({n}_hold, NULL); " \
            f"sem_wait(&{n}_held); if (!child()) {n}_work(); for (;;) sleep(1000); }}\n"
        self.early = f"if (!child()) {n}_parent();\n"


class DeadSet(Sick):
    def make(self):
        n = self.n
        self.code = f"static FRAME void {n}_work(void) {{ struct epoll_event e; int fd = epoll_create1(EPOLL_CLOEXEC); " \
            "epoll_wait(fd, &e, 1, -1); _exit(1); }\n"
        self.early = f"if (!child()) {n}_work();\n"


class LostSignal(Sick):
    """The signal comes before its waiter, and who could signal again joins it."""

    alone = True

    def make(self):
        n = self.n
        self.code = f"static pthread_mutex_t {n}_m = PTHREAD_MUTEX_INITIALIZER;\n" \
            f"static pthread_cond_t {n}_c = PTHREAD_COND_INITIALIZER;\n" \
            f"static FRAME void *{n}_work(void *a) {{ pthread_mutex_lock(&{n}_m); pthread_cond_wait(&{n}_c, &{n}_m); abort(); return a; }}\n"
        self.code += f"static FRAME void {n}_join(void) {{ pthread_cond_signal(&{n}_c); " \
            f"pthread_join(start({n}_work, NULL), NULL); _exit(1); }}\n"
        self.early = f"if (!child()) {n}_join();\n"


class ShortBarrier(Sick):
    alone = True

    def make(self):
        n = self.n
        self.code = f"static pthread_barrier_t {n}_b;\n" \
            f"static FRAME void *{n}_work(void *a) {{ pthread_barrier_wait(&{n}_b); abort(); return a; }}\n"
        self.code += f"static FRAME void {n}_join(void) {{ pthread_barrier_init(&{n}_b, NULL, 4); start({n}_work, NULL);" \
            f" pthread_join(start({n}_work, NULL), NULL); _exit(1); }}\n"
        self.early = f"if (!child()) {n}_join();\n"


class Upgrade(Sick):
    """Two who read want to write, and nobody else is left."""

    alone = True

    def make(self):
        n = self.n
        self.code = f"static pthread_rwlock_t {n}_l = PTHREAD_RWLOCK_INITIALIZER; static pthread_barrier_t {n}_b;\n" \
            f"static FRAME void *{n}_work(void *a) {{ pthread_rwlock_rdlock(&{n}_l); pthread_barrier_wait(&{n}_b);" \
            f"pthread_rwlock_wrlock(&{n}_l); abort(); return a; }}\n"
        self.code += f"static FRAME void {n}_join(void) {{ pthread_barrier_init(&{n}_b, NULL, 2); start({n}_work, NULL);" \
            f" pthread_join(start({n}_work, NULL), NULL); _exit(1); }}\n"
        self.early = f"if (!child()) {n}_join();\n"


class Gathering(Sick):
    """Each request leaves a thread behind, which waits for a signal that nobody sends."""

    grows = True

    def make(self):
        n = self.n
        self.code = f"static pthread_mutex_t {n}_m = PTHREAD_MUTEX_INITIALIZER;\n" \
            f"static pthread_cond_t {n}_c = PTHREAD_COND_INITIALIZER;\n" \
            f"static FRAME void *{n}_work(void *a) {{ pthread_mutex_lock(&{n}_m); pthread_cond_wait(&{n}_c, &{n}_m); abort(); return a; }}\n"
        self.code += self.worker(f"start({n}_work, NULL); (void)s; usleep(80000);", "spawn")
        self.late = f"start({n}_spawn, NULL);\n"


SICK = [Circle, Self, OwnerEnds, Listen, OwnPipe, JoinStuck, FileCircle, ForkedLock, DeadSet, LostSignal, ShortBarrier,
        Upgrade, Gathering]


def program(units):
    text = PREAMBLE + "".join(unit.code for unit in units)
    text += "int main(void)\n{\n\tprctl(PR_SET_PDEATHSIG, SIGKILL);\n\tannounce(\"PID\");\n"
    text += "".join(unit.early for unit in units) + "".join(unit.late for unit in units)
    return text + "\tannounce(\"READY\");\n\tfor (;;)\n\t\tpause();\n}\n"

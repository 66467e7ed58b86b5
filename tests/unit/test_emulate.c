// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children that wait as programs do, run forward from there. Their registers are had by ptrace(2)
 * here; leakhop has them from the kernel's side.
 */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emulate/clock.h"
#include "emulate/emulate.h"

#if defined(__x86_64__)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static volatile int ready, paused, count = 3, done[8];
static char name[16] = "stop";
struct job {
	struct job *next;
	int number;
};
static struct {
	struct job *first;
	long length;
} queue;
static struct job one = { .number = 7 };

/* --- what children do --- */

static void wait_while(void)
{
	pthread_mutex_lock(&mutex);
	while (!ready)
		pthread_cond_wait(&condition, &mutex);
	pthread_mutex_unlock(&mutex);
}

static void wait_once(void)
{
	pthread_mutex_lock(&mutex);
	if (!paused)
		pthread_cond_wait(&condition, &mutex);
	done[0]++;
	pthread_mutex_unlock(&mutex);
}

/* Jobs come from a list; each is done with the lock given up. */
static void work(void)
{
	struct job *job;

	pthread_mutex_lock(&mutex);
	for (;;) {
		while (!queue.first)
			pthread_cond_wait(&condition, &mutex);
		job = queue.first;
		queue.first = job->next;
		pthread_mutex_unlock(&mutex);
		done[job->number]++;
		pthread_mutex_lock(&mutex);
	}
}

/* Waits first, for a beat, and then goes through a list: no test is around this wait. */
static void beat(void)
{
	pthread_mutex_lock(&mutex);
	for (;;) {
		pthread_cond_wait(&condition, &mutex);
		for (int i = 0; i < count; i++)
			done[i]++;
	}
}

/* The same, but for a switch that stops it: a word with which it sleeps again, and no test. */
static void beat_unless_paused(void)
{
	pthread_mutex_lock(&mutex);
	for (;;) {
		pthread_cond_wait(&condition, &mutex);
		if (paused)
			continue;
		pthread_mutex_unlock(&mutex);
		(void)!write(STDERR_FILENO, "", 0);
		pthread_mutex_lock(&mutex);
	}
}

static void wait_for_name(void)
{
	pthread_mutex_lock(&mutex);
	for (;;) {
		const volatile char *a = name, *b = "go";

		while (*a && *a == *b)
			a++, b++;
		if (*a == *b)
			break;
		pthread_cond_wait(&condition, &mutex);
	}
	pthread_mutex_unlock(&mutex);
}

static void spin_for_ever(void)
{
	pthread_mutex_lock(&mutex);
	pthread_cond_wait(&condition, &mutex);
	for (;;)
		done[1]++;
}

static void stride(void)
{
	static char *volatile memory;

	memory = mmap(NULL, (size_t)1 << 33, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	pthread_mutex_lock(&mutex);
	pthread_cond_wait(&condition, &mutex);
	for (size_t i = 0; i < (size_t)1 << 33; i += 4096)
		memory[i] = 1;
}

static void change_code(void)
{
	/* movb $0xc3, 0(%rip): over the instruction behind it; nop; ret */
	static const uint8_t code[] = { 0xc6, 0x05, 0, 0, 0, 0, 0xc3, 0x90, 0xc3 };
	void (*function)(void) = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy((void *)function, code, sizeof(code));
	pthread_mutex_lock(&mutex);
	while (!ready) {
		pthread_cond_wait(&condition, &mutex);
		function();
	}
}

static void jump_nowhere(void)
{
	pthread_mutex_lock(&mutex);
	pthread_cond_wait(&condition, &mutex);
	((void (*)(void))(uintptr_t)0xdead0000)();
}

static void strange_instruction(void)
{
	pthread_mutex_lock(&mutex);
	pthread_cond_wait(&condition, &mutex);
	__asm__ volatile("ud2");
}

/* Stands for a function of a C library that no emulator can run. */
__attribute__((naked, noinline)) static uint64_t strange_length(const char *text)
{
	(void)text;
	__asm__("ud2");
}

static void act_by_length(void)
{
	pthread_mutex_lock(&mutex);
	pthread_cond_wait(&condition, &mutex);
	(void)syscall(strange_length(name) == 4 ? SYS_getppid : SYS_getuid);
}

/* A futex of its own making: the word is the condition. */
static int word = 5;
static void wait_on_word(void)
{
	while (__atomic_load_n(&word, __ATOMIC_ACQUIRE) == 5)
		syscall(SYS_futex, &word, 128, 5, NULL);
}

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER, other_lock = PTHREAD_RWLOCK_INITIALIZER;
static void read_locked(void)
{
	pthread_rwlock_rdlock(&lock);
	pthread_mutex_lock(&mutex);
	pthread_cond_wait(&condition, &mutex);
	pthread_mutex_unlock(&mutex);
	pthread_rwlock_rdlock(&other_lock);
	pthread_rwlock_unlock(&other_lock);
	pthread_rwlock_unlock(&lock);
}

/* A loop that does not wait while there is work, which it looks for under a lock. */
static int ends[2];
static struct pollfd polled = { .events = POLLIN };
static void poll_for_work(void)
{
	char byte;
	int at_hand = 0;

	for (;;) {
		(void)poll(&polled, 1, at_hand ? 0 : -1);
		(void)!read(ends[0], &byte, 1);
		pthread_mutex_lock(&mutex);
		at_hand = 0;
		if (ready) {
			at_hand = 1;
			done[2]++;
		}
		pthread_mutex_unlock(&mutex);
	}
}

/* --- the other side --- */

/* The child's C library, which is where the parent's is. */
static struct emulate_range find_library(void)
{
	struct emulate_range range = { 0, 0 };
	unsigned long start, end;
	bool was = false;
	char line[512];
	FILE *file = fopen("/proc/self/maps", "r");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		bool is = strstr(line, "/libc.so") != NULL;

		assert_int_equal(sscanf(line, "%lx-%lx", &start, &end), 2);
		if (is && !range.start)
			range.start = start;
		if (is || (was && range.end == start && !strchr(line, '/')))
			range.end = end; /* with what is behind its data */
		was = is;
	}
	(void)fclose(file);
	return range;
}

struct stopped {
	pid_t pid;
	struct user_regs_struct registers;
	uint64_t pages;
};

static void await_call(pid_t pid, const char *number)
{
	char path[64], text[8] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/syscall", (int)pid);
	while (strncmp(text, number, strlen(number)) != 0) {
		file = fopen(path, "r");
		assert_non_null(file);
		if (!fgets(text, sizeof(text), file))
			text[0] = '\0';
		(void)fclose(file);
		(void)usleep(1000);
	}
}

static void begin_in(void (*function)(void), const char *number, struct stopped *ret)
{
	struct iovec all = { &ret->registers, sizeof(ret->registers) };
	int status;

	memset(ret, 0, sizeof(*ret));
	ret->pid = fork();
	if (ret->pid == 0) {
		(void)alarm(60);
		function();
		(void)syscall(SYS_exit_group, 0); /* sanitizers do much in _exit() */
	}
	await_call(ret->pid, number);
	assert_int_equal(ptrace(PTRACE_SEIZE, ret->pid, 0, 0), 0);
	assert_int_equal(ptrace(PTRACE_INTERRUPT, ret->pid, 0, 0), 0);
	assert_int_equal(waitpid(ret->pid, &status, 0), ret->pid);
	assert_int_equal(ptrace(PTRACE_GETREGSET, ret->pid, 1, &all), 0);
}

static void begin(void (*function)(void), struct stopped *ret)
{
	begin_in(function, "202 ", ret); /* futex() */
}

static void end(struct stopped *stopped)
{
	(void)kill(stopped->pid, SIGKILL);
	(void)waitpid(stopped->pid, NULL, 0);
}

static int page_of(void *context, uint64_t address, uint8_t bytes[EMULATE_PAGE], bool *ret_writable)
{
	struct stopped *stopped = context;
	struct iovec to = { bytes, EMULATE_PAGE }, from = { (void *)address, EMULATE_PAGE };

	stopped->pages++;
	*ret_writable = true;
	return process_vm_readv(stopped->pid, &to, 1, &from, 1, 0) == EMULATE_PAGE ? 0 : -EFAULT;
}

static struct emulate_question question_of(const struct stopped *stopped)
{
	const struct user_regs_struct *r = &stopped->registers;
	struct emulate_question question = {
		.asked = EMULATE_WOULD_WAKE,
		.tid = (uint32_t)stopped->pid,
		.pid = (uint32_t)stopped->pid,
		.registers = { .value = { r->rax, r->rdx, r->rcx, r->rbx, r->rsi, r->rdi, r->rbp,
					  r->rsp, r->r8, r->r9, r->r10, r->r11, r->r12, r->r13,
					  r->r14, r->r15, r->rip },
			       .known = (1 << LC_REGISTER_COUNT) - 1 },
		.thread_pointer = r->fs_base,
		.library = find_library(),
		.call = { .nr = SYS_futex,
			  .args = { r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9 } },
		.own = { { r->rsp - 65536, r->rsp + 65536 },
			 { r->fs_base - 2048, r->fs_base + 2304 } },
	};

	return question;
}

/* A signal is there, and the mutex is free. */
static struct emulate_question condition_question(const struct stopped *stopped)
{
	struct emulate_question question = question_of(stopped);

	question.object = (struct emulate_range){ (uint64_t)&condition,
						  (uint64_t)&condition + sizeof(condition) };
	question.lock = (uint64_t)&mutex;
	question.lock_size = sizeof(mutex);
	question.patch_count = 1;
	question.patches[0] = (struct emulate_patch){
		.address = stopped->registers.rdi, .value = 2, .size = 4, .add = 1
	};
	return question;
}

static struct emulator *emulator;
static bool long_is_expected;

static void ask(const struct emulate_question *question, struct stopped *stopped,
		struct emulate_outcome *ret)
{
	const struct emulate_source source = { page_of, stopped };
	int tries = 0;

	/* With sanitizers, and beside others, its time may be too short: then it says so. */
	do
		assert_int_equal(emulator->does->ask(emulator, question, &source, ret), 0);
	while (ret->end == EMULATE_NOT_KNOWN && ret->why == EMULATE_LONG && !long_is_expected &&
	       ++tries < 20);
#ifdef __SANITIZE_ADDRESS__
	/* Where memory is slow to come, a run with sanitizers never comes to its end. */
	if (tries == 20)
		skip();
#endif
}

static struct emulate_outcome ask_condition(void (*function)(void))
{
	struct emulate_question question;
	struct emulate_outcome outcome;
	struct stopped stopped;

	begin(function, &stopped);
	question = condition_question(&stopped);
	ask(&question, &stopped, &outcome);
	end(&stopped);
	return outcome;
}

/* As ask_condition(), with the condition made true while it sleeps, and no signal. */
static struct emulate_outcome ask_with(void (*function)(void), volatile void *address,
				       const void *value, size_t size)
{
	struct emulate_question question;
	struct emulate_outcome outcome;
	struct stopped stopped;
	struct iovec from = { (void *)value, size }, to = { (void *)address, size };

	begin(function, &stopped);
	assert_int_equal(process_vm_writev(stopped.pid, &from, 1, &to, 1, 0), size);
	question = condition_question(&stopped);
	ask(&question, &stopped, &outcome);
	end(&stopped);
	return outcome;
}

#define assert_decides(outcome, what)                                             \
	do {                                                                      \
		assert_true((outcome).condition_count > 0);                       \
		assert_true((outcome).conditions[0].address == (uint64_t)(what)); \
		assert_true((outcome).conditions[0].branch);                      \
	} while (0)

static void test_false_condition(void **state)
{
	struct emulate_outcome outcome = ask_condition(wait_while);

	(void)state;
	assert_int_equal(outcome.end, EMULATE_SLEEPS_AGAIN);
	assert_decides(outcome, &ready);
	assert_int_equal(outcome.conditions[0].value, 0);
	outcome = ask_condition(work);
	assert_int_equal(outcome.end, EMULATE_SLEEPS_AGAIN);
	assert_decides(outcome, &queue.first);
	outcome = ask_condition(wait_for_name);
	assert_int_equal(outcome.end, EMULATE_SLEEPS_AGAIN);
}

static void test_byte_function(void **state)
{
	struct emulate_question question;
	struct emulate_outcome outcome;
	struct stopped stopped;

	(void)state;
	begin(act_by_length, &stopped);
	question = condition_question(&stopped);
	ask(&question, &stopped, &outcome);
	assert_int_equal(outcome.end, EMULATE_NOT_KNOWN);
	assert_int_equal(outcome.why, EMULATE_INSTRUCTION);
	for (size_t i = 0; i < EMULATE_BYTE_FUNCTIONS; i++) {
		if (strcmp(emulate_byte_function(i), "strlen") == 0)
			question.byte_functions[i] = (uint64_t)strange_length;
	}
	ask(&question, &stopped, &outcome);
	end(&stopped);
	assert_int_equal(outcome.end, EMULATE_ACTS);
	assert_int_equal(outcome.call, SYS_getppid);
}

static void test_lost_wake_up(void **state)
{
	const int yes = 1;
	struct job *job = &one;
	struct emulate_outcome outcome = ask_with(wait_while, &ready, &yes, sizeof(yes));

	(void)state;
	assert_int_equal(outcome.end, EMULATE_ENDS);
	assert_decides(outcome, &ready);
	assert_int_equal(outcome.conditions[0].value, 1);
	assert_true(outcome.guarded);
	outcome = ask_with(work, &queue.first, &job, sizeof(job));
	assert_int_not_equal(outcome.end, EMULATE_SLEEPS_AGAIN);
	assert_decides(outcome, &queue.first);
	assert_true(outcome.guarded);
	outcome = ask_with(wait_for_name, name, "go", 3);
	assert_int_not_equal(outcome.end, EMULATE_SLEEPS_AGAIN);
	assert_true(outcome.condition_count > 0);
	assert_true(outcome.guarded);
}

static struct emulate_outcome ask_poll(struct stopped *stopped, bool is_empty, uint64_t result)
{
	struct emulate_question question = question_of(stopped);
	struct emulate_outcome outcome;

	question.call.nr = SYS_poll;
	question.lock_size = sizeof(mutex); /* what it takes first */
	question.empty_count = is_empty;
	question.empty[0] = ends[0];
	question.result = result;
	ask(&question, stopped, &outcome);
	return outcome;
}

/* Among others: sanitizers have words of their own. */
static bool depends_on(const struct emulate_outcome *outcome, const volatile void *what)
{
	for (uint32_t i = 0; i < outcome->condition_count; i++) {
		if (outcome->conditions[i].address == (uint64_t)what)
			return true;
	}
	return false;
}

/* That nothing is ready, or that it was interrupted: it looks, and waits again or does not. */
static void test_poll(void **state)
{
	struct emulate_outcome outcome;
	struct stopped stopped;
	int yes = 1;
	struct iovec from = { &yes, sizeof(yes) }, to = { (void *)&ready, sizeof(yes) };

	(void)state;
#if defined(__SANITIZE_ADDRESS__)
	skip(); /* words of the sanitizer decide as well, more than are kept */
#endif
	assert_int_equal(pipe(ends), 0);
	polled.fd = ends[0];
	begin_in(poll_for_work, "7 ", &stopped);
	outcome = ask_poll(&stopped, true, 0);
	assert_int_equal(outcome.end, EMULATE_SLEEPS_AGAIN);
	assert_true(depends_on(&outcome, &ready));
	for (size_t i = 0; i < sizeof(mutex); i++)
		assert_false(depends_on(&outcome, (char *)&mutex + i));
	outcome = ask_poll(&stopped, false, 0); /* a system call of which nothing is known */
	assert_int_equal(outcome.end, EMULATE_ACTS);
	assert_int_equal(process_vm_writev(stopped.pid, &from, 1, &to, 1, 0), sizeof(yes));
	outcome = ask_poll(&stopped, true, 0);
	assert_int_equal(outcome.end, EMULATE_ACTS); /* it only looks, and does not wait */
	assert_true(depends_on(&outcome, &ready));
	outcome = ask_poll(&stopped, true, (uint64_t)-EINTR);
	assert_int_equal(outcome.end, EMULATE_ACTS);
	assert_true(depends_on(&outcome, &ready));
	end(&stopped);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/* It goes on, as it would at any time: nothing was lost. */
static void test_wait_without_a_test(void **state)
{
	struct emulate_outcome outcome = ask_condition(wait_once);

	(void)state;
	assert_int_not_equal(outcome.end, EMULATE_SLEEPS_AGAIN);
	assert_int_equal(outcome.condition_count, 0);
	outcome = ask_condition(beat);
	assert_int_not_equal(outcome.end, EMULATE_SLEEPS_AGAIN);
	assert_false(outcome.guarded);
	outcome = ask_condition(beat_unless_paused);
	assert_int_not_equal(outcome.end, EMULATE_SLEEPS_AGAIN);
	assert_false(outcome.guarded);
}

static void test_taken_mutex(void **state)
{
	const int held[3] = { 1, 0, 4711 };
	struct emulate_outcome outcome = ask_with(wait_while, &mutex, held, sizeof(held));

	(void)state;
	assert_int_equal(outcome.end, EMULATE_LOCKED);
}

static void test_own_word(void **state)
{
	struct emulate_question question;
	struct emulate_outcome outcome;
	struct stopped stopped;
	const int other = 6;
	struct iovec from = { (void *)&other, sizeof(other) }, to = { &word, sizeof(word) };

	(void)state;
	begin(wait_on_word, &stopped);
	question = question_of(&stopped);
	ask(&question, &stopped, &outcome);
	assert_int_equal(outcome.end, EMULATE_SLEEPS_AGAIN);
	assert_decides(outcome, &word);
	assert_int_equal(process_vm_writev(stopped.pid, &from, 1, &to, 1, 0), sizeof(other));
	ask(&question, &stopped, &outcome);
	assert_int_equal(outcome.end, EMULATE_ENDS);
	assert_decides(outcome, &word);
	assert_true(outcome.guarded);
	end(&stopped);
}

static void test_hostile(void **state)
{
	struct emulate_outcome outcome;
	uint64_t begun;

	(void)state;
	long_is_expected = true;
	outcome = ask_condition(spin_for_ever);
	assert_int_equal(outcome.end, EMULATE_NOT_KNOWN);
	assert_int_equal(outcome.why, EMULATE_LONG);
	begun = emulate_clock();
	outcome = ask_condition(stride);
	assert_true(emulate_clock() - begun < 50 * (uint64_t)EMULATE_RUN_NS);
	assert_int_equal(outcome.end, EMULATE_NOT_KNOWN);
	assert_int_equal(outcome.why, EMULATE_LONG);
	long_is_expected = false;
	outcome = ask_condition(change_code);
	assert_int_equal(outcome.end, EMULATE_NOT_KNOWN);
	assert_int_equal(outcome.why, EMULATE_CHANGES_CODE);
	outcome = ask_condition(jump_nowhere);
	assert_int_equal(outcome.end, EMULATE_NOT_KNOWN);
	assert_int_equal(outcome.why, EMULATE_UNREADABLE);
	outcome = ask_condition(strange_instruction);
	assert_int_equal(outcome.end, EMULATE_NOT_KNOWN);
	assert_int_equal(outcome.why, EMULATE_INSTRUCTION);
}

static void test_what_it_frees(void **state)
{
	struct emulate_question question;
	struct emulate_outcome outcome;
	struct stopped stopped;

	(void)state;
	begin(read_locked, &stopped);
	question = condition_question(&stopped);
	question.asked = EMULATE_WHAT_FREES;
	question.watch_count = 2;
	question.watches[0].address = (uint64_t)&other_lock;
	question.watches[1].address = (uint64_t)&lock;
	question.watches[0].mask = question.watches[1].mask = ~7u;
	question.watches[0].shift = question.watches[1].shift = 3;
	ask(&question, &stopped, &outcome);
	end(&stopped);
	assert_int_equal(outcome.release_count, 1);
	assert_int_equal(outcome.releases[0].watch, 1);
	assert_true(outcome.releases[0].certain);
	assert_int_equal(outcome.gave_back, 1 << 0);
}

static void test_unknown_registers(void **state)
{
	struct emulate_question question;
	struct emulate_outcome outcome;
	struct stopped stopped;

	(void)state;
	begin(wait_while, &stopped);
	question = condition_question(&stopped);
	question.registers.known = 1 << LC_REGISTER_PC | 1 << LC_REGISTER_SP;
	ask(&question, &stopped, &outcome);
	end(&stopped);
	assert_int_equal(outcome.end, EMULATE_NOT_KNOWN);
	assert_int_equal(outcome.why, EMULATE_NO_REGISTERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_false_condition),
		cmocka_unit_test(test_lost_wake_up),
		cmocka_unit_test(test_byte_function),
		cmocka_unit_test(test_poll),
		cmocka_unit_test(test_wait_without_a_test),
		cmocka_unit_test(test_taken_mutex),
		cmocka_unit_test(test_own_word),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_what_it_frees),
		cmocka_unit_test(test_unknown_registers),
	};

	if (emulate_local_create(&emulator) < 0) {
		(void)puts("1..0 # SKIP no libunicorn");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
	(void)puts("1..0 # SKIP the code that is run is x86-64's");
	return 0;
}

#endif

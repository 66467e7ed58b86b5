// SPDX-License-Identifier: GPL-2.0-only
/*
 * The place in stacks of each language: frames as they were seen, innermost first; the place is
 * marked.
 */
#include "unit.h"

#include "output/call_site.h"

#include <stdio.h>

#define MOST_FRAMES 12

struct known_frame {
	const char *mark; /* ">": this one is the place */
	const char *function, *file;
	unsigned line;
	const char *module;
};

struct known_stack {
	const char *name;
	struct known_frame frames[MOST_FRAMES];
};

#define LIBC "/usr/lib/x86_64-linux-gnu/libc.so.6"
#define LIBSTDCXX "/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30"
#define RUSTC "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/"
#define REGISTRY "/home/me/.cargo/registry/src/index.crates.io-6f17d22bba15001f/"
#define BITS "/usr/include/c++/12/bits/"
#define PYTHON "/usr/bin/python3.11"
#define LIBPYTHON "/opt/python/lib/libpython3.11.so.1.0"

static const struct known_stack stacks[] = {
	{ "C",
	  { { "", "futex_wait", "../sysdeps/nptl/futex-internal.h", 146, LIBC },
	    { "", "__pthread_mutex_lock", "./nptl/pthread_mutex_lock.c", 93, LIBC },
	    { ">", "add_to_totals", "/src/server.c", 37, "/bin/server" },
	    { "", "serve_client", "/src/server.c", 53, "/bin/server" },
	    { "", "start_thread", "./nptl/pthread_create.c", 442, LIBC },
	    { "", "__clone3", "../sysdeps/unix/sysv/linux/x86_64/clone3.S", 81, LIBC } } },
	{ "C, without debug data",
	  { { "", "read", "", 0, LIBC },
	    { ">", "take_word", "", 0, "/bin/server" },
	    { "", "main", "", 0, "/bin/server" },
	    { "", "_start", "", 0, "/bin/server" } } },
	{ "C, static: its C library is in the program",
	  { { "", "__futex_abstimed_wait_common", "", 0, "/bin/server" },
	    { "", "pthread_cond_wait", "", 0, "/bin/server" },
	    { ">", "wait_for_job", "", 0, "/bin/server" },
	    { "", "start_thread", "", 0, "/bin/server" },
	    { "", "__clone3", "", 0, "/bin/server" } } },
	{ "C, static, with glibc's debug data",
	  { { "", "read", "../sysdeps/unix/sysv/linux/read.c", 26, "/bin/server" },
	    { ">", "take_word", "", 0, "/bin/server" },
	    { "", "_start", "../sysdeps/x86_64/start.S", 115, "/bin/server" } } },
	{ "a program's own function of a usual name",
	  { { "", "pthread_create", "", 0, LIBC },
	    { ">", "start_thread", "/src/pool.c", 10, "/bin/server" },
	    { "", "main", "/src/pool.c", 20, "/bin/server" } } },
	{ "a program's own function of a call's name",
	  { { "", "read", "", 0, LIBC },
	    { ">", "send_all", "/src/io.c", 10, "/bin/server" },
	    { "", "main", "/src/pool.c", 20, "/bin/server" } } },
	{ "C, static: a program's own names begin as those of calls do",
	  { { "", "accept4", "", 0, "/bin/server" },
	    { ">", "accept_clients", "", 0, "/bin/server" },
	    { "", "_start", "", 0, "/bin/server" } } },
	{ "C, stripped: the address in the program, not a thread's entry",
	  { { "", "pthread_cond_wait", "./nptl/pthread_cond_wait.c", 618, LIBC },
	    { ">", "", "", 0, "/bin/server" },
	    { "", "", "", 0, "/bin/server" },
	    { "", "start_thread", "./nptl/pthread_create.c", 442, LIBC } } },
	{ "a thread of a library: what it is for",
	  { { "", "pthread_cond_wait", "", 0, LIBC },
	    { "", "uv_cond_wait", "", 0, "/usr/lib/libuv.so.1" },
	    { ">", "uv__worker", "", 0, "/usr/lib/libuv.so.1" },
	    { "", "", "", 0, "/usr/lib/libuv.so.1" },
	    { "", "start_thread", "", 0, LIBC },
	    { "", "clone3", "", 0, LIBC } } },
	{ "a library on the way to the program",
	  { { "", "poll", "", 0, LIBC },
	    { "", "pqWait", "", 0, "/usr/lib/libpq.so.5" },
	    { "", "PQexec", "", 0, "/usr/lib/libpq.so.5" },
	    { ">", "find_user", "/src/users.c", 7, "/bin/server" },
	    { "", "main", "/src/users.c", 70, "/bin/server" } } },
	{ "the C library's own thread",
	  { { "", "__futex_abstimed_wait_common", "./nptl/futex-internal.c", 57, LIBC },
	    { "", "sigwaitinfo", "", 0, LIBC },
	    { ">", "timer_helper_thread", "../sysdeps/unix/sysv/linux/timer_routines.c", 92, LIBC },
	    { "", "start_thread", "./nptl/pthread_create.c", 442, LIBC },
	    { "", "__clone3", "../sysdeps/unix/sysv/linux/x86_64/clone3.S", 81, LIBC } } },
	{ "C++, inlined templates between",
	  { { "", "pthread_cond_wait", "", 0, LIBC },
	    { "", "std::condition_variable::wait(std::unique_lock<std::mutex>&)", "", 0,
	      LIBSTDCXX },
	    { "", "void std::condition_variable::wait<pool::run()::{lambda()#1}>(...)",
	      "/usr/include/c++/12/condition_variable", 102, "/bin/pool" },
	    { ">", "pool::run()", "/src/pool.cc", 31, "/bin/pool" },
	    { "", "void std::__invoke_impl<void, void (pool::*)(), pool*>(...)", BITS "invoke.h",
	      74, "/bin/pool" },
	    { "", "std::thread::_State_impl<std::thread::_Invoker<...> >::_M_run()",
	      BITS "std_thread.h", 201, "/bin/pool" },
	    { "", "execute_native_thread_routine", "", 0, LIBSTDCXX },
	    { "", "start_thread", "", 0, LIBC } } },
	{ "C++, without debug data",
	  { { "", "pthread_mutex_lock", "", 0, LIBC },
	    { "", "std::mutex::lock()", "", 0, "/bin/pool" },
	    { "", "void std::lock<std::mutex, std::mutex>(std::mutex&, std::mutex&)", "", 0,
	      "/bin/pool" },
	    { "", "__gnu_cxx::__concurrence_lock()", "", 0, "/bin/pool" },
	    { ">", "std::vector<int> account::move_to<long>(account&, long)", "", 0, "/bin/pool" },
	    { "", "std::thread::_State_impl<std::thread::_Invoker<...> >::_M_run()", "", 0,
	      "/bin/pool" } } },
	{ "C++, what std's name only stands in",
	  { { ">", "(anonymous namespace)::wait(std::future<int>*)", "", 0, "/bin/pool" },
	    { "", "main", "", 0, "/bin/pool" } } },
	{ "Rust",
	  { { "", "syscall", "../sysdeps/unix/sysv/linux/x86_64/syscall.S", 37, LIBC },
	    { "", "std::sys::pal::unix::futex::futex_wait", "library/std/src/sys/pal/unix/futex.rs",
	      73, "/bin/shop" },
	    { "", "<std::sys::sync::mutex::futex::Mutex>::lock",
	      RUSTC "std/src/sys/sync/mutex/futex.rs", 33, "/bin/shop" },
	    { ">", "shop::orders::book", "/src/shop/src/orders.rs", 19, "/bin/shop" },
	    { "", "std::sys::backtrace::__rust_begin_short_backtrace",
	      RUSTC "std/src/sys/backtrace.rs", 166, "/bin/shop" },
	    { "", "core::ops::function::FnOnce::call_once{{vtable.shim}}",
	      RUSTC "core/src/ops/function.rs", 250, "/bin/shop" },
	    { "", "<std::sys::thread::unix::Thread>::new::thread_start",
	      "library/std/src/sys/thread/unix.rs", 118, "/bin/shop" },
	    { "", "start_thread", "./nptl/pthread_create.c", 442, LIBC } } },
	{ "Rust, a crate of the registry between",
	  { { "", "parking_lot_core::parking_lot::park",
	      REGISTRY "parking_lot_core-0.9.9/src/parking_lot.rs", 635, "/bin/shop" },
	    { ">", "shop::stock::count", "/src/shop/src/stock.rs", 5, "/bin/shop" },
	    { "", "tokio::runtime::task::raw::poll",
	      REGISTRY "tokio-1.35.1/src/runtime/task/raw.rs", 201, "/bin/shop" } } },
	{ "Rust, a worker of a crate",
	  { { "", "<std::sys::sync::condvar::futex::Condvar>::wait",
	      "library/std/src/sys/sync/condvar/futex.rs", 33, "/bin/shop" },
	    { "", "rayon_core::sleep::Sleep::sleep", REGISTRY "rayon-core-1.12.0/src/sleep/mod.rs",
	      149, "/bin/shop" },
	    { ">", "rayon_core::registry::ThreadBuilder::run",
	      REGISTRY "rayon-core-1.12.0/src/registry.rs", 53, "/bin/shop" },
	    { "", "std::sys::backtrace::__rust_begin_short_backtrace",
	      RUSTC "std/src/sys/backtrace.rs", 166, "/bin/shop" } } },
	{ "Rust, without debug data",
	  { { "", "std::sys::pal::unix::futex::futex_wait", "", 0, "/bin/shop" },
	    { "", "<std::sync::mpsc::Receiver<u32>>::recv", "", 0, "/bin/shop" },
	    { "", "<alloc::boxed::Box<F> as core::ops::function::FnOnce<A>>::call_once", "", 0,
	      "/bin/shop" },
	    { ">", "<shop::Till as shop::Pays>::pay", "", 0, "/bin/shop" },
	    { "", "<std::sys::thread::unix::Thread>::new::thread_start", "", 0, "/bin/shop" } } },
	{ "Python, a thread of a program that has the interpreter in itself",
	  { { "", "sem_clockwait", "", 0, LIBC },
	    { ">", "PyThread_acquire_lock_timed", "", 0, PYTHON },
	    { "", "", "", 0, PYTHON },
	    { "", "PyObject_Vectorcall", "", 0, PYTHON },
	    { "", "_PyEval_EvalFrameDefault", "", 0, PYTHON },
	    { "", "", "", 0, PYTHON },
	    { "", "start_thread", "", 0, LIBC },
	    { "", "clone3", "", 0, LIBC } } },
	{ "Python, the interpreter in a library, which its program only starts",
	  { { "", "__new_sem_wait_slow64", "./nptl/sem_waitcommon.c", 183, LIBC },
	    { "", "PyThread_acquire_lock_timed", "Python/thread_pthread.h", 497, LIBPYTHON },
	    { ">", "lock_PyThread_acquire_lock", "./Modules/_threadmodule.c", 179, LIBPYTHON },
	    { "", "method_vectorcall_VARARGS_KEYWORDS", "Objects/descrobject.c", 364, LIBPYTHON },
	    { "", "_PyEval_EvalFrameDefault", "Python/ceval.c", 4769, LIBPYTHON },
	    { "", "pymain_main", "Modules/main.c", 710, LIBPYTHON },
	    { "", "__libc_start_main", "../csu/libc-start.c", 360, LIBC },
	    { "", "_start", "", 0, PYTHON } } },
	{ "Go",
	  { { "", "runtime.gopark", "/usr/local/go/src/runtime/proc.go", 381, "/bin/shop" },
	    { "", "sync.(*Mutex).Lock", "/usr/local/go/src/sync/mutex.go", 90, "/bin/shop" },
	    { ">", "main.book", "/src/shop/book.go", 9, "/bin/shop" },
	    { "", "runtime.goexit", "/usr/local/go/src/runtime/asm_amd64.s", 1594,
	      "/bin/shop" } } },
	{ "Go, a goroutine of the standard library",
	  { { "", "internal/poll.(*FD).Read", "/usr/local/go/src/internal/poll/fd_unix.go", 167,
	      "/bin/shop" },
	    { "", "net.(*conn).Read", "/usr/local/go/src/net/net.go", 183, "/bin/shop" },
	    { ">", "net/http.(*conn).serve", "/usr/local/go/src/net/http/server.go", 1943,
	      "/bin/shop" },
	    { "", "runtime.goexit", "/usr/local/go/src/runtime/asm_amd64.s", 1594,
	      "/bin/shop" } } },
	{ "the kernel: its innermost function",
	  { { ">", "futex_wait_queue", "", 0, "" }, { "", "futex_wait", "", 0, "" } } },
	{ "only entries", { { "", "start_thread", "", 0, LIBC }, { "", "clone3", "", 0, LIBC } } },
	{ "a call to nowhere", { { "", "", "", 0, "" } } },
};

static void check(const struct known_stack *stack)
{
	struct lc_frame frames[MOST_FRAMES] = {};
	const struct lc_frame *place, *expected = NULL;
	size_t count;

	for (count = 0; count < MOST_FRAMES && stack->frames[count].mark; count++) {
		const struct known_frame *from = &stack->frames[count];

		frames[count] = (struct lc_frame){ .function = from->function,
						   .file = from->file,
						   .line = from->line,
						   .module = from->module,
						   .build_id = "" };
		if (*from->mark)
			expected = &frames[count];
	}
	place = call_site_of(frames, count);
	if (place != expected)
		fail_msg("%s: '%s' is the place, not '%s'", stack->name,
			 place ? place->function : "(none)",
			 expected ? expected->function : "(none)");
}

static void test_call_sites(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++)
		check(&stacks[i]);
	assert_null(call_site_of(NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call_sites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

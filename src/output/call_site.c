// SPDX-License-Identifier: GPL-2.0-only
/*
 * The call site in a stack: see call_site.h. Whose code a frame is, its file tells, or for want of
 * one its name: libraries of templates and inlined code are compiled into the program, and a static
 * program has its C library in itself.
 */
#include "output/call_site.h"

#include <stdio.h>
#include <string.h>

enum rank {
	RANK_NOTHING, /* where a thread or process begins, or nothing is known of it */
	RANK_RUNTIME, /* the C library, and what comes with the language */
	RANK_NO_NAME, /* of the program, or of the kernel */
	RANK_LIBRARY,
	RANK_OWN,
};

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool begins_with_one(const char *text, const char *const *list)
{
	for (; *list; list++) {
		if (begins(text, *list))
			return true;
	}
	return false;
}

static bool has_one(const char *text, const char *const *list)
{
	for (; *list; list++) {
		if (strstr(text, *list))
			return true;
	}
	return false;
}

static bool is_one(const char *text, const char *const *list)
{
	for (; *list; list++) {
		if (!strcmp(text, *list))
			return true;
	}
	return false;
}

static bool ends(const char *text, const char *with)
{
	size_t length = strlen(text), tail = strlen(with);

	return length > tail && !strcmp(text + length - tail, with);
}

/* --- Go --- */

/*
 * What is the program's own, its table and build information tell. Of code that only debug data
 * name, the import path: the standard library's have no dot in their first part; a program's own
 * have, or are main.
 */
static bool is_own_go(const struct lc_frame *frame)
{
	size_t first = strcspn(frame->function, "/.");

	if (frame->go)
		return frame->own;
	return begins(frame->function, "main.") ||
	       (frame->function[first] == '.' && strchr(frame->function + first, '/'));
}

static enum rank go_rank(const struct lc_frame *frame)
{
	static const char *const below[] = { "runtime.", "runtime/", "sync.", "internal/",
					     "time.",	 "syscall.", NULL };

	if (!strcmp(frame->function, "runtime.goexit"))
		return RANK_NOTHING;
	if (begins_with_one(frame->function, below))
		return RANK_RUNTIME;
	return is_own_go(frame) ? RANK_OWN : RANK_LIBRARY;
}

/* --- files --- */

/* As glibc's and musl's debug data have them, and the standard libraries of C++ and Rust. */
static bool is_runtime_file(const char *file)
{
	static const char *const from[] = {
		"../sysdeps/",
		"./sysdeps/",
		"./nptl/",
		"../nptl/",
		"../csu/",
		"./csu/",
		"./io/",
		"../io/",
		"./misc/",
		"../misc/",
		"./libio/",
		"./malloc/",
		"./posix/",
		"../posix/",
		"./stdlib/",
		"./socket/",
		"./time/",
		"./elf/",
		"library/std/",
		"library/core/",
		"library/alloc/",
		"library/panic_unwind/",
		NULL,
	};
	static const char *const within[] = {
		"/glibc-", "/musl-", "/include/c++/", "/libstdc++", "/rustc/", "/rustlib/src/rust/",
		NULL,
	};

	return begins_with_one(file, from) || has_one(file, within);
}

/* Headers of libraries, and what a package manager fetched. */
static bool is_library_file(const char *file)
{
	static const char *const from[] = { "/usr/include/", "/usr/local/include/",
					    "/usr/share/cargo/registry/", NULL };
	static const char *const within[] = { "/.cargo/registry/", "/cargo/registry/src/",
					      "/registry/src/index.crates.io-",
					      "/.cargo/git/checkouts/", NULL };

	return begins_with_one(file, from) || has_one(file, within);
}

/* --- names --- */

/*
 * Where a demangled name begins: that of a C++ template has its type before it ("void
 * std::f<int>(int)"), one of Rust its type within "<".
 */
static const char *own_name(const char *function)
{
	const char *at, *start = function;
	int depth = 0;

	for (at = function; *at && !(depth == 0 && *at == '(' && at != start); at++) {
		if (*at == '<' || *at == '(' || *at == '{' || *at == '[')
			depth++;
		else if (*at == '>' || *at == ')' || *at == '}' || *at == ']')
			depth--;
		else if (*at == ' ' && depth == 0 && at[1] && at[1] != '(')
			start = at + 1;
	}
	while (*start == '<' || *start == '&')
		start++;
	return begins(start, "dyn ") ? start + 4 : start;
}

/* Reserved by the language for itself, or of its library. */
static bool is_runtime_name(const char *function)
{
	static const char *const from[] = {
		"std::", "__gnu_cxx::", "__cxxabiv1::", "core::", "alloc::", "hashbrown::", NULL,
	};

	return begins(function, "__") || begins(function, "_IO_") || begins(function, "_dl_") ||
	       begins_with_one(own_name(function), from);
}

/*
 * Calls of the C library that may block, as a static program has them without a file; each between
 * spaces.
 */
static const char calls[] =
	" read readv pread pread64 write writev pwrite pwrite64 open open64 openat"
	" openat64 ioctl fcntl fcntl64 flock lockf lockf64 fsync fdatasync splice"
	" sendfile sendfile64 poll ppoll select pselect epoll_wait epoll_pwait"
	" epoll_pwait2 accept accept4 connect recv recvfrom recvmsg recvmmsg send"
	" sendto sendmsg sendmmsg getaddrinfo sleep usleep nanosleep clock_nanosleep"
	" pause sigsuspend sigwait sigwaitinfo sigtimedwait wait wait3 wait4 waitpid"
	" waitid fork vfork syscall msgrcv msgsnd semop semtimedop mq_receive"
	" mq_timedreceive mq_send mq_timedsend sem_wait sem_timedwait sem_clockwait"
	" mtx_lock mtx_timedlock cnd_wait cnd_timedwait thrd_join thrd_sleep"
	" call_once ";

static bool is_call_name(const char *function)
{
	char word[32];
	int length = snprintf(word, sizeof(word), " %s ", function);

	return begins(function, "pthread_") ||
	       (length < (int)sizeof(word) && !strchr(function, ' ') && strstr(calls, word));
}

/* No program's own function has these names. */
static bool is_entry_name(const char *function)
{
	static const char *const from[] = {
		"__libc_start_",
		"__clone",
		"__GI___clone",
		"std::thread::_State_impl<",
		"execute_native_thread_routine",
		"std::rt::lang_start",
		"std::sys::backtrace::__rust_begin_short_backtrace",
		"std::sys_common::backtrace::__rust_begin_short_backtrace",
		"runtime.goexit",
		"runtime.rt0_go",
		"runtime.mstart",
		NULL,
	};

	return !strcmp(function, "_start") || begins_with_one(own_name(function), from);
}

/*
 * These a program might have as well: it is the C library's one where no file of the program's says
 * otherwise.
 */
static bool is_entry_call(const char *function)
{
	static const char *const whole[] = { "start_thread", "clone",	"clone3",
					     "thread_start", "start_c", NULL };

	return is_one(function, whole) || ends(function, "::thread_start") ||
	       strstr(function, "::thread_start::") != NULL;
}

/* What carries CPython's code from call to call, and says nothing of what it does. */
static bool is_python_carrier(const char *module, const char *function)
{
	static const char *const from[] = {
		"_PyEval_",	  "PyEval_",	  "_PyObject_",
		"PyObject_",	  "_PyFunction_", "PyVectorcall_",
		"_PyVectorcall_", "_PyRun_",	  "PyRun_",
		"Py_RunMain",	  "Py_BytesMain", "Py_Main",
		"pymain_",	  "pyrun_",	  "method_vectorcall",
		"cfunction_",	  "slot_tp_",	  "run_eval_code",
		"_Py_",		  "bytecode_",	  NULL,
	};
	static const char *const whole[] = {
		"do_call_core",	 "run_mod",
		"thread_run",	 "pythread_wrapper",
		"t_bootstrap",	 "main",
		"method_call",	 "object_vacall",
		"builtin_exec",	 "function_code_fastcall",
		"call_function", NULL,
	};

	return (begins(module, "python") || begins(module, "libpython")) &&
	       (begins_with_one(function, from) || is_one(function, whole));
}

/* --- frames --- */

static bool is_runtime_module(const char *name)
{
	static const char *const from[] = { "libc.",	 "libc-",  "libpthread", "ld-",
					    "libstdc++", "libc++", "libgcc",	 "libstd-",
					    "librt.",	 "librt-", NULL };

	return begins_with_one(name, from);
}

static enum rank by_code(const struct lc_frame *frame)
{
	const char *function = frame->function, *file = frame->file;

	if (is_entry_name(function))
		return RANK_NOTHING;
	if (*file && !is_runtime_file(file))
		return is_library_file(file) ? RANK_LIBRARY : RANK_OWN;
	if (is_entry_call(function))
		return RANK_NOTHING;
	if (*file || is_runtime_name(function) || is_call_name(function))
		return RANK_RUNTIME;
	return RANK_OWN;
}

static enum rank rank_of(const struct lc_frame *frame)
{
	const char *slash = strrchr(frame->module, '/'), *name = slash ? slash + 1 : frame->module;
	enum rank rank;

	if (!*name || *name == '[')
		return frame->function[0] ? RANK_NO_NAME : RANK_NOTHING;
	if (!frame->function[0])
		return strstr(name, ".so") ? RANK_NOTHING : RANK_NO_NAME;
	if (frame->go || ends(frame->file, ".go"))
		return go_rank(frame);
	if (is_python_carrier(name, frame->function))
		return RANK_NOTHING;
	rank = by_code(frame);
	if (!strstr(name, ".so"))
		return rank;
	if (is_runtime_module(name))
		return rank == RANK_NOTHING ? RANK_NOTHING : RANK_RUNTIME;
	return rank == RANK_OWN ? RANK_LIBRARY : rank;
}

bool call_site_is_runtime(const struct lc_frame *frame)
{
	return rank_of(frame) <= RANK_RUNTIME;
}

const struct lc_frame *call_site_of(const struct lc_frame *frames, size_t count)
{
	const struct lc_frame *best = NULL;
	unsigned score, most = 0;
	enum rank rank;
	size_t i;

	for (i = 0; i < count; i++) {
		rank = rank_of(&frames[i]);
		score = 2 * rank + (frames[i].line != 0 && rank != RANK_NO_NAME);
		/* The outermost of a library, the innermost of others. */
		if (rank != RANK_NOTHING &&
		    (score > most ||
		     (score == most && (rank == RANK_LIBRARY || rank == RANK_RUNTIME)))) {
			most = score;
			best = &frames[i];
		}
	}
	return best;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The filter that asks at exit_group() and nowhere else, and what comes of it: linux/seccomp.h. A
 * call of another architecture (a program of 32 bits) passes unasked. libseccomp 2.5 knows no
 * SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (Linux 5.19), without which each signal has a held thread
 * ask anew, and Go's scheduler sends one every 10 ms.
 */
#include "keeper/private.h"

#include <cap-ng.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

static int set_filter(unsigned long flags)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };
	long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			  SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &program);

	return fd < 0 ? -errno : (int)fd;
}

/* A filter is set by who may, or by who gives up that exec gives it any right from then on. */
int keeper_filter_install(int *ret_listener)
{
	int fd;

	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN) &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	fd = set_filter(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	if (fd == -EINVAL)
		fd = set_filter(0);
	if (fd < 0)
		return fd;
	/* Linux 6.6: who asks makes room for who answers on its processor, and waits less. */
	(void)ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	*ret_listener = fd;
	return 0;
}

int keeper_notice_receive(int listener, struct keeper_notice *ret)
{
	struct {
		struct seccomp_notif request;
		char more[256]; /* that a later kernel may write */
	} whole = {};

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &whole.request))
		return -errno;
	*ret = (struct keeper_notice){ .id = whole.request.id,
				       .tid = (pid_t)whole.request.pid,
				       .status = (int)whole.request.data.args[0] & 0xff };
	return 0;
}

void keeper_notice_answer(int listener, uint64_t id)
{
	struct {
		struct seccomp_notif_resp answer;
		char more[64]; /* that a later kernel may read */
	} whole = { .answer = { .id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE } };

	/* ENOENT: it was killed, or a signal has interrupted it and it asks anew. */
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &whole.answer);
}

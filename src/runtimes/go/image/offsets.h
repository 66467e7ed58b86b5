/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the Go runtime's fields are, for one program: from the table of versions (offsets.tsv, made
 * from the toolchains' own DWARF by scripts/gen-go-offsets), then from the program's DWARF where it
 * has any.
 */
#ifndef LEAKHOP_RUNTIMES_GO_OFFSETS_H
#define LEAKHOP_RUNTIMES_GO_OFFSETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "go1.23.4" is 0x011704; patch releases beyond 255 count as 255. */
struct binary_files;

#define GO_VERSION(major, minor, patch) ((uint32_t)(major) << 16 | (minor) << 8 | (patch))
#define GO_OLDEST GO_VERSION(1, 17, 0)
#define GO_NEWEST GO_VERSION(1, 27, 255)

/* One line for each field: member of struct go_offsets, name in offsets.tsv. A size has no dot. */
#define GO_FIELDS(F)                                  \
	F(g_size, "g")                                \
	F(g_stack_lo, "g.stack.lo")                   \
	F(g_stack_hi, "g.stack.hi")                   \
	F(g_panic, "g._panic")                        \
	F(g_defer, "g._defer")                        \
	F(g_m, "g.m")                                 \
	F(g_sched_sp, "g.sched.sp")                   \
	F(g_sched_pc, "g.sched.pc")                   \
	F(g_sched_g, "g.sched.g")                     \
	F(g_sched_bp, "g.sched.bp")                   \
	F(g_syscallsp, "g.syscallsp")                 \
	F(g_syscallpc, "g.syscallpc")                 \
	F(g_atomicstatus, "g.atomicstatus")           \
	F(g_goid, "g.goid")                           \
	F(g_waitsince, "g.waitsince")                 \
	F(g_waitreason, "g.waitreason")               \
	F(g_tracking_seq, "g.trackingSeq")            \
	F(g_lockedm, "g.lockedm")                     \
	F(g_parent_goid, "g.parentGoid")              \
	F(g_gopc, "g.gopc")                           \
	F(g_startpc, "g.startpc")                     \
	F(g_waiting, "g.waiting")                     \
	F(g_labels, "g.labels")                       \
	F(g_timer, "g.timer")                         \
	F(g_sleep_when, "g.sleepWhen")                \
	F(g_coroarg, "g.coroarg")                     \
	F(g_bubble, "g.bubble")                       \
	F(g_sync_group, "g.syncGroup")                \
	F(bubble_id, "synctestBubble.id")             \
	F(bubble_root, "synctestBubble.root")         \
	F(sync_group_root, "synctestGroup.root")      \
	F(m_procid, "m.procid")                       \
	F(m_curg, "m.curg")                           \
	F(defer_size, "_defer")                       \
	F(defer_link, "_defer.link")                  \
	F(defer_sp, "_defer.sp")                      \
	F(defer_fn, "_defer.fn")                      \
	F(defer_started, "_defer.started")            \
	F(defer_open, "_defer.openDefer")             \
	F(defer_rangefunc, "_defer.rangefunc")        \
	F(defer_head, "_defer.head")                  \
	F(sudog_size, "sudog")                        \
	F(sudog_g, "sudog.g")                         \
	F(sudog_next, "sudog.next")                   \
	F(sudog_prev, "sudog.prev")                   \
	F(sudog_elem, "sudog.elem")                   \
	F(sudog_waitlink, "sudog.waitlink")           \
	F(sudog_c, "sudog.c")                         \
	F(hchan_size, "hchan")                        \
	F(hchan_qcount, "hchan.qcount")               \
	F(hchan_dataqsiz, "hchan.dataqsiz")           \
	F(hchan_elemsize, "hchan.elemsize")           \
	F(hchan_elemtype, "hchan.elemtype")           \
	F(hchan_closed, "hchan.closed")               \
	F(hchan_timer, "hchan.timer")                 \
	F(hchan_recvq, "hchan.recvq.first")           \
	F(hchan_sendq, "hchan.sendq.first")           \
	F(poll_desc_size, "pollDesc")                 \
	F(poll_desc_fd, "pollDesc.fd")                \
	F(poll_desc_rg, "pollDesc.rg")                \
	F(poll_desc_wg, "pollDesc.wg")                \
	F(poll_desc_rd, "pollDesc.rd")                \
	F(poll_desc_wd, "pollDesc.wd")                \
	F(poll_desc_self, "pollDesc.self")            \
	F(timer_size, "timer")                        \
	F(timer_when, "timer.when")                   \
	F(timer_period, "timer.period")               \
	F(timer_f, "timer.f")                         \
	F(timer_arg, "timer.arg")                     \
	F(timer_status, "timer.status")               \
	F(timer_state, "timer.state")                 \
	F(m_p, "m.p")                                 \
	F(p_m, "p.m")                                 \
	F(p_schedtick, "p.schedtick")                 \
	F(p_timers, "p.timers")                       \
	F(p_timers_heap, "p.timers.heap")             \
	F(coro_size, "coro")                          \
	F(mheap_size, "mheap")                        \
	F(mheap_allspans, "mheap.allspans")           \
	F(mheap_arenas, "mheap.arenas")               \
	F(mheap_pages_in_use, "mheap.pagesInUse")     \
	F(arena_spans, "heapArena.spans")             \
	F(arena_bitmap, "heapArena.bitmap")           \
	F(span_size, "mspan")                         \
	F(span_start, "mspan.startAddr")              \
	F(span_npages, "mspan.npages")                \
	F(span_freeindex, "mspan.freeindex")          \
	F(span_nelems, "mspan.nelems")                \
	F(span_alloc_bits, "mspan.allocBits")         \
	F(span_class, "mspan.spanclass")              \
	F(span_state, "mspan.state")                  \
	F(span_elemsize, "mspan.elemsize")            \
	F(span_specials, "mspan.specials")            \
	F(span_large_type, "mspan.largeType")         \
	F(span_arena, "mspan.isUserArenaChunk")       \
	F(special_size, "special")                    \
	F(special_kind, "special.kind")               \
	F(module_pclntable, "moduledata.pclntable")   \
	F(module_ftab, "moduledata.ftab")             \
	F(module_minpc, "moduledata.minpc")           \
	F(module_maxpc, "moduledata.maxpc")           \
	F(module_text, "moduledata.text")             \
	F(module_etext, "moduledata.etext")           \
	F(module_noptrdata, "moduledata.noptrdata")   \
	F(module_enoptrdata, "moduledata.enoptrdata") \
	F(module_data, "moduledata.data")             \
	F(module_edata, "moduledata.edata")           \
	F(module_bss, "moduledata.bss")               \
	F(module_ebss, "moduledata.ebss")             \
	F(module_noptrbss, "moduledata.noptrbss")     \
	F(module_enoptrbss, "moduledata.enoptrbss")   \
	F(module_gcdatamask, "moduledata.gcdatamask") \
	F(module_gcbssmask, "moduledata.gcbssmask")   \
	F(module_types, "moduledata.types")           \
	F(module_etypes, "moduledata.etypes")         \
	F(module_gofunc, "moduledata.gofunc")         \
	F(module_next, "moduledata.next")

#define GO_NO_FIELD (-1)

/*
 * Most bytes of structures that are read as a whole. Buffers are of these sizes, and no offset in
 * struct go_offsets leads out of them, whatever the program's DWARF says.
 */
#define GO_DESCRIPTOR_MAX 512 /* g */
#define GO_WAITER_MAX 128     /* sudog */
#define GO_CHANNEL_MAX 160    /* hchan */
#define GO_POLL_DESC_MAX 512
#define GO_TIMER_MAX 128
#define GO_SPAN_MAX 256
#define GO_SPECIAL_MAX 64
#define GO_DEFER_MAX 128
#define GO_STRUCTURE_MAX \
	(16 << 20) /* of any other: heapArena of Go 1.17 has 2 MiB before its spans */

struct go_offsets {
#define GO_MEMBER(member, name) int32_t member;
	GO_FIELDS(GO_MEMBER)
#undef GO_MEMBER
};

/* The same as a list. */
struct go_field {
	size_t member; /* offset in struct go_offsets */
	const char *name;
};

#define GO_FIELD_COUNT (sizeof(struct go_offsets) / sizeof(int32_t))
extern const struct go_field go_fields[GO_FIELD_COUNT];

/* Why a goroutine waits, as its version numbers it. text is static. */
struct go_reason {
	const char *text;
	char family; /* C channel, S synchronisation, E external, R the runtime's own */
};

/*
 * Fills from the table: the row of the newest version that is not newer than version. A field that
 * does not exist in it becomes GO_NO_FIELD.
 */
void go_offsets_for(uint32_t version, struct go_offsets *offsets);

/*
 * Where one of a structure's offsets leads out of it, or its size is beyond all bounds, all of that
 * structure become the table's again.
 */
void go_offsets_bound(struct go_offsets *offsets, const struct go_offsets *table);

/*
 * Overwrites what the program's own debug data knows better (vendors change Go, too), within those
 * bounds. files reads it; NULL: nothing does. Returns 0, -ENODATA if it has none, or another
 * negative errno.
 */
int go_offsets_from_debug_data(struct binary_files *files, int fd, struct go_offsets *offsets);

/* A version's reason; NULL: no such number. */
const struct go_reason *go_reason_for(uint32_t version, unsigned number);

/* "go1.23.4 X:boringcrypto" -> 0x011704; 0: not understood ("devel" alone). */
uint32_t go_version_parse(const char *text);

#endif

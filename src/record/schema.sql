-- SPDX-License-Identifier: GPL-2.0-only
-- The tables of a recording (docs/recording.md). Times are ns of CLOCK_MONOTONIC, spans are ns; NULL: not known.
-- run.realtime_offset makes a time one since 1970: datetime((at + realtime_offset) / 1000000000, 'unixepoch').
-- Numbers with the highest bit set (addresses of the kernel) are negative: printf('%x', address) shows them.
-- What changes this file changes RECORD_VERSION.

CREATE TABLE run ( -- one row: the run that was recorded
  id INTEGER PRIMARY KEY,
  version TEXT, command TEXT, host TEXT, kernel TEXT, arch TEXT, source TEXT,
  started INTEGER, ended INTEGER, -- ns since 1970
  realtime_offset INTEGER, -- added to a time it is ns since 1970
  now INTEGER, -- of the last sweep, or of the report
  threshold_ns INTEGER,
  once INTEGER, all_threads INTEGER, life INTEGER, user_stacks INTEGER, kernel_stacks INTEGER, threads INTEGER,
  goroutines INTEGER, go_events INTEGER, short_blocks INTEGER, names_hidden INTEGER, stopped INTEGER,
  finished INTEGER, -- 0: it goes on, or was ended from outside
  threads_seen INTEGER,
  lost_events INTEGER, lost_stacks INTEGER, lost_threads INTEGER, lost_goroutines INTEGER, unasked_goroutines INTEGER,
  user_ns INTEGER, system_ns INTEGER, rss_bytes INTEGER, load_ns INTEGER, sweeps INTEGER, -- what leakhop took
  go_first_sweep_ns INTEGER, go_longest_sweep_ns INTEGER, bpf_runs INTEGER, bpf_ns INTEGER,
  go_born INTEGER, go_ended INTEGER, go_parked INTEGER, go_readied INTEGER, go_runs INTEGER, go_run_ns INTEGER,
  go_probe_ns INTEGER,
  not_recorded INTEGER, -- goroutines that found no room here
  thinned_before INTEGER -- ns since 1970: what ended before was dropped, for --max-size; 0: nothing was
);
CREATE TABLE limit_told (n INTEGER PRIMARY KEY, text TEXT); -- what could not be seen, each in a sentence
CREATE TABLE syscall (nr INTEGER PRIMARY KEY, name TEXT, args INTEGER); -- of that machine; how many arguments it takes
CREATE TABLE socket ( -- TCP connections of the processes at the end of the run
  n INTEGER PRIMARY KEY, pid INTEGER, fd INTEGER, local TEXT, remote TEXT
);
CREATE TABLE wait_kind (kind INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE go_kind (kind INTEGER PRIMARY KEY, name TEXT);

-- --- over time ---
CREATE TABLE sweep (
  number INTEGER PRIMARY KEY,
  at INTEGER, -- ns since 1970
  now INTEGER, -- the same as a time
  counted_at INTEGER, -- when its groups were counted
  threads INTEGER, blocked INTEGER, goroutines INTEGER -- how many lived
);
CREATE TABLE block ( -- a thread blocked past the threshold, at one place
  id INTEGER PRIMARY KEY,
  thread INTEGER,
  first_sweep INTEGER, last_sweep INTEGER, -- that saw it so; NULL: it goes on
  since INTEGER, state TEXT, syscall INTEGER, user_stack INTEGER, kernel_stack INTEGER,
  object INTEGER -- what it waited for; NULL: not looked at
);
CREATE TABLE object (id INTEGER PRIMARY KEY, kind INTEGER, text TEXT);
CREATE TABLE grouped ( -- threads or goroutines of one process, place and origin
  number INTEGER PRIMARY KEY,
  pid INTEGER,
  kind INTEGER, -- 0 threads, 1 goroutines (+ 256 * wait's kind), 2 of a go statement, 3 timers
  block_site INTEGER, -- stack
  spawn_site INTEGER, -- of threads a stack, of goroutines 1 + the site's number
  first_at INTEGER, joined INTEGER, gone INTEGER -- since then
);
CREATE TABLE group_count (
  grouped INTEGER, first_sweep INTEGER, last_sweep INTEGER, -- NULL: it goes on
  count INTEGER, PRIMARY KEY (grouped, first_sweep)
) WITHOUT ROWID;
CREATE TABLE finding ( -- as told
  id INTEGER PRIMARY KEY,
  at INTEGER, -- ns since 1970
  sweep INTEGER,
  at_end INTEGER, -- 1: in the report at the end, 0: when it came due
  verdict TEXT, rule TEXT, reason TEXT, proof TEXT, remedy TEXT, kind TEXT, pid INTEGER, comm TEXT, tid INTEGER,
  goid INTEGER, count INTEGER, blocked_ns INTEGER, stack INTEGER, spawn_stack INTEGER
);
CREATE TABLE check_finding ( -- of a check: what it told at its end
  n INTEGER PRIMARY KEY,
  pid INTEGER, count INTEGER,
  goroutines INTEGER, -- 0: threads or a process
  known INTEGER, -- 1: its baseline has it
  block_line INTEGER, spawn_line INTEGER, -- 0: not known
  kind TEXT, verdict TEXT, comm TEXT, title TEXT, test TEXT, reason TEXT, proof TEXT, remedy TEXT, fingerprint TEXT,
  block_function TEXT, block_file TEXT, block_module TEXT, spawn_function TEXT, spawn_file TEXT, spawn_module TEXT,
  record TEXT -- all of it, as the text of a trace has it
);

-- --- stacks: each once ---
CREATE TABLE string (id INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE module (id INTEGER PRIMARY KEY, path TEXT, build_id TEXT);
CREATE TABLE stack (
  id INTEGER PRIMARY KEY,
  raw_frames INTEGER, -- how many
  frames INTEGER, -- how many, with the functions put into others; NULL: without names
  ends INTEGER -- 1 whole, 2 too deep, 3 no unwind information, 4 no memory, 5 no module, 6 no register
);
CREATE TABLE raw_frame ( -- n 0 is the innermost
  stack INTEGER, n INTEGER, address INTEGER,
  file INTEGER, -- a number for the module, in this recording; 0: none
  vaddr INTEGER, -- in that file
  pid INTEGER, -- of code in no file
  interrupted INTEGER, guessed INTEGER, PRIMARY KEY (stack, n)
) WITHOUT ROWID;
CREATE TABLE frame ( -- with names
  stack INTEGER, n INTEGER, function INTEGER, -- string
  offset INTEGER, file INTEGER, -- string
  line INTEGER, module INTEGER, address INTEGER, inlined INTEGER, guessed INTEGER, go INTEGER, own INTEGER,
  PRIMARY KEY (stack, n)
) WITHOUT ROWID;

-- --- threads, as of the last sweep ---
CREATE TABLE thread (
  id INTEGER PRIMARY KEY,
  asked INTEGER, -- 0: nobody asked for it, but somebody waits for it
  sampled INTEGER, -- 0: known by events only
  wait INTEGER,
  first_sweep INTEGER,
  gone_sweep INTEGER, -- the first one that did not see it: the rest is as it was before
  tid INTEGER, pid INTEGER, ns_tid INTEGER, ns_pid INTEGER, comm TEXT, process_comm TEXT, parent_pid INTEGER,
  start_time INTEGER, ended_at INTEGER, kernel_thread INTEGER,
  seen_at INTEGER, -- NULL: at the last sweep
  state TEXT, on_cpu INTEGER, blocked INTEGER,
  at_least INTEGER, -- 1: blocked for longer than blocked_since says
  blocked_since INTEGER,
  rearms INTEGER, -- how often its wait was armed again since
  armed_at INTEGER, rearmed_at INTEGER, period_ns INTEGER,
  wait_confirmed INTEGER, wait_read_at INTEGER, steady_from INTEGER, ran_at INTEGER,
  free_since INTEGER, user_stack INTEGER, kernel_stack INTEGER, stack_error INTEGER, moving INTEGER,
  syscall INTEGER, arg0 INTEGER, arg1 INTEGER, arg2 INTEGER, arg3 INTEGER, arg4 INTEGER, arg5 INTEGER,
  sp INTEGER, pc INTEGER,
  blocker_lock INTEGER, blocker_kind INTEGER, blocker_hint INTEGER, blocker_tid INTEGER, blocker_pid INTEGER,
  run_ns INTEGER, voluntary_switches INTEGER, involuntary_switches INTEGER,
  spawned_at INTEGER, spawner_tid INTEGER, spawner_pid INTEGER, spawner_ns_tid INTEGER, spawner_ns_pid INTEGER,
  spawner_comm TEXT, spawn_stack INTEGER, first_run_at INTEGER, first_seen_at INTEGER, first_run_ns INTEGER,
  first_voluntary INTEGER, first_involuntary INTEGER,
  last_wake_at INTEGER, waker_tid INTEGER, waker_pid INTEGER, waker_ns_tid INTEGER, waker_ns_pid INTEGER,
  waker_comm TEXT,
  blocks INTEGER, blocks_ns INTEGER, longest_ns INTEGER, -- ended ones, of the threshold and longer
  end_noted INTEGER, spawn_failures INTEGER, spawn_error INTEGER
);
CREATE TABLE thread_longest ( -- its longest blocks that have ended
  thread INTEGER, n INTEGER, at INTEGER, ns INTEGER, syscall INTEGER, user_stack INTEGER, waker_tid INTEGER,
  waker_comm TEXT, PRIMARY KEY (thread, n)
) WITHOUT ROWID;
CREATE TABLE thread_place ( -- where it was blocked for the threshold and longer
  thread INTEGER, n INTEGER, user_stack INTEGER, syscall INTEGER, last_at INTEGER, blocks INTEGER, blocks_ns INTEGER,
  longest_ns INTEGER, PRIMARY KEY (thread, n)
) WITHOUT ROWID;
CREATE TABLE thread_repeat ( -- where it was blocked, however shortly
  thread INTEGER, n INTEGER, syscall INTEGER, argument INTEGER, sp INTEGER, pc INTEGER, count INTEGER, max_ns INTEGER,
  total_ns INTEGER, last_at INTEGER, last_used_at INTEGER, peer INTEGER, user_stack INTEGER, PRIMARY KEY (thread, n)
) WITHOUT ROWID;
CREATE TABLE wait ( -- what a thread, or a goroutine's socket, waits for; numbers: src/model/wait.h
  id INTEGER PRIMARY KEY,
  kind INTEGER, -- wait_kind
  via INTEGER, direction INTEGER, recorded INTEGER,
  key_space INTEGER, key_scope INTEGER, key_id INTEGER, key_part INTEGER,
  mutex_space INTEGER, mutex_scope INTEGER, mutex_id INTEGER, mutex_part INTEGER,
  peer INTEGER, flags INTEGER, fd INTEGER, has_value INTEGER, has_timeout INTEGER, expected INTEGER, value INTEGER,
  ends_at INTEGER, position INTEGER, readers INTEGER, most INTEGER, threads INTEGER, waker INTEGER,
  tcp_known INTEGER, tcp_state INTEGER, retransmits INTEGER, backoff INTEGER, receive_queue INTEGER,
  send_queue INTEGER, peer_receive_queue INTEGER, unacknowledged INTEGER, sent_ms_ago INTEGER,
  received_ms_ago INTEGER, bytes_sent INTEGER, bytes_received INTEGER,
  protocol INTEGER, op TEXT, object TEXT, kernel_function TEXT, unreadable TEXT,
  condition TEXT, -- what its code tests, and the value
  run TEXT, -- what came of running it forward
  address TEXT, -- that nobody else has it
  owner_count INTEGER, owner_total INTEGER, member_count INTEGER, member_total INTEGER
);
CREATE TABLE wait_owner ( -- who could release it
  wait INTEGER, n INTEGER, pid INTEGER, tid INTEGER, ns_tid INTEGER, fd INTEGER, state TEXT, role INTEGER, comm TEXT,
  start_time INTEGER, PRIMARY KEY (wait, n)
) WITHOUT ROWID;
CREATE TABLE wait_member ( -- of an epoll or poll set
  wait INTEGER, n INTEGER, fd INTEGER, events INTEGER, kind INTEGER, can_fire INTEGER, flags INTEGER,
  key_space INTEGER, key_scope INTEGER, key_id INTEGER, key_part INTEGER, object TEXT, PRIMARY KEY (wait, n)
) WITHOUT ROWID;
CREATE TABLE lock ( -- that was seen held while others waited for it
  n INTEGER PRIMARY KEY, key_space INTEGER, key_scope INTEGER, key_id INTEGER, key_part INTEGER, owner INTEGER,
  first_seen INTEGER, since INTEGER, seen_at INTEGER, changes INTEGER
);
CREATE TABLE process_cgroup ( -- where the processes of threads and goroutines run; '' is not known, or none
  n INTEGER PRIMARY KEY, pid INTEGER, path TEXT, runtime TEXT, container_id TEXT, container TEXT, pod_uid TEXT, pod TEXT,
  pod_namespace TEXT, unit TEXT
);
CREATE TABLE futex_wake ( -- the last wake-up of the futex that a thread waits for
  tid_waiting INTEGER PRIMARY KEY, at INTEGER, calls INTEGER, empty_calls INTEGER, tid INTEGER, woken INTEGER, comm TEXT
);
CREATE TABLE epoll_return ( -- what the epoll set that a thread waits for last gave
  tid_waiting INTEGER PRIMARY KEY, at INTEGER, returns INTEGER, last_change INTEGER, events INTEGER
);

-- --- goroutines, as of the last sweep ---
CREATE TABLE go_process (
  id INTEGER PRIMARY KEY,
  pid INTEGER, start_time INTEGER, comm TEXT, version TEXT, unsupported TEXT, other_runtime TEXT,
  living INTEGER, sweep INTEGER, first_sweep_at INTEGER, last_sweep_at INTEGER, greatest_goid INTEGER,
  first_greatest_goid INTEGER, refused INTEGER, timers INTEGER, timers_lasting INTEGER, timers_end_ns INTEGER,
  timers_known INTEGER, timer_function TEXT, heap_bytes INTEGER, first_heap_bytes INTEGER, search INTEGER,
  events_refused INTEGER, has_events INTEGER, events_since INTEGER, events_born INTEGER, events_ended INTEGER,
  events_blocks INTEGER, events_block_ns INTEGER
);
CREATE TABLE go_site ( -- a go statement
  process INTEGER, number INTEGER, spawn_stack INTEGER, entry_stack INTEGER, system INTEGER, living INTEGER,
  born INTEGER, ended INTEGER, PRIMARY KEY (process, number)
) WITHOUT ROWID;
CREATE TABLE goroutine (
  process INTEGER, place INTEGER, goid INTEGER, address INTEGER, parent_goid INTEGER, first_seen_at INTEGER,
  still_since INTEGER, waits_since INTEGER, object INTEGER, site INTEGER, stack INTEGER, stack_bytes INTEGER,
  tid INTEGER, flags INTEGER, state INTEGER,
  kind INTEGER, -- go_kind
  raw_kind INTEGER, reason INTEGER, tracking_seq INTEGER, locked INTEGER, PRIMARY KEY (process, place)
) WITHOUT ROWID;
CREATE TABLE go_wait ( -- what those wait for that stand for a group
  process INTEGER, n INTEGER, goid INTEGER, reason TEXT, bubble_root INTEGER, case_count INTEGER, case_total INTEGER,
  address INTEGER, locked INTEGER, starving INTEGER, readers INTEGER, writer INTEGER, counter INTEGER, waiters INTEGER,
  pool INTEGER, pool_used INTEGER, pool_size INTEGER, pool_waiters INTEGER, -- slots that are all in use
  until INTEGER, fd INTEGER, writes INTEGER, has_deadline INTEGER,
  socket INTEGER, -- wait
  PRIMARY KEY (process, n)
) WITHOUT ROWID;
CREATE TABLE go_case ( -- of go_wait: a channel
  process INTEGER, wait INTEGER, n INTEGER, address INTEGER, length INTEGER, capacity INTEGER, receivers INTEGER,
  senders INTEGER, send INTEGER, closed INTEGER, timer INTEGER, tokens INTEGER, context INTEGER, until INTEGER,
  PRIMARY KEY (process, wait, n)
) WITHOUT ROWID;
CREATE TABLE go_releasers ( -- who could end a goroutine's wait
  process INTEGER, n INTEGER, goid INTEGER, count INTEGER, total INTEGER, known INTEGER, goid0 INTEGER, goid1 INTEGER,
  goid2 INTEGER, goid3 INTEGER, goid4 INTEGER, goid5 INTEGER, goid6 INTEGER, goid7 INTEGER, PRIMARY KEY (process, n)
) WITHOUT ROWID;
CREATE TABLE go_path ( -- why what a goroutine waits for is reached: links from what always lives
  process INTEGER, n INTEGER, goid INTEGER, count INTEGER, left_out INTEGER, link0 TEXT, link1 TEXT, link2 TEXT,
  link3 TEXT, link4 TEXT, link5 TEXT, link6 TEXT, link7 TEXT, link8 TEXT, link9 TEXT, link10 TEXT, link11 TEXT,
  PRIMARY KEY (process, n)
) WITHOUT ROWID;
CREATE TABLE go_retained ( -- what goroutines of a group hold and nothing else does; goid: the lowest of them
  process INTEGER, n INTEGER, goid INTEGER, goroutines INTEGER, stack_bytes INTEGER, heap_bytes INTEGER,
  objects INTEGER, shared_bytes INTEGER, count INTEGER, -- types: the largest first
  type0 TEXT, size0 INTEGER, pointers0 INTEGER, count0 INTEGER, bytes0 INTEGER,
  type1 TEXT, size1 INTEGER, pointers1 INTEGER, count1 INTEGER, bytes1 INTEGER,
  type2 TEXT, size2 INTEGER, pointers2 INTEGER, count2 INTEGER, bytes2 INTEGER,
  type3 TEXT, size3 INTEGER, pointers3 INTEGER, count3 INTEGER, bytes3 INTEGER,
  type4 TEXT, size4 INTEGER, pointers4 INTEGER, count4 INTEGER, bytes4 INTEGER,
  type5 TEXT, size5 INTEGER, pointers5 INTEGER, count5 INTEGER, bytes5 INTEGER, PRIMARY KEY (process, n)
) WITHOUT ROWID;
CREATE TABLE go_lock ( -- how often it changed hands
  process INTEGER, n INTEGER, address INTEGER, count INTEGER, first_at INTEGER, last_at INTEGER,
  PRIMARY KEY (process, n)
) WITHOUT ROWID;
CREATE TABLE go_held ( -- who holds a Mutex or RWMutex: likely (how 0), surely (1), as the next writer (2)
  process INTEGER, n INTEGER, address INTEGER, to_read INTEGER, known INTEGER, never INTEGER, asked_at INTEGER, most INTEGER,
  runs INTEGER, ended INTEGER, instructions INTEGER, count INTEGER, total INTEGER, goid0 INTEGER, stack0 INTEGER, how0 INTEGER, deferred0 INTEGER, goid1 INTEGER, stack1 INTEGER,
  how1 INTEGER, deferred1 INTEGER, goid2 INTEGER, stack2 INTEGER, how2 INTEGER, deferred2 INTEGER, goid3 INTEGER,
  stack3 INTEGER, how3 INTEGER, deferred3 INTEGER, PRIMARY KEY (process, n)
) WITHOUT ROWID;
CREATE TABLE go_block ( -- ended blocks that probes have seen, the longest first
  process INTEGER, n INTEGER, goid INTEGER, since INTEGER, blocked_ns INTEGER, by_goid INTEGER, stack INTEGER,
  by_stack INTEGER, readier INTEGER, kind INTEGER, PRIMARY KEY (process, n)
) WITHOUT ROWID;
CREATE TABLE go_exact ( -- what probes have seen of goroutines that stand for a group
  n INTEGER PRIMARY KEY, pid INTEGER, goid INTEGER, born_at INTEGER, parent_goid INTEGER, parked_at INTEGER,
  ready_at INTEGER, ready_by INTEGER, readier INTEGER, ready_stack INTEGER, birth_stack INTEGER,
  parents_birth_stack INTEGER
);
CREATE TABLE go_label ( -- labels of a group, by the goroutine that stands for it
  n INTEGER PRIMARY KEY, pid INTEGER, goid INTEGER, text TEXT, count INTEGER
);

-- --- for people ---
CREATE VIEW frame_text AS
  SELECT stack, n, f.text AS function, g.text AS file, line, m.path AS module, m.build_id, offset
  FROM frame LEFT JOIN string f ON f.id = function LEFT JOIN string g ON g.id = file LEFT JOIN module m ON m.id = module;
CREATE VIEW stack_text AS
  SELECT stack, group_concat(text, ' < ') AS text FROM (
    SELECT stack, coalesce(nullif(function, ''), '?') || CASE WHEN line THEN ':' || line ELSE '' END AS text
    FROM frame_text ORDER BY stack, n) GROUP BY stack;
CREATE VIEW blocked_now AS
  SELECT pid, tid, process_comm, comm, (run.now - blocked_since) / 1e9 AS seconds, wait_kind.name AS waits_for,
    wait.object, stack_text.text AS stack
  FROM thread JOIN run LEFT JOIN wait ON wait.id = wait LEFT JOIN wait_kind ON wait_kind.kind = wait.kind
  LEFT JOIN stack_text ON stack_text.stack = user_stack
  WHERE blocked AND gone_sweep IS NULL AND ended_at IS NULL ORDER BY blocked_since;

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""terminal.py LEAKHOP FIXTURE: types at a shell on a terminal, below which a check runs, and says what is not as without it."""

import os
import pty
import re
import select
import sys
import time

PATIENCE = 30


class Terminal:
    def __init__(self):
        self.seen = ""
        self.child, self.fd = pty.fork()
        if self.child == 0:
            os.environ.update(PS1="READY> ", TERM="dumb")
            os.execvp("bash", ["bash", "--norc", "--noprofile", "--noediting", "-i"])

    def type(self, text):
        os.write(self.fd, text.encode())

    def expect(self, pattern):
        """Until the output has that, behind what was found before."""
        end = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.seen)):
            ready, _, _ = select.select([self.fd], [], [], max(0, end - time.monotonic()))
            if not ready:
                sys.exit("no %r in %r" % (pattern, self.seen))
            self.seen += os.read(self.fd, 4096).decode(errors="replace")
        before, self.seen = self.seen[: found.start()], self.seen[found.end() :]
        return before

    def stop(self):
        """Ctrl-Z, until the shell reads again and nobody else does: a reader that has the signal, but not a CPU yet,
        would still take the next line."""
        self.type("\x1a")
        self.expect("Stopped")
        self.expect("READY> ")
        end = time.monotonic() + PATIENCE
        while states := [state for comm, state in self.processes() if comm == "cat" and state != "T"]:
            if time.monotonic() > end:
                sys.exit("cat was not stopped: %r" % states)
            time.sleep(0.01)

    def processes(self):
        """Name and state of each process on this terminal; proc_pid_stat(5)."""
        stats = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/stat" % pid, errors="replace") as file:
                    comm, rest = file.read().split("(", 1)[1].rsplit(")", 1)
            except OSError:
                continue
            fields = rest.split()
            stats[int(pid)] = (comm, fields[0], fields[4])
        return [(comm, state) for comm, state, tty in stats.values() if tty == stats[self.child][2]]


def main():
    leakhop, fixture = sys.argv[1:3]
    terminal = Terminal()
    terminal.expect("READY> ")
    # Input, stop, and on again: the shell's jobs are as ever.
    terminal.type("%s check -q -- sh -c 'echo STAR''TED; exec cat'\n" % leakhop)
    terminal.expect("STARTED\r\n")
    terminal.type("one\n")
    terminal.expect("one\r\none\r\n")
    terminal.stop()
    terminal.type("fg\n")
    terminal.expect("exec cat.*\r\n")
    terminal.type("two\n")
    terminal.expect("two\r\ntwo\r\n")
    terminal.type("\x04")
    terminal.expect("0 findings.*exit code 0")
    terminal.expect("READY> ")
    # Ctrl-C reaches the command once, not again by leakhop.
    terminal.type("%s check -q -- %s signals\n" % (leakhop, fixture))
    terminal.expect(r"READY \d+ signals")
    terminal.type("\x03")
    terminal.expect("got 02\r\n")
    terminal.type("\x1c")
    got = terminal.expect("got 03\r\n")
    if "got" in got:
        sys.exit("a second signal: %r" % got)
    os.system("kill -TERM $(pgrep -P %d leakhop)" % terminal.child)
    terminal.expect("got 15\r\n")
    terminal.expect("exit code 3")
    terminal.expect("READY> ")
    # A shell below it has jobs of its own.
    terminal.type("%s check -q -- bash --norc --noprofile --noediting -i\n" % leakhop)
    terminal.expect("READY> ")
    terminal.type("sh -c 'echo STAR''TED; exec cat'\n")
    terminal.expect("STARTED\r\n")
    terminal.stop()
    terminal.type("fg\n")
    terminal.expect("exec cat.*\r\n")
    terminal.type("\x04")
    terminal.expect("READY> ")
    terminal.type("exit 4\n")
    terminal.expect("exit code 4")


main()

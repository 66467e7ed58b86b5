#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""How long a check takes from SIGTERM to its verdict.

    verdict_time.py SECONDS -- COMMAND...    COMMAND: leakhop check -- what hangs, within so many seconds

Prints the time in ms and the line, separated by a tab.
"""
import signal
import subprocess
import sys
import time

PREFIX = b"leakhop check: "


def main():
    check = subprocess.Popen(sys.argv[3:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(float(sys.argv[1]))
    begun = time.monotonic()
    check.send_signal(signal.SIGTERM)
    for line in check.stderr:
        if line.startswith(PREFIX):
            took = time.monotonic() - begun
            print("%.0f\t%s" % (took * 1000, line[len(PREFIX):].decode("utf-8", "replace").rstrip()))
            break
    else:
        print("-\tno verdict")
    check.stderr.read()
    check.wait()


main()

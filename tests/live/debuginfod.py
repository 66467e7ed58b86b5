#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A server of debug files:  debuginfod.py FOLDER PORT-FILE [silent]

Serves FOLDER/BUILD-ID as debuginfod(8) does, or takes connections and says nothing. Its port goes to PORT-FILE.
"""
import http.server
import os
import re
import socket
import sys
import time


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = re.fullmatch(r"/buildid/([0-9a-f]+)/debuginfo", self.path)
        path = os.path.join(sys.argv[1], found.group(1)) if found else ""
        if not os.path.isfile(path):
            self.send_error(404)
            return
        data = open(path, "rb").read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def tell(port):
    with open(sys.argv[2] + ".new", "w") as file:
        file.write(str(port))
    os.rename(sys.argv[2] + ".new", sys.argv[2])


if len(sys.argv) > 3:
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    tell(listener.getsockname()[1])
    time.sleep(10 ** 6)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
tell(server.server_address[1])
server.serve_forever()

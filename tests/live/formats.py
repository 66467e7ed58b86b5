#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""formats.py COMMAND FILE... - readers of leakhop's formats, as strict as can be

folded FILE          by the rules of flamegraph.pl: prints its lines as JSON
svg FILE             boxes that flamegraph.pl has drawn: their names and counts
speedscope FOLDER FILE  what speedscope, in that folder, shows of a file: its table of functions, as text
perfetto FILE        by the field numbers of trace_packet.proto and track_event.proto: prints tracks, slices, arrows
                     and counts as JSON; also held against Perfetto's own description, where Python has that
page FILE            a page as a browser has built it (--dump-dom): prints its texts as JSON
drive FILE           uses a page as a person would who has a keyboard only: prints what it showed
page_data FILE       the data that a page brings along
"""
import functools
import html.parser
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as tree


def printable(data):
    """No byte but of text that a terminal and a reader of lines can take."""
    text = data.decode("utf-8")
    bad = [c for c in text if c != "\n" and (ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or ord(c) in (0x2028, 0x2029, 0x202E))]
    assert not bad, f"control characters: {bad[:5]}"
    return text


def folded(path):
    with open(path, "rb") as file:
        text = printable(file.read())
    assert not text or text.endswith("\n")
    lines = []
    for line in text.splitlines():
        match = re.fullmatch(r"(.*)\s+?(\d+(?:\.\d*)?)", line)
        assert match, f"no value: {line}"
        stack = match[1]
        # Else it is read as a difference between two profiles.
        assert not re.fullmatch(r"(.*)\s+?(\d+(?:\.\d*)?)", stack), f"two values: {line}"
        frames = stack.split(";")
        assert len(frames) > 1 and all(frames), f"an empty frame: {line}"
        lines.append({"frames": frames, "value": int(match[2])})
    assert all(line["value"] > 0 for line in lines)
    print(json.dumps(lines))


def svg(path):
    titles = [title.text for title in tree.parse(path).iter("{http://www.w3.org/2000/svg}title")]
    found = [re.fullmatch(r"(.*) \(([\d,]+) threads?, [\d.]+%\)", title, re.DOTALL) for title in titles]
    print(json.dumps([{"name": one[1], "count": int(one[2].replace(",", ""))} for one in found if one]))


def speedscope(folder, path):
    shutil.copy(path, os.path.join(folder, "told.txt"))
    handler = functools.partial(Quiet, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    own = f"http://127.0.0.1:{server.server_port}/"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile, "--use-gl=angle --use-angle=swiftshader --enable-unsafe-swiftshader")
        try:
            browser.open(f"{own}index.html#profileURL={own}told.txt&title=told")
            browser.until("document.body.innerText.includes('Sandwich')")
            browser.get("for (const one of document.querySelectorAll('div')) if (one.textContent == '\U0001F96ASandwich') one.click()")
            browser.until("document.body.innerText.includes('Symbol Name') && document.body.innerText.includes('%)')")
            print(json.dumps(browser.get("document.body.innerText")))
        finally:
            browser.process.kill()
            browser.process.wait()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def fields(data):
    """The wire format of protobuf: {number: values}; a value is an int, or bytes."""
    found = {}
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            value = varint()
        elif key & 7 == 1:
            value = int.from_bytes(data[at : at + 8], "little")
            at += 8
        else:
            assert key & 7 == 2, f"wire type {key & 7}"
            size = varint()
            value = data[at : at + size]
            assert len(value) == size
            at += size
        found.setdefault(key >> 3, []).append(value)
    return found


def text(message, number):
    return printable(message[number][0]) if number in message else ""


def number(message, at):
    return message.get(at, [0])[0]


def own_description(data):
    """Perfetto's own classes read it, and know every field."""
    try:
        from google.protobuf.unknown_fields import UnknownFieldSet
        from perfetto.protos.perfetto.trace import perfetto_trace_pb2
    except ImportError:
        return
    trace = perfetto_trace_pb2.Trace()
    trace.ParseFromString(data)
    waiting = [trace]
    while waiting:
        message = waiting.pop()
        assert not len(UnknownFieldSet(message))
        for descriptor, value in message.ListFields():
            if descriptor.type == descriptor.TYPE_MESSAGE:
                waiting.extend(value if descriptor.is_repeated else [value])


def track_of(descriptor):
    track = {"name": text(descriptor, 2), "parent": number(descriptor, 5), "counts": 8 in descriptor}
    for kind in (3, 4):
        if kind in descriptor:
            part = fields(descriptor[kind][0])
            track["pid"] = number(part, 1)
            track["tid"] = number(part, 2) if kind == 4 else 0
            track["name"] = text(part, 5 if kind == 4 else 6)
    return track


def perfetto(path):
    with open(path, "rb") as file:
        data = file.read()
    own_description(data)
    packets = [fields(packet) for packet in fields(data)[1]]
    assert 6 in packets[0], "the clocks come first"
    assert number(fields(packets[0][6][0]), 2) == 3, "CLOCK_MONOTONIC"
    tracks, slices, counts, flows, open_slices = {}, [], [], {}, {}
    for packet in packets:
        assert number(packet, 10) == 1
        if 60 in packet:
            descriptor = fields(packet[60][0])
            uuid = number(descriptor, 1)
            assert uuid and uuid not in tracks, "told twice"
            tracks[uuid] = track_of(descriptor)
        if 11 not in packet:
            continue
        event = fields(packet[11][0])
        at, kind, uuid = number(packet, 8), number(event, 9), number(event, 11)
        track = tracks[uuid]
        assert number(packet, 58) == 3 and at
        assert (kind == 4) == track["counts"]
        if kind == 4:
            counts.append({"track": track["name"], "at": at, "count": number(event, 30)})
            continue
        notes = [fields(note) for note in event.get(4, [])]
        told = {"track": track, "at": at, "name": text(event, 23), "until": None}
        told["notes"] = {text(note, 10): text(note, 6) if 6 in note else number(note, 3) for note in notes}
        for flow in event.get(47, []):
            flows[flow] = {"from": track, "at": at, "name": told["name"]}
        for flow in event.get(48, []):
            flows[flow].update(to=track, until=at)
            assert at >= flows[flow]["at"]
        if kind == 1:
            open_slices.setdefault(uuid, []).append(told)
            slices.append(told)
        elif kind == 2:
            begun = open_slices[uuid].pop()
            begun["until"] = at
            assert at >= begun["at"]
        else:
            assert kind == 3 and told["name"]
    assert not any(open_slices.values()), "slices that do not end"
    assert all("to" in flow for flow in flows.values())
    for uuid, track in tracks.items():
        assert not track["parent"] or track["parent"] in tracks or track["counts"], f"no parent of {uuid}"
    print(json.dumps({"tracks": list(tracks.values()), "slices": slices, "counts": counts, "arrows": list(flows.values())}))


class Page(html.parser.HTMLParser):
    """What there is of elements, and the text of some."""

    # Whatever the page's own script makes; nothing that loads or runs.
    KNOWN = set(
        """html head meta title style body main script header h1 h2 h3 p nav a ul li section small article span dl dt dd
        code details summary table tbody tr td pre div input label select option button footer noscript
        svg defs marker path text g rect""".split()
    )

    def __init__(self):
        super().__init__()
        self.open, self.texts, self.count = [], {}, {}

    def handle_starttag(self, tag, attributes):
        assert tag in self.KNOWN, f"an element <{tag}>"
        bad = [name for name, _ in attributes if name.startswith("on") or name in ("src", "srcset")]
        assert not bad and (tag == "div" or "style" not in dict(attributes)), (tag, attributes)
        links = [value for name, value in attributes if name in ("href", "xlink:href")]
        assert all(link.startswith("#") for link in links), links
        self.count[tag] = self.count.get(tag, 0) + 1
        self.texts.setdefault(tag, []).append("")
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        for tag in set(self.open):
            self.texts[tag][-1] += data


def read_page(path):
    with open(path, encoding="utf-8") as file:
        content = file.read()
    page = Page()
    page.feed(content)
    assert page.count["script"] == 2, page.count
    return page


def page(path):
    print(json.dumps(read_page(path).texts))


def page_data(path):
    with open(path, "rb") as file:
        content = file.read()
    before, rest = content.split(b'<script type="application/json" id="data">')
    data, after = rest.split(b"</script>", 1)
    assert not set(b"<>&\n") & set(data) and data.isascii(), "markup in the data"
    assert len(before) + len(after) < 1 << 20
    print(json.dumps(json.loads(data)))


class Browser:
    """Chromium behind two pipes: the DevTools protocol, a NUL behind each message."""

    def __init__(self, profile, options="--disable-gpu"):
        own_reads, its_writes = os.pipe()
        its_reads, own_writes = os.pipe()
        self.input, self.output = os.fdopen(own_reads, "rb", 0), os.fdopen(own_writes, "wb", 0)
        self.process = subprocess.Popen(
            ["sh", "-c", f"exec chromium --headless --no-sandbox {options} --no-first-run --remote-debugging-pipe "
             f'--user-data-dir="$1" about:blank 3<&{its_reads} 4>&{its_writes}', "sh", profile],
            pass_fds=(its_reads, its_writes), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(its_reads)
        os.close(its_writes)
        self.number, self.session, self.requests, self.blocked, self.rest = 0, None, {}, [], b""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def message(self):
        while b"\0" not in self.rest:
            more = self.input.read(65536)
            assert more, "the browser has ended"
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(message)
        if message.get("method") == "Network.requestWillBeSent":
            self.requests[message["params"]["requestId"]] = message["params"]["request"]["url"]
        if message.get("method") == "Network.loadingFailed" and message["params"].get("blockedReason") == "csp":
            self.blocked.append(self.requests.pop(message["params"]["requestId"]))
        return message

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.output.write(json.dumps(message).encode() + b"\0")
        while (answer := self.message()).get("id") != self.number:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def get(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def key(self, key, code=0):
        text = {"text": "\r"} if key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", key=key, code=key, windowsVirtualKeyCode=code, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def until(self, expression):
        end = time.monotonic() + 60
        while not self.get(expression):
            assert time.monotonic() < end, f"never: {expression}: {self.get('document.body.innerText')}"
            time.sleep(0.05)

    def open(self, path):
        self.call("Network.enable")
        self.call("Page.enable")
        self.call("Page.navigate", url=path if path.startswith("http:") else "file://" + os.path.abspath(path))
        while self.message().get("method") != "Page.loadEventFired":
            pass


FOCUSED = "document.activeElement.firstChild && document.activeElement.firstChild.textContent"


def drive(path):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile)
        try:
            browser.open(path)
            print(json.dumps(use(browser)))
        finally:
            browser.process.kill()
            browser.process.wait()


def use(browser):
    seen = {}
    frames = "[...document.querySelectorAll('.frame')].map((one) => one.textContent)"
    browser.get("document.querySelector('.frame').focus()")
    for name, key, code in (("down", "ArrowDown", 40), ("zoomed", "Enter", 13), ("out", "Escape", 27)):
        browser.key(key, code)
        seen[name] = {"at": browser.get(FOCUSED), "above": browser.get("document.querySelectorAll('.frame.above').length")}
    browser.get("document.getElementById('search').focus()")
    browser.call("Input.insertText", text="TAKE_a")
    seen["hits"] = browser.get("[...document.querySelectorAll('.frame.hit')].map((one) => one.textContent)")
    seen["found"] = browser.get("document.querySelector('.told').textContent")
    browser.get("document.querySelector('article summary').focus()")
    browser.key("Enter", 13)
    seen["opened"] = browser.get("document.querySelectorAll('article details[open]').length")
    for scheme in ("light", "dark"):
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        seen[scheme] = browser.get("getComputedStyle(document.body).backgroundColor")
    browser.call("Emulation.setDeviceMetricsOverride", width=360, height=700, deviceScaleFactor=1, mobile=True)
    seen["too_wide"] = browser.get("document.documentElement.scrollWidth > 360")
    browser.get("document.body.append(document.createElement('img'), document.createElement('script'))")
    browser.get("document.querySelector('body > img').src = 'http://127.0.0.1:9/x.png'")
    browser.get("document.querySelector('body > script:last-child').textContent = 'window.ran = true'")
    seen["ran"] = bool(browser.get("window.ran"))
    seen["frames"] = browser.get(frames)
    while not browser.blocked:
        browser.message()
    seen["blocked"] = browser.blocked
    seen["requests"] = [url for url in browser.requests.values() if not url.startswith("file://")]
    return seen


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])

/* SPDX-License-Identifier: GPL-2.0-only
   Draws the report. Its data holds names that a stranger has chosen: they become text nodes and nothing else. */
"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const page = document.getElementById("page");
const SVG = "http://www.w3.org/2000/svg";
const TOLD = ["DEADLOCK", "LEAK", "STUCK", "suspect"];
const NOUNS = { DEADLOCK: "deadlock", LEAK: "leak", STUCK: "stuck wait" };
const GRAPH_MOST = 60, SERIES_MOST = 12, OPEN_MOST = 12, FRAME_LEAST = 0.0012, ROW = 20;

const fill = (node, attributes, children) => {
	for (const [name, value] of Object.entries(attributes || {})) {
		if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
	}
	for (const child of children) {
		if (child !== null && child !== undefined) node.append(child);
	}
	return node;
};
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
const plural = (count, word) => count + " " + word + (count === 1 ? "" : "s");
const cut = (text, most) => text.length > most ? text.slice(0, most - 1) + "…" : text;

const duration = (ns) => {
	const s = ns / 1e9;
	if (ns < 1e3) return ns + "ns";
	if (ns < 1e6) return (ns / 1e3).toFixed(0) + "us";
	if (ns < 1e9) return (ns / 1e6).toFixed(1) + "ms";
	if (s < 60) return s.toFixed(1) + "s";
	if (s < 3600) return Math.floor(s / 60) + "m " + Math.floor(s % 60) + "s";
	if (s < 86400) return Math.floor(s / 3600) + "h " + Math.floor(s % 3600 / 60) + "m";
	return Math.floor(s / 86400) + "d " + Math.floor(s % 86400 / 3600) + "h";
};
const verdictClass = (verdict) => verdict.toLowerCase();
const badge = (verdict) => el("span", { class: "badge " + verdictClass(verdict) }, verdict);
const section = (id, title, more, ...children) =>
	el("section", { id }, el("h2", {}, title, more ? el("small", {}, "  " + more) : null), ...children);

/* --- the answer ----------------------------------------------------------------------------------- */
const part = (name) => data.records.filter((record) => record.part === name);
const findings = part("finding"), suspects = part("suspect"), waits = part("wait");
data.records.forEach((record, index) => { record.id = "r" + index; });

const heading = () => {
	const run = data.run;
	const looked = run.command === "dump" ? "One look, now: " : "Watched for " + run.took + ": ";
	const seen = plural(run.threads, "thread") + (run.goroutines ? " and " + plural(run.goroutines, "goroutine") : "");
	let text, mood;
	if (findings.length) {
		const counts = new Map();
		for (const record of findings) counts.set(record.verdict, (counts.get(record.verdict) || 0) + 1);
		text = plural(findings.length, "finding") + ": " +
			[...counts].map(([verdict, count]) => plural(count, NOUNS[verdict] || verdict)).join(", ");
		mood = "bad";
	} else {
		text = suspects.length ? "Nothing is certain to be stuck, but there " +
			(suspects.length === 1 ? "is 1 suspect" : "are " + suspects.length + " suspects")
			: "Nothing is stuck";
		mood = suspects.length ? "" : "good";
	}
	document.title = text + " - leakhop on " + run.host;
	return el("header", {},
		el("h1", { class: mood }, text),
		el("p", { class: "lead" }, looked + seen + " on " + run.host + ", until " +
			run.ended.slice(0, 19).replace("T", " ") + " UTC. What is blocked for " + run.threshold + " or longer counts."),
		data.limits.length ? el("ul", { class: "notes" }, ...data.limits.map((limit) => el("li", {}, limit))) : null);
};

/* --- records -------------------------------------------------------------------------------------- */
const stackTable = (place) => {
	const [frames, telling, end] = data.stacks[place];
	const rows = frames.map((number, index) => {
		const [name, where, module, inlined] = data.frames[number] || ["?", "", "", false];
		return el("tr", { class: index === telling ? "telling" : null },
			el("td", {}, index === telling ? "›" : ""),
			el("td", {}, el("code", {}, name + (inlined ? " (inlined)" : ""))),
			el("td", {}, el("code", {}, where)),
			el("td", {}, el("code", {}, module.slice(module.lastIndexOf("/") + 1))));
	});
	if (end) rows.push(el("tr", {}, el("td", {}), el("td", { colspan: 3 }, end)));
	return el("table", { class: "stack" }, el("tbody", {}, ...rows));
};

const body = (record) => {
	const list = el("dl", {});
	const add = (name, attributes, text) => { if (text) list.append(el("dt", {}, name), el("dd", attributes, text)); };
	add("where", {}, record.where && el("code", {}, record.where));
	add("what to do", { class: "do" }, record.remedy);
	add("waits for", {}, record.wait);
	add("proof", {}, record.proof);
	return [
		record.why ? el("p", { class: "why" }, record.why) : null,
		list.children.length ? list : null,
		...record.stacks.map(([title, place]) =>
			el("details", {}, el("summary", {}, "stack: " + title + " (" + plural(data.stacks[place][0].length, "frame") + ")"),
				stackTable(place))),
		el("details", { class: "all" }, el("summary", {}, "all that is known of it"), el("pre", { tabindex: 0 }, record.text.trimEnd())),
	];
};
const card = (record) => el("article", { class: "card " + verdictClass(record.verdict), id: record.id },
	el("h3", {}, badge(record.verdict), record.head), ...body(record));
const folded = (record) => el("details", { class: "card " + verdictClass(record.verdict), id: record.id },
	el("summary", {}, badge(record.verdict), record.head, record.where ? el("code", { class: "soft" }, "  " + record.where) : null),
	...body(record));

/* --- who waits for whom ---------------------------------------------------------------------------- */
const graphSection = () => {
	const nodes = new Map(data.graph.nodes.map(([id, label, verdict, pid]) =>
		[id, { id, label, verdict, pid, out: [], into: 0, count: 1 }]));
	for (const [from, to, label] of data.graph.edges) {
		nodes.get(from).out.push({ to, label });
		nodes.get(to).into++;
	}
	if (!nodes.size) return null;
	/* Who waits for the same, and nobody for them, is one box. */
	const same = new Map();
	for (const node of [...nodes.values()]) {
		if (node.into || !node.out.length) continue;
		const key = JSON.stringify([node.pid, node.verdict, node.out]);
		const first = same.get(key);
		if (first) { first.count++; nodes.delete(node.id); } else same.set(key, node);
	}
	/* The worst first, each with all that it waits for. */
	const drawn = new Set();
	const take = (id) => {
		for (const todo = [id]; todo.length;) {
			const next = todo.pop();
			if (drawn.has(next) || drawn.size >= GRAPH_MOST) continue;
			drawn.add(next);
			for (const edge of nodes.get(next).out) todo.push(edge.to);
		}
	};
	const told = [...nodes.values()].filter((node) => TOLD.includes(node.verdict));
	for (const node of told.length ? told : nodes.values()) take(node.id);
	const list = [...drawn].map((id) => nodes.get(id));
	const left = nodes.size - list.length + data.graph.left_out;
	return section("graph", "Who waits for whom", "an arrow leads to who could release it",
		el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "wait-for graph" }, drawGraph(list, nodes, drawn)),
		left ? el("p", { class: "soft" }, "Not drawn: " + plural(left, "more node") +
			(told.length ? ", most of which are idle." : ".")) : null);
};

/* Layers from left to right; an arrow that closes a circle does not count. */
const layersOf = (list, nodes, drawn) => {
	const state = new Map();
	const visit = (start) => {
		for (const path = [[start, 0]]; path.length;) {
			const top = path[path.length - 1], node = top[0];
			if (!top[1]) { state.set(node.id, "open"); node.layer = 0; }
			const edge = node.out[top[1]++];
			if (!edge) {
				state.set(node.id, "done");
				path.pop();
				const below = path[path.length - 1];
				if (below) below[0].layer = Math.max(below[0].layer, node.layer + 1);
				continue;
			}
			if (!drawn.has(edge.to)) continue;
			const to = nodes.get(edge.to);
			if (state.get(edge.to) === "open") edge.back = true;
			else if (state.get(edge.to) === "done") node.layer = Math.max(node.layer, to.layer + 1);
			else path.push([to, 0]);
		}
	};
	for (const node of list) if (!state.has(node.id)) visit(node);
	const most = Math.max(...list.map((node) => node.layer));
	const layers = Array.from({ length: most + 1 }, () => []);
	for (const node of list) layers[most - node.layer].push(node);
	/* Near to whom they wait for. */
	for (let turn = 0; turn < 4; turn++) {
		for (const layer of layers) layer.forEach((node, index) => { node.row = index; });
		for (let at = layers.length - 2; at >= 0; at--) {
			for (const node of layers[at]) {
				const rows = node.out.filter((edge) => drawn.has(edge.to)).map((edge) => nodes.get(edge.to).row);
				if (rows.length) node.row = rows.reduce((a, b) => a + b, 0) / rows.length;
			}
			layers[at].sort((a, b) => a.row - b.row);
			layers[at].forEach((node, index) => { node.row = index; });
		}
	}
	return layers;
};

/* Those that are linked, whichever way, together. */
const partsOf = (list, drawn) => {
	const part = new Map(list.map((node) => [node.id, node.id]));
	const top = (id) => { while (part.get(id) !== id) id = part.get(id); return id; };
	for (const node of list)
		for (const edge of node.out) if (drawn.has(edge.to)) part.set(top(edge.to), top(node.id));
	const parts = new Map();
	for (const node of list) {
		const id = top(node.id);
		parts.set(id, [...(parts.get(id) || []), node]);
	}
	return [...parts.values()];
};

const drawGraph = (list, nodes, drawn) => {
	const WIDE = 218, GAP = 190, HIGH = 40, STEP = 58, EDGE = 20;
	let height = EDGE, width = 0;
	for (const part of partsOf(list, drawn)) {
		const layers = layersOf(part, nodes, drawn);
		const rows = Math.max(...layers.map((layer) => layer.length));
		layers.forEach((layer, at) => layer.forEach((node, index) => {
			node.x = EDGE + at * (WIDE + GAP);
			node.y = height + index * STEP + (rows - layer.length) * STEP / 2;
		}));
		width = Math.max(width, EDGE * 2 + layers.length * WIDE + (layers.length - 1) * GAP);
		height += rows * STEP + (part.some((node) => node.out.some((edge) => edge.back)) ? 34 : 12);
	}
	const tip = (id, kind) => svg("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" },
		svg("path", { d: "M0 0 8 4 0 8z", class: "tip" + kind }));
	const picture = svg("svg", { width, height, viewBox: "0 0 " + width + " " + height, role: "img", "aria-label": "who waits for whom" },
		svg("defs", {}, tip("tip", ""), tip("tip-circle", " circle")));
	const labels = [];
	for (const node of list) {
		for (const edge of node.out) {
			if (!drawn.has(edge.to)) continue;
			const to = nodes.get(edge.to);
			let path, x, y;
			if (edge.back || to.x <= node.x) {
				const low = Math.max(node.y, to.y) + HIGH + 14;
				path = "M" + (node.x + WIDE / 2 + 20) + " " + (node.y + HIGH) + " C" + (node.x + WIDE / 2 + 20) + " " + (low + 14) + " " +
					(to.x + WIDE / 2 - 20) + " " + (low + 14) + " " + (to.x + WIDE / 2 - 20) + " " + (to.y + HIGH + 2);
				x = (node.x + to.x + WIDE) / 2;
				y = low + 4;
			} else {
				const x1 = node.x + WIDE, y1 = node.y + HIGH / 2, x2 = to.x - 2, y2 = to.y + HIGH / 2, bend = (x2 - x1) / 2;
				path = "M" + x1 + " " + y1 + " C" + (x1 + bend) + " " + y1 + " " + (x2 - bend) + " " + y2 + " " + x2 + " " + y2;
				x = (x1 + x2) / 2;
				y = (y1 + y2) / 2 - 5;
			}
			const circle = (node.verdict === "DEADLOCK" && to.verdict === "DEADLOCK") || edge.back;
			picture.append(svg("path", { d: path, class: "edge" + (circle ? " circle" : ""), "marker-end": circle ? "url(#tip-circle)" : "url(#tip)" }));
			if (edge.label) labels.push(svg("text", { x, y, class: "label", "text-anchor": "middle" }, svg("title", {}, edge.label), cut(edge.label, 27)));
		}
	}
	picture.append(...labels);
	for (const node of list) {
		const record = data.records.find((one) => one.node === node.id);
		const words = node.label + (node.count > 1 ? " and " + (node.count - 1) + " more" : "");
		const box = svg("g", { class: verdictClass(node.verdict || "running") },
			svg("title", {}, words),
			svg("rect", { x: node.x, y: node.y, width: WIDE, height: HIGH, rx: 6, class: "box" }),
			svg("text", { x: node.x + 10, y: node.y + 17 }, cut(words, 27)),
			svg("text", { x: node.x + 10, y: node.y + 32, class: "small" }, node.verdict ? node.verdict + ", process " + node.pid : "any thread of it"));
		picture.append(record ? svg("a", { href: "#" + record.id }, box) : box);
	}
	return picture;
};

/* --- over time ------------------------------------------------------------------------------------- */
const timeSection = () => {
	const growth = (record) => record.series[record.series.length - 1][1] - record.series[0][1];
	const most = (record) => Math.max(...record.series.map(([, count]) => count));
	const least = (record) => Math.min(...record.series.map(([, count]) => count));
	const all = data.records.filter((record) => record.series);
	const rows = all.filter((record) => record.part === "finding" || most(record) !== least(record))
		.sort((a, b) => growth(b) - growth(a) || most(b) - most(a));
	const same = all.length - rows.length;
	const rest = same ? el("p", { class: "soft" }, plural(same, rows.length ? "other group" : "group") + " stayed as " +
		(same === 1 ? "it was." : "they were.")) : null;
	if (!rows.length && rest) return section("time", "Over time", "", rest);
	if (!rows.length)
		return section("time", "Over time", "", el("p", { class: "soft" },
			data.run.command === "dump" ? "This was one look. `leakhop trace` shows how the numbers change." :
				"Nothing that is told here was seen by more than one sweep."));
	const begin = Math.min(...rows.map((record) => record.series[0][0]));
	const list = el("div", { class: "series" });
	for (const record of rows.slice(0, SERIES_MOST)) {
		const high = Math.max(most(record), 1), x = (at) => (600 * (at - begin) / (-begin || 1)).toFixed(1);
		const y = (count) => (38 - 34 * count / high).toFixed(1);
		const points = [...record.series, [0, record.series[record.series.length - 1][1]]];
		const path = points.map(([at, count], index) => index ? "H" + x(at) + "V" + y(count) : "M" + x(at) + " " + y(count)).join("");
		const words = plural(record.series[0][1], record.kind) + " " + duration(-record.series[0][0] * 1e9) + " ago, " +
			points[points.length - 1][1] + " at the end";
		list.append(
			el("div", { class: "name" }, badge(record.verdict), el("a", { href: "#" + record.id }, record.where || record.head)),
			svg("svg", { viewBox: "0 0 600 40", preserveAspectRatio: "none", role: "img", "aria-label": words, class: verdictClass(record.verdict) },
				svg("title", {}, words),
				svg("path", { d: path + "V40H" + x(points[0][0]) + "z", class: "area" }), svg("path", { d: path, class: "line" })),
			el("div", { class: "numbers" }, record.series[0][1] + " → " + points[points.length - 1][1]));
	}
	return section("time", "Over time", "how many stand there, over the last " + duration(-begin * 1e9), list,
		rows.length > SERIES_MOST ? el("p", { class: "soft" }, plural(rows.length - SERIES_MOST, "more group") + " not drawn.") : null, rest);
};

/* --- flame graph ------------------------------------------------------------------------------------ */
const hueOf = (text) => {
	let hash = 7;
	for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) >>> 0;
	return 5 + hash % 56;
};
const treeOf = (value) => {
	const root = { name: "all", detail: "", module: "", value: 0, children: new Map(), parent: null };
	const below = (node, name, detail, module) => {
		let child = node.children.get(name);
		if (!child) {
			child = { name, detail, module, value: 0, children: new Map(), parent: node };
			node.children.set(name, child);
		}
		return child;
	};
	for (const [process, pid, user, kernel, ns, count] of data.folds) {
		const amount = value === "ns" ? Math.max(ns, 1) : count;
		const path = [];
		let at = below(root, process + " (" + pid + ")", "", process);
		path.push(root, at);
		const place = user >= 0 ? user : kernel;
		if (place < 0) { at = below(at, "stack not known", "", ""); path.push(at); }
		for (const number of place >= 0 ? [...data.stacks[place][0]].reverse() : []) {
			const [name, where, module] = data.frames[number] || ["?", "", ""];
			at = below(at, name, where, module);
			path.push(at);
		}
		for (const node of path) node.value += amount;
	}
	return root;
};

const flameSection = () => {
	if (!data.folds.length) return null;
	const known = data.folds.some((fold) => fold[4] > 0);
	let value = known ? "ns" : "count", root = treeOf(value), zoomed = root, words = "", focus = null;
	const rows = el("div", { class: "rows", role: "tree", "aria-label": "flame graph" });
	const told = el("p", { class: "told soft", role: "status" });
	const search = el("input", { type: "search", id: "search", placeholder: "function, file or module", autocomplete: "off" });
	const choice = el("select", { id: "value" }, el("option", { value: "ns" }, "blocked time"), el("option", { value: "count" }, "number of waits"));
	const reset = el("button", { type: "button" }, "whole picture");
	choice.value = value;
	const amount = (node) => value === "ns" ? duration(node.value) : plural(node.value, "wait");
	const share = (part) => (100 * part / (root.value || 1)).toFixed(1) + "%";
	const matches = (node) => words && (node.name + "\n" + node.detail + "\n" + node.module).toLowerCase().includes(words);
	const matched = (node) => matches(node) ? node.value : [...node.children.values()].reduce((sum, child) => sum + matched(child), 0);
	const tell = (node) => {
		told.textContent = node.name + (node.detail ? "  " + node.detail : "") + (node.module && node.module !== node.name ? "  " + node.module : "") +
			": " + amount(node) + ", " + share(node.value);
	};
	const sayMatches = () => { told.textContent = words ? "Found in " + share(matched(root)) + " of all." : hint; };
	const hint = "Enter or a click zooms in, Escape out; the arrow keys go from frame to frame.";

	const box = (node, left, width, depth, above) => {
		const one = el("div", { class: "frame" + (matches(node) ? " hit" : "") + (above ? " above" : ""), role: "treeitem", "aria-level": depth + 1,
			tabindex: -1, title: node.name + (node.detail ? "  " + node.detail : "") + ": " + amount(node) }, width > 0.02 ? node.name : "");
		one.style.left = (100 * left) + "%";
		one.style.width = (100 * width) + "%";
		one.style.top = (depth * ROW) + "px";
		one.style.setProperty("--hue", hueOf(node.module || node.name));
		one.node = node;
		node.box = one;
		rows.append(one);
	};
	const draw = () => {
		const above = [];
		let deepest = 0;
		for (let node = zoomed.parent; node; node = node.parent) above.unshift(node);
		rows.textContent = "";
		above.forEach((node, depth) => box(node, 0, 1, depth, true));
		const todo = [[zoomed, 0, 1, above.length]];
		while (todo.length) {
			const [node, left, width, depth] = todo.shift();
			box(node, left, width, depth, false);
			deepest = Math.max(deepest, depth);
			let at = left;
			for (const child of [...node.children.values()].sort((a, b) => b.value - a.value)) {
				const wide = width * child.value / (node.value || 1);
				if (wide >= FRAME_LEAST) todo.push([child, at, wide, depth + 1]);
				at += wide;
			}
		}
		rows.style.height = ((deepest + 1) * ROW) + "px";
		(zoomed.box || rows.firstChild).tabIndex = 0;
	};
	const zoom = (node) => { zoomed = node; draw(); node.box.focus(); tell(node); };
	const move = (node) => {
		if (!node || !node.box || !node.box.isConnected) return;
		if (focus && focus.box) focus.box.tabIndex = -1;
		focus = node;
		node.box.tabIndex = 0;
		node.box.focus();
	};
	const beside = (node, step) => {
		if (!node.parent) return null;
		const all = [...node.parent.children.values()].sort((a, b) => b.value - a.value);
		return all[all.indexOf(node) + step];
	};
	rows.addEventListener("click", (event) => { if (event.target.node) zoom(event.target.node); });
	rows.addEventListener("mouseover", (event) => { if (event.target.node) tell(event.target.node); });
	rows.addEventListener("focusin", (event) => { if (event.target.node) { focus = event.target.node; tell(focus); } });
	rows.addEventListener("keydown", (event) => {
		const node = event.target.node;
		if (!node) return;
		const does = {
			Enter: () => zoom(node), " ": () => zoom(node), Escape: () => zoom(root), ArrowUp: () => move(node.parent),
			ArrowDown: () => move([...node.children.values()].sort((a, b) => b.value - a.value)[0]),
			ArrowLeft: () => move(beside(node, -1)), ArrowRight: () => move(beside(node, 1)),
		}[event.key];
		if (!does) return;
		event.preventDefault();
		does();
	});
	search.addEventListener("input", () => { words = search.value.trim().toLowerCase(); draw(); sayMatches(); });
	choice.addEventListener("change", () => { value = choice.value; zoomed = root = treeOf(value); draw(); sayMatches(); });
	reset.addEventListener("click", () => { search.value = words = ""; zoomed = root; draw(); sayMatches(); });
	draw();
	sayMatches();
	return section("flame", "Where it waits", "a flame graph, from the outermost call down",
		el("div", { class: "tools" }, el("label", { for: "search" }, "search ", search), el("label", { for: "value" }, "by ", choice), reset),
		told, el("div", { class: "flame" }, rows));
};

/* --- the page --------------------------------------------------------------------------------------- */
const build = () => {
	const parts = [];
	if (findings.length)
		parts.push(section("findings", "Findings", "the worst first", ...findings.map((record, index) => (index < OPEN_MOST ? card : folded)(record))));
	if (suspects.length)
		parts.push(section("suspects", "Suspects", "a leak and a healthy program share these waits word for word",
			...suspects.map((record, index) => (findings.length + index < 3 ? card : folded)(record))));
	parts.push(graphSection(), timeSection(), flameSection());
	if (waits.length)
		parts.push(section("waits", "Other waits", "of the threshold and longer: idle by evidence, or not told", ...waits.map(folded)));
	if (data.left_out)
		parts.push(el("p", { class: "soft" }, plural(data.left_out, "more record") + " not shown here; --format=json has all."));
	parts.push(section("text", "The same as text", "", el("pre", { tabindex: 0 }, data.summary.trimEnd())));
	const shown = parts.filter((one) => one);
	const links = shown.filter((one) => one.id).map((one) => el("a", { href: "#" + one.id }, one.firstChild.firstChild.textContent));
	page.textContent = "";
	const head = heading();
	head.append(el("nav", { "aria-label": "parts of this page" }, ...links));
	page.append(head, ...shown, el("footer", {}, "leakhop " + data.run.version + " " + data.run.command + ", Linux " + data.run.kernel +
		", read from " + (data.run.source === "bpf" ? "the kernel by BPF" : "/proc") + "; begun " + data.run.started.slice(0, 19).replace("T", " ") + " UTC."));
};

/* What a link leads to is open. */
const openTarget = () => {
	const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
	if (!target) return;
	if (target.tagName === "DETAILS") target.open = true;
	target.scrollIntoView();
};
/* On paper nothing can be opened. */
let closed = [];
addEventListener("beforeprint", () => {
	closed = [...document.querySelectorAll("#findings details:not([open], .all), #suspects > details:not([open])")];
	closed.forEach((one) => { one.open = true; });
});
addEventListener("afterprint", () => closed.forEach((one) => { one.open = false; }));
addEventListener("hashchange", openTarget);
build();
openTarget();
})();

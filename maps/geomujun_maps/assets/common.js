/* Shared by the map page and the overview: DOM without markup strings, search, hatches, number forms.
   Every text from the data goes through textContent, so no name can become markup. */
"use strict";
var G = {};

G.data = function () { return JSON.parse(document.getElementById("geomujun-data").textContent); };

/* el("div.cls", {attr: value}, child, "text", …) */
G.el = function (spec, attrs) {
  var parts = spec.split("."), node = document.createElement(parts[0] || "div"), i;
  if (parts.length > 1) node.className = parts.slice(1).join(" ");
  if (attrs) Object.keys(attrs).forEach(function (k) {
    if (k.slice(0, 2) === "on") node.addEventListener(k.slice(2), attrs[k]);
    else if (k === "colour") node.style.background = attrs[k];
    else if (attrs[k] !== null && attrs[k] !== false) node.setAttribute(k, attrs[k]);
  });
  for (i = 2; i < arguments.length; i++) G.put(node, arguments[i]);
  return node;
};
G.put = function (node, child) {
  if (child === null || child === undefined || child === "") return node;
  if (Array.isArray(child)) child.forEach(function (c) { G.put(node, c); });
  else node.appendChild(child.nodeType ? child : document.createTextNode(String(child)));
  return node;
};
G.num = function (x, places) {
  if (x === null || x === undefined || x === "") return "—";
  var s = Number(x).toFixed(places === undefined ? 2 : places).split(".");
  s[0] = s[0].replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return s.join(".");
};
G.mu = function (m2) { return m2 === null ? null : m2 * 15 / 10000; };
G.fill = function (text, values) {
  return text.replace(/\{(\w+)\}/g, function (all, k) { return k in values ? values[k] : all; });
};

/* SVG pattern per hatch, in a hidden drawing of its own: fills elsewhere name it by url(#…). */
G.svg = function (name, attrs) {
  var node = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.keys(attrs || {}).forEach(function (k) { node.setAttribute(k, attrs[k]); });
  return node;
};
G.hatches = function (hatches) {
  var root = G.svg("svg", { width: 0, height: 0, "aria-hidden": "true" }), defs = G.svg("defs");
  root.style.position = "absolute";
  Object.keys(hatches).forEach(function (key) {
    var h = hatches[key], p = G.svg("pattern", {
      id: "hatch-" + key, width: h.spacing, height: h.spacing, patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(" + -h.angle + ")"
    });
    p.appendChild(G.svg("line", {
      x1: 0, y1: h.spacing / 2, x2: h.spacing, y2: h.spacing / 2,
      stroke: h.colour, "stroke-width": h.width, "stroke-opacity": h.opacity
    }));
    defs.appendChild(p);
  });
  root.appendChild(defs);
  document.body.appendChild(root);
};
G.swatch = function (colour, hatches) {
  var s = G.svg("svg", { width: 26, height: 16, "class": "swatch", "aria-hidden": "true" });
  [colour].concat((hatches || []).map(function (h) { return "url(#hatch-" + h + ")"; })).forEach(function (f) {
    s.appendChild(G.svg("rect", { x: 0.5, y: 0.5, width: 25, height: 15, rx: 2, fill: f, stroke: "#3c4650", "stroke-width": 0.7 }));
  });
  return s;
};

/* Search box. entries: [{text, key, sub, open()}]; key is lower case and holds all that may be typed. */
G.search = function (ui, entries) {
  var list = G.el("ul.results", { role: "listbox", id: "results", hidden: "" });
  var box = G.el("input.search", {
    type: "search", id: "search", placeholder: ui.search, "aria-label": ui.search, autocomplete: "off", "aria-controls": "results"
  });
  var hits = [], at = -1, MAX = 40;
  function find(q) {
    var first = [], rest = [], i, e;
    for (i = 0; i < entries.length; i++) {
      e = entries[i];
      var p = e.key.indexOf(q);
      if (p === 0) first.push(e); else if (p > 0) rest.push(e);
    }
    return first.concat(rest);
  }
  function mark(n) {
    at = n;
    Array.prototype.forEach.call(list.children, function (li, i) {
      li.classList.toggle("at", i === at);
      li.setAttribute("aria-selected", i === at ? "true" : "false");
      if (i === at) li.scrollIntoView({ block: "nearest" });
    });
  }
  function choose(e) { box.blur(); list.hidden = true; e.open(); }
  function show() {
    var q = box.value.trim().toLowerCase();
    list.textContent = "";
    list.hidden = !q;
    if (!q) return;
    hits = find(q);
    hits.slice(0, MAX).forEach(function (e) {
      list.appendChild(G.el("li", { role: "option", onmousedown: function (ev) { ev.preventDefault(); choose(e); } },
        G.el("span.hit", null, e.text), G.el("span.sub", null, e.sub)));
    });
    if (!hits.length) list.appendChild(G.el("li.none", null, ui.nothing_found));
    if (hits.length > MAX) list.appendChild(G.el("li.none", null, G.fill(ui.more_hits, { n: hits.length - MAX })));
    mark(hits.length ? 0 : -1);
  }
  box.addEventListener("input", show);
  box.addEventListener("focus", show);
  box.addEventListener("blur", function () { list.hidden = true; });
  box.addEventListener("keydown", function (ev) {
    var n = Math.min(hits.length, MAX);
    if (ev.key === "ArrowDown" && n) { ev.preventDefault(); mark((at + 1) % n); }
    else if (ev.key === "ArrowUp" && n) { ev.preventDefault(); mark((at + n - 1) % n); }
    else if (ev.key === "Enter" && at >= 0 && hits[at]) choose(hits[at]);
    else if (ev.key === "Escape") { box.value = ""; show(); }
  });
  return G.el("div.searchbox", null, box, list);
};

G.head = function (meta, ui) {
  return G.el("header.top", null,
    G.el("div.badges", null, G.el("span.badge", { id: "mark" }, ui.internal), meta.back ? G.el("a.back", { href: meta.back }, "← " + ui.overview) : null),
    G.el("h1", null, meta.title), meta.area ? G.el("p.area", null, meta.area) : null,
    G.el("p.facts", null, meta.facts));
};

/* Scale bar, north arrow, grey ground. */
G.dress = function (map, ui) {
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  var north = L.control({ position: "topright" });
  north.onAdd = function () {
    var s = G.svg("svg", { width: 34, height: 46, viewBox: "0 0 34 46" });
    s.appendChild(G.svg("path", { d: "M17 14 L26 42 L17 36 Z", fill: "#1f2a33" }));
    s.appendChild(G.svg("path", { d: "M17 14 L8 42 L17 36 Z", fill: "#fff", stroke: "#1f2a33", "stroke-width": 1 }));
    var label = G.svg("text", { x: 17, y: 11, "text-anchor": "middle", "font-size": 12, "font-weight": 700, fill: "#1f2a33" });
    label.textContent = ui.north;
    s.appendChild(label);
    return G.el("div.north", { title: ui.north_up }, s);
  };
  north.addTo(map);
  if (map.attributionControl) map.attributionControl.remove();
};

/* [[x0, y0, dx, dy, …], …] in 1e-6 degree → [[lat, lng], …] per ring */
G.rings = function (rings) {
  return rings.map(function (flat) {
    var x = 0, y = 0, out = [], i;
    for (i = 0; i < flat.length; i += 2) {
      x += flat[i]; y += flat[i + 1];
      out.push([y / 1e6, x / 1e6]);
    }
    return out;
  });
};
G.polygons = function (parts) { return parts.map(G.rings); };

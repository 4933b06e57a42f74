/* One page of plots: fills by grade or bucket, hatches, legend filter, search, popup with the evidence. */
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  var D = G.data(), map = window.map_geomujun, ui = D.ui, P = D.plots, F = D.firms, N = P.code.length;
  var mode = D.modes[0], hidden = {}, onlyLow = false, layers = [], overlays = [], groups = {}, labels, chosen;
  var LABEL_PX = 20, LABEL_MAX = 700;

  G.hatches(D.hatches);
  G.dress(map, ui);
  map.createPane("context").style.zIndex = 350;
  map.createPane("hatch").style.zIndex = 420;
  map.getPane("hatch").style.pointerEvents = "none";
  map.createPane("detail").style.zIndex = 430;
  map.getPane("detail").style.pointerEvents = "none";
  map.createPane("letters").style.zIndex = 610;
  map.getPane("letters").style.pointerEvents = "none";
  var hatchDraw = L.svg({ pane: "hatch", padding: 0.6 }), detailDraw = L.svg({ pane: "detail", padding: 0.6 }), contextDraw = L.svg({ pane: "context", padding: 0.6 }), plotDraw = L.svg({ padding: 0.6 });

  function klass(i) { return mode.classes[P[mode.field][i]]; }
  function shown(i) { return !hidden[P[mode.field][i]] && (!onlyLow || P.low[i].length > 0); }

  /* ---- drawing ---- */
  function stroke(i) { return P.patch[i] ? D.outlines.patch : D.outlines.parcel; }
  function style(i) {
    var s = stroke(i);
    return { renderer: plotDraw, fillColor: klass(i).colour, fillOpacity: 1, color: s.colour, weight: s.width, dashArray: s.dash || null, opacity: 0.9, className: "plot plot-" + i };
  }
  for (var i = 0; i < N; i++) (function (i) {
    var layer = L.polygon(G.polygons(P.geom[i]), style(i));
    layer.on("click", function (ev) { openPlot(i, ev.latlng); });
    layer.on("mouseover", function () { layer.setStyle({ weight: 2.2 }); });
    layer.on("mouseout", function () { layer.setStyle({ weight: stroke(i).width }); });
    layers.push(layer);
  })(i);
  D.parks.forEach(function (park) {
    var o = D.outlines.park;
    L.polygon(G.polygons(park.geom), { pane: "context", renderer: contextDraw, color: o.colour, weight: o.width, dashArray: o.dash, fillColor: o.colour, fillOpacity: 0.035, interactive: false })
      .addTo(map);
    L.tooltip({ permanent: true, direction: "top", className: "park-name", pane: "letters", interactive: false }).setLatLng([park.at[1] / 1e6, park.at[0] / 1e6])
      .setContent(G.el("span", null, park.name)).addTo(map);
  });
  if (D.buildings.length) {
    var b = D.outlines.building;
    L.polygon(G.polygons(D.buildings), { pane: "detail", renderer: detailDraw, color: b.colour, weight: b.width, opacity: 0.55, fillColor: b.colour, fillOpacity: 0.07, interactive: false }).addTo(map);
  }

  function hatchesOf(i) {
    var own = klass(i).hatch ? [klass(i).hatch] : [];
    return P.low[i].length ? own.concat("low_efficiency") : own;
  }
  function draw() {
    overlays.forEach(function (o) { map.removeLayer(o); });
    overlays = [];
    for (var i = 0; i < N; i++) {
      if (!shown(i)) { map.removeLayer(layers[i]); continue; }
      layers[i].setStyle(style(i));
      if (!map.hasLayer(layers[i])) layers[i].addTo(map);
      hatchesOf(i).forEach(function (h) {
        overlays.push(L.polygon(layers[i].getLatLngs(), { pane: "hatch", renderer: hatchDraw, stroke: false, fillColor: "url(#hatch-" + h + ")", fillOpacity: 1, interactive: false, className: "hatch hatch-" + h }).addTo(map));
      });
    }
    letters();
    legend();
  }
  function letters() {
    if (labels) map.removeLayer(labels);
    labels = L.layerGroup();
    var view = map.getBounds(), count = 0;
    for (var i = 0; i < N && count < LABEL_MAX; i++) {
      if (!shown(i) || !klass(i).key || klass(i).key === "matched") continue; // the usual case stays bare
      var box = layers[i].getBounds();
      if (!view.intersects(box)) continue;
      var sw = map.latLngToLayerPoint(box.getSouthWest()), ne = map.latLngToLayerPoint(box.getNorthEast());
      if (Math.min(ne.x - sw.x, sw.y - ne.y) < LABEL_PX) continue;
      var k = klass(i), mark = G.el("span.letter", null, k.mark);
      mark.style.color = k.text;
      mark.style.textShadow = halo(k.colour);
      L.marker([P.at[i][1] / 1e6, P.at[i][0] / 1e6], { pane: "letters", interactive: false, keyboard: false, icon: L.divIcon({ className: "letter-box", iconSize: [28, 20], html: mark }) }).addTo(labels);
      count++;
    }
    labels.addTo(map);
  }
  function halo(c) { return ["1px 0", "-1px 0", "0 1px", "0 -1px", "1px 1px", "-1px -1px", "1px -1px", "-1px 1px"].map(function (o) { return o + " 1px " + c; }).join(","); }

  /* ---- panel ---- */
  var legendBox = G.el("section.legend", { id: "legend" });
  var modeBox = G.el("div.modes", { role: "radiogroup", "aria-label": ui.colour_by });
  D.modes.forEach(function (m) {
    modeBox.appendChild(G.el("button.mode", {
      type: "button", role: "radio", "data-mode": m.key,
      onclick: function () { mode = m; hidden = {}; modes(); draw(); }
    }, m.label));
  });
  function modes() {
    Array.prototype.forEach.call(modeBox.children, function (b) { b.setAttribute("aria-checked", b.getAttribute("data-mode") === mode.key ? "true" : "false"); });
  }
  function tally() {
    var t = mode.classes.map(function () { return [0, 0]; }), low = [0, 0];
    for (var i = 0; i < N; i++) {
      var c = t[P[mode.field][i]];
      c[0]++; c[1] += G.mu(P.area[i]) || 0;
      if (P.low[i].length) { low[0]++; low[1] += G.mu(P.area[i]) || 0; }
    }
    return { classes: t, low: low };
  }
  function row(attrs, swatch, label, sums, pressed) {
    attrs.type = "button";
    attrs["aria-pressed"] = pressed ? "true" : "false";
    return G.el("button.row", attrs, swatch, G.el("span.name", null, label), G.el("span.count", null, G.num(sums[0], 0)), G.el("span.mu", null, G.num(sums[1], 0)));
  }
  function legend() {
    var t = tally(), focus = document.activeElement && document.activeElement.getAttribute("data-row");
    legendBox.textContent = "";
    G.put(legendBox, G.el("div.cols", null, G.el("span.name", null, mode.label), G.el("span.count", null, ui.plots), G.el("span.mu", null, ui.mu)));
    mode.classes.forEach(function (c, k) {
      if (!t.classes[k][0]) return;
      legendBox.appendChild(row({
        "data-row": "c" + k, "data-class": c.key, title: ui.toggle,
        onclick: function () { hidden[k] = !hidden[k]; draw(); }
      }, G.swatch(c.colour, c.hatch ? [c.hatch] : []), c.label, t.classes[k], !hidden[k]));
    });
    if (t.low[0]) legendBox.appendChild(row({
      "data-row": "low", title: ui.only_low, onclick: function () { onlyLow = !onlyLow; draw(); }
    }, G.swatch("#ffffff", ["low_efficiency"]), D.hatches.low_efficiency.label, t.low, onlyLow || !anyHidden()));
    if (anyHidden() || onlyLow) legendBox.appendChild(G.el("button.reset", { type: "button", "data-row": "reset", onclick: function () { hidden = {}; onlyLow = false; draw(); } }, ui.show_all));
    if (focus) { var again = legendBox.querySelector('[data-row="' + focus + '"]'); if (again) again.focus(); }
  }
  function anyHidden() { return Object.keys(hidden).some(function (k) { return hidden[k]; }); }

  /* ---- popup ---- */
  function grade(label, key, note) {
    var c = D.modes[0].classes[key];
    var chip = G.el("span.chip", { colour: c.colour }, c.mark);
    chip.style.color = c.text;
    return G.el("div.grade", null, G.el("span.k", null, label), chip, note ? G.el("span.note", null, note) : null);
  }
  function score(s, r) { return s === null ? "" : G.fill(ui.score_rank, { score: G.num(s, 2), rank: r === null ? "—" : r }); }
  function user(u) {
    var f = u[0], lines = u[6];
    return G.el("li.user", null,
      G.el("div.who", null, G.el("button.firm", { type: "button", onclick: function () { openFirm(f); } }, F.name[f]), D.classChip(F.grade[f])),
      G.el("div.how", null, G.el("span.tag", null, u[1]), u[2] === null ? null : G.num(u[2]) + " ㎡（" + G.num(G.mu(u[2])) + " " + ui.mu + "）", u[3] ? " · " + u[3] : "", u[4] === null ? "" : " · " + ui.probability + " " + (u[4] >= 0.9995 ? "> 99.9" : G.num(100 * u[4], 1)) + "%", u[5] ? " · " + u[5] : ""),
      G.el("div.code", null, F.uscc[f], F.elsewhere[f] ? " · " + G.fill(ui.elsewhere, { n: F.elsewhere[f] }) : null),
      lines.length ? G.el("ul.why", null, lines.map(function (l) { return G.el("li", null, l[0], l[1] === null ? null : G.el("span.bits", { title: ui.bits }, (l[1] > 0 ? "+" : "") + G.num(l[1], 1))); })) : null,
      findings(F.find[f], P_PER_FIRM));
  }
  var P_PER_FIRM = 3;
  D.classChip = function (key) {
    var c = D.modes[0].classes[key], chip = G.el("span.chip.small", { colour: c.colour, title: c.label }, c.mark);
    chip.style.color = c.text;
    return chip;
  };
  function findings(ids, most) {
    if (!ids || !ids.length) return null;
    var cut = most && ids.length > most ? ids.slice(0, most) : ids;
    return G.el("ul.finds", null, cut.map(function (n) { var f = D.findings[n]; return G.el("li.sev-" + f[1], null, G.el("b", null, f[0]), "：" + f[2]); }),
      cut.length < ids.length ? G.el("li.more", null, G.fill(ui.more, { n: ids.length - cut.length })) : null);
  }
  function block(title, body) { return body ? G.el("section.block", null, G.el("h3", null, title), body) : null; }
  function line(k, v) { return v === "" || v === null ? null : G.el("div.line", null, G.el("span.k", null, k), G.el("span.v", null, v)); }
  function plotCard(i) {
    var users = P.users[i], review = P.review[i];
    return G.el("article.card", { "data-code": P.code[i] },
      G.el("h2", null, P.loc[i] || P.code[i]),
      G.el("div.code", null, (P.patch[i] ? ui.patch + " " : "") + P.code[i]),
      G.el("div.grades", null, grade(ui.parcel_grade, P.pg[i], score(P.score[i], P.rank[i])), grade(ui.enterprise_grade, P.eg[i], "")),
      line(ui.area, G.num(P.area[i]) + " ㎡（" + G.num(G.mu(P.area[i])) + " " + ui.mu + "）"),
      line(ui.unallocated, P.rest[i] === null || P.rest[i] < 0.005 ? "" : G.num(P.rest[i]) + " ㎡"),
      line(ui.land_use, P.use[i]), line(ui.holder, P.holder[i]),
      line(ui.bucket, D.modes[2].classes[P.bucket[i]].label + (P.reason[i] ? "：" + P.reason[i] : "")),
      block(ui.users, users.length ? G.el("ul.users", null, users.map(user)) : G.el("p.none", null, ui.no_users)),
      block(ui.to_review, review.length ? G.el("ul.users.review", null, review.map(user)) : null),
      block(D.hatches.low_efficiency.label, P.low[i].length ? G.el("ul.finds", null, P.low[i].map(function (l) { return G.el("li", null, G.el("b", null, l[0]), l[1] ? "：" + l[1] : "", l[2] ? "（" + l[2] + "）" : ""); }), G.el("li.more", null, ui.screening)) : null),
      block(ui.findings, findings(P.find[i], 0)));
  }
  function openPlot(i, at) {
    if (!shown(i)) { hidden = {}; onlyLow = false; draw(); }
    L.popup({ maxWidth: 380, minWidth: 300, maxHeight: Math.max(220, Math.min(440, map.getSize().y - 120)), autoPanPadding: [18, 18] })
      .setLatLng(at || [P.at[i][1] / 1e6, P.at[i][0] / 1e6]).setContent(plotCard(i)).openOn(map);
    choose([i]);
  }
  function choose(list) {
    if (chosen) map.removeLayer(chosen);
    var o = D.outlines.selected;
    chosen = L.layerGroup(list.map(function (i) { return L.polygon(layers[i].getLatLngs(), { pane: "detail", renderer: detailDraw, color: o.colour, weight: o.width, fill: false, interactive: false, className: "selected" }); })).addTo(map);
  }
  function goto(list) {
    var box = L.latLngBounds([]);
    list.forEach(function (i) { box.extend(layers[i].getBounds()); });
    map.fitBounds(box, { maxZoom: 17, padding: [60, 60], animate: false });
    openPlot(list[0]);
    choose(list);
  }
  function openFirm(f) {
    if (F.plots[f].length) { goto(F.plots[f]); return; }
    L.popup({ maxWidth: 360, minWidth: 280 }).setLatLng(map.getCenter()).setContent(G.el("article.card", { "data-uscc": F.uscc[f] },
      G.el("h2", null, F.name[f]), G.el("div.code", null, F.uscc[f]), line(ui.former, F.former[f]), line(ui.address, F.addr[f]),
      line(ui.bucket, F.bucket[f] + (F.reason[f] ? "：" + F.reason[f] : "")), G.el("p.none", null, ui.no_plot), block(ui.findings, findings(F.find[f], 0)))).openOn(map);
  }
  map.on("popupclose", function () { if (chosen) { map.removeLayer(chosen); chosen = null; } });

  /* ---- search ---- */
  var entries = [], n;
  for (n = 0; n < F.name.length; n++) (function (f) {
    entries.push({ text: F.name[f], sub: F.uscc[f] + (F.former[f] ? " · " + ui.former + " " + F.former[f] : "") + " · " + (F.plots[f].length ? G.fill(ui.n_plots, { n: F.plots[f].length }) : F.bucket[f]),
      key: [F.name[f], F.former[f], F.uscc[f], F.addr[f]].join("\n").toLowerCase(), open: function () { openFirm(f); } });
  })(n);
  for (n = 0; n < N; n++) (function (i) {
    entries.push({ text: P.code[i], sub: P.loc[i], key: (P.code[i] + "\n" + P.loc[i]).toLowerCase(), open: function () { goto([i]); } });
  })(n);

  G.put(document.getElementById("panel"), [G.head(D.meta, ui), G.search(ui, entries), modeBox, legendBox,
    G.el("section.lines", null, D.context.map(function (c) { var s = G.svg("svg", { width: 26, height: 10, "aria-hidden": "true" }); s.appendChild(G.svg("line", { x1: 0, y1: 5, x2: 26, y2: 5, stroke: c.colour, "stroke-width": Math.max(1, c.width), "stroke-dasharray": c.dash })); return G.el("div.ctx", null, s, c.label); })),
    G.el("footer.foot", null, D.meta.totals.map(function (x) { return G.el("div", null, x); }), G.el("p.small", null, ui.screening_note))]);
  var all = L.latLngBounds([]);
  layers.forEach(function (l) { all.extend(l.getBounds()); });
  if (all.isValid()) map.fitBounds(all, { padding: [16, 16], animate: false });
  modes();
  draw();
  map.on("moveend", letters);
  function fromHash() {
    var m = /^#p=(.+)$/.exec(decodeURIComponent(location.hash)), i = m ? P.code.indexOf(m[1]) : -1;
    if (i >= 0) goto([i]);
  }
  window.addEventListener("hashchange", fromHash);
  fromHash();
  document.documentElement.setAttribute("data-ready", "1");
});

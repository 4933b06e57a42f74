/* The index of a county: cells with their grade mix, a list of areas, and one search over all pages. */
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  var D = G.data(), map = window.map_geomujun, ui = D.ui, mode = D.modes[0];
  var cells = [], hidden = {};
  G.hatches(D.hatches);
  G.dress(map, ui);

  function mixBar(mix) {
    var total = mix.reduce(function (a, b) { return a + b; }, 0) || 1;
    return G.el("span.mix", null, mix.map(function (v, k) {
      if (!v) return null;
      var part = G.el("span", { colour: mode.classes[k].colour, title: mode.classes[k].label + " " + G.num(v, 0) + " " + ui.mu });
      part.style.width = (100 * v / total) + "%";
      return part;
    }));
  }
  function mixTable(count, mu) {
    return G.el("table.mixtable", null, mode.classes.map(function (c, k) {
      return count[k] ? G.el("tr", null, G.el("td", null, G.swatch(c.colour, c.hatch ? [c.hatch] : [])), G.el("td", null, c.label), G.el("td.n", null, G.num(count[k], 0)), G.el("td.n", null, G.num(mu[k], 0) + " " + ui.mu)) : null;
    }));
  }
  /* A cell is a square whose rows of colour are as high as each grade's share of its area. */
  D.cells.forEach(function (c) {
    var total = c.mu.reduce(function (a, b) { return a + b; }, 0), top = c.box[3];
    c.mu.forEach(function (v, k) {
      if (!v) return;
      var h = (c.box[3] - c.box[1]) * v / total;
      var part = L.rectangle([[top - h, c.box[0]], [top, c.box[2]]], { fillColor: mode.classes[k].colour, fillOpacity: 0.92, stroke: false, className: "cell cell-" + k });
      part.klass = k;
      part.on("click", function () { openCell(c); });
      cells.push(part);
      top -= h;
    });
    L.rectangle([[c.box[1], c.box[0]], [c.box[3], c.box[2]]], { fill: false, color: "#5b6670", weight: 0.5, interactive: false }).addTo(map);
  });
  function openCell(c) {
    L.popup({ maxWidth: 320 }).setLatLng([(c.box[1] + c.box[3]) / 2, (c.box[0] + c.box[2]) / 2]).setContent(G.el("article.card", null,
      G.el("h2", null, G.fill(ui.n_plots, { n: G.num(c.count.reduce(function (a, b) { return a + b; }, 0), 0) })), mixTable(c.count, c.mu),
      G.el("ul.pages", null, c.pages.map(function (p) { return G.el("li", null, G.el("a", { href: D.pages[p].href }, ui.open + " " + D.pages[p].name)); })))).openOn(map);
  }
  /* Names of areas, the largest first; one that would lie on another waits until there is room. */
  var labels = D.pages.slice().sort(function (a, b) { return b.plots - a.plots; }).map(function (p) {
    var a = G.el("a.town", { href: p.href }, G.el("b", null, p.name), G.el("span", null, G.fill(ui.n_plots, { n: G.num(p.plots, 0) }) + " · " + G.num(p.mu, 0) + " " + ui.mu));
    L.marker([p.at[1], p.at[0]], { icon: L.divIcon({ className: "town-box", iconSize: null, html: a }), keyboard: false }).addTo(map);
    return a;
  });
  function place() {
    var taken = [];
    labels.forEach(function (a) {
      a.style.visibility = "";
      var r = a.getBoundingClientRect();
      var free = taken.every(function (o) { return r.right < o.left || r.left > o.right || r.bottom < o.top || r.top > o.bottom; });
      if (free) taken.push(r); else a.style.visibility = "hidden";
    });
  }
  map.on("zoomend resize", place);

  var legendBox = G.el("section.legend", { id: "legend" });
  function draw() {
    cells.forEach(function (c) { if (hidden[c.klass]) map.removeLayer(c); else if (!map.hasLayer(c)) c.addTo(map); });
    legendBox.textContent = "";
    G.put(legendBox, G.el("div.cols", null, G.el("span.name", null, mode.label), G.el("span.count", null, ui.plots), G.el("span.mu", null, ui.mu)));
    mode.classes.forEach(function (c, k) {
      if (!D.total.count[k]) return;
      legendBox.appendChild(G.el("button.row", { type: "button", "data-class": c.key, "aria-pressed": hidden[k] ? "false" : "true", onclick: function () { hidden[k] = !hidden[k]; draw(); } },
        G.swatch(c.colour, c.hatch ? [c.hatch] : []), G.el("span.name", null, c.label), G.el("span.count", null, G.num(D.total.count[k], 0)), G.el("span.mu", null, G.num(D.total.mu[k], 0))));
    });
  }
  var list = G.el("section.areas", null, G.el("h3", null, ui.areas), D.pages.map(function (p) {
    return G.el("a.arearow", { href: p.href }, G.el("span.name", null, p.name), G.el("span.count", null, G.num(p.plots, 0)), G.el("span.mu", null, G.num(p.mu, 0)), mixBar(p.mix));
  }));
  var entries = D.index.map(function (e) {
    return { text: e[0], sub: e[1] + (e[3] < 0 ? " · " + ui.no_plot : " · " + D.pages[e[3]].name), key: (e[0] + "\n" + e[1] + "\n" + e[2]).toLowerCase(),
      open: function () { if (e[3] >= 0) location.href = D.pages[e[3]].href + "#p=" + encodeURIComponent(e[4]); } };
  });
  G.put(document.getElementById("panel"), [G.head(D.meta, ui), G.search(ui, entries), legendBox, list,
    G.el("footer.foot", null, D.meta.totals.map(function (x) { return G.el("div", null, x); }), G.el("p.small", null, ui.screening_note))]);
  map.fitBounds(D.bounds, { padding: [24, 24], animate: false });
  map.setMaxZoom(map.getZoom() + 3); /* nearer, a cell says nothing more: the area's own page does */
  draw();
  place();
  document.documentElement.setAttribute("data-ready", "1");
});

// Renders /openapi.json: every route with its parameters, body and answers, and a way to try it.
const spec = await (await fetch("/openapi.json")).json();
const make = (tag, text = "", props = {}) => Object.assign(document.createElement(tag), { textContent: text }, props);
const deref = (s) => (s?.$ref ? deref(s.$ref.slice(2).split("/").reduce((o, k) => o[k], spec)) : s);

function sample(schema, depth = 0) {
  const s = deref(schema) ?? {};
  if (s.examples) return s.examples[0];
  if ("default" in s) return s.default;
  if (s.enum) return s.enum[0];
  const one = s.anyOf ?? s.oneOf;
  if (one) return sample(one[0], depth);
  const type = Array.isArray(s.type) ? s.type[0] : s.type;
  if (type === "object") {
    return Object.fromEntries(Object.entries(s.properties ?? {}).map(([k, v]) => [k, depth > 4 ? null : sample(v, depth + 1)]));
  }
  if (type === "array") return depth > 4 ? [] : [sample(s.items, depth + 1)];
  return { string: "", number: 0, integer: 1, boolean: false }[type] ?? null;
}

function rows(list, cells) {
  const table = make("table");
  for (const item of list) {
    const row = make("tr");
    row.append(...cells(item).map((c) => (c instanceof Node ? c : make("td", String(c ?? "")))));
    table.append(row);
  }
  return table;
}

function told(schema) {
  const s = deref(schema) ?? {};
  const kinds = (s.anyOf ?? [s]).map(deref);
  return kinds.map((k) => [k.type, k.enum?.join(" | "), k.pattern].filter(Boolean).join(" ")).join(" / ");
}

function tryOut(method, path, route) {
  const form = make("form");
  const inputs = (route.parameters ?? []).map((p) => {
    const input = make("input", "", { name: p.name, placeholder: p.name, required: p.required ?? false });
    input.dataset.in = p.in;
    const label = make("label", `${p.name} `);
    label.append(input);
    form.append(label, " ");
    return input;
  });
  const body = Object.values(route.requestBody?.content ?? {})[0];
  const area = body ? make("textarea", JSON.stringify(sample(body.schema), null, 2)) : null;
  if (area) form.append(area);
  const out = make("pre", "", { hidden: true });
  form.append(make("button", "试一试"), out);
  form.onsubmit = async (event) => {
    event.preventDefault();
    let url = path;
    const query = new URLSearchParams();
    for (const i of inputs) {
      if (i.dataset.in === "path") url = url.replace(`{${i.name}}`, encodeURIComponent(i.value));
      else if (i.value) query.set(i.name, i.value);
    }
    const key = document.getElementById("key").value.trim();
    const headers = key ? { Authorization: `Bearer ${key}` } : {};
    if (area) headers["Content-Type"] = "application/json";
    const answer = await fetch(query.size ? `${url}?${query}` : url, { method: method.toUpperCase(), headers, body: area?.value });
    const text = await answer.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: as it is */ }
    out.hidden = false;
    out.textContent = `${answer.status} ${answer.headers.get("content-type") ?? ""}\n\n${shown.slice(0, 20000)}`;
  };
  return form;
}

function route(path, method, r) {
  const box = make("details");
  const head = make("summary");
  head.append(make("b", method.toUpperCase(), { className: method }), make("code", path), r.summary ?? "");
  box.append(head);
  box.addEventListener("toggle", () => {
    if (box.dataset.filled) return;
    box.dataset.filled = "1";
    const rights = (r.security ?? []).flatMap((s) => Object.values(s).flat()).join(", ");
    box.append(make("p", `${r.description ?? ""}${rights ? `（权限：${rights}）` : ""}`));
    if (r.parameters?.length) {
      box.append(rows(r.parameters, (p) => [p.name, p.in, told(p.schema), p.description ?? p.schema?.description]));
    }
    const body = Object.entries(r.requestBody?.content ?? {})[0];
    if (body) box.append(make("h4", `请求体 ${body[0]}`), make("pre", JSON.stringify(sample(body[1].schema), null, 2)));
    box.append(make("h4", "回答"), rows(Object.entries(r.responses), ([code, a]) => [code, a.description, Object.keys(a.content ?? {}).join("\n")]));
    const good = Object.values(r.responses)[0]?.content?.["application/json"];
    if (good) box.append(make("pre", JSON.stringify(sample(good.schema), null, 2)));
    box.append(tryOut(method, path, r));
  });
  return box;
}

document.getElementById("title").textContent = spec.info.title;
document.getElementById("about").textContent = `${spec.info.version} · ${spec.info.summary ?? ""}`;
const main = document.getElementById("routes");
const groups = new Map();
for (const [path, methods] of Object.entries(spec.paths)) {
  for (const [method, r] of Object.entries(methods)) {
    const tag = r.tags?.[0] ?? "其他";
    if (!groups.has(tag)) groups.set(tag, []);
    groups.get(tag).push([`${path} ${r.summary ?? ""}`, route(path, method, r)]);
  }
}
for (const [tag, list] of groups) {
  const section = make("section");
  section.append(make("h2", tag), ...list.map(([, box]) => box));
  main.append(section);
}
document.getElementById("find").oninput = (event) => {
  const part = event.target.value.toLowerCase();
  for (const list of groups.values()) for (const [text, box] of list) box.hidden = !text.toLowerCase().includes(part);
};

// Picks zones and draws areas on the map, and counts and words the order while it is typed. All of it works without.
const form = document.querySelector("[data-order]");
const map = form.querySelector("[data-draw]");
const outline = form.querySelector("#outline");
const put = (slot, fresh) => { const to = form.querySelector(`[data-slot="${slot}"]`); const from = fresh.querySelector(`[data-preview="${slot}"]`); if (to && from) to.replaceChildren(from); };

let waiting = 0;
let asked = 0;
const preview = () => {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const data = new FormData(form);
    data.set("deed", "preview");
    data.set("part", "preview");
    const mine = ++asked;
    try {
      const answer = await fetch(location.href, { method: "POST", body: data });
      if (!answer.ok || mine !== asked) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      put("texts", fresh);
      put("reach", fresh);
      const error = fresh.querySelector('[data-preview="error"]');
      if (error) form.querySelector('[data-slot="reach"]').append(error);
    } catch { /* The button counts too. */ }
  }, 400);
};
// Another municipality or hazard has another map: the page is made anew, with everything that was typed.
form.addEventListener("change", (event) => {
  if (event.target.matches("[data-reload]")) {
    if (event.target.id === "municipality") { outline.value = ""; }
    form.querySelector('[value="preview"]').click();
  } else if (event.target.matches("[data-change], [name=town]")) { preview(); mark(); }
});
// Ctrl+Enter asks; Enter in a field does not send anything.
form.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.matches("input") && !event.ctrlKey) event.preventDefault(); });
document.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); event.stopImmediatePropagation(); form.querySelector("[data-ask]").click(); } }, true);

const towns = form.querySelector("[data-towns]");
const find = form.querySelector("[data-town-find]");
if (find) {
  find.hidden = false;
  find.addEventListener("input", () => { for (const one of form.querySelectorAll("#towns label:has(input[name=town])")) one.hidden = !one.textContent.includes(find.value.trim()) && !one.querySelector("input").checked; });
}
const mark = () => {
  if (towns) towns.textContent = towns.dataset.words.replace("{n}", form.querySelectorAll("[name=town]:checked").length);
  for (const box of form.querySelectorAll("[name=zone]")) map?.querySelector(`[data-zone="${CSS.escape(box.value)}"]`)?.classList.toggle("zone-picked", box.checked);
};

if (map) {
  const { west, north, scale, flat } = Object.fromEntries(["west", "north", "scale", "flat"].map((name) => [name, Number(map.dataset[name])]));
  const view = map.viewBox.baseVal;
  const layer = map.querySelector("[data-outlines]");
  const pen = form.querySelector("[data-pen]");
  const told = form.querySelector("[data-drawn]");
  const svg = (name, attributes) => { const made = document.createElementNS("http://www.w3.org/2000/svg", name); for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value); return made; };
  const earth = ([x, y]) => [(west + x / (flat * scale)).toFixed(5), (north - y / scale).toFixed(5)];
  const paper = ([lon, lat]) => [(lon - west) * flat * scale, (north - lat) * scale];
  let points = [];
  let cursor = [view.width / 2, view.height / 2];
  for (const tools of form.querySelectorAll("[data-tools]")) tools.hidden = false;
  const drawing = () => pen.getAttribute("aria-pressed") === "true";
  const areas = () => outline.value.split("\n").filter((line) => line.trim()).map((line) => line.trim().split(/\s+/).map((pair) => pair.split(",").map(Number)));
  const draw = () => {
    layer.replaceChildren();
    for (const area of areas()) layer.append(svg("polygon", { class: "outline", points: area.map((point) => paper(point).join(",")).join(" ") }));
    if (points.length > 1) layer.append(svg("polyline", { class: "outline", points: points.map((point) => point.join(",")).join(" ") }));
    for (const [x, y] of points) layer.append(svg("circle", { class: "outline-point", cx: x, cy: y, r: 3.5 }));
    if (drawing()) layer.append(svg("path", { class: "cursor", d: `M${cursor[0] - 8} ${cursor[1]}h16M${cursor[0]} ${cursor[1] - 8}v16` }));
    told.textContent = told.dataset.words.replace("{n}", areas().length).replace("{m}", points.length);
  };
  const add = (point) => { points.push(point.map((n) => Math.round(n * 10) / 10)); draw(); };
  const undo = () => { points.pop(); draw(); };
  const close = () => {
    if (points.length < 3) return;
    outline.value = [outline.value.trim(), points.map((point) => earth(point).join(",")).join(" ")].filter(Boolean).join("\n");
    points = [];
    draw();
    preview();
  };
  const toggle = (on = !drawing()) => { pen.setAttribute("aria-pressed", on); if (on) map.focus(); else points = []; draw(); };
  pen.addEventListener("click", () => toggle());
  form.querySelector("[data-undo]").addEventListener("click", undo);
  form.querySelector("[data-close]").addEventListener("click", close);
  form.querySelector("[data-wipe]").addEventListener("click", () => { outline.value = ""; points = []; draw(); preview(); });
  outline.addEventListener("input", draw);
  map.addEventListener("click", (event) => {
    const box = map.getBoundingClientRect();
    cursor = [(event.clientX - box.left) / box.width * view.width, (event.clientY - box.top) / box.height * view.height];
    if (drawing()) return add(cursor);
    const zone = event.target.dataset?.zone;
    const box_ = zone && form.querySelector(`[name=zone][value="${CSS.escape(zone)}"]`);
    if (box_) box_.click();
  });
  map.addEventListener("keydown", (event) => {
    if (!drawing()) return;
    const step = event.shiftKey ? 1 : 8;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const by = moves[event.key];
    if (by) { cursor = [Math.max(0, Math.min(view.width, cursor[0] + by[0])), Math.max(0, Math.min(view.height, cursor[1] + by[1]))]; draw(); }
    else if (event.key === "Enter" && !event.ctrlKey || event.key === " ") add(cursor);
    else if (event.key === "Backspace") undo();
    else if (event.key === "Escape") toggle(false);
    else if (event.key.toLowerCase() === "c") close();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.toLowerCase() === "p") toggle();
    if (event.key.toLowerCase() === "l") (find ?? form.querySelector("#towns input"))?.focus();
    else return;
    event.preventDefault();
  });
  draw();
}
mark();

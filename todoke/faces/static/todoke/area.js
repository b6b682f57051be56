// Picks zones and draws areas on a map, into the ticks and the field that work without it.
const form = document.querySelector("[data-area]");
const map = form.querySelector("[data-draw]");
const outline = form.querySelector("#outline");
const mark = () => { for (const box of form.querySelectorAll("[name=zone]")) map?.querySelector(`[data-zone="${CSS.escape(box.value)}"]`)?.classList.toggle("zone-picked", box.checked); };
form.addEventListener("change", (event) => { if (event.target.matches("[name=zone]")) mark(); });

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
  // As if it had been typed: who counts the area listens for changes.
  const tell = () => outline.dispatchEvent(new Event("change", { bubbles: true }));
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
    tell();
  };
  const toggle = (on = !drawing()) => { pen.setAttribute("aria-pressed", on); if (on) map.focus(); else points = []; draw(); };
  pen.addEventListener("click", () => toggle());
  form.querySelector("[data-undo]").addEventListener("click", undo);
  form.querySelector("[data-close]").addEventListener("click", close);
  form.querySelector("[data-wipe]").addEventListener("click", () => { outline.value = ""; points = []; draw(); tell(); });
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
    if (event.key.toLowerCase() === "p") { event.preventDefault(); toggle(); }
  });
  draw();
}
mark();

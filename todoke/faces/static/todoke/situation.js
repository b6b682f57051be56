// The board keeps itself up to now: every part that changed is replaced, without losing focus, choice or scroll.
const board = document.querySelector("[data-board]");
const EVERY = 5000;
let page = board.dataset.live;
let shift = 0;
const shown = new Map([...document.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part.innerHTML]));

const chosen = () => document.querySelector('.calls input[type="radio"]:checked')?.value;
const replace = (fresh) => {
  const name = fresh.dataset.part;
  const old = document.querySelector(`[data-part="${name}"]`);
  if (!old || shown.get(name) === fresh.innerHTML) return;
  shown.set(name, fresh.innerHTML);
  if (old.contains(document.activeElement) && document.activeElement.matches("summary, select, input:not([type=radio])")) return;
  const who = chosen();
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const again = active && (active.id ? `#${CSS.escape(active.id)}` : active.value && active.name ? `[name="${active.name}"][value="${active.value}"]` : active.getAttribute("href") ? `a[href="${active.getAttribute("href")}"]` : null);
  const scrolls = [...old.querySelectorAll("[tabindex='0']")].map((one) => [one.scrollLeft, one.scrollTop]);
  for (const attribute of [...fresh.attributes]) old.setAttribute(attribute.name, attribute.value);
  if (!fresh.hasAttribute("hidden")) old.removeAttribute("hidden");
  old.innerHTML = fresh.innerHTML;
  [...old.querySelectorAll("[tabindex='0']")].forEach((one, place) => { if (scrolls[place]) [one.scrollLeft, one.scrollTop] = scrolls[place]; });
  if (who) { const radio = old.querySelector(`.calls input[value="${who}"]`); if (radio) radio.checked = true; }
  if (again) old.querySelector(again)?.focus({ preventScroll: true });
};
const refresh = async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(page, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of fresh.querySelectorAll("[data-part]")) replace(part);
    tell();
    lines();
  } catch { /* The age of the data says so. */ }
};

// The server's clock, the wave's, and how old the figures are.
const two = (n) => String(n).padStart(2, "0");
let agedAt = Date.now();
const tell = () => {
  const clock = document.querySelector("[data-clock]");
  shift = Date.parse(clock.dataset.clock) - Date.now();
  agedAt = Date.now();
};
const tick = () => {
  const now = new Date(Date.now() + shift);
  const clock = document.querySelector("[data-clock]");
  const japan = new Date(now.getTime() + 9 * 3600000);
  clock.textContent = `${two(japan.getUTCHours())}:${two(japan.getUTCMinutes())}:${two(japan.getUTCSeconds())}`;
  const age = document.querySelector("[data-age]");
  if (age.dataset.age !== "") {
    const seconds = Number(age.dataset.age) + Math.round((Date.now() - agedAt) / 1000);
    age.classList.toggle("stale", seconds > 60);
    age.textContent = (seconds > 60 ? age.dataset.old : age.dataset.words).replace("{n}", seconds);
  }
  const until = document.querySelector("[data-until]");
  if (until) {
    const left = Math.ceil((Date.parse(until.dataset.until) - now) / 60000);
    until.textContent = left > 0 ? until.dataset.words.replace("{n}", left) : until.dataset.there;
  }
  for (const one of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((now - Date.parse(one.dataset.since)) / 1000));
    const hours = Math.floor(seconds / 3600);
    one.textContent = (hours ? `${hours}:` : "") + (hours ? two(Math.floor(seconds / 60) % 60) : Math.floor(seconds / 60)) + `:${two(seconds % 60)}`;
  }
};
const lines = () => { for (const one of document.querySelectorAll("[data-to-end]")) one.scrollLeft = one.scrollWidth; };

const sortBy = (link) => {
  if (!link) return;
  const sort = new URL(link.href).searchParams.get("sort");
  history.replaceState(null, "", `?sort=${sort}`);
  page = `${page.split("?")[0]}?sort=${sort}`;
  refresh();
};
const keys = {
  s: () => sortBy(document.querySelector("[data-sort]")),
  m: () => { const title = document.getElementById("map-title"); title.focus(); title.scrollIntoView({ block: "nearest" }); },
  e: () => document.querySelector('[data-key="e"]')?.click(),
  h: () => document.querySelector('[data-key="h"]')?.click(),
  "?": () => document.getElementById("keys-help").showModal(),
};
document.addEventListener("keydown", (event) => {
  const field = event.target.matches("input:not([type=radio]), textarea, select");
  if (field || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (/^[1-7]$/.test(event.key)) { event.preventDefault(); return sortBy(document.querySelector(`[data-column="${event.key}"]`)); }
  const deed = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (deed) { event.preventDefault(); deed(); }
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-sort], [data-column]");
  if (link) { event.preventDefault(); sortBy(link); }
  if (event.target.closest("[data-help]")) document.getElementById("keys-help").showModal();
});
tell();
lines();
setInterval(tick, 1000);
setInterval(refresh, EVERY);

// At the door: what is pressed is first kept on the device under a nonce, then sent; a second time is harmless.
// Without this script the same forms work one after the other over the network.
const door = document.querySelector("[data-door]");
const KEPT = "todoke-scan-";
const REFUSED = "todoke-refused-";
const part = (name) => door.querySelector(`[data-part="${name}"]`);
const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

const kept = (prefix = KEPT) => Object.keys(localStorage)
  .filter((key) => key.startsWith(prefix))
  .map((key) => ({ key, ...JSON.parse(localStorage[key]) }))
  .sort((a, b) => a.order - b.order);

const fill = (element, html) => {
  element.innerHTML = html;
  for (const form of element.querySelectorAll("form[data-entry]")) countTicked(form);
  element.querySelector("[data-focus]")?.focus({ preventScroll: true });
};
const showOffline = (name) => {
  const template = door.querySelector(`template[data-offline="${name}"]`);
  if (template) fill(part("result"), template.innerHTML);
};

const showUnsent = () => {
  const box = door.querySelector("[data-unsent]");
  const waiting = kept().filter((one) => one.late).length;
  box.hidden = waiting === 0;
  const words = box.querySelector("[data-words]");
  words.textContent = words.dataset.words.replace("{n}", waiting);
  const refused = door.querySelector("[data-refused]");
  if (!refused) return;
  const rows = kept(REFUSED);
  refused.hidden = rows.length === 0;
  const summary = refused.querySelector("summary");
  summary.textContent = summary.dataset.words.replace("{n}", rows.length);
  refused.querySelector("ul").replaceChildren(...rows.map(({ entry, message }) => {
    const row = document.createElement("li");
    const who = entry.visitor?.name ?? entry.code?.slice(0, 14) ?? "";
    row.textContent = `${new Date(entry.at).toLocaleTimeString()} ${who} ${message}`;
    return row;
  }));
};

let order = Date.now();
const keep = (entry) => {
  order = Math.max(order + 1, Date.now());
  localStorage[KEPT + entry.nonce] = JSON.stringify({ entry, order });
};

// One upload at a time, the oldest first, so that a correction never comes before what it corrects.
let sending = null;
const send = () => (sending ??= upload().finally(() => { sending = null; }));
const upload = async () => {
  for (let waiting = kept(); waiting.length; waiting = kept()) {
    const batch = waiting.slice(0, 50);
    let answer;
    try {
      const response = await fetch(door.dataset.scans, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
        body: JSON.stringify({
          sent_at: new Date().toISOString(), waiting: waiting.length, entries: batch.map((one) => one.entry),
        }),
        signal: AbortSignal.timeout(10000),
      });
      if (response.status === 404) { late(batch); showOffline("ended"); return false; }
      if (!response.ok) throw new Error(String(response.status));
      answer = await response.json();
    } catch {
      late(kept());
      return false;
    }
    answer.results.forEach((result, place) => {
      const { key, entry } = batch[place];
      if (result.state === "refused") {
        localStorage[REFUSED + entry.nonce] = JSON.stringify({ entry, message: result.message, order: batch[place].order });
      }
      localStorage.removeItem(key);
    });
    for (const name of ["head", "recent"]) if (answer[name] !== undefined) part(name).innerHTML = answer[name];
    if (answer.result && !kept().length && !batch.some((one) => one.late)) fill(part("result"), answer.result);
    showUnsent();
  }
  return true;
};
const late = (items) => {
  for (const { key, entry, order: place } of items) {
    if (localStorage[key]) localStorage[key] = JSON.stringify({ entry, order: place, late: true });
  }
  showUnsent();
};

const record = async (entry) => {
  if (location.hash === "#by-hand") location.hash = "#result";
  keep({ nonce: crypto.randomUUID(), at: new Date().toISOString(), ...entry });
  if (!(await send())) { if (!part("result").querySelector(".door-error")) showOffline("saved"); }
  else if (kept().length) await send();
  back();
};

const dataOf = (form, button) => {
  const data = new FormData(form);
  if (button?.name) data.set(button.name, button.value);
  return data;
};
const entryOf = (form, button) => {
  const data = dataOf(form, button);
  const said = Object.fromEntries(data);
  const entry = { nonce: said.nonce, at: new Date().toISOString(), kind: said.kind || "in", how: said.how };
  entry.residents = said.only ? [said.only] : data.getAll("residents");
  entry.visitors = data.getAll("visitors");
  if (said.private) entry.private = true;
  if (said.replaces) entry.replaces = said.replaces;
  if (said.name !== undefined) {
    entry.visitor = { name: said.name, birth_date: said.birth_date, town: said.town, people: said.people };
  }
  return entry;
};

const countTicked = (form) => {
  const ticked = form.querySelectorAll("[name=residents]:checked").length;
  for (const button of form.querySelectorAll("[data-count]")) {
    button.textContent = button.dataset.count.replace("{n}", ticked);
    button.disabled = ticked === 0;
  }
};

const query = document.querySelector("#q");
const out = () => document.querySelector(".door-find [name=kind]");
const back = () => {
  if (!query) return;
  query.value = "";
  if (out()) out().checked = false;
  document.querySelector("#by-hand form")?.reset();
  const fresh = document.querySelector("#by-hand [name=nonce]");
  if (fresh) fresh.value = crypto.randomUUID();
};

// A pass, or the twelve letters of its number: both can be kept while there is no network.
const asCode = (text) => {
  const plain = text.trim().toUpperCase();
  if (/^TD[PC]1[0-9A-Z]+$/.test(plain)) return { code: plain, how: plain.startsWith("TDC") ? "card" : "code" };
  const number = plain.replace(/[-\s]/g, "");
  return /^[0-9A-Z]{12}$/.test(number) ? { code: number, how: "card" } : null;
};

// A family that was read and not yet taken in must not be forgotten over the next code.
const open = () => part("result").querySelector("form[data-entry] .door-people");

const find = async (form, button) => {
  const data = dataOf(form, button);
  if (open() && asCode(String(data.get("q") ?? ""))) {
    query.value = "";
    open().closest(".door-panel").classList.add("door-waits");
    part("result").querySelector("[data-focus]").focus();
    return undefined;
  }
  let html;
  try {
    const response = await fetch(form.action, {
      method: "POST", headers: { "X-Part": "result" }, body: new URLSearchParams(data), signal: AbortSignal.timeout(8000),
    });
    if (response.status === 404) return location.reload();
    if (response.status >= 500) throw new Error(String(response.status));
    html = await response.text();
  } catch {
    const code = asCode(String(data.get("q") ?? ""));
    if (!code) return showOffline("search");
    return record({ kind: data.get("kind") || "in", ...code });
  }
  fill(part("result"), html);
  const panel = part("result").querySelector("form[data-at-once]");
  if (panel) return record(entryOf(panel, panel.querySelector("button[name=kind]")));
  if (!part("result").querySelector(".door-error")) return back();
  query.focus({ preventScroll: true });
  query.select();
  return undefined;
};

const camera = async () => {
  const box = document.querySelector("[data-camera]");
  if (!box || !("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const video = box.querySelector("video");
  box.hidden = false;
  box.querySelector("[data-camera-start]").addEventListener("click", async (event) => {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch { return; }
    event.target.closest("button").hidden = true;
    video.hidden = false;
    await video.play();
    let last = "";
    let until = 0;
    const look = async () => {
      try {
        const [seen] = open() ? [] : await detector.detect(video);
        if (seen && (seen.rawValue !== last || Date.now() > until)) {
          last = seen.rawValue;
          until = Date.now() + 5000;
          query.value = seen.rawValue;
          navigator.vibrate?.(60);
          await find(query.form);
        }
      } catch { /* a frame that cannot be read is followed by another */ }
      setTimeout(look, 150);
    };
    look();
  });
};

// The copy gives way to the page itself as soon as there is a network, unless somebody is in the middle of it.
const renew = async () => {
  if (door.dataset.shell === undefined || open() || location.hash === "#by-hand" || query.value) return;
  try {
    const there = await fetch(location.pathname, { method: "HEAD", signal: AbortSignal.timeout(4000) });
    if (there.status < 500) location.replace(location.pathname);
  } catch { /* Later. */ }
};
// Keeps the copy up to now; a device that is no reader any more keeps none.
const worker = async () => {
  if (!navigator.serviceWorker) return;
  if (!query) return (await navigator.serviceWorker.getRegistration())?.active?.postMessage("drop");
  await navigator.serviceWorker.register(door.dataset.worker);
  const ready = await navigator.serviceWorker.ready;
  if (door.dataset.shell === undefined) ready.active.postMessage("keep");
};

if (door) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-find]")) {
      event.preventDefault();
      find(form, event.submitter);
    } else if (form.matches("[data-entry]")) {
      event.preventDefault();
      record(entryOf(form, event.submitter));
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.form?.matches("[data-entry]")) countTicked(event.target.form);
  });
  // A scanner types wherever the focus is: its letters belong into the field.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), summary");
    if (!typing && query && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) {
      query.focus({ preventScroll: true });
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-cancel]")) return;
    event.preventDefault();
    part("result").innerHTML = "";
    query.focus({ preventScroll: true });
  });
  door.querySelector("[data-clear]")?.addEventListener("click", () => {
    for (const { key } of kept(REFUSED)) localStorage.removeItem(key);
    showUnsent();
  });
  for (const form of door.querySelectorAll("form[data-entry]")) countTicked(form);
  // A page from the device's own copy has an old number, and must not give it to two people.
  const fresh = door.querySelector("#by-hand [name=nonce]");
  if (fresh) fresh.value = crypto.randomUUID();
  late(kept());
  if (kept().length) send();
  addEventListener("online", () => { send(); renew(); });
  setInterval(() => { if (kept().length) send(); renew(); }, 15000);
  camera();
}
worker();

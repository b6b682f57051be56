// Keys of the staff's pages. Single keys never send or decide, and are dead while a field has focus.
document.querySelector("[data-focus]")?.focus();
const rows = [...document.querySelectorAll("[data-row]")];
let at = -1;
let going = false;

const focusRow = async (next) => {
  if (!rows.length) return;
  rows[at]?.classList.remove("focused");
  at = Math.max(0, Math.min(rows.length - 1, next));
  rows[at].classList.add("focused");
  rows[at].scrollIntoView({ block: "nearest" });
  const response = await fetch(rows[at].dataset.peek);
  if (response.ok) document.getElementById("peek").innerHTML = await response.text();
};
const selected = document.querySelector("[data-selected]");
document.addEventListener("change", (event) => {
  if (!selected || !["case", "shelter"].includes(event.target.name)) return;
  const n = document.querySelectorAll(`[name="${event.target.name}"]:checked`).length;
  if (n) selected.textContent = selected.dataset.words.replace("{n}", n);
});

let finding = -1;
const keys = {
  j: () => focusRow(at + 1),
  k: () => focusRow(at - 1),
  Enter: () => rows[at]?.querySelector("a").click(),
  x: () => { rows[at]?.querySelector("input").click(); },
  "/": () => document.querySelector("[data-find]")?.focus(),
  b: () => document.querySelector("[data-back]")?.click(),
  c: () => document.getElementById("correction-text")?.focus(),
  m: () => { const note = document.getElementById("note"); if (note) { note.closest("details").open = true; note.focus(); } },
  n: () => { const all = [...document.querySelectorAll("[data-finding]")]; if (all.length) all[finding = (finding + 1) % all.length].focus(); },
  g: () => { going = true; setTimeout(() => { going = false; }, 1500); },
};
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) return document.querySelector("form[data-decide]")?.requestSubmit();
  if (event.target.matches("input, textarea, select, button, a, summary") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^[1-9]$/.test(event.key)) {
    if (going) return document.querySelector(`[data-view="${event.key}"]`)?.click();
    const outcome = document.querySelector(`[data-outcome="${event.key}"]`);
    if (outcome) outcome.checked = true;
    return;
  }
  const deed = keys[event.key];
  if (deed) { event.preventDefault(); deed(); }
});

// What takes long says so.
for (const form of document.querySelectorAll("form[data-slow]")) {
  form.addEventListener("submit", () => { form.querySelector("[data-working]").hidden = false; });
}

// One tick for all of a page.
for (const all of document.querySelectorAll("[data-all]")) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const one of document.querySelectorAll(`[name="${all.dataset.all}"]`)) if (one.checked !== all.checked) one.click();
  });
}

// Keys for those who are to be called: which one, and what is done about them. They send nothing but A, for whom is chosen.
const people = () => [...document.querySelectorAll('[data-calls] input[type="radio"]')];
const chosen = () => people().find((one) => one.checked);
const move = (step) => {
  const all = people();
  if (!all.length) return;
  const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(chosen()) + step))];
  next.checked = true;
  next.focus();
};
const phone = () => {
  const near = chosen()?.closest("label, tr");
  (near?.querySelector(".call-phone") ?? document.querySelector(".waiting-box a[href^='tel:']"))?.focus();
};
const keys = {
  j: () => move(1),
  k: () => move(-1),
  a: () => { if (chosen()) document.querySelector("[data-take]").click(); else move(1); },
  f: () => { if (!chosen()) move(1); document.querySelector("[data-forward]")?.focus(); },
  t: phone,
};
document.addEventListener("keydown", (event) => {
  const field = event.target.matches("input:not([type=radio]), textarea, select");
  if (field || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const deed = keys[event.key.toLowerCase()];
  if (deed) { event.preventDefault(); deed(); }
});

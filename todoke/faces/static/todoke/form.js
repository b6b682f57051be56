// A form that saves itself and shows the questions that an answer leads to. Without it, buttons do the same.
const form = document.querySelector("form[data-autosave]");
document.querySelector("[data-focus]")?.focus();

if (form) {
  const saved = form.querySelector("[data-saved]");
  const say = (words) => { saved.querySelector("span").textContent = words; };
  const body = () => {
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return data;
  };
  let timer = 0;
  let changed = false;
  let wait = 1200;

  const sayNow = () => {
    wait = 1200;
    const now = new Date();
    say(saved.dataset.words.replace("{time}", `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`));
  };

  const save = async (leaving = false) => {
    clearTimeout(timer);
    if (!changed) return;
    changed = false;
    try {
      const response = await fetch(form.dataset.autosave, { method: "POST", body: body(), keepalive: leaving });
      const answer = await response.json();
      if (response.status === 409) {
        form.querySelector("[data-reload]").hidden = false;
        return say(saved.dataset.conflict);
      }
      if (!response.ok) throw new Error(String(response.status));
      form.elements.revision.value = answer.revision;
      sayNow();
    } catch {
      changed = true;
      wait = Math.min(wait * 2, 60000);
      say(saved.dataset.offline);
      timer = setTimeout(save, wait);
    }
  };
  const later = () => { changed = true; clearTimeout(timer); timer = setTimeout(save, wait); };

  // What was typed or chosen while the answer was on its way stays as it is.
  const replaceQuestions = (html) => {
    const place = document.getElementById("questions");
    const before = [...place.querySelectorAll("input, textarea, select")].map((element) => {
      const { name, type, value, checked } = element;
      return { element, name, type, value, checked };
    });
    place.innerHTML = html;
    const now = new Map();
    for (const one of place.querySelectorAll("input, textarea, select")) {
      now.set(/^(radio|checkbox)$/.test(one.type) ? `${one.name}=${one.value}` : one.name, one);
    }
    for (const old of before) {
      const choice = /^(radio|checkbox)$/.test(old.type);
      const one = now.get(choice ? `${old.name}=${old.value}` : old.name);
      if (!one || old.type === "hidden") continue;
      if (choice) one.checked = old.checked;
      else if (old.type !== "file") one.value = old.value;
      else if (old.element.files.length) one.replaceWith(old.element);
    }
  };

  const reveal = async (control) => {
    clearTimeout(timer);
    try {
      const response = await fetch(form.dataset.questions, { method: "POST", body: body() });
      if (!response.ok) return later();
      const { name, value } = control;
      replaceQuestions(await response.text());
      [...form.elements].find((other) => other.name === name && other.value === value)?.focus();
      sayNow();
      later();
    } catch { later(); }
  };

  const fill = async (field) => {
    const code = field.value.normalize("NFKC").replace(/\D/g, "");
    if (code.length !== 7 || document.getElementById(field.dataset.fills).value) return;
    const response = await fetch(`${field.dataset.postalCode}?code=${code}`);
    const { towns } = await response.json();
    const target = document.getElementById(field.dataset.fills);
    if (towns.length && !target.value) target.value = `${towns[0].municipality}${towns[0].town}`;
  };

  // Who types before this script is there loses nothing.
  for (const field of form.querySelectorAll("[data-postal-code]")) fill(field);

  form.addEventListener("input", later);
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-reveals]")) reveal(event.target);
    if (event.target.matches("[data-postal-code]")) fill(event.target);
  });
  addEventListener("pagehide", () => save(true));
  form.addEventListener("submit", () => { changed = false; clearTimeout(timer); });
}

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

  const isChoice = (element) => /^(radio|checkbox)$/.test(element.type);
  const key = (element) => (isChoice(element) ? `${element.name}=${element.value}` : element.name);

  // What was typed, chosen or reached while the answer was on its way stays as it is.
  const replaceQuestions = (html) => {
    const place = document.getElementById("questions");
    const controls = () => [...place.querySelectorAll("input, textarea, select")];
    const before = controls().map((old) => ({ old, key: key(old), value: old.value, checked: old.checked }));
    const reached = before.find(({ old }) => old === document.activeElement);
    place.innerHTML = html;
    const now = new Map(controls().map((one) => [key(one), one]));
    for (const { old, key, value, checked } of before) {
      const one = now.get(key);
      if (!one || old.type === "hidden") continue;
      if (isChoice(old)) one.checked = checked;
      else if (old.type !== "file") one.value = value;
      else if (old.files.length) one.replaceWith(old);
    }
    if (reached) now.get(reached.key)?.focus();
    fillAddresses();
  };

  const reveal = async () => {
    clearTimeout(timer);
    try {
      const response = await fetch(form.dataset.questions, { method: "POST", body: body() });
      if (!response.ok) return later();
      replaceQuestions(await response.text());
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

  // A code typed before this script was there, or just as its field was replaced, has had no change event.
  const fillAddresses = () => form.querySelectorAll("[data-postal-code]").forEach(fill);
  fillAddresses();

  const chosenAlready = [...form.querySelectorAll("[data-reveals]")].some((one) => one.checked !== one.defaultChecked);
  if (chosenAlready) reveal();

  form.addEventListener("input", later);
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-reveals]")) reveal();
    if (event.target.matches("[data-postal-code]")) fill(event.target);
  });
  addEventListener("pagehide", () => save(true));
  form.addEventListener("submit", () => { changed = false; clearTimeout(timer); });
}

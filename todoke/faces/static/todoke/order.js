// Counts and words the order while it is typed. All of it works without.
const form = document.querySelector("[data-order]");
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
    if (outline && event.target.id === "municipality") outline.value = "";
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
const mark = () => { if (towns) towns.textContent = towns.dataset.words.replace("{n}", form.querySelectorAll("[name=town]:checked").length); };
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() !== "l") return;
  event.preventDefault();
  (find ?? form.querySelector("#towns input"))?.focus();
});
mark();

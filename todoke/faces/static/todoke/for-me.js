// What the answers come to, while they are given: the service's own rule, worked out here. The button keeps them.
import { compile, withDays } from "./rules.js";

const READ = {
  bool: (text) => ({ yes: true, no: false })[text],
  int: (text) => (/^\d+$/.test(text.normalize("NFKC").replace(/[,、円\s]/g, "")) ? Number(text.normalize("NFKC").replace(/\D/g, "")) : undefined),
  str: (text) => text || undefined,
};

const put = (facts, key, value) => {
  const path = key.split(".");
  const last = path.pop();
  const place = path.reduce((level, part) => (level[part] ??= {}), facts);
  if (value === undefined) delete place[last];
  else place[last] = value;
};

for (const form of document.querySelectorAll("form[data-rule]")) {
  const { tree, scope, dates, kinds, today } = JSON.parse(form.dataset.rule);
  const rule = compile(tree);
  const line = form.querySelector("[data-verdict]");
  const show = () => {
    const known = structuredClone(scope);
    const given = new FormData(form);
    for (const [key, kind] of Object.entries(kinds)) put(known.facts, key, READ[kind](given.get(key) ?? ""));
    const holds = rule(withDays(known, dates), today);
    line.textContent = holds === null ? "" : line.dataset[holds ? "yes" : "no"];
    line.className = holds ? "verdict-yes" : "strong";
  };
  form.addEventListener("input", show);
  // What was answered before this script was there, or what the browser kept over a reload.
  show();
}

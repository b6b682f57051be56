// Rules over facts, a JSON line each. Usage: node run.mjs RULES.mjs < lines
// In:  {"tree": …, "cases": [facts, …], "today": "2026-11-24"}, a date as {"$day": "2026-11-24"}
// Out: the value for each case, null where it is not known.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { Day, compile, withDays } = await import(pathToFileURL(process.argv[2]));
const day = (text) => withDays({ text }, ["text"]).text;
const revived = (_key, value) => (value !== null && typeof value === "object" && "$day" in value ? day(value.$day) : value);
const plain = (value) => {
  if (value instanceof Day) return { $day: String(value) };
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  }
  return value;
};

const written = [];
for (const line of readFileSync(0, "utf8").split("\n")) {
  if (!line) continue;
  const { tree, cases, today } = JSON.parse(line, revived);
  const rule = compile(tree);
  written.push(JSON.stringify(cases.map((facts) => plain(rule(facts, today)))));
}
process.stdout.write(written.join("\n"));

// Rules in the browser: the canonical tree of a rule (todoke.kernel.rules.tree) becomes closures, without eval.
//
//   const holds = compile(tree);
//   holds(withDays(facts, ["birth_date", "household.children.birth_date"]), "2026-11-24")  // true, false, … or null
//
// - null is "not known": a fact is missing, or something could not be worked out. Nothing is ever thrown for facts;
//   compile() throws for a tree with a part that it does not know.
// - A date is a Day. JSON has none, so withDays() makes them of the "YYYY-MM-DD" strings at the paths that are
//   declared as dates (members of a list's items: the list's path and the member). String(day) is "YYYY-MM-DD" again.
// - Whole numbers are exact up to 2^53 - 1; a number beyond, in facts, in the rule or as a result, is not known.
//   (The other back ends go up to 2^63 - 1.)
// - Strings are ordered and counted by code point. / and % truncate toward zero.
// - Inside, undefined is a missing fact, FAILED what could not be worked out (known() tells them apart), and null a null
//   that was written out or stands in a list.

const FAILED = Symbol("failed");

/** A calendar day; its number is yyyymmdd, which orders like the days themselves. */
export class Day {
  constructor(number) { this.number = number; }

  get year() { return Math.floor(this.number / 10000); }

  /** mmdd */
  get anniversary() { return this.number % 10000; }

  /** Days since 1970-01-01. Date.UTC takes years below 100 for those of the 1900s, hence one cycle of 400 years on. */
  get ordinal() {
    const { year, anniversary } = this;
    return Date.UTC(year + 400, Math.floor(anniversary / 100) - 1, anniversary % 100) / 86400000 - 146097;
  }

  toString() { return String(this.number).padStart(8, "0").replace(/(....)(..)(..)/, "$1-$2-$3"); }

  toJSON() { return String(this); }
}

const monthLength = (year, month) => {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
};

const dayOf = (year, month, day) => {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return FAILED;
  return new Day(year * 10000 + month * 100 + day);
};

const dayFrom = (text) => {
  const parts = typeof text === "string" && /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  return parts ? dayOf(Number(parts[1]), Number(parts[2]), Number(parts[3])) : FAILED;
};

const following = ({ year, anniversary }) => {
  const month = Math.floor(anniversary / 100);
  const day = anniversary % 100;
  if (day < monthLength(year, month)) return dayOf(year, month, day + 1);
  return month < 12 ? dayOf(year, month + 1, 1) : dayOf(year + 1, 1, 1);
};

const isRecord = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Day);

/** The facts with a Day for each string at one of the dotted paths; a string that is no date stays as it is. */
export const withDays = (facts, paths) => paths.reduce((whole, path) => dated(whole, path.split(".")), facts);

const dated = (value, path) => {
  if (Array.isArray(value)) return value.map((item) => dated(item, path));
  if (path.length === 0) {
    const day = dayFrom(value);
    return day === FAILED ? value : day;
  }
  if (!isRecord(value) || !Object.hasOwn(value, path[0])) return value;
  return { ...value, [path[0]]: dated(value[path[0]], path.slice(1)) };
};

const exact = (value) => (typeof value === "number" && !Number.isSafeInteger(value) ? FAILED : value);
const open = (value) => value === undefined || value === FAILED;

/** What a part comes to that has both; a failure outweighs a missing fact. */
const joined = (left, right) => (left === FAILED || right === FAILED ? FAILED : undefined);

/** The place of a UTF-16 unit among code points: surrogates (U+10000 and up) come after U+E000 to U+FFFF. */
const rank = (unit) => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

const inOrder = (left, right) => {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const difference = rank(left.charCodeAt(at)) - rank(right.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
};

const compared = (left, right) => {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "string" && typeof right === "string") return inOrder(left, right);
  if (left instanceof Day && right instanceof Day) return left.number - right.number;
  return NaN;
};

const ordered = (holds) => (left, right) => {
  const difference = compared(left, right);
  return Number.isNaN(difference) ? FAILED : holds(difference);
};

const equal = (left, right) => {
  if (left === right) return true;
  if (left instanceof Day) return right instanceof Day && left.number === right.number;
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((item, at) => equal(item, right[at]));
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length
    && names.every((name) => Object.hasOwn(right, name) && equal(left[name], right[name]));
};

/** Adding 0 makes a 0 of -0. */
const numbers = (compute) => (left, right) =>
  typeof left === "number" && typeof right === "number" ? exact(compute(left, right) + 0) : FAILED;

const divided = (compute) => numbers((left, right) => (right === 0 ? NaN : compute(left, right)));

const plus = (left, right) => {
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
  if (typeof left !== typeof right || (typeof left !== "number" && typeof left !== "string")) return FAILED;
  return exact(left + right);
};

const ofTexts = (apply) => (left, right) =>
  typeof left === "string" && typeof right === "string" ? apply(left, right) : FAILED;

const within = ofTexts((whole, part) => whole.includes(part));

const ofDays = (apply) => (left, right) => (left instanceof Day && right instanceof Day ? apply(left, right) : FAILED);

/** An age is reached on the day before the birthday (年齢計算ニ関スル法律). */
const ageOn = (birth, day) => {
  const next = following(day);
  return next === FAILED ? FAILED : Math.floor((next.number - birth.number) / 10000);
};

/** The year in which the fiscal year ends that holds the day on which someone reaches an age of so many years. */
const fiscalYearOfAge = ({ year, anniversary }, years) => year + years + (anniversary <= 401 ? 0 : 1);

const plusYears = (day, years) => {
  if (!(day instanceof Day) || typeof years !== "number") return FAILED;
  const year = day.year + years;
  return dayOf(year, Math.floor(day.anniversary / 100), day.anniversary === 229 && monthLength(year, 2) === 28
    ? 28 : day.anniversary % 100);
};

const sum = (list) => {
  if (!Array.isArray(list)) return FAILED;
  let whole = 0;
  for (const item of list) {
    if (typeof item !== "number") return FAILED;
    whole += item;
  }
  return exact(whole);
};

const FUNCTIONS = {
  "_==_": equal,
  "_!=_": (left, right) => !equal(left, right),
  "_<_": ordered((difference) => difference < 0),
  "_<=_": ordered((difference) => difference <= 0),
  "_>_": ordered((difference) => difference > 0),
  "_>=_": ordered((difference) => difference >= 0),
  "_in_": (item, list) => (Array.isArray(list) ? list.some((other) => equal(item, other)) : FAILED),
  "_+_": plus,
  "_-_": numbers((left, right) => left - right),
  "_*_": numbers((left, right) => left * right),
  "_/_": divided((left, right) => Math.trunc(left / right)),
  "_%_": divided((left, right) => left % right),
  "-_": (value) => (typeof value === "number" ? 0 - value : FAILED),
  "!_": (value) => (typeof value === "boolean" ? !value : FAILED),
  size: (value) => {
    if (typeof value === "string") return [...value].length;
    return Array.isArray(value) ? value.length : FAILED;
  },
  sum,
  date: (value) => (value instanceof Day ? value : dayFrom(value)),
  age_on: ofDays(ageOn),
  days_between: ofDays((first, last) => last.ordinal - first.ordinal),
  first_school_day: (birth) => (birth instanceof Day ? dayOf(fiscalYearOfAge(birth, 6), 4, 1) : FAILED),
  fiscal_year_end_of_age: (birth, years) =>
    birth instanceof Day && typeof years === "number" ? dayOf(fiscalYearOfAge(birth, years), 3, 31) : FAILED,
  plus_years: plusYears,
  end_of_month: (day) => {
    if (!(day instanceof Day)) return FAILED;
    const month = Math.floor(day.anniversary / 100);
    return dayOf(day.year, month, monthLength(day.year, month));
  },
  startsWith: ofTexts((whole, part) => whole.startsWith(part)),
  endsWith: ofTexts((whole, part) => whole.endsWith(part)),
  contains: (whole, part) => (Array.isArray(whole) ? whole.some((item) => equal(item, part)) : within(whole, part)),
  matches_any: (whole, parts) => {
    if (!Array.isArray(parts)) return FAILED;
    for (const part of parts) {
      const found = within(whole, part);
      if (found) return found;
    }
    return false;
  },
};

/** && and ||: one part decides, whatever the others are. */
const logic = (parts, decides) => (run) => {
  let found = !decides;
  for (const part of parts) {
    const value = part(run);
    if (value === decides) return decides;
    if (value !== !decides) found = value === undefined && found !== FAILED ? undefined : FAILED;
  }
  return found;
};

const MACROS = {
  exists: (items, at, body) => quantified(items, at, body, true),
  all: (items, at, body) => quantified(items, at, body, false),
  map: (items, at, body) => collected(items, at, body, (_item, value) => [value]),
  filter: (items, at, body) =>
    collected(items, at, body, (item, value) => (typeof value !== "boolean" ? FAILED : value ? [item] : [])),
};

/** The items of a list within its bound. */
const itemsOf = (list, most = Infinity) => (run) => {
  const items = list(run);
  if (!Array.isArray(items)) return items === undefined ? undefined : FAILED;
  return items.length > most ? FAILED : items;
};

const quantified = (list, at, body, decides) => (run) => {
  const items = list(run);
  if (open(items)) return items;
  let found = !decides;
  for (const item of items) {
    run.items[at] = exact(item);
    const value = body(run);
    if (value === decides) return decides;
    if (value !== !decides) found = value === undefined && found !== FAILED ? undefined : FAILED;
  }
  return found;
};

const collected = (list, at, body, keep) => (run) => {
  const items = list(run);
  if (open(items)) return items;
  const found = [];
  const unknown = [];
  for (const item of items) {
    run.items[at] = exact(item);
    const value = body(run);
    const kept = open(value) ? value : keep(item, value);
    if (open(kept)) unknown.push(kept);
    else found.push(...kept);
  }
  return unknown.length ? unknown.reduce(joined) : found;
};

const member = (of, name) => {
  const inherited = name in Object.prototype;
  return (run) => {
    const whole = of(run);
    if (open(whole)) return whole;
    if (!isRecord(whole)) return FAILED;
    return inherited && !Object.hasOwn(whole, name) ? undefined : exact(whole[name] ?? undefined);
  };
};

const applied = (name, parts) => {
  const apply = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!apply) throw new Error(`no function ${name}`);
  const [first, second] = parts;
  if (parts.length === 1) {
    return (run) => {
      const value = first(run);
      return open(value) ? value : apply(value);
    };
  }
  return (run) => {
    const left = first(run);
    const right = second(run);
    return open(left) || open(right) ? joined(left, right) : apply(left, right);
  };
};

const called = (name, parts) => {
  const [first, second, third] = parts;
  switch (name) {
    case "_&&_": return logic(parts, false);
    case "_||_": return logic(parts, true);
    case "_?_:_": return (run) => {
      const condition = first(run);
      if (typeof condition !== "boolean") return condition === undefined ? undefined : FAILED;
      return condition ? second(run) : third(run);
    };
    case "known": return (run) => first(run) !== undefined;
    case "today": return (run) => run.today;
    default: return applied(name, parts);
  }
};

/** A closure for a node; variables are those of the macros around it, outermost first. */
const read = (node, variables) => {
  if ("is" in node) {
    const value = exact(node.is);
    return () => value;
  }
  if ("name" in node) {
    const at = variables.lastIndexOf(node.name);
    return at < 0 ? member((run) => run.facts, node.name) : (run) => run.items[at];
  }
  if ("member" in node) return member(read(node.of, variables), node.member);
  if ("call" in node) return called(node.call, node.on.map((part) => read(part, variables)));
  if ("over" in node && Object.hasOwn(MACROS, node.over)) {
    const items = itemsOf(read(node.list, variables), node.most);
    return MACROS[node.over](items, variables.length, read(node.do, [...variables, node.as]));
  }
  if ("list" in node && !("over" in node)) {
    const parts = node.list.map((part) => read(part, variables));
    if (node.list.every((part) => "is" in part)) {
      const constant = parts.map((part) => part());
      return constant.some(open) ? () => FAILED : () => constant;
    }
    return (run) => {
      const values = parts.map((part) => part(run));
      return values.some(open) ? values.filter(open).reduce(joined) : values;
    };
  }
  throw new Error(`no such part of a rule: ${Object.keys(node)}`);
};

/** The rule of a canonical tree: (facts, today) => its value, or null for not known. */
export const compile = (tree) => {
  const rule = read(tree, []);
  let latest = { text: "", day: FAILED };
  return (facts, today) => {
    if (!(today instanceof Day) && today !== latest.text) latest = { text: today, day: dayFrom(today) };
    const value = rule({ facts, today: today instanceof Day ? today : latest.day, items: [] });
    return open(value) ? null : value;
  };
};

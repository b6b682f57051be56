// The specification's tests (npm @bufbuild/cel-spec, Apache-2.0), one JSON list on standard output.
const { tests } = require(process.argv[2]);
const found = [];
const walk = (suite, path) => {
  for (const { original, ast } of suite.tests ?? []) found.push({ path: [...path, original.name].join("/"), ast, ...original });
  for (const inner of suite.suites ?? []) walk(inner, [...path, inner.name]);
};
walk(tests, []);
process.stdout.write(JSON.stringify(found));

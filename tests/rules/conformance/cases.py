"""The CEL specification's simple tests, as far as they speak of kinds of values that we have."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from todoke.kernel.rules.cel import Map, Type

HERE = Path(__file__).parent
SUITES = HERE.parents[2] / "node_modules/@bufbuild/cel-spec/dist/cjs/testdata/conformance.js"
FILES = frozenset(
    {
        *("basic", "comparisons", "conversions", "fields", "fp_math", "integer_math", "lists", "logic", "macros"),
        *("namespace", "parse", "plumbing", "string", "timestamps", "type_deductions"),
    }
)
"""The others are of extensions, messages, optional values and wrappers as a whole."""

_OTHER_VALUES = re.compile(r"uint64Value|bytesValue|objectValue|enumValue|messageType|UINT64|BYTES|rapper|abstractType")
_OTHER_SYNTAX = re.compile(
    r"Constant_(?:Uint64|Bytes)Value|[\w.]\{|\b(?:uint|bytes|GlobalEnum|\w*TestAllTypes|optional\w*)\b"
    r"|google\.protobuf\.(?!Timestamp|Duration)"
)
_MARK = re.compile(r"\^#\*expr\.Expr_\w+#|(?<!\^)#\*expr\.Expr_\w+#")


@dataclass(frozen=True)
class Case:
    """An expression and what it comes to; ``fails`` if that is an error."""

    name: str
    text: str
    facts: Mapping[str, Any]
    fails: bool
    value: Any


def cases() -> list[Case]:
    """All in the subset: no unsigned numbers, bytes, messages, enums, optional values or containers of names.

    Tests of the type checker alone have no value and are left out too.
    """
    node = Path(sys.executable).with_name("node")
    done = subprocess.run([node, HERE / "tests_as_json.cjs", SUITES], capture_output=True, text=True, check=True)
    return [_case(test) for test in json.loads(done.stdout) if _is_ours(test)]


def _is_ours(test: Mapping[str, Any]) -> bool:
    if test["path"].split("/")[0] not in FILES or test.get("container") or test.get("checkOnly"):
        return False
    values = json.dumps([test.get(name) for name in ("value", "typedResult", "bindings", "typeEnv")])
    return not (_OTHER_VALUES.search(values) or _OTHER_SYNTAX.search(_MARK.sub("", test.get("ast") or test["expr"])))


def _case(test: Mapping[str, Any]) -> Case:
    facts = {name: _value(bound["value"]) for name, bound in test.get("bindings", {}).items()}
    expected = test.get("typedResult", {}).get("result", test.get("value", {"boolValue": True}))
    fails = "evalError" in test
    return Case(test["path"], test["expr"], facts, fails, None if fails else _value(expected))


def _value(wrapped: Mapping[str, Any]) -> Any:
    [(kind, value)] = wrapped.items()
    match kind:
        case "int64Value":
            return int(value)
        case "doubleValue":
            return float(value)
        case "listValue":
            return [_value(item) for item in value.get("values", ())]
        case "mapValue":
            return Map([(_value(entry["key"]), _value(entry["value"])) for entry in value.get("entries", ())])
        case "typeValue":
            return Type(value)
    return value

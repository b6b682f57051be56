"""All of CEL that the language of rules leaves out: doubles, maps, indexes, conversions, times.

No rule of a pack can use it. It is what the specification's own tests need beside the language of rules, so that they
can be run against the interpreter that rules have.
"""

from todoke.kernel.rules.cel.interpreter import evaluate
from todoke.kernel.rules.cel.parser import parse
from todoke.kernel.rules.cel.values import Map, Type

__all__ = ["Map", "Type", "evaluate", "parse"]

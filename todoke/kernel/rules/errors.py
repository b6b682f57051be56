"""What is wrong with a rule, and where."""


class RuleError(Exception):
    """A rule that cannot be read or does not fit its declarations; line and column count from 1."""

    def __init__(self, problem: str, line: int, column: int) -> None:
        self.problem, self.line, self.column = problem, line, column
        super().__init__(f"{line}:{column}: {problem}")

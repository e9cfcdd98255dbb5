"""What the server refuses, as an exception."""

from typing import Any

from counterpart_client.generated.models import Problem


class CounterpartProblem(Exception):
    """A problem the server told: `type` is stable, `detail` says what happened."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.title} ({problem.status}): {problem.detail}")
        self.problem = problem

    @property
    def status(self) -> int:
        return self.problem.status

    @property
    def type(self) -> str:
        """The name of the kind of problem, such as "invalid-input"."""
        return self.problem.type_.rsplit("/", 1)[-1]

    @property
    def errors(self) -> list[Any]:
        """What was wrong with what was sent, each with pointer, detail and code."""
        return self.problem.errors or []

"""What the command line prints: progress, tables of answers, refused rows, errors."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import orjson
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar
from rich.table import Table

from models.residents import residents

REASONS_SHOWN = 3
Facts = Mapping[str, Any]


def out() -> Console:
    """Where answers go; made anew each time, so that a redirected stream is followed."""
    return Console(highlight=False)


def err() -> Console:
    """Where everything goes that is no answer."""
    return Console(stderr=True, highlight=False)


def say(text: str) -> None:
    """A line about what is going on."""
    err().print(escape(text), soft_wrap=True)


def answer(text: str) -> None:
    """A line that a script may read."""
    out().print(escape(text), soft_wrap=True)


def json(value: Any) -> None:
    """A value as indented JSON."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    out().out(orjson.dumps(value, option=options).decode(), highlight=False)


class _Rate(ProgressColumn):
    """How many are done in a second."""

    def render(self, task: Task) -> str:
        return f"{task.speed:,.0f}/s" if task.speed else ""


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar to be called with (done, total); a spinner until the total is known."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Bar(*columns, console=err()) as bar:
        task = bar.add_task(title, total=None)

        def told(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield told
        done = bar.tasks[0].total or 1
        bar.update(task, completed=done, total=done)


def problem(detail: str, errors: Iterable[Facts] = ()) -> None:
    """An error, with each thing that is wrong on a line of its own."""
    console = err()
    console.print(f"[bold red]error:[/] {escape(detail)}", soft_wrap=True)
    for entry in errors:
        line = f"  {entry['pointer']}: {entry['detail']}"
        if entry["detail"] not in detail:
            console.print(escape(line), soft_wrap=True)


def refused_rows(errors: Sequence[Any]) -> None:
    """The rows of a file that did not land: where, what was seen, what was expected."""
    table = _table("row", "column", "value", "what is wrong")
    for error in errors:
        row = "" if error.row is None else str(error.row)
        table.add_row(row, *map(escape, (error.column or "", error.value or "", error.detail)))
    err().print(table)


def candidates(name: str, places: Iterable[Facts]) -> None:
    """The places a name may mean."""
    console = err()
    console.print(f"These places may be meant by {escape(repr(name))}; name one by its id:")
    table = _table("id", "name", "country", "kind", "residents")
    for place in places:
        count = residents(place)
        shown = f"{count:,}" if count else "unknown"
        table.add_row(place["id"], escape(place["name"]), place["country"], place["kind"], shown)
    console.print(table)


def matches(title: str, found: Facts) -> None:
    """An answer of the matcher, best first, with what told most for each result."""
    console = out()
    table = _table("#", "who and why", "fit", "rank score", "verdict", title=title)
    for number, result in enumerate(found["results"], start=1):
        table.add_row(str(number), *_result(result), end_section=True)
    console.print(table)
    for line in _notes(found):
        console.print(escape(line), soft_wrap=True)


def _result(result: Facts) -> list[str]:
    subject = result.get("place") or result["collaboration"]
    where = subject.get("country") or subject["type"].replace("_", " ")
    head = f"[bold]{escape(subject['name'])}[/], {where} ({subject['id']})"
    why = "\n".join([head, *(f"• {escape(text)}" for text in top_reasons(result))])
    return [why, result["band"], f"{result['rank_score']:.3f}", result["verdict"]]


def top_reasons(result: Facts) -> list[str]:
    """The texts of the reasons that added most to the score."""
    told = sorted(result["reasons"], key=lambda reason: -reason["contribution"])
    return [reason["text"] for reason in told if reason["contribution"] > 0][:REASONS_SHOWN]


def _notes(found: Facts) -> Iterator[str]:
    if found.get("inferred"):
        read = ", ".join(
            f"{need['sector']}{':' + need['stage'] if need.get('stage') else ''}"
            f" ({need['confidence']:.2f})"
            for need in found["inferred"]
        )
        yield f"Read from the text: {read}"
    for reason in found.get("fewer_because", ()):
        yield f"{reason['removed']:,} left out: {reason['text']}"
    for passed in found.get("passed_over", ()):
        yield str(passed["text"])
    question = found.get("next_question")
    if question:
        yield f"Knowing {question['field']} would settle most: {question['would_settle']}."


def _table(*columns: str, title: str | None = None) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in columns:
        narrow = name in ("#", "row", "residents", "rank score")
        whole = narrow or name in ("country", "fit", "verdict")
        justify: Literal["left", "right"] = "right" if narrow else "left"
        table.add_column(name, justify=justify, no_wrap=whole, overflow="fold")
    return table

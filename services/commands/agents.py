"""`counterpart mcp`: the operations of a running server as tools for agents."""

import asyncio
from typing import Annotated

import typer

from models.errors import Problem

commands = typer.Typer()


@commands.command("mcp")
def mcp(
    url: Annotated[str, typer.Option(help="Where the server answers.")] = "http://127.0.0.1:8000",
    key: Annotated[
        str | None,
        typer.Option(envvar="COUNTERPART_KEY", help="A key; better given by the environment."),
    ] = None,
) -> None:
    """Speak the Model Context Protocol over standard input and output."""
    try:
        from services.agents.server import serve_stdio
    except ModuleNotFoundError as missing:
        raise Problem(
            f"{missing.name} is missing: run `python requirements/installing.py agents`"
        ) from None
    asyncio.run(serve_stdio(url, key))

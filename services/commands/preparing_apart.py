"""`serve --prepare`: the catalogue is made ready by a process of its own, which then ends.

The models that read its texts take memory that no server needs, and begin threads, which a process
that is copied to be a worker must not have.
"""

import socket
import sys
from multiprocessing import get_context
from typing import Any

import typer

from models.settings import Settings
from services import printing
from services.commands.console import errors_in_a_line
from services.preparing import prepare


def prepare_apart(settings: Settings, listener: socket.socket) -> None:
    """Load and publish the default catalogue where that is needed; exits where it fails."""
    context: Any = get_context("fork" if sys.platform == "linux" else "spawn")
    process = context.Process(target=_prepare, args=(settings, listener))
    process.start()
    try:
        process.join()
    finally:
        process.terminate()
    if process.exitcode:
        raise typer.Exit(1)


def _prepare(settings: Settings, listener: socket.socket) -> None:
    listener.close()  # the port is the parent's, also where this process outlives it
    try:
        with errors_in_a_line():
            prepare(settings, printing.progress)
    except (typer.Exit, KeyboardInterrupt):
        sys.exit(1)

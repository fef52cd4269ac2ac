"""``manage.py solve`` as a test runs it, and the files that it reads."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scheduling.management.commands.solve import Command

Solve = Callable[..., tuple[int, str, str]]


def solve_with(capsys: pytest.CaptureFixture[str]) -> Solve:
    """Return what runs the command: with its arguments, exit status, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = 0
        try:
            Command().run_from_argv(["manage.py", "solve", "--no-color", *arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        output, errors = capsys.readouterr()
        return status, output, errors

    return run


def write(folder: Path, document: dict[str, Any]) -> Path:
    path = folder / "site.json"
    path.write_text(json.dumps(document))
    return path

"""All checks of the project, one after the other: ``python -m config.checks [pytest options]``."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from config import env
from config.embedded.processes import locked

_BIN: Final = Path(sys.executable).parent
_PYTHON: Final = sys.executable
_STEPS: Final[dict[str, list[str]]] = {
    "lint": [str(_BIN / "ruff"), "check", "."],
    "format": [str(_BIN / "ruff"), "format", "--check", "."],
    "imports": [str(_BIN / "lint-imports"), "--no-cache"],
    "types": [str(_BIN / "mypy"), "."],
    "migrations": [_PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
    "tests": [_PYTHON, "-m", "pytest", "-n", "2"],
}


def main(options: list[str]) -> int:
    """Run every step, also after one that failed; return 1 if any failed."""
    with locked(env.run_dir() / ".checks.lock"):  # two at once would drop each other's databases
        return _run_all(options)


def _run_all(options: list[str]) -> int:
    results: list[tuple[str, bool, float]] = []
    for name, command in _STEPS.items():
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        began = time.monotonic()
        arguments = [*command, *options] if name == "tests" else command
        done = subprocess.run(arguments, check=False, env={**os.environ, **_environment()})  # noqa: S603
        results.append((name, done.returncode == 0, time.monotonic() - began))
    for name, passed, seconds in results:
        sys.stdout.write(f"{name:<12}{'passed' if passed else 'FAILED':<8}{seconds:6.1f} s\n")
    return 0 if all(passed for _, passed, _ in results) else 1


def _environment() -> dict[str, str]:
    return {"DJANGO_SETTINGS_MODULE": "config.settings.test"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

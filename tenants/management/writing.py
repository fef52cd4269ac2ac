"""Answers of commands as JSON, where the command line wants them."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from tenants.management.conventions import BAD_INPUT, STANDARD


def write_json(document: dict[str, Any], target: str) -> None:
    """Write ``document`` to the file ``target``; "-" is the standard output.

    Raises:
        CommandError: the file cannot be written.
    """
    text = json.dumps(document, indent=2, allow_nan=False) + "\n"
    if target == STANDARD:
        sys.stdout.write(text)
        return
    try:
        Path(target).write_text(text)
    except OSError as error:
        raise CommandError(f"--json {target}: {error.strerror}", returncode=BAD_INPUT) from None

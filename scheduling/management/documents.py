"""Documents that commands read from a file, and refuse line by line."""

import sys
from pathlib import Path
from typing import TypeVar

from django.core.management.base import CommandError
from pydantic import TypeAdapter, ValidationError

from scheduling.flex.parsing import DocumentError, error_lines, object_from_json
from tenants.management.conventions import BAD_INPUT, STANDARD

D = TypeVar("D")


def read_document(file: str, kind: TypeAdapter[D]) -> D:
    """Return the document of ``file``; "-" is the standard input.

    Raises:
        CommandError: it cannot be read or is wrong; each fault with its place.
    """
    try:
        text = sys.stdin.buffer.read() if file == STANDARD else Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}", returncode=BAD_INPUT) from None
    try:
        return kind.validate_python(object_from_json(text))
    except DocumentError as error:
        lines = error.errors
    except ValidationError as error:
        lines = error_lines(error)
    raise CommandError(
        "\n".join(f"{path}: {message}" for path, message in lines), returncode=BAD_INPUT
    )

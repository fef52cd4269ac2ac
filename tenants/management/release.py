"""A database without this release's tables, told in words wherever a command comes upon it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import ProgrammingError

from tenants.management.conventions import BAD_INPUT


@contextmanager
def on_this_release() -> Iterator[None]:
    """Do what needs the tables of this release.

    Raises:
        CommandError: a table or a column is not there.
    """
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", None) not in {"42P01", "42703"}:
            raise
        words = "the database has not the tables of this release: run manage.py migrate_schemas"
        raise CommandError(words, returncode=BAD_INPUT) from None

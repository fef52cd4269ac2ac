"""Rows that every request asks for by one key, by statements that are written once.

Django writes a statement anew from its filters each time: for these that took three times as
long as asking and answering, and a third of a small request.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

from django.db import models
from django.db.models.query import get_related_populators

from tenants.database import connection

M = TypeVar("M", bound=models.Model)

_KEY: Final = "the key"


class Lookup(Generic[M]):
    """Finds the row of ``rows()`` whose unique text column ``field`` is a key.

    ``rows`` may select related rows, and may filter by values that are always the same.
    """

    def __init__(self, rows: Callable[[], models.QuerySet[M]], field: str) -> None:
        self._rows = rows
        self._field = field

    def find(self, key: str) -> M | None:
        """Return the row, with what is related to it, or None."""
        compiler, converters, sql, parameters, columns, related = self._written
        with connection.cursor() as cursor:
            cursor.execute(sql, [key if each == _KEY else each for each in parameters])
            found = cursor.fetchall()
        for values in compiler.apply_converters(found, converters):
            row = self._model.from_db(connection.alias, columns, values[: len(columns)])
            for each in related:
                each.populate(values, row)
            return row
        return None

    @cached_property
    def _model(self) -> type[M]:
        return self._rows().model

    @cached_property
    def _written(self) -> tuple[Any, Any, str, tuple[Any, ...], list[str], list[Any]]:
        query = self._rows().filter(**{self._field: _KEY}).query
        compiler: Any = query.get_compiler(connection.alias)
        sql, parameters = compiler.as_sql()
        own = compiler.klass_info["select_fields"]  # which come first
        columns = [compiler.select[each][0].target.attname for each in own]
        populators: Any = get_related_populators  # its stub is of another version
        related = populators(compiler.klass_info, compiler.select, connection.alias)
        converters = compiler.get_converters([column for column, _, _ in compiler.select])
        return compiler, converters, sql, parameters, columns, related

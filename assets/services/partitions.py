"""Monthly partitions of a tenant's beliefs: chosen, made month by month, and taken back.

The tables stay what they are for whoever reads or writes: their keys hold the event's start. What
was the table becomes the partition of all that is in no month, the *rest*, at once and without
copying a row; then each month is moved out of it in a transaction of its own, so that the work may
be broken off and begun again. Months long ago or far ahead stay in the rest: one reading of each
century would else make a thousand partitions. (``docs/adr/0013``)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from assets.models import Belief, SupersededBelief
from tenants.permissions import Actor, Permission

_TABLES: Final = tuple(model._meta.db_table for model in (Belief, SupersededBelief))
#: Months that are partitions: from so many before this one, to so many after it.
_BEFORE: Final = 120
_AHEAD: Final = 2
# Who waits for a table holds up all who come after: rather not now.
_PATIENCE: Final = "SET LOCAL lock_timeout = '10s'"

_IS_PARTITIONED: Final = """
SELECT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass(%s) AND relkind = 'p')
"""
_SPLIT: Final = """
ALTER TABLE {table} RENAME TO {table}_rest;
ALTER INDEX {table}_pkey RENAME TO {table}_rest_pkey;
CREATE TABLE {table} (LIKE {table}_rest INCLUDING ALL) PARTITION BY RANGE (event_start);
ALTER TABLE {table} ATTACH PARTITION {table}_rest DEFAULT
"""
_UNITE: Final = """
ALTER TABLE {table} DETACH PARTITION {table}_rest;
DROP TABLE {table};
ALTER TABLE {table}_rest RENAME TO {table};
ALTER INDEX {table}_rest_pkey RENAME TO {table}_pkey
"""
_MONTHS_IN_REST: Final = """
SELECT DISTINCT date_trunc('month', event_start, 'UTC') FROM {table}_rest
WHERE event_start >= %(first)s AND event_start < %(end)s ORDER BY 1
"""
_MONTHS: Final = """
SELECT c.relname, to_date(right(c.relname, 7), 'YYYY_MM') FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = to_regclass(%(table)s) AND c.relname <> %(table)s || '_rest' ORDER BY 1
"""
_MOVE_OUT: Final = """
WITH moved AS (
    DELETE FROM {table}_rest WHERE event_start >= %(start)s AND event_start < %(end)s RETURNING *
)
INSERT INTO {month} SELECT * FROM moved
"""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a table, and how many beliefs of it were moved or dropped."""

    table: str
    start: datetime
    beliefs: int


def are_partitioned() -> bool:
    """Return whether the beliefs of the present schema are kept by month."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_PARTITIONED, [_TABLES[0]])
        return bool(cursor.fetchone()[0])


def partition_beliefs(*, actor: Actor, now: datetime) -> Iterator[Month]:
    """Keep the beliefs of the present schema by month, and make the months that are to come.

    Again, it moves what has come into the rest meanwhile. Each month is a transaction of its own,
    for which whoever reads or writes beliefs of the rest has to wait.

    Raises:
        PermissionDenied: ``actor`` may not manage the whole tenant.
        OperationalError: a table is in use for too long; what is done stays done.
    """
    _authorise(actor)
    for table in _TABLES:
        _split(table)
        first, end = _months_from(now, -_BEFORE), _months_from(now, _AHEAD + 1)
        with connection.cursor() as cursor:
            cursor.execute(_MONTHS_IN_REST.format(table=table), {"first": first, "end": end})
            wanted = {row[0].astimezone(UTC) for row in cursor.fetchall()}
        wanted |= {_months_from(now, ahead) for ahead in range(_AHEAD + 1)}
        for start in sorted(wanted):
            moved = _move_out(table, start)
            if moved:
                yield Month(table, start, moved)
        with connection.cursor() as cursor:  # which autovacuum leaves to us
            cursor.execute(f"ANALYZE {table}")


def unite_beliefs(*, actor: Actor) -> Iterator[Month]:
    """Keep the beliefs of the present schema in plain tables again; raises as above.

    Each month goes back into the rest in a transaction of its own, and the last makes it the table.
    """
    _authorise(actor)
    for table in _TABLES:
        for name, start in _months_of(table):
            yield Month(table, start, _move_back(table, name))
        _unite(table)


def forget_months(*, actor: Actor, before: datetime) -> Iterator[Month]:
    """Drop the months that end at ``before`` or earlier, of all sensors; raises as above.

    Of tables that are not partitioned nothing.
    """
    _authorise(actor)
    for table in _TABLES:
        for name, start in _months_of(table):
            if _months_from(start, 1) <= before:
                yield Month(table, start, _drop(name))


def _authorise(actor: Actor) -> None:
    if not actor.may_everywhere(Permission.ASSET_MANAGE):
        raise PermissionDenied(f"{actor.name} may not manage the whole tenant")


def _months_from(moment: datetime, number: int) -> datetime:
    """Return the start of the month, in UTC, so many after that of ``moment``."""
    at = moment.astimezone(UTC)
    years, month = divmod(at.month - 1 + number, 12)
    return datetime(at.year + years, month + 1, 1, tzinfo=UTC)


def _months_of(table: str) -> list[tuple[str, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, {"table": table})
        rows = cursor.fetchall()
    return [(name, datetime(day.year, day.month, 1, tzinfo=UTC)) for name, day in rows]


@transaction.atomic
def _split(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_IS_PARTITIONED, [table])
        if not cursor.fetchone()[0]:
            cursor.execute(_PATIENCE)
            cursor.execute(_SPLIT.format(table=table))


@transaction.atomic
def _unite(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_IS_PARTITIONED, [table])
        if cursor.fetchone()[0]:
            cursor.execute(_PATIENCE)
            cursor.execute(_UNITE.format(table=table))


@transaction.atomic
def _move_out(table: str, start: datetime) -> int:
    """Make the month's partition of what is of it in the rest; return how much that was.

    Of a month that has its partition nothing can be in the rest.
    """
    month = f"{table}_{start:%Y_%m}"
    span: dict[str, Any] = {"start": start, "end": _months_from(start, 1)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [month])
        if cursor.fetchone()[0]:
            return 0
        cursor.execute(_PATIENCE)
        # As strong as attaching needs: to ask for more later would be a deadlock with who writes.
        cursor.execute(f"LOCK TABLE {table}_rest IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"CREATE TABLE {month} (LIKE {table}_rest INCLUDING ALL)")
        cursor.execute(_MOVE_OUT.format(table=table, month=month), span)
        moved = int(cursor.rowcount)
        bounds = "FOR VALUES FROM (%(start)s) TO (%(end)s)"
        cursor.execute(f"ALTER TABLE {table} ATTACH PARTITION {month} {bounds}", span)
    return moved


@transaction.atomic
def _move_back(table: str, month: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_PATIENCE)
        cursor.execute(f"ALTER TABLE {table} DETACH PARTITION {month}")
        cursor.execute(f"INSERT INTO {table}_rest SELECT * FROM {month}")  # noqa: S608  # our names
        moved = int(cursor.rowcount)
        cursor.execute(f"DROP TABLE {month}")
    return moved


@transaction.atomic
def _drop(month: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_PATIENCE)
        cursor.execute(f"SELECT count(*) FROM {month}")  # noqa: S608  # our names
        beliefs = int(cursor.fetchone()[0])
        cursor.execute(f"DROP TABLE {month}")
    return beliefs

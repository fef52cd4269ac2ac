"""The one road into the tables of beliefs: binary COPY, then what is news is merged.

Rows are packed by numpy into the form that PostgreSQL reads, so that a year of quarters of an
hour costs Python a few milliseconds. Whoever calls holds the sensors' rows: of one sensor only
one transaction writes at a time. (Figures: ``docs/adr/0004-beliefs-in-one-plain-table.md``.)
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from assets.queries.moments import moment_of

_KEY: Final = "sensor_id, event_start, source_id, cumulative_probability"
_COLUMNS: Final = f"{_KEY}, belief_time, value"
# The head says that there are no extensions; a row begins with its number of fields.
_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TAIL: Final = b"\xff\xff"

#: One belief, times in microseconds since 2000 in UTC. ``implied`` says that nobody told when it
#: was formed, and the end of its event stands for that.
BELIEF: Final = np.dtype(
    [
        ("sensor", np.int64),
        ("event_start", np.int64),
        ("source", np.int64),
        ("probability", np.float64),
        ("belief_time", np.int64),
        ("value", np.float64),
        ("implied", np.bool_),
    ]
)
Beliefs = NDArray[np.void]
#: What makes two beliefs the same but for their value.
_MOMENT: Final = ("sensor", "event_start", "source", "probability", "belief_time")


def _of(table: str, columns: str) -> str:
    return ", ".join(f"{table}.{column}" for column in columns.split(", "))


# Kept for the session: a temporary table per call would bloat the catalogue.
_CREATE: Final = """
CREATE TEMPORARY TABLE IF NOT EXISTS told (
    sensor_id bigint, event_start timestamptz, source_id bigint, cumulative_probability float8,
    belief_time timestamptz, value float8, implied bool
) ON COMMIT DELETE ROWS;
TRUNCATE pg_temp.told
"""
_COPY: Final = "COPY pg_temp.told FROM STDIN (FORMAT BINARY)"
# The bounds keep the table's part that is looked at small, whatever the planner believes.
_STANDING: Final = """
    {table}.sensor_id = ANY(%(sensors)s)
    AND {table}.event_start BETWEEN %(first)s AND %(last)s
    AND {table}.sensor_id = told.sensor_id AND {table}.event_start = told.event_start
    AND {table}.source_id = told.source_id
    AND {table}.cumulative_probability = told.cumulative_probability
"""
_OF_BELIEF: Final = _STANDING.format(table="assets_belief")
_OF_SUPERSEDED: Final = _STANDING.format(table="assets_supersededbelief")
# What a source said before and says again is no news, however often a peer is asked.
_DROP_SAID: Final = f"""
DELETE FROM pg_temp.told USING assets_belief WHERE {_OF_BELIEF}
    AND assets_belief.value = told.value
    AND (assets_belief.belief_time <= told.belief_time OR told.implied)
"""
_DROP_SAID_BEFORE: Final = f"""
DELETE FROM pg_temp.told USING assets_supersededbelief WHERE {_OF_SUPERSEDED}
    AND assets_supersededbelief.value = told.value
    AND (assets_supersededbelief.belief_time = told.belief_time OR told.implied)
"""
# What was told without its time and differs is a correction: believed from now on.
_DATE_CORRECTIONS: Final = f"""
UPDATE pg_temp.told SET belief_time = %(now)s FROM assets_belief WHERE {_OF_BELIEF}
    AND told.implied AND told.belief_time < %(now)s
"""
_ARE_STANDING: Final = f"SELECT EXISTS (SELECT FROM assets_belief, pg_temp.told WHERE {_OF_BELIEF})"
_INSERT: Final = f"INSERT INTO assets_belief ({_COLUMNS}) SELECT {_COLUMNS} FROM pg_temp.told"
_NEWEST_TOLD: Final = f"""
    SELECT DISTINCT ON ({_KEY}) {_COLUMNS} FROM pg_temp.told ORDER BY {_KEY}, belief_time DESC
"""
_SUPERSEDE: Final = f"""
INSERT INTO assets_supersededbelief ({_COLUMNS})
SELECT {_of("assets_belief", _COLUMNS)}
FROM assets_belief, ({_NEWEST_TOLD}) told
WHERE {_OF_BELIEF} AND assets_belief.belief_time < told.belief_time
ON CONFLICT DO NOTHING
"""
_MERGE: Final = f"""
INSERT INTO assets_belief ({_COLUMNS}) {_NEWEST_TOLD}
ON CONFLICT ({_KEY}) DO UPDATE SET belief_time = excluded.belief_time, value = excluded.value
WHERE assets_belief.belief_time < excluded.belief_time
    OR (assets_belief.belief_time = excluded.belief_time AND assets_belief.value <> excluded.value)
"""
_KEEP_OLDER: Final = f"""
INSERT INTO assets_supersededbelief ({_COLUMNS})
SELECT DISTINCT ON ({_of("told", _KEY)}, told.belief_time) {_of("told", _COLUMNS)}
FROM pg_temp.told, assets_belief
WHERE {_OF_BELIEF} AND assets_belief.belief_time > told.belief_time
ON CONFLICT ({_KEY}, belief_time) DO UPDATE SET value = excluded.value
WHERE assets_supersededbelief.value <> excluded.value
"""
# Which sensors the rows are of that a statement writes.
_BY_SENSOR: Final = """
WITH written AS ({} RETURNING sensor_id) SELECT sensor_id, count(*) FROM written GROUP BY sensor_id
"""


def store(beliefs: Beliefs, *, corrected_at: datetime | None) -> Counter[int]:
    """Merge ``beliefs`` of dtype ``BELIEF`` into what is believed, in the caller's transaction.

    The same again changes nothing; nor does a later belief that is equal to the newest one of
    its source. What a source believed before stays readable.

    Args:
        corrected_at: when a value that was told without its time, and differs from what stands
            there, is believed from; with None it takes the place of what stands there.

    Returns:
        how many beliefs are new or changed, by sensor.
    """
    if not beliefs.size:
        return Counter()
    span = {**_span(beliefs), "now": corrected_at}
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        with cursor.copy(_COPY) as copy:
            copy.write(packed(beliefs))
        cursor.execute(_DROP_SAID, span)
        if cursor.rowcount == beliefs.size:
            return Counter()
        if not _repeats(beliefs) and not _found(cursor, span):
            return _written(cursor, _INSERT, span)
        return _merge(cursor, span)


def _written(cursor: Any, statement: str, span: dict[str, Any]) -> Counter[int]:
    """Return how many rows ``statement`` writes, by sensor."""
    if len(span["sensors"]) == 1:
        cursor.execute(statement, span)
        return Counter({span["sensors"][0]: int(cursor.rowcount)})
    cursor.execute(_BY_SENSOR.format(statement), span)
    return Counter(dict(cursor.fetchall()))


def unite(beliefs: Beliefs) -> int:
    """Add ``beliefs`` to all that was ever believed, in the caller's transaction.

    Unlike ``store`` it takes each for what it is, news or not: of a restored history nothing is
    left out. Where a belief of the same time stands, its value is that of ``beliefs``.

    Returns:
        how many beliefs are new or changed.
    """
    if not beliefs.size:
        return 0
    span = _span(beliefs)
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        with cursor.copy(_COPY) as copy:
            copy.write(packed(beliefs))
        if not _repeats(beliefs) and not _found(cursor, span):
            cursor.execute(_INSERT)
            return int(cursor.rowcount)
        return _add(cursor, span).total()


def _span(beliefs: Beliefs) -> dict[str, Any]:
    return {
        "sensors": np.unique(beliefs["sensor"]).tolist(),
        "first": moment_of(int(beliefs["event_start"].min())),
        "last": moment_of(int(beliefs["event_start"].max())),
    }


def _found(cursor: Any, span: dict[str, Any]) -> bool:
    cursor.execute(_ARE_STANDING, span)
    return bool(cursor.fetchone()[0])


def _merge(cursor: Any, span: dict[str, Any]) -> Counter[int]:
    cursor.execute(_DROP_SAID_BEFORE, span)
    if span["now"] is not None:
        cursor.execute(_DATE_CORRECTIONS, span)
    return _add(cursor, span)


def _add(cursor: Any, span: dict[str, Any]) -> Counter[int]:
    cursor.execute(_SUPERSEDE, span)
    return _written(cursor, _MERGE, span) + _written(cursor, _KEEP_OLDER, span)


def _repeats(beliefs: Beliefs) -> bool:
    """Return whether an event is told more than once by a source."""
    if (np.diff(beliefs["sensor"]) >= 0).all():  # most often each sensor's events are in order
        same = beliefs[1:]["sensor"] == beliefs[:-1]["sensor"]
        if (np.diff(beliefs["event_start"])[same] > 0).all():
            return False
    return bool(np.unique(beliefs[list(_MOMENT[:4])]).size < beliefs.size)


def packed(beliefs: Beliefs) -> bytes:
    """Return ``beliefs`` as the body of a binary COPY of all their fields."""
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name in BELIEF.names or ():
        fields += [(f"{name} bytes", ">i4"), (name, BELIEF[name].newbyteorder(">").str)]
    rows = np.empty(beliefs.size, np.dtype(fields))
    rows["fields"] = len(BELIEF.names or ())
    for name in BELIEF.names or ():
        rows[f"{name} bytes"] = BELIEF[name].itemsize
        rows[name] = beliefs[name]
    return b"".join((_HEAD, rows.tobytes(), _TAIL))


def together(parts: Sequence[Beliefs]) -> Beliefs:
    """Return ``parts`` as one."""
    return np.concatenate(parts) if parts else np.empty(0, BELIEF)


def contradiction(beliefs: Beliefs) -> int | None:
    """Return the place of a belief that another of the same source and time gainsays."""
    if not _repeats(beliefs):
        return None
    order = np.argsort(beliefs, order=list(_MOMENT), kind="stable")
    told = beliefs[order]
    same = told[list(_MOMENT)][1:] == told[list(_MOMENT)][:-1]
    gainsaid = np.flatnonzero(same & (told["value"][1:] != told["value"][:-1]))
    return int(order[gainsaid[0] + 1]) if gainsaid.size else None

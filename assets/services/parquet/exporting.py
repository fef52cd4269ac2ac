"""From a tenant's tables to the files of an export, a block of beliefs at a time."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction

from assets.models import Asset, Sensor, Source
from assets.queries import terms_beneath
from assets.queries.moments import times_of
from assets.services.parquet.files import (
    ASSETS,
    BELIEFS,
    ROWS,
    SCHEMAS,
    SENSORS,
    SOURCES,
    Checksum,
    Exported,
    Progress,
    Rows,
    WrongExport,
    keys_of,
)

#: Rows of a row group; blocks of as many are held at once.
_GROUP: Final = 200_000
_BLOCK_BYTES: Final = 8_000_000
_HEADER_BYTES: Final = 19
_TRAILER_BYTES: Final = 2
_BELIEVED: Final = """
COPY (
    SELECT COALESCE(array_position(%(sources)s::bigint[], source_id) - 1, -1)::int8 AS place,
        event_start, belief_time, cumulative_probability, value
    FROM (
        SELECT source_id, event_start, belief_time, cumulative_probability, value
        FROM assets_belief WHERE sensor_id = %(sensor)s
        UNION ALL
        SELECT source_id, event_start, belief_time, cumulative_probability, value
        FROM assets_supersededbelief WHERE sensor_id = %(sensor)s
    ) believed
    ORDER BY event_start, place, cumulative_probability, belief_time
) TO STDOUT (FORMAT BINARY)
"""
# A row of binary COPY: how many fields, then length and value of each.
_COPIED: Final = np.dtype(
    [
        ("fields", ">i2"),
        *(
            part
            for name in ROWS.names or ()
            for part in ((f"{name} bytes", ">i4"), (name, ROWS[name].newbyteorder(">").str))
        ),
    ]
)


def export_series(
    folder: Path, *, tenant: str, now: datetime, progress: Progress = lambda *_: None
) -> Exported:
    """Write the assets, sensors, sources and beliefs of the present schema into ``folder``.

    As they stand at one moment; memory does not grow with their number. The manifest comes last:
    a folder without it is no whole export.

    Args:
        folder: new or empty.
        tenant: as which it is exported.

    Raises:
        WrongExport: ``folder`` is not empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise WrongExport(f"{folder} is not empty: name a new folder")
    with transaction.atomic():
        if len(connection.savepoint_ids) == 0:  # its first statement
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assets = _write_assets(folder)
        sources = _write_sources(folder)
        sensors, keys = _write_sensors(folder, assets)
        checksum = Checksum([(each.kind, each.name, each.version) for each in sources])
        n_beliefs = 0
        with pq.ParquetWriter(folder / BELIEFS, SCHEMAS[BELIEFS], compression="zstd") as writer:
            group = _Group(writer)
            for number, sensor in enumerate(sensors):
                for rows in _beliefs(sensor, sources):
                    checksum.add(keys[number], rows)
                    group.add(number, rows)
                    n_beliefs += rows.size
                progress(number + 1, len(sensors), n_beliefs)
            group.close()
    made = Exported(tenant, now.isoformat(), len(sensors), n_beliefs, checksum.told())
    made.write(folder)
    return made


def _write_assets(folder: Path) -> dict[int, tuple[int, int | None, Asset]]:
    """Write the tree; return number, parent's number and row of each asset by identifier."""
    numbered: dict[int, tuple[int, int | None, Asset]] = {}
    # By depth, so that a parent comes before its children.
    for asset in sorted(Asset.objects.all(), key=lambda each: (each.path.count("."), each.path)):
        parent = None if asset.parent_id is None else numbered[asset.parent_id][0]
        numbered[asset.pk] = (len(numbered), parent, asset)
    rows = [
        {
            "number": number,
            "parent": parent,
            **{
                name: getattr(asset, name)
                for name in ("name", "asset_type", "time_zone", "latitude", "longitude")
            },
        }
        for number, parent, asset in numbered.values()
    ]
    _write(folder, ASSETS, rows)
    return numbered


def _write_sources(folder: Path) -> list[Source]:
    sources = sorted(Source.objects.all(), key=lambda each: (each.kind, each.name, each.version))
    rows = [
        {"number": n, **{name: getattr(each, name) for name in ("kind", "name", "version", "rank")}}
        for n, each in enumerate(sources)
    ]
    _write(folder, SOURCES, rows)
    return sources


def _write_sensors(
    folder: Path, assets: dict[int, tuple[int, int | None, Asset]]
) -> tuple[list[Sensor], list[tuple[str, ...]]]:
    """Write the sensors in the order of their keys; return them and the keys."""
    tree = [(parent, asset.name) for _, parent, asset in assets.values()]
    found = list(Sensor.objects.all())
    keys = keys_of(
        tree,
        [
            (assets[each.asset_id][0], each.name, each.quantity, each.resolution.total_seconds())
            for each in found
        ],
    )
    order = sorted(range(len(found)), key=lambda place: keys[place])
    sensors = [found[place] for place in order]
    number_of = {sensor.pk: number for number, sensor in enumerate(sensors)}
    terms = terms_beneath(sensors)
    rows = [
        {
            "number": number,
            "asset": assets[sensor.asset_id][0],
            "resolution_seconds": sensor.resolution.total_seconds(),
            "expected_within_seconds": None
            if sensor.expected_within is None
            else sensor.expected_within.total_seconds(),
            "terms": [
                {"sensor": number_of[term.sensor_id], "factor": term.factor}
                for term in terms.get(sensor.pk, ())
            ],
            **{
                name: getattr(sensor, name)
                for name in (
                    "name",
                    "quantity",
                    "outward_positive",
                    "minimum",
                    "maximum",
                    "time_zone",
                )
            },
        }
        for number, sensor in enumerate(sensors)
    ]
    _write(folder, SENSORS, rows)
    return sensors, [keys[place] for place in order]


def _write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMAS[name]), folder / name)


def _beliefs(sensor: Sensor, sources: Sequence[Source]) -> Iterator[Rows]:
    wanted = {"sensor": sensor.pk, "sources": [each.pk for each in sources]}
    unread, skip = bytearray(), _HEADER_BYTES
    with connection.cursor() as cursor, cursor.cursor.copy(_BELIEVED, wanted) as copy:
        for block in copy:
            unread += block
            if len(unread) >= _BLOCK_BYTES:
                whole = (len(unread) - skip - _TRAILER_BYTES) // _COPIED.itemsize
                yield _rows(bytes(unread[skip : skip + whole * _COPIED.itemsize]))
                del unread[: skip + whole * _COPIED.itemsize]
                skip = 0
    yield _rows(bytes(unread[skip:-_TRAILER_BYTES]))


def _rows(copied: bytes) -> Rows:
    found = np.frombuffer(copied, _COPIED)
    rows = np.empty(found.size, ROWS)
    for name in ROWS.names or ():
        rows[name] = found[name]
    return rows


class _Group:
    """Gathers rows until they fill a row group."""

    def __init__(self, writer: Any) -> None:
        self._writer, self._parts, self._size = writer, list[Any](), 0

    def add(self, sensor: int, rows: Rows) -> None:
        columns = [
            pa.array(np.full(rows.size, sensor, dtype=np.int32)),
            pa.array(rows["source"].astype(np.int32)),
            _moments(rows["event_start"]),
            _moments(rows["belief_time"]),
            pa.array(rows["probability"]),
            pa.array(rows["value"]),
        ]
        self._parts.append(pa.RecordBatch.from_arrays(columns, schema=SCHEMAS[BELIEFS]))
        self._size += rows.size
        if self._size >= _GROUP:
            self.close()

    def close(self) -> None:
        if self._parts:
            table = pa.Table.from_batches(self._parts, schema=SCHEMAS[BELIEFS])
            self._writer.write_table(table)
        self._parts, self._size = [], 0


def _moments(since_2000: Any) -> Any:
    return pa.array(times_of(since_2000)).cast(pa.timestamp("us", tz="UTC"))

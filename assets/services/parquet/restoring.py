"""From the files of an export back into a tenant's tables."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction
from numpy.typing import NDArray

from assets.models import Asset, Sensor, Source, SourceKind
from assets.queries import MEASURED
from assets.queries.moments import microseconds_of
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
from assets.services.parquet.tree import add_missing
from assets.services.recording import hold_sensors
from assets.services.series_of_beliefs import MAX_MAGNITUDE
from assets.services.storing import BELIEF, unite

_BATCH: Final = 100_000
Numbers = NDArray[np.int64]


def restore_series(
    folder: Path, *, tenant: str, add: bool = False, progress: Progress = lambda *_: None
) -> tuple[Exported, int]:
    """Store the beliefs of the export in ``folder`` in the present schema.

    All of it is read and checked before anything is stored; then batch by batch, so that it may be
    broken off and begun again: what stands already is no news. Sensors are found by the names of
    their assets and themselves.

    Args:
        tenant: whose export it is to be.
        add: add assets and sensors that there are not.

    Returns:
        the manifest, and how many beliefs were new or changed.

    Raises:
        WrongExport: the files are no whole export, or of another tenant, or tell of sensors that
            there are not.
    """
    told = Exported.read(folder)
    if told.tenant != tenant:
        raise WrongExport(f"it is an export of {told.tenant!r}, not of {tenant!r}")
    assets, sensors, sources = (_read(folder, name) for name in (ASSETS, SENSORS, SOURCES))
    keys = _keys(assets, sensors)
    _check(folder, told, keys, sources)
    if add:
        add_missing(assets, sensors, keys)
    rows = _find(keys)
    changed = done = 0
    sensor_ids = np.array([row.pk for row in rows], dtype=np.int64)
    with transaction.atomic():
        source_ids, measured = _sources(sources)
    for numbers, batch in _batches(folder):
        changed += _store(batch, sensor_ids[numbers], source_ids, measured)
        done += batch.size
        progress(int(numbers[-1]) + 1, len(rows), done)
    return told, changed


def _read(folder: Path, name: str) -> list[dict[str, Any]]:
    try:
        table = pq.read_table(folder / name)
        if table.schema.names != SCHEMAS[name].names:
            raise WrongExport(f"{name}: its columns are not {', '.join(SCHEMAS[name].names)}")
        rows: list[dict[str, Any]] = table.cast(SCHEMAS[name]).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise WrongExport(f"{name}: {error}") from error
    if [row["number"] for row in rows] != list(range(len(rows))):
        raise WrongExport(f"{name}: numbers do not run from 0 on")
    return rows


def _keys(assets: list[dict[str, Any]], sensors: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    try:
        return keys_of(
            [(row["parent"], row["name"]) for row in assets],
            [
                (row["asset"], row["name"], row["quantity"], row["resolution_seconds"])
                for row in sensors
            ],
        )
    except (IndexError, TypeError) as error:
        raise WrongExport(f"{SENSORS}: it names an asset that is not in {ASSETS}") from error


def _check(
    folder: Path, told: Exported, keys: Sequence[tuple[str, ...]], sources: list[dict[str, Any]]
) -> None:
    """Read all beliefs once, and refuse what is not as it was written."""
    checksum = Checksum([(row["kind"], row["name"], row["version"]) for row in sources])
    n_beliefs = 0
    for numbers, batch in _batches(folder):
        if not 0 <= numbers.min() <= numbers.max() < len(keys):
            raise WrongExport(f"{BELIEFS}: a sensor that is not in {SENSORS}")
        if not 0 <= batch["source"].min() <= batch["source"].max() < len(sources):
            raise WrongExport(f"{BELIEFS}: a source that is not in {SOURCES}")
        firsts = np.flatnonzero(np.diff(numbers, prepend=-1))
        for first, rows in zip(firsts, np.split(batch, firsts[1:]), strict=True):
            checksum.add(keys[numbers[first]], rows)
        n_beliefs += batch.size
    if (n_beliefs, checksum.told()) != (told.beliefs, told.checksum):
        raise WrongExport(f"{BELIEFS} is not what was exported: its checksum is another")


def _batches(folder: Path) -> Iterator[tuple[Numbers, Rows]]:
    """Yield numbers of sensors, and beliefs, some at a time."""
    try:
        with pq.ParquetFile(folder / BELIEFS) as file:
            if file.schema_arrow.names != SCHEMAS[BELIEFS].names:
                names = ", ".join(SCHEMAS[BELIEFS].names)
                raise WrongExport(f"{BELIEFS}: its columns are not {names}")
            for batch in file.iter_batches(_BATCH):
                yield _unpacked(batch.cast(SCHEMAS[BELIEFS]))
    except (OSError, pa.ArrowException) as error:
        raise WrongExport(f"{BELIEFS}: {error}") from error


def _unpacked(batch: Any) -> tuple[Numbers, Rows]:
    if any(column.null_count for column in batch.columns):
        raise WrongExport(f"{BELIEFS}: a value is missing")
    rows = np.empty(batch.num_rows, ROWS)
    rows["source"] = batch["source"].to_numpy()
    for name in ("event_start", "belief_time"):
        rows[name] = microseconds_of(batch[name].cast(pa.timestamp("us")).to_numpy())
    rows["probability"] = batch["cumulative_probability"].to_numpy()
    rows["value"] = batch["value"].to_numpy()
    if not ((rows["probability"] > 0) & (rows["probability"] < 1)).all():
        raise WrongExport(f"{BELIEFS}: a probability is not above 0 and below 1")
    if not (np.abs(rows["value"]) <= MAX_MAGNITUDE).all():
        raise WrongExport(f"{BELIEFS}: a value is not finite, or beyond {MAX_MAGNITUDE:g}")
    return batch["sensor"].to_numpy().astype(np.int64), rows


def _find(keys: Sequence[tuple[str, ...]]) -> list[Sensor]:
    """Return the sensors of ``keys``; refuse if one is not there, or is another here."""
    by_path = {asset.path: asset for asset in Asset.objects.all()}
    found = {}
    for sensor in Sensor.objects.select_related("asset"):
        path = sensor.asset.path
        ends = [i + 1 for i, letter in enumerate(path) if letter == "."]
        names = tuple(by_path[path[:end]].name for end in ends)
        step = f"{sensor.resolution.total_seconds():g}s"
        found[(*names, sensor.name, sensor.quantity, step)] = sensor
    missing = [key for key in keys if key not in found]
    if missing:
        words = "; ".join(" / ".join(key) for key in missing[:5])
        raise WrongExport(f"{len(missing)} sensors are not there as they were exported: {words}")
    return [found[key] for key in keys]


def _sources(told: list[dict[str, Any]]) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return identifiers of sources, made where there are none, and whether each measures."""
    identifiers, measured = [], []
    for row in told:
        if row["kind"] not in SourceKind.values:
            raise WrongExport(f"{SOURCES}: {row['kind']!r} is no kind of source")
        kind = SourceKind(row["kind"])
        source, _ = Source.objects.get_or_create(
            kind=kind, name=row["name"], version=row["version"], defaults={"rank": row["rank"]}
        )
        identifiers.append(source.pk)
        measured.append(kind in MEASURED)
    return np.array(identifiers, dtype=np.int64), np.array(measured, dtype=bool)


@transaction.atomic
def _store(
    rows: Rows, sensor_ids: Numbers, source_ids: Numbers, measured: NDArray[np.bool_]
) -> int:
    virtual = hold_sensors(set(sensor_ids.tolist()))
    if virtual and (np.isin(sensor_ids, list(virtual)) & measured[rows["source"]]).any():
        raise WrongExport(f"{BELIEFS}: measurements of a sensor that is virtual here")
    beliefs = np.empty(rows.size, BELIEF)
    beliefs["sensor"], beliefs["source"] = sensor_ids, source_ids[rows["source"]]
    for name in ("event_start", "belief_time", "probability", "value"):
        beliefs[name] = rows[name]
    beliefs["implied"] = False
    return unite(beliefs)

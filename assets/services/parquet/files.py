"""What an export is: its files, their columns, and the checksum that is the same in any tenant."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

FORMAT: Final = "loadstar series 1"
MANIFEST: Final = "manifest.json"
ASSETS: Final = "assets.parquet"
SENSORS: Final = "sensors.parquet"
SOURCES: Final = "sources.parquet"
BELIEFS: Final = "beliefs.parquet"
#: Told after each sensor: how many of how many are done, and beliefs so far.
Progress = Callable[[int, int, int], None]

_MOMENT: Final = pa.timestamp("us", tz="UTC")
#: Rows refer to one another by ``number``, their place in their file from 0 on.
SCHEMAS: Final = {
    ASSETS: pa.schema(
        [
            ("number", pa.int32()),
            ("parent", pa.int32()),
            ("name", pa.string()),
            ("asset_type", pa.string()),
            ("time_zone", pa.string()),
            ("latitude", pa.float64()),
            ("longitude", pa.float64()),
        ]
    ),
    SENSORS: pa.schema(
        [
            ("number", pa.int32()),
            ("asset", pa.int32()),
            ("name", pa.string()),
            ("quantity", pa.string()),
            ("resolution_seconds", pa.float64()),
            ("outward_positive", pa.bool_()),
            ("minimum", pa.float64()),
            ("maximum", pa.float64()),
            ("expected_within_seconds", pa.float64()),
            ("time_zone", pa.string()),
            ("terms", pa.list_(pa.struct([("sensor", pa.int32()), ("factor", pa.float64())]))),
        ]
    ),
    SOURCES: pa.schema(
        [
            ("number", pa.int32()),
            ("kind", pa.string()),
            ("name", pa.string()),
            ("version", pa.string()),
            ("rank", pa.int16()),
        ]
    ),
    BELIEFS: pa.schema(
        [
            ("sensor", pa.int32()),
            ("source", pa.int32()),
            ("event_start", _MOMENT),
            ("belief_time", _MOMENT),
            ("cumulative_probability", pa.float64()),
            ("value", pa.float64()),
        ]
    ),
}
#: Beliefs of one sensor: places of sources, times in microseconds since 2000 in UTC.
ROWS: Final = np.dtype(
    [
        ("source", "<i8"),
        ("event_start", "<i8"),
        ("belief_time", "<i8"),
        ("probability", "<f8"),
        ("value", "<f8"),
    ]
)
Rows = NDArray[np.void]


class WrongExport(ValueError):
    """The folder holds no export that can be read, or one that does not fit this tenant."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds; ``checksum`` is of its beliefs, by names and not by numbers."""

    tenant: str
    exported_at: str
    sensors: int
    beliefs: int
    checksum: str

    def write(self, folder: Path) -> None:
        """Write the manifest, by which an export is whole."""
        told = {"format": FORMAT, **{name: getattr(self, name) for name in self.__slots__}}
        (folder / MANIFEST).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Exported":
        """Read the manifest.

        Raises:
            WrongExport: there is none, or it is of another format.
        """
        try:
            told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            if told.pop("format") != FORMAT:
                raise WrongExport(f"{folder / MANIFEST}: its format is not {FORMAT!r}")
            return cls(**told)
        except OSError as error:
            raise WrongExport(f"{folder} has no {MANIFEST}: is it an export, and whole?") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise WrongExport(f"{folder / MANIFEST}: {error}") from error


@dataclass
class Checksum:
    """SHA-256 over the beliefs of sensors that come in the order of their names.

    Sources are told by their names, so that it is the same wherever the same is believed.
    """

    sources: Sequence[tuple[str, str, str]]
    _hash: Any = field(default_factory=hashlib.sha256)
    _of: object = None

    def __post_init__(self) -> None:
        named = [json.dumps(each).encode() for each in self.sources]
        digests = [hashlib.sha256(name).digest()[:8] for name in named]
        self._names = np.frombuffer(b"".join(digests), "<i8")

    def add(self, key: Sequence[str], rows: Rows) -> None:
        """Add ``rows`` of the sensor that ``key`` names; those of one sensor may come in parts."""
        if not rows.size:
            return
        if key != self._of:
            self._hash.update(json.dumps(list(key)).encode())
            self._of = key
        named = rows.copy()
        named["source"] = self._names[rows["source"]]
        self._hash.update(named.tobytes())

    def told(self) -> str:
        return str(self._hash.hexdigest())


def keys_of(
    assets: Sequence[tuple[int | None, str]], sensors: Sequence[tuple[int, str, str, float]]
) -> list[tuple[str, ...]]:
    """Return by what sensors are known everywhere: names from the root down, and what they are.

    Args:
        assets: place of the parent, which comes first, and name.
        sensors: place of the asset, name, quantity, resolution in seconds.
    """
    names: list[tuple[str, ...]] = []
    for parent, name in assets:
        names.append((*(() if parent is None else names[parent]), name))
    return [
        (*names[asset], name, quantity, f"{seconds:g}s")
        for asset, name, quantity, seconds in sensors
    ]

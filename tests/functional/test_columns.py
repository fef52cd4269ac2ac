"""Plain columns are read from their rows; all else is resolved as it was."""

from types import SimpleNamespace
from typing import Any

from config.schema import schema
from tenants.graphql.columns import _read

TYPES: Any = schema._schema.type_map


def is_read(kind: str, field: str) -> bool:
    return bool(TYPES[kind].fields[field].resolve.__qualname__.startswith("_read"))


def test_columns_alone_are_read() -> None:
    assert is_read("Asset", "name")
    assert is_read("ScheduleRun", "state")
    for kind, field in [("Asset", "id"), ("Asset", "parent"), ("Sensor", "resolutionMinutes")]:
        assert not is_read(kind, field), (kind, field)


def test_what_is_not_loaded_is_resolved_as_it_was() -> None:
    read = _read("name", lambda row, info, **given: ("resolved", row, info, given))
    loaded, bare = SimpleNamespace(name="Depot"), SimpleNamespace()

    assert read(loaded, "info") == "Depot"
    assert read(bare, "info", at=1) == ("resolved", bare, "info", {"at": 1})
    assert read(None, "info") == ("resolved", None, "info", {})

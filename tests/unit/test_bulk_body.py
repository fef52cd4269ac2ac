"""Lines of large bodies: told by sensor, and what is wrong by its line, wherever blocks end."""

import io

import numpy as np
import pytest

from integrations.ingest import bulk_body
from integrations.ingest.bulk_body import Told, WrongBody, pieces

HEAD = "sensor,time,value"
BLOCKS = [1, 7, 64, 262_144]


def told(body: bytes, monkeypatch: pytest.MonkeyPatch, block: int, piece: int = 3) -> list[Told]:
    monkeypatch.setattr(bulk_body, "_BLOCK_BYTES", block)
    monkeypatch.setattr(bulk_body, "_PIECE", piece)
    return [each for part in pieces(io.BytesIO(body), "csv", gzipped=False) for each in part]


@pytest.mark.parametrize("block", BLOCKS)
def test_rows_of_several_sensors_come_by_sensor_in_their_order(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    rows = [
        HEAD,
        "b,2026-01-01T00:00Z,1",
        "",
        "a,2026-01-01T01:00+01:00,-2.5",
        "b,2026-01-01T00:15Z,\r",
        "  ",
        "a,2026-01-01T00:15Z,1e2",
    ]

    found = told("\ufeff".encode() + "\n".join(rows).encode(), monkeypatch, block)

    columns: dict[str, list[tuple[str, float]]] = {}
    for each in found:
        starts = np.datetime_as_string(each.starts, unit="m").tolist()
        columns.setdefault(each.sensor, []).extend(zip(starts, each.values.tolist(), strict=True))
    assert str(columns) == str(
        {
            "b": [("2026-01-01T00:00", 1.0), ("2026-01-01T00:15", np.nan)],
            "a": [("2026-01-01T00:00", -2.5), ("2026-01-01T00:15", 100.0)],
        }
    )
    assert found[0].line == 2
    assert {each.line for each in found if each.sensor == "a"} >= {4}


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"a,2026-01-01T00:00Z", "line 5: 2 cells, the head has 3"),
        (b"a,2026-01-01T00:00Z,1,kW", "line 5: 4 cells, the head has 3"),
        (b"a,2026-01-01T00:00Z,x", "line 5: 'x' is no number"),
        (b"a,2026-01-01T00:00Z,nan", "line 5: NaN is no value"),
        (b"a,2026-01-01T00:00,1", "line 5: '2026-01-01T00:00' has no offset"),
        (b"a,today,1", "line 5: 'today' is no ISO 8601 time"),
        (b"a,NaTZ,1", "line 5: 'NaTZ' is no ISO 8601 time"),
        (b"a,2026-01-01T00:00Z,\xff", "line 5: no UTF-8"),
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_what_is_wrong_is_named_by_its_line(
    monkeypatch: pytest.MonkeyPatch, block: int, line: bytes, words: str, mark: bytes
) -> None:
    good = b"a,2026-01-01T00:00Z,1"
    body = mark + b"\n".join([HEAD.encode(), good, b"", good, line, good])

    with pytest.raises(WrongBody, match=f"^{words}"):
        told(body, monkeypatch, block)


@pytest.mark.parametrize("body", [b"", b"\n\n", b"sensor;time;value\n", b"a,2026-01-01T00:00Z,1"])
def test_a_body_without_its_head_is_refused(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    with pytest.raises(WrongBody, match="line 1: the head"):
        told(body, monkeypatch, 64)


@pytest.mark.parametrize("block", [7, 64])
def test_a_line_that_does_not_end_is_refused(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(bulk_body, "_MAX_LINE_BYTES", 100)

    with pytest.raises(WrongBody, match=r"^line 3: more than 100 bytes"):
        told(f"{HEAD}\na,2026-01-01T00:00Z,1\n".encode() + b"1" * 400, monkeypatch, block)

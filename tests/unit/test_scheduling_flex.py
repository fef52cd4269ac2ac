"""Documents: what is refused, where, and in which words."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scheduling.flex import (
    DocumentError,
    Reference,
    document_from_json,
    document_from_object,
    references,
    resolve,
)
from tests.unit.scheduling_documents import battery, load, site, site_object

Change = Callable[[dict[str, Any]], None]


def refused(given: Any) -> list[tuple[str, str]]:
    with pytest.raises(DocumentError) as caught:
        document_from_object(given)
    return caught.value.errors


def a_site() -> dict[str, Any]:
    return site_object(battery(), load([1.0, 2.0]), import_price=[0.1, 0.2])


def put(path: str, value: object) -> Change:
    """Return what sets ``path``, keys and indices joined by dots, to ``value``."""

    def change(document: Any) -> None:
        *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
        for key in parents:
            document = document[key]
        document[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        (put("colour", "red"), "$.colour", "unknown field"),
        (put("devices.0.colour", "red"), "$.devices[0].colour", "unknown field"),
        (put("version", 2), "$.version", "should be 1"),
        (put("currency", "euro"), "$.currency", "three capital letters, such as EUR"),
        (put("window.start", "2026-01-12T00:00:00"), "$.window.start", "timezone"),
        (put("window.start", "yesterday"), "$.window.start", "valid datetime in ISO 8601"),
        (put("window.start", "2026-13-45T00:00:00Z"), "$.window.start", "such as 2026-01-12T07"),
        (put("window.start", 1_768_172_400), "$.window.start", "valid datetime in ISO 8601"),
        (put("window.start", "1768172400"), "$.window.start", "valid datetime in ISO 8601"),
        (put("window", []), "$.window", "should be an object"),
        (put("devices", 5), "$.devices", "should be a list"),
        (put("prices.import_per_kwh.1", 1e12), "$.prices.import_per_kwh[1]", "1000000000"),
        (put("devices.0.capacity_kwh", 1e300), "$.devices[0].capacity_kwh", "1000000000"),
        (put("devices.0.stock_min_kwh", -1e300), "$.devices[0].stock_min_kwh", "-1000000000"),
        (put("window.end", "2026-01-12T00:00:00Z"), "$.window", "end should be after start"),
        (put("window.end", "2036-01-12T00:00:00Z"), "$.window", "at most 4032"),
        (put("window.end", "2026-01-12T00:30:00Z"), "$.window", "whole number of steps"),
        (put("window.step_minutes", 7), "$.window", "divide 60"),
        (put("window.step_minutes", 0), "$.window.step_minutes", "greater than or equal to 1"),
        (put("prices.import_per_kwh", [0.1]), "$", "prices.import_per_kwh has 1 values"),
        (put("prices.import_per_kwh", []), "$.prices.import_per_kwh", "at least 1 entry, not 0"),
        (put("prices.import_per_kwh", "0.1"), "$.prices.import_per_kwh", "valid number"),
        (put("prices.import_per_kwh.1", float("nan")), "$.prices.import_per_kwh[1]", "finite"),
        (put("prices.import_per_kwh", None), "$.prices.import_per_kwh", "valid number"),
        (put("prices.export_per_kwh", float("inf")), "$.prices.export_per_kwh", "finite"),
        (put("connection.import_limit_kw", -1.0), "$.connection.import_limit_kw", "0"),
        (put("connection.import_limit_kw", [1.0, -2.0]), "$.connection.import_limit_kw", "step 1"),
        (
            put("connection.export_breach_price_per_kwh", 1.0),
            "$.connection",
            "needs export_limit_kw",
        ),
        (put("devices.0.kind", "flywheel"), "$.devices[0]", "known: 'battery'"),
        (put("devices.0.capacity_kwh", -5), "$.devices[0].capacity_kwh", "greater than 0"),
        (put("devices.0.capacity_kwh", "5"), "$.devices[0].capacity_kwh", "valid number"),
        (put("devices.0.charge_efficiency", 1.2), "$.devices[0].charge_efficiency", "1"),
        (put("devices.0.stock_at_start_kwh", 11), "$.devices[0]", "above the maximum of 10.0"),
        (put("devices.0.stock_at_end_min_kwh", 11), "$.devices[0]", "above the maximum of 10.0"),
        (put("devices.0.stock_min_kwh", 11), "$.devices[0]", "above the maximum of 10.0"),
        (put("devices.0.loss_per_hour", 1.0), "$.devices[0].loss_per_hour", "less than 1"),
        (put("devices.0.chemistry", "lead"), "$.devices[0].chemistry", "lfp_industrial"),
        (put("devices.1.name", "battery"), "$", "two devices are called 'battery'"),
        (put("devices.1.name", ""), "$.devices[1].name", "at least 1 character"),
        (put("devices.1.power_kw", [1.0, 2.0, 3.0]), "$", "devices[1].power_kw has 3 values"),
        (put("devices.1.power_kw", {"sensor": []}), "$.devices[1].power_kw.sensor", "valid"),
        (put("devices.1.power_kw", {"meter": 1}), "$.devices[1].power_kw.meter", "unknown field"),
    ],
)
def test_names_the_place_and_what_is_wrong(change: Change, path: str, words: str) -> None:
    document = a_site()
    change(document)

    errors = refused(document)

    assert any(at.startswith(path) and words in message for at, message in errors), errors


def test_names_what_is_missing() -> None:
    document = a_site()
    del document["window"]

    assert ("$.window", "Field required") in refused(document)


def test_names_the_device_whose_energy_has_no_price() -> None:
    document = a_site()
    del document["prices"]

    words = "prices: Field required: energy at devices[0], 'battery', has no price"
    assert ("$", words) in refused(document)


@pytest.mark.parametrize("given", [None, [], "site", 3])
def test_refuses_what_is_no_object(given: Any) -> None:
    assert refused(given)[0][0] == "$"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
        ('{"version": NaN}', "NaN is not a number"),
        ('{"version": -Infinity}', "-Infinity is not a number"),
        ('{"version": 1, "version": 1}', "the key 'version' stands twice"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_refuses_text_that_is_not_json(text: str | bytes, words: str) -> None:
    with pytest.raises(DocumentError, match=r"^\$") as caught:
        document_from_json(text)

    assert words in str(caught.value)


def test_errors_do_not_repeat_the_input() -> None:
    document = a_site()
    document["connection"]["password"] = "hunter2"

    assert "hunter2" not in str(refused(document))


def test_a_document_survives_being_kept() -> None:
    document = document_from_object(a_site())

    assert document_from_json(json.dumps(document.model_dump(mode="json"))) == document


def test_a_window_across_a_change_of_clocks_has_the_steps_that_pass() -> None:
    """Both times in their own offset: from midnight to midnight, 23 hours."""
    given = a_site()
    given["window"] = {"start": "2026-03-29T00:00:00+01:00", "end": "2026-03-30T00:00:00+02:00"}
    given["prices"], given["devices"] = {"import_per_kwh": [0.1] * 92}, []

    assert document_from_object(given).window.grid.n_steps == 92


def test_lists_references_by_their_place_and_puts_values_there() -> None:
    given = a_site()
    given["prices"]["import_per_kwh"] = {"sensor": 4}
    given["devices"][1]["power_kw"] = {"sensor": "meter-1", "cumulative_probability": 0.9}
    document = document_from_object(given)

    assert references(document) == [
        Reference("prices.import_per_kwh", 4),
        Reference("devices[1].power_kw", "meter-1", 0.9),
    ]
    values = {"prices.import_per_kwh": [0.1, 0.2], "devices[1].power_kw": [1.0, 2.0]}
    resolved = resolve(document, values)
    assert references(resolved) == []
    assert resolved == site(
        battery(), load([1.0, 2.0]), import_price=[0.1, 0.2], export_price=[0.1, 0.2]
    )


def test_refuses_values_that_do_not_fit_the_place() -> None:
    given = a_site()
    given["connection"]["import_limit_kw"] = {"sensor": 4}
    document = document_from_object(given)

    with pytest.raises(DocumentError, match="step 1 is -1"):
        resolve(document, {"connection.import_limit_kw": [1.0, -1.0]})

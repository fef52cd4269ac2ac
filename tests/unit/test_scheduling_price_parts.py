"""Taxes and fees of a price are costs of their own; worked out by hand."""

from typing import Any

import pytest

from scheduling.flex import DocumentError
from scheduling.planning import explain, plan
from scheduling.planning.plain import plan_plain
from tests.unit.scheduling_documents import battery, load, pv, site

TAX = {"name": "energy tax", "import_per_kwh": 0.1, "export_per_kwh": 0.02}
FEE = {"name": "grid fee", "import_per_kwh": [0.03, 0.0, 0.03]}


def prices(*parts: dict[str, Any]) -> dict[str, Any]:
    given = {"import_per_kwh": [0.3, 0.25, 0.4], "export_per_kwh": 0.05, "parts": list(parts)}
    return {"prices": given}


def test_each_part_is_told_and_all_together_are_the_bill() -> None:
    """3 and 4 kWh are drawn, 2 are given in the second hour."""
    devices = [load([3.0, 1.0, 4.0]), pv([0.0, 3.0, 0.0])]
    whole = plan(site(*devices, import_price=[0.0] * 3, more=prices()))
    told = plan(site(*devices, import_price=[0.0] * 3, more=prices(TAX, FEE)))

    assert told.costs == pytest.approx(
        {
            "import": 3 * (0.3 - 0.13) + 4 * (0.4 - 0.13),
            "import: energy tax": 7 * 0.1,
            "import: grid fee": 7 * 0.03,
            "export": -2 * (0.05 - 0.02),
            "export: energy tax": -2 * 0.02,
        }
    )
    assert told.cost == pytest.approx(whole.cost)
    assert sum(explain(told).savings[0].costs.values()) == pytest.approx(whole.cost)


def test_a_site_of_an_area_has_parts_of_its_own() -> None:
    more = {"nodes": [{"name": "depot", **prices(TAX)}], "prices": None}
    answer = plan(
        site({**load([1.0, 0.0, 0.0]), "node": "depot"}, import_price=[0.0] * 3, more=more)
    )

    assert answer.costs["import: depot"] == pytest.approx(0.2)
    assert answer.costs["import: depot, energy tax"] == pytest.approx(0.1)


def test_other_parts_are_other_costs_of_a_site_that_lives_on() -> None:
    for tax in (0.1, 0.2):
        parts = prices({"name": "tax", "import_per_kwh": tax})
        answer = plan(
            site(load([1.0, 0.0, 0.0]), import_price=[0.0] * 3, more=parts), living="taxed"
        )

        assert answer.costs["import: tax"] == pytest.approx(tax)
        assert answer.costs["import"] == pytest.approx(0.3 - tax)


def test_a_site_with_parts_is_not_plain() -> None:
    document = site(battery(), load([1.0] * 3), import_price=[0.0] * 3, more=prices(TAX))

    assert plan_plain(document, engine="dp") is None


def test_two_parts_of_one_name_are_refused() -> None:
    with pytest.raises(DocumentError, match="two parts of a price have the same name"):
        site(load([1.0] * 3), import_price=[0.0] * 3, more=prices(TAX, TAX))

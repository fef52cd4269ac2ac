"""Many stores from arrays: the same answers as documents give, and as trying everything gives."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from scheduling.engines.base import Unsuited
from scheduling.engines.stores import Stores, plan_stores
from scheduling.formulation.preferences import Ties
from scheduling.planning import plan
from tests.unit.scheduling_documents import battery, load, pv, site

STEPS = 24


def random_stores(seed: int, n_stores: int) -> tuple[Stores, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    price = random.uniform(0.05, 0.4, STEPS)
    net = random.uniform(0.0, 8.0, (n_stores, STEPS))
    sun = random.uniform(0.0, 9.0, (n_stores, STEPS))
    stores = Stores(
        n_stores=n_stores,
        n_steps=STEPS,
        step_hours=1.0,
        import_price=price,
        export_price=price - 0.06,
        ceiling_kwh=10.0,
        initial_kwh=random.uniform(0.0, 10.0, n_stores),
        charge_limit_kw=5.0,
        discharge_limit_kw=4.0,
        net_kw=net,
        curtailable_kw=sun,
        import_limit_kw=12.0,
        export_limit_kw=6.0,
        charge_efficiency=0.9,
        wear_cost=0.02,
        end_value=0.1,
        kept=0.999,
    )
    return stores, price, net, sun


def test_agrees_with_documents() -> None:
    stores, price, net, sun = random_stores(1, 5)

    found = plan_stores(stores)

    for b in range(5):
        document = site(
            battery(
                stock_at_start_kwh=float(stores.initial_kwh[b]),
                discharge_limit_kw=4,
                charge_efficiency=0.9,
                discharge_efficiency=0.95,
                wear_cost_per_kwh=0.02,
                end_value_per_kwh=0.1,
                loss_per_hour=1 - 0.999,
            ),
            load(net[b].tolist()),
            pv(sun[b].tolist()),
            import_price=price.tolist(),
            export_price=(price - 0.06).tolist(),
            import_limit_kw=12,
            export_limit_kw=6,
        )
        expected = plan(document, engine="highs")
        assert found.cost[b] == pytest.approx(expected.cost, rel=1e-9, abs=1e-9)
        assert found.power_kw[b] == pytest.approx(expected.power_kw["battery"], abs=1e-6)
        assert found.stock_kwh[b] == pytest.approx(expected.stock_kwh["battery"], abs=1e-6)


def test_many_at_once_are_each_by_itself() -> None:
    stores, *_ = random_stores(2, 7)

    together = plan_stores(stores)

    part = stores.part(3, 4)
    alone = plan_stores(Stores(n_stores=1, n_steps=STEPS, step_hours=1.0, **part))
    assert alone.cost[0] == together.cost[3]
    assert np.array_equal(alone.power_kw[0], together.power_kw[3])


def test_finds_what_trying_everything_finds() -> None:
    """Whole kW, no losses, whole kWh: some best plan moves by whole numbers."""
    price = np.array([0.3, 0.1, 0.4, 0.2, 0.5])
    net = np.array([2.0, 0.0, 3.0, 1.0, 2.0])
    best = np.inf
    for moves in product((-2, -1, 0, 1, 2), repeat=5):
        stock = 1 + np.cumsum(moves)
        bought = net + moves
        if stock.min() < 0 or stock.max() > 3 or bought.min() < 0:
            continue
        best = min(best, float(price @ bought) + 0.005 * float(np.abs(moves).sum()))

    found = plan_stores(
        Stores(
            n_stores=1,
            n_steps=5,
            step_hours=1.0,
            import_price=price,
            export_price=-1.0,
            ceiling_kwh=3.0,
            initial_kwh=1.0,
            charge_limit_kw=2.0,
            discharge_limit_kw=2.0,
            net_kw=net,
            charge_efficiency=1.0,
            discharge_efficiency=1.0,
            wear_cost=0.01,
            export_limit_kw=0.0,
        )
    )

    assert found.cost[0] == pytest.approx(best, abs=1e-9)


def test_what_cannot_be_has_no_cost() -> None:
    """Loads of 9, 9 and 99 kW behind 5 kW: only the second store can help out, with 5 kW."""
    found = plan_stores(
        Stores(
            n_stores=3,
            n_steps=1,
            step_hours=1.0,
            import_price=0.1,
            export_price=0.0,
            ceiling_kwh=10.0,
            initial_kwh=np.array([0.0, 10.0, 10.0]),
            charge_limit_kw=5.0,
            discharge_limit_kw=5.0,
            net_kw=np.array([[9.0], [9.0], [99.0]]),
            import_limit_kw=5.0,
        )
    )

    assert np.isnan(found.cost[[0, 2]]).all()
    assert found.cost[1] == pytest.approx(0.4)


def test_a_store_without_a_plan_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that nobody wrote to holds anything: none of it is told, nor reckoned with."""

    def unwritten(shape: Any, dtype: Any = float) -> Any:
        return np.full(shape, np.nan) if dtype is float else np.zeros(shape, dtype)

    monkeypatch.setattr(np, "empty", unwritten)
    found = plan_stores(
        Stores(
            n_stores=1,
            n_steps=2,
            step_hours=1.0,
            import_price=0.1,
            export_price=0.0,
            ceiling_kwh=10.0,
            floor_kwh=np.array([[0.0, 9.0]]),
            initial_kwh=0.0,
            charge_limit_kw=1.0,
            discharge_limit_kw=1.0,
            net_kw=np.zeros((1, 2)),
        )
    )

    assert np.isnan(found.cost).all()
    assert found.power_kw == pytest.approx(np.zeros((1, 2)))


def test_ties_are_early_or_late_at_no_cost() -> None:
    """Four equal hours to fill 2 kWh for a dear fifth."""
    plans = {
        ties: plan_stores(
            Stores(
                n_stores=1,
                n_steps=5,
                step_hours=1.0,
                import_price=np.array([0.1, 0.1, 0.1, 0.1, 0.9]),
                export_price=0.0,
                ceiling_kwh=2.0,
                initial_kwh=0.0,
                charge_limit_kw=1.0,
                discharge_limit_kw=2.0,
                charge_efficiency=1.0,
                discharge_efficiency=1.0,
                net_kw=np.array([0.0, 0.0, 0.0, 0.0, 2.0]),
            ),
            ties=ties,
        )
        for ties in (Ties.EARLY, Ties.LATE)
    }

    assert plans[Ties.EARLY].power_kw[0].tolist() == [1.0, 1.0, 0.0, 0.0, -2.0]
    assert plans[Ties.LATE].power_kw[0].tolist() == [0.0, 0.0, 1.0, 1.0, -2.0]
    assert plans[Ties.EARLY].cost[0] == plans[Ties.LATE].cost[0]


def test_refuses_what_it_cannot_say_exactly() -> None:
    common = {
        "n_stores": 1,
        "n_steps": 2,
        "step_hours": 1.0,
        "ceiling_kwh": 10.0,
        "initial_kwh": 5.0,
        "charge_limit_kw": 5.0,
        "discharge_limit_kw": 5.0,
    }

    with pytest.raises(ValueError, match="export earns more"):
        plan_stores(Stores(**common, import_price=0.1, export_price=0.2))  # type: ignore[arg-type]
    with pytest.raises(Unsuited):
        plan_stores(Stores(**common, import_price=-0.5, export_price=-0.5))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="smooth"):
        plan_stores(
            Stores(**common, import_price=0.1, export_price=0.1),  # type: ignore[arg-type]
            ties=Ties.SMOOTH,
        )

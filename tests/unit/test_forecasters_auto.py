"""Why ``auto`` forecasts as it does: in numbers, said in each language."""

import numpy as np
import pytest

from forecasting.features.sayings import FORECASTS
from forecasting.forecasters.auto import Auto
from forecasting.forecasters.base import Sample
from forecasting.forecasters.direct.ledger import Ledger
from tenants.sayings import Saying

TIMES = np.arange("2026-01-01", "2026-01-31", dtype="datetime64[h]").astype("datetime64[s]")


@pytest.fixture(scope="module")
def asked() -> Auto:
    """Auto, that has learnt a month of noisy days and foretold the next."""
    random = np.random.default_rng(3)
    hours = np.arange(TIMES.size)
    target = 10 + 5 * np.sin(2 * np.pi * hours / 24) + random.normal(0, 1, hours.size)
    auto = Auto().fit(Sample(TIMES, target, np.empty((hours.size, 0))), 24)
    ahead = TIMES[-1] + np.arange(1, 25) * np.timedelta64(3600, "s")
    auto.predict(ahead, np.empty((24, 0)), np.array([0.1, 0.5, 0.9]))
    return auto


def test_all_together_are_told_with_their_shares(asked: Auto) -> None:
    reason = asked.reason()

    assert isinstance(reason, Saying)
    assert reason.code == "all_by_skill"
    assert reason.startswith("all by recent skill (")
    dutch = FORECASTS.said(reason.as_json(), "nl", otherwise="")
    assert dutch.startswith("alle naar recent succes (")
    assert f"over de laatste {reason.parts['origins']} keren" in dutch
    assert "," in dutch.split("hun fout was")[1].split("%")[0], "a decimal comma"


def test_one_that_was_far_better_is_told_by_name(
    asked: Auto, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = list(asked._learners)
    truth = np.random.default_rng(1).normal(0, 1, (20, 24))
    said = np.stack([truth if name == names[0] else truth + 9 for name in names], axis=1)

    # Weights by recent skill would have heard it already.
    equal = np.full((len(names), 24), 1 / len(names))
    monkeypatch.setattr(Ledger, "weights", lambda _: equal)

    weights = asked.weigh(Ledger(said, truth, 60))

    reason = asked.reason()
    assert (weights[0] == 1).all()
    assert isinstance(reason, Saying)
    assert reason.parts["name"] == names[0]
    assert "keren" in FORECASTS.said(reason.as_json(), "nl", otherwise="")

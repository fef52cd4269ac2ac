"""Points in time on steps, against a replay microsecond by microsecond as a reader would do it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.resample import hold

AGGREGATIONS = ("mean", "min", "max", "first", "last")


def replayed(
    times: list[int], values: list[float], edges: list[int], longest: int, until: int, how: str
) -> list[float]:
    """Return the same by looking up, at each unit of time, which point holds."""

    def at(moment: int) -> float:
        before = [i for i, time in enumerate(times) if time <= moment]
        if not before or moment >= times[before[-1]] + longest or moment >= until:
            return np.nan
        return values[before[-1]]

    told = []
    for start, end in pairwise(edges):
        within = np.array([at(moment) for moment in range(start, end)])
        one = {
            "mean": within.mean(),
            "min": within.min(),
            "max": within.max(),
            "first": within[0],
            "last": within[-1],
        }
        told.append(float(one[how]))
    return told


@given(
    times=st.lists(st.integers(-20, 60), unique=True, max_size=12).map(sorted),
    lengths=st.lists(st.integers(1, 15), min_size=1, max_size=5),
    longest=st.integers(1, 30),
    until=st.integers(-30, 80),
    how=st.sampled_from(AGGREGATIONS),
    seed=st.integers(0, 2**32 - 1),
)
def test_steps_tell_what_a_replay_tells(
    times: list[int], lengths: list[int], longest: int, until: int, how: str, seed: int
) -> None:
    values = np.random.default_rng(seed).normal(size=len(times))
    edges = np.cumsum([0, *lengths])

    held = hold(np.array(times, np.int64), edges, longest=longest, until=until)

    expected = replayed(times, values.tolist(), edges.tolist(), longest, until, how)
    assert held.told(values, how) == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_a_mean_is_weighted_by_time() -> None:
    # 10 for a quarter of the step, 20 for the rest.
    held = hold(np.array([0, 15], np.int64), np.array([0, 60]), longest=60, until=100)

    assert held.told(np.array([10.0, 20.0]), "mean") == pytest.approx([17.5])

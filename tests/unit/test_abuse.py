"""Requests that ask for too much are refused, unrun, after little work."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from tenants.graphql import admission
from tenants.graphql.budget import Budget, Spent
from tests.abuse import DOCUMENTS, refusal_of

#: Calls of Python functions, of all that is done for one request: about 20 ms.
MAX_CALLS = 75_000


@pytest.fixture(autouse=True)
def full_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def spend(self, budget: Budget, cost: float) -> Spent:
            return Spent(cost, 1_000_000)

    monkeypatch.setattr(admission, "buckets", Full)


def n_calls(act: Callable[[], object]) -> int:
    """Return how many Python functions ``act`` calls: work, whatever the machine is at."""
    number = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal number
        number += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(before)
    return number


@pytest.mark.parametrize("body", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_abuse_is_refused_after_little_work(body: bytes) -> None:
    message = refusal_of(body)

    assert message != "internal error"
    assert "recursion" not in message
    assert len(message) < 400
    assert n_calls(lambda: refusal_of(body)) < MAX_CALLS


def test_work_does_not_grow_with_a_hostile_document() -> None:
    def doubling(number: int) -> bytes:
        parts = [f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(number)]
        text = " ".join(["{ ...f0 }", *parts, f"fragment f{number} on Query {{ __typename }}"])
        return f'{{"query": "{text}"}}'.encode()

    few, many = (n_calls(lambda n=n: refusal_of(doubling(n))) for n in (20, 40))  # type: ignore[misc]

    assert many < 3 * few

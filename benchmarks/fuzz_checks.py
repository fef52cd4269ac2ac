"""What schemathesis looks for beside its own checks; see docs/limits.md for how to run it."""

import schemathesis  # type: ignore[import-not-found]  # in an environment of its own
from hypothesis import strategies
from schemathesis.graphql import nodes  # type: ignore[import-not-found]

_NUMBER = strategies.one_of(
    strategies.integers(-(10**6), 10**6).map(nodes.Int),
    strategies.floats(allow_nan=False, allow_infinity=False).map(nodes.Float),
    strategies.just(nodes.Null),
)
schemathesis.graphql.scalar("Numbers", strategies.lists(_NUMBER, max_size=20).map(nodes.List))


@schemathesis.check  # type: ignore[untyped-decorator]
def no_masked_error(
    _context: schemathesis.CheckContext, response: schemathesis.Response, _case: schemathesis.Case
) -> None:
    """Fail on an answer that hides an error: nobody expected it."""
    for error in response.json().get("errors", ()):
        if error.get("extensions", {}).get("code") == "INTERNAL":
            raise AssertionError(f"masked error {error['extensions']['id']} at {error.get('path')}")

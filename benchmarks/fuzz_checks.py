"""What schemathesis looks for beside its own checks; see docs/limits.md for how to run it."""

import graphql
import schemathesis  # type: ignore[import-not-found]  # in an environment of its own
from hypothesis import strategies
from schemathesis.graphql import nodes  # type: ignore[import-not-found]

_NUMBER = strategies.one_of(
    strategies.integers(-(10**6), 10**6).map(nodes.Int),
    strategies.floats(allow_nan=False, allow_infinity=False).map(nodes.Float),
    strategies.just(nodes.Null),
)
schemathesis.graphql.scalar("Numbers", strategies.lists(_NUMBER, max_size=20).map(nodes.List))
_LEAF = strategies.one_of(_NUMBER, strategies.text(max_size=10).map(nodes.String))
schemathesis.graphql.scalar(
    "JSON",
    strategies.dictionaries(
        strategies.sampled_from(("start", "resolution", "sensor", "soc_at_start")),
        strategies.one_of(_LEAF, strategies.lists(_LEAF, max_size=3).map(nodes.List)),
        max_size=4,
    ).map(
        lambda members: nodes.Object(
            [
                graphql.ObjectFieldNode(name=graphql.NameNode(value=name), value=value)
                for name, value in members.items()
            ]
        )
    ),
)


@schemathesis.check  # type: ignore[untyped-decorator]
def no_masked_error(
    _context: schemathesis.CheckContext, response: schemathesis.Response, _case: schemathesis.Case
) -> None:
    """Fail on an answer that hides an error: nobody expected it.

    In place of schemathesis' own rule, which takes a refusal that names its field for a fault
    if the field is the only one that was asked.
    """
    assert response.status_code < 500, response.status_code  # noqa: S101
    for error in response.json().get("errors", ()):
        if error.get("extensions", {}).get("code") == "INTERNAL":
            raise AssertionError(f"masked error {error['extensions']['id']} at {error.get('path')}")

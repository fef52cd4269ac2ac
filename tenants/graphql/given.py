"""What an input of a change gives: what is left out stays as it is."""

from typing import Any

from strawberry import UNSET

from tenants.graphql.payloads import MutationInput


def given_of(input: MutationInput, *names: str, null_is_given: bool = False) -> dict[str, Any]:
    """Return the values of those fields ``names`` of ``input`` that are to change.

    Null is as if it were left out, or with ``null_is_given`` a value like others, which takes
    back what was there.
    """
    values = {name: getattr(input, name) for name in names}
    return {
        name: value
        for name, value in values.items()
        if value is not UNSET and (null_is_given or value is not None)
    }

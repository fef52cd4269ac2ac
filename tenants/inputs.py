"""What pydantic says of an input, as people are told it. Pure."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pydantic  # a tenth of a second that a command need not pay


def problems(error: "pydantic.ValidationError") -> list[dict[str, Any]]:
    """Return the details of what is wrong, without the input and without what only follows.

    Of a list in which nothing is right it is said, too, that it is too short, which it is not.
    """
    details: list[dict[str, Any]] = [
        {**each} for each in error.errors(include_url=False, include_input=False)
    ]
    within = {each["loc"][:n] for each in details for n in range(len(each["loc"]))}
    return [each for each in details if each["type"] != "too_short" or each["loc"] not in within]

"""What pydantic says of an input, as people are told it. Pure."""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pydantic  # a tenth of a second that a command need not pay


#: Of kinds of error whose own words name classes and types of the program.
_WORDS: Final = {
    **dict.fromkeys(
        ("model_type", "model_attributes_type", "dict_type"), "Input should be an object"
    ),
    **dict.fromkeys(("tuple_type", "list_type"), "Input should be a list"),
    "string_unicode": "Input should be a valid string",
    "timezone_aware": "Input should have timezone info: an offset such as +01:00, or Z",
    **dict.fromkeys(
        ("datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"),
        "Input should be a valid datetime in ISO 8601, such as 2026-01-12T07:00:00+01:00",
    ),
}


def _in_words(detail: dict[str, Any]) -> str:
    """Return what is wrong in the words of people who write documents, not programs."""
    kind, told = detail["type"], detail.get("ctx", {})
    if kind in {"too_short", "too_long"} and "actual_length" in told:
        bound = "least" if kind == "too_short" else "most"
        number = told["min_length" if kind == "too_short" else "max_length"]
        entries = "entry" if number == 1 else "entries"
        given = told["actual_length"]
        beside = "" if given is None else f", not {given}"
        return f"Input should have at {bound} {number} {entries}{beside}"
    return _WORDS.get(kind, str(detail["msg"]))


def problems(error: "pydantic.ValidationError") -> list[dict[str, Any]]:
    """Return the details of what is wrong, without the input and without what only follows.

    Of a list in which nothing is right it is said, too, that it is too short, which it is not.
    """
    details: list[dict[str, Any]] = [
        {**each} for each in error.errors(include_url=False, include_input=False)
    ]
    for each in details:
        each["msg"] = _in_words(each)
    within = {each["loc"][:n] for each in details for n in range(len(each["loc"]))}
    return [each for each in details if each["type"] != "too_short" or each["loc"] not in within]

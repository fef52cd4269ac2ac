"""Regions whose holidays are known: a country and its part, as the library ``holidays`` names them.

"NL-Noord", "DE-BY", "BE-Flemish", "CH-ZH", "GB-SCT".
"""

from functools import lru_cache


class NoRegion(ValueError):
    """There is no such region. Words for the user."""


@lru_cache(maxsize=256)
def parts_of(country: str) -> tuple[str, ...]:
    """Return the parts of ``country``, by its two letters; none if it has none or is not known."""
    import holidays  # noqa: PLC0415 - hundreds of countries; not for every process

    try:
        return tuple(holidays.country_holidays(country).subdivisions)
    except NotImplementedError:
        return ()


def check_region(region: str) -> None:
    """Raise ``NoRegion`` unless the public holidays of ``region`` are known."""
    country, _, part = region.partition("-")
    parts = parts_of(country) if len(country) == 2 else ()
    if not parts:
        raise NoRegion(
            f"{region!r} is no region: a country and its part are right, such as NL-Noord, DE-BY, "
            "BE-Flemish or CH-ZH"
        )
    if part not in parts:
        raise NoRegion(f"{region!r} is no region: {country} has {', '.join(parts)}")

"""Words of a command line for spans, times and names, as values. Pure."""

import re
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forecasting.features.regions import NoRegion, check_region
from forecasting.forecasters.base import FORECASTERS
from integrations.ingest.wrong_file import WrongFile
from tenants.plugins import UnknownPlugin

_HOURS: Final = {
    "": None,
    "min": 1 / 60,
    "m": 1 / 60,
    "t": 1 / 60,
    "h": 1.0,
    "d": 24.0,
}
_SPAN: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(min|m|t|h|d|)(?:utes?|ours?|ays?)?", re.IGNORECASE)
_ISO: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", re.IGNORECASE)


def duration(option: str, text: str, *, bare_hours: float) -> timedelta:
    """Return the span that ``text`` says: "15min", "36h", "2d", "PT36H" or a bare number.

    Args:
        option: named in errors.
        text: as typed.
        bare_hours: hours that one of a bare number stands for.

    Raises:
        WrongFile: it says none, or none that is positive and of whole minutes.
    """
    text = text.strip()
    iso, plain = _ISO.fullmatch(text), _SPAN.fullmatch(text)
    hours = 0.0
    if iso is not None:
        days, whole, minutes = (int(part or 0) for part in iso.groups())
        hours = 24 * days + whole + minutes / 60
    elif plain is not None:
        hours = float(plain[1]) * (_HOURS[plain[2].lower()] or bare_hours)
    elif text.lower() in {"h", "d"}:
        hours = _HOURS[text.lower()] or 0.0
    seconds = round(hours * 3600)
    if not 60 <= seconds <= 366 * 86_400 or seconds % 60:
        raise WrongFile(f"{option} {text!r}: a span such as 15min, 1h, 36h, 2d or PT36H is right")
    return timedelta(seconds=seconds)


def zone(name: str) -> ZoneInfo:
    """Return the time zone called ``name``; raises ``WrongFile`` if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongFile(f"--timezone {name!r}: an IANA name such as Europe/Amsterdam") from None


def clock_minute(option: str, text: str | None) -> int | None:
    """Return the minute of the day that "HH:MM" says, None for None."""
    if text is None:
        return None
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip())
    if found is None:
        raise WrongFile(f"{option} {text!r}: a time such as 12:00 is right")
    return 60 * int(found[1]) + int(found[2])


def region(option: str, name: str) -> str:
    """Return ``name``; raises ``WrongFile`` if it is neither empty nor a region."""
    try:
        if name:
            check_region(name)
    except NoRegion as refusal:
        raise WrongFile(f"{option}: {refusal}") from None
    return name


def model_names(text: str) -> tuple[str, ...]:
    """Return the forecasters named in ``text``, commas between, each once.

    Raises:
        WrongFile: none is named.
        UnknownPlugin: one is not installed; the message lists what is.
    """
    names = tuple(dict.fromkeys(name for each in text.split(",") if (name := each.strip())))
    if not names:
        raise WrongFile(f"--models names none (known: {', '.join(FORECASTERS.names())})")
    unknown = [name for name in names if name not in FORECASTERS.names()]
    if unknown:
        known = ", ".join(FORECASTERS.names())
        raise UnknownPlugin(f"--models: no forecaster {unknown[0]!r} (known: {known})")
    return names

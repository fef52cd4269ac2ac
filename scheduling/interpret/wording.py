"""Reasons in plain words, in the languages of the interface.

A reason is kept as what it says (a limit, a price, times), not as a sentence, so that whoever
reads it does so in their own language and time zone.
"""

from typing import Final

from tenants.sayings import Words, chosen

#: Limits by the name they have in a model: English, Dutch, German, and which way they loosen.
LIMITS: Final[dict[str, Words]] = {
    "import limit": ("import limit", "importlimiet", "Bezugsgrenze"),
    "export limit": ("export limit", "exportlimiet", "Einspeisegrenze"),
    "phase limit": ("phase limit", "faselimiet", "Phasengrenze"),
    "minimum stock": ("minimum stock", "minimale voorraad", "Mindestbestand"),
    "maximum stock": ("maximum stock", "maximale voorraad", "Höchstbestand"),
    "charging limit": ("charging limit", "laadvermogen", "Ladeleistung"),
    "discharging limit": ("discharging limit", "ontlaadvermogen", "Entladeleistung"),
    "departure": ("stock at departure", "voorraad bij vertrek", "Bestand bei Abfahrt"),
    "comfort": ("comfort", "comfort", "Komfort"),
    "min stock": ("wanted minimum", "gewenst minimum", "gewünschtes Minimum"),
    "max stock": ("wanted maximum", "gewenst maximum", "gewünschtes Maximum"),
    "target stock": ("wanted stock", "gewenste voorraad", "gewünschter Bestand"),
    "peak": ("peak", "piek", "Spitze"),
    "frozen power": ("frozen power", "bevroren vermogen", "eingefrorene Leistung"),
    "ramp": ("ramp", "helling", "Rampe"),
    "taper": ("taper near full", "afbouw bij vol", "Drosselung nahe voll"),
    "taper near empty": ("taper near empty", "afbouw bij leeg", "Drosselung nahe leer"),
}
CONNECTION: Final[Words] = ("the grid connection", "de netaansluiting", "Netzanschluss")
#: Of money per kWh.
_DIGITS: Final = 3
_LOWER: Final = frozenset({"minimum stock", "departure", "min stock"})
_EITHER_WAY: Final = frozenset({"comfort", "target stock", "ramp", "frozen power"})

_MORE: Final[Words] = (
    "{limit} of {of} reached; one kWh more would save {worth} {currency}",
    "{limit} van {of} bereikt; één kWh meer zou {worth} {currency} besparen",
    "{limit} ({of}) erreicht; eine kWh mehr würde {worth} {currency} sparen",
)
_LESS: Final[Words] = (
    "{limit} of {of} reached; one kWh lower would save {worth} {currency}",
    "{limit} van {of} bereikt; één kWh lager zou {worth} {currency} besparen",
    "{limit} ({of}) erreicht; eine kWh niedriger würde {worth} {currency} sparen",
)
_ROOM: Final[Words] = (
    "{limit} of {of} reached; one kWh of room would save {worth} {currency}",
    "{limit} van {of} bereikt; één kWh ruimte zou {worth} {currency} besparen",
    "{limit} ({of}) erreicht; eine kWh Spielraum würde {worth} {currency} sparen",
)
_PEAK: Final[Words] = (
    "{limit} of {of} is set here; one kW that did not count would save {worth} {currency}",
    "{limit} van {of} wordt hier bepaald; één kW die niet meetelt zou {worth} {currency} besparen",
    "{limit} ({of}) entsteht hier; ein kW, das nicht zählt, würde {worth} {currency} sparen",
)
_IN_SCENARIOS: Final[Words] = (
    " (in {binding} of {all} scenarios)",
    " (in {binding} van {all} scenario's)",
    " (in {binding} von {all} Szenarien)",
)
_ANEW: Final[Words] = (
    "{limit} of {of}: 1 {unit} of room would save {saving} {currency}, planned anew",
    "{limit} van {of}: 1 {unit} ruimte zou {saving} {currency} besparen, opnieuw gepland",
    "{limit} ({of}): 1 {unit} Spielraum würde {saving} {currency} sparen, neu geplant",
)


def limit_words(
    limit: str,
    of: str,
    *,
    worth: float,
    per: str,
    currency: str,
    language: str = "en",
    courses: tuple[int, int] | None = None,
) -> str:
    """Return what a binding limit is and what loosening it is worth, per kWh or per kW.

    ``courses``: in how many scenarios it binds, and of how many; None where in all.
    """
    form = _MORE
    if per == "kW":
        form = _PEAK
    elif limit in _LOWER:
        form = _LESS
    elif limit in _EITHER_WAY:
        form = _ROOM
    name, whose = limit_name(limit, of, language)
    said = chosen(form, language).format(
        limit=name, of=whose, worth=amount_words(worth, language), currency=currency
    )
    if courses is None:
        return said
    return said + chosen(_IN_SCENARIOS, language).format(binding=courses[0], all=courses[1])


def resolve_words(
    limit: str, of: str, *, unit: str, saving: float, currency: str, language: str = "en"
) -> str:
    """Return what a kW or a kWh of room at a limit saves, where that was planned anew."""
    name, whose = limit_name(limit, of, language)
    return chosen(_ANEW, language).format(
        limit=name, of=whose, unit=unit, saving=amount_words(saving, language), currency=currency
    )


def limit_name(limit: str, of: str, language: str) -> tuple[str, str]:
    """Return what a limit is called, and whose it is."""
    name = chosen(LIMITS.get(limit, (limit, limit, limit)), language)
    return name, chosen(CONNECTION, language) if of == CONNECTION[0] else of


def amount_words(value: float, language: str, *, digits: int = 3) -> str:
    """Return ``value`` with the decimal sign of ``language``, to ``digits``.

    What would be zero to three digits and is not has as many as it needs, up to six.
    """
    text = f"{value:.{digits}f}"
    if digits == _DIGITS and not float(text):
        text = f"{value:.6f}".rstrip("0")
        text = text if len(text) > len("0.000") else f"{0:.{digits}f}"
    return text.replace(".", chosen((".", ",", ","), language))

"""Reasons in plain words, in the languages of the interface.

A reason is kept as what it says (a limit, a price, times), not as a sentence, so that whoever
reads it does so in their own language and time zone.
"""

from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Final

from tenants.sayings import Words, chosen


class Action(StrEnum):
    """What a device does."""

    CHARGES = "CHARGES"
    HEATS = "HEATS"
    DISCHARGES = "DISCHARGES"
    HELD_BACK = "HELD_BACK"
    RUNS = "RUNS"


class Purpose(StrEnum):
    """What a device does it for."""

    USED_LATER = "USED_LATER"
    NEEDED_BY = "NEEDED_BY"
    FULL_BY = "FULL_BY"
    KEPT = "KEPT"
    CHARGED_BEFORE = "CHARGED_BEFORE"
    HELD_AT_START = "HELD_AT_START"
    NO_CHOICE = "NO_CHOICE"
    NONE = "NONE"


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
_MONTHS: Final[Words] = (
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "Jan. Feb. März Apr. Mai Juni Juli Aug. Sep. Okt. Nov. Dez.",
)
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

_DEVICE: Final[dict[tuple[Action, Purpose], Words]] = {
    (Action.CHARGES, Purpose.USED_LATER): (
        "charges: a kWh costs {price} {currency} here and is worth {worth} when used, {when}",
        "laadt: een kWh kost hier {price} {currency} en is {worth} waard bij gebruik, {when}",
        "lädt: eine kWh kostet hier {price} {currency} und ist bei Nutzung {worth} wert, {when}",
    ),
    (Action.CHARGES, Purpose.NEEDED_BY): (
        (
            "charges: needed by {until}, and a kWh costs {price} {currency} here, "
            "where up to {worth} would be paid"
        ),
        (
            "laadt: uiterlijk {until} nodig, en een kWh kost hier {price} {currency}, "
            "waar tot {worth} betaald zou worden"
        ),
        (
            "lädt: benötigt bis {until}, und eine kWh kostet hier {price} {currency}, "
            "wo bis zu {worth} bezahlt würde"
        ),
    ),
    (Action.CHARGES, Purpose.FULL_BY): (
        (
            "charges: to be full by {until}, and a kWh costs {price} {currency} here, "
            "where up to {worth} would be paid"
        ),
        (
            "laadt: uiterlijk {until} vol, en een kWh kost hier {price} {currency}, "
            "waar tot {worth} betaald zou worden"
        ),
        (
            "lädt: soll bis {until} voll sein, und eine kWh kostet hier {price} {currency}, "
            "wo bis zu {worth} bezahlt würde"
        ),
    ),
    (Action.CHARGES, Purpose.KEPT): (
        "charges: a kWh costs {price} {currency} here and is worth {worth} in store at the end",
        "laadt: een kWh kost hier {price} {currency} en is aan het einde {worth} waard in voorraad",
        "lädt: eine kWh kostet hier {price} {currency} und ist am Ende im Speicher {worth} wert",
    ),
    (Action.CHARGES, Purpose.NO_CHOICE): (
        (
            "charges, though a kWh costs {price} {currency} here and is worth {worth}: "
            "its limits leave no choice"
        ),
        (
            "laadt, hoewel een kWh hier {price} {currency} kost en {worth} waard is: "
            "de limieten laten geen keus"
        ),
        (
            "lädt, obwohl eine kWh hier {price} {currency} kostet und {worth} wert ist: "
            "die Grenzen lassen keine Wahl"
        ),
    ),
    (Action.HEATS, Purpose.USED_LATER): (
        "heats: a kWh costs {price} {currency} here and is worth {worth} when used, {when}",
        "verwarmt: een kWh kost hier {price} {currency} en is {worth} waard bij gebruik, {when}",
        "heizt: eine kWh kostet hier {price} {currency} und ist bei Nutzung {worth} wert, {when}",
    ),
    (Action.HEATS, Purpose.NEEDED_BY): (
        (
            "heats: warmth is needed by {until}, and a kWh costs {price} {currency} here, "
            "where up to {worth} would be paid"
        ),
        (
            "verwarmt: warmte is uiterlijk {until} nodig, en een kWh kost hier {price} {currency}, "
            "waar tot {worth} betaald zou worden"
        ),
        (
            "heizt: Wärme wird bis {until} benötigt, und eine kWh kostet hier {price} {currency}, "
            "wo bis zu {worth} bezahlt würde"
        ),
    ),
    (Action.HEATS, Purpose.FULL_BY): (
        (
            "heats: to be as warm as it may by {until}, and a kWh costs {price} {currency} here, "
            "where up to {worth} would be paid"
        ),
        (
            "verwarmt: uiterlijk {until} zo warm als mag, en een kWh kost hier {price} {currency}, "
            "waar tot {worth} betaald zou worden"
        ),
        (
            "heizt: soll bis {until} so warm sein wie erlaubt, und eine kWh kostet hier {price} "
            "{currency}, wo bis zu {worth} bezahlt würde"
        ),
    ),
    (Action.HEATS, Purpose.KEPT): (
        "heats: a kWh costs {price} {currency} here and is worth {worth} as warmth at the end",
        (
            "verwarmt: een kWh kost hier {price} {currency} en is aan het einde {worth} waard als "
            "warmte"
        ),
        "heizt: eine kWh kostet hier {price} {currency} und ist am Ende als Wärme {worth} wert",
    ),
    (Action.HEATS, Purpose.NO_CHOICE): (
        (
            "heats, though a kWh costs {price} {currency} here and is worth {worth}: "
            "its limits leave no choice"
        ),
        (
            "verwarmt, hoewel een kWh hier {price} {currency} kost en {worth} waard is: "
            "de limieten laten geen keus"
        ),
        (
            "heizt, obwohl eine kWh hier {price} {currency} kostet und {worth} wert ist: "
            "die Grenzen lassen keine Wahl"
        ),
    ),
    (Action.DISCHARGES, Purpose.CHARGED_BEFORE): (
        ("discharges: a kWh is worth {price} {currency} here, and {worth} if kept; charged {when}"),
        (
            "ontlaadt: een kWh is hier {price} {currency} waard, en {worth} als ze bewaard wordt; "
            "geladen {when}"
        ),
        "entlädt: eine kWh ist hier {price} {currency} wert, gespeichert {worth}; geladen {when}",
    ),
    (Action.DISCHARGES, Purpose.HELD_AT_START): (
        "discharges: a kWh is worth {price} {currency} here, and {worth} if kept",
        "ontlaadt: een kWh is hier {price} {currency} waard, en {worth} als ze bewaard wordt",
        "entlädt: eine kWh ist hier {price} {currency} wert, gespeichert {worth}",
    ),
    (Action.DISCHARGES, Purpose.NO_CHOICE): (
        (
            "discharges, though a kWh is worth {price} {currency} here and {worth} if kept: "
            "its limits leave no choice"
        ),
        (
            "ontlaadt, hoewel een kWh hier {price} {currency} waard is en {worth} als ze bewaard "
            "wordt: de limieten laten geen keus"
        ),
        (
            "entlädt, obwohl eine kWh hier {price} {currency} wert ist, gespeichert {worth}: "
            "die Grenzen lassen keine Wahl"
        ),
    ),
    (Action.HELD_BACK, Purpose.NONE): (
        "held back: a kWh more would be worth {price} {currency} here",
        "teruggeregeld: een kWh meer zou hier {price} {currency} waard zijn",
        "abgeregelt: eine kWh mehr wäre hier {price} {currency} wert",
    ),
    (Action.RUNS, Purpose.NONE): (
        "runs: a kWh costs {price} {currency} here, and {worth} on average when it may run",
        "draait: een kWh kost hier {price} {currency}, en gemiddeld {worth} als het mag draaien",
        "läuft: eine kWh kostet hier {price} {currency}, und im Mittel {worth}, wo es laufen darf",
    ),
}


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


def device_words(
    action: Action,
    purpose: Purpose,
    *,
    price: float,
    worth: float,
    span: tuple[datetime, datetime] | None,
    currency: str,
    language: str = "en",
    zone: tzinfo = UTC,
) -> str:
    """Return why a device does what it does; ``span``: what its purpose refers to."""
    form = chosen(_DEVICE[action, purpose], language)
    start, end = span or (None, None)
    when = f"{_clock(start, zone, language)} - {_clock(end, zone, language)}"
    until = _clock(end, zone, language)
    return form.format(
        price=amount_words(price, language),
        worth=amount_words(worth, language),
        currency=currency,
        when=when,
        until=until,
    )


def _clock(time: datetime | None, zone: tzinfo, language: str) -> str:
    """Return a time as "12 Jan 18:00": in figures English readers would take it for December."""
    if time is None:
        return ""
    local = time.astimezone(zone)
    month = chosen(_MONTHS, language).split()[local.month - 1]
    return f"{local.day} {month} {local:%H:%M}"


def amount_words(value: float, language: str, *, digits: int = 3) -> str:
    """Return ``value`` with the decimal sign of ``language``, to ``digits``.

    What would be zero to three digits and is not has as many as it needs, up to six.
    """
    text = f"{value:.{digits}f}"
    if digits == _DIGITS and not float(text):
        text = f"{value:.6f}".rstrip("0")
        text = text if len(text) > len("0.000") else f"{0:.{digits}f}"
    return text.replace(".", chosen((".", ",", ","), language))

"""Why a device does what it does, in plain words, as ``wording`` says it of limits."""

from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Final

from scheduling.interpret.wording import amount_words
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


_MONTHS: Final[Words] = (
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "Jan. Feb. März Apr. Mai Juni Juli Aug. Sep. Okt. Nov. Dez.",
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

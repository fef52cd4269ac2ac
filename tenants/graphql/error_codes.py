"""Kinds of errors a client can mend, each with a sentence in every language of the interface."""

import enum
from typing import Final

from tenants.graphql.enums import public_enum
from tenants.sayings import Words, chosen


class ErrorCode(enum.Enum):
    INVALID = "INVALID"
    REQUIRED = "REQUIRED"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NOT_FINITE = "NOT_FINITE"
    NOT_ALLOWED = "NOT_ALLOWED"
    LENGTH = "LENGTH"
    UNIT = "UNIT"
    TIME = "TIME"
    TIME_ZONE = "TIME_ZONE"
    STEP = "STEP"
    WINDOW = "WINDOW"
    TOO_LONG = "TOO_LONG"
    TREE = "TREE"
    INCOMPLETE = "INCOMPLETE"
    INCONSISTENT = "INCONSISTENT"
    UNREACHABLE = "UNREACHABLE"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    CONFLICT = "CONFLICT"
    KEY_REUSED = "KEY_REUSED"


#: English, Dutch and German; the exact words about the value are in ``detail``.
SENTENCES: Final[dict[ErrorCode, Words]] = {
    ErrorCode.INVALID: (
        "This value is not valid.",
        "Deze waarde is niet geldig.",
        "Dieser Wert ist nicht gültig.",
    ),
    ErrorCode.REQUIRED: (
        "A value is required here.",
        "Hier is een waarde nodig.",
        "Hier wird ein Wert benötigt.",
    ),
    ErrorCode.UNKNOWN_FIELD: (
        "There is no such field.",
        "Dit veld bestaat niet.",
        "Dieses Feld gibt es nicht.",
    ),
    ErrorCode.OUT_OF_RANGE: (
        "This number is outside its limits.",
        "Dit getal ligt buiten zijn grenzen.",
        "Diese Zahl liegt außerhalb ihrer Grenzen.",
    ),
    ErrorCode.NOT_FINITE: (
        "A finite number is needed; leave out or send null for what is unknown.",
        "Een eindig getal is nodig; laat weg of stuur null wat onbekend is.",
        "Eine endliche Zahl wird benötigt; Unbekanntes weglassen oder als null senden.",
    ),
    ErrorCode.NOT_ALLOWED: (
        "Choose one of the allowed values.",
        "Kies een van de toegestane waarden.",
        "Wählen Sie einen der erlaubten Werte.",
    ),
    ErrorCode.LENGTH: (
        "The number of values does not fit.",
        "Het aantal waarden past niet.",
        "Die Anzahl der Werte passt nicht.",
    ),
    ErrorCode.UNIT: (
        "This unit does not fit the quantity.",
        "Deze eenheid past niet bij de grootheid.",
        "Diese Einheit passt nicht zur Größe.",
    ),
    ErrorCode.TIME: (
        "This time cannot be used here.",
        "Dit tijdstip kan hier niet worden gebruikt.",
        "Dieser Zeitpunkt kann hier nicht verwendet werden.",
    ),
    ErrorCode.TIME_ZONE: (
        "Give an offset or a time zone with the time.",
        "Geef bij de tijd een offset of tijdzone op.",
        "Geben Sie zur Zeit einen Offset oder eine Zeitzone an.",
    ),
    ErrorCode.STEP: (
        "The step does not fit: use whole multiples of the resolution.",
        "De stap past niet: gebruik hele veelvouden van de resolutie.",
        "Die Schrittweite passt nicht: ganze Vielfache der Auflösung verwenden.",
    ),
    ErrorCode.WINDOW: (
        "The end must lie after the start by a whole number of steps.",
        "Het einde moet een geheel aantal stappen na het begin liggen.",
        "Das Ende muss eine ganze Anzahl Schritte nach dem Anfang liegen.",
    ),
    ErrorCode.TOO_LONG: (
        "This asks for too much at once.",
        "Dit vraagt te veel in één keer.",
        "Das ist zu viel auf einmal.",
    ),
    ErrorCode.TREE: (
        "The tree of assets does not allow this.",
        "De boom van assets staat dit niet toe.",
        "Der Baum der Anlagen lässt das nicht zu.",
    ),
    ErrorCode.INCOMPLETE: (
        "Something that is needed first is missing.",
        "Er ontbreekt iets dat eerst nodig is.",
        "Es fehlt etwas, das zuerst benötigt wird.",
    ),
    ErrorCode.INCONSISTENT: (
        "These values contradict each other.",
        "Deze waarden spreken elkaar tegen.",
        "Diese Werte widersprechen sich.",
    ),
    ErrorCode.UNREACHABLE: (
        "The other system did not answer as it should.",
        "Het andere systeem antwoordde niet zoals het hoort.",
        "Das andere System hat nicht wie erwartet geantwortet.",
    ),
    ErrorCode.NOT_FOUND: (
        "There is no such thing, or it is not yours to see.",
        "Dit bestaat niet, of u mag het niet zien.",
        "Das gibt es nicht, oder Sie dürfen es nicht sehen.",
    ),
    ErrorCode.FORBIDDEN: ("You may not do this.", "U mag dit niet doen.", "Sie dürfen das nicht."),
    ErrorCode.CONFLICT: (
        "This does not fit the present state.",
        "Dit past niet bij de huidige toestand.",
        "Das passt nicht zum jetzigen Zustand.",
    ),
    ErrorCode.KEY_REUSED: (
        "This idempotency key was used for another request.",
        "Deze idempotentiesleutel is voor een ander verzoek gebruikt.",
        "Dieser Idempotenzschlüssel wurde für eine andere Anfrage verwendet.",
    ),
}

public_enum(
    ErrorCode,
    description="What kind of error this is. New kinds may be added; treat them as INVALID.",
    says={code: english for code, (english, _, _) in SENTENCES.items()},
)

_OF_CODES: Final[dict[str, ErrorCode]] = {
    "missing": ErrorCode.REQUIRED,
    "required": ErrorCode.REQUIRED,
    "blank": ErrorCode.REQUIRED,
    "extra_forbidden": ErrorCode.UNKNOWN_FIELD,
    "greater_than": ErrorCode.OUT_OF_RANGE,
    "greater_than_equal": ErrorCode.OUT_OF_RANGE,
    "less_than": ErrorCode.OUT_OF_RANGE,
    "less_than_equal": ErrorCode.OUT_OF_RANGE,
    "range": ErrorCode.OUT_OF_RANGE,
    "min_value": ErrorCode.OUT_OF_RANGE,
    "max_value": ErrorCode.OUT_OF_RANGE,
    "finite_number": ErrorCode.NOT_FINITE,
    "stock_below_zero": ErrorCode.OUT_OF_RANGE,
    "stock_above_maximum": ErrorCode.OUT_OF_RANGE,
    "infinite": ErrorCode.NOT_FINITE,
    "literal_error": ErrorCode.NOT_ALLOWED,
    "enum": ErrorCode.NOT_ALLOWED,
    "choice": ErrorCode.NOT_ALLOWED,
    "reserved": ErrorCode.NOT_ALLOWED,
    "sensor": ErrorCode.NOT_ALLOWED,
    "connector": ErrorCode.NOT_ALLOWED,
    "engine": ErrorCode.NOT_ALLOWED,
    "forecaster": ErrorCode.NOT_ALLOWED,
    "scope": ErrorCode.NOT_ALLOWED,
    "length": ErrorCode.LENGTH,
    "max_length": ErrorCode.LENGTH,
    "too_short": ErrorCode.LENGTH,
    "string_too_short": ErrorCode.LENGTH,
    "string_too_long": ErrorCode.LENGTH,
    "unit": ErrorCode.UNIT,
    "currency": ErrorCode.UNIT,
    "datetime_type": ErrorCode.TIME,
    "datetime_parsing": ErrorCode.TIME,
    "datetime_from_date_parsing": ErrorCode.TIME,
    "future": ErrorCode.TIME,
    "past": ErrorCode.TIME,
    "start": ErrorCode.TIME,
    "naive": ErrorCode.TIME_ZONE,
    "timezone_aware": ErrorCode.TIME_ZONE,
    "time_zone": ErrorCode.TIME_ZONE,
    "step": ErrorCode.STEP,
    "resolution": ErrorCode.STEP,
    "step_minutes": ErrorCode.STEP,
    "window": ErrorCode.WINDOW,
    "too_long": ErrorCode.TOO_LONG,
    "circle": ErrorCode.TREE,
    "has_children": ErrorCode.TREE,
    "root": ErrorCode.TREE,
    "limit_missing": ErrorCode.INCOMPLETE,
    "price_missing": ErrorCode.INCOMPLETE,
    "inconsistent": ErrorCode.INCONSISTENT,
    "ageing": ErrorCode.INCONSISTENT,
    "weights": ErrorCode.INCONSISTENT,
    "converter": ErrorCode.INCONSISTENT,
    "point": ErrorCode.INCONSISTENT,
    "period": ErrorCode.INCONSISTENT,
    "process": ErrorCode.INCONSISTENT,
    "session": ErrorCode.INCONSISTENT,
    "span": ErrorCode.INCONSISTENT,
    "band": ErrorCode.INCONSISTENT,
    "charger": ErrorCode.INCONSISTENT,
    "cop": ErrorCode.INCONSISTENT,
    "efficiency_by_stock": ErrorCode.INCONSISTENT,
    "quadratic_loss": ErrorCode.OUT_OF_RANGE,
    "ratio": ErrorCode.INCONSISTENT,
    "supply": ErrorCode.INCONSISTENT,
    "taper": ErrorCode.INCONSISTENT,
    "coarser": ErrorCode.INCONSISTENT,
    "current": ErrorCode.INCONSISTENT,
    "least_above_most": ErrorCode.INCONSISTENT,
    "switched": ErrorCode.INCONSISTENT,
    "temperatures": ErrorCode.INCONSISTENT,
    "unbounded": ErrorCode.INCONSISTENT,
    "peer": ErrorCode.UNREACHABLE,
    "no_context": ErrorCode.INCOMPLETE,
    "no_flexibility": ErrorCode.INCOMPLETE,
    "unknown": ErrorCode.NOT_FOUND,
    "not_found": ErrorCode.NOT_FOUND,
    "state": ErrorCode.CONFLICT,
    "in_use": ErrorCode.CONFLICT,
    "unique": ErrorCode.CONFLICT,
    "unique_together": ErrorCode.CONFLICT,
    "key_reused": ErrorCode.KEY_REUSED,
}


def code_of(code: str | None) -> ErrorCode:
    """Return the public kind of an error that the services call ``code``."""
    return _OF_CODES.get(code or "", ErrorCode.INVALID)


def sentence(code: ErrorCode, language: str) -> str:
    """Return the sentence of ``code`` in ``language``; in English for one we do not speak."""
    return chosen(SENTENCES[code], language)

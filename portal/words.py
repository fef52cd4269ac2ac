"""What the pages of forecasts say, in the languages of the portal."""

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest
from django.utils.translation import get_language_from_request

from forecasting.models import RunState

_ENGLISH: Final = {
    "forecasts": "Forecasts",
    "sensor": "Sensor",
    "newest": "Newest forecast",
    "none": "none yet",
    "ask": "Forecast now",
    "to_site": "Back to the site",
    "window": "Forecast for",
    "made_by": "Made by",
    "stood_in": "A simpler model stood in:",
    "notes": "Of the measurements:",
    "nothing": "There is no forecast of this sensor yet.",
    "failed": "The newest attempt has no forecast:",
    "stands": "The forecast before it stands.",
    "waits": "A forecast is being made …",
    "table": "As a table",
    "start": "Start",
    "measured": "Measured",
    "expected": "Expected",
    "low": "1 of 10 below",
    "high": "1 of 10 above",
    RunState.QUEUED: "waits",
    RunState.RUNNING: "is being made",
    RunState.READY: "there",
    RunState.FAILED: "did not succeed",
}
_DUTCH: Final = {
    "forecasts": "Voorspellingen",
    "sensor": "Meetpunt",
    "newest": "Nieuwste voorspelling",
    "none": "nog geen",
    "ask": "Nu voorspellen",
    "to_site": "Terug naar de locatie",
    "window": "Voorspelling voor",
    "made_by": "Gemaakt door",
    "stood_in": "Een eenvoudiger model viel in:",
    "notes": "Over de metingen:",
    "nothing": "Er is nog geen voorspelling van dit meetpunt.",
    "failed": "De nieuwste poging gaf geen voorspelling:",
    "stands": "De voorspelling daarvoor geldt nog.",
    "waits": "Er wordt een voorspelling gemaakt …",
    "table": "Als tabel",
    "start": "Begin",
    "measured": "Gemeten",
    "expected": "Verwacht",
    "low": "1 op 10 eronder",
    "high": "1 op 10 erboven",
    RunState.QUEUED: "wacht",
    RunState.RUNNING: "wordt gemaakt",
    RunState.READY: "klaar",
    RunState.FAILED: "niet gelukt",
}
_GERMAN: Final = {
    "forecasts": "Prognosen",
    "sensor": "Messstelle",
    "newest": "Neueste Prognose",
    "none": "noch keine",
    "ask": "Jetzt prognostizieren",
    "to_site": "Zurück zum Standort",
    "window": "Prognose für",
    "made_by": "Erstellt von",
    "stood_in": "Ein einfacheres Modell sprang ein:",
    "notes": "Zu den Messungen:",
    "nothing": "Für diese Messstelle gibt es noch keine Prognose.",
    "failed": "Der neueste Versuch ergab keine Prognose:",
    "stands": "Die Prognose davor gilt weiter.",
    "waits": "Eine Prognose wird erstellt …",
    "table": "Als Tabelle",
    "start": "Beginn",
    "measured": "Gemessen",
    "expected": "Erwartet",
    "low": "1 von 10 darunter",
    "high": "1 von 10 darüber",
    RunState.QUEUED: "wartet",
    RunState.RUNNING: "wird erstellt",
    RunState.READY: "fertig",
    RunState.FAILED: "nicht gelungen",
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {"en": _ENGLISH, "nl": _DUTCH, "de": _GERMAN}


def language_of(request: HttpRequest) -> str:
    """Return which of the languages the reader asks for: "en", "nl" or "de"."""
    language = get_language_from_request(request).partition("-")[0]
    return language if language in WORDS else "en"


def words_for(request: HttpRequest) -> Mapping[str, str]:
    """Return the words in the reader's language."""
    return WORDS[language_of(request)]

"""What the page of a site's room on the grid says, in the languages of the portal."""

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest

from portal.words import language_of

_ENGLISH: Final = {
    "title": "Room on the grid",
    "lead": "How many chargers fit behind today's connection, and with which battery? A year of "
    "what was measured answers; today's batteries and vehicles are left out.",
    "first": "From",
    "end": "To (not part of it)",
    "chargers": "Numbers of chargers to try",
    "sizes": "Sizes of the battery to try [kWh], 0 is none",
    "arrive": "Vehicles arrive at",
    "leave": "and leave at",
    "days": "On",
    "working": "working days",
    "every": "all days",
    "energy": "Energy for each [kWh]",
    "power": "Power of a charger [kW]",
    "ask": "Find out",
    "numbers": "Give numbers with commas between them, such as 5, 10, 20.",
    "many": "At most 100 pairs of chargers and sizes are tried at once.",
    "span": "The end should be after the start, and at most a year later.",
    "stay": "The energy takes longer at this power than the vehicles stay.",
    "future": "The end is still to come: only what was measured can tell.",
    "unknown": "No load or no import limit is kept for this site: your metering company can do so.",
    "waits": "It is being worked out …",
    "failed": "There is no answer:",
    "fits": "fits",
    "short": "lacks",
    "none": "no battery",
    "charger_column": "Chargers",
    "way": "What is in the way",
    "way_of": "chargers,",
    "filled": "of the steps were not measured and are taken from other weeks",
    "studied": "Answer for",
}
_DUTCH: Final = {
    "title": "Ruimte op het net",
    "lead": "Hoeveel laadpalen passen achter de aansluiting van vandaag, en met welke batterij? "
    "Een jaar aan metingen geeft antwoord; de batterijen en voertuigen van nu tellen niet mee.",
    "first": "Van",
    "end": "Tot (niet inbegrepen)",
    "chargers": "Aantallen laadpalen om te proberen",
    "sizes": "Groottes van de batterij om te proberen [kWh], 0 is geen",
    "arrive": "Voertuigen komen aan om",
    "leave": "en vertrekken om",
    "days": "Op",
    "working": "werkdagen",
    "every": "alle dagen",
    "energy": "Energie per voertuig [kWh]",
    "power": "Vermogen van een laadpaal [kW]",
    "ask": "Zoek het uit",
    "numbers": "Geef getallen met komma's ertussen, zoals 5, 10, 20.",
    "many": "Hoogstens 100 combinaties van aantal en grootte worden tegelijk geprobeerd.",
    "span": "Het einde hoort na het begin te liggen, en hoogstens een jaar later.",
    "stay": "De energie duurt met dit vermogen langer dan de voertuigen er staan.",
    "future": "Het einde moet nog komen: alleen wat gemeten is, kan antwoord geven.",
    "unknown": "Voor deze locatie is geen verbruik of geen limiet voor afname bewaard: uw "
    "meetbedrijf kan dat doen.",
    "waits": "Het wordt uitgezocht …",
    "failed": "Er is geen antwoord:",
    "fits": "past",
    "short": "tekort",
    "none": "geen batterij",
    "charger_column": "Laadpalen",
    "way": "Wat in de weg staat",
    "way_of": "laadpalen,",
    "filled": "van de stappen is niet gemeten en komt uit andere weken",
    "studied": "Antwoord voor",
}
_GERMAN: Final = {
    "title": "Raum am Netz",
    "lead": "Wie viele Ladepunkte passen hinter den heutigen Anschluss, und mit welcher Batterie? "
    "Ein Jahr an Messungen gibt Antwort; heutige Batterien und Fahrzeuge zählen nicht mit.",
    "first": "Von",
    "end": "Bis (ausschließlich)",
    "chargers": "Anzahlen von Ladepunkten, die probiert werden",
    "sizes": "Größen der Batterie, die probiert werden [kWh], 0 ist keine",
    "arrive": "Fahrzeuge kommen um",
    "leave": "und fahren um",
    "days": "An",
    "working": "Werktagen",
    "every": "allen Tagen",
    "energy": "Energie je Fahrzeug [kWh]",
    "power": "Leistung eines Ladepunkts [kW]",
    "ask": "Herausfinden",
    "numbers": "Geben Sie Zahlen mit Kommas dazwischen an, etwa 5, 10, 20.",
    "many": "Höchstens 100 Paare von Anzahl und Größe werden auf einmal probiert.",
    "span": "Das Ende soll nach dem Anfang liegen, höchstens ein Jahr später.",
    "stay": "Die Energie braucht bei dieser Leistung länger, als die Fahrzeuge stehen.",
    "future": "Das Ende kommt erst noch: nur was gemessen ist, kann Antwort geben.",
    "unknown": "Für diesen Standort ist kein Verbrauch oder keine Bezugsgrenze hinterlegt: Ihr "
    "Messunternehmen kann das tun.",
    "waits": "Es wird berechnet …",
    "failed": "Es gibt keine Antwort:",
    "fits": "passt",
    "short": "es fehlen",
    "none": "keine Batterie",
    "charger_column": "Ladepunkte",
    "way": "Was im Weg steht",
    "way_of": "Ladepunkte,",
    "filled": "der Schritte sind nicht gemessen und stammen aus anderen Wochen",
    "studied": "Antwort für",
}
ROOM_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": _ENGLISH,
    "nl": _DUTCH,
    "de": _GERMAN,
}


def room_words(request: HttpRequest) -> Mapping[str, str]:
    """Return the words in the reader's language."""
    return ROOM_WORDS[language_of(request)]

"""Sentences about why there is no plan, or nothing was identified: their form and their words."""

import re
from typing import Final

from scheduling.interpret.wording import Words

Sentence = tuple[re.Pattern[str], Words]

#: What stands for a part; a name may hold anything.
_PARTS: Final = {
    "limit": r"(?P<limit>[a-z ]+?)",
    "of": r"(?P<of>.+?)",
    "name": r"(?P<name>.+?)",
    "when": r"(?P<when>(?:from|at) [\d: -]+?(?: to [\d: -]+)? ?Z)",
    "sense": r"(?P<sense>at least|at most)",
    "unit": r"(?P<unit>kWh|kW)",
    "way": r"(?P<way>charging|discharging|charges|discharges)",
    "reason": r"(?P<reason>.+)",
    **{
        each: rf"(?P<{each}>-?[\d.]+(?:e[+-]\d+)?%?(?: to -?[\d.]+)?|inf|nan%?)"
        for each in ("amount", "most")
    },
}


def _sentence(english: str, dutch: str, german: str) -> Sentence:
    form = re.escape(english).replace(r"\{", "{").replace(r"\}", "}")
    for part, pattern in _PARTS.items():
        form = form.replace(f"{{{part}}}", pattern)
    return re.compile(form), (english, dutch, german)


SENTENCES: Final[tuple[Sentence, ...]] = (
    _sentence(
        "the limits of the devices contradict each other",
        "de limieten van de apparaten spreken elkaar tegen",
        "die Grenzen der Geräte widersprechen einander",
    ),
    _sentence(
        "stock of {name} {when}: at least {amount} kWh and at most {most} kWh are asked for",
        "voorraad van {name} {when}: minstens {amount} kWh en hoogstens {most} kWh worden gevraagd",
        "Bestand von {name} {when}: mindestens {amount} kWh und höchstens {most} kWh sind verlangt",
    ),
    _sentence(
        "stock of {name} {when}: {sense} {amount} kWh is asked for, {most} kWh can be reached",
        "voorraad van {name} {when}: {sense} {amount} kWh wordt gevraagd, {most} kWh is haalbaar",
        "Bestand von {name} {when}: {sense} {amount} kWh sind verlangt, {most} kWh erreichbar",
    ),
    _sentence(
        "frozen power of {name} {when}: {amount} kW, above its {way} limit of {most} kW",
        "bevroren vermogen van {name} {when}: {amount} kW, boven de grens voor {way} van {most} kW",
        "eingefrorene Leistung ({name}) {when}: {amount} kW, über der Grenze für {way}: {most} kW",
    ),
    _sentence(
        "{limit} of {of} {when}: short by {amount} {unit}",
        "{limit} van {of} {when}: {amount} {unit} tekort",
        "{limit} ({of}) {when}: {amount} {unit} fehlen",
    ),
    _sentence(
        "{limit} of {of} {when}: {sense} {amount} {unit}",
        "{limit} van {of} {when}: {sense} {amount} {unit}",
        "{limit} ({of}) {when}: {sense} {amount} {unit}",
    ),
    _sentence(
        "{of} {when}: {amount} kW more has to be used than can be made",
        "{of} {when}: er moet {amount} kW meer worden gebruikt dan kan worden gemaakt",
        "{of} {when}: {amount} kW mehr müssen verbraucht werden, als erzeugt werden können",
    ),
    _sentence(
        "{of} {when}: {amount} kW more has to be made than used",
        "{of} {when}: er moet {amount} kW meer worden gemaakt dan gebruikt",
        "{of} {when}: {amount} kW mehr müssen erzeugt werden, als verbraucht werden",
    ),
    _sentence(
        "{of}: the power of {name} cannot be planned",
        "{of}: het vermogen van {name} kan niet worden gepland",
        "{of}: die Leistung von {name} lässt sich nicht planen",
    ),
    _sentence(
        "{name}: supply_c is below absolute zero",
        "{name}: supply_c ligt onder het absolute nulpunt",
        "{name}: supply_c liegt unter dem absoluten Nullpunkt",
    ),
    _sentence(
        "{name}: no time in the window is long enough and allowed",
        "{name}: geen tijd in het venster is lang genoeg en toegestaan",
        "{name}: keine Zeit im Fenster ist lang genug und erlaubt",
    ),
    _sentence(
        "{name}: the window allows it for too few steps",
        "{name}: het venster staat het voor te weinig stappen toe",
        "{name}: das Fenster erlaubt es für zu wenige Schritte",
    ),
    _sentence(
        "{name}: its sensor was removed",
        "{name}: zijn sensor is verwijderd",
        "{name}: der Sensor wurde entfernt",
    ),
    _sentence(
        "{name}: {amount} of {most} steps are unknown, the first {when}",
        "{name}: {amount} van {most} stappen zijn onbekend, de eerste {when}",
        "{name}: {amount} von {most} Schritten sind unbekannt, der erste {when}",
    ),
    _sentence(
        "what is known does not fit: {reason}",
        "wat bekend is past niet: {reason}",
        "was bekannt ist, passt nicht: {reason}",
    ),
    _sentence(
        "none of these quantiles is known of any price, load or generation",
        "geen van deze kwantielen is bekend van een prijs, verbruik of opwek",
        "keines dieser Quantile ist von einem Preis, Verbrauch oder Ertrag bekannt",
    ),
    _sentence(
        "{name}: its quantile {amount} is not known throughout",
        "{name}: zijn kwantiel {amount} is niet overal bekend",
        "{name}: das Quantil {amount} ist nicht durchgehend bekannt",
    ),
    _sentence(
        "{name}: its quantiles cross {when}",
        "{name}: zijn kwantielen kruisen elkaar {when}",
        "{name}: die Quantile kreuzen sich {when}",
    ),
    _sentence(
        "no solution was found within the time limit",
        "binnen de tijdslimiet is geen oplossing gevonden",
        "innerhalb der Zeitgrenze wurde keine Lösung gefunden",
    ),
    _sentence(
        "a price pays for something without a limit",
        "een prijs beloont iets waaraan geen grens is",
        "ein Preis belohnt etwas, das keine Grenze hat",
    ),
    _sentence(
        "the engine {name} does not take this problem: it plans one store with prices under which "
        "burning energy never pays, and no peaks, ramps or on/off; auto takes any",
        "de engine {name} neemt dit probleem niet aan: hij plant één opslag met prijzen waarbij "
        "energie verspillen nooit loont, zonder pieken, hellingen of aan/uit; auto neemt elk aan",
        "der Löser {name} nimmt dieses Problem nicht an: er plant einen Speicher mit Preisen, bei "
        "denen Verschwendung nie lohnt, ohne Spitzen, Rampen oder An/Aus; auto nimmt jedes",
    ),
    _sentence(
        "gave up after {amount} attempts: {reason}",
        "opgegeven na {amount} pogingen: {reason}",
        "nach {amount} Versuchen aufgegeben: {reason}",
    ),
    _sentence(
        "the worker stopped in the middle",
        "de verwerking is halverwege gestopt",
        "die Verarbeitung brach mittendrin ab",
    ),
    _sentence(
        "it took longer than it may",
        "het duurde langer dan toegestaan",
        "es dauerte länger als erlaubt",
    ),
    _sentence("internal error ({name})", "interne fout ({name})", "interner Fehler ({name})"),
)

IDENTIFYING: Final[tuple[Sentence, ...]] = (
    _sentence(
        "indoor_c: moves by less than {amount} K: let it cool and warm up",
        "indoor_c: verandert minder dan {amount} K: laat het afkoelen en opwarmen",
        "indoor_c: ändert sich um weniger als {amount} K: auskühlen und aufwärmen lassen",
    ),
    _sentence(
        "heat_kw: changes by less than {amount} kW: heat it more and less",
        "heat_kw: verandert minder dan {amount} kW: verwarm meer en minder",
        "heat_kw: ändert sich um weniger als {amount} kW: mehr und weniger heizen",
    ),
    _sentence(
        "power_kw: it {way} less than {amount} kWh",
        "power_kw: hij {way} minder dan {amount} kWh",
        "power_kw: sie {way} weniger als {amount} kWh",
    ),
    _sentence(
        "{name}: these measurements do not tell it (error {amount}); more days, or days with more "
        "change, would",
        "{name}: deze metingen zeggen het niet (fout {amount}); meer dagen, of dagen met meer "
        "verandering, wel",
        "{name}: diese Messungen sagen es nicht (Fehler {amount}); mehr Tage, oder Tage mit mehr "
        "Änderung, schon",
    ),
    _sentence(
        "{name}: {amount} h; at least {most} h are needed",
        "{name}: {amount} uur; minstens {most} uur is nodig",
        "{name}: {amount} h; mindestens {most} h sind nötig",
    ),
    _sentence(
        "{name}: {amount} of the values are known; at least {most} are needed",
        "{name}: {amount} van de waarden is bekend; minstens {most} is nodig",
        "{name}: {amount} der Werte sind bekannt; mindestens {most} sind nötig",
    ),
    _sentence(
        "{name}: {amount} h in a row are unknown; at most {most} h may be",
        "{name}: {amount} uur achter elkaar is onbekend; hoogstens {most} uur mag",
        "{name}: {amount} h in Folge sind unbekannt; höchstens {most} h dürfen es sein",
    ),
    _sentence(
        "a sensor that this was asked of was removed",
        "een sensor waarover dit gevraagd werd, is verwijderd",
        "ein Sensor, nach dem gefragt wurde, wurde entfernt",
    ),
)

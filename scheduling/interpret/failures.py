"""Why there is no plan, nothing was identified or a study has no answer, in every language."""

from typing import Final

from scheduling.interpret.wording import CONNECTION, LIMITS
from tenants.sayings import JOB_REASONS, Sentences, Words

_PLANNING: Final[dict[str, Words]] = {
    "no_plan": (
        "no plan keeps every limit: {short}",
        "geen plan houdt elke limiet aan: {short}",
        "kein Plan hält jede Grenze ein: {short}",
    ),
    "no_plan_as": (
        "no plan keeps every limit: {short}. These cannot all be kept: {together}",
        "geen plan houdt elke limiet aan: {short}. Deze kunnen niet allemaal worden aangehouden: {together}",
        "kein Plan hält jede Grenze ein: {short}. Diese lassen sich nicht alle einhalten: {together}",
    ),
    "devices_contradict": (
        "the limits of the devices contradict each other",
        "de limieten van de apparaten spreken elkaar tegen",
        "die Grenzen der Geräte widersprechen einander",
    ),
    "levels_cross": (
        "stock of {name} {when}: at least {least:g} kWh and at most {most:g} kWh are asked for",
        "voorraad van {name} {when}: minstens {least:g} kWh en hoogstens {most:g} kWh worden gevraagd",
        "Bestand von {name} {when}: mindestens {least:g} kWh und höchstens {most:g} kWh sind verlangt",
    ),
    "beyond_reach": (
        "stock of {name} {when}: {sense!s} {asked:g} kWh is asked for, {reached:.6g} kWh can be reached",
        "voorraad van {name} {when}: {sense!s} {asked:g} kWh wordt gevraagd, {reached:.6g} kWh is haalbaar",
        "Bestand von {name} {when}: {sense!s} {asked:g} kWh sind verlangt, {reached:.6g} kWh erreichbar",
    ),
    "frozen_above": (
        "frozen power of {name} {when}: {power:g} kW, above its {way!s} limit of {most:g} kW",
        "bevroren vermogen van {name} {when}: {power:g} kW, boven de grens voor {way!s} van {most:g} kW",
        "eingefrorene Leistung ({name}) {when}: {power:g} kW, über der Grenze für {way!s}: {most:g} kW",
    ),
    "short_by": (
        "{limit!l} of {of!o} {when}: short by {amount:.3g} {unit}",
        "{limit!l} van {of!o} {when}: {amount:.3g} {unit} tekort",
        "{limit!l} ({of!o}) {when}: {amount:.3g} {unit} fehlen",
    ),
    "limit_is": (
        "{limit!l} of {of!o} {when}: {sense!s} {amount:.4g} {unit}",
        "{limit!l} van {of!o} {when}: {sense!s} {amount:.4g} {unit}",
        "{limit!l} ({of!o}) {when}: {sense!s} {amount:.4g} {unit}",
    ),
    "more_used": (
        "{of} {when}: {amount:.3g} kW more has to be used than can be made",
        "{of} {when}: er moet {amount:.3g} kW meer worden gebruikt dan kan worden gemaakt",
        "{of} {when}: {amount:.3g} kW mehr müssen verbraucht werden, als erzeugt werden können",
    ),
    "more_made": (
        "{of} {when}: {amount:.3g} kW more has to be made than used",
        "{of} {when}: er moet {amount:.3g} kW meer worden gemaakt dan gebruikt",
        "{of} {when}: {amount:.3g} kW mehr müssen erzeugt werden, als verbraucht werden",
    ),
    "not_planned": (
        "{of}: the power of {name} cannot be planned",
        "{of}: het vermogen van {name} kan niet worden gepland",
        "{of}: die Leistung von {name} lässt sich nicht planen",
    ),
    "absolute_zero": (
        "{name}: supply_c is below absolute zero",
        "{name}: supply_c ligt onder het absolute nulpunt",
        "{name}: supply_c liegt unter dem absoluten Nullpunkt",
    ),
    "no_time": (
        "{name}: no time in the window is long enough and allowed",
        "{name}: geen tijd in het venster is lang genoeg en toegestaan",
        "{name}: keine Zeit im Fenster ist lang genug und erlaubt",
    ),
    "too_few_steps": (
        "{name}: the window allows it for too few steps",
        "{name}: het venster staat het voor te weinig stappen toe",
        "{name}: das Fenster erlaubt es für zu wenige Schritte",
    ),
    "out_of_time": (
        "no solution was found within the time limit",
        "binnen de tijdslimiet is geen oplossing gevonden",
        "innerhalb der Zeitgrenze wurde keine Lösung gefunden",
    ),
    "engine_failed": (
        "the engine found no answer; another may",
        "de engine vond geen antwoord; een andere misschien wel",
        "der Löser fand keine Antwort; vielleicht ein anderer",
    ),
    "unbounded": (
        "a price pays for something without a limit",
        "een prijs beloont iets waaraan geen grens is",
        "ein Preis belohnt etwas, das keine Grenze hat",
    ),
    "unsuited": (
        "the engine {engine} does not take this problem: it plans one store with prices under which burning energy never pays, and no peaks, ramps or on/off; auto takes any",
        "de engine {engine} neemt dit probleem niet aan: hij plant één opslag met prijzen waarbij energie verspillen nooit loont, zonder pieken, hellingen of aan/uit; auto neemt elk aan",
        "der Löser {engine} nimmt dieses Problem nicht an: er plant einen Speicher mit Preisen, bei denen Verschwendung nie lohnt, ohne Spitzen, Rampen oder An/Aus; auto nimmt jedes",
    ),
}

_READING: Final[dict[str, Words]] = {
    "sensor_gone": (
        "{field}: its sensor was removed",
        "{field}: zijn sensor is verwijderd",
        "{field}: der Sensor wurde entfernt",
    ),
    "asked_sensor_gone": (
        "a sensor that this was asked of was removed",
        "een sensor waarover dit gevraagd werd, is verwijderd",
        "ein Sensor, nach dem gefragt wurde, wurde entfernt",
    ),
    "steps_unknown": (
        "{sensor}: {unknown} of {steps} steps are unknown, the first {first}",
        "{sensor}: {unknown} van {steps} stappen zijn onbekend, de eerste {first}",
        "{sensor}: {unknown} von {steps} Schritten sind unbekannt, der erste {first}",
    ),
    "not_measured": (
        "{sensor}: {unknown} of {steps} steps were not measured, the first {first}; at most a tenth may be taken from other weeks",
        "{sensor}: {unknown} van {steps} stappen zijn niet gemeten, de eerste {first}; hoogstens een tiende mag uit andere weken worden genomen",
        "{sensor}: {unknown} von {steps} Schritten wurden nicht gemessen, der erste {first}; höchstens ein Zehntel darf aus anderen Wochen genommen werden",
    ),
    "does_not_fit": (
        "what is known does not fit: {reason}",
        "wat bekend is past niet: {reason}",
        "was bekannt ist, passt nicht: {reason}",
    ),
    "no_quantile": (
        "none of these quantiles is known of any price, load or generation",
        "geen van deze kwantielen is bekend van een prijs, verbruik of opwek",
        "keines dieser Quantile ist von einem Preis, Verbrauch oder Ertrag bekannt",
    ),
    "quantile_unknown": (
        "{field}: its quantile {probability:g} is not known throughout",
        "{field}: zijn kwantiel {probability:g} is niet overal bekend",
        "{field}: das Quantil {probability:g} ist nicht durchgehend bekannt",
    ),
    "quantiles_cross": (
        "{field}: its quantiles cross {when}",
        "{field}: zijn kwantielen kruisen elkaar {when}",
        "{field}: die Quantile kreuzen sich {when}",
    ),
}

_IDENTIFYING: Final[dict[str, Words]] = {
    "indoor_flat": (
        "indoor_c: moves by less than {least:g} K: let it cool and warm up",
        "indoor_c: verandert minder dan {least:g} K: laat het afkoelen en opwarmen",
        "indoor_c: ändert sich um weniger als {least:g} K: auskühlen und aufwärmen lassen",
    ),
    "heat_flat": (
        "heat_kw: changes by less than {least:g} kW: heat it more and less",
        "heat_kw: verandert minder dan {least:g} kW: verwarm meer en minder",
        "heat_kw: ändert sich um weniger als {least:g} kW: mehr und weniger heizen",
    ),
    "moved_little": (
        "power_kw: it {way!s} less than {least:g} kWh",
        "power_kw: hij {way!s} minder dan {least:g} kWh",
        "power_kw: sie {way!s} weniger als {least:g} kWh",
    ),
    "not_told": (
        "{name}: these measurements do not tell it (error {error:.0%}); more days, or days with more change, would",
        "{name}: deze metingen zeggen het niet (fout {error:.0%}); meer dagen, of dagen met meer verandering, wel",
        "{name}: diese Messungen sagen es nicht (Fehler {error:.0%}); mehr Tage, oder Tage mit mehr Änderung, schon",
    ),
    "too_short": (
        "{name}: {hours:g} h; at least {least:g} h are needed",
        "{name}: {hours:g} uur; minstens {least:g} uur is nodig",
        "{name}: {hours:g} h; mindestens {least:g} h sind nötig",
    ),
    "little_known": (
        "{name}: {share:.0%} of the values are known; at least {least:.0%} are needed",
        "{name}: {share:.0%} van de waarden is bekend; minstens {least:.0%} is nodig",
        "{name}: {share:.0%} der Werte sind bekannt; mindestens {least:.0%} sind nötig",
    ),
    "long_gap": (
        "{name}: {hours:g} h in a row are unknown; at most {most:g} h may be",
        "{name}: {hours:g} uur achter elkaar is onbekend; hoogstens {most:g} uur mag",
        "{name}: {hours:g} h in Folge sind unbekannt; höchstens {most:g} h dürfen es sein",
    ),
}

_STUDYING: Final[dict[str, Words]] = {
    "stay_too_short": (
        "charging: {energy:g} kWh take {least:.3g} h at {limit:g} kW, longer than from {arrive} to {leave}",
        "laden: {energy:g} kWh duurt {least:.3g} uur bij {limit:g} kW, langer dan van {arrive} tot {leave}",
        "Laden: {energy:g} kWh dauern {least:.3g} h bei {limit:g} kW, länger als von {arrive} bis {leave}",
    ),
    "no_stay": (
        "charging: no whole stay lies within the window",
        "laden: in het venster ligt geen heel verblijf",
        "Laden: im Zeitraum liegt kein ganzer Aufenthalt",
    ),
    "prices_refused": ("prices: {reason}", "prijzen: {reason}", "Preise: {reason}"),
}

_SENSES: Final[dict[str, Words]] = {
    "at least": ("at least", "minstens", "mindestens"),
    "at most": ("at most", "hoogstens", "höchstens"),
    "charging": ("charging", "laden", "Laden"),
    "discharging": ("discharging", "ontladen", "Entladen"),
    "charges": ("charges", "laadt", "lädt"),
    "discharges": ("discharges", "ontlaadt", "entlädt"),
}

FAILURES: Final = Sentences(
    {**_PLANNING, **_READING, **_IDENTIFYING, **_STUDYING, **JOB_REASONS.words},
    tables={"l": LIMITS, "o": {CONNECTION[0]: CONNECTION}, "s": _SENSES},
)

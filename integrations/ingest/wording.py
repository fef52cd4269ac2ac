"""What pages about files say, in the languages of the interface. Pure.

Problems and doubts are kept as what they are, not as sentences, so that whoever reads them does
so in their own language.
"""

from collections.abc import Mapping
from typing import Any, Final

from tenants.sayings import Words, chosen

#: Words of the pages, by where they stand.
_PAGE: Final[Mapping[str, Words]] = {
    "title": ("Import measurements", "Metingen importeren", "Messwerte importieren"),
    "file": ("File", "Bestand", "Datei"),
    "bring": ("Bring a file", "Bestand aanleveren", "Datei hochladen"),
    "bring_help": (
        "CSV, Excel (.xlsx), DSMR P1 telegrams or Green Button, at most 30 MB. Nothing is stored before you have seen how it is read.",
        "CSV, Excel (.xlsx), DSMR P1-telegrammen of Green Button, hoogstens 30 MB. Er wordt niets opgeslagen voordat u hebt gezien hoe het wordt gelezen.",
        "CSV, Excel (.xlsx), DSMR-P1-Telegramme oder Green Button, höchstens 30 MB. Nichts wird gespeichert, bevor Sie gesehen haben, wie es gelesen wird.",
    ),
    "none_yet": ("No file was brought yet.", "Er is nog geen bestand aangeleverd.", "Noch wurde keine Datei hochgeladen."),
    "back": ("Back to the site", "Terug naar de locatie", "Zurück zum Standort"),
    "all_files": ("All files", "Alle bestanden", "Alle Dateien"),
    "state": ("State", "Stand", "Stand"),
    "when": ("Brought", "Aangeleverd", "Hochgeladen"),
    "size": ("Size", "Grootte", "Größe"),
    "understood": ("The file as we understand it", "Het bestand zoals wij het begrijpen", "Die Datei, wie wir sie verstehen"),
    "kind": ("Kind", "Soort", "Art"),
    "encoding": ("Characters", "Tekens", "Zeichen"),
    "delimiter": ("Cells are parted by", "Cellen gescheiden door", "Zellen getrennt durch"),
    "head_line": ("Names of columns on line", "Kolomnamen op regel", "Spaltennamen in Zeile"),
    "line": ("Line", "Regel", "Zeile"),
    "column": ("Column", "Kolom", "Spalte"),
    "doubts": ("Look at this first", "Kijk hier eerst naar", "Bitte zuerst prüfen"),
    "how": ("How it is read", "Hoe het wordt gelezen", "Wie sie gelesen wird"),
    "kept": ("A kept mapping", "Een bewaarde indeling", "Eine gespeicherte Zuordnung"),
    "use": ("Use it", "Gebruiken", "Verwenden"),
    "none": ("none", "geen", "keine"),
    "matches": ("fits this file", "past bij dit bestand", "passt zu dieser Datei"),
    "time_column": ("Times are in", "Tijden staan in", "Zeiten stehen in"),
    "first_column": ("the first column", "de eerste kolom", "der ersten Spalte"),
    "clock_column": ("Times of day in a column of their own", "Kloktijden in een eigen kolom", "Uhrzeiten in einer eigenen Spalte"),
    "time_format": ("Times are written as", "Tijden zijn geschreven als", "Zeiten sind geschrieben als"),
    "other_format": ("or in another form, such as %d/%m/%Y %H:%M", "of anders, zoals %d/%m/%Y %H:%M", "oder anders, wie %d/%m/%Y %H:%M"),
    "time_zone": ("Time zone, where times have no offset", "Tijdzone, waar tijden er geen noemen", "Zeitzone, wo Zeiten keine nennen"),
    "label": ("A time marks", "Een tijd is", "Eine Zeit ist"),
    "label_start": ("the start of its interval", "het begin van haar interval", "der Beginn ihres Intervalls"),
    "label_end": ("the end of its interval", "het einde van haar interval", "das Ende ihres Intervalls"),
    "label_midnight": ("the end; 00:00 ends its own date", "het einde; 00:00 sluit de eigen datum af", "das Ende; 00:00 schließt das eigene Datum ab"),
    "ignore_offsets": ("Offsets in the file are wrong: read them as local times", "Tijdverschillen in het bestand zijn onjuist: lees als lokale tijd", "Zeitverschiebungen in der Datei sind falsch: als Ortszeit lesen"),
    "any_order": ("Rows are in no order", "Regels staan in willekeurige volgorde", "Zeilen stehen in beliebiger Reihenfolge"),
    "cut_to_steps": ("Times lie within intervals, as of charging sessions", "Tijden liggen binnen intervallen, zoals bij laadsessies", "Zeiten liegen innerhalb von Intervallen, wie bei Ladevorgängen"),
    "decimal": ("Decimal sign", "Decimaalteken", "Dezimalzeichen"),
    "point": ("point: 1.5", "punt: 1.5", "Punkt: 1.5"),
    "comma": ("comma: 1,5", "komma: 1,5", "Komma: 1,5"),
    "step": ("Length of an interval in minutes (empty: the sensor's)", "Duur van een interval in minuten (leeg: die van de sensor)", "Länge eines Intervalls in Minuten (leer: die des Sensors)"),
    "duplicates": ("Several different values for one interval", "Meer verschillende waarden voor één interval", "Mehrere verschiedene Werte für ein Intervall"),
    "refuse": ("refuse the file", "weiger het bestand", "Datei ablehnen"),
    "first": ("take the first", "neem de eerste", "den ersten nehmen"),
    "last": ("take the last", "neem de laatste", "den letzten nehmen"),
    "mean": ("take the mean", "neem het gemiddelde", "den Mittelwert nehmen"),
    "sum": ("sum them", "tel ze op", "summieren"),
    "wrong_rows": ("Rows that cannot be read", "Regels die niet te lezen zijn", "Zeilen, die nicht lesbar sind"),
    "leave_out": ("leave them out and list them", "laat ze weg en toon ze", "auslassen und auflisten"),
    "columns": ("Columns and sensors", "Kolommen en sensoren", "Spalten und Sensoren"),
    "sensor": ("Sensor", "Sensor", "Sensor"),
    "not_imported": ("(not imported)", "(niet importeren)", "(nicht importieren)"),
    "unit": ("Unit", "Eenheid", "Einheit"),
    "interval": ("in each interval", "per interval", "je Intervall"),
    "register": ("a register that counts up", "een oplopende meterstand", "ein Zählerstand"),
    "generation": ("Generation is positive", "Opwek is positief", "Erzeugung ist positiv"),
    "rolls_over_at": ("0 follows on", "0 volgt op", "0 folgt auf"),
    "only": ("Only rows where", "Alleen regels waarin", "Nur Zeilen, in denen"),
    "is": ("is", "gelijk is aan", "gleich ist"),
    "every_row": ("(every row)", "(elke regel)", "(jede Zeile)"),
    "keep_as": ("Keep this mapping as (empty: do not keep it)", "Bewaar deze indeling als (leeg: niet bewaren)", "Diese Zuordnung speichern als (leer: nicht speichern)"),
    "look": ("Show the first values", "Toon de eerste waarden", "Erste Werte zeigen"),
    "import": ("Import", "Importeren", "Importieren"),
    "discard": ("Discard the file", "Bestand verwijderen", "Datei verwerfen"),
    "first_values": ("The first values, as they would be stored", "De eerste waarden, zoals ze worden opgeslagen", "Die ersten Werte, wie sie gespeichert würden"),
    "first_values_help": ("Power is positive into the asset: use and charging. Times are beginnings of intervals in", "Vermogen is positief naar de installatie toe: verbruik en laden. Tijden zijn het begin van een interval in", "Leistung ist positiv in die Anlage hinein: Verbrauch und Laden. Zeiten sind Beginne von Intervallen in"),
    "refused": ("It cannot be imported so; nothing was stored.", "Zo kan het niet worden geïmporteerd; er is niets opgeslagen.", "So kann sie nicht importiert werden; nichts wurde gespeichert."),
    "problems": ("Rows that cannot be read", "Regels die niet te lezen zijn", "Zeilen, die nicht lesbar sind"),
    "problems_limit": ("At most a hundred are listed.", "Er worden er hoogstens honderd getoond.", "Höchstens hundert werden aufgelistet."),
    "left_out": ("These rows were left out.", "Deze regels zijn weggelaten.", "Diese Zeilen wurden ausgelassen."),
    "what": ("What is wrong", "Wat er mis is", "Was falsch ist"),
    "progress": ("rows read", "regels gelezen", "Zeilen gelesen"),
    "looks_again": ("This page looks again by itself.", "Deze pagina ververst zichzelf.", "Diese Seite aktualisiert sich selbst."),
    "stored": ("What was stored", "Wat er is opgeslagen", "Was gespeichert wurde"),
    "values": ("Values", "Waarden", "Werte"),
    "news": ("New", "Nieuw", "Neu"),
    "missing": ("Gaps", "Gaten", "Lücken"),
    "from": ("From", "Van", "Von"),
    "until": ("Until", "Tot", "Bis"),
    "mean_value": ("Mean", "Gemiddelde", "Mittelwert"),
    "least": ("Least", "Laagste", "Kleinster"),
    "most": ("Greatest", "Hoogste", "Größter"),
    "gone": ("The file is no longer here: files are kept for a day. Bring it again.", "Het bestand is er niet meer: bestanden worden een dag bewaard. Lever het opnieuw aan.", "Die Datei ist nicht mehr da: Dateien werden einen Tag aufbewahrt. Bitte erneut hochladen."),
    "no_sensors": ("There are no sensors here that a file could go into.", "Er zijn hier geen sensoren waar een bestand in kan.", "Hier gibt es keine Sensoren, in die eine Datei gehen könnte."),
    "no_file": ("Choose a file.", "Kies een bestand.", "Wählen Sie eine Datei."),
    "choose_one": ("Choose a sensor for at least one column.", "Kies voor ten minste één kolom een sensor.", "Wählen Sie für mindestens eine Spalte einen Sensor."),
    "details": ("More about times and rows", "Meer over tijden en regels", "Mehr zu Zeiten und Zeilen"),
}  # fmt: skip

_STATES: Final[Mapping[str, Words]] = {
    "BROUGHT": ("to be mapped", "in te delen", "zuzuordnen"),
    "QUEUED": ("waiting", "wacht", "wartet"),
    "READING": ("being read", "wordt gelezen", "wird gelesen"),
    "STORING": ("being stored", "wordt opgeslagen", "wird gespeichert"),
    "DONE": ("imported", "geïmporteerd", "importiert"),
    "REFUSED": ("refused", "geweigerd", "abgelehnt"),
    "FAILED": ("failed, try again", "mislukt, probeer opnieuw", "fehlgeschlagen, erneut versuchen"),
}

#: What is wrong with a cell and what would be right; {0} is its text.
_PROBLEMS: Final[Mapping[str, Words]] = {
    "NO_NUMBER": ("“{0}” is no number; 12.5 would be, or an empty cell", "“{0}” is geen getal; 12.5 wel, of een lege cel", "„{0}“ ist keine Zahl; 12.5 wäre eine, oder eine leere Zelle"),
    "DECIMAL_COMMA": ("“{0}” has a comma: choose the comma as decimal sign", "“{0}” heeft een komma: kies de komma als decimaalteken", "„{0}“ hat ein Komma: wählen Sie das Komma als Dezimalzeichen"),
    "DECIMAL_POINT": ("“{0}” has a point where the decimal sign is a comma: 1,5 or 1.234,5 is right", "“{0}” heeft een punt terwijl het decimaalteken een komma is: 1,5 of 1.234,5 is juist", "„{0}“ hat einen Punkt, doch das Dezimalzeichen ist ein Komma: 1,5 oder 1.234,5 ist richtig"),
    "NOT_FINITE": ("“{0}” is not finite; leave out what is unknown", "“{0}” is niet eindig; laat weg wat onbekend is", "„{0}“ ist nicht endlich; lassen Sie weg, was unbekannt ist"),
    "NO_TIME": ("“{0}” is no time of the chosen form", "“{0}” is geen tijd in de gekozen vorm", "„{0}“ ist keine Zeit in der gewählten Form"),
    "NO_SUCH_HOUR": ("“{0}” does not exist: the clock goes forward then", "“{0}” bestaat niet: dan gaat de klok vooruit", "„{0}“ gibt es nicht: dann wird die Uhr vorgestellt"),
    "OUT_OF_ORDER": ("“{0}” is before the row above it: check day and month, what 00:00 means, or say that rows are in no order", "“{0}” is eerder dan de regel erboven: controleer dag en maand, wat 00:00 betekent, of zeg dat de volgorde willekeurig is", "„{0}“ liegt vor der Zeile darüber: prüfen Sie Tag und Monat, was 00:00 bedeutet, oder sagen Sie, dass die Reihenfolge beliebig ist"),
    "TOO_SHORT": ("the row has {0} cells, fewer than the head", "de regel heeft {0} cellen, minder dan de kop", "die Zeile hat {0} Zellen, weniger als der Kopf"),
}  # fmt: skip

#: What a person should look at; {0} is what it is about.
_DOUBTS: Final[Mapping[str, Words]] = {
    "NO_TIMES": ("No column holds times that we know: choose it, and how they are written.", "Geen kolom bevat tijden die wij herkennen: kies de kolom en de schrijfwijze.", "Keine Spalte enthält Zeiten, die wir kennen: wählen Sie sie und die Schreibweise."),
    "DAY_OR_MONTH": ("“{0}” can be read with the day or the month first.", "“{0}” kan met de dag of de maand voorop worden gelezen.", "„{0}“ kann mit Tag oder Monat zuerst gelesen werden."),
    "OUT_OF_ORDER": ("The times in “{0}” are not in order.", "De tijden in “{0}” staan niet op volgorde.", "Die Zeiten in „{0}“ sind nicht in Reihenfolge."),
    "LOCAL_TIMES": ("Times have no offset: the time zone below counts.", "Tijden noemen geen tijdzone: die hieronder geldt.", "Zeiten nennen keine Zeitzone: die unten gilt."),
    "OFFSETS_UNREADABLE": ("The offset in “{0}” is in no form that we know; it is left out of account.", "Het tijdverschil in “{0}” heeft een onbekende vorm en telt niet mee.", "Die Zeitverschiebung in „{0}“ hat eine unbekannte Form und bleibt außer Betracht."),
    "BOTH_DECIMALS": ("Some numbers have a point and others a comma.", "Sommige getallen hebben een punt en andere een komma.", "Manche Zahlen haben einen Punkt, andere ein Komma."),
    "ROUNDED_EAN": ("“{0}” holds numbers that a spreadsheet has rounded: keep EANs as text.", "“{0}” bevat getallen die een spreadsheet heeft afgerond: bewaar EAN's als tekst.", "„{0}“ enthält Zahlen, die eine Tabellenkalkulation gerundet hat: EANs als Text speichern."),
    "COUNTS_UP": ("“{0}” only rises: it may be a register.", "“{0}” loopt alleen op: misschien een meterstand.", "„{0}“ steigt nur: vielleicht ein Zählerstand."),
    "SAME_HEADS": ("Two columns have the same name; they cannot be chosen.", "Twee kolommen hebben dezelfde naam; ze zijn niet te kiezen.", "Zwei Spalten haben denselben Namen; sie sind nicht wählbar."),
}  # fmt: skip

_KINDS: Final[Mapping[str, Words]] = {
    "CSV": ("CSV", "CSV", "CSV"),
    "WORKBOOK": (
        "Excel workbook, first sheet",
        "Excel-werkmap, eerste blad",
        "Excel-Mappe, erstes Blatt",
    ),
    "TELEGRAMS": ("DSMR P1 telegrams", "DSMR P1-telegrammen", "DSMR-P1-Telegramme"),
    "GREEN_BUTTON": ("Green Button", "Green Button", "Green Button"),
}
_DELIMITERS: Final[Mapping[str, Words]] = {
    ";": ("semicolon ;", "puntkomma ;", "Semikolon ;"),
    ",": ("comma ,", "komma ,", "Komma ,"),
    "\t": ("tab", "tab", "Tabulator"),
}


def page_words(language: str) -> dict[str, str]:
    """Return the words of the pages in ``language``; in English for one we do not speak."""
    return {name: chosen(words, language) for name, words in _PAGE.items()}


def state_words(state: str, language: str) -> str:
    """Return where an import stands."""
    return chosen(_STATES[state], language)


def kind_words(kind: str, language: str) -> str:
    """Return what a file is."""
    return chosen(_KINDS[kind], language)


def delimiter_words(delimiter: str, language: str) -> str:
    """Return by what cells are parted; empty for what is no CSV."""
    return chosen(_DELIMITERS[delimiter], language) if delimiter else ""


def doubt_words(doubt: str, about: str, language: str) -> str:
    """Return what a person should look at."""
    return chosen(_DOUBTS[doubt], language).format(about)


def problem_words(problem: Mapping[str, Any], language: str) -> str:
    """Return what is wrong with a row: its words in ``language``, if its kind is known."""
    words = _PROBLEMS.get(problem["kind"])
    return (
        str(problem["words"]) if words is None else chosen(words, language).format(problem["value"])
    )

"""What curves, panels and terms of cost are called, in the languages of the interface."""

from enum import Enum
from typing import Final

from scheduling.interpret.wording import amount_words, limit_name
from tenants.sayings import Words, chosen


class Heading(Enum):
    """A heading in English, Dutch and German; ``{name}`` is a device, a node or a stock."""

    POWER = (
        "Power from the grid and into devices",
        "Vermogen van het net en naar apparaten",
        "Leistung aus dem Netz und in Geräte",
    )
    STOCK = ("Energy in store", "Energie in voorraad", "Energie im Speicher")
    PRICE = ("Price of energy", "Prijs van energie", "Energiepreis")
    WORTH = (
        "What one kWh more is worth",
        "Wat één kWh meer waard is",
        "Was eine kWh mehr wert ist",
    )
    GRID_PLANNED = ("Grid, planned", "Net, gepland", "Netz, geplant")
    GRID_MEASURED = ("Grid, measured", "Net, gemeten", "Netz, gemessen")
    PLANNED = ("{name}, planned", "{name}, gepland", "{name}, geplant")
    MEASURED = ("{name}, measured", "{name}, gemeten", "{name}, gemessen")
    IMPORT_LIMIT = ("Import limit", "Importlimiet", "Bezugsgrenze")
    EXPORT_LIMIT = ("Export limit", "Exportlimiet", "Einspeisegrenze")
    IMPORT = ("Import", "Import", "Bezug")
    EXPORT = ("Export", "Export", "Einspeisung")
    AT_NODE = ("At {name}", "Bij {name}", "An: {name}")
    IN_STOCK = ("In {name}", "In {name}", "In {name}")

    def said(self, language: str, *, name: str = "") -> str:
        """Return the heading in ``language``."""
        return chosen(self.value, language).format(name=limit_name("", name, language)[1])


_TERMS: Final[dict[str, Words]] = {
    "import": ("import", "import", "Bezug"),
    "export": ("export", "export", "Einspeisung"),
    "wear": ("wear", "slijtage", "Abnutzung"),
    "change of stock": ("change of stock", "verandering van voorraad", "Bestandsänderung"),
    "change of plan": ("change of plan", "afwijking van het plan", "Abweichung vom Plan"),
    "curtailment": ("curtailment", "terugregeling", "Abregelung"),
    "breach": ("breach", "overschrijding", "Überschreitung"),
    "starts": ("starts", "starts", "Anläufe"),
    "undone": ("left undone", "niet uitgevoerd", "nicht ausgeführt"),
    "running": ("running", "bedrijf", "Betrieb"),
    "peak": ("peak", "piek", "Spitze"),
    "commitment": ("commitment", "verplichting", "Verpflichtung"),
    "risk of dear scenarios": (
        "risk of dear scenarios",
        "risico van dure scenario's",
        "Risiko teurer Szenarien",
    ),
}
_LIMIT_OF: Final[Words] = ("{limit} of {of}", "{limit} van {of}", "{limit}, {of}")
_EXCEEDED: Final[Words] = (
    "{limit} exceeded by up to {amount} kW",
    "{limit} overschreden met hoogstens {amount} kW",
    "{limit} um höchstens {amount} kW überschritten",
)
_MISSED: Final[Words] = (
    "{limit} missed by up to {amount} kWh",
    "{limit} gemist met hoogstens {amount} kWh",
    "{limit} um höchstens {amount} kWh verfehlt",
)


def term_words(term: str, language: str) -> str:
    """Return a term of cost, such as "wear: battery", in ``language``; as it is if unknown."""
    kind, separator, of = term.partition(": ")
    words = chosen(_TERMS.get(kind, (kind, kind, kind)), language)
    if not separator:
        return words
    return f"{words}: {broken_words(of, language) if kind == 'breach' else of}"


def broken_words(limit: str, language: str) -> str:
    """Return a broken limit, such as "import limit of depot", in ``language``."""
    name, separator, of = limit.partition(" of ")
    if not separator:
        return limit
    known, whose = limit_name(name, of, language)
    return chosen(_LIMIT_OF, language).format(limit=known, of=whose)


def breach_words(limit: str, *, most_kw: float, most_kwh: float, language: str) -> str:
    """Return a broken limit and by how much at most: a power in kW, a stock in kWh."""
    form, amount = (_MISSED, most_kwh) if most_kwh else (_EXCEEDED, most_kw)
    return chosen(form, language).format(
        limit=broken_words(limit, language), amount=amount_words(amount, language, digits=1)
    )

"""What became of refining a plan whose physics bend, in words for who reads it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tenants.sayings import Words, chosen


class Outcome(StrEnum):
    """How refining ended."""

    REFINED = "REFINED"
    NOT_BETTER = "NOT_BETTER"
    NOT_ASKED = "NOT_ASKED"
    DIVERGED = "DIVERGED"
    OUT_OF_TIME = "OUT_OF_TIME"
    KILLED = "KILLED"
    FAILED = "FAILED"
    SCENARIOS = "SCENARIOS"
    NEAREST = "NEAREST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refinement:
    """Whether a plan was refined by the exact equations, else why the linear one stands.

    Attributes:
        is_exact: whether stocks and costs are those of the exact equations; else they are those
            of the linear stand-in.
        linear_cost: of the linear plan by the exact equations [currency]; None where it cannot
            keep them.
        refined_cost: of what the solver of the exact equations found; None where it found nothing.
        miss_kwh: how far a simulation of the exact equations ends from the planned stocks at most.
    """

    outcome: Outcome
    is_exact: bool
    linear_cost: float | None = None
    refined_cost: float | None = None
    miss_kwh: float | None = None

    @property
    def text(self) -> str:
        """The outcome in English; ``refinement_words`` knows other languages."""
        return refinement_words(self.outcome, is_exact=self.is_exact)


_WORDS: Final[dict[Outcome, Words]] = {
    Outcome.REFINED: (
        "refined: powers follow the exact equations of losses and temperatures",
        "verfijnd: vermogens volgen de exacte vergelijkingen van verliezen en temperaturen",
        "verfeinert: Leistungen folgen den genauen Gleichungen für Verluste und Temperaturen",
    ),
    Outcome.NOT_BETTER: (
        "the linear plan stands: refining it found nothing cheaper",
        "het lineaire plan blijft staan: verfijnen vond niets goedkopers",
        "der lineare Plan bleibt: das Verfeinern fand nichts Günstigeres",
    ),
    Outcome.NOT_ASKED: (
        "the linear plan stands: the engine asked for knows linear models only",
        "het lineaire plan blijft staan: de gevraagde engine kent alleen lineaire modellen",
        "der lineare Plan bleibt: der gewünschte Löser kennt nur lineare Modelle",
    ),
    Outcome.DIVERGED: (
        "the linear plan stands: refining it found no solution of the exact equations",
        "het lineaire plan blijft staan: verfijnen vond geen exacte oplossing",
        "der lineare Plan bleibt: das Verfeinern fand keine Lösung der genauen Gleichungen",
    ),
    Outcome.OUT_OF_TIME: (
        "the linear plan stands: refining it took longer than it may",
        "het lineaire plan blijft staan: verfijnen duurde langer dan toegestaan",
        "der lineare Plan bleibt: das Verfeinern dauerte länger als erlaubt",
    ),
    Outcome.KILLED: (
        "the linear plan stands: refining it was ended from outside",
        "het lineaire plan blijft staan: verfijnen werd van buitenaf afgebroken",
        "der lineare Plan bleibt: das Verfeinern wurde von außen beendet",
    ),
    Outcome.FAILED: (
        "the linear plan stands: the solver of the exact equations does not work here",
        "het lineaire plan blijft staan: de solver van de exacte vergelijkingen werkt hier niet",
        "der lineare Plan bleibt: der Löser der genauen Gleichungen arbeitet hier nicht",
    ),
    Outcome.SCENARIOS: (
        "the linear plan stands: plans over scenarios are not refined",
        "het lineaire plan blijft staan: plannen over scenario's worden niet verfijnd",
        "der lineare Plan bleibt: Pläne über Szenarien werden nicht verfeinert",
    ),
    Outcome.NEAREST: (
        "the linear plan stands: a plan that breaks limits is not refined",
        "het lineaire plan blijft staan: een plan dat limieten overschrijdt wordt niet verfijnd",
        "der lineare Plan bleibt: ein Plan, der Grenzen verletzt, wird nicht verfeinert",
    ),
}
_NOT_EXACT: Final[Words] = (
    "; its stocks and costs are those of the linear model",
    "; voorraden en kosten zijn die van het lineaire model",
    "; Bestände und Kosten sind die des linearen Modells",
)


def refinement_words(outcome: Outcome, *, is_exact: bool, language: str = "en") -> str:
    """Return what became of refining a plan, in ``language``."""
    words = chosen(_WORDS[outcome], language)
    return words if is_exact else words + chosen(_NOT_EXACT, language)

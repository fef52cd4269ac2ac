"""What the worth of a limit rests on, in the languages of the interface."""

from typing import Final

from scheduling.interpret.reasons import Basis
from scheduling.interpret.wording import amount_words
from tenants.sayings import Words, chosen

_GROUNDS: Final[dict[Basis, Words]] = {
    Basis.DUAL: (
        "by the plan's prices: holds for small changes",
        "volgens de prijzen van het plan: geldt voor kleine veranderingen",
        "nach den Preisen des Plans: gilt für kleine Änderungen",
    ),
    Basis.DUAL_CHOICES_FIXED: (
        "by the plan's prices, with what is on or off as it is: holds for small changes",
        (
            "volgens de prijzen van het plan, met aan en uit zoals gepland: geldt voor kleine "
            "veranderingen"
        ),
        "nach den Preisen des Plans, mit An und Aus wie geplant: gilt für kleine Änderungen",
    ),
    Basis.RESOLVE: (
        "planned anew, off by {off_by} {currency} at most; {by_dual} by the plan's prices",
        (
            "opnieuw gepland, hoogstens {off_by} {currency} ernaast; {by_dual} volgens de prijzen "
            "van het plan"
        ),
        "neu geplant, höchstens {off_by} {currency} daneben; {by_dual} nach den Preisen des Plans",
    ),
    Basis.RESOLVE_NEARBY: (
        (
            "planned anew by the exact equations: no plan nearby costs less, one far away by "
            "{off_by} {currency} at most; {by_dual} by the plan's prices"
        ),
        (
            "opnieuw gepland met de exacte vergelijkingen: geen plan dichtbij is goedkoper, een "
            "plan ver weg hoogstens {off_by} {currency}; {by_dual} volgens de prijzen van het plan"
        ),
        (
            "neu geplant nach den genauen Gleichungen: kein Plan in der Nähe ist günstiger, ein "
            "ferner höchstens um {off_by} {currency}; {by_dual} nach den Preisen des Plans"
        ),
    ),
}


def grounds(
    basis: Basis, *, currency: str, language: str, off_by: float = 0.0, by_dual: float = 0.0
) -> str:
    """Return what a worth of ``basis`` rests on; ``off_by`` and ``by_dual`` as of a resolve."""
    return chosen(_GROUNDS[basis], language).format(
        off_by=amount_words(off_by, language),
        by_dual=amount_words(by_dual, language),
        currency=currency,
    )

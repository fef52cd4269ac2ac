"""Why there is no plan, in the languages of the interface.

A failure is kept as one English sentence, of parts that this module knows by their form; what it
does not know stays as it is. Times are in UTC, marked Z, as they are in English.
"""

import re
from collections.abc import Iterable
from typing import Final

from scheduling.interpret.failure_words import IDENTIFYING, SENTENCES, Sentence
from scheduling.interpret.wording import Words, chosen, limit_name

_NO_PLAN: Final = "no plan keeps every limit: "
_TOGETHER: Final = ". These cannot all be kept: "
_HEADS: Final[dict[str, Words]] = {
    _NO_PLAN: (_NO_PLAN, "geen plan houdt elke limiet aan: ", "kein Plan hält jede Grenze ein: "),
    _TOGETHER: (
        _TOGETHER,
        ". Deze kunnen niet allemaal worden aangehouden: ",
        ". Diese lassen sich nicht alle einhalten: ",
    ),
}
_INTERNAL: Final[Words] = ("internal error: ", "interne fout: ", "interner Fehler: ")

_WHEN: Final = re.compile(r"(?P<from>from|at) (?P<start>[\d: -]+?)(?: to (?P<end>[\d: -]+?))? ?Z")
_BETWEEN: Final[Words] = (
    "from {start} to {end} Z",
    "van {start} tot {end} Z",
    "von {start} bis {end} Z",
)
_AT: Final[Words] = ("at {start} Z", "om {start} Z", "um {start} Z")
_RANGE: Final[Words] = (" to ", " tot ", " bis ")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?%?(?: to -?\d+(?:\.\d+)?)?")
_SENSES: Final[dict[str, Words]] = {
    "at least": ("at least", "minstens", "mindestens"),
    "at most": ("at most", "hoogstens", "höchstens"),
    "charging": ("charging", "laden", "Laden"),
    "discharging": ("discharging", "ontladen", "Entladen"),
    "charges": ("charges", "laadt", "lädt"),
    "discharges": ("discharges", "ontlaadt", "entlädt"),
}


def failure_words(failure: str, language: str) -> str:
    """Return why a run has no plan, kept in English, in ``language``."""
    if chosen(("en", "nl", "de"), language) == "en":
        return failure
    if failure.startswith(_INTERNAL[0]):
        reason = failure.removeprefix(_INTERNAL[0])
        return chosen(_INTERNAL, language) + _said(reason, SENTENCES, language)
    if not failure.startswith(_NO_PLAN):
        return _said(failure, SENTENCES, language)
    singly, head, together = failure.removeprefix(_NO_PLAN).partition(_TOGETHER)
    said = chosen(_HEADS[_NO_PLAN], language) + _listed(singly, language)
    return said + (
        chosen(_HEADS[_TOGETHER], language) + _listed(together, language) if head else ""
    )


def lacking_words(failure: str, language: str) -> str:
    """Return why nothing was identified, kept in English, in ``language``."""
    if chosen(("en", "nl", "de"), language) == "en":
        return failure
    if failure.startswith(_INTERNAL[0]):
        return failure_words(failure, language)
    return _said(failure, IDENTIFYING, language)


def _listed(lines: str, language: str) -> str:
    return "; ".join(_said(line, SENTENCES, language) for line in lines.split("; "))


def _said(sentence: str, known: Iterable[Sentence], language: str) -> str:
    for form, words in known:
        found = form.fullmatch(sentence)
        if found:
            parts = {name: _part(name, found, language) for name in found.groupdict()}
            return chosen(words, language).format(**parts)
    return sentence


def _part(name: str, found: re.Match[str], language: str) -> str:
    """Return a part of a sentence in ``language``, by what it is."""
    said = found[name]
    if name in {"limit", "of"}:
        pair = limit_name(found.groupdict().get("limit") or "", found["of"], language)
        return pair[0 if name == "limit" else 1]
    if name == "reason":
        return _said(said, SENTENCES, language)
    if name == "when":
        return _WHEN.sub(lambda when: _moment(when, language), said)
    if said in _SENSES:
        return chosen(_SENSES[said], language)
    if _NUMBER.fullmatch(said):
        return said.replace(".", ",").replace(_RANGE[0], chosen(_RANGE, language))
    return said


def _moment(when: re.Match[str], language: str) -> str:
    return chosen(_BETWEEN if when["end"] else _AT, language).format(**when.groupdict())

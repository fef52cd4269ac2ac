"""Sentences kept as what they say, and said in the language and time zone of who reads them. Pure.

A ``Saying`` is a sentence in English that knows what it was made of: a code and its parts. As text
it goes wherever text goes; as JSON it is kept, and ``Sentences.said`` says it again.
"""

import string
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from math import isfinite
from typing import Any, Final, Self

LANGUAGES: Final = ("en", "nl", "de")

#: English, Dutch, German.
Words = tuple[str, str, str]
#: A number, a name, a time, an interval or a range, what else is said, or a list of that.
Part = Any

_AT: Final[Words] = ("at {}", "om {}", "um {}")
_FROM_TO: Final[Words] = ("from {} to {}", "van {} tot {}", "von {} bis {}")
_RANGE: Final[Words] = ("{} to {}", "{} tot {}", "{} bis {}")
_DECIMAL: Final[Words] = (".", ",", ",")


class Saying(str):
    """A sentence in English, and what it says: ``code`` and ``parts``."""

    __slots__ = ("code", "parts")

    code: str
    parts: Mapping[str, Part]

    def __new__(cls, text: str, code: str, parts: Mapping[str, Part]) -> Self:
        """Return ``text``, which says ``code`` with ``parts``."""
        self = super().__new__(cls, text)
        self.code, self.parts = code, parts
        return self

    def as_json(self) -> dict[str, Any]:
        """Return what it says; ``Sentences.said`` takes it."""
        return {"code": self.code, "parts": {k: _as_json(each) for k, each in self.parts.items()}}


class Sentences:
    """Sentences by code, each in every language.

    ``words`` hold parts as in ``str.format``. ``{name!x}`` is looked up in ``tables["x"]``, and
    stays as it is where it is not found there.
    """

    def __init__(
        self,
        words: Mapping[str, Words],
        tables: Mapping[str, Mapping[str, Words]] | None = None,
    ) -> None:
        self.words = words
        self.tables = tables or {}

    def __call__(self, code: str, **parts: Part) -> Saying:
        """Return the sentence ``code`` with ``parts``, in English, times in UTC."""
        text = _Speaker(self, "en", UTC).vformat(self.words[code][0], (), parts)
        return Saying(text, code, parts)

    def said(
        self, kept: Mapping[str, Any] | None, language: str, *, zone: tzinfo = UTC, otherwise: str
    ) -> str:
        """Return what was kept by ``Saying.as_json``.

        ``otherwise`` where nothing was, or by a release that knew other sentences.
        """
        if not kept:
            return otherwise
        try:
            return _Speaker(self, language, zone).say(kept)
        except KeyError:  # a sentence, or a part of one
            return otherwise


def saying_of(error: BaseException) -> str:
    """Return the text with which ``error`` was raised, a ``Saying`` if it was one."""
    text = error.args[0] if error.args else ""
    return text if isinstance(text, Saying) else str(error)


def kept(*, most: int, **texts: str) -> dict[str, Any]:
    """Return the fields of a row that keeps ``texts`` by their fields, cut off after ``most``.

    ``said`` keeps what they say, likewise; of a text that is no ``Saying``, nothing.
    """
    said = {field: text.as_json() for field, text in texts.items() if isinstance(text, Saying)}
    return {field: text[:most] for field, text in texts.items()} | {"said": said}


def chosen(words: Words, language: str) -> str:
    """Return the words in ``language``; in English for one that we do not speak."""
    english, dutch, german = words
    return {"nl": dutch, "de": german}.get(language.partition("-")[0], english)


class _Speaker(string.Formatter):
    def __init__(self, sentences: Sentences, language: str, zone: tzinfo) -> None:
        self._sentences, self._language, self._zone = sentences, language, zone

    def say(self, kept: Mapping[str, Any]) -> str:
        words = self._sentences.words[kept["code"]]
        parts = {name: _from_json(each) for name, each in kept["parts"].items()}
        return self.vformat(chosen(words, self._language), (), parts)

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        if conversion is None:
            return value
        words = self._sentences.tables[conversion].get(value)
        return value if words is None else chosen(words, self._language)

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, dict | Saying):
            return self.say(value.as_json() if isinstance(value, Saying) else value)
        if isinstance(value, list):
            return "; ".join(self.format_field(each, format_spec) for each in value)
        if isinstance(value, tuple):
            return self._between(value, format_spec)
        if isinstance(value, datetime):
            return chosen(_AT, self._language).format(self._time(value))
        said = format(value, format_spec)
        if isinstance(value, float):
            return said.replace(".", chosen(_DECIMAL, self._language))
        return said

    def _between(self, ends: tuple[Any, Any], format_spec: str) -> str:
        first, last = ends
        if not isinstance(first, datetime):
            form = chosen(_RANGE, self._language)
            return form.format(*(self.format_field(each, format_spec) for each in ends))
        first, last = first.astimezone(self._zone), last.astimezone(self._zone)
        start, end = self._time(first), self._time(last)
        if first.date() == last.date():
            end = end[len("2026-01-12 ") :]
        if self._zone is UTC:
            start = start.removesuffix(" Z")
        return chosen(_FROM_TO, self._language).format(start, end)

    def _time(self, time: datetime) -> str:
        # In UTC it is said so; in the zone of the site it goes without saying.
        return f"{time.astimezone(self._zone):%Y-%m-%d %H:%M}" + (" Z" * (self._zone is UTC))


def _as_json(part: Part) -> Any:
    if isinstance(part, Saying):
        return part.as_json()
    if isinstance(part, float) and not isfinite(part):
        return {"number": str(part)}  # of which JSON knows none
    if isinstance(part, datetime):
        return {"at": part.astimezone(UTC).isoformat()}
    if isinstance(part, tuple):
        return {"between": [_as_json(each) for each in part]}
    if isinstance(part, Sequence) and not isinstance(part, str):
        return [_as_json(each) for each in part]
    return part


def _from_json(part: Any) -> Part:
    if isinstance(part, list):
        return [_from_json(each) for each in part]
    if isinstance(part, dict) and "number" in part:
        return float(part["number"])
    if isinstance(part, dict) and "at" in part:
        return datetime.fromisoformat(part["at"])
    if isinstance(part, dict) and "between" in part:
        return tuple(_from_json(each) for each in part["between"])
    return part


#: Why work in the background failed, for the tenant's users.
JOB_REASONS: Final = Sentences(
    {
        "gave_up": (
            "gave up after {attempts} attempts: {reason}",
            "opgegeven na {attempts} pogingen: {reason}",
            "nach {attempts} Versuchen aufgegeben: {reason}",
        ),
        "worker_stopped": (
            "the worker stopped in the middle",
            "de verwerking is halverwege gestopt",
            "die Verarbeitung brach mittendrin ab",
        ),
        "took_too_long": (
            "it took longer than it may",
            "het duurde langer dan toegestaan",
            "es dauerte länger als erlaubt",
        ),
        "broke": ("internal error ({kind})", "interne fout ({kind})", "interner Fehler ({kind})"),
        "internal": (
            "internal error: {reason}",
            "interne fout: {reason}",
            "interner Fehler: {reason}",
        ),
    }
)

"""Sentences kept as what they say: there and back, in each language and time zone."""

import json
import re
from datetime import UTC, datetime, timedelta
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from forecasting.features.sayings import FORECASTS
from scheduling.interpret.failures import FAILURES
from tenants.sayings import JOB_REASONS, Saying, Sentences, kept, saying_of

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)
SAY = Sentences(
    {
        "one": ("{n} of {name!c} {when}", "{n} van {name!c} {when}", "{n} von {name!c} {when}"),
        "all": ("all: {each}", "alles: {each}", "alles: {each}"),
        "much": ("{much:.3g} kW", "{much:.3g} kW", "{much:.3g} kW"),
    },
    tables={"c": {"red": ("red", "rood", "rot")}},
)


def given_back(saying: str) -> dict[str, object] | None:
    """Return ``saying`` as a database gives it back."""
    fields = kept(most=500, failure=saying)
    found: dict[str, object] | None = json.loads(json.dumps(fields["said"], allow_nan=False)).get(
        "failure"
    )
    return found


def said(saying: str, language: str, zone: str = "UTC") -> str:
    place = UTC if zone == "UTC" else ZoneInfo(zone)
    return SAY.said(given_back(saying), language, zone=place, otherwise=str(saying))


def test_a_saying_is_english_text() -> None:
    text = SAY("one", n=3, name="red", when=NOON)

    assert text == "3 of red at 2026-01-12 12:00 Z"
    assert said(text, "en") == said(text, "fr") == text
    assert (text.code, text.parts["n"]) == ("one", 3)


def test_times_are_those_of_the_place() -> None:
    at = SAY("one", n=3, name="red", when=NOON)
    within = SAY("one", n=3, name="blue", when=(NOON, NOON + timedelta(hours=1)))
    over = SAY("one", n=3, name="blue", when=(NOON, NOON + timedelta(hours=11, minutes=30)))

    assert said(at, "nl", "Europe/Amsterdam") == "3 van rood om 2026-01-12 13:00"
    assert said(within, "de-DE") == "3 von blue von 2026-01-12 12:00 bis 13:00 Z"
    assert said(over, "en") == "3 of blue from 2026-01-12 12:00 to 23:30 Z"
    assert (
        said(over, "nl", "Europe/Amsterdam")
        == "3 van blue van 2026-01-12 13:00 tot 2026-01-13 00:30"
    )


def test_numbers_ranges_and_lists_are_said_as_the_language_says_them() -> None:
    listed = SAY("all", each=[SAY("much", much=3.5), SAY("much", much=(7.25, 11.0)), "as it is"])

    assert listed == "all: 3.5 kW; 7.25 to 11 kW; as it is"
    assert said(listed, "nl") == "alles: 3,5 kW; 7,25 tot 11 kW; as it is"
    assert said(SAY("all", each=SAY("much", much=0.5)), "de") == "alles: 0,5 kW"
    assert said(SAY("much", much=float("-inf")), "de") == "-inf kW"


def test_text_alone_stays_as_it_is() -> None:
    assert kept(most=6, failure="text alone", reason="") == {
        "failure": "text a",
        "reason": "",
        "said": {},
    }
    assert SAY.said(None, "nl", otherwise="text alone") == "text alone"
    assert SAY.said({"code": "later", "parts": {}}, "nl", otherwise="in English") == "in English"
    within = {"code": "all", "parts": {"each": [{"code": "later", "parts": {}}]}}
    assert SAY.said(within, "nl", otherwise="in English") == "in English"
    assert SAY.said({"code": "one", "parts": {}}, "nl", otherwise="in English") == "in English"


def test_a_name_with_braces_is_a_name() -> None:
    text = SAY("one", n=1, name="{n} {0}", when=NOON)

    assert said(text, "nl").startswith("1 van {n} {0} om")


def test_an_error_keeps_what_it_was_raised_with() -> None:
    assert isinstance(saying_of(ValueError(SAY("much", much=1.0))), Saying)
    assert saying_of(ValueError("text alone")) == "text alone"
    assert saying_of(KeyError()) == ""


@pytest.mark.parametrize("sentences", [FAILURES, FORECASTS, JOB_REASONS])
def test_each_sentence_has_the_same_parts_in_every_language(sentences: Sentences) -> None:
    for code, words in sentences.words.items():
        english, dutch, german = ({part[1:] for part in _parts(each)} for each in words)
        assert english == dutch == german, code
        if re.sub(r"\{\w+\}|\W", "", words[0]):
            assert len(set(words)) == len(words), code


def _parts(words: str) -> list[tuple[str, str | None, str | None, str | None]]:
    return [part for part in Formatter().parse(words) if part[1] is not None]

"""Reasons in words, in every language."""

from scheduling.interpret import device_wording, wording
from scheduling.interpret.device_wording import Action, Purpose, device_words
from scheduling.interpret.wording import amount_words, limit_words
from tenants.sayings import LANGUAGES
from tests.unit.scheduling_documents import START


def test_small_worths_are_not_said_to_be_nothing() -> None:
    assert [amount_words(each, "en") for each in (0.25, 4e-4, 0.0, -1e-12, -2e-5, 12.3456)] == [
        *("0.250", "0.0004", "0.000", "0.000", "-0.00002", "12.346"),
    ]
    assert amount_words(3e-4, "nl") == "0,0003"


def test_times_are_said_in_every_language() -> None:
    span = (START.replace(month=3), START.replace(month=10))
    texts = [
        device_words(
            Action.CHARGES,
            Purpose.USED_LATER,
            price=0.1,
            worth=0.2,
            span=span,
            currency="EUR",
            language=language,
        ).rpartition(", ")[2]
        for language in LANGUAGES
    ]

    assert texts == [
        "12 Mar 00:00 - 12 Oct 00:00",
        "12 mrt 00:00 - 12 okt 00:00",
        "12 März 00:00 - 12 Okt. 00:00",
    ]


def test_every_reason_is_worded_in_every_language() -> None:
    for pair in device_wording._DEVICE:
        texts = {
            device_words(
                *pair, price=0.1, worth=0.2, span=(START, START), currency="EUR", language=language
            )
            for language in LANGUAGES
        }
        assert len(texts) == 3
        assert sorted("0,100 EUR" in text for text in texts) == [False, True, True]
    for limit, per in (*((each, "kWh") for each in wording.LIMITS), ("peak", "kW")):
        texts = {
            limit_words(limit, "x", worth=0.3, per=per, currency="EUR", language=language)
            for language in LANGUAGES
        }
        assert len(texts) == 3
    some = [
        limit_words(
            *("import limit", "x"),
            worth=0.3,
            per="kWh",
            currency="EUR",
            language=language,
            courses=(2, 5),
        )
        for language in LANGUAGES
    ]
    assert [each.rpartition(" (")[2] for each in some] == [
        *("in 2 of 5 scenarios)", "in 2 van 5 scenario's)", "in 2 von 5 Szenarien)")
    ]
    assert limit_words(
        "import limit", "the grid connection", worth=0.1, per="kWh", currency="EUR", language="nl"
    ) == ("importlimiet van de netaansluiting bereikt; één kWh meer zou 0,100 EUR besparen")

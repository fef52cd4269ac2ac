"""Schedule runs in the admin: plot, costs, reasons, side by side, asked again, what if."""

from collections.abc import Callable
from datetime import datetime

import pytest

from assets.models import Asset, Quantity, Sensor
from assets.timegrid import TimeGrid
from scheduling.flex import SiteDocument
from scheduling.flex.run import RunDocument
from scheduling.models import AssetFlex, Identification, RunState, ScheduleRun
from scheduling.queries.overview import newest_run
from scheduling.services import (
    DeviceFlex,
    keep_device,
    request_again,
    request_battery_identification,
    request_schedule,
)
from tenants.permissions import PLATFORM
from tests.factories import HOUR, believe
from tests.functional.tenant_admin.pages import address
from tests.portal import Browser


def test_a_run_is_shown_with_plot_costs_and_reasons(browser: Browser, run: ScheduleRun) -> None:
    page = browser.get(address(ScheduleRun, "change", run.pk)).content.decode()
    chart = browser.get(address(ScheduleRun, "chart", run.pk)).json()

    assert "-2.00" in page
    assert run.result is not None
    reasons = [each["text"] for each in run.result["reasons"]]
    assert reasons == [
        "discharging limit of Battery reached; one kWh more would save 0.400 EUR",
        "minimum stock of Battery reached; one kWh lower would save 0.100 EUR",
    ]
    assert all(reason in page for reason in reasons)
    assert [panel["title"] for panel in chart["panels"]][1:] == [
        "Energy in store",
        "Price of energy",
        "What one kWh more is worth",
    ]
    told = [
        (each["text"], each["isLimit"], each["end"] - each["start"]) for each in chart["reasons"]
    ]
    assert (reasons[0], True, 3600) in told
    assert any(text.startswith("Battery charges: a kWh costs 0.100 EUR") for text, _, _ in told)
    assert {each["start"] for each in chart["reasons"]} <= {
        int((run.start + hour * HOUR).timestamp()) for hour in range(3)
    }
    worth = {each["name"]: each["values"] for each in chart["panels"][-1]["series"]}
    assert worth["At the grid connection"][-2:] == pytest.approx([0.1, 0.5])
    assert "No_control" not in page
    assert "No control: " in page


def test_what_a_battery_used_up_is_told_as_planned_and_as_measured(
    browser: Browser, run: ScheduleRun, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planned: half of 10 kWh in and out. Measured: 2 kWh up and down, 0.2 of a full cycle."""
    address_of_run = address(ScheduleRun, "change", run.pk)
    before = browser.get(address_of_run).content.decode()
    stock = Sensor.objects.get(asset__name="Battery", quantity=Quantity.STOCK)
    stock.resolution = HOUR / 4
    stock.save()
    believe(stock, now, [1.0, 3.0, 1.0], at=now + HOUR)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now + HOUR)

    shown = browser.get(address_of_run).content.decode()

    assert (
        "Battery, planned: 0.50 full cycles, the deepest 50 %; they take 0.0071 % of its life"
        in (shown)
    )
    assert "Battery, measured" not in before
    assert "Battery, measured so far: 0.20 full cycles, the deepest 20 %" in shown
    assert "0.0029 % of its life, 0.04 EUR" in shown


def test_a_stock_that_is_missed_is_told_in_kwh(
    browser: Browser, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    asset = Asset.objects.get(name="Battery")
    goals = [
        {"kind": "min", "points": [{"stock_kwh": 9.0, "at": (now + HOUR).isoformat()}]}
        | {"miss_price_per_kwh": 3.0}
    ]
    keep_device(
        actor=PLATFORM,
        device=DeviceFlex(
            asset=asset,
            document={
                **AssetFlex.objects.get(asset=asset).document,
                "goals": goals,
            },
            power_sensor=Sensor.objects.get(asset=asset, quantity=Quantity.POWER),
        ),
        valid_from=now,
    )
    asked = request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)
    run_jobs()

    page = browser.get(address(ScheduleRun, "change", asked.pk)).content.decode()

    assert "wanted minimum of Battery missed by up to 4.0 kWh" in page
    assert "0.0 kW<" not in page


def test_a_run_says_why_in_the_language_of_the_reader(browser: Browser, run: ScheduleRun) -> None:
    page = browser.get(
        address(ScheduleRun, "change", run.pk), headers={"Accept-Language": "nl"}
    ).content.decode()

    assert "laadt: een kWh kost hier 0,100 EUR" in page


def test_what_an_identification_lacks_is_told_in_the_language_of_the_reader(
    browser: Browser, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    battery = Asset.objects.get(name="Battery")
    asked = request_battery_identification(
        actor=PLATFORM, asset=battery, grid=TimeGrid(now - 2 * HOUR, HOUR, 2), now=now
    )
    run_jobs("nonlinear")

    english, dutch = (
        browser.get(
            address(Identification, "change", asked.pk), headers={"Accept-Language": language}
        ).content.decode()
        for language in ("en", "nl")
    )

    assert "2 h; at least 24 h are needed" in english
    assert "2 uur; minstens 24 uur is nodig" in dutch
    assert "are needed" not in dutch


def test_what_the_worth_of_a_limit_rests_on_is_told(
    browser: Browser, run: ScheduleRun, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    anew = request_schedule(
        actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now, resolves=1
    )
    run_jobs()
    plain, resolved, dutch = (
        browser.get(address(ScheduleRun, "change", pk), headers={"Accept-Language": language})
        for pk, language in ((run.pk, "en"), (anew.pk, "en"), (anew.pk, "nl"))
    )

    assert '<td class="py-1">by the plan&#x27;s prices: holds for small changes</td>' in (
        plain.content.decode()
    )
    assert "planned anew, off by" not in plain.content.decode()
    assert "planned anew, off by 0.000 EUR at most; 0.400 by the plan&#x27;s prices" in (
        resolved.content.decode()
    )
    assert "opnieuw gepland, hoogstens 0,000 EUR ernaast; 0,400 volgens" in dutch.content.decode()


def test_two_runs_are_shown_side_by_side(
    browser: Browser, run: ScheduleRun, run_jobs: Callable[..., int]
) -> None:
    browser.post(address(ScheduleRun, "again", run.pk))
    run_jobs()
    other = ScheduleRun.objects.exclude(pk=run.pk).get()
    beside = address(ScheduleRun, "beside", run.pk)

    assert str(other.pk) in browser.get(address(ScheduleRun, "change", run.pk)).content.decode()
    page = browser.get(f"{beside}?with={other.pk}").content.decode()

    assert page.count("<loadstar-chart") == 2
    assert page.count("charges: a kWh costs 0.100 EUR") == 2
    assert page.count("-2.00") >= 2
    assert page.count('font-semibold">0.00</td>') == 1, "what one costs more than the other"


def test_what_if_asks_for_a_run_that_is_marked_and_not_shown_as_the_plan(
    browser: Browser, run: ScheduleRun, run_jobs: Callable[..., int]
) -> None:
    what_if = address(ScheduleRun, "what_if", run.pk)
    assert browser.get(what_if).status_code == 405

    browser.post(what_if, {"knob": "import_limit_kw", "value": "4"})
    run_jobs()

    varied = ScheduleRun.objects.exclude(pk=run.pk).get()
    assert (varied.state, varied.variation) == (RunState.READY, "import_limit_kw 4")
    assert newest_run(PLATFORM, run.asset) == run
    page = browser.get(address(ScheduleRun, "change", run.pk)).content.decode()
    assert "import_limit_kw 4" in page
    for value in ("inf", "nan", "1e12"):
        answer = browser.post(what_if, {"knob": "chargers", "value": value}, follow=True)
        assert "should be a number, at most 2,000" in answer.content.decode()
    for wrong in ({"knob": "colour", "value": "1"}, {"knob": "pv_kw", "value": "1"}, {}):
        assert browser.post(what_if, wrong).headers["Location"].endswith(f"{run.pk}/change/")
    assert ScheduleRun.objects.count() == 2


def test_side_by_side_shows_no_run_that_is_not_there(browser: Browser, run: ScheduleRun) -> None:
    beside = address(ScheduleRun, "beside", run.pk)

    for other in ("", "?with=", "?with=nonsense", "?with=00000000-0000-0000-0000-000000000000"):
        assert browser.get(f"{beside}{other}").status_code == 404


def test_ask_again_makes_a_new_run_and_leaves_the_old(
    browser: Browser, run: ScheduleRun, run_jobs: Callable[..., int]
) -> None:
    assert browser.get(address(ScheduleRun, "again", run.pk)).status_code == 405

    answer = browser.post(address(ScheduleRun, "again", run.pk))

    again = ScheduleRun.objects.exclude(pk=run.pk).get()
    assert answer.headers["Location"] == address(ScheduleRun, "change", again.pk)
    assert "Refresh" in browser.get(answer.headers["Location"]).headers
    run_jobs()
    again.refresh_from_db()
    assert again.state == RunState.READY
    assert "Refresh" not in browser.get(answer.headers["Location"]).headers


def test_what_cannot_be_kept_is_named_and_the_nearest_is_planned_when_asked_for(
    browser: Browser, run: ScheduleRun, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    """Times are those of the site, in Amsterdam."""
    battery = Asset.objects.get(name="Battery")
    full = {"stock_min_kwh": [10.0, 0.0], "stock_at_start_kwh": 0.0}
    document = RunDocument.model_validate(run.problem)
    devices = [
        {**each.model_dump(), **(full if each.name == battery.name else {})}
        for each in document.site.devices
    ]
    site_document = document.site.model_dump() | {"devices": devices}
    run.problem = {
        **run.problem,
        "site": SiteDocument.model_validate(site_document).model_dump(mode="json"),
    }
    run.save(update_fields=["problem"])
    asked = request_again(actor=PLATFORM, run=run, now=now)
    run_jobs()

    page = browser.get(address(ScheduleRun, "change", asked.pk)).content.decode()
    dutch = browser.get(
        address(ScheduleRun, "change", asked.pk), headers={"Accept-Language": "nl"}
    ).content.decode()
    answer = browser.post(address(ScheduleRun, "nearest", asked.pk), {})
    run_jobs()
    nearest = ScheduleRun.objects.latest("requested_at", "pk")
    found = browser.get(answer.headers["Location"]).content.decode()

    asked.refresh_from_db()
    assert asked.state == RunState.INFEASIBLE
    assert "What cannot all be kept" in page
    assert "<li>Charging limit of Battery from 2026-03-28 13:00 to 14:00: at most" in page
    assert "<li>Laadvermogen van Battery van 2026-03-28 13:00 tot 14:00: hoogstens" in dutch
    assert "Plan the nearest" in page
    assert nearest.state == RunState.READY
    assert "this one breaks them least" in found
    assert "minimum stock of Battery missed by up to" in found
    assert "What cannot all be kept" in found
    assert "Plan the nearest" not in found


def test_a_plan_that_was_not_proven_in_time_tells_its_bound(
    browser: Browser, run: ScheduleRun
) -> None:
    run.result = {**(run.result or {}), "status": "TIME_LIMIT", "bound": -2.25}
    run.save(update_fields=["result"])

    page = browser.get(address(ScheduleRun, "change", run.pk)).content.decode()

    assert "The best that was found in time; no plan costs less than -2.25 EUR." in page

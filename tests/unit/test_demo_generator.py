"""The demo's made-up series: lifelike, and the same each time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from assets.calendars import wall_clock
from assets.timegrid import TimeGrid
from config.demo.catalogue import COMPANIES, Load, Photovoltaics, Site
from config.demo.generator import (
    DEFAULT_SEED,
    Country,
    country_over,
    device_power,
    import_prices,
)
from config.demo.window import DEMO_NOW, TIME_ZONE, DemoWindow

QUARTER = timedelta(minutes=15)
WINDOW = DemoWindow.at(DEMO_NOW)
LOCAL = wall_clock(WINDOW.everything.starts(), TIME_ZONE)
HOUR = LOCAL.astype("datetime64[h]").astype(int) % 24
WEEKDAY = (LOCAL.astype("datetime64[D]").astype(int) + 3) % 7
SITES = [site for company in COMPANIES for each in company.customers for site in each.sites]


@pytest.fixture(scope="module")
def country() -> Country:
    return country_over(WINDOW.everything, seed=DEFAULT_SEED)


def the(site: Site, name: str) -> Photovoltaics | Load:
    [device] = [each for each in site.devices if each.name == name]
    assert isinstance(device, Photovoltaics | Load)
    return device


def test_sixty_days_are_known_and_the_next_day_is_planned() -> None:
    assert WINDOW.measured.end == WINDOW.forecast.start == DEMO_NOW
    assert WINDOW.measured.start == datetime(2026, 2, 7, 23, tzinfo=UTC)
    assert WINDOW.planned.start == datetime(2026, 4, 9, 22, tzinfo=UTC)
    assert WINDOW.planned.n_steps == 96


def test_the_history_holds_a_day_of_23_hours() -> None:
    days, steps = np.unique(LOCAL.astype("datetime64[D]"), return_counts=True)

    assert dict(zip(days.astype(str), steps // 4, strict=True))["2026-03-29"] == 23
    assert set((steps // 4).tolist()) == {23, 24}


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 28), 23), ((2026, 10, 24), 25)])
def test_the_planned_day_may_have_23_or_25_hours(day: tuple[int, int, int], hours: int) -> None:
    assert DemoWindow.at(datetime(*day, 13, tzinfo=UTC)).planned.n_steps == 4 * hours


def test_prices_are_hourly_and_follow_the_day(country: Country) -> None:
    per_hour = country.prices.reshape(-1, 4)

    assert (per_hour == per_hour[:, :1]).all()
    evening, noon = (country.prices[np.isin(HOUR, at)].mean() for at in ((19, 20), (12, 13)))
    assert evening > noon + 0.05
    assert 0.05 < country.prices.mean() < 0.12


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_some_prices_are_negative_and_only_while_the_sun_is_high(seed: int) -> None:
    prices = country_over(WINDOW.everything, seed=seed).prices

    negative = prices < 0
    assert 2 <= negative.sum() / 4 <= 150
    assert set(HOUR[negative]) <= set(range(9, 18))


def test_what_a_site_pays_is_above_the_exchange(country: Country) -> None:
    assert import_prices(country, SITES[0]) - country.prices == pytest.approx(0.045)


def test_panels_give_nothing_at_night_and_most_in_the_south(country: Country) -> None:
    power = device_power(country, SITES[0], the(SITES[0], "Roof PV"))

    assert power.max() <= 0.0
    assert power.min() >= -500.0
    assert (power[(HOUR <= 4) | (HOUR >= 22)] == 0.0).all()
    assert -power.sum() / 4 / 62 == pytest.approx(1900, rel=0.4)  # 3 kWh a day per kW in spring
    noon_utc = WINDOW.everything.starts().astype("datetime64[m]").astype(int) % 1440 / 60
    centre = (power * noon_utc).sum() / power.sum()
    assert centre == pytest.approx(11.7, abs=0.4)  # solar noon at 4.4 degrees east, panels SSE


def test_panels_see_the_days_grow_longer(country: Country) -> None:
    power = device_power(country, SITES[0], the(SITES[0], "Roof PV"))
    lit = np.flatnonzero((power < 0).reshape(-1, 4).any(axis=1))

    last, first = np.sum(lit >= lit.size - 21 * 24), np.sum(lit < 21 * 24)
    assert last > first + 21


def test_docks_work_by_the_clock_on_the_wall(country: Country) -> None:
    power = device_power(country, SITES[0], the(SITES[0], "Docks"))
    at_six = (HOUR == 6) & (WEEKDAY < 5)
    in_summer_time = WINDOW.everything.starts() >= np.datetime64("2026-03-29T01:00")

    before, after = power[at_six & ~in_summer_time], power[at_six & in_summer_time]
    assert before.mean() == pytest.approx(after.mean(), rel=0.1)
    assert power[(WEEKDAY == 6)].mean() < 0.1 * power[WEEKDAY < 5].mean()


def test_trucks_charge_when_they_come_home(country: Country) -> None:
    site = SITES[0]
    power = device_power(country, site, the(site, "Truck charging"))

    assert power[np.isin(HOUR, (18, 19)) & (WEEKDAY < 5)].mean() > 100.0
    assert power[np.isin(HOUR, (4, 10)) & (WEEKDAY < 5)].max() == 0.0
    assert power[np.isin(WEEKDAY, (6,))].max() == 0.0
    assert power.max() <= 7 * 90.0


def test_a_home_uses_what_homes_use(country: Country) -> None:
    home = SITES[-1]
    power = device_power(country, home, the(home, "Home"))

    assert power.mean() * 8760 == pytest.approx(4300, rel=0.15)
    assert power.min() >= 0.0


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_device_has_a_finite_series_of_one_sign(country: Country, site: Site) -> None:
    for device in site.devices:
        if isinstance(device, Photovoltaics | Load):
            power = device_power(country, site, device)
            assert power.shape == (WINDOW.everything.n_steps,)
            assert np.isfinite(power).all()
            assert (power <= 0).all() if isinstance(device, Photovoltaics) else (power >= 0).all()


def test_one_seed_gives_one_story() -> None:
    grid = TimeGrid(DEMO_NOW, QUARTER, 400)
    site, docks = SITES[0], the(SITES[0], "Docks")
    first, again, other = (country_over(grid, seed=seed) for seed in (5, 5, 6))

    assert np.array_equal(first.prices, again.prices)
    assert np.array_equal(device_power(first, site, docks), device_power(again, site, docks))
    assert not np.array_equal(first.prices, other.prices)


def test_the_clock_on_the_wall_skips_and_repeats_an_hour() -> None:
    spring = TimeGrid(datetime(2026, 3, 29, 0, tzinfo=UTC), timedelta(hours=1), 3)
    autumn = TimeGrid(datetime(2026, 10, 25, 0, tzinfo=UTC), timedelta(hours=1), 3)

    hours = [
        wall_clock(grid.starts(), TIME_ZONE).astype("datetime64[h]").astype(int) % 24
        for grid in (spring, autumn)
    ]

    assert [each.tolist() for each in hours] == [[1, 3, 4], [2, 2, 3]]


def test_the_clock_on_the_wall_agrees_with_the_calendar() -> None:
    grid = TimeGrid(datetime(2026, 3, 28, tzinfo=UTC), timedelta(minutes=5), 600)

    wall = wall_clock(grid.starts(), "Asia/Kathmandu")

    start = grid.start.astimezone(ZoneInfo("Asia/Kathmandu")).replace(tzinfo=None)
    assert wall[0].item() == start
    assert (np.diff(wall) == np.timedelta64(300, "s")).all()

"""Virtual sensors: put together when they are read, from what their terms tell."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from assets.models import Asset, AssetType, Quantity, Sensor, SourceKind, Term
from assets.queries import (
    Quality,
    Wanted,
    read_columns,
    read_latest,
    read_onto,
    read_quantiles,
    read_series,
)
from assets.services import (
    NewSensor,
    NewTerm,
    add_asset,
    add_sensor,
    move_asset,
    remove_asset,
    set_terms,
)
from assets.timegrid import TimeGrid
from tenants.accounts.models import Customer
from tenants.permissions import PLATFORM, Actor, Role
from tests.factories import HOUR, QUARTER, a_customer, a_device, a_sensor, a_site, an_actor, believe

pytestmark = pytest.mark.usefixtures("tenant")


@pytest.fixture
def meter(site: Asset) -> Sensor:
    return a_sensor(site, Quantity.POWER, name="meter")


@pytest.fixture
def pump(site: Asset) -> Sensor:
    return a_sensor(a_device(site, "Pump", AssetType.HEAT_PUMP), Quantity.POWER, name="pump")


def a_virtual(
    asset: Asset,
    *terms: tuple[Sensor, float],
    quantity: Quantity = Quantity.POWER,
    resolution: timedelta = HOUR,
    name: str = "virtual",
) -> Sensor:
    made = tuple(NewTerm(sensor, factor) for sensor, factor in terms)
    wanted = NewSensor(name, quantity, resolution, terms=made)
    return add_sensor(actor=PLATFORM, asset=asset, sensor=wanted)


def values(sensor: Sensor, now: datetime, n_steps: int) -> list[float]:
    read = read_series(sensor, TimeGrid(now, sensor.resolution, n_steps), known_at=now + 99 * HOUR)
    return [float(value) for value in read]


def refusal(error: ValidationError) -> list[tuple[str, str | None]]:
    return [(field, each.code) for field, said in error.error_dict.items() for each in said]


def test_a_meter_less_its_submeters(
    site: Asset, meter: Sensor, pump: Sensor, now: datetime
) -> None:
    car = a_sensor(a_device(site, "Car", AssetType.CHARGE_POINT), Quantity.POWER)
    rest = a_virtual(site, (meter, 1.0), (pump, -1.0), (car, -1.0))
    believe(meter, now, [10.0, 4.0], at=now)
    believe(pump, now, [2.0, 1.0], at=now)
    believe(car, now, [7.0, -3.0], at=now)

    assert values(rest, now, 2) == [1.0, 6.0]


def test_a_scaled_price(site: Asset, now: datetime) -> None:
    price = a_sensor(site, Quantity.PRICE)
    believe(price, now, [0.1, -0.2], at=now, kind=SourceKind.MARKET)
    taxed = a_virtual(site, (price, 1.21), quantity=Quantity.PRICE)

    assert values(taxed, now, 2) == pytest.approx([0.121, -0.242], rel=1e-12)


def test_what_is_unknown_of_one_term_is_unknown_of_the_sum(
    site: Asset, meter: Sensor, pump: Sensor, now: datetime
) -> None:
    both = a_virtual(site, (meter, 1.0), (pump, 1.0))
    believe(meter, now, [1.0, 2.0, 3.0], at=now)
    believe(pump, now, [10.0, np.nan, 30.0], at=now, name="other")
    wanted = Wanted(start=now, end=now + 3 * HOUR, known_at=now + 9 * HOUR)

    [[column]] = read_columns([both], wanted)

    assert column.values == pytest.approx([11.0, np.nan, 33.0], nan_ok=True)
    assert column.quality.tolist() == [Quality.MEASURED, Quality.MISSING, Quality.MEASURED]
    assert [(source.name, events) for source, events in column.sources] == [
        ("meter", 3),
        ("other", 2),
    ]


def test_power_and_energy_on_steps_of_their_own(site: Asset, now: datetime) -> None:
    power = a_sensor(site, Quantity.POWER, name="p", resolution=QUARTER)
    energy = a_sensor(site, Quantity.ENERGY, name="e", resolution=timedelta(minutes=30))
    believe(power, now, [4.0, 8.0, 4.0, 8.0], at=now)
    believe(energy, now, [1.0, 2.5], at=now)

    as_energy = a_virtual(site, (power, 1.0), (energy, 1.0), quantity=Quantity.ENERGY, name="both")
    as_power = a_virtual(site, (energy, -1.0), resolution=timedelta(minutes=30), name="turned")

    assert values(as_energy, now, 1) == [6.0 + 3.5]
    assert values(as_power, now, 2) == [-2.0, -5.0]


def test_a_virtual_sensor_of_virtual_sensors_is_read_as_it_was_known(
    site: Asset, meter: Sensor, pump: Sensor, now: datetime
) -> None:
    net = a_virtual(site, (meter, 1.0), (pump, -1.0), name="net")
    twice = a_virtual(site, (net, 2.0), (meter, 1.0), name="twice")
    believe(meter, now, [5.0], at=now + HOUR)
    believe(pump, now, [1.0], at=now + HOUR)
    believe(pump, now, [2.0], at=now + 3 * HOUR)
    grid = TimeGrid(now, HOUR, 1)

    assert read_series(twice, grid, known_at=now + 4 * HOUR)[0] == 2 * (5 - 2) + 5
    assert read_series(twice, grid, known_at=now + 2 * HOUR)[0] == 2 * (5 - 1) + 5
    assert np.isnan(read_series(twice, grid, known_at=now)[0])
    assert (
        read_onto(twice, TimeGrid(now, QUARTER, 4), known_at=now + 4 * HOUR).tolist() == [11.0] * 4
    )


def test_quantiles_of_what_is_subtracted_are_the_opposite_ones(
    site: Asset, meter: Sensor, pump: Sensor, now: datetime
) -> None:
    net = a_virtual(site, (meter, 1.0), (pump, -1.0))
    for q, of_meter, of_pump in ((0.1, 8.0, 1.0), (0.5, 10.0, 2.0), (0.9, 12.0, 4.0)):
        for sensor, value in ((meter, of_meter), (pump, of_pump)):
            believe(
                sensor, now, [value], at=now, kind=SourceKind.FORECASTER, name="f", probability=q
            )

    band = read_quantiles(net, TimeGrid(now, HOUR, 1), known_at=now, probabilities=[0.1, 0.5, 0.9])

    assert band.values[:, 0].tolist() == [8.0 - 4.0, 10.0 - 2.0, 12.0 - 1.0]


def test_its_own_forecast_stands_where_its_terms_are_silent(
    site: Asset, meter: Sensor, pump: Sensor, now: datetime
) -> None:
    net = a_virtual(site, (meter, 1.0), (pump, -1.0))
    believe(meter, now, [5.0], at=now)
    believe(pump, now, [1.0], at=now)
    believe(net, now, [9.0, 7.0], at=now, kind=SourceKind.FORECASTER, name="f")
    [[column]] = read_columns([net], Wanted(start=now, end=now + 2 * HOUR, known_at=now + HOUR))

    assert column.values.tolist() == [4.0, 7.0]
    assert column.quality.tolist() == [Quality.MEASURED, Quality.FORECAST]
    assert [(source.name, events) for source, events in column.sources] == [("meter", 2), ("f", 1)]


def test_its_latest_is_of_the_last_event_that_all_terms_know(
    site: Asset, meter: Sensor, pump: Sensor, now: datetime
) -> None:
    net = a_virtual(site, (meter, 1.0), (pump, -1.0))
    silent = a_virtual(site, (pump, 1.0), (a_sensor(site, Quantity.POWER, name="x"), 1.0), name="s")
    believe(meter, now - 3 * HOUR, [1.0, 2.0, 3.0], at=now)
    believe(pump, now - 3 * HOUR, [10.0, 20.0], at=now)

    latest = read_latest([each.pk for each in (meter, net, silent)], now=now)

    assert latest.values == pytest.approx([3.0, -18.0, np.nan], nan_ok=True)
    assert latest.starts[1] == np.datetime64((now - 2 * HOUR).replace(tzinfo=None))
    assert latest.quality.tolist() == [Quality.MEASURED, Quality.MEASURED, Quality.MISSING]


def test_its_plausible_limits_are_its_own(site: Asset, meter: Sensor, now: datetime) -> None:
    double = a_virtual(site, (meter, 2.0))
    double.maximum = 15.0
    double.save()
    believe(meter, now, [5.0, 10.0], at=now)
    [[column]] = read_columns([double], Wanted(start=now, end=now + 2 * HOUR, known_at=now))

    assert column.quality.tolist() == [Quality.MEASURED, Quality.IMPLAUSIBLE]


def test_a_circle_is_refused_by_name(site: Asset, meter: Sensor, now: datetime) -> None:
    first = a_virtual(site, (meter, 1.0), name="first")
    second = a_virtual(site, (first, 1.0), name="second")
    third = a_virtual(site, (second, 1.0), name="third")

    for term, road in ((third, "third <- second <- first"), (first, "first")):
        with pytest.raises(ValidationError) as caught:
            set_terms(actor=PLATFORM, sensor=first, terms=[NewTerm(term)])

        assert refusal(caught.value) == [("terms.0.sensor", "circle")]
        assert caught.value.messages[0].endswith(road)
    assert [term.sensor for term in first.terms.all()] == [meter]


@pytest.mark.parametrize(
    ("factor", "code"), [(0.0, "range"), (float("nan"), "infinite"), (float("inf"), "infinite")]
)
def test_a_wrong_factor_is_refused(site: Asset, meter: Sensor, factor: float, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        a_virtual(site, (meter, factor))

    assert refusal(caught.value) == [("terms.0.factor", code)]


def test_terms_that_do_not_fit_are_refused(site: Asset, meter: Sensor) -> None:
    price = a_sensor(site, Quantity.PRICE)
    for terms, told in (
        ([(meter, 1.0), (price, 1.0)], ("terms.1.sensor", "unit")),
        ([(meter, 1.0), (meter, 2.0)], ("terms", "inconsistent")),
        ([(meter, 1.0)] * 101, ("terms", "too_long")),
    ):
        with pytest.raises(ValidationError) as caught:
            a_virtual(site, *terms)
        assert refusal(caught.value) == [told]
    with pytest.raises(ValidationError) as caught:
        a_virtual(site, (meter, 1.0), resolution=QUARTER)
    assert refusal(caught.value) == [("terms.0.sensor", "resolution")]


def test_measurements_are_recorded_at_the_terms(site: Asset, meter: Sensor, now: datetime) -> None:
    double = a_virtual(site, (meter, 2.0))
    with pytest.raises(ValidationError) as caught:
        believe(double, now, [1.0], at=now)
    assert refusal(caught.value) == [("sensor", "state")]

    believe(meter, now, [1.0], at=now)
    with pytest.raises(ValidationError) as caught:
        set_terms(actor=PLATFORM, sensor=meter, terms=[NewTerm(double)])
    assert refusal(caught.value) == [("sensor", "state")]

    set_terms(actor=PLATFORM, sensor=double, terms=[])
    double.refresh_from_db()
    believe(double, now, [1.0], at=now)
    assert values(double, now, 1) == [1.0]


def test_another_customers_sensor_is_no_term(site: Asset, customer: Customer) -> None:
    theirs = a_sensor(a_site(a_customer("Second")), Quantity.POWER)
    manager = an_actor(customer, Role.MANAGER)
    wanted = NewSensor("v", Quantity.POWER, HOUR, terms=(NewTerm(theirs),))

    with pytest.raises(ValidationError) as caught:
        add_sensor(actor=manager, asset=site, sensor=wanted)

    assert refusal(caught.value) == [("terms.0.sensor", "not_found")]
    assert not Sensor.objects.filter(name="v").exists()
    with pytest.raises(PermissionDenied):
        set_terms(actor=an_actor(customer, Role.VIEWER), sensor=theirs, terms=[])


def test_who_sees_two_customers_and_manages_one_does_not_mix_them(
    site: Asset, customer: Customer
) -> None:
    theirs = a_sensor(a_site(a_customer("Second")), Quantity.POWER)
    manages = an_actor(customer, Role.MANAGER)
    sees = an_actor(Customer.objects.get(name="Second"), Role.VIEWER)
    both = Actor("user:2", (*manages.grants, *sees.grants))
    wanted = NewSensor("v", Quantity.POWER, HOUR, terms=(NewTerm(theirs),))

    with pytest.raises(ValidationError) as caught:
        add_sensor(actor=both, asset=site, sensor=wanted)

    assert refusal(caught.value) == [("terms.0.sensor", "sensor")]
    assert add_sensor(actor=PLATFORM, asset=site, sensor=wanted).is_virtual


def test_what_others_are_put_together_from_stays(
    site: Asset, meter: Sensor, pump: Sensor, now: datetime
) -> None:
    a_virtual(site, (meter, 1.0), (pump, -1.0))
    second = Asset.objects.get(path=a_customer("Second").root_path)

    with pytest.raises(ValidationError) as caught:
        remove_asset(actor=PLATFORM, asset=pump.asset)
    assert refusal(caught.value) == [("asset", "in_use")]
    with pytest.raises(ValidationError) as caught:
        move_asset(actor=PLATFORM, asset=pump.asset, parent=second)
    assert refusal(caught.value) == [("parent", "in_use")]

    move_asset(actor=PLATFORM, asset=site, parent=second)  # both ends of it
    hall = add_asset(actor=PLATFORM, parent=site, name="Hall", asset_type=AssetType.LOAD)
    a_virtual(hall, (a_sensor(hall, Quantity.POWER), 1.0))
    remove_asset(actor=PLATFORM, asset=hall)
    assert Term.objects.count() == 2

"""Two tenants, two customers of the first, and everybody who may ask: what is whose to see."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Model
from django.utils import timezone
from django_tenants.utils import schema_context

from assets.models import Annotation, AnnotationType, Asset, AssetType, Quantity, Sensor
from assets.services import add_annotation
from assets.timegrid import TimeGrid
from forecasting.models import ForecastPlan, ForecastRun
from forecasting.models import RunState as ForecastState
from forecasting.services import keep_plan, request_forecast
from scheduling.models import (
    AssetFlex,
    Identification,
    InquiryState,
    RunState,
    ScheduleRun,
    Study,
)
from scheduling.services import (
    request_battery_identification,
    request_schedule,
    request_study,
)
from tenants.accounts.models import ApiToken, Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Plan, Tenant
from tenants.permissions import PLATFORM, ROLE_PERMISSIONS, Permission, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site_with_battery, believe

#: Which right shows a row of a model; one of them is enough.
SHOWN_BY: dict[type[Model], frozenset[Permission]] = {
    Asset: frozenset({Permission.ASSET_READ}),
    Sensor: frozenset({Permission.ASSET_READ}),
    Annotation: frozenset({Permission.ASSET_READ}),
    AssetFlex: frozenset({Permission.ASSET_READ}),
    ScheduleRun: frozenset({Permission.ASSET_READ}),
    Identification: frozenset({Permission.ASSET_READ}),
    Study: frozenset({Permission.ASSET_READ}),
    ForecastPlan: frozenset({Permission.ASSET_READ}),
    ForecastRun: frozenset({Permission.ASSET_READ}),
    Customer: frozenset({Permission.ASSET_READ, Permission.ACCOUNT_MANAGE}),
    ApiToken: frozenset({Permission.ACCOUNT_MANAGE}),
}
_RUNS: Final = (ScheduleRun, Identification, Study, ForecastRun)
#: Identifiers that name nothing, in the shape of those that do.
NOTHING: dict[type[Model], Any] = {
    model: model().pk if model in _RUNS else 10**9 for model in SHOWN_BY
}


@dataclass(frozen=True)
class Row:
    """One row of the world.

    Attributes:
        place: where it stands: "north" and "south" are sites of the customer at "alfa"; "bravo"
            is another customer of the tenant, "charlie" another tenant.
        marks: texts that are nowhere but in this row.
    """

    model: type[Model]
    id: str
    place: str
    marks: tuple[str, ...]


#: Everybody who may ask; each sees less than all, or is of another tenant.
ASKERS: Final = (
    *(role.lower() for role in Role),
    *(f"only {scope}" for scope in Permission),
    "viewer of north",
    "manager of north",
    "manager of all",
    "manager of another tenant",
)


@dataclass(frozen=True)
class Asker:
    """Who asks, and what of the world is theirs."""

    name: str
    client: GraphQLClient
    places: frozenset[str]
    permissions: frozenset[Permission]
    home: str = "north"

    def sees(self, row: Row) -> bool:
        return row.place in self.places and bool(SHOWN_BY[row.model] & self.permissions)


@dataclass
class World:
    tenant: Tenant
    rows: list[Row] = field(default_factory=list)
    askers: dict[str, Asker] = field(default_factory=dict)

    def foreign_to(self, asker: Asker) -> list[Row]:
        return [row for row in self.rows if not asker.sees(row)]

    def own(self, model: type[Model], place: str = "north", mark: str = "") -> str:
        """Return the identifier of a row of ``model``, one that has ``mark`` in its texts."""
        return next(
            row.id
            for row in self.rows
            if row.model is model and row.place == place and mark in " ".join(row.marks)
        )


def a_world(tenant: Tenant, other_tenant: Tenant, now: datetime) -> World:
    """Make it, in the schema of ``tenant``, inside the caller's transaction."""
    Plan.objects.update(points_per_minute=2_000_000_000, total_points_per_minute=2_000_000_000)
    world = World(tenant)
    _furnish(world, "alfa", ("north", "south"), now)
    _furnish(world, "bravo", ("bravo",), now)
    with schema_context(other_tenant.schema_name):
        _number_rows_apart()
        _furnish(world, "charlie", ("charlie",), now)
        client = _a_client(other_tenant, "another tenant", None, Role.MANAGER, now)
        everything = frozenset(Permission)
        theirs = Asker("other", client, frozenset({"charlie"}), everything, home="charlie")
        world.askers["manager of another tenant"] = theirs
    alfa = Customer.objects.get(name="alfa-customer")
    north = Asset.objects.get(name="north-site")
    everywhere = frozenset({"alfa", "north", "south"})
    for role in Role:
        _admit(world, role.lower(), alfa, everywhere, role, now)
    for scope in Permission:
        _admit(world, f"only {scope}", alfa, everywhere, Role.MANAGER, now, scopes=[scope])
    narrow = frozenset({"north"})
    for role in (Role.VIEWER, Role.MANAGER):
        _admit(world, f"{role.lower()} of north", alfa, narrow, role, now, subtree=north.path)
    _admit(world, "manager of all", None, everywhere | {"bravo"}, Role.MANAGER, now)
    assert set(ASKERS) == set(world.askers)
    for schema_name in (tenant.schema_name, other_tenant.schema_name):
        with schema_context(schema_name):
            # Else the first request of a minute would write one statement more than the next.
            ApiToken.objects.update(last_used_at=timezone.now() + timedelta(days=1))
    return world


def _number_rows_apart() -> None:
    """Let the rows of this schema have other numbers than ours: identifiers would be the same."""
    with connection.cursor() as cursor:
        for model in SHOWN_BY:
            if model not in _RUNS:
                table = model._meta.db_table
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1000000 + "
                    f"nextval(pg_get_serial_sequence('{table}', 'id')))"
                )


def _a_client(
    tenant: Tenant, name: str, customer: Customer | None, role: Role, now: datetime, **how: Any
) -> GraphQLClient:
    issued = issue_token(
        actor=PLATFORM, name=f"token of {name}", role=role, customer=customer, now=now, **how
    )
    return GraphQLClient(host_of(tenant), issued.key)


def _admit(
    world: World,
    name: str,
    customer: Customer | None,
    places: frozenset[str],
    role: Role,
    now: datetime,
    *,
    scopes: Collection[Permission] = (),
    subtree: str = "",
) -> None:
    client = _a_client(world.tenant, name, customer, role, now, scopes=scopes, subtree=subtree)
    permissions = frozenset(scopes) or ROLE_PERMISSIONS[role]
    world.askers[name] = Asker(name, client, places, permissions)


def _furnish(world: World, customer_name: str, sites: tuple[str, ...], now: datetime) -> None:
    """Add a customer with sites, each with a battery, sensors, values, a run and a token."""
    customer = a_customer(f"{customer_name}-customer")
    portfolio = Asset.objects.get(path=customer.root_path)
    world.rows += [
        Row(Customer, node_id(customer), customer_name, (customer.name,)),
        Row(Asset, node_id(portfolio), customer_name, (node_id(portfolio),)),
        _a_token(customer, f"{customer_name}-whole", "", customer_name, now),
    ]
    for place in sites:
        site = a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)
        a_sensor(site, Quantity.TEMPERATURE)
        spare = a_device(site, "spare", AssetType.LOAD)
        a_sensor(spare, Quantity.POWER)
        kinds = {site.pk: "site", spare.pk: "spare"}
        for asset in Asset.objects.beneath(site):
            asset.name = f"{place}-{kinds.get(asset.pk, 'battery')}"
            asset.save()
            world.rows.append(Row(Asset, node_id(asset), place, (asset.name, node_id(asset))))
        for sensor in Sensor.objects.beneath(site):
            what = "meter" if sensor.asset == spare else sensor.quantity.lower()
            sensor.name = f"{place}-{what}"
            sensor.save()
            value = 4000 + sensor.pk / 64
            believe(sensor, now + 4 * HOUR, [value], at=now)
            marks = (sensor.name, node_id(sensor), str(value))
            world.rows.append(Row(Sensor, node_id(sensor), place, marks))
        for of in ({"asset": site}, {"sensor": Sensor.objects.get(name=f"{place}-power")}):
            said = add_annotation(
                actor=PLATFORM,
                text=f"{place}-{'-'.join(of)}-note",
                annotation_type=AnnotationType.NOTE,
                start=now,
                end=now + HOUR,
                **of,
            )
            world.rows.append(Row(Annotation, node_id(said), place, (said.text, node_id(said))))
        for kept in AssetFlex.objects.beneath(site):
            world.rows.append(Row(AssetFlex, node_id(kept), place, (node_id(kept),)))
        site.refresh_from_db()
        run = request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)
        # At its end, so that a stream of it ends too.
        run.state, run.finished_at, run.failure = RunState.FAILED, now, f"{place}-failure"
        run.save()
        world.rows.append(Row(ScheduleRun, node_id(run), place, (run.failure, node_id(run))))
        world.rows.append(_an_identification(site, place, now))
        world.rows.append(_a_study(site, place, now))
        world.rows += _forecasts(Sensor.objects.get(name=f"{place}-power"), place, now)
        world.rows.append(_a_token(customer, f"{place}-token", site.path, place, now))


def _an_identification(site: Asset, place: str, now: datetime) -> Row:
    battery = Asset.objects.get(parent=site, asset_type=AssetType.BATTERY)
    grid = TimeGrid(now - 48 * HOUR, HOUR, 24)
    row = request_battery_identification(actor=PLATFORM, asset=battery, grid=grid, now=now)
    words = f"{place}-identification-failure"
    row.end_as(InquiryState.FAILED, at=now, failure=words)
    return Row(Identification, node_id(row), place, (words, node_id(row)))


def _a_study(site: Asset, place: str, now: datetime) -> Row:
    window = {"start": now - 48 * HOUR, "end": now - 24 * HOUR, "step_minutes": 60}
    given = {"kind": "battery", "window": window, "load_kw": 1.0, "sizes_kwh": [5.0]}
    row = request_study(actor=PLATFORM, asset=site, given=given, now=now)
    words = f"{place}-study-failure"
    row.end_as(InquiryState.FAILED, at=now, failure=words)
    return Row(Study, node_id(row), place, (words, node_id(row)))


def _forecasts(sensor: Sensor, place: str, now: datetime) -> list[Row]:
    plan = keep_plan(actor=PLATFORM, sensor=sensor, forecaster="linear")
    run = request_forecast(actor=PLATFORM, sensor=sensor, now=now)
    run.move_to(ForecastState.FAILED, at=now, failure=f"{place}-forecast-failure")
    return [
        Row(ForecastPlan, node_id(plan), place, (node_id(plan),)),
        Row(ForecastRun, node_id(run), place, (run.failure, node_id(run))),
    ]


def _a_token(customer: Customer, name: str, subtree: str, place: str, now: datetime) -> Row:
    issued = issue_token(
        actor=PLATFORM,
        name=name,
        role=Role.VIEWER,
        customer=customer,
        now=now,
        subtree=subtree,
    )
    token = issued.token
    return Row(ApiToken, node_id(token), place, (name, token.prefix, node_id(token)))

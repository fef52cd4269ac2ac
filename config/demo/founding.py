"""Making the demo's companies through the services that operators and importers use.

A customer with everything it has is one transaction, so a demo that was interrupted goes on
where it was, and one that is complete is left alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django_tenants.utils import schema_context, tenant_context

from assets.models import Asset, AssetType, Quantity, Sensor, Source, SourceKind
from assets.services import NewSensor, add_asset, add_customer, add_sensor
from config.demo.catalogue import (
    BREACH_PRICE,
    COMPANIES,
    PASSWORD,
    Battery,
    Company,
    Customer,
    Load,
    Person,
    Photovoltaics,
    Site,
)
from config.demo.filling import Filling, fill_site
from config.demo.window import TIME_ZONE
from forecasting.services import keep_plan
from scheduling.flex.context import SiteContext
from scheduling.services import DeviceFlex, keep_context, keep_device
from tenants.accounts import models as accounts
from tenants.accounts.models import Membership, User
from tenants.models import Tenant
from tenants.models.tenant import PUBLIC_SCHEMA
from tenants.permissions import PLATFORM, Role
from tenants.services import NewBrand, create_tenant, ensure_platform

PLATFORM_DOMAIN: Final = "localhost"
PLATFORM_OPERATOR: Final = Person("Platform Operator", "platform@loadstar.example", "MANAGER")
POWER: Final = "power"
STOCK: Final = "stock"
IMPORT_PRICE: Final = "import price"
EXPORT_PRICE: Final = "export price"

_ASSET_TYPES: Final = {
    Battery: AssetType.BATTERY,
    Photovoltaics: AssetType.PV,
    Load: AssetType.LOAD,
}


class OtherSeed(Exception):
    """The demo that is stored was made from another seed. Words for the user."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A site as rows: its asset, prices, and the sensors of its devices by name."""

    asset: Asset
    net_power: Sensor
    import_price: Sensor
    export_price: Sensor
    power: dict[str, Sensor]


def n_customers() -> int:
    """Return how many steps ``found_companies`` reports."""
    return sum(len(company.customers) for company in COMPANIES)


def found_companies(filling: Filling, *, now: datetime, on_customer: Callable[[], None]) -> int:
    """Make what is missing of the platform, the companies and their customers.

    Args:
        now: of the real clock, for when tenants were made.
        on_customer: called for each customer that is there.

    Returns:
        how many customers are new.

    Raises:
        OtherSeed: there are series of another seed.
    """
    ensure_platform(domain=PLATFORM_DOMAIN, now=now)
    with schema_context(PUBLIC_SCHEMA):
        _add_person(PLATFORM_OPERATOR, None)
    new = 0
    for company in COMPANIES:
        tenant = Tenant.objects.filter(schema_name=company.schema_name).first()
        if tenant is None:
            tenant = _found(company, now)
        with tenant_context(tenant):
            _check_seed(filling)
            _add_person(company.operator, None)
            for customer in company.customers:
                if not accounts.Customer.objects.filter(name=customer.name).exists():
                    _add_customer(customer, filling)
                    new += 1
                on_customer()
    return new


def _found(company: Company, now: datetime) -> Tenant:
    return create_tenant(
        operator="demo",
        schema_name=company.schema_name,
        name=company.name,
        domain=company.domain,
        now=now,
        time_zone=TIME_ZONE,
        brand=NewBrand(primary_colour=company.colour),
    )


def _check_seed(filling: Filling) -> None:
    stored = Source.objects.filter(kind=SourceKind.METER, name=filling.meter_name)
    other = stored.exclude(version=filling.version).first()
    if other is not None:
        raise OtherSeed(
            f"the demo that is stored was made from {other.version}, not {filling.version}: "
            "leave --seed out, or start with another database (LOADSTAR_RUN_DIR names its folder)"
        )


@transaction.atomic
def _add_customer(customer: Customer, filling: Filling) -> None:
    row = add_customer(actor=PLATFORM, name=customer.name)
    portfolio = Asset.objects.get(path=row.root_path)
    for person in customer.people:
        _add_person(person, row)
    for site in customer.sites:
        found = _add_site(site, portfolio, filling.window.measured.start)
        fill_site(
            site,
            filling,
            power=found.power,
            net_power=found.net_power,
            import_price=found.import_price,
            export_price=found.export_price,
        )


def _add_person(person: Person, customer: accounts.Customer | None) -> None:
    if User.objects.filter(email=person.email).exists():
        return
    is_operator = customer is None
    user = User.objects.create_user(person.email, PASSWORD, name=person.name, is_staff=is_operator)
    Membership.objects.create(user=user, customer=customer, role=Role(person.role))


def _add_site(site: Site, portfolio: Asset, valid_from: datetime) -> _Found:
    asset = add_asset(
        actor=PLATFORM,
        parent=portfolio,
        name=site.name,
        asset_type=AssetType.SITE,
        time_zone=TIME_ZONE,
        latitude=site.latitude,
        longitude=site.longitude,
    )
    found = _Found(
        asset=asset,
        net_power=_add_grid_connection(asset),
        import_price=_add_sensor(asset, IMPORT_PRICE, Quantity.PRICE),
        export_price=_add_sensor(asset, EXPORT_PRICE, Quantity.PRICE),
        power={},
    )
    keep_context(
        actor=PLATFORM,
        asset=asset,
        context=_context(site, found),
        valid_from=valid_from,
    )
    for device in site.devices:
        row = add_asset(
            actor=PLATFORM,
            parent=asset,
            name=device.name,
            asset_type=_ASSET_TYPES[type(device)],
            time_zone=TIME_ZONE,
            latitude=site.latitude,
            longitude=site.longitude,
        )
        found.power[device.name] = _equip(row, device, valid_from)
    return found


def _add_grid_connection(site: Asset) -> Sensor:
    connection = add_asset(
        actor=PLATFORM,
        parent=site,
        name="Grid connection",
        asset_type=AssetType.GRID_CONNECTION,
        time_zone=TIME_ZONE,
    )
    return _add_sensor(connection, POWER, Quantity.POWER)


def _equip(asset: Asset, device: Battery | Photovoltaics | Load, valid_from: datetime) -> Sensor:
    """Give the device its sensors, its flexibility and its forecaster; return its power sensor."""
    power = _add_sensor(asset, POWER, Quantity.POWER)
    stock = None
    if isinstance(device, Battery):
        stock = _add_sensor(asset, STOCK, Quantity.STOCK)
    else:
        keep_plan(actor=PLATFORM, sensor=power, forecaster=device.forecaster)
    keep_device(
        actor=PLATFORM,
        device=DeviceFlex(
            asset=asset,
            document=_document(device, power),
            power_sensor=power,
            stock_sensor=stock,
        ),
        valid_from=valid_from,
    )
    return power


def _document(device: Battery | Photovoltaics | Load, power: Sensor) -> dict[str, object]:
    match device:
        case Battery():
            return {
                "kind": "battery",
                "capacity_kwh": device.capacity_kwh,
                "charge_limit_kw": device.power_kw,
                "discharge_limit_kw": device.power_kw,
                "stock_at_start_kwh": device.stock_at_start_kwh,
                "chemistry": device.chemistry,
            }
        case Photovoltaics():
            return {"kind": "pv", "available_kw": {"sensor": power.pk}}
        case Load():
            return {"kind": "load", "power_kw": {"sensor": power.pk}}


def _context(site: Site, found: _Found) -> SiteContext:
    return SiteContext.model_validate(
        {
            "currency": "EUR",
            "prices": {
                "import_per_kwh": {"sensor": found.import_price.pk},
                "export_per_kwh": {"sensor": found.export_price.pk},
            },
            "connection": {
                "import_limit_kw": site.import_limit_kw,
                "export_limit_kw": site.export_limit_kw,
                "import_breach_price_per_kwh": BREACH_PRICE,
                "export_breach_price_per_kwh": BREACH_PRICE,
            },
        }
    )


def _add_sensor(asset: Asset, name: str, quantity: Quantity) -> Sensor:
    return add_sensor(actor=PLATFORM, asset=asset, sensor=NewSensor(name, quantity))

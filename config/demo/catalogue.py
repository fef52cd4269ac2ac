"""Who is in the demo: two metering companies, their customers, sites and devices.

Written as plain values, so that the demo's story can be read here and told elsewhere.
"""

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Battery:
    """A battery at a site; ``forecaster`` of none, for a plan says what it does."""

    name: str
    capacity_kwh: float
    power_kw: float
    stock_at_start_kwh: float
    chemistry: str


@dataclass(frozen=True, slots=True)
class Photovoltaics:
    """Panels: ``tilt`` from horizontal, ``azimuth`` clockwise from north, in degrees."""

    name: str
    peak_kw: float
    inverter_kw: float
    tilt: float
    azimuth: float
    forecaster: str = "seasonal_naive"


@dataclass(frozen=True, slots=True)
class Load:
    """Consumption of one kind.

    ``size`` is the peak [kW] of docks and offices, the base [kW] of a cold store, the energy
    of a year [kWh] of a home, the number of trucks.
    """

    name: str
    kind: Literal["docks", "offices", "cold_store", "household", "truck_charging"]
    size: float
    forecaster: str = "calendar_ridge"


@dataclass(frozen=True, slots=True)
class Site:
    """A site with one grid connection.

    Attributes:
        import_limit_kw, export_limit_kw: of the grid connection; breaking one is priced.
        markup_per_kwh: tax and supplier's margin on each imported kWh.
    """

    name: str
    latitude: float
    longitude: float
    import_limit_kw: float
    export_limit_kw: float
    markup_per_kwh: float
    devices: tuple[Battery | Photovoltaics | Load, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Who signs in, with the role of ``tenants.permissions.Role``."""

    name: str
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class Customer:
    name: str
    people: tuple[Person, ...]
    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class Company:
    """A metering company: a tenant with its own host name, looks and operator."""

    schema_name: str
    name: str
    domain: str
    colour: str
    operator: Person
    customers: tuple[Customer, ...]


#: The demo's people share it. It is printed, and fit for a demo alone.
PASSWORD: Final = "loadstar-demo"  # noqa: S105

#: What breaking a connection's limit costs [EUR/kWh]: dear, but a plan always exists.
BREACH_PRICE: Final = 2.0

_LOGISTICS = Site(
    name="Waalhaven Logistics Park",
    latitude=51.88,
    longitude=4.43,
    import_limit_kw=550.0,
    export_limit_kw=250.0,
    markup_per_kwh=0.045,
    devices=(
        Photovoltaics("Roof PV", peak_kw=600, inverter_kw=500, tilt=12, azimuth=165),
        Battery(
            "Battery",
            capacity_kwh=1000,
            power_kw=400,
            stock_at_start_kwh=300,
            chemistry="lfp_industrial",
        ),
        Load("Docks", "docks", size=210, forecaster="prophet"),
        Load("Cold store", "cold_store", size=70),
        Load("Offices", "offices", size=60),
        Load("Truck charging", "truck_charging", size=7),
    ),
)
_COLD_STORE = Site(
    name="Polder Cold Store",
    latitude=52.37,
    longitude=5.22,
    import_limit_kw=220.0,
    export_limit_kw=120.0,
    markup_per_kwh=0.05,
    devices=(
        Photovoltaics("Roof PV", peak_kw=250, inverter_kw=200, tilt=10, azimuth=200),
        Battery(
            "Battery",
            capacity_kwh=250,
            power_kw=100,
            stock_at_start_kwh=75,
            chemistry="lfp_industrial",
        ),
        Load("Cold store", "cold_store", size=95),
    ),
)


def _home(name: str, latitude: float, longitude: float, *, pv_kw: float, year_kwh: float) -> Site:
    return Site(
        name=name,
        latitude=latitude,
        longitude=longitude,
        import_limit_kw=17.0,
        export_limit_kw=17.0,
        markup_per_kwh=0.13,
        devices=(
            Photovoltaics("Roof PV", peak_kw=pv_kw, inverter_kw=0.9 * pv_kw, tilt=35, azimuth=180),
            Battery(
                "Home battery",
                capacity_kwh=10,
                power_kw=5,
                stock_at_start_kwh=3,
                chemistry="lfp_home",
            ),
            Load("Home", "household", size=year_kwh),
        ),
    )


COMPANIES: Final = (
    Company(
        schema_name="meridian",
        name="Meridian Metering",
        domain="meridian.localhost",
        colour="#0b6e4f",
        operator=Person("Olivia Operator", "operator@meridian.example", "MANAGER"),
        customers=(
            Customer(
                "Waalhaven Logistics",
                (
                    Person("Paul Planner", "planner@waalhaven.example", "PLANNER"),
                    Person("Vera Viewer", "viewer@waalhaven.example", "VIEWER"),
                ),
                (_LOGISTICS,),
            ),
            Customer(
                "Polder Fresh",
                (Person("Petra Polder", "planner@polder.example", "PLANNER"),),
                (_COLD_STORE,),
            ),
        ),
    ),
    Company(
        schema_name="noorderlicht",
        name="Noorderlicht Meters",
        domain="noorderlicht.localhost",
        colour="#27408b",
        operator=Person("Otto Operator", "operator@noorderlicht.example", "MANAGER"),
        customers=(
            Customer(
                "Family Jansen",
                (Person("Jan Jansen", "jan@jansen.example", "PLANNER"),),
                (_home("Jansen home", 53.22, 6.57, pv_kw=4.8, year_kwh=3400),),
            ),
            Customer(
                "Family De Vries",
                (Person("Anna de Vries", "anna@devries.example", "PLANNER"),),
                (_home("De Vries home", 53.20, 5.79, pv_kw=3.6, year_kwh=4300),),
            ),
        ),
    ),
)

"""GraphQL inputs of scheduling: documents with types, one input per kind of device."""

from enum import Enum
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np
import strawberry
from pydantic import ValidationError as DocumentInvalid
from strawberry import relay

from assets.models import Asset, Sensor
from scheduling import services
from scheduling.flex.context import SiteContext
from scheduling.flex.devices import Device
from scheduling.flex.study import BatteryStudy, HostingStudy
from scheduling.graphql.documents import InputTypes
from tenants.errors import as_validation_error, wrong
from tenants.graphql.context import Info
from tenants.graphql.lookup import visible_row
from tenants.graphql.scalars import Numbers


@strawberry.input(description="One quantile of what a sensor is believed to measure.")
class SensorQuantileInput:
    sensor: relay.GlobalID = strawberry.field(description="Whose beliefs are read.")
    cumulative_probability: float = strawberry.field(
        description="Share of outcomes below the value [share, above 0 to below 1]: 0.9 for a "
        "cautious load, 0.5 for the point value."
    )


@strawberry.input(
    one_of=True,
    description="A quantity over the window: one number, a number per step, or a sensor whose "
    "beliefs are read. In the unit of the field.",
)
class QuantityInput:
    constant: float | None = strawberry.field(
        default=strawberry.UNSET, description="One number for all steps [unit of the field]."
    )
    per_step: Numbers | None = strawberry.field(
        default=strawberry.UNSET,
        description="A number for each step of the window [unit of the field].",
    )
    sensor: relay.GlobalID | None = strawberry.field(
        default=strawberry.UNSET, description="Whose beliefs are read, as known at the request."
    )
    quantile: SensorQuantileInput | None = strawberry.field(
        default=strawberry.UNSET, description="A sensor of which a certain quantile is read."
    )


_TYPES: Final = InputTypes(QuantityInput)
#: Device classes by their kind.
KINDS: Final[dict[str, type[Any]]] = {
    kind.model_fields["kind"].default: kind
    for kind in (get_args(each)[0] for each in get_args(get_args(Device)[0]))
}


def _device_kinds() -> Any:
    """Return the input that is exactly one of the kinds of device."""
    left_out = frozenset({"name"})
    namespace: dict[str, Any] = {"__annotations__": {}}
    for kind, document in KINDS.items():
        name = "".join(part.capitalize() for part in kind.split("_"))
        made = _TYPES.of(document, name=f"{name}Input", leave_out=left_out)
        namespace["__annotations__"][kind] = made | None
        summary = made.__strawberry_definition__.description  # type: ignore[attr-defined]
        namespace[kind] = strawberry.field(default=strawberry.UNSET, description=summary)
    return strawberry.input(
        type("DeviceKindInput", (), namespace),
        one_of=True,
        description="What kind of device, with its parameters.",
    )


#: Fields of studies that may stand at the asset.
_KEPT: Final = frozenset(
    {
        *("load_kw", "pv_kw", "import_limit_kw", "export_limit_kw"),
        *("prices", "currency", "time_zone"),
    }
)


def _study_kinds() -> Any:
    """Return the input that is exactly one of the kinds of study."""
    namespace: dict[str, Any] = {"__annotations__": {}}
    for kind, document in (("battery", BatteryStudy), ("hosting", HostingStudy)):
        made = _TYPES.of(document, name=f"{kind.capitalize()}StudyInput", kept=_KEPT)
        namespace["__annotations__"][kind] = made | None
        summary = made.__strawberry_definition__.description  # type: ignore[attr-defined]
        namespace[kind] = strawberry.field(default=strawberry.UNSET, description=summary)
    return strawberry.input(
        type("StudyKindInput", (), namespace), one_of=True, description="What is asked of a year."
    )


if TYPE_CHECKING:
    DeviceKindInput = Any
    SiteContextInput = Any
    StudyKindInput = Any
else:
    DeviceKindInput = _device_kinds()
    SiteContextInput = _TYPES.of(
        SiteContext, name="SiteContextInput", leave_out=frozenset({"members"})
    )
    StudyKindInput = _study_kinds()


@strawberry.input(description="What one device can do.")
class DeviceFlexInput:
    asset: relay.GlobalID = strawberry.field(description="The device.")
    flex: DeviceKindInput = strawberry.field(description="Its kind, with its parameters.")
    power_sensor: relay.GlobalID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Where the planned power is recorded; a POWER sensor of the asset. That kept "
        "at the device when not given.",
    )
    stock_sensor: relay.GlobalID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Where a store's stock is measured and recorded; a STOCK sensor of the asset.",
    )


def to_context(given: Any, info: Info, *, field: str) -> SiteContext:
    """Return the document of ``given``, a ``SiteContextInput``.

    Raises:
        ValidationError: a value is wrong, or a sensor is not the actor's to see.
    """
    document = _document(given, info, field)
    try:
        return SiteContext.model_validate(document)
    except DocumentInvalid as error:
        raise as_validation_error(error, field=field) from error


def to_device(given: DeviceFlexInput, info: Info, *, field: str) -> services.DeviceFlex:
    """Return ``given`` with its rows looked up; its document is checked by the service.

    Raises:
        ValidationError: an asset or sensor is not the actor's to see.
    """
    kind, parameters = _one_of(given.flex)

    def sensor(name: str) -> Sensor | None:
        wanted = getattr(given, name)
        return visible_row(Sensor, wanted, info, field=f"{field}.{name}") if wanted else None

    return services.DeviceFlex(
        asset=visible_row(Asset, given.asset, info, field=f"{field}.asset"),
        document={"kind": kind, **_document(parameters, info, f"{field}.flex.{kind}")},
        power_sensor=sensor("power_sensor"),
        stock_sensor=sensor("stock_sensor"),
    )


def to_study(given: Any, info: Info, *, field: str) -> dict[str, Any]:
    """Return the fields of ``given``, a ``StudyKindInput``, and its kind; the service checks them.

    Raises:
        ValidationError: a sensor is not the actor's to see.
    """
    kind, parameters = _one_of(given)
    return {"kind": kind, **_document(parameters, info, f"{field}.{kind}")}


def _one_of(given: Any) -> tuple[str, Any]:
    [(kind, parameters)] = [
        (kind, value) for kind, value in vars(given).items() if value is not strawberry.UNSET
    ]
    return kind, parameters


def _document(given: Any, info: Info, field: str) -> dict[str, Any]:
    return {
        name: _plain(value, info, f"{field}.{name}")
        for name, value in vars(given).items()
        if value is not strawberry.UNSET and value is not None
    }


def _plain(value: Any, info: Info, field: str) -> Any:
    if isinstance(value, QuantityInput):
        return _quantity(value, info, field)
    if isinstance(value, list):
        return tuple(_plain(each, info, f"{field}.{i}") for i, each in enumerate(value))
    if isinstance(value, np.ndarray):
        return _numbers(value, field)
    if isinstance(value, Enum):
        return value.value
    if hasattr(value, "__strawberry_definition__"):
        return _document(value, info, field)
    return value


def _quantity(given: QuantityInput, info: Info, field: str) -> Any:
    if given.sensor:
        return {"sensor": visible_row(Sensor, given.sensor, info, field=field).pk}
    if given.quantile:
        return {
            "sensor": visible_row(Sensor, given.quantile.sensor, info, field=field).pk,
            "cumulative_probability": given.quantile.cumulative_probability,
        }
    if given.per_step is not strawberry.UNSET and given.per_step is not None:
        return _numbers(np.asarray(given.per_step), field)
    return given.constant


def _numbers(values: Any, field: str) -> tuple[float, ...]:
    if np.isnan(values).any():
        raise wrong(field, "a value is missing: each step needs one")
    return tuple(values.tolist())


def sensors_by_key(part: Any, info: Info, *, field: str) -> Any:
    """Return JSON with the keys of rows where it names sensors by their identifiers.

    Raises:
        ValidationError: a sensor is not the actor's to see.
    """
    if isinstance(part, list):
        return [sensors_by_key(each, info, field=f"{field}.{i}") for i, each in enumerate(part)]
    if not isinstance(part, dict):
        return part
    return {
        name: _key_of(value, info, field=f"{field}.{name}")
        if name == "sensor" and isinstance(value, str)
        else sensors_by_key(value, info, field=f"{field}.{name}")
        for name, value in part.items()
    }


def _key_of(text: str, info: Info, *, field: str) -> int:
    try:
        wanted = relay.GlobalID.from_id(text)
    except relay.GlobalIDValueError:
        raise wrong(field, "no such Sensor", code="not_found") from None
    return visible_row(Sensor, wanted, info, field=field).pk

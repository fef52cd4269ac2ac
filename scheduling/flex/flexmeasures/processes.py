"""Flex-models of the process scheduler."""

from typing import Any, Final

from scheduling.flex.flexmeasures.context import Parts
from scheduling.flex.flexmeasures.reading import known
from scheduling.flex.flexmeasures.units import POWER, duration, moment, quantity
from scheduling.flex.parsing import DocumentError

_PROCESS_FIELDS: Final = {
    "sensor",
    "power",
    "duration",
    "process-type",
    "time-restrictions",
    "optimization-direction",
}


def add_process(given: dict[str, Any], parts: Parts, path: str) -> None:
    """Add a device of the process scheduler."""
    known(given, {"name", "kind", "flex_model"}, path)
    model, at = given.get("flex_model", {}), f"{path}.flex_model"
    known(model, _PROCESS_FIELDS, at)
    kind = str(model.get("process-type", "INFLEXIBLE")).lower()
    if kind not in {"inflexible", "shiftable", "breakable"}:
        raise DocumentError([(f"{at}.process-type", f"{kind!r} is not a process type")])
    forbidden = []
    for i, span in enumerate(model.get("time-restrictions", [])):
        where = f"{at}.time-restrictions[{i}]"
        known(span, {"start", "end", "duration"}, where)
        start = moment(span.get("start"), where)
        end = (
            start + duration(span["duration"], where)
            if "duration" in span
            else moment(span.get("end"), where)
        )
        forbidden.append({"start": start, "end": end})
    parts.devices.append(
        {
            "kind": "process",
            "name": given["name"],
            "flexibility": kind,
            "power_kw": quantity(model.get("power"), POWER, f"{at}.power", bare="kW"),
            "duration_minutes": duration(model.get("duration"), f"{at}.duration").total_seconds()
            / 60,
            "forbidden": tuple(forbidden),
        }
    )

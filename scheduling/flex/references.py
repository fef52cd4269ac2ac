"""Sensors that a document refers to, and their values put in their place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scheduling.flex.parsing import document_from_object
from scheduling.flex.quantities import Document, SensorReference, leaves
from scheduling.flex.site import SiteDocument


@dataclass(frozen=True, slots=True)
class Reference:
    """A sensor that stands for values at ``path``, for example ``devices[0].power_kw``."""

    path: str
    sensor: int | str
    cumulative_probability: float | None = None


def references(document: Document) -> list[Reference]:
    """Return every reference to a sensor in ``document``, in order of place."""
    return [
        Reference(path, value.sensor, value.cumulative_probability)
        for path, _, value in _quantities(document)
        if isinstance(value, SensorReference)
    ]


def _quantities(document: Document) -> Iterable[tuple[str, str, Any]]:
    return document.quantities if isinstance(document, SiteDocument) else leaves(document)


def resolve(document: SiteDocument, values: Mapping[str, Sequence[float]]) -> SiteDocument:
    """Return ``document`` with numbers in place of sensors.

    Args:
        values: one value per step for each path of ``references(document)``.

    Raises:
        KeyError: a path has no values.
        DocumentError: values are not finite, negative where they may not be, or not one per
            step.
    """
    return document_from_object(replaced(document, values))


def replaced(value: Any, values: Mapping[str, Sequence[float]], path: str = "") -> Any:
    """Return ``value``, a part of a document, as an object with numbers in place of sensors.

    Raises:
        KeyError: a path has no values.
    """
    if isinstance(value, SensorReference):
        return tuple(float(number) for number in values[path])
    if isinstance(value, Document):
        return {
            field: replaced(part, values, f"{path}.{field}" if path else field)
            for field, part in value.fields()
        }
    if isinstance(value, tuple) and value and isinstance(value[0], Document):
        return tuple(replaced(part, values, f"{path}[{i}]") for i, part in enumerate(value))
    return value

"""What explains a plan, and how it is written as JSON."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.interpret.baselines import Saving
from scheduling.interpret.devices import DeviceReason
from scheduling.interpret.rainflow import Wear
from scheduling.interpret.reasons import Reason
from scheduling.planning.resolving import Resolve

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What explains one plan; empty where there is none.

    Attributes:
        reasons: limits that bind.
        device_reasons: what each device does, and what for.
        price_per_kwh: what one more kWh of load costs at each node, shape (T,) [currency/kWh];
            at the grid connection under its name.
        stock_value_per_kwh: what a kWh in each stock is worth at the end of each step, shape
            (T,) [currency/kWh].
        savings: against each baseline.
        wear: what the plan takes of each battery, as a meter would tell afterwards.
        resolves: what a kW or a kWh more is worth at the limits that bind most, where asked.
        took_ms: to explain.
    """

    reasons: tuple[Reason, ...] = ()
    device_reasons: tuple[DeviceReason, ...] = ()
    price_per_kwh: dict[str, Array] = field(default_factory=dict)
    stock_value_per_kwh: dict[str, Array] = field(default_factory=dict)
    savings: tuple[Saving, ...] = ()
    wear: dict[str, Wear] = field(default_factory=dict)
    resolves: tuple[Resolve, ...] = ()
    took_ms: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as objects that JSON knows; times in ISO 8601."""
        return {
            "reasons": [_reason_json(each) for each in self.reasons],
            "device_reasons": [_device_reason_json(each) for each in self.device_reasons],
            "price_per_kwh": _lists(self.price_per_kwh),
            "stock_value_per_kwh": _lists(self.stock_value_per_kwh),
            "savings": [_saving_json(each) for each in self.savings],
            "wear": {name: wear_json(each) for name, each in self.wear.items()},
            "resolves": [_resolve_json(each) for each in self.resolves],
            "explained_ms": self.took_ms,
        }


def wear_json(wear: Wear) -> dict[str, Any]:
    """Return ``wear`` as objects that JSON knows."""
    return {
        "full_cycles": wear.full_cycles,
        "deepest": wear.deepest,
        "by_depth": wear.by_depth.tolist(),
        "life": wear.life,
        "cost": wear.cost,
    }


def _lists(series: dict[str, Array]) -> dict[str, list[float]]:
    return {name: (values + 0.0).tolist() for name, values in series.items()}


def _reason_json(reason: Reason) -> dict[str, Any]:
    return {
        "text": reason.text,
        "limit": reason.limit,
        "of": reason.of,
        "start": reason.start.isoformat(),
        "end": reason.end.isoformat(),
        "worth": reason.worth,
        "per": reason.per,
        "worth_per_kwh": reason.worth_per_kwh,
        "basis": reason.basis.value,
        "worths": list(reason.worths),
        "courses": None if reason.courses is None else list(reason.courses),
    }


def _resolve_json(resolve: Resolve) -> dict[str, Any]:
    return {
        "text": resolve.text,
        "limit": resolve.limit,
        "of": resolve.of,
        "start": resolve.start.isoformat(),
        "end": resolve.end.isoformat(),
        "unit": resolve.unit,
        "saving": resolve.saving,
        "off_by": resolve.off_by,
        "by_dual": resolve.by_dual,
        "basis": resolve.basis.value,
    }


def _device_reason_json(reason: DeviceReason) -> dict[str, Any]:
    span = (reason.span_start, reason.span_end)
    return {
        "text": reason.text,
        "device": reason.device,
        "action": reason.action.value,
        "purpose": reason.purpose.value,
        "start": reason.start.isoformat(),
        "end": reason.end.isoformat(),
        "energy_kwh": reason.energy_kwh,
        "price_per_kwh": reason.price,
        "worth_per_kwh": reason.worth,
        "span": [each.isoformat() for each in span if each is not None],
    }


def _saving_json(saving: Saving) -> dict[str, Any]:
    return {
        "baseline": saving.baseline.value,
        "cost": saving.cost,
        "saving": saving.saving,
        "costs": saving.costs,
        "beyond_kw": saving.beyond_kw,
        "beyond_hours": saving.beyond_hours,
        "why": saving.why,
    }

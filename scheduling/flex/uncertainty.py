"""What may come otherwise: scenarios with weights, and how much the worst of them counts."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Final, Self

from pydantic import Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.quantities import Document, Name, NotNegative, Number, Positive

MOST_SCENARIOS: Final = 200
_ROUNDING: Final = 1e-6

Probability = Annotated[float, Strict(), Field(gt=0, lt=1)]
PerStep = Annotated[tuple[Number, ...], Field(min_length=1)]


class AtNode(Document):
    """What a scenario has otherwise at a node.

    Attributes:
        import_per_kwh, export_per_kwh: its prices, where it is billed by itself.
        uncontrolled_kw: power into it of what no plan moves.
    """

    import_per_kwh: PerStep | None = None
    export_per_kwh: PerStep | None = None
    uncontrolled_kw: PerStep | None = None


class Scenario(AtNode):
    """One course that things may take; what it does not say is as the document says.

    Attributes:
        weight: how likely it is; those of all scenarios sum to 1.
        import_per_kwh, export_per_kwh: prices of the grid connection.
        uncontrolled_kw: at the root.
        nodes: what is otherwise at nodes below it, by name.
        power_kw: of loads, and what generation makes available, by name of the device.
        quantile: of the forecasts, that this is, of the power into the site: what higher ones say
            may not be less, and of generation not more; none where it is something else.
    """

    name: Name
    weight: Positive
    nodes: Annotated[dict[str, AtNode], Field(max_length=2_000)] = {}
    power_kw: Annotated[dict[str, PerStep], Field(max_length=2_000)] = {}
    quantile: Probability | None = None


class Attitude(Document):
    """How scenarios are planned for together.

    Attributes:
        decided_hours: from the start on, in which all scenarios share one plan: they cannot be
            told apart yet.
        risk_weight: of the mean cost of the worst scenarios, beside the mean cost of all.
        tail_share: how many of them, by weight, are the worst (CVaR).
    """

    decided_hours: NotNegative = 4.0
    risk_weight: NotNegative = 0.0
    tail_share: Annotated[float, Strict(), Field(gt=0, le=1)] = 0.1


def _check_sum(weights: Sequence[float]) -> None:
    total = sum(weights)
    if abs(total - 1.0) > _ROUNDING:
        raise PydanticCustomError(
            "weights",
            "weights of scenarios sum to {total}: they should sum to 1",
            {"total": round(total, 9)},
        )


class Uncertainty(Attitude):
    """Scenarios that are planned for together.

    Attributes:
        scenarios: none where nothing is uncertain.
    """

    scenarios: Annotated[tuple[Scenario, ...], Field(max_length=MOST_SCENARIOS)] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not self.scenarios:
            return self
        _check_sum([each.weight for each in self.scenarios])
        names = [each.name for each in self.scenarios]
        for name in names:
            if names.count(name) > 1:
                raise PydanticCustomError(
                    "inconsistent", "two scenarios are called {name}", {"name": name}
                )
        return self


class Quantiles(Attitude):
    """Scenarios by the quantiles of what sensors are believed to measure: all of them together.

    A scenario of probability p takes of each price, load and generation the quantile p of its
    price or of the power into the site: the higher p, the dearer. What is known for certain is
    the same in all.

    Attributes:
        probabilities: rising, between 0 and 1.
        weights: of the scenarios, in the same order; they sum to 1.
    """

    probabilities: Annotated[
        tuple[Probability, ...],
        Field(min_length=1, max_length=MOST_SCENARIOS),
    ]
    weights: tuple[Positive, ...]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if len(self.weights) != len(self.probabilities):
            raise PydanticCustomError("weights", "give as many weights as probabilities")
        if any(after <= before for before, after in pairwise(self.probabilities)):
            raise PydanticCustomError("inconsistent", "probabilities should rise")
        _check_sum(self.weights)
        return self

"""GraphQL inputs of what may come otherwise."""

from typing import Any

import strawberry
from pydantic import ValidationError as DocumentInvalid

from scheduling.flex.uncertainty import Quantiles, Uncertainty
from tenants.errors import as_validation_error


@strawberry.input
class AttitudeInput:
    """How scenarios are planned for together, however they are given."""

    decided_hours: float = strawberry.field(
        default=4.0,
        description="From the start on, in which all scenarios share one plan [h, >= 0].",
    )
    risk_weight: float = strawberry.field(
        default=0.0,
        description="Of the mean cost of the worst scenarios, beside the mean cost of all "
        "[ratio, >= 0].",
    )
    tail_share: float = strawberry.field(
        default=0.1, description="How many, by weight, are the worst [share, > 0]."
    )


@strawberry.input(
    description="Scenarios by quantiles of the forecasts that the plan reads: a scenario of "
    "probability p takes of each price, and of the power of each load, of each roof and of what is "
    "not controlled into the site, the quantile p. What is known for certain is the same in all."
)
class QuantilesInput(AttitudeInput):
    probabilities: list[float] = strawberry.field(
        description="Rising [share, 0 to 1], such as 0.1, 0.5, 0.9."
    )
    weights: list[float] = strawberry.field(
        description="Of the scenarios, in the same order [share, > 0]; they sum to 1."
    )


@strawberry.input(description="What one load draws, or one roof makes available, in a scenario.")
class ScenarioPowerInput:
    device: str = strawberry.field(description="Name of the load or the roof in the plan.")
    power_kw: list[float] = strawberry.field(
        description="One per step [kW]: drawn, either sign, of a load; >= 0 of a roof."
    )


@strawberry.input(description="What a scenario has otherwise at a node below the asset.")
class ScenarioNodeInput:
    node: str = strawberry.field(description="Name of the node in the plan.")
    import_per_kwh: list[float] | None = strawberry.field(
        default=None,
        description="Its price of import, one per step [currency/kWh, either sign].",
    )
    export_per_kwh: list[float] | None = strawberry.field(
        default=None,
        description="Its price of export, one per step [currency/kWh, either sign].",
    )
    uncontrolled_kw: list[float] | None = strawberry.field(
        default=None,
        description="Of what no plan moves there, one per step [kW, positive into the node].",
    )


@strawberry.input(
    description="One course that things may take. What it does not say is as the plan reads it."
)
class ScenarioInput:
    name: str = strawberry.field(description="What it is called, once among the scenarios.")
    weight: float = strawberry.field(
        description="How likely it is [share, > 0]; those of all scenarios sum to 1."
    )
    quantile: float | None = strawberry.field(
        default=None,
        description="Which quantile of the forecasts it is, of the power into the site "
        "[share, 0 to 1]: those of several may not cross.",
    )
    import_per_kwh: list[float] | None = strawberry.field(
        default=None,
        description="Price of import, one per step [currency/kWh, either sign].",
    )
    export_per_kwh: list[float] | None = strawberry.field(
        default=None,
        description="Price of export, one per step [currency/kWh, either sign].",
    )
    uncontrolled_kw: list[float] | None = strawberry.field(
        default=None,
        description="Of what no plan moves at the asset, one per step "
        "[kW, positive into the site].",
    )
    power: list[ScenarioPowerInput] = strawberry.field(
        default_factory=list, description="Of loads and roofs that are otherwise."
    )
    nodes: list[ScenarioNodeInput] = strawberry.field(
        default_factory=list, description="Nodes below the asset at which something is otherwise."
    )


@strawberry.input(
    description="Scenarios that are planned for together: what is decided first is the same in "
    "all, later each has a plan of its own."
)
class ScenariosInput(AttitudeInput):
    scenarios: list[ScenarioInput] = strawberry.field(description="One to 200.")


def to_quantiles(given: QuantilesInput | None) -> Quantiles | None:
    """Return the quantiles to plan over, None where none are given.

    Raises:
        ValidationError: they do not make sense.
    """
    if given is None:
        return None
    try:
        return Quantiles(
            probabilities=tuple(given.probabilities),
            weights=tuple(given.weights),
            decided_hours=given.decided_hours,
            risk_weight=given.risk_weight,
            tail_share=given.tail_share,
        )
    except DocumentInvalid as error:
        raise as_validation_error(error, field="quantiles") from error


def to_uncertainty(given: ScenariosInput | None) -> Uncertainty | None:
    """Return the scenarios to plan for, None where none are given.

    Raises:
        ValidationError: they do not make sense.
    """
    if given is None:
        return None
    try:
        return Uncertainty.model_validate(
            {
                "scenarios": [_scenario(each) for each in given.scenarios],
                "decided_hours": given.decided_hours,
                "risk_weight": given.risk_weight,
                "tail_share": given.tail_share,
            }
        )
    except DocumentInvalid as error:
        raise as_validation_error(error, field="scenarios") from error


def _scenario(given: ScenarioInput) -> dict[str, Any]:
    return {
        "name": given.name,
        "weight": given.weight,
        "quantile": given.quantile,
        "import_per_kwh": given.import_per_kwh,
        "export_per_kwh": given.export_per_kwh,
        "uncontrolled_kw": given.uncontrolled_kw,
        "power_kw": {each.device: each.power_kw for each in given.power},
        "nodes": {
            each.node: {
                "import_per_kwh": each.import_per_kwh,
                "export_per_kwh": each.export_per_kwh,
                "uncontrolled_kw": each.uncontrolled_kw,
            }
            for each in given.nodes
        },
    }

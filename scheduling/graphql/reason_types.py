"""GraphQL types of what explains a plan."""

from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

import strawberry

from assets.graphql.series import Series, planned
from scheduling import models
from scheduling.flex.run import (
    DeviceReasonFound,
    ReasonFound,
    ResolveFound,
    RunResult,
    SavingFound,
)
from scheduling.interpret.baselines import Baseline
from scheduling.interpret.device_wording import Action, Purpose
from scheduling.interpret.reasons import Basis
from tenants.graphql.context import Info
from tenants.graphql.enums import public_enum
from tenants.graphql.money import Money, money
from tenants.graphql.scalars import Numbers

public_enum(
    Action,
    description="What a device does.",
    says={
        Action.CHARGES: "It draws power into its stock.",
        Action.HEATS: "It draws power to heat a tank or a building.",
        Action.DISCHARGES: "It gives power from its stock.",
        Action.HELD_BACK: "It gives less than it could.",
        Action.RUNS: "A process runs.",
    },
)
public_enum(
    Purpose,
    description="What a device acts for.",
    says={
        Purpose.USED_LATER: "It discharges later, during purposeStart to purposeEnd.",
        Purpose.NEEDED_BY: "So much is asked for by purposeEnd.",
        Purpose.FULL_BY: "It is full by purposeEnd, and later a kWh costs more.",
        Purpose.KEPT: "What is in stock at the end is worth it.",
        Purpose.CHARGED_BEFORE: "It gives what was charged during purposeStart to purposeEnd.",
        Purpose.HELD_AT_START: "It gives what it held at the start.",
        Purpose.NO_CHOICE: "It costs more than it is worth; its limits leave no choice.",
        Purpose.NONE: "Nothing further.",
    },
)
public_enum(
    Basis,
    description="What the worth of a limit rests on.",
    says={
        Basis.DUAL: "Its dual: it holds for small changes.",
        Basis.DUAL_CHOICES_FIXED: "Its dual with what is on or off as planned.",
        Basis.RESOLVE: "A plan made anew with a kW or a kWh more.",
        Basis.RESOLVE_NEARBY: "A plan made anew with a kW or a kWh more along exact equations "
        "that bend: no plan nearby costs less, one far away might.",
    },
)
public_enum(
    Baseline,
    description="How a site runs that is not planned.",
    says={
        Baseline.NO_CONTROL: "Batteries stand still, vehicles charge on arrival, processes start "
        "at once.",
        Baseline.NAIVE_CONTROL: "The same, but batteries store the site's surplus and give what "
        "it needs.",
    },
)


@strawberry.type(description="A limit that holds the plan back, over one interval.")
class Reason:
    text: str = strawberry.field(description="In plain words, in the language asked for.")
    start: datetime = strawberry.field(description="Beginning of the interval.")
    end: datetime = strawberry.field(description="Its end, not part of it.")
    limit: str = strawberry.field(description="Which limit, such as `import limit`.")
    of: str = strawberry.field(description="Whose limit: a device, a stock, a node, a peak.")
    worth_per_kwh: float | None = strawberry.field(
        description="What a little more room saves [currency/kWh, >= 0]; null for a peak."
    )
    worth_per_kw: float | None = strawberry.field(
        description="What a little more room saves [currency/kW, >= 0]; of a peak only."
    )
    basis: Basis | None = strawberry.field(
        description="What that rests on; null in runs of older releases."
    )
    each_worth_per_kwh: Numbers | None = strawberry.field(
        description="That of each step of the interval [currency/kWh, >= 0]; null for a peak, "
        "empty in runs of older releases."
    )
    each_worth_per_kw: Numbers | None = strawberry.field(
        description="That of each period of a peak [currency/kW, >= 0]; null for other limits."
    )
    scenarios_binding: int | None = strawberry.field(
        description="In how many of the `scenarios` it binds [count, >= 1]; null where in all of "
        "them, and of a plan without scenarios."
    )

    @classmethod
    def of_found(cls, found: ReasonFound, info: Info) -> Self:
        currency, language = info.context.currency, info.context.language
        return cls(
            text=found.words(currency=currency, language=language),
            start=found.start,
            end=found.end,
            limit=found.limit,
            of=found.of,
            worth_per_kwh=found.worth if found.per == "kWh" else None,
            worth_per_kw=found.worth if found.per == "kW" else None,
            basis=found.basis,
            each_worth_per_kwh=Numbers(found.worths) if found.per == "kWh" else None,
            each_worth_per_kw=Numbers(found.worths) if found.per == "kW" else None,
            scenarios_binding=None if found.courses is None else found.courses[0],
        )


@strawberry.type(description="What a whole kW or kWh more room at a limit saves, planned anew.")
class ResolvedLimit:
    text: str = strawberry.field(description="In plain words, in the language asked for.")
    start: datetime = strawberry.field(description="Beginning of the interval with more room.")
    end: datetime = strawberry.field(description="Its end, not part of it.")
    limit: str = strawberry.field(description="Which limit, such as `import limit`.")
    of: str = strawberry.field(description="Whose limit: a device, a stock, a node, a peak.")
    is_stock: bool = strawberry.field(
        description="Whether the room is one kWh of a stock; else it is one kW of power."
    )
    saving: Money = strawberry.field(description="What the whole interval with it saves.")
    off_by: Money = strawberry.field(
        description="It saves that, give or take so much: what the plans are not proven to."
    )
    by_dual: Money = strawberry.field(
        description="What the dual says of the same; zero where the limit does not bind."
    )
    basis: Basis = strawberry.field(description="What the saving rests on.")

    @classmethod
    def of_found(cls, found: ResolveFound, info: Info) -> Self:
        currency, language = info.context.currency, info.context.language
        return cls(
            text=found.words(currency=currency, language=language),
            start=found.start,
            end=found.end,
            limit=found.limit,
            of=found.of,
            is_stock=found.unit == "kWh",
            saving=money(found.saving, info),
            off_by=money(found.off_by, info),
            by_dual=money(found.by_dual, info),
            basis=found.basis,
        )


@strawberry.type(description="Why a device does what it does, over one interval.")
class DeviceReason:
    text: str = strawberry.field(
        description="In plain words, in the language asked for, times in the site's zone."
    )
    device: str = strawberry.field(description="Name of the device in the plan.")
    action: Action = strawberry.field(description="What it does.")
    purpose: Purpose = strawberry.field(description="What for.")
    start: datetime = strawberry.field(description="Beginning of the interval.")
    end: datetime = strawberry.field(description="Its end, not part of it.")
    energy_kwh: float = strawberry.field(description="Energy moved [kWh, >= 0].")
    price_per_kwh: float = strawberry.field(
        description="What a kWh costs, or saves, where it stands [currency/kWh, either sign]."
    )
    worth_per_kwh: float = strawberry.field(
        description="What a kWh drawn is worth to it, or what one given costs it, wear counted "
        "[currency/kWh, either sign]. Of a process: the mean price of when it may run."
    )
    purpose_start: datetime | None = strawberry.field(
        description="Beginning of what the purpose refers to; null where it refers to no time."
    )
    purpose_end: datetime | None = strawberry.field(description="Its end, not part of it.")

    @classmethod
    def of_found(cls, found: DeviceReasonFound, zone: str, info: Info) -> Self:
        currency, language = info.context.currency, info.context.language
        start, end = found.span or (None, None)
        return cls(
            text=found.words(currency=currency, language=language, zone=ZoneInfo(zone)),
            device=found.device,
            action=found.action,
            purpose=found.purpose,
            start=found.start,
            end=found.end,
            energy_kwh=found.energy_kwh,
            price_per_kwh=found.price_per_kwh,
            worth_per_kwh=found.worth_per_kwh,
            purpose_start=start,
            purpose_end=end,
        )


@strawberry.type(description="What the site would cost unplanned, and what the plan saves.")
class BaselineCost:
    baseline: Baseline = strawberry.field(description="How the site would run.")
    cost: Money | None = strawberry.field(
        description="What that would cost; null where `why` says that it cannot be told."
    )
    saving: Money | None = strawberry.field(
        description="That, less the plan's cost: positive where the plan is cheaper."
    )
    beyond_kw: float = strawberry.field(
        description="How far it would pass a hard limit at most [kW, >= 0]."
    )
    beyond_hours: float = strawberry.field(description="How long it would pass one [h, >= 0].")
    why: str = strawberry.field(
        description="Why it cannot be told, in the language of the request; empty if it can."
    )

    @classmethod
    def of_found(cls, found: SavingFound, info: Info) -> Self:
        return cls(
            baseline=found.baseline,
            cost=None if found.cost is None else money(found.cost, info),
            saving=None if found.saving is None else money(found.saving, info),
            beyond_kw=found.beyond_kw,
            beyond_hours=found.beyond_hours,
            why=found.why_said(language=info.context.language),
        )


@strawberry.type(description="What one kWh more costs at a node, or is worth in a stock.")
class MarginalPrice:
    name: str = strawberry.field(description="Name of the node or the stock in the plan.")
    is_stock: bool = strawberry.field(description="Whether it is a stock.")
    price: Series = strawberry.field(
        description="Of each step, of a stock at its end; unit currency/kWh."
    )


def marginal_prices(
    run: models.ScheduleRun, result: RunResult, currency: str
) -> list[MarginalPrice]:
    """Return what a kWh is worth at each node and in each stock of ``run``."""
    return [
        MarginalPrice(
            name=name,
            is_stock=is_stock,
            price=planned(values, run.start, run.step, f"{currency}/kWh"),
        )
        for is_stock, series in (
            (False, result.price_per_kwh),
            (True, result.stock_value_per_kwh),
        )
        for name, values in series.items()
    ]

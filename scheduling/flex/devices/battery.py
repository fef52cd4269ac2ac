"""Batteries."""

from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Final, Literal, Protocol, Self

from pydantic import Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.devices.storing import Flowing, Holding
from scheduling.flex.quantities import Document, NotNegative, Positive, Share
from scheduling.formulation.ageing import Life


class Chemistry(StrEnum):
    """What a battery is made of and used for, which says what wearing it costs."""

    LFP_INDUSTRIAL = "lfp_industrial"
    LFP_HOME = "lfp_home"
    NMC_VEHICLE = "nmc_vehicle"
    SECOND_LIFE = "second_life"


#: Replacement per usable kWh divided by full cycles to 80 % [currency/kWh discharged].
#: Never zero: a free battery moves energy for the smallest spread, and wears out.
WEAR_COST_PER_KWH: Final = {
    Chemistry.LFP_INDUSTRIAL: 0.02,
    Chemistry.LFP_HOME: 0.04,
    Chemistry.NMC_VEHICLE: 0.07,
    Chemistry.SECOND_LIFE: 0.04,
}


class Ageing(StrEnum):
    """What wears a battery.

    Attributes:
        by_throughput: every kWh alike.
        by_depth: the depth of cycles; worth its time in plans of two days and more.
    """

    BY_THROUGHPUT = "by_throughput"
    BY_DEPTH = "by_depth"


#: What a chemistry costs to replace [currency per kWh of capacity], and how long it lives; where
#: the figures come from is told in docs/flexibility.md. The curve of NMC is that of Xu et al.,
#: "Factoring the cycle aging cost of batteries participating in electricity markets", IEEE Trans.
#: Power Systems 33 (2018): a cycle takes 5.24e-4 · depth^2.03 of its life.
LIFE: Final = {
    Chemistry.LFP_INDUSTRIAL: Life(replacement=140.0, full_cycles=7_000.0, depth_exponent=1.0),
    Chemistry.LFP_HOME: Life(replacement=240.0, full_cycles=6_000.0, depth_exponent=1.0),
    Chemistry.NMC_VEHICLE: Life(replacement=130.0, full_cycles=1 / 5.24e-4, depth_exponent=2.03),
    Chemistry.SECOND_LIFE: Life(replacement=70.0, full_cycles=1_750.0, depth_exponent=1.0),
}


class EfficiencyAt(Document):
    """Efficiencies at one stock, of a battery whose efficiencies change with it.

    Attributes:
        stock_kwh: at the start of a step.
        charge_efficiency, discharge_efficiency: each way, at the terminals.
    """

    stock_kwh: NotNegative
    charge_efficiency: Share
    discharge_efficiency: Share


class Battery(Flowing, Holding):
    """A store that is charged and discharged at the site.

    Attributes:
        capacity_kwh: usable stock from empty to full.
        charge_efficiency, discharge_efficiency: each way, at the terminals.
        efficiency_by_stock: instead of these two, efficiencies at stocks that rise, on straight
            lines between them and level beyond; the plan is refined.
        quadratic_loss_per_kw: lost besides, each way: this times the square of the power; the plan
            is refined.
        chemistry: says what wear costs when ``wear_cost_per_kwh`` does not.
        wear_cost_per_kwh: per kWh discharged; half of it is booked on charging.
        ageing: what wear is planned by.
        replacement_cost_per_kwh: of a kWh of capacity; that of the chemistry when not given.
        full_cycles: cycles from full to empty until it is replaced; as the chemistry lives when
            not given.
        depth_exponent: how much more a deep cycle takes: depth to this power; 1 is in proportion.
    """

    kind: Literal["battery"] = "battery"
    capacity_kwh: Positive
    charge_efficiency: Share = 0.95
    discharge_efficiency: Share = 0.95
    efficiency_by_stock: Annotated[tuple[EfficiencyAt, ...], Field(max_length=8)] = ()
    quadratic_loss_per_kw: NotNegative = 0.0
    chemistry: Chemistry = Chemistry.LFP_INDUSTRIAL
    wear_cost_per_kwh: NotNegative | None = None
    ageing: Ageing = Ageing.BY_THROUGHPUT
    replacement_cost_per_kwh: Positive | None = None
    full_cycles: Positive | None = None
    depth_exponent: Annotated[float, Strict(), Field(ge=1, le=5)] | None = None

    @property
    def life(self) -> Life:
        """What wears it out: what is given, else what its chemistry says."""
        return life_of(self)

    @property
    def wear_price(self) -> float:
        """Currency per kWh discharged."""
        given = self.wear_cost_per_kwh
        return WEAR_COST_PER_KWH[self.chemistry] if given is None else given

    @model_validator(mode="after")
    def _stock_fits(self) -> Self:
        check_stock(self, self.capacity_kwh)
        least = self.stock_min_kwh
        if least is None or (isinstance(least, float) and least < 0):
            raise PydanticCustomError(
                "stock_below_zero", "stock_min_kwh of a battery should be at least 0"
            )
        self._check_ageing()
        self._check_bends()
        return self

    @property
    def is_bent(self) -> bool:
        """Whether what it stores is not in proportion to what it draws."""
        return bool(self.quadratic_loss_per_kw or self.efficiency_by_stock)

    def _check_bends(self) -> None:
        stocks = [each.stock_kwh for each in self.efficiency_by_stock]
        if stocks and (len(stocks) < 2 or any(low >= high for low, high in pairwise(stocks))):
            raise PydanticCustomError(
                "efficiency_by_stock", "efficiency_by_stock needs two points or more, stocks rising"
            )
        given = self.charge_limit_kw
        most = max(given) if isinstance(given, tuple) else given
        table = [each.charge_efficiency for each in self.efficiency_by_stock]
        least = min(table, default=self.charge_efficiency)
        if isinstance(most, float) and 2 * self.quadratic_loss_per_kw * most >= least:
            raise PydanticCustomError(
                "quadratic_loss",
                "quadratic_loss_per_kw is {loss}: at charge_limit_kw, {most} kW, a kW more would "
                "store nothing; it should be below {bound}",
                {
                    "loss": self.quadratic_loss_per_kw,
                    "most": most,
                    "bound": round(least / (2 * most), 6),
                },
            )

    def _check_ageing(self) -> None:
        if self.ageing is not Ageing.BY_DEPTH:
            return
        if self.is_bent:
            raise PydanticCustomError(
                "ageing",
                "a battery that ages by_depth has no quadratic_loss_per_kw and no "
                "efficiency_by_stock",
            )
        if self.wear_cost_per_kwh is not None:
            raise PydanticCustomError(
                "ageing",
                "wear_cost_per_kwh is by throughput: leave it out, and give "
                "replacement_cost_per_kwh and full_cycles where the chemistry's do not fit",
            )
        if self.gain_kw != 0.0 or self.usage_kw != 0.0:
            raise PydanticCustomError(
                "ageing", "a battery that ages by_depth has no gain_kw and no usage_kw"
            )


class Aging(Protocol):
    """What is known of how something wears out; fields as of ``Battery``."""

    @property
    def chemistry(self) -> Chemistry: ...
    @property
    def replacement_cost_per_kwh(self) -> float | None: ...
    @property
    def full_cycles(self) -> float | None: ...
    @property
    def depth_exponent(self) -> float | None: ...


def life_of(battery: Aging) -> Life:
    """Return what wears ``battery`` out: what is given, else what its chemistry says."""
    usual = LIFE[battery.chemistry]
    return Life(
        replacement=battery.replacement_cost_per_kwh or usual.replacement,
        full_cycles=battery.full_cycles or usual.full_cycles,
        depth_exponent=battery.depth_exponent or usual.depth_exponent,
    )


def check_stock(holding: Holding, capacity_kwh: float) -> None:
    """Check that no number of ``holding`` is above its maximum.

    Raises:
        PydanticCustomError: one is.
    """
    most = capacity_kwh
    if isinstance(holding.stock_max_kwh, float):
        most = min(most, holding.stock_max_kwh)
    for field, bound in (
        ("stock_at_start_kwh", most),
        ("stock_at_end_min_kwh", most),
        ("stock_min_kwh", most),
        ("stock_max_kwh", capacity_kwh),
    ):
        value = getattr(holding, field)
        for number in value if isinstance(value, tuple) else (value,):
            if isinstance(number, float) and number > bound:
                raise PydanticCustomError(
                    "stock_above_maximum",
                    "{field} is {stock} kWh, above the maximum of {most} kWh",
                    {"field": field, "stock": number, "most": bound},
                )

"""What lies between the devices and the market: prices, limits, nodes, peaks, commitments."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.quantities import (
    Document,
    LossShare,
    Name,
    NotNegative,
    Positive,
    Varying,
    VaryingMagnitude,
)


class PricePart(Document):
    """A part of a price that is told by itself, such as a tax or a fee of the grid.

    Attributes:
        name: of the part, once at a connection.
        import_per_kwh: what of the price of import it is; nothing when not given.
        export_per_kwh: what of the price of export it is; nothing when not given.
    """

    name: Name
    import_per_kwh: Varying = 0.0
    export_per_kwh: Varying = 0.0


class Prices(Document):
    """What energy costs and earns at a connection; either may be negative.

    Attributes:
        import_per_kwh: paid for import, with all its parts.
        export_per_kwh: earned by export, with all its parts; nothing when not given.
        parts: what of these are taxes and fees: each is a cost of its own, and energy is the rest.
    """

    import_per_kwh: Varying
    export_per_kwh: Varying = 0.0
    parts: Annotated[tuple[PricePart, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _parts_have_names(self) -> Self:
        if len({part.name for part in self.parts}) < len(self.parts):
            raise PydanticCustomError("inconsistent", "two parts of a price have the same name")
        return self


class Connection(Document):
    """Limits of a connection or a node; each is hard, or soft with a price beyond it.

    Attributes:
        import_limit_kw, export_limit_kw: most power in this direction; none when not given.
        import_breach_price_per_kwh, export_breach_price_per_kwh: of each kWh beyond the limit,
            which makes it soft.
        import_breach_price_per_kw, export_breach_price_per_kw: of the highest power beyond the
            limit in the window.
        phase_limit_kw: most power in each of the three phases, either way, as a fuse allows: 0.23
            for each ampere. What is on one phase says so by its ``phase``; hard.
    """

    import_limit_kw: VaryingMagnitude | None = None
    export_limit_kw: VaryingMagnitude | None = None
    import_breach_price_per_kwh: VaryingMagnitude | None = None
    export_breach_price_per_kwh: VaryingMagnitude | None = None
    import_breach_price_per_kw: NotNegative = 0.0
    export_breach_price_per_kw: NotNegative = 0.0
    phase_limit_kw: VaryingMagnitude | None = None

    @model_validator(mode="after")
    def _priced_limits_exist(self) -> Self:
        for direction in ("import", "export"):
            price = getattr(self, f"{direction}_breach_price_per_kwh")
            if price is not None and getattr(self, f"{direction}_limit_kw") is None:
                raise PydanticCustomError(
                    "limit_missing",
                    "{direction}_breach_price_per_kwh needs {direction}_limit_kw",
                    {"direction": direction},
                )
            if price is None and getattr(self, f"{direction}_breach_price_per_kw"):
                raise PydanticCustomError(
                    "price_missing",
                    "{direction}_breach_price_per_kw needs {direction}_breach_price_per_kwh",
                    {"direction": direction},
                )
        return self


class Node(Connection):
    """A point below a connection that has limits of its own: a station, feeder, inverter.

    Attributes:
        name: what it is called, once in a problem.
        parent: the node or commodity above; the grid connection if not given.
        uncontrolled_kw: measured or forecast power into this node of what no plan moves.
        prices: of a node that is billed by itself, such as a site in an area.
        loss_share: of what passes it, lost on the way from or to the one above: in a cable, a
            transformer, a heat network.
    """

    name: Name
    parent: Name | None = None
    uncontrolled_kw: Varying = 0.0
    prices: Prices | None = None
    loss_share: LossShare = 0.0


class Commodity(Document):
    """Something other than electricity: gas, heat, hydrogen.

    Without prices and connection it is internal: what is made of it is used, in every step.

    Attributes:
        name: what it is called, once in a problem.
        prices: at which it is bought and sold.
        connection: limits of what is bought and sold.
    """

    name: Name
    prices: Prices | None = None
    connection: Connection | None = None

    @property
    def is_internal(self) -> bool:
        """Whether it is neither bought nor sold."""
        return self.prices is None and self.connection is None


class Commitment(Document):
    """An agreed or desired power, and what deviating from it costs; a negative cost earns.

    Attributes:
        name: of the commitment.
        devices: names of those whose power together is meant; that of ``node`` if none. Of a
            converter it is that at its first port; of another port, ``converter/port``.
        node: a node or commodity; this connection if not given.
        baseline_kw: the power agreed on; positive drawn.
        up_cost_per_kwh: of each kWh above the baseline.
        down_cost_per_kwh: of each kWh below the baseline.
    """

    name: Name
    devices: tuple[Name, ...] = ()
    node: Name | None = None
    baseline_kw: Varying = 0.0
    up_cost_per_kwh: Varying = 0.0
    down_cost_per_kwh: Varying = 0.0

    @model_validator(mode="after")
    def _scope_is_one(self) -> Self:
        if self.devices and self.node is not None:
            raise PydanticCustomError("scope", "give devices or node, not both")
        step = _both_earn(self.up_cost_per_kwh, self.down_cost_per_kwh)
        if step is not None:
            raise PydanticCustomError(
                "unbounded",
                "step {step}: deviating up and deviating down cannot both earn",
                {"step": step},
            )
        return self


def _both_earn(up: object, down: object) -> int | None:
    """Return the first step in which both costs are below zero, as far as numbers tell."""
    sides = [side if isinstance(side, tuple) else (side,) for side in (up, down)]
    length = max(map(len, sides))
    one, other = (side * length if len(side) == 1 else side for side in sides)
    for step, (first, second) in enumerate(zip(one, other, strict=False)):
        if isinstance(first, float) and isinstance(second, float) and first < 0 and second < 0:
            return step
    return None


class Member(Document):
    """A device of a coupling: its power is ``ratio`` times what all members have in common.

    Attributes:
        device: its name; of a converter its first port is meant, of another ``converter/port``.
        ratio: its share of what they have in common.
    """

    device: Name
    ratio: Positive = 1.0


class Coupling(Document):
    """Devices whose powers keep a fixed ratio; each of them runs one way only.

    Attributes:
        name: of the coupling.
        members: two or more devices.
    """

    name: Name
    members: Annotated[tuple[Member, ...], Field(min_length=2)]


class Exclusion(Document):
    """Devices of which at most one draws or gives in each step: one compressor for two tanks.

    Attributes:
        name: of the exclusion.
        devices: their names, two or more; of a converter its first port is meant.
    """

    name: Name
    devices: Annotated[tuple[Name, ...], Field(min_length=2, max_length=20)]

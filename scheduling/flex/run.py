"""Documents that are kept: with an asset, and with a run what it was asked and what it found."""

from datetime import datetime, tzinfo
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from scheduling.flex.devices import Device
from scheduling.flex.quantities import Document
from scheduling.flex.site import SiteDocument
from scheduling.flex.uncertainty import Quantiles
from scheduling.interpret.baselines import Baseline, why_words
from scheduling.interpret.device_wording import Action, Purpose, device_words
from scheduling.interpret.failures import FAILURES
from scheduling.interpret.headings import breach_words
from scheduling.interpret.reasons import Basis
from scheduling.interpret.refinement import Outcome, refinement_words
from scheduling.interpret.wording import limit_words, resolve_words

#: At so many limits a plan may tell what a whole kW or kWh more is worth.
MOST_RESOLVES: Final = 10

_DEVICE: TypeAdapter[Device] = TypeAdapter(Device)


def device_document(given: dict[str, Any], *, name: str) -> Device:
    """Return the device that ``given`` describes, called ``name``.

    Raises:
        pydantic.ValidationError: ``given`` describes none.
    """
    return _DEVICE.validate_python({**given, "name": name})


class Output(Document):
    """Where a device's plan is recorded: identifiers of its sensors.

    ``starts_as_said``: the stock at the start is that of the document, not as it is measured.
    """

    power_sensor: int | None = None
    stock_sensor: int | None = None
    starts_as_said: bool = False


class RunDocument(Document):
    """What a run was asked. ``outputs``: by the device's name in ``site``.

    ``quantiles``: planned over, of the sensors that ``site`` refers to; None for point values.
    ``resolves``: at how many limits the worth of a whole kW or kWh is found by planning anew.
    """

    site: SiteDocument
    outputs: dict[str, Output]
    quantiles: Quantiles | None = None
    resolves: Annotated[int, Field(ge=0, le=MOST_RESOLVES)] = 0


class _Found(BaseModel):
    # Tolerant where documents from outside are strict: a run of an older release stays readable.
    model_config = ConfigDict(frozen=True, extra="ignore")


class BreachFound(_Found):
    """A soft limit that the plan does not keep, over [start, end)."""

    limit: str
    start: datetime
    end: datetime
    most_kw: float
    energy_kwh: float
    most_kwh: float = 0.0

    def words(self, *, language: str) -> str:
        """Return the limit, and by how much it is broken at most, in ``language``."""
        return breach_words(
            self.limit, most_kw=self.most_kw, most_kwh=self.most_kwh, language=language
        )


class ConflictFound(_Found):
    """One of a set of limits that cannot be kept together, as ``interpret.irreducible.Conflict``.

    ``said``: what ``text`` says, to be said in other languages.
    """

    text: str
    limit: str
    of: str
    start: datetime
    end: datetime
    said: dict[str, Any] = {}

    def words(self, *, language: str, zone: tzinfo) -> str:
        """Return the limit and its value in ``language``, with times of ``zone``."""
        return FAILURES.said(self.said, language, zone=zone, otherwise=self.text)


class ReasonFound(_Found):
    """A limit that binds over [start, end), as ``interpret.reasons.Reason``.

    ``worth`` [currency] of one ``per`` more of room; it and ``basis`` are None in runs of older
    releases, which have no ``worths`` either.
    """

    text: str
    start: datetime
    end: datetime
    limit: str = ""
    of: str = ""
    worth: float | None = None
    per: Literal["kWh", "kW"] = "kWh"
    basis: Basis | None = None
    courses: tuple[int, int] | None = None
    worths: list[float] = []

    def words(self, *, currency: str, language: str) -> str:
        """Return the reason in ``language``; as it was kept where only that is known."""
        if self.worth is None:
            return self.text
        return limit_words(
            self.limit,
            self.of,
            worth=self.worth,
            per=self.per,
            currency=currency,
            language=language,
            courses=self.courses,
        )


class ResolveFound(_Found):
    """What a kW or a kWh more is worth, planned anew, as ``planning.resolving.Resolve``."""

    limit: str
    of: str
    start: datetime
    end: datetime
    unit: Literal["kWh", "kW"]
    saving: float
    off_by: float
    by_dual: float
    basis: Basis = Basis.RESOLVE

    def words(self, *, currency: str, language: str) -> str:
        """Return what it is worth in ``language``."""
        return resolve_words(
            self.limit,
            self.of,
            unit=self.unit,
            saving=self.saving,
            currency=currency,
            language=language,
        )


class DeviceReasonFound(_Found):
    """Why a device does what it does over [start, end), as ``interpret.devices.DeviceReason``.

    ``span``: start and end of what the purpose refers to; empty where it refers to no time.
    """

    device: str
    action: Action
    purpose: Purpose
    start: datetime
    end: datetime
    energy_kwh: float
    price_per_kwh: float
    worth_per_kwh: float
    span: list[datetime] = []

    def words(self, *, currency: str, language: str, zone: tzinfo) -> str:
        """Return the reason in ``language``, with times of ``zone``."""
        return device_words(
            self.action,
            self.purpose,
            price=self.price_per_kwh,
            worth=self.worth_per_kwh,
            span=(self.span[0], self.span[1]) if self.span else None,
            currency=currency,
            language=language,
            zone=zone,
        )


class SavingFound(_Found):
    """What the plan saves against a baseline, as ``interpret.baselines.Saving``."""

    baseline: Baseline
    cost: float | None = None
    saving: float | None = None
    costs: dict[str, float] = {}
    beyond_kw: float = 0.0
    beyond_hours: float = 0.0
    why: str = ""

    def why_said(self, *, language: str) -> str:
        """Return why it cannot be told, in ``language``; empty where it can."""
        return why_words(self.why, language)


class WearFound(_Found):
    """What a plan takes of a battery, as ``interpret.rainflow.Wear``."""

    full_cycles: float
    deepest: float
    by_depth: list[float]
    life: float
    cost: float


class OutcomeFound(_Found):
    """What the plan costs in one scenario."""

    name: str
    weight: float
    cost: float


class RefinementFound(_Found):
    """What became of refining a plan whose physics bend, as ``interpret.refinement``."""

    outcome: Outcome
    is_exact: bool
    linear_cost: float | None = None
    refined_cost: float | None = None
    miss_kwh: float | None = None

    def words(self, *, language: str) -> str:
        """Return the outcome in ``language``."""
        return refinement_words(self.outcome, is_exact=self.is_exact, language=language)


class RunResult(_Found):
    """What a run found; empty before it is solved.

    Where no plan keeps every limit only ``contradiction``, but for a plan that is the nearest.
    ``status`` as ``planning.PlanStatus``; ``gap``: how much it may cost above the cheapest there
    is, as a share. ``power_kw`` per device, one value per step, positive into the device;
    ``stock_kwh`` per store, one value more; ``grid_power_kw`` net import per step.
    ``price_per_kwh`` per node and ``stock_value_per_kwh`` per stock: what one kWh more costs, and
    is worth, in each step [currency/kWh]. ``time_zone``: of the site, for times in words.
    """

    engine: str = ""
    status: str = ""
    gap: float | None = None
    bound: float | None = None
    costs: dict[str, float] = {}
    power_kw: dict[str, list[float]] = {}
    stock_kwh: dict[str, list[float]] = {}
    grid_power_kw: list[float] = []
    curtailed_kw: dict[str, list[float]] = {}
    breaches: list[BreachFound] = []
    reasons: list[ReasonFound] = []
    device_reasons: list[DeviceReasonFound] = []
    resolves: list[ResolveFound] = []
    savings: list[SavingFound] = []
    wear: dict[str, WearFound] = {}
    scenarios: list[OutcomeFound] = []
    refinement: RefinementFound | None = None
    price_per_kwh: dict[str, list[float]] = {}
    stock_value_per_kwh: dict[str, list[float]] = {}
    explained_ms: float | None = None
    time_zone: str = "UTC"
    infeasible: list[str] = []
    contradiction: list[ConflictFound] = []
    timings_ms: dict[str, float] = {}

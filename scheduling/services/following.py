"""A request that follows the last plan: what of it is kept."""

from dataclasses import dataclass
from datetime import datetime

from assets.models import Asset
from scheduling.flex.consistency import power_names
from scheduling.flex.rolling import Rolling
from scheduling.flex.run import RunDocument, RunResult
from scheduling.models import RunState, ScheduleRun
from tenants.errors import wrong
from tenants.permissions import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """What is kept of the last plan of an asset.

    Attributes:
        frozen_until: steps that begin before this keep their planned power.
        change_price_per_kwh: what deviating from the last plan costs elsewhere.
        from_now: of the step that runs at the request only the rest is planned.
    """

    frozen_until: datetime | None = None
    change_price_per_kwh: float = 0.0
    from_now: bool = False


def following(
    document: RunDocument, follow: Follow, *, actor: Actor, asset: Asset, now: datetime
) -> RunDocument:
    """Return ``document`` with what it keeps of the last plan of ``asset``.

    Raises:
        ValidationError: no plan covers what is to be frozen, a price is negative, or the window
            does not begin with the step that runs now.
    """
    grid = document.site.window.grid
    if follow.change_price_per_kwh < 0.0:
        raise wrong("follow.change_price_per_kwh", "should be at least 0", code="range", minimum=0)
    if follow.from_now and not grid.start <= now < grid.start + grid.step:
        words = "the window should begin with the step that runs now"
        raise wrong("follow.from_now", words, code="start")
    published = _published(document, actor, asset)
    if follow.frozen_until is not None and not published:
        words = "no plan of this asset in the same steps covers the start of the window"
        raise wrong("follow.frozen_until", words, code="inconsistent")
    if follow.frozen_until is not None:
        ends = grid.start + min(map(len, published.values())) * grid.step
        if ends < min(follow.frozen_until, grid.end):
            words = f"the last plan of this asset ends at {ends:%Y-%m-%d %H:%M} Z: freeze no more"
            raise wrong("follow.frozen_until", words, code="inconsistent")
    rolling = Rolling(
        now=now if follow.from_now else None,
        published_kw=published,
        frozen_until=follow.frozen_until,
        change_price_per_kwh=follow.change_price_per_kwh,
    )
    site = document.site.model_copy(update={"rolling": rolling})
    return document.model_copy(update={"site": site})


def _published(document: RunDocument, actor: Actor, asset: Asset) -> dict[str, tuple[float, ...]]:
    """Return what the last plan says of each device from the start of the window on."""
    grid = document.site.window.grid
    last = (
        ScheduleRun.objects.visible_to(actor)
        .filter(
            asset=asset,
            state=RunState.READY,
            variation="",
            step=grid.step,
            start__lte=grid.start,
            end__gt=grid.start,
        )
        .order_by("-requested_at", "-pk")
        .first()
    )
    if last is None or (grid.start - last.start) % grid.step:
        return {}
    first = (grid.start - last.start) // grid.step
    names = set(power_names(document.site))
    planned = RunResult.model_validate(last.result or {}).power_kw
    return {
        name: tuple(power[first : first + grid.n_steps])
        for name, power in planned.items()
        if name in names
    }

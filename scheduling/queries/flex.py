"""What is kept along the asset tree, and the problem that it makes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import ValidationError as DocumentInvalid

from assets.models import Asset
from assets.timegrid import TimeGrid
from scheduling.flex.context import SiteContext, in_zone, inherited
from scheduling.flex.devices import Device, Vehicle
from scheduling.flex.parts import OnInfeasible
from scheduling.flex.relevance import relevant_context, relevant_device
from scheduling.flex.run import Output, RunDocument, device_document
from scheduling.flex.site import Window
from scheduling.flex.tree import PlacedContext, PlacedDevice, Unbilled, document_of
from scheduling.models import AssetFlex
from tenants.errors import as_validation_error, wrong


def flex_of(asset: Asset, at: datetime) -> dict[int, AssetFlex]:
    """Return what is flexible beneath ``asset``, and the contexts at and above it, by asset."""
    on_the_way = [int(part) for part in asset.path.rstrip(".").split(".")]
    rows = AssetFlex.objects.valid_at(at).select_related(
        "asset", "power_sensor__asset", "stock_sensor"
    )
    beneath = rows.beneath(asset)
    above = rows.filter(asset_id__in=on_the_way)
    return {row.asset_id: row for row in [*above, *beneath]}


def members_of(asset: Asset, kept: Mapping[int, AssetFlex]) -> list[Asset]:
    """Return the assets elsewhere in the tree that ``asset``'s own context counts as its own."""
    row = kept.get(asset.pk)
    if row is None or row.power_sensor_id is not None:
        return []
    return list(Asset.objects.filter(pk__in=_context(row).members).order_by("path"))


def run_document(
    asset: Asset,
    grid: TimeGrid,
    kept: Mapping[int, AssetFlex],
    *,
    context: SiteContext | None,
    members: Sequence[Asset] = (),
    named: Collection[int] = (),
    on_infeasible: OnInfeasible = OnInfeasible.EXPLAIN,
) -> RunDocument:
    """Return the problem of all that ``kept`` says is flexible beneath ``asset`` and ``members``.

    Args:
        context: what a request says instead, field by field.
        members: assets elsewhere that are planned as if they hung under ``asset``.
        named: devices that the request names: their sessions and times have to fit the window,
            while those that are kept and over, or still to come, are left out.
        on_infeasible: as ``flex.SiteParts``.

    Raises:
        ValidationError: there are no prices or no devices, or a kept document does not fit.
    """
    devices, outputs = _placed_devices(asset, grid, kept, members=members, named=named)
    contexts = [row for row in kept.values() if row.power_sensor_id is None]
    root, is_billed = _root_context(asset, contexts, context)
    if context is None or "peaks" not in context.model_fields_set:
        root = relevant_context(root, grid)
    root = in_zone(root, asset.time_zone)
    try:
        window = Window(start=grid.start, end=grid.end, step_minutes=_minutes(grid.step))
    except DocumentInvalid as error:
        raise as_validation_error(error, field="window") from error
    try:
        site = document_of(
            window,
            root,
            is_billed=is_billed,
            contexts=_placed_contexts(asset, grid, contexts, members=members),
            devices=devices,
            on_infeasible=on_infeasible,
        )
    except Unbilled as error:
        raise wrong("asset", str(error), code="no_context") from error
    except DocumentInvalid as error:
        raise as_validation_error(error, field="site") from error
    return RunDocument(site=site, outputs=outputs)


def context_at(asset: Asset, kept: Mapping[int, AssetFlex]) -> SiteContext:
    """Return what ``asset`` faces, as ``kept`` says there and above.

    Raises:
        ValidationError: a kept document does not fit.
    """
    return _at(asset, [row for row in kept.values() if row.power_sensor_id is None])


def parts_beneath(
    asset: Asset, kept: Mapping[int, AssetFlex]
) -> tuple[list[SiteContext], list[Device]]:
    """Return the contexts that ``kept`` holds below ``asset``, and the devices at and below it.

    Raises:
        ValidationError: a kept document does not fit.
    """
    contexts, devices = [], []
    for name, row in _named(row for row in kept.values() if row.asset.path.startswith(asset.path)):
        if row.power_sensor_id is not None:
            devices.append(_device(row, name))
        elif row.asset_id != asset.pk:
            contexts.append(_context(row))
    return contexts, devices


def _placed_devices(
    asset: Asset,
    grid: TimeGrid,
    kept: Mapping[int, AssetFlex],
    *,
    members: Sequence[Asset],
    named: Collection[int],
) -> tuple[list[PlacedDevice], dict[str, Output]]:
    devices, outputs = [], {}
    for name, row in _named(row for row in kept.values() if row.power_sensor_id is not None):
        device, path = _device(row, name), _path(row.asset, asset, members)
        if path is None or (row.asset_id not in named and _is_absent(device, grid)):
            continue
        if row.asset_id not in named:
            device = relevant_device(device, grid)
        devices.append(PlacedDevice(path, device))
        outputs[name] = Output(power_sensor=row.power_sensor_id, stock_sensor=row.stock_sensor_id)
    if not devices:
        raise wrong(
            "asset",
            f"nothing beneath {asset} is flexible: set the flexibility of its devices",
            code="no_flexibility",
        )
    return devices, outputs


def _placed_contexts(
    asset: Asset, grid: TimeGrid, contexts: Sequence[AssetFlex], *, members: Sequence[Asset]
) -> list[PlacedContext]:
    """Return the contexts beneath the root, and those of the members, which hang under it."""
    roots = [asset, *members]
    inner = [row for row in contexts if not any(_is_at_or_above(row, each) for each in roots)]
    placed = [
        PlacedContext(path, name, _relevant(_context(row), row.asset, grid))
        for name, row in _named(inner)
        if (path := _path(row.asset, asset, members)) is not None
    ]
    for member in members:
        path = f"{asset.path}{member.path}"
        own = _relevant(_at(member, contexts), member, grid)
        placed.append(PlacedContext(path, f"{member} ({member.pk})", own))
    return placed


def _relevant(context: SiteContext, asset: Asset, grid: TimeGrid) -> SiteContext:
    return in_zone(relevant_context(context, grid), asset.time_zone)


def _path(asset: Asset, root: Asset, members: Iterable[Asset]) -> str | None:
    """Return where ``asset`` stands in the problem; what is a member's hangs under the root."""
    if asset.path.startswith(root.path):
        return asset.path
    if any(asset.path.startswith(member.path) for member in members):
        return f"{root.path}{asset.path}"
    return None


def _is_at_or_above(row: AssetFlex, asset: Asset) -> bool:
    return asset.path.startswith(row.asset.path)


def _at(asset: Asset, contexts: Iterable[AssetFlex], own: SiteContext | None = None) -> SiteContext:
    """Return the context at ``asset``: what is kept there and above, and what is said instead."""
    above = [row for row in contexts if _is_at_or_above(row, asset)]
    above.sort(key=lambda row: -len(row.asset.path))
    return inherited([_context(row) for row in above], own)


def _root_context(
    asset: Asset, contexts: Iterable[AssetFlex], own: SiteContext | None
) -> tuple[SiteContext, bool]:
    """Return the root's context, and whether it has prices of its own."""
    rows = list(contexts)
    said = [own] if own else []
    said += [_context(row) for row in rows if row.asset_id == asset.pk]
    return _at(asset, rows, own), any(each.prices is not None for each in said)


def _device(row: AssetFlex, name: str) -> Device:
    try:
        return device_document(row.document, name=name)
    except DocumentInvalid as error:
        raise as_validation_error(error, field=f"flex of {row.asset}") from error


def _context(row: AssetFlex) -> SiteContext:
    try:
        return SiteContext.model_validate(row.document)
    except DocumentInvalid as error:
        raise as_validation_error(error, field=f"flex of {row.asset}") from error


def _is_absent(device: Device, grid: TimeGrid) -> bool:
    """Say whether a vehicle's session does not touch the window."""
    if not isinstance(device, Vehicle):
        return False
    return device.departure <= grid.start or device.arrival >= grid.end


def _named(rows: Iterable[AssetFlex]) -> list[tuple[str, AssetFlex]]:
    """Return each row with its asset's name, made distinct by the identifier where needed."""
    ordered = sorted(rows, key=lambda row: row.asset.path)
    names = [row.asset.name for row in ordered]
    return [
        (name if names.count(name) == 1 else f"{name} ({row.asset_id})"[-80:], row)
        for name, row in zip(names, ordered, strict=True)
    ]


def _minutes(step: timedelta) -> int:
    return int(step / timedelta(minutes=1))

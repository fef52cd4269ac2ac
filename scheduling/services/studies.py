"""Asking what a year says of battery sizes, and of fleets behind today's connection."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from pydantic import ValidationError as DocumentInvalid

from assets.access import authorise_on
from assets.models import Asset
from scheduling import queries
from scheduling.flex.references import references
from scheduling.flex.study import STUDY, StudyDocument
from scheduling.models import Study
from scheduling.services.flex import check_references
from scheduling.services.inquiries import enqueue_inquiry
from tenants.errors import as_validation_error, wrong
from tenants.permissions import Actor, Permission


@transaction.atomic
def request_study(*, actor: Actor, asset: Asset, given: Mapping[str, Any], now: datetime) -> Study:
    """Ask a study of the site ``asset``; a worker answers it.

    Args:
        given: fields of a ``scheduling.flex.study`` document with its ``kind``; what draws and
            gives power, the limits of the connection, prices, currency and time zone are those
            that are kept at the asset where not given.

    Raises:
        PermissionDenied: ``actor`` may not request schedules on ``asset``.
        ValidationError: a field is wrong, or is neither given nor kept.
    """
    authorise_on(actor, Permission.SCHEDULE_REQUEST, asset)
    place = f"study.{given['kind']}"
    document = _document(asset, dict(given), now, place)
    # What is kept was checked when it was kept: who may plan the site need not see each price.
    named = [each for each in references(document.study) if each.path.partition(".")[0] in given]
    check_references(named, actor, field=place)
    grid = document.study.window.grid
    if grid.end > now:
        words = "is still to come: a study is of what was measured"
        raise wrong(f"{place}.window.end", words, code="range")
    row = Study(
        asset=asset,
        start=grid.start,
        end=grid.end,
        step=grid.step,
        knowledge_time=now,
        asked=document.model_dump(mode="json"),
        requested_at=now,
        updated_at=now,
    )
    return enqueue_inquiry(actor, "request_study", row, job="scheduling.study")


def _document(asset: Asset, given: dict[str, Any], now: datetime, place: str) -> StudyDocument:
    kept = queries.kept_site(asset, now)
    added: dict[str, Any] = {}
    if "load_kw" not in given:
        given["load_kw"], added["loads"] = kept.load_kw, kept.loads
        if not kept.loads and not kept.load_kw:
            raise wrong(f"{place}.load_kw", f"no load is kept at {asset}: give it", code="required")
    if "pv_kw" not in given:
        given["pv_kw"], added["roofs"] = kept.pv_kw, kept.roofs
    for name in ("import_limit_kw", "export_limit_kw"):
        given.setdefault(name, getattr(kept.context.connection, name))
    if given["kind"] == "hosting":
        if given["import_limit_kw"] is None:
            words = f"no import limit is kept at {asset}: give it"
            raise wrong(f"{place}.import_limit_kw", words, code="required")
        given.setdefault("time_zone", asset.time_zone)
    elif "prices" not in given:
        if kept.context.prices is None:
            raise wrong(f"{place}.prices", f"none are kept at {asset}: give them", code="required")
        given["prices"] = kept.context.prices
    given.setdefault("currency", kept.context.currency)
    try:
        return StudyDocument(study=STUDY.validate_python(given), **added)
    except DocumentInvalid as error:
        raise as_validation_error(error, field="study") from error

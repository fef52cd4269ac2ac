"""Virtual sensors: of which others they are put together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Q

from assets.access import authorise_on
from assets.models import Asset, Belief, Quantity, Sensor, Term
from assets.queries import MEASURED, terms_beneath
from tenants.audit.services import record
from tenants.errors import wrong
from tenants.permissions import Actor, Permission

#: Terms of one sensor, and sensors beneath it with all the terms of its terms.
MAX_TERMS: Final = 100
_MAX_BENEATH: Final = 300
_INTO_ONE_ANOTHER: Final = frozenset({Quantity.POWER, Quantity.ENERGY})


@dataclass(frozen=True, slots=True)
class NewTerm:
    """A sensor's part in a virtual one: 1 to add, -1 to subtract, any other number to scale."""

    sensor: Sensor
    factor: float = 1.0


@transaction.atomic
def set_terms(*, actor: Actor, sensor: Sensor, terms: Sequence[NewTerm]) -> None:
    """Let ``sensor`` be the sum of ``terms``, in place of what it was put together from before.

    Without terms it is no longer virtual.

    Raises:
        PermissionDenied: ``actor`` may not manage the sensor's asset.
        ValidationError: a term is none that the actor may see, does not fit the sensor, or is
            itself put together from it; or values were recorded at the sensor.
    """
    authorise_on(actor, Permission.ASSET_MANAGE, sensor.asset)
    _hold_all_terms()
    # For update, so that nobody records values at it meanwhile.
    sensor = (
        Sensor.objects.select_for_update(of=("self",)).select_related("asset").get(pk=sensor.pk)
    )
    measured = Belief.objects.filter(sensor=sensor, source__kind__in=MEASURED)
    if terms and measured.exists():
        raise wrong("sensor", f"values were recorded at {sensor}: add another", code="state")
    if len(terms) > MAX_TERMS:
        words = f"{len(terms)} terms: at most {MAX_TERMS}"
        raise wrong("terms", words, code="too_long", maximum=MAX_TERMS)
    for index, term in enumerate(terms):
        _check(actor, sensor, term, f"terms.{index}")
    if len({term.sensor.pk for term in terms}) < len(terms):
        raise wrong("terms", "a sensor is named twice: add up its factors", code="inconsistent")
    _refuse_circle(sensor, terms)
    before = _told(Term.objects.filter(virtual=sensor).order_by("pk"))
    Term.objects.filter(virtual=sensor).delete()
    rows = [Term(virtual=sensor, sensor=each.sensor, factor=each.factor) for each in terms]
    Term.objects.bulk_create(rows)
    sensor.is_virtual = bool(terms)
    sensor.save(update_fields=["is_virtual", "updated_at"])
    record(
        actor=actor,
        verb="set_terms",
        subject=sensor,
        before={"terms": before},
        after={"terms": _told(rows)},
    )


def refuse_removal(sensor_ids: Sequence[int], *, field: str) -> None:
    """Raise ``ValidationError`` if a sensor that stays is put together from one of these."""
    parts = Term.objects.filter(sensor__in=sensor_ids).exclude(virtual__in=sensor_ids)
    used = parts.select_related("sensor__asset", "virtual__asset").first()
    if used is not None:
        words = f"{used.sensor} is part of {used.virtual}: change that first"
        raise wrong(field, words, code="in_use")


def refuse_parting(old_path: str, new_path: str) -> None:
    """Raise ``ValidationError`` if a move to another root would part a sensor from its terms.

    Else whose asset comes to another customer would read on what is no longer theirs, or be read.
    """
    old_root, new_root = (path.partition(".")[0] + "." for path in (old_path, new_path))
    if old_root == new_root:
        return
    moved = {end: Q(**{f"{end}__asset__path__startswith": old_path}) for end in _ENDS}
    stays = {end: Q(**{f"{end}__asset__path__startswith": old_root}) & ~moved[end] for end in _ENDS}
    parted = moved["sensor"] & stays["virtual"] | moved["virtual"] & stays["sensor"]
    term = Term.objects.filter(parted).select_related("sensor__asset", "virtual__asset").first()
    if term is not None:
        words = f"{term.sensor} is part of {term.virtual}, and only one of them would move"
        raise wrong("parent", words, code="in_use")


_ENDS: Final = ("sensor", "virtual")


def _hold_all_terms() -> None:
    """Let one transaction at a time change terms: two at once could close a circle."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE assets_term IN SHARE ROW EXCLUSIVE MODE")


def _check(actor: Actor, virtual: Sensor, term: NewTerm, field: str) -> None:
    sensor = term.sensor
    if not actor.may_on(Permission.ASSET_READ, sensor.asset.path):
        raise wrong(f"{field}.sensor", "no such Sensor", code="not_found")
    if not _in_one_tree(virtual.asset, sensor.asset) and not actor.may_everywhere(
        Permission.ASSET_MANAGE
    ):
        words = f"{sensor} is another customer's: only the tenant's managers may use it here"
        raise wrong(f"{field}.sensor", words, code="sensor")
    if not math.isfinite(term.factor):
        raise wrong(f"{field}.factor", "a finite number is right", code="infinite")
    if not term.factor:
        raise wrong(f"{field}.factor", "0 adds nothing: leave the term out", code="range")
    if not {virtual.quantity, sensor.quantity} <= _INTO_ONE_ANOTHER and (
        virtual.quantity != sensor.quantity
    ):
        words = f"{sensor} is of {sensor.quantity}, {virtual} of {virtual.quantity}"
        raise wrong(f"{field}.sensor", words, code="unit")
    if virtual.is_instantaneous or sensor.is_instantaneous:
        which = virtual if virtual.is_instantaneous else sensor
        words = f"{which} has points in time: only events of one length are added up"
        raise wrong(f"{field}.sensor", words, code="resolution")
    if virtual.resolution % sensor.resolution:
        words = (
            f"{sensor} has events of {sensor.resolution}, of which those of {virtual}, "
            f"{virtual.resolution}, are no multiple"
        )
        raise wrong(f"{field}.sensor", words, code="resolution")


def _in_one_tree(one: Asset, other: Asset) -> bool:
    return one.path.partition(".")[0] == other.path.partition(".")[0]


def _refuse_circle(virtual: Sensor, terms: Sequence[NewTerm]) -> None:
    beneath = terms_beneath([term.sensor for term in terms])
    for index, term in enumerate(terms):
        road = _road(term.sensor, virtual, beneath)
        if road:
            words = f"{virtual} would be put together from itself: {' <- '.join(road)}"
            raise wrong(f"terms.{index}.sensor", words, code="circle")
    n_sensors = len(terms) + sum(len(each) for each in beneath.values())
    if n_sensors > _MAX_BENEATH:
        words = f"{n_sensors} sensors with the terms of its terms: at most {_MAX_BENEATH}"
        raise wrong("terms", words, code="too_long", maximum=_MAX_BENEATH)


def _road(sensor: Sensor, to: Sensor, beneath: dict[int, list[Term]]) -> list[str]:
    """Return the names on the way from ``to`` to ``sensor``; none where there is no way."""
    if sensor.pk == to.pk:
        return [to.name]
    for term in beneath.get(sensor.pk, ()):
        road = _road(term.sensor, to, beneath)
        if road:
            return [sensor.name, *road]
    return []


def _told(terms: Any) -> list[dict[str, Any]]:
    return [{"sensor": each.sensor_id, "factor": each.factor} for each in terms]

"""Asking what a plan would have been with a larger battery, another connection, more chargers."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from assets.access import authorise_on
from scheduling import queries
from scheduling.flex.run import Output, RunDocument
from scheduling.models import ScheduleRun
from scheduling.planning.varying import Knob, VariationRefused, varied
from scheduling.services.runs import enqueue_run, run_of
from tenants.errors import wrong
from tenants.permissions import Actor, Permission


@transaction.atomic
def request_what_if(
    *, actor: Actor, run: ScheduleRun, changes: Mapping[Knob, float], now: datetime
) -> ScheduleRun:
    """Ask what the plan of ``run`` would be with ``changes``, all else being as it was known then.

    The answer is a run of its own, marked with its variation: it is planned and explained as any,
    but nothing of it becomes a schedule of a device.

    Raises:
        PermissionDenied: ``actor`` may not request schedules on the run's asset.
        ValidationError: nothing is changed, there is nothing to change, or not to that value.
    """
    authorise_on(actor, Permission.SCHEDULE_REQUEST, run.asset)
    if not changes:
        raise wrong("changes", "name at least one", code="required")
    try:
        site = varied(queries.read_problem(run), changes)
    except queries.MissingBeliefs as missing:
        raise wrong("run", str(missing), code="inconsistent") from None
    except VariationRefused as refusal:
        raise wrong(f"changes.{refusal.knob.value}", str(refusal), code="inconsistent") from None
    outputs = {device.name: Output() for device in site.devices}
    document = RunDocument(site=site, outputs=outputs)
    asked = run_of(run.asset, document, now=now, engine=run.engine)
    asked.variation = ", ".join(f"{knob.value} {value:g}" for knob, value in changes.items())
    return enqueue_run(actor, "request_what_if", asked, document=document)

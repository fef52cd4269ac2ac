"""What a worker does with a file that somebody brought: read it whole, then store all or none.

Until it is stored nothing is: a worker that is killed leaves a file that the next one reads anew.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from assets.models import Sensor
from integrations.ingest.mapping import FileMapping
from integrations.ingest.wrong_file import WrongFile
from integrations.models import FileContent, FileImport, ImportState
from integrations.pipeline.importing import (
    ColumnRead,
    problems_of,
    read_columns,
    report_of,
    store_columns,
)
from tenants.errors import wrong
from tenants.jobs import Claim
from tenants.permissions import PLATFORM


def import_file(claim: Claim, file_id: str, *, clock: Callable[[], datetime]) -> None:
    """Import the file: into all of its sensors, or into none with what is wrong with it."""
    file = FileImport.objects.filter(pk=file_id).select_related("asset").first()
    if file is None or not file.is_unfinished or file.document is None:
        return
    _show(file, ImportState.READING)
    mapping = FileMapping.model_validate(file.document)
    try:
        columns = _read(file, mapping, now=clock())
    except (WrongFile, ValidationError) as refusal:
        _refuse(claim, file, refusal, at=clock())
        return
    _show(file, ImportState.STORING)
    now = clock()
    try:
        with claim.finishing():
            changed = store_columns(
                actor=PLATFORM,
                columns=columns,
                source_name=file.file_name,
                mapping=mapping,
                now=now,
            )
            file.report = report_of(columns, changed)
            file.move_on(ImportState.DONE, at=now)
            file.save(update_fields=["state", "finished_at", "report"])
            FileContent.objects.filter(of=file).delete()
    except ValidationError as refusal:  # nothing of it was kept, the end of the job neither
        file.state = ImportState.STORING
        _refuse(claim, file, refusal, at=now)


def give_up_file(file_id: str, *, reason: str) -> None:
    """Say that the import failed for a reason that is not the file's; it may be asked for again."""
    file = FileImport.objects.unfinished().filter(pk=file_id).first()
    if file is not None:
        file.move_on(ImportState.FAILED)
        file.report = {"columns": [], "problems": [], "words": reason[:500]}
        file.save(update_fields=["state", "report"])


def _show(file: FileImport, state: ImportState) -> None:
    """Let who waits see how far it is; a worker that was taken for dead undoes no end by it."""
    file.move_on(state)
    unfinished = FileImport.objects.unfinished().filter(pk=file.pk)
    unfinished.update(state=state, **({"n_rows": 0} if state == ImportState.READING else {}))


def _read(file: FileImport, mapping: FileMapping, *, now: datetime) -> list[ColumnRead]:
    content = FileContent.objects.filter(of=file).first()
    if content is None:
        raise WrongFile("the file is gone: it is kept for a day; bring it again")
    wanted = [each.sensor for each in mapping.columns]
    rows = Sensor.objects.beneath(file.asset).filter(pk__in=wanted).select_related("asset")
    sensors = {sensor.pk: sensor for sensor in rows}
    for index, key in enumerate(wanted):
        if key not in sensors:  # removed, or moved elsewhere since it was asked
            raise wrong(f"columns.{index}.sensor", "no such sensor", code="not_found")

    def tell(n_rows: int) -> None:
        # Outside a transaction, so that who waits sees it.
        FileImport.objects.unfinished().filter(pk=file.pk).update(n_rows=n_rows)

    return read_columns(bytes(content.body), mapping, sensors, now=now, on_rows=tell)


def _refuse(
    claim: Claim, file: FileImport, refusal: WrongFile | ValidationError, *, at: datetime
) -> None:
    """Keep what is wrong; the file stays for a day, to be mapped otherwise."""
    with claim.finishing():
        file.report = refused(refusal)
        file.move_on(ImportState.REFUSED, at=at)
        file.save(update_fields=["state", "finished_at", "report"])


def refused(refusal: WrongFile | ValidationError) -> dict[str, Any]:
    """Return what is wrong with a file as a report."""
    if isinstance(refusal, WrongFile):
        problems = problems_of(refusal.problems)
        return {"columns": [], "problems": problems, "words": str(refusal)[:2_000]}
    told = [f"{field}: {' '.join(words)}" for field, words in refusal.message_dict.items()]
    return {"columns": [], "problems": [], "words": "; ".join(told)[:2_000]}

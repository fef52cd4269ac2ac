"""What ``manage.py import_series`` does, once its arguments are read."""

import json
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, OutputWrapper
from django.utils import timezone

from integrations.ingest.preview import preview
from integrations.ingest.wording import doubt_words
from integrations.ingest.wrong_file import WrongFile
from integrations.management.series_options import content_of, kept_mapping, mapping_of, option_of
from integrations.services import (
    ImportedColumn,
    import_columns,
    keep_mapping,
    sensors_of,
)
from tenants.management.conventions import BAD_INPUT
from tenants.management.entering import enter
from tenants.permissions import PLATFORM

_MAX_TOLD: Final = 20


@dataclass(frozen=True, slots=True)
class Importing:
    """An import from the command line; tells what it does."""

    stdout: OutputWrapper
    stderr: OutputWrapper

    def run(self, options: dict[str, Any]) -> None:
        """Import what ``options`` of the command name, and tell it.

        Raises:
            CommandError: bad input.
        """
        enter(options["tenant"])
        try:
            content = content_of(options["file"])
            if options["look"]:
                self._look(content)
                return
            imported = self._import(content, options)
        except WrongFile as error:
            for problem in error.problems[:_MAX_TOLD]:
                place = f"line {problem.line}" + (f", {problem.column}" if problem.column else "")
                self.stderr.write(f"{place}: {problem.words}")
            raise CommandError(f"{options['file'].name}: {error}", returncode=BAD_INPUT) from None
        except ValidationError as error:
            told = "; ".join(
                f"{option_of(name)}: {' '.join(m)}" for name, m in error.message_dict.items()
            )
            raise CommandError(told, returncode=BAD_INPUT) from None
        for each in imported:
            self._tell(each, as_json=options["json"], dry_run=options["dry_run"])

    def _import(self, content: bytes, options: dict[str, Any]) -> list[ImportedColumn]:
        mapping = kept_mapping(options) if options["mapping"] else mapping_of(options)
        imported = import_columns(
            actor=PLATFORM,
            content=content,
            mapping=mapping,
            sensors=sensors_of(PLATFORM, None, mapping),
            source_name=(options["source"] or options["file"].stem)[:100],
            dry_run=options["dry_run"],
            on_rows=self._progress if sys.stderr.isatty() else None,
            now=timezone.now(),
        )
        if options["keep_mapping"]:
            keep_mapping(
                actor=PLATFORM,
                asset=None,
                name=options["keep_mapping"],
                columns=preview(content).columns,
                mapping=mapping,
            )
        return imported

    def _progress(self, n_rows: int) -> None:
        self.stderr.write(f"\r{n_rows} rows read", ending="")

    def _look(self, content: bytes) -> None:
        """Tell the beginning of the file, and what it seems to be, as JSON."""
        seen = preview(content)
        told = asdict(seen) | {
            "doubts": [doubt_words(doubt, about, "en") for doubt, about in seen.doubts]
        }
        self.stdout.write(json.dumps(told, indent=2, default=str, ensure_ascii=False))

    def _tell(self, imported: ImportedColumn, *, as_json: bool, dry_run: bool) -> None:
        sensor, read, stored = imported.sensor, imported.read, imported.stored
        if as_json:  # a line for each column
            told = {
                "sensor": sensor.pk,
                "rows": read.n_rows,
                "duplicates": read.n_duplicates,
                "resets": read.n_resets,
                "problems": [asdict(each) for each in read.problems],
            }
            document = told | asdict(stored) | {"dry_run": dry_run}
            self.stdout.write(json.dumps(document, default=datetime.isoformat))
            return
        done = "would store" if dry_run else f"{stored.changed} new of"
        self.stdout.write(
            f"{sensor}: {done} {stored.n_values} values from {stored.start:%Y-%m-%d %H:%MZ} "
            f"to {stored.end:%Y-%m-%d %H:%MZ}, {stored.n_missing} steps without a value, "
            f"{read.n_duplicates} duplicates, {read.n_resets} falls of the register, "
            f"{len(read.problems)} lines left out; {stored.least:.6g} to {stored.most:.6g}, "
            f"mean {stored.mean:.6g}"
        )

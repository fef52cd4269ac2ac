"""``manage.py solve FILE.json``: plan a site on the command line, without a database."""

import json
import sys
from argparse import ArgumentParser
from datetime import timedelta
from math import isfinite
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from scheduling.engines.base import EngineFailed, OutOfTime, Unbounded
from scheduling.flex import DocumentError, SiteDocument, document_from_json
from scheduling.flex.flexmeasures import document_from_flexmeasures
from scheduling.flex.parsing import object_from_json
from scheduling.flex.parts import OnInfeasible
from scheduling.formulation.preferences import Ties
from scheduling.planning import (
    EngineUnsuited,
    Explanation,
    Plan,
    PlanStatus,
    UnresolvedReference,
    explain,
    plan,
)
from scheduling.planning.summary import print_explanation, print_summary
from scheduling.planning.tables import print_variants, variants_json
from scheduling.planning.varying import Knob, VariationRefused, sweep
from tenants.plugins import UnknownPlugin

BAD_INPUT: Final = 2
INFEASIBLE: Final = 3
NO_ANSWER: Final = 1
STANDARD: Final = "-"
_CHOICES: Final[dict[str, type[Ties | OnInfeasible]]] = {
    "ties": Ties,
    "on_infeasible": OnInfeasible,
}


class Command(BaseCommand):
    """Translates arguments and files; the work is ``planning.plan``."""

    help = (
        "Plan the site that FILE.json states (see docs/solve.md) and print the plan. "
        "Exit status: 0 a plan, 2 bad input, 3 no plan keeps every hard limit, 1 no answer in time."
    )
    # A plan needs neither database nor the rest of the product: start at once.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the problem; - for standard input")
        parser.add_argument(
            "--format",
            choices=["loadstar", "flexmeasures"],
            default="loadstar",
            help="notation of FILE: ours, or the flex-context and flex-models of FlexMeasures",
        )
        parser.add_argument(
            "--json",
            metavar="PATH",
            help="write the plan as JSON to PATH; - prints it instead of the summary",
        )
        parser.add_argument("--engine", default="auto", help="auto (default), highs, dp or gekko")
        parser.add_argument(
            "--ties",
            choices=[each.value for each in Ties],
            help="what to prefer among plans of equal cost, instead of what FILE says",
        )
        parser.add_argument(
            "--on-infeasible",
            choices=[each.value for each in OnInfeasible],
            help="explain which limits contradict each other, or also plan with the nearest "
            "limits, instead of what FILE says",
        )
        parser.add_argument(
            "--vary",
            action="append",
            type=_variation,
            default=[],
            metavar="NAME=VALUE,...",
            help="plan for each value instead, of each combination when given several times; "
            f"NAME is one of {', '.join(Knob)}",
        )
        parser.add_argument(
            "--time-limit", type=_seconds, default=60.0, metavar="SECONDS", help="default 60"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        document = _read_document(options["file"], notation=options["format"])
        changes = {name: options[name] for name in ("ties", "on_infeasible") if options[name]}
        document = document.model_copy(update={k: _CHOICES[k](v) for k, v in changes.items()})
        time_limit = timedelta(seconds=options["time_limit"])
        answer = _plan(document, options["engine"], time_limit)
        if options["vary"]:
            self._vary(document, answer, options)
            return
        why, target = explain(answer), options["json"]
        if target is not None:
            _write_json(answer, why, target)
        if target != STANDARD:
            print_summary(answer)
            print_explanation(answer, why)
        for line in answer.infeasible:
            self.stderr.write(f"infeasible: {line}")
        for conflict in answer.contradiction:
            self.stderr.write(f"cannot all be kept: {conflict.text}")
        if answer.status is PlanStatus.INFEASIBLE:
            raise SystemExit(INFEASIBLE)

    def _vary(self, document: SiteDocument, base: Plan, options: dict[str, Any]) -> None:
        try:
            variants = sweep(
                document,
                dict(options["vary"]),
                engine=options["engine"],
                time_limit=timedelta(seconds=options["time_limit"]),
            )
        except VariationRefused as error:
            raise CommandError(f"--vary {error}", returncode=BAD_INPUT) from None
        except (Unbounded, EngineFailed):
            raise CommandError("a variant has no cheapest plan", returncode=NO_ANSWER) from None
        target = options["json"]
        if target is not None:
            _write(variants_json(base, variants), target)
        if target != STANDARD:
            print_variants(base, variants)


def _variation(text: str) -> tuple[Knob, tuple[float, ...]]:
    name, _, values = text.partition("=")
    numbers = tuple(float(value) for value in values.split(","))
    if not all(map(isfinite, numbers)):
        raise ValueError(text)
    return Knob(name), numbers


def _seconds(text: str) -> float:
    seconds = float(text)
    if not (isfinite(seconds) and 0 < seconds <= 86_400):
        raise ValueError(text)
    return seconds


def _read_document(file: str, *, notation: str) -> SiteDocument:
    try:
        text = sys.stdin.buffer.read() if file == STANDARD else Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}", returncode=BAD_INPUT) from None
    try:
        if notation == "flexmeasures":
            return document_from_flexmeasures(object_from_json(text))
        return document_from_json(text)
    except DocumentError as error:
        lines = [f"{path}: {message}" for path, message in error.errors]
        raise CommandError("\n".join(lines), returncode=BAD_INPUT) from None


def _plan(document: SiteDocument, engine: str, time_limit: timedelta) -> Plan:
    try:
        return plan(document, engine=engine, time_limit=time_limit)
    except UnresolvedReference as error:
        message = f"$.{error.path}: a sensor; a file for solve holds the numbers themselves"
        raise CommandError(message, returncode=BAD_INPUT) from None
    except (UnknownPlugin, EngineUnsuited) as error:
        raise CommandError(f"--engine: {error}", returncode=BAD_INPUT) from None
    except OutOfTime as error:
        raise CommandError(str(error), returncode=NO_ANSWER) from None
    except (Unbounded, EngineFailed):
        raise CommandError(
            f"the engine {engine} found no answer; try another", returncode=NO_ANSWER
        ) from None


def _write_json(answer: Plan, why: Explanation, target: str) -> None:
    _write(answer.as_json() | why.as_json(), target)


def _write(answer: dict[str, Any], target: str) -> None:
    text = json.dumps(answer, indent=2, allow_nan=False) + "\n"
    if target == STANDARD:
        sys.stdout.write(text)
        return
    try:
        Path(target).write_text(text)
    except OSError as error:
        raise CommandError(f"--json {target}: {error.strerror}", returncode=BAD_INPUT) from None

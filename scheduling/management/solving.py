"""What ``manage.py solve`` does, once its arguments are read."""

import sys
from datetime import timedelta
from math import isfinite
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandError, OutputWrapper

from scheduling.engines.base import EngineFailed, OutOfTime, Unbounded
from scheduling.flex import DocumentError, SiteDocument, document_from_json
from scheduling.flex.flexmeasures import document_from_flexmeasures
from scheduling.flex.parsing import object_from_json
from scheduling.flex.parts import OnInfeasible
from scheduling.formulation.preferences import Ties
from scheduling.planning import (
    EngineUnsuited,
    Plan,
    PlanStatus,
    UnresolvedReference,
    explain,
    plan,
)
from scheduling.planning.summary import print_explanation, print_summary
from scheduling.planning.tables import print_variants, variants_json
from scheduling.planning.varying import Knob, VariationRefused, sweep
from tenants.management.conventions import BAD_INPUT, STANDARD
from tenants.management.writing import write_json
from tenants.plugins import UnknownPlugin

INFEASIBLE: Final = 3
NO_ANSWER: Final = 1
_CHOICES: Final[dict[str, type[Ties | OnInfeasible]]] = {
    "ties": Ties,
    "on_infeasible": OnInfeasible,
}


def solve(options: dict[str, Any], stderr: OutputWrapper) -> None:
    """Plan what the file of ``options`` states, and write the answer as they say.

    Args:
        options: of the command ``solve``.
        stderr: where the limits that cannot be kept are named.

    Raises:
        CommandError: bad input, or no answer in time.
        SystemExit: no plan keeps every hard limit.
    """
    variations: dict[Knob, tuple[float, ...]] = {}
    for knob, values in map(_variation, options["vary"]):
        variations[knob] = (*variations.get(knob, ()), *values)
    document = _read_document(options["file"], notation=options["format"])
    changes = {name: options[name] for name in ("ties", "on_infeasible") if options[name]}
    document = document.model_copy(update={k: _CHOICES[k](v) for k, v in changes.items()})
    time_limit = timedelta(seconds=options["time_limit"])
    answer = _plan(document, options["engine"], time_limit)
    if variations:
        _vary(document, answer, variations, options)
        return
    why, target = explain(answer, resolves=options["resolves"]), options["json"]
    if target is not None:
        write_json(answer.as_json() | why.as_json(), target)
    if target != STANDARD:
        print_summary(answer)
        print_explanation(answer, why)
    for line in answer.infeasible:
        stderr.write(f"infeasible: {line}")
    for conflict in answer.contradiction:
        stderr.write(f"cannot all be kept: {conflict.text}")
    if answer.status is PlanStatus.INFEASIBLE:
        raise SystemExit(INFEASIBLE)


def _vary(
    document: SiteDocument,
    base: Plan,
    variations: dict[Knob, tuple[float, ...]],
    options: dict[str, Any],
) -> None:
    try:
        variants = sweep(
            document,
            variations,
            engine=options["engine"],
            time_limit=timedelta(seconds=options["time_limit"]),
        )
    except VariationRefused as error:
        raise CommandError(f"--vary {error}", returncode=BAD_INPUT) from None
    except (Unbounded, EngineFailed):
        raise CommandError("a variant has no cheapest plan", returncode=NO_ANSWER) from None
    target = options["json"]
    if target is not None:
        write_json(variants_json(base, variants), target)
    if target != STANDARD:
        print_variants(base, variants)


def _variation(text: str) -> tuple[Knob, tuple[float, ...]]:
    """Return what ``NAME=VALUE,...`` names, and its values."""
    name, _, values = text.partition("=")
    try:
        knob, numbers = Knob(name), tuple(float(value) for value in values.split(","))
    except ValueError:
        knob, numbers = None, ()
    if knob is None or not all(map(isfinite, numbers)):
        message = f"--vary {text}: write NAME=VALUE,..., where NAME is one of {', '.join(Knob)}"
        raise CommandError(message, returncode=BAD_INPUT)
    return knob, numbers


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

"""What ``manage.py backtest`` does, once its arguments are read."""

import sys
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandError, OutputWrapper

from forecasting.evaluation.backtest import NothingToScore
from integrations.ingest.backtest_file import BacktestWanted, run_backtest
from integrations.ingest.backtest_options import clock_minute, duration, model_names, region, zone
from integrations.ingest.series_file import WrongFile
from tenants.management.conventions import BAD_INPUT, STANDARD
from tenants.management.writing import write_json
from tenants.plugins import UnknownPlugin

_MAX_BYTES: Final = 200_000_000


def backtest(options: dict[str, Any], stdout: OutputWrapper) -> None:
    """Score the forecasts of the file that ``options`` name; write the scores as they say.

    Raises:
        CommandError: bad input.
    """
    try:
        document = run_backtest(_content(options["file"]), _wanted(options))
    except (WrongFile, NothingToScore, UnknownPlugin) as error:
        raise CommandError(str(error), returncode=BAD_INPUT) from None
    document = {"file": Path(options["file"]).name, **document}
    target = options["json"]
    if target is not None:
        write_json(document, target)
    if target != STANDARD:
        stdout.write(_table(document))


def _wanted(options: dict[str, Any]) -> BacktestWanted:
    _check_numbers(options)
    return BacktestWanted(
        column=options["column"],
        covariates=tuple(
            name for each in options["covariates"].split(",") if (name := each.strip())
        ),
        step=duration("--resolution", options["resolution"], bare_hours=1 / 60),
        zone=zone(options["timezone"]),
        horizon=duration("--horizon", options["horizon"], bare_hours=1.0),
        models=model_names(options["models"]),
        issue_minute=clock_minute("--issue-time", options["issue_time"]),
        test_share=options["test_share"],
        max_origins=options["origins"],
        refit_days=options["refit_days"],
        time_column=options["time_column"],
        time_format=options["time_format"],
        label=options["label"],
        midnight_ends_day=options["midnight_ends_day"],
        duplicates=options["duplicates"],
        decimal_comma=options["decimal_comma"],
        position=_position(options["latitude"], options["longitude"]),
        region=region("--region", options["region"]),
    )


def _check_numbers(options: dict[str, Any]) -> None:
    if not 0 < options["test_share"] < 1:
        raise WrongFile(f"--test-share {options['test_share']}: a number between 0 and 1 is right")
    for name in ("origins", "refit_days"):
        if options[name] is not None and options[name] < 1:
            option = "--" + name.replace("_", "-")
            raise WrongFile(f"{option} {options[name]}: a positive number is right")


def _position(latitude: float | None, longitude: float | None) -> tuple[float, float] | None:
    if latitude is None and longitude is None:
        return None
    if latitude is None or longitude is None:
        raise WrongFile("--latitude and --longitude belong together: one is missing")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise WrongFile("--latitude is between -90 and 90, --longitude between -180 and 180")
    return latitude, longitude


def _content(file: str) -> bytes:
    if file == STANDARD:
        content = sys.stdin.buffer.read(_MAX_BYTES + 1)
    else:
        try:
            content = Path(file).read_bytes()
        except OSError as error:
            raise WrongFile(f"{file}: {error.strerror}") from None
    if len(content) > _MAX_BYTES:
        raise WrongFile(f"longer than {_MAX_BYTES} bytes: test a part of it")
    return content


def _table(document: dict[str, Any]) -> str:
    origins = document["origins"]
    lines = [
        "{count} origins from {first} to {last}".format(**origins),
        f"{'':24}{'MAE':>10}{'skill':>8}{'RMSE':>10}{'CRPS':>10}{'10-90':>7}{'s':>8}",
    ]
    lines += [f"{name:24}{error:10.4g}" for name, error in document["references"].items()]
    for name, each in document["models"].items():
        if each["mae"] is None:
            lines.append(f"{name:24}no answer: {next(iter(each['failures'].values()), '')}")
            continue
        lines.append(
            f"{name:24}{each['mae']:10.4g}{each['skill']:8.1%}{each['rmse']:10.4g}"
            f"{each['crps']:10.4g}{each['coverage']:7.0%}{each['seconds']:8.2f}"
        )
    return "\n".join([*lines, *document["notes"]])

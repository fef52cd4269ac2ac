"""Running gekko's solver: one folder and one child process per solve, and no traces.

The child ends with the solve, the time limit or an exception in the parent. A parent that is
killed cannot clean up; the child then ends by its own time limit, and the next solve on this
machine removes the folder (``gekko_folder.sweep``).
"""

import json
import platform
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import EngineFailed, EngineKilled, OutOfTime
from scheduling.engines.gekko_folder import own_folder, remember_child

Array = NDArray[np.float64]

_MODEL: Final = "site"
_EXECUTABLES: Final = {
    ("Linux", "x86_64"): "apm",
    ("Linux", "aarch64"): "apm_aarch64",
    ("Linux", "arm64"): "apm_aarch64",
    ("Windows", "AMD64"): "apm.exe",
    ("Darwin", "x86_64"): "apm_mac",
    ("Darwin", "arm64"): "apm_mac",
}


#: Numbers of gekko's solvers. BPOPT is not offered: it reports success with wrong optima.
APOPT: Final = 1  # knows integers
IPOPT: Final = 3  # better where equations bend


class NotSolved(Exception):
    """The solver ended without a solution: there is none, or it found none."""


def solve_text(
    text: str, n_variables: int, *, seconds: float, gap: float, solver: int = APOPT
) -> Array:
    """Return the values of the variables of ``text``, shape (n_variables,), in its order.

    Raises:
        NotSolved: as it says.
        OutOfTime: ``seconds`` passed before.
        EngineKilled: somebody ended the child.
        EngineFailed: gekko has no solver for this machine.
    """
    with own_folder() as folder:
        (folder / f"{_MODEL}.apm").write_text(text)
        (folder / f"{_MODEL}.info").write_text("")
        (folder / "measurements.dbs").write_text(_options(seconds, solver))
        (folder / "apopt.opt").write_text(_solver_options(gap))
        _run(folder, seconds)
        return _values(folder, n_variables)


def _options(seconds: float, solver: int) -> str:
    # All steps at once, as a steady state (IMODE 3). IPOPT gets no closer than its own rounding.
    tolerance = 1e-9 if solver == APOPT else 1e-7
    chosen = {
        "imode": 3,
        "solver": solver,
        "max_time": seconds,
        "max_iter": 10_000 if solver == APOPT else 500,
        "otol": tolerance,
        "rtol": tolerance,
        "csv_write": 1,
        "web": 0,
    }
    return "".join(f"apm.{name} = {value}\n" for name, value in chosen.items())


def _solver_options(gap: float) -> str:
    chosen = {
        "minlp_maximum_iterations": 100_000,
        "minlp_gap_tol": gap,
        "minlp_integer_tol": 1e-7,
        "minlp_max_iter_with_int_sol": 100_000,
        "nlp_maximum_iterations": 10_000,
    }
    return "".join(f"{name} {value}\n" for name, value in chosen.items())


@cache
def _executable() -> Path:
    name = _EXECUTABLES.get((platform.system(), platform.machine()))
    # Found, not imported: gekko's own modules take longer to load than a small solve.
    found = find_spec("gekko")
    if name is None or found is None or found.origin is None:
        raise EngineFailed(f"gekko has no solver for {platform.system()} {platform.machine()}")
    return Path(found.origin).parent / "bin" / name


def _run(folder: Path, seconds: float) -> None:
    child = subprocess.Popen(  # noqa: S603 - our own arguments, no shell
        [_executable(), _MODEL],
        cwd=folder,
        env={"PATH": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    try:
        remember_child(folder, child.pid)
        output, _ = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise OutOfTime("no solution was found within the time limit") from None
    finally:
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()
    if child.returncode < 0:
        raise EngineKilled(f"gekko: its process was ended by signal {-child.returncode}")
    if "@error" in output:
        raise NotSolved(output[output.index("@error") :].strip().splitlines()[-1].strip())


def _values(folder: Path, n_variables: int) -> Array:
    try:
        options = _read_json(folder / "options.json")
        results = _read_json(folder / "results.json")
    except (OSError, ValueError):
        raise NotSolved("no result was written") from None
    if options["APM"]["SOLVESTATUS"] != 1:
        raise NotSolved(f"solve status {options['APM']['SOLVESTATUS']}")
    values = [
        results[name][0] if (name := f"v{number}") in results else results[f"int_v{number}"][0]
        for number in range(n_variables)
    ]
    return np.array(values, dtype=np.float64)


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text())
